"""The files by which others start the course: each is read as its own program would read it."""

import json
import re
import sys
from types import SimpleNamespace

import pytest
from traitlets.config import Config

from helpers.learner import shipped


@pytest.fixture
def hub(root, tmp_path, monkeypatch):
    """JupyterHub's settings, read for a course at *root* and homes in a folder of the test's."""
    monkeypatch.setenv("COURSE", str(root))
    monkeypatch.setenv("HOMES", str(tmp_path / "homes"))
    monkeypatch.setenv("CLASS_PASSWORD", "a made-up password")
    return read(root)


def read(root):
    found = Config()
    file = root / "docs" / "hub" / "jupyterhub_config.py"
    code = compile(file.read_text(encoding="utf-8"), str(file), "exec")
    exec(code, {"get_config": lambda: found})
    return found


def test_the_container_of_an_editor_makes_what_make_lab_makes(root):
    launch = json.loads((root / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    target = launch["onCreateCommand"].removeprefix("make ")
    assert re.search(rf"^LEARN := {re.escape(target)}$", (root / "Makefile").read_text(), re.M)
    [port] = launch["forwardPorts"]
    assert f"--port={port}" in launch["postAttachCommand"]
    assert "--ip=127.0.0.1" in launch["postAttachCommand"]


def test_the_hub_listens_on_this_machine_and_wants_a_password(hub, root, monkeypatch):
    assert hub.JupyterHub.bind_url == "http://127.0.0.1:8000"
    assert hub.DummyAuthenticator.password == "a made-up password"
    monkeypatch.delenv("CLASS_PASSWORD")
    with pytest.raises(KeyError, match="CLASS_PASSWORD"):
        read(root)


def test_the_copies_are_not_put_into_what_is_copied(root, hub, monkeypatch):
    monkeypatch.setenv("HOMES", str(root / "homes"))
    with pytest.raises(SystemExit, match="HOMES is inside of COURSE"):
        read(root)


def test_the_hub_begins_with_the_first_lesson(hub, root):
    assert (root / hub.Spawner.default_url.removeprefix("/lab/tree/")).is_file()
    assert hub.Spawner.cmd == [sys.executable, "-m", "jupyterhub.singleuser"]


def test_each_reader_gets_a_copy_once(hub, tmp_path):
    spawner = SimpleNamespace(user=SimpleNamespace(name="ada"))
    hub.Spawner.pre_spawn_hook(spawner)
    home = tmp_path / "homes" / "ada"
    lesson = home / "notebooks" / "00-start-here.ipynb"
    assert lesson.is_file()
    assert (home / "helpers" / "__init__.py").is_file()
    assert not (home / ".git").exists()
    assert not (home / ".venv").exists()
    assert not (home / "notebooks" / "solutions").exists()
    as_it_came = lesson.read_text(encoding="utf-8")
    lesson.write_text("mine", encoding="utf-8")
    assert shipped.shipped(lesson, home / shipped.ASIDE.name) == as_it_came
    hub.Spawner.pre_spawn_hook(spawner)
    assert lesson.read_text(encoding="utf-8") == "mine"
    assert hub.Spawner.environment["PYTHONPATH"](spawner) == str(home)


def test_nobody_gets_what_is_the_teachers_own(root, tmp_path, monkeypatch):
    course = tmp_path / "course"
    (course / "notebooks").mkdir(parents=True)
    mine = {".env", ".env.live", "progress.jsonl", "room.sqlite", "room.sqlite-wal"}
    for name in (*mine, "README.md"):
        (course / name).write_text("x", encoding="utf-8")
    (course / "yours").mkdir()
    monkeypatch.setenv("COURSE", str(course))
    monkeypatch.setenv("HOMES", str(tmp_path / "homes"))
    monkeypatch.setenv("CLASS_PASSWORD", "a made-up password")
    read(root).Spawner.pre_spawn_hook(SimpleNamespace(user=SimpleNamespace(name="ada")))
    home = tmp_path / "homes" / "ada"
    assert {path.name for path in home.iterdir()} == {"notebooks", "README.md", ".shipped"}


@pytest.mark.parametrize("name", ["ada", "ada.l-2", "zoë"])
def test_names_of_readers_are_names_of_folders(hub, name):
    assert re.match(hub.Authenticator.username_pattern, name)
    for other in ("..", ".", "", f"../{name}", f"{name}/..", "-x"):
        assert not re.match(hub.Authenticator.username_pattern, other)


def test_what_the_workshop_page_tells_to_type_is_there(root):
    page = (root / "docs" / "workshop.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text(encoding="utf-8"), re.M))
    assert set(re.findall(r"`make (\w+)", page)) <= targets
    for name in re.findall(r"`?((?:docs|\.devcontainer)/[\w./-]+\w)", page):
        assert (root / name).exists(), name
