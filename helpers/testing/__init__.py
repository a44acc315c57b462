"""Test an app that uses Twilio, without Twilio: a plugin for pytest.

In the ``conftest.py`` at the top of your project (or ``-p helpers.testing`` on the command line)::

    pytest_plugins = ["helpers.testing"]

and then ::

    def test_a_caller_chooses_the_weather(sandbox, phone, clock, site, twilio_client):
        shop = site(app)                          # Flask, FastAPI, any WSGI or ASGI app
        alice = phone("+14155550100")             # any number is a simulated phone
        twilio_client.calls.create(to=alice.number, from_=sandbox.number, url=shop.url + "/voice")
        clock.advance(5)                          # it rings for two seconds, then she answers
        alice.press("1")
        clock.run()                               # until nothing more is going to happen
        assert "Sunny" in alice.heard
        assert not sandbox.alerts

Each test has a clean world of its own, in which time stands still until the test turns the clock.
While it runs the environment holds the made-up credentials (``TWILIO_ACCOUNT_SID`` and so on), and
every official client of the process reaches the sandbox, so that the app's own ``Client(sid,
token)`` needs no change. A test that fails shows what happened, step by step.

Fixtures: ``sandbox`` (`helpers.testing.world.TwilioSandbox`), and of it ``phone``, ``clock``,
``site`` and ``twilio_client``. A project that has fixtures of these names keeps them, and finds
ours as ``sandbox.phone(...)``, ``sandbox.clock`` and so on.

Settings, in the project's pytest section, or for one test or module by a mark, which wins::

    twilio_numbers = ["+15005550006", "+15005550009"]

    @pytest.mark.twilio(type="trial", numbers=["+15005550006"], verified=["+14155550100"])

They are the options of ``python -m helpers.sandbox``, but where it listens and where it keeps
things; and ``redirect=False``, which leaves official clients alone. A test that has the mark has a
sandbox, whether it names one or not. The account is a full one
unless a test says otherwise. There is no entry point on purpose: installed for something else, the
package does not put fixtures into other projects' tests.

For unittest and scripts `open_sandbox` is the same as a context manager. `SandboxHttpClient` (and
`AsyncSandboxHttpClient`) aim one official client at any sandbox.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from helpers.testing.http_clients import AsyncSandboxHttpClient, SandboxHttpClient
    from helpers.testing.world import (
        Handset,
        ManualClock,
        Stages,
        TwilioSandbox,
        WebSite,
        open_sandbox,
    )

__all__ = [
    "AsyncSandboxHttpClient",
    "Handset",
    "ManualClock",
    "SandboxHttpClient",
    "TwilioSandbox",
    "WebSite",
    "open_sandbox",
]

# Loaded when they are asked for: a run of pytest that tests nothing of Twilio pays nothing.
_HOMES = {
    "AsyncSandboxHttpClient": "helpers.testing.http_clients",
    "SandboxHttpClient": "helpers.testing.http_clients",
}

_MARK = "twilio"
_SETTINGS = {
    "type": ("string", "trial or full (the default)"),
    "numbers": ("args", "the numbers that the account owns"),
    "verified": ("args", "its verified numbers, which a trial may call and text"),
    "clock": ("string", "manual (the default), hurried or real"),
    "start": ("string", "where the clock starts, such as 2026-01-05T09:00:00Z"),
    "seed": ("string", "what SIDs are derived from"),
    "redirect": ("bool", "whether every official client reaches the sandbox (yes by default)"),
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "helpers.testing.world")), name)


# --- what pytest asks of a plugin -------------------------------------------------------------

_STAGES: pytest.StashKey[Stages] = pytest.StashKey()
_WORLD: pytest.StashKey[TwilioSandbox] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the settings."""
    for name, (kind, about) in _SETTINGS.items():
        default = True if kind == "bool" else None
        parser.addini(f"twilio_{name}", f"Twilio sandbox: {about}", kind, default)  # type: ignore[arg-type]


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark."""
    config.addinivalue_line(
        "markers",
        f"{_MARK}(**options): options of the test's Twilio sandbox, such as type='trial',"
        " numbers=['+15005550006']",
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the servers that the tests shared."""
    stages = config.stash.get(_STAGES, None)
    if stages is not None:
        stages.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to the report of a failed test what happened in its sandbox."""
    report = yield
    world = item.stash.get(_WORLD, None)
    if report.failed and call.when in ("setup", "call") and world is not None:
        report.sections.append(("Twilio sandbox", world.told()))
    return report


# --- fixtures ---------------------------------------------------------------------------------


@pytest.fixture
def sandbox(request: pytest.FixtureRequest) -> Iterator[TwilioSandbox]:
    """A clean Twilio sandbox for this test."""
    from helpers.errors import SandboxError
    from helpers.testing.world import Stages, open_sandbox

    config = request.config
    if _STAGES not in config.stash:
        config.stash[_STAGES] = Stages()
    opened = open_sandbox(config.stash[_STAGES], **_options(request))
    try:
        world = opened.__enter__()
    except (SandboxError, TypeError) as problem:
        pytest.fail(f"The test's Twilio sandbox: {problem}", pytrace=False)
    request.node.stash[_WORLD] = world
    try:
        yield world
    finally:
        del request.node.stash[_WORLD]
        opened.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def _marked_for_twilio(request: pytest.FixtureRequest) -> None:
    """Who has the mark has a sandbox, even if nothing of it is named as an argument."""
    if request.node.get_closest_marker(_MARK) is not None:
        request.getfixturevalue("sandbox")


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The settings of the project, then the marks of module, class and test: the nearest wins."""
    options = {name: request.config.getini(f"twilio_{name}") for name in _SETTINGS}
    options = {name: value for name, value in options.items() if value not in (None, "", [])}
    for mark in reversed(list(request.node.iter_markers(_MARK))):
        if mark.args:
            pytest.fail("@pytest.mark.twilio takes options by name: type='trial'", pytrace=False)
        options |= mark.kwargs
    return options


@pytest.fixture
def phone(sandbox: TwilioSandbox) -> Callable[[str], Handset]:
    """``phone("+14155550100")`` is a simulated phone of the sandbox."""
    return sandbox.phone


@pytest.fixture
def clock(sandbox: TwilioSandbox) -> ManualClock:
    """The sandbox's clock: ``clock.advance(30)``, ``clock.run()``, ``clock.until(...)``."""
    return sandbox.clock


@pytest.fixture
def site(sandbox: TwilioSandbox) -> Callable[..., WebSite]:
    """``site(app)`` serves a web app until the test ends; its ``url`` is for webhooks."""
    return sandbox.site


@pytest.fixture
def twilio_client(sandbox: TwilioSandbox) -> Any:
    """Twilio's official client, with the sandbox's credentials."""
    pytest.importorskip("twilio", reason="Twilio's Python package is not installed")
    return sandbox.twilio_client
