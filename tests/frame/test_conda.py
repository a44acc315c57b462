"""environment.yml: well formed for conda, and asking for what pyproject.toml asks for."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from rattler import BuildString, MatchSpec, PackageRecord

from tests.frame.test_lock import pins

# What conda-forge does not carry under this name comes by pip.
BY_PIP = {"phonenumberslite"}


@pytest.fixture(scope="module")
def environment(root: Path) -> dict:
    return yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def specs(environment: dict) -> dict[str, str]:
    """The conda packages, by name."""
    lines = [line for line in environment["dependencies"] if isinstance(line, str)]
    return {line.split()[0]: line for line in lines}


@pytest.fixture(scope="module")
def needed(root: Path) -> list[Requirement]:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = [*project["dependencies"], *project["optional-dependencies"]["notebook"]]
    return [Requirement(text) for text in texts]


def test_it_has_the_keys_conda_knows_and_no_others(environment: dict) -> None:
    assert set(environment) == {"name", "channels", "dependencies"}
    assert environment["channels"] == ["conda-forge", "nodefaults"]


def test_every_line_parses_strictly(specs: dict[str, str]) -> None:
    for line in specs.values():
        MatchSpec(line, strict=True)


@pytest.mark.parametrize("line", ["lxml >=4.5,,<5", "lxml => 2", "lxml >=6,<7 | "])
def test_the_parser_is_strict(line: str) -> None:
    with pytest.raises(Exception, match=r"\S"):
        MatchSpec(line, strict=True)


def test_each_range_admits_the_locked_version(root: Path, specs: dict[str, str]) -> None:
    locked = pins((root / "requirements.lock").read_text(encoding="utf-8"))
    for name, line in specs.items():
        if name in {"python", "pip"}:
            continue
        for version in locked[canonicalize_name(name)]:
            record = PackageRecord(name, str(version), BuildString("0"), 0, "noarch")
            assert MatchSpec(line, strict=True).matches(record), f"{line} does not admit {version}"


def test_the_ranges_are_those_of_the_project(
    specs: dict[str, str], needed: list[Requirement]
) -> None:
    """Then pip finds everything there when it comes to the project itself."""
    found = {
        name: SpecifierSet(line.split()[1])
        for name, line in specs.items()
        if name not in {"python", "pip"}
    }
    wanted = {item.name: item.specifier for item in needed if item.name not in BY_PIP}
    assert found == wanted


def test_python_is_the_one_the_project_asks_for(root: Path, specs: dict[str, str]) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert specs["python"].split()[1] == project["requires-python"]


def test_pip_adds_the_project_last(environment: dict, needed: list[Requirement]) -> None:
    [pip] = [line["pip"] for line in environment["dependencies"] if isinstance(line, dict)]
    assert environment["dependencies"][-1] == {"pip": pip}
    assert pip[-1] == "-e ."
    wanted = {str(item) for item in needed if item.name in BY_PIP}
    assert {str(Requirement(line)) for line in pip[:-1]} == wanted
