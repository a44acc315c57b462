"""Ask web sites, signed, as Twilio asks them; and stay on this machine.

One method matters: :meth:`Webhooks.ask`. It never raises for anything a web site does; what went
wrong comes back as a code of Twilio's and a sentence. Two rules of ours come on top of Twilio's:
only loopback addresses and allowed hosts are asked, and the address that was checked is the one
that is connected to.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, quote, quote_plus, urljoin, urlsplit, urlunsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from helpers import signing
from helpers.sandbox import inside, twimlets

DOCUMENT_LIMIT = 65_536  # bytes of TwiML, error 11750
MEDIA_LIMIT = 5_000_000  # bytes of a media file, error 11751
REDIRECTS = 10  # error 11215
CONNECT_TIMEOUT = 5.0  # seconds a try, two tries: errors 11201, 11202
RESOLVE_TIMEOUT = 2.0  # seconds for a name; a site on this machine needs none of it

Pairs = Sequence[tuple[str, str]]


@dataclass
class Reply:
    """What came back: *url* is where it came from in the end, redirects followed.

    *failed* is None or (code, sentence). *status* is 0 when nobody answered.
    """

    url: str
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    failed: tuple[int, str] | None = None

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


class Cookies:
    """What the web sites of one conversation asked us to remember, per host."""

    def __init__(self) -> None:
        self._jar: dict[str, dict[str, str]] = {}

    def header(self, host: str) -> str:
        return "; ".join(f"{k}={v}" for k, v in self._jar.get(host, {}).items())

    def take(self, host: str, values: list[str]) -> None:
        for value in values:
            for name, morsel in SimpleCookie(value).items():
                self._jar.setdefault(host, {})[name] = morsel.value


class _Pinned(AbstractResolver):
    """Answers with the addresses that were checked, and no others."""

    def __init__(self) -> None:
        self.addresses: dict[str, list[str]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self.addresses.get(host, [])
        ]

    async def close(self) -> None:
        """Nothing to close."""


class Webhooks:
    """Sends requests to web sites. *timeout* is the real seconds one may take in all.

    *sites* are those of this process, by their origin: see `helpers.sandbox.inside`.
    """

    def __init__(
        self,
        *,
        timeout: float = 15.0,
        allow_hosts: Sequence[str] = (),
        sites: Mapping[str, inside.App] | None = None,
    ) -> None:
        self.timeout = timeout
        self.inside = inside.Inside(twimlets.SITES | dict(sites or {}))
        self.allow_hosts = {host.lower() for host in allow_hosts}
        self.asking = 0
        self._tokens = 0
        self._resolver = _Pinned()
        self._http: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Let go of open connections."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def ask(
        self,
        url: str,
        method: str,
        params: Pairs,
        *,
        token: str,
        cookies: Cookies | None = None,
        limit: int = DOCUMENT_LIMIT,
    ) -> Reply:
        """Send one request, signed with *token*, and follow redirects.

        *params* go into the query for GET, else into a form. Returns a :class:`Reply`, whose
        *failed* says what Twilio's debugger would say.
        """
        self.asking += 1
        self._tokens += 1
        try:
            async with asyncio.timeout(_total(url, self.timeout)):
                return await self._follow(url, method, list(params), token, cookies, limit)
        except TimeoutError:
            return Reply(
                url,
                failed=(11200, f"{_plain(url)} did not answer within {self.timeout:g} seconds"),
            )
        finally:
            self.asking -= 1

    async def _follow(
        self,
        url: str,
        method: str,
        params: list[tuple[str, str]],
        token: str,
        cookies: Cookies | None,
        limit: int,
    ) -> Reply:
        for _ in range(REDIRECTS + 1):
            reply = await self._once(url, method, params, token, cookies, limit)
            if reply.status not in (301, 302, 303, 307, 308) or reply.failed:
                return reply if reply.failed else _judged(reply, limit)
            # Followed as browsers do: the next request is a GET and the form is lost.
            location = reply.headers.get("location", "")
            try:
                url = urljoin(reply.url, location)
            except ValueError:
                return Reply(reply.url, failed=(11100, f"this is not a URL: {location}"))
            method, params = "GET", []
        return Reply(url, failed=(11215, f"more than {REDIRECTS} redirects, the last to {url}"))

    async def _once(
        self,
        url: str,
        method: str,
        params: list[tuple[str, str]],
        token: str,
        cookies: Cookies | None,
        limit: int,
    ) -> Reply:
        try:
            parts = urlsplit(url.split("#")[0])
            host, scheme, port = (parts.hostname or "").lower(), parts.scheme.lower(), parts.port
        except ValueError:
            return Reply(url, failed=(11100, f"this is not a URL: {url}"))
        if scheme not in ("http", "https") or not host:
            return Reply(url, failed=(11100, f"this is not an http or https URL: {url}"))
        site = self.inside.find(scheme, host, port)
        if site is None and (refused := await self._check_host(host)):
            return Reply(url, failed=refused)
        user, password = parts.username, parts.password
        bare = _quoted(urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])))
        if method == "GET":
            bare = with_query(bare, params)
        form = urlencoded(params) if method != "GET" else None
        headers = {
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "X-Twilio-Signature": signing.sign(token, bare, params if form is not None else None),
            "I-Twilio-Idempotency-Token": f"00000000-0000-4000-8000-{self._tokens:012x}",
        }
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        if cookies and (cookie := cookies.header(host)):
            headers["Cookie"] = cookie
        reply = await self._send(site, bare, method, form, headers, limit)
        if reply.failed and reply.failed[0] in (11201, 11202):
            reply = await self._send(site, bare, method, form, headers, limit)  # the second try
        if reply.status == 401 and user:
            # Credentials in a URL are sent only after the site asked for them.
            headers["Authorization"] = aiohttp.encode_basic_auth(user, password or "")
            reply = await self._send(site, bare, method, form, headers, limit)
        if cookies:
            cookies.take(host, reply.headers.pop("set-cookie", "").split("\n"))
        return reply

    async def _send(
        self,
        site: inside.App | None,
        url: str,
        method: str,
        form: str | None,
        headers: dict[str, str],
        limit: int,
    ) -> Reply:
        if site is not None:
            data = form.encode() if form is not None else b""
            status, got, body = await inside.ask(site, method, url, data, headers, limit)
            kept = dict(got)
            kept["set-cookie"] = "\n".join(value for name, value in got if name == "set-cookie")
            return Reply(url, status, kept, body[: limit + 1])
        http = self._session()
        try:
            async with http.request(
                method,
                URL(url, encoded=True),  # as it was signed: not quoted anew
                data=form.encode() if form is not None else None,
                headers=headers,
                allow_redirects=False,
            ) as response:
                body = await _read(response, limit + 1)
                kept = {k.lower(): v for k, v in response.headers.items()}
                kept["set-cookie"] = "\n".join(response.headers.getall("Set-Cookie", []))
                return Reply(url, response.status, kept, body)
        except aiohttp.ConnectionTimeoutError:
            return Reply(url, failed=(11201, f"no connection to {_plain(url)}: timed out"))
        except aiohttp.ClientConnectorCertificateError as problem:
            return Reply(url, failed=(11237, f"{_plain(url)}: {problem.certificate_error}"))
        except aiohttp.ClientSSLError:
            return Reply(url, failed=(11220, f"no TLS connection to {_plain(url)}"))
        except aiohttp.ClientConnectorError as problem:
            if isinstance(problem.os_error, ConnectionRefusedError):
                why = f"nothing listens at {_plain(url)}: is your web site running?"
                return Reply(url, failed=(11202, why))
            return Reply(url, failed=(11205, f"no connection to {_plain(url)}"))
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            return Reply(url, failed=(11205, f"{_plain(url)} closed the connection"))
        except (aiohttp.ClientError, UnicodeError, ValueError):
            return Reply(url, failed=(11206, f"{_plain(url)} did not speak HTTP"))

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=self._resolver, use_dns_cache=False, force_close=True, limit=0
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT),
                auto_decompress=True,
                trust_env=False,
            )
        return self._http

    async def _check_host(self, host: str) -> tuple[int, str] | None:
        """None if *host* may be asked, else why not; remembers the addresses that were judged."""
        if host in self.allow_hosts:
            self._resolver.addresses[host] = await _addresses(host)
            if not self._resolver.addresses[host]:
                return 11210, f"the host name {host} is not known"
            return None
        away = (
            11205,
            f"{host} was not asked: this sandbox stays on this machine. "
            f"Use an address on 127.0.0.1, or start the sandbox with --allow-host {host}",
        )
        try:
            return None if is_loopback(str(ipaddress.ip_address(host))) else away
        except ValueError:
            pass  # a name, to be resolved
        if re.fullmatch(r"[0-9.]+|0x[0-9a-f.x]+", host):
            return away  # 127.1, 2130706433 and the like: spellings that only hide an address
        found = await _addresses(host)
        if not found or not all(is_loopback(address) for address in found):
            return away
        self._resolver.addresses[host] = found
        return None


def is_loopback(address: str) -> bool:
    """127.0.0.0/8 and ::1, nothing else."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    return ip in ipaddress.ip_network("127.0.0.0/8") if ip.version == 4 else address == "::1"


def with_query(url: str, params: Pairs) -> str:
    """*url* with *params* appended to its query, what stands there already untouched."""
    if not params:
        return url
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencoded(params))))
    return urlunsplit(parts._replace(query=query))


def urlencoded(params: Pairs) -> str:
    """*params* as a form. Names and short values come again and again, so they are kept ready."""
    return "&".join(
        f"{_word(name)}={_word(value) if len(value) <= 40 else quote_plus(value)}"
        for name, value in params
    )


@lru_cache(maxsize=2048)
def _word(text: str) -> str:
    return quote_plus(text)


def _quoted(url: str) -> str:
    """*url* with what may not stand in a request line percent-encoded, the rest untouched."""
    return quote(url, safe="%/:=&?~#+!$,;'@()*[]-._")


async def _addresses(host: str) -> list[str]:
    """The addresses of a name, or none when it has none or takes too long.

    A thread of our own that may be left behind: a pool's would keep the process from ending.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def give(addresses: list[str]) -> None:
        if not found.done():
            found.set_result(addresses)

    def look() -> None:
        try:
            rows = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            addresses = list(dict.fromkeys(str(row[4][0]) for row in rows))
        except (OSError, UnicodeError):
            addresses = []
        if not loop.is_closed():
            loop.call_soon_threadsafe(give, addresses)

    threading.Thread(target=look, daemon=True).start()
    try:
        return await asyncio.wait_for(found, RESOLVE_TIMEOUT)
    except TimeoutError:
        return []


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(16_384):
        body += chunk
        if len(body) >= most:
            break
    return bytes(body[:most])


def _judged(reply: Reply, limit: int) -> Reply:
    """Mark what Twilio would not use."""
    where = _plain(reply.url)
    if reply.status >= 400:
        reply.failed = (11200, f"{where} answered {reply.status}")
    elif len(reply.body) > limit:
        code = 11750 if limit == DOCUMENT_LIMIT else 11751
        reply.failed = (code, f"{where} sent more than {limit} bytes")
    return reply


def _total(url: str, default: float) -> float:
    """The whole time one request may take; ``#tt=3000`` in the URL shortens it (milliseconds)."""
    overrides = dict(parse_qsl(url.partition("#")[2]))
    given = overrides.get("tt") or overrides.get("rt") or ""
    return min(default, int(given) / 1000) if re.fullmatch(r"\d{3,5}", given) else default


def _plain(url: str) -> str:
    """The URL without credentials, query and fragment: what a sentence should show."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
