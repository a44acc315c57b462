"""Imports point one way: every module knows only modules that know less than it does.

The table is the design. A new file outside the folders named here fails until it has a line. The
last four places have parts in one another (a quiz is a check and a widget, and leaves a record): of
their files, as of all, none needs itself by way of others.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

# What each place may import from the package. A folder's own files are always among it.
PURE = ["errors"]
BASE = [*PURE, "advice", "clock", "config", "signing", "phone_numbers", "prices", "sms"]
ACTS = [*BASE, "twiml", "resources", "client", "phone", "serving"]
MAY_IMPORT: dict[str, list[str]] = {
    "errors": [],
    "advice": PURE,
    "alerts": [*PURE, "advice"],
    "clock": PURE,
    "codes": [*PURE, "advice", "alerts", "lessons"],
    "phone_numbers": PURE,
    "pictures": PURE,
    "prices": PURE,
    "config": [*PURE, "phone_numbers"],
    "signing": PURE,
    "sms": PURE,
    "twiml": BASE,
    "resources": BASE,
    "places": ["resources"],
    "client": [*BASE, "places", "resources", "wire"],
    "clock_control": [*PURE, "wire"],
    "phone": [*BASE, "resources", "wire"],
    "live": [*BASE, "phone", "wire"],
    "serving": BASE,
    "progress_bar": [],
    "lessons": PURE,
    "stand_in": [*BASE, "phone"],
    "story": [*BASE, "twiml"],
    "wire": PURE,
    "sandbox": [*BASE, "twiml", "resources", "serving"],
    "export": [*BASE, "client", "serving", "twiml"],
    "testing": [
        *BASE,
        *("client", "clock_control", "phone", "serving", "sandbox", "story", "wire"),
    ],
    "doctor": [*BASE, "client", "phone", "serving", "sandbox", "widgets", "session"],
    "learner": [*BASE, "lessons", "checks"],
    "widgets": [*ACTS, "story", "checks"],
    "checks": [
        *ACTS,
        *("clock_control", "export", "learner", "sandbox", "session", "story", "wire"),
    ],
    "session": [
        *(*ACTS, "story", "sandbox", "alerts", "live", "progress_bar", "stand_in"),
        *("clock_control", "learner", "widgets", "wire"),
    ],
}

# What each place may import beyond the standard library.
LIBRARIES: dict[str, set[str]] = {
    "config": {"dotenv"},
    "phone_numbers": {"phonenumbers"},
    "twiml": {"lxml"},
    "wire": {"requests", "urllib3"},
    "client": {"requests", "urllib3"},
    "phone": {"requests"},
    "serving": {"uvicorn", "uvloop", "starlette", "anyio"},  # the latter two in pages of theirs
    "export": {"requests", "starlette"},
    "sandbox": {"starlette", "uvicorn", "aiohttp", "anyio", "tinytag", "yarl"},
    "widgets": {"anywidget", "ipywidgets", "traitlets", "IPython"},
    "checks": {"lxml", "requests"},
    "progress_bar": {"IPython"},
    "session": {"IPython"},
    "doctor": {"jupyter_client", "packaging"},
    "testing": {"pytest", "twilio"},  # the project under test has both, or the latter is not used
}

# Within the sandbox each file or folder may import from the ones before it. What is not named here
# (calls, meetings, streams, live_message, post) belongs to the engine: they know one another.
SANDBOX_ORDER = ["tables", "store", "sound", "web", "twimlets", "engine", "app", "direct"]
SANDBOX_ORDER += ["control", "__init__", "__main__"]

# What decides must not act: no network, no disk, no tasks.
NOT_IN_PURE = {"asyncio", "sqlite3", "socket", "threading", "urllib.request", "http.client"}


def imported(file: Path, package: Path) -> Iterator[tuple[str, int]]:
    """Yield each module that *file* imports, inside functions too, by full name; and the line."""
    inside = ["helpers", *file.relative_to(package).parent.parts]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            start = inside[: len(inside) - node.level + 1] if node.level else []
            module = ".".join([*start, node.module] if node.module else start)
            yield module, node.lineno
            for alias in node.names:
                # `from helpers import twiml` imports a module, `from requests import get` none.
                if module == "helpers" or module.startswith("helpers."):
                    yield f"{module}.{alias.name}", node.lineno


def wrong_imports(package: Path) -> list[str]:
    """Return a sentence for each import under *package* that the tables do not allow."""
    found = []
    for file in sorted(package.rglob("*.py")):
        parts = file.relative_to(package).with_suffix("").parts
        place = parts[0]
        where = file.relative_to(package.parent).as_posix()
        if place == "__init__":
            continue  # the front door names everything, and loads nothing until it is asked for
        if place not in MAY_IMPORT:
            found.append(f"{where}: which modules may it import? Give {place} a line here")
            continue
        for name, line in imported(file, package):
            top, _, rest = name.partition(".")
            if top == "helpers":
                target = rest.split(".")[0]
                # A name that is no module of ours is something imported from one.
                known = target in MAY_IMPORT and target not in {place, *MAY_IMPORT[place]}
                if known:
                    found.append(f"{where}:{line}: {place} may not know {target}")
                found += wrong_order(where, line, parts, rest.split("."))
            elif top not in sys.stdlib_module_names and top not in LIBRARIES.get(place, set()):
                found.append(f"{where}:{line}: {place} may not use {top}")
            if place in {"twiml", "resources"} and name in NOT_IN_PURE:
                found.append(f"{where}:{line}: {place} decides and does not act, so no {name}")
    return sorted(set(found))


def wrong_order(where: str, line: int, parts: tuple[str, ...], target: list[str]) -> list[str]:
    """Return what is wrong with an import of *target* by the sandbox's file *parts*."""
    if parts[0] != "sandbox" or target[0] != "sandbox" or len(target) < 2:
        return []
    own, other = parts[1], target[1]
    if own not in SANDBOX_ORDER or other not in SANDBOX_ORDER:
        return []
    if SANDBOX_ORDER.index(other) > SANDBOX_ORDER.index(own):
        return [f"{where}:{line}: {own} may not know {other}"]
    return []


def loaded(statements: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield the imports that are done as soon as a file is: none for types, none in functions."""
    for statement in statements:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            yield statement
        elif isinstance(statement, ast.If) and "TYPE_CHECKING" not in ast.unparse(statement.test):
            yield from loaded([*statement.body, *statement.orelse])
        elif isinstance(statement, ast.Try):
            yield from loaded(statement.body)


def circle(package: Path) -> list[str]:
    """Return modules under *package* that load one another in turn; none if there are none."""
    files = {
        ".".join(file.relative_to(package.parent).with_suffix("").parts): file
        for file in package.rglob("*.py")
    }
    files = {name.removesuffix(".__init__"): file for name, file in files.items()}
    loads: dict[str, set[str]] = {}
    for name, file in files.items():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        named: set[str] = set()
        for node in loaded(tree.body):
            for alias in node.names:
                start = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
                full = start + alias.name
                named.add(full if full in files else start.removesuffix("."))
        loads[name] = (named & files.keys()) - {name}
    try:
        TopologicalSorter(loads).prepare()
    except CycleError as found:
        return list(found.args[1])
    return []


def test_helpers_import_downwards_only(root: Path) -> None:
    assert wrong_imports(root / "helpers") == []


def test_no_file_needs_itself_by_way_of_others(root: Path) -> None:
    assert circle(root / "helpers") == []


def test_a_circle_is_found(tmp_path: Path) -> None:
    package = tmp_path / "helpers"
    (package / "checks").mkdir(parents=True)
    for name, line in (
        ("checks/__init__.py", "from helpers.learner import record"),
        ("learner.py", "from helpers import session"),
        ("session.py", "def late():\n    from helpers import checks"),
    ):
        (package / name).write_text(line, encoding="utf-8")
    assert circle(package) == []
    (package / "session.py").write_text("from helpers import checks", encoding="utf-8")
    names = {"helpers.checks", "helpers.learner", "helpers.session"}
    assert set(circle(package)) == names


@pytest.mark.parametrize(
    ("file", "line", "said"),
    [
        ("twiml/verbs/say.py", "import requests", "twiml may not use requests"),
        ("twiml/verbs/say.py", "from helpers.sandbox.engine import Engine", "may not know sandbox"),
        ("twiml/steps.py", "import asyncio", "twiml decides and does not act, so no asyncio"),
        ("resources/call.py", "from helpers import twiml", "resources may not know twiml"),
        ("resources/call.py", "from ..client import Client", "resources may not know client"),
        ("phone.py", "def f():\n    from helpers.sandbox import Sandbox", "may not know sandbox"),
        ("sandbox/store.py", "from helpers.sandbox.engine import x", "store may not know engine"),
        ("sandbox/engine.py", "from . import app", "engine may not know app"),
        ("sandbox/web/urls.py", "from helpers.sandbox.engine import x", "web may not know engine"),
        ("errors.py", "from helpers import config", "errors may not know config"),
        ("clock.py", "from helpers.config import read_settings", "clock may not know config"),
        ("new_thing.py", "", "Give new_thing a line"),
    ],
)
def test_a_wrong_import_is_found(tmp_path: Path, file: str, line: str, said: str) -> None:
    planted = tmp_path / "helpers" / file
    planted.parent.mkdir(parents=True)
    planted.write_text(line, encoding="utf-8")
    [sentence] = wrong_imports(tmp_path / "helpers")
    assert said in sentence


def test_a_right_import_is_left_alone(tmp_path: Path) -> None:
    planted = tmp_path / "helpers" / "sandbox" / "app.py"
    planted.parent.mkdir(parents=True)
    planted.write_text(
        "import json\nfrom starlette.routing import Route\nfrom helpers.twiml import parse\n"
        "from helpers.sandbox.store import Store\nfrom .engine import Engine\n",
        encoding="utf-8",
    )
    assert wrong_imports(tmp_path / "helpers") == []
