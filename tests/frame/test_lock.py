"""requirements.lock: complete, hashed, without an address, and right for pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from scripts.lock import DEVELOPERS, blocks

PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)")


def pins(text: str) -> dict[str, list[Version]]:
    """Return the locked versions of each package; there may be two, for different Pythons."""
    found: dict[str, list[Version]] = {}
    for block in blocks(text):
        match = PIN.match(block)
        assert match, f"not a pin: {block.splitlines()[0]}"
        found.setdefault(canonicalize_name(match[1]), []).append(Version(match[2]))
    return found


@pytest.fixture(scope="module")
def lock(root: Path) -> str:
    return (root / "requirements.lock").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def project(root: Path) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_package_has_a_hash(lock: str) -> None:
    for block in blocks(lock):
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block.splitlines()[0]


def test_it_names_no_address_and_no_option(lock: str) -> None:
    """An address would send every reader to the mirror of whoever made the lock."""
    assert "://" not in lock
    assert " @ " not in lock
    options = set(re.findall(r"(?<!\S)--?[a-z][a-z-]*", "".join(blocks(lock))))
    assert options == {"--hash"}


def test_it_names_no_folder(lock: str) -> None:
    assert not re.search(r"(?:^|\s)[./~]*/\w", "".join(blocks(lock)))


@pytest.mark.parametrize("extra", ["", "notebook", "dev"])
def test_what_the_project_asks_for_is_locked(lock: str, project: dict, extra: str) -> None:
    optional = project["project"]["optional-dependencies"]
    wanted = optional[extra] if extra else project["project"]["dependencies"]
    locked = pins(lock)
    for requirement in map(Requirement, wanted):
        versions = locked.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement.name} is not locked: make lock"
        for version in versions:
            assert requirement.specifier.contains(version), (
                f"{requirement} but {version}: make lock"
            )


def test_what_builds_the_project_is_locked_for_learners(lock: str, project: dict) -> None:
    """So that installing the project itself fetches nothing more."""
    learners = pins(lock.partition(DEVELOPERS)[0])
    for requirement in map(Requirement, project["build-system"]["requires"]):
        [version] = learners[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version)


def test_learners_are_spared_what_only_tests_need(lock: str, project: dict) -> None:
    assert lock.count(DEVELOPERS) == 1
    learners = pins(lock.partition(DEVELOPERS)[0])
    for heavy in ("playwright", "twilio", "mypy", "pytest", "py-rattler", "hypothesis"):
        assert heavy not in learners
    for requirement in map(Requirement, project["project"]["optional-dependencies"]["notebook"]):
        assert canonicalize_name(requirement.name) in learners


def test_no_package_is_locked_twice_for_the_same_python(lock: str) -> None:
    heads = [re.sub(r"\s*\\?$", "", block.splitlines()[0]) for block in blocks(lock)]
    assert len(heads) == len(set(heads))
    bare = [head.partition("==")[0] for head in heads if ";" not in head]
    assert len(bare) == len(set(bare))


def test_the_makefile_cuts_the_lock_where_the_lock_says(root: Path) -> None:
    pattern = re.search(r"sed '/(\^.*?)/,", (root / "Makefile").read_text(encoding="utf-8"))
    assert pattern
    assert re.match(pattern[1], DEVELOPERS)
