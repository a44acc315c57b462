"""What a test holds in its hands: the sandbox, its clock, its phones and its web sites."""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from textwrap import indent
from typing import Any, TypeVar

from helpers.client import Client
from helpers.clock_control import ClockControl
from helpers.errors import HelperError, SandboxError
from helpers.phone import Phone
from helpers.sandbox import Options, Sandbox
from helpers.serving.server import as_asgi
from helpers.serving.site import Notebook, Visits
from helpers.story import Story
from helpers.testing.stage import Stage
from helpers.wire import Wire

T = TypeVar("T")

PATIENCE = 30.0  # real seconds, on a clock that turns by itself
LONGEST = 24 * 3600.0  # seconds of the clock: no call and no delivery takes as long
TOLD = 150  # lines of a failing test's story

#: What an app reads its credentials and its number from, by the names of Twilio's own examples.
VARIABLES = {
    "TWILIO_ACCOUNT_SID": "account_sid",
    "TWILIO_AUTH_TOKEN": "auth_token",
    "TWILIO_FROM_NUMBER": "number",
    "TWILIO_PHONE_NUMBER": "number",
}

#: The options a test may choose: those of a sandbox but where it listens and where it keeps things.
CHOICES = tuple(f.name for f in fields(Options) if f.name not in ("host", "port", "data"))


@dataclass(frozen=True)
class Alert:
    """What Twilio's debugger would show: a code and what it says."""

    code: int
    text: str
    call_sid: str | None = None
    message_sid: str | None = None


@dataclass(frozen=True)
class Webhook:
    """A request of the sandbox to a web site, and what came back; *status* 0 if nothing did."""

    method: str
    url: str
    params: Mapping[str, str]
    status: int
    body: str
    error: str | None = None
    call_sid: str | None = None
    message_sid: str | None = None


class Handset(Phone):
    """A simulated phone: `helpers.phone.Phone`, with what tests ask of it most.

    It answers by itself after two seconds of the clock, unless its ``mode`` says otherwise.
    """

    @property
    def heard(self) -> str:
        """What was said in the newest call, one sentence a line."""
        return "\n".join(entry.text for entry in self.transcript if entry.verb == "Say")

    @property
    def texts(self) -> list[str]:
        """The bodies of the texts it received, newest last."""
        return [text.body for text in self.inbox]

    def close(self) -> None:
        """Close the kept connection; the next request opens it again."""
        self._wire.close()


class ManualClock:
    """The sandbox's clock in the test's hand: nothing passes unless it is turned.

    A turn comes back when all that was due has happened, the web sites it led to included.
    """

    def __init__(self, url: str, wire: Wire) -> None:
        self._events = f"{url}/_sandbox/events"
        self._wire = wire
        self._clock = ClockControl(url, wire)

    @property
    def now(self) -> datetime:
        """The moment it is in the sandbox, UTC."""
        return datetime.fromisoformat(self._clock.read()["now"])

    def advance(self, seconds: float) -> None:
        """Let *seconds* pass."""
        self._clock.advance(seconds)

    def next(self) -> bool:
        """Go to the next thing due, and let it happen; False if nothing is."""
        return self._clock.next() is not None

    def run(self, limit: float = LONGEST) -> None:
        """Go on until nothing is due any more: calls are over, texts have arrived.

        AssertionError if that takes more than *limit* seconds of the clock.
        """
        end = self.now + timedelta(seconds=limit)
        while (due := self._clock.read()["due"]) is not None:
            if datetime.fromisoformat(due) > end:
                raise AssertionError(f"After {limit:g} seconds something is still to come.")
            self._clock.turn()

    def until(self, true: Callable[[], T], limit: float = LONGEST) -> T:
        """Go on until ``true()`` is so, and return what it returned.

        AssertionError when nothing more is going to happen, or *limit* seconds have passed. On a
        clock that turns by itself: wait for it, half a minute of real time at most.
        """
        if self.kind != "manual":
            return self._wait(true)
        end = self.now + timedelta(seconds=limit)
        while not (found := true()):
            if not self.next():
                raise AssertionError("It never came to that, and nothing more is going to happen.")
            if self.now > end:
                raise AssertionError(f"It did not come to that within {limit:g} seconds.")
        return found

    @property
    def kind(self) -> str:
        """manual, hurried or real."""
        return str(self._clock.read()["kind"])

    def _wait(self, true: Callable[[], T]) -> T:
        deadline, seen = time.monotonic() + PATIENCE, "0"
        while not (found := true()):
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"It did not come to that within {PATIENCE:g} seconds.")
            wait = min(left, 1.0)
            query = [("since", seen), ("wait", f"{wait:.3f}")]
            answer = self._wire.send("GET", self._events, query=query, wait=wait)
            seen = str(answer.json()["next"])
        return found

    def __repr__(self) -> str:
        return f"<clock {self.now:%Y-%m-%d %H:%M:%S}>"


@dataclass
class WebSite:
    """A web site of the test: *url* is its address, *requests* what it was asked, in order."""

    url: str
    requests: Visits
    _stage: Stage = field(repr=False)

    @property
    def failures(self) -> list[str]:
        """What the app raised, one line each."""
        return list(self._stage.failures)


class TwilioSandbox:
    """One clean world: an account with numbers, phones, a clock, and the test's web sites.

    *url* is where it answers, *account_sid* and *auth_token* are its credentials (made up),
    *number* is the account's first number, "" if it owns none.
    """

    def __init__(self, sandbox: Sandbox, stages: Stages) -> None:
        self._sandbox = sandbox
        self._stages = stages
        self._stage = stages.first
        self._used: list[tuple[Stage, Callable[[], None] | None]] = []
        self.url = self._stage.url
        self.account_sid, self.auth_token = sandbox.account_sid, sandbox.auth_token
        self.numbers: list[str] = list(sandbox.world["numbers"])
        self.number = self.numbers[0] if self.numbers else ""
        self.sites: list[WebSite] = []
        self._wire = Wire(self.auth)
        self._phones: dict[str, Handset] = {}
        self._client: Client | None = None
        self._official: Any = None
        self.clock = ManualClock(self.url, self._wire)

    @property
    def auth(self) -> tuple[str, str]:
        """The credentials, as HTTP clients take them."""
        return self.account_sid, self.auth_token

    @property
    def client(self) -> Client:
        """This project's own client."""
        if self._client is None:
            self._client = Client(*self.auth, base_url=self.url)
        return self._client

    @property
    def twilio_client(self) -> Any:
        """Twilio's official client; HelperError where the package ``twilio`` is not installed."""
        if self._official is None:
            if not has_twilio():
                raise HelperError(
                    "Twilio's Python package is not installed.",
                    next_step="pip install twilio, or use sandbox.client.",
                )
            from twilio.rest import Client as Official

            from helpers.testing.http_clients import SandboxHttpClient

            self._official = Official(*self.auth, http_client=SandboxHttpClient(self.url))
        return self._official

    def phone(self, number: str) -> Handset:
        """The simulated phone with this number (any number that no account owns)."""
        if number not in self._phones:
            self._phones[number] = Handset(number, self.url, self.auth)
        return self._phones[number]

    def site(self, app: Any, at: str = "") -> WebSite:
        """Serve *app* (Flask, FastAPI, any WSGI or ASGI app, or a function) until the test ends.

        It gets an address of this machine; or, for the sandbox only, the one that *at* names, such
        as ``https://shop.example``: an app that checks signatures can then be tested as it will be
        asked in production. SandboxError if it does not start.
        """
        asgi, release = as_asgi(app)
        visits = Visits()
        stage = self._stages.another(len(self._used))
        names = {self.url: "$SANDBOX", stage.url: "$SITE"}
        stage.put(Notebook(asgi, visits, [self.auth_token], names=names))
        self._used.append((stage, release))
        site = WebSite(at.rstrip("/") or stage.url, visits, stage)
        if at:
            # What the stage answers, notebook included, but asked from within the sandbox.
            self._sandbox.engine.webhooks.inside.add(site.url, stage.from_elsewhere(stage.answer))
        self.sites.append(site)
        return site

    # -- what happened -----------------------------------------------------------------------------

    def events(self, kind: str = "") -> list[dict[str, Any]]:
        """The event log from its beginning, or what is of one *kind*: request, webhook, verb,
        person, state or alert."""
        answer = self._wire.send("GET", f"{self.url}/_sandbox/events")
        found: list[dict[str, Any]] = answer.json()["events"]
        return [event for event in found if not kind or event["type"] == kind]

    @property
    def alerts(self) -> list[Alert]:
        """What went wrong, as Twilio's debugger would show it, oldest first."""
        return [
            Alert(e["data"]["code"], e["data"]["text"], e["call_sid"], e["message_sid"])
            for e in self.events("alert")
        ]

    @property
    def webhooks(self) -> list[Webhook]:
        """What the sandbox asked of web sites, oldest first."""
        return [
            Webhook(
                data["method"],
                data["url"],
                data["parameters"],
                data["status"],
                data["body"],
                data["error"],
                event["call_sid"],
                event["message_sid"],
            )
            for event in self.events("webhook")
            if "parameters" in (data := event["data"])  # a stream's socket has none
        ]

    def story(self, call: Any = None) -> Story:
        """What happened, told step by step: of one call (or its SID), or of all."""
        sid = str(getattr(call, "sid", call)) if call is not None else None
        names = {self.url: "$SANDBOX"}
        names |= {site.url: "$SITE" for site in self.sites}
        events = [event for event in self.events() if sid in (None, event["call_sid"])]
        return Story(events, names, by="Your app")

    def told(self) -> str:
        """All of it as text, for the report of a test that failed."""
        try:
            return self._told()
        except HelperError as problem:
            return f"The sandbox does not answer: {problem.what}"

    def _told(self) -> str:
        lines = str(self.story()).splitlines() or ["Nothing happened in the sandbox."]
        if len(lines) > TOLD:
            lines = [f"... {len(lines) - TOLD} lines before this", *lines[-TOLD:]]
        for asked in self.events("request"):
            if (data := asked["data"])["status"] >= 400:
                lines.append(f"refused with {data['status']}: {data['method']} {data['path']}")
        lines += [f"alert {alert.code}: {alert.text}" for alert in self.alerts]
        lines += [f"the sandbox itself failed: {e!r}" for e in self._sandbox.engine.failures]
        for site in self.sites:
            lines += [f"asked of {site.url}:", indent(str(site.requests), "  ")]
            lines += [f"  it raised: {failure}" for failure in site.failures]
        lines += [f"phone {handset}" for handset in self._phones.values()]
        return "\n".join(lines)

    # -- its end -----------------------------------------------------------------------------------

    def close(self) -> None:
        """End the world: the sandbox, and then the sites it might still be asking."""
        self._stage.take()
        for stage, release in self._used:
            stage.take()
            if release is not None:
                release()
        for phone in self._phones.values():
            phone.close()
        if self._client is not None:
            self._client.close()
        if self._official is not None:
            self._official.http_client.close()
        self._wire.close()

    def __repr__(self) -> str:
        return f"<TwilioSandbox {self.url}>"


class Stages:
    """The servers of a test run: one for the sandbox, and one for each site a test has at once."""

    def __init__(self) -> None:
        self.first = Stage()
        self._others: list[Stage] = []

    def another(self, index: int) -> Stage:
        """The server of a test's site number *index*, made when it is first needed."""
        while len(self._others) <= index:
            self._others.append(Stage())
        return self._others[index]

    def close(self) -> None:
        """End them all."""
        for stage in (*self._others, self.first):
            stage.close()
        self._others.clear()


def has_twilio() -> bool:
    """Whether Twilio's own package is installed."""
    return importlib.util.find_spec("twilio") is not None


@contextmanager
def open_sandbox(
    stages: Stages | None = None, *, redirect: bool = True, **options: Any
) -> Iterator[TwilioSandbox]:
    """A clean world while the block lasts: the fixture's inside, for unittest and scripts.

    *options* are those of a sandbox, by keyword (`CHOICES`); here the account is a full one and the
    clock a manual one unless they say otherwise. The environment holds the made-up credentials
    (`VARIABLES`), and with *redirect* every official client of this process reaches the sandbox,
    however it was made. Raises SandboxError for an option that does not exist or makes no sense.
    """
    unknown = sorted(set(options) - set(CHOICES))
    if unknown:
        raise SandboxError(
            f"A sandbox has no option {unknown[0]!r}.",
            next_step=f"There are: {', '.join(CHOICES)}.",
        )
    options = {"type": "full", "clock": "manual"} | options
    options |= {name: tuple(v) for name, v in options.items() if isinstance(v, list)}
    with ExitStack() as stack:
        if stages is None:
            stages = Stages()
            stack.callback(stages.close)
        sandbox = Sandbox(**options)
        stack.callback(sandbox.stop)
        sandbox.engine.base_url = stages.first.url
        stages.first.put(sandbox.app)
        world = TwilioSandbox(sandbox, stages)
        stack.callback(world.close)
        stack.enter_context(_environment(world))
        if redirect and has_twilio():
            from helpers.testing.http_clients import redirected

            stack.enter_context(redirected(world.url))
        yield world


@contextmanager
def _environment(world: TwilioSandbox) -> Iterator[None]:
    """The environment of an app in production, with this world's credentials in it."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("TWILIO_")]:
        # Another's API key, region or mode would lead elsewhere.
        del os.environ[name]
    told = {name: str(getattr(world, attribute)) for name, attribute in VARIABLES.items()}
    os.environ.update({name: value for name, value in told.items() if value})
    for name in ("NO_PROXY", "no_proxy"):
        away = [host for host in before.get(name, "").split(",") if host.strip()]
        os.environ[name] = ",".join([*away, "127.0.0.1", "localhost"])
    try:
        yield
    finally:
        ours = {*VARIABLES, "NO_PROXY", "no_proxy"}
        changed = {name for name in {*before, *os.environ} if name.startswith("TWILIO_")} | ours
        for name in changed:
            if name in before:
                os.environ[name] = before[name]
            else:
                os.environ.pop(name, None)
