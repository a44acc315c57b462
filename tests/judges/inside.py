"""A sandbox without sockets for thousands of requests, which finds the things it has told of."""

from __future__ import annotations

import asyncio
import base64
import re
from urllib.parse import quote, urlencode

from helpers.sandbox.web import inside
from tests.judges.requests_made import FURNITURE, NOTHING, NUMBERS, ODD, SELDOM, Asked
from tests.sandbox.town import SHOP
from tests.sandbox.within import Within

PATIENCE = 10  # real seconds
PAGES = {
    "/voice": "<Response><Say>Hello</Say><Gather numDigits='1' timeout='60'/></Response>",
    "/sms": "<Response><Message>Thanks</Message></Response>",
    "/party": "<Response><Dial><Conference record='record-from-start'>party</Conference></Dial>"
    "</Response>",
    "/line": "<Response><Enqueue>line</Enqueue></Response>",
    "/memo": "<Response><Record trim='do-not-trim' transcribe='true' action='/over'/></Response>",
    "/over": "<Response><Hangup/></Response>",
}
TESTER, TOKEN = "AC" + "7" * 32, "7" * 32  # test credentials
NOBODY = "XX" + "0" * 32  # the SID of nothing


def answer(path: str, params: dict[str, str]) -> tuple[int, str, bytes]:
    """The web site's pages, and a picture; any other is not there."""
    if path == "/picture":
        return 200, "image/png", b"\x89PNG"
    if path in PAGES:
        return 200, "text/xml", PAGES[path].encode()
    return 404, "text/plain", b"not here"


class Inside(Within):
    """A world that takes `Asked` requests, and looks up what their paths and values name.

    *lines* tells what was asked and answered, for whoever looks for a mistake.
    """

    def __init__(self, account: str = "full") -> None:
        """*account* is what asks: full, trial, or test credentials."""
        kind = "full" if account == "test" else account
        tester = (TESTER, TOKEN, "test")
        super().__init__("manual", answer, type=kind, numbers=(SHOP, "55555"), accounts=(tester,))
        self.account = self.sandbox.account_sid
        if account == "test":
            self.account = TESTER
        self.lines: list[str] = []
        self._sids: dict[str, dict[str, None]] = {}  # by their first two letters, newest last
        self._paths: dict[str, None] = {}  # of things and lists, newest last

    async def __aenter__(self) -> Inside:
        await super().__aenter__()
        if self.account == TESTER:
            self._login = "Basic " + base64.b64encode(f"{TESTER}:{TOKEN}".encode()).decode()
        return self

    async def send(self, asked: Asked) -> tuple[int, dict[str, str], bytes]:
        """Send a request; the status, headers and body of the answer."""
        path = self.place(asked)
        pairs = [(name, self._value(given)) for name, given in asked.pairs]
        url, body = f"http://sandbox.test{path}", b""
        headers = {"authorization": self._login}
        if asked.method == "POST":
            headers["content-type"] = "application/x-www-form-urlencoded"
            body = urlencode(pairs).encode()
        elif pairs:
            url += "?" + urlencode(pairs)
        self.lines.append(f"{asked.method} {path} {pairs}")
        work = inside.ask(self.sandbox.app, asked.method, url, body, headers, 10**7)
        status, told, got = await asyncio.wait_for(work, PATIENCE)
        self.lines[-1] += f" -> {status}"
        self._learn(got.decode("utf-8", "replace"))
        if asked.wait:
            await asyncio.wait_for(self.clock.turn(asked.wait), PATIENCE)
        return status, dict(told), got

    def _learn(self, text: str) -> None:
        for sid in re.findall(r"\b[A-Z]{2}[0-9a-f]{32}\b", text):
            known = self._sids.setdefault(sid[:2], {})
            known.pop(sid, None)
            known[sid] = None  # the last one told of
        found = re.findall(
            r'"(?:https?://[^/"]+)?(/(?:2010-04-01|v1|v2)/[^"?. ]*(?:\.json)?)"', text
        )
        self._paths |= dict.fromkeys(found)

    def place(self, asked: Asked) -> str:
        """The path of a request: one that was told of if there is one of its shape."""
        if asked.name < 0:  # something odd is named
            odd = quote(ODD[asked.name], safe="")
            return re.sub(r"{\w+}", lambda m: self._given(m[0]) or odd, asked.path)
        known = self._known(asked.path)
        if asked.name < SELDOM:
            elsewhere = re.compile(f"/2010-04-01/Accounts/(?!{self.account})")
            known = [path for path in known if not elsewhere.match(path)]
        if known and asked.name < NOTHING and "{" in asked.path:
            return known[-1 - asked.name % len(known)]
        nobody = NOBODY
        if asked.path.endswith("Keys/{Sid}.json") and asked.name < NOTHING:
            nobody = self._value("SK?")  # a key does not tell where it is
        return re.sub(r"{\w+}", lambda m: self._given(m[0], asked.name) or nobody, asked.path)

    def _known(self, template: str) -> list[str]:
        """The paths of a shape that were told of, or that are below one that was."""
        shape = re.sub(r"\\{\w+\\}", "[^/.]+", re.escape(template))
        known = [path for path in self._paths if re.fullmatch(shape, path)]
        above, below = template.rpartition("}")[::2]
        if known or not above or below in ("", ".json"):
            return known
        suffix = ".json" * template.endswith(".json")
        return [p.removesuffix(suffix) + below for p in self._known(above + "}" + suffix)]

    def _given(self, name: str, number: int = 0) -> str:
        """What needs no looking up."""
        return {
            "{AccountSid}": self.account,
            "{CountryCode}": ("US", "GB", "DE", "XX")[number % 4],
            "{number}": quote(NUMBERS[number % len(NUMBERS)]),
        }.get(name, "")

    def _value(self, given: str) -> str:
        """A value; ``CA?`` is the newest call, ``??`` anything."""
        if given == "??":
            newest = [[*sids][-1] for sids in self._sids.values()]
            return newest[len(self.lines) % len(newest)] if newest else NOBODY
        if re.fullmatch(r"[A-Z]{2}\?", given):
            return [given[:2] + "0" * 32, *self._sids.get(given[:2], ())][-1]
        return given

    async def furnish(self, *, all_of_it: bool = True) -> None:
        """Let there be one of everything: what a fuzz asks for should often be there.

        Not *all_of_it* is for accounts that may not have everything.
        """
        for asked in FURNITURE:
            status, _, body = await self.send(asked)
            assert status < 300 or not all_of_it, (self.lines[-1], body)
