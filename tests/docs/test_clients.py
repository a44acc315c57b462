"""What the page on clients shows is run as it stands there, against a sandbox."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.sandbox import Sandbox
from helpers.testing.http_clients import SandboxHttpClient
from tests.docs.pages import Block, blocks
from tests.judges import node_tour
from tests.sandbox.town import ALICE, SHOP, Town

PAGE = "clients.md"
WRITTEN = "http://127.0.0.1:8080"  # what the page says; here the sandbox has a port of its own
NODE = Path(__file__).resolve().parents[1] / "node"

ALL = blocks(PAGE)
TEXTS = [block for block in ALL if "Hello from" in block.text]
WITHOUT_LIBRARY = [b for b in TEXTS if b.language == "php" and "require" not in b.text]


@pytest.fixture
def town() -> Iterator[Town]:
    with Town() as town:
        yield town


def run(block: Block, town: Town, folder: Path) -> str:
    """Run a block; what it printed. It may fail in no way at all."""
    text = block.text.replace(WRITTEN, town.sandbox.url)
    assert town.sandbox.url in text
    program, where = {
        "bash": (["bash", "-eo", "pipefail"], folder),
        "python": ([sys.executable, "-"], folder),
        "js": (["node", "-"], NODE),
        "php": (["php"], folder),
    }[block.language]
    kept = ("PATH", "SYSTEMROOT", "PYTHONPATH", "HOME")
    done = subprocess.run(
        program,
        input=text,
        cwd=where,
        env={name: os.environ[name] for name in kept if name in os.environ},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def arrived(town: Town) -> list[str]:
    town.advance(10)
    return [text["body"] for text in town.phone(ALICE)["inbox"]]


def check(block: Block, town: Town, folder: Path, words: str) -> None:
    assert run(block, town, folder) in ("queued", '"status": "queued"', '"status":"queued"')
    [body] = arrived(town)
    assert body.endswith(words)


@pytest.mark.parametrize("block", [b for b in TEXTS if b.language == "python"], ids=str)
def test_python(block, town, tmp_path):
    check(block, town, tmp_path, "Hello from Python")


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_curl(town, tmp_path):
    first, second = (block for block in ALL if block.language == "bash")
    check(first, town, tmp_path, "Hello from curl")
    assert run(second, town, tmp_path) == '"sid"'
    [inbound] = town.client.messages.list(to=SHOP)
    assert (inbound.direction, inbound.body) == ("inbound", "Hello back")


def test_node(town, tmp_path):
    if node_tour.missing():
        if os.environ.get("REQUIRE_NODE") == "1":
            pytest.fail(node_tour.missing())
        pytest.skip(node_tour.missing())
    [block] = (b for b in TEXTS if b.language == "js")
    check(block, town, tmp_path, "Hello from Node.js")


@pytest.mark.skipif(shutil.which("php") is None, reason="there is no php here")
def test_php(town, tmp_path):
    [block] = WITHOUT_LIBRARY
    check(block, town, tmp_path, "Hello from PHP")


@pytest.mark.skipif(shutil.which("php") is None, reason="there is no php here")
@pytest.mark.parametrize("block", [b for b in ALL if b.language == "php"], ids=str)
def test_every_php_example_is_php(block, tmp_path):
    (tmp_path / "page.php").write_text(block.text, encoding="utf-8")
    done = subprocess.run(
        ["php", "-l", "page.php"], cwd=tmp_path, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_example_names_the_sandbox_as_it_starts():
    """The page writes out the account, the token and the numbers that a sandbox has by itself."""
    sandbox = Sandbox()
    try:
        for block in TEXTS:
            assert sandbox.account_sid in block.text and sandbox.auth_token in block.text, block
            assert sandbox.world["numbers"][0] in block.text and ALICE in block.text, block
    finally:
        sandbox.stop()


def test_the_page_shows_the_languages_that_twilio_has_clients_for():
    shown = {block.language for block in TEXTS}
    assert shown == {"bash", "python", "js", "php", "java", "go", "ruby", "csharp"}
    assert SandboxHttpClient.__name__ in "".join(block.text for block in TEXTS)
