"""The files of the project: what must be there, and what no file may hold."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def files(root: Path) -> list[Path]:
    """Every file that is, or could be, in version control."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
    )
    if listing.returncode == 0:
        names = listing.stdout.split("\0")
    else:  # an unpacked archive
        skipped = {".venv", "__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache"}
        skipped.add("node_modules")
        names = [
            path.relative_to(root).as_posix()
            for path in root.rglob("*")
            if not skipped & set(path.relative_to(root).parts)
        ]
    return [root / name for name in names if name and (root / name).is_file()]


@pytest.fixture(scope="module")
def texts(files: list[Path]) -> dict[Path, str]:
    found = {}
    for file in files:
        data = file.read_bytes()
        if b"\0" not in data:
            found[file] = data.decode("utf-8")
    return found


def test_no_file_names_a_package_registry(texts: dict[Path, str]) -> None:
    """Where packages come from is the business of each machine; mirrors are common."""
    # Spelled in pieces, so that this file does not find itself.
    hosts = ["py" + "pi.org", "python" + "hosted.org", "registry.npm" + "js", "anaconda" + ".org"]
    found = [
        f"{file.name}: {host}" for file, text in texts.items() for host in hosts if host in text
    ]
    assert found == []


def test_no_file_names_a_folder_of_a_developers_machine(texts: dict[Path, str], root: Path) -> None:
    # Spelled in pieces again; the names of nobody are fine in examples.
    nobody = r"(?!(?:me|you|ada|user)/)"
    shapes = re.compile(r"/(?:ho" + r"me|Us" + r"ers)/" + nobody + r"[a-z]\w*/|/ro" + r"ot/[.\w]")
    found = [
        f"{file.relative_to(root)}: {match[0]}"
        for file, text in texts.items()
        for match in [shapes.search(text)]
        if match
    ]
    assert found == []


def test_text_files_have_plain_line_ends(texts: dict[Path, str], root: Path) -> None:
    crlf = [str(file.relative_to(root)) for file, text in texts.items() if "\r\n" in text]
    assert crlf == []


def test_secrets_and_other_locks_stay_out_of_git(root: Path) -> None:
    ignored = (root / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {".env", "uv.lock", ".venv/"} <= set(ignored)


def test_the_lock_for_npm_has_hashes_and_no_addresses(root: Path) -> None:
    """Where packages come from is each machine's business; what they are is not."""
    lock = json.loads((root / "tests" / "node" / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: about for name, about in lock["packages"].items() if name}
    assert "node_modules/twilio" in packages
    for name, about in packages.items():
        assert about["integrity"].startswith("sha512-"), name
        assert "resolved" not in about, name
    assert "node_modules/" in (root / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_notebooks_keep_their_line_ends_everywhere(root: Path) -> None:
    assert "*.ipynb text eol=lf" in (root / ".gitattributes").read_text(encoding="utf-8")


def test_the_readme_says_the_two_commands_on_its_first_screen(root: Path) -> None:
    first = "\n".join((root / "README.md").read_text(encoding="utf-8").splitlines()[:50])
    for words in ("make lab", "make test", "uv ", "conda ", "Windows"):
        assert words in first


def test_the_readme_and_the_licence_agree(root: Path) -> None:
    assert (root / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    assert "MIT" in (root / "README.md").read_text(encoding="utf-8")


@pytest.mark.skipif(os.name != "posix", reason="a shell script")
def test_ci_runs_the_same_targets_as_people(root: Path) -> None:
    script = root / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True)
    text = script.read_text(encoding="utf-8")
    assert "\nmake check\nmake test\n" in text
    assert "export REQUIRE_BROWSER=1 REQUIRE_NODE=1 REQUIRE_SPEECH=1\n" in text


def test_every_script_is_listed(root: Path) -> None:
    listed = (root / "scripts" / "README.md").read_text(encoding="utf-8")
    for script in (root / "scripts").glob("*.py"):
        assert f"`{script.name}`" in listed
