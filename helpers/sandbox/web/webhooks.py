"""Ask web sites, signed, as Twilio asks them; and stay on this machine.

One method matters: :meth:`Webhooks.ask`. It never raises for anything a web site does; what went
wrong comes back as a code of Twilio's and a sentence. Two rules of ours come on top of Twilio's:
only loopback addresses and allowed hosts are asked, and the address that was checked is the one
that is connected to. Sites of this process (`inside`) are asked without a socket.

Sources: error pages 11100 to 11751; the pages on connection overrides and on security.
"""

from __future__ import annotations

import asyncio
import zlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from urllib.parse import urljoin

import aiohttp
from yarl import URL

from helpers import signing
from helpers.sandbox.web import inside, overrides, urls
from helpers.sandbox.web.cookies import Cookies
from helpers.sandbox.web.machines import Failure, Machines
from helpers.sandbox.web.urls import Pairs, plain, shortened, shown_url, urlencoded, with_query

__all__ = [
    "DOCUMENT_LIMIT",
    "MEDIA_LIMIT",
    "SOCKET_LIMIT",
    "Cookies",
    "NoSocket",
    "Reply",
    "Webhooks",
]

DOCUMENT_LIMIT = 65_536  # bytes of TwiML, error 11750
MEDIA_LIMIT = 5_000_000  # bytes of a media file, error 11751
SOCKET_LIMIT = 1_000_000  # bytes of one message over a WebSocket
CLOSING = 1.0  # real seconds in which the other side of a WebSocket is to agree that it is over
REDIRECTS = 10  # error 11215
FOLLOWED = (301, 302, 303, 307)  # any other 3xx is 11216
CERTIFICATES = {10: 11236, 62: 11235, 64: 11235}  # OpenSSL's reasons; any other is 11237
KEPT = 64  # answers to GET that may be asked for again by ETag or Last-Modified
TAKEN_OUT = "..."  # stands where a secret was
KEPT_BYTES = DOCUMENT_LIMIT  # each at most; what is longer is fetched anew


@dataclass
class Reply:
    """What came back: *url* is where it came from in the end, redirects followed.

    *failed* is None or (code, sentence). *status* is 0 when nobody answered. *asked* is how it was
    asked: the method and the parameters. *sent* are the URL and the headers of the first request,
    without cookies and logins; nothing if it came to none.
    """

    url: str
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    failed: Failure | None = None
    asked: tuple[str, Sequence[tuple[str, str]]] = ("", ())
    sent: tuple[str, Mapping[str, str]] = ("", MappingProxyType({}))

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


@dataclass(frozen=True)
class _Errand:
    """What stays the same over all the requests of one `ask`. *mark* tells them from others'."""

    token: str
    cookies: Cookies
    limit: int
    how: overrides.Overrides
    mark: str
    sent: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)


@dataclass(frozen=True)
class _Request:
    """One request that is ready to go: *url* is the one asked, its parameters included."""

    site: inside.App | None
    method: str
    to: urls.Address
    url: str
    form: bytes | None
    errand: _Errand


class NoSocket(Exception):
    """A WebSocket could not be opened: *why* in a word, a sentence, and an HTTP status or 0.

    *why* is "address", "away" (not on this machine), "timeout", "refused", "unreachable", "tls" or
    "declined" (somebody answered, but not with a WebSocket).
    """

    def __init__(self, why: str, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.why, self.text, self.status = why, text, status


class Webhooks:
    """Sends requests to web sites. *timeout* is the real seconds one may take in all.

    *sites* are those of this process, by their origin: see `helpers.sandbox.web.inside`.
    """

    def __init__(
        self,
        *,
        timeout: float = 15.0,
        allow_hosts: Sequence[str] = (),
        sites: Mapping[str, inside.App] | None = None,
    ) -> None:
        self.timeout = timeout
        self.inside = inside.Inside(sites or {})
        self.asking = 0
        self._asked = 0
        self._machines = Machines(allow_hosts)
        self._http: aiohttp.ClientSession | None = None
        self._sockets: aiohttp.ClientSession | None = None
        self._kept: OrderedDict[tuple[str, str], Reply] = OrderedDict()

    async def close(self) -> None:
        """Let go of open connections."""
        for session in (self._http, self._sockets):
            if session is not None:
                await session.close()
        self._http = self._sockets = None

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
        how = overrides.read(url)
        if how.refused:
            return Reply(shown_url(url), failed=how.refused)
        self.asking += 1
        self._asked += 1
        mark = f"00000000-0000-4000-8000-{self._asked:012x}"
        errand = _Errand(token, cookies or Cookies(), limit, how, mark)
        total = min(self.timeout, how.total or self.timeout)
        try:
            async with asyncio.timeout(total):
                reply = await self._follow(url, method, params, errand)
        except TimeoutError:
            code = 11200 if how.total is None else 11203
            text = f"{plain(url)} did not answer within {total:g} seconds"
            reply = Reply(url, failed=(code, text))
        finally:
            self.asking -= 1
        reply.url = shown_url(reply.url)  # it is told to others: the fallback, the next document
        if errand.sent:
            reply.sent = errand.sent[0]
        return reply

    async def _follow(self, url: str, method: str, params: Pairs, errand: _Errand) -> Reply:
        """Ask, and go where redirects lead."""
        for _ in range(REDIRECTS + 1):
            reply = await self._once(url, method, params, errand)
            if reply.failed or not 300 <= reply.status < 400:
                return reply if reply.failed else _judged(reply, errand.limit)
            where = f"{plain(reply.url)} answered {reply.status}"
            location = reply.headers.get("location", "").strip()
            if reply.status not in FOLLOWED:
                reply.failed = (11216, f"{where}: of redirects 301, 302, 303 and 307 are followed")
                return reply
            if not location:
                reply.failed = (11216, f"{where} without saying where to: it lacks a Location")
                return reply
            # Followed as browsers do: the next request is a GET and the form is lost.
            try:
                url = urljoin(reply.url, location)
            except ValueError:
                return Reply(reply.url, failed=(11100, f"this is not a URL: {shortened(location)}"))
            method, params = "GET", ()
        return Reply(
            url, failed=(11215, f"more than {REDIRECTS} redirects, the last to {plain(url)}")
        )

    async def _once(self, url: str, method: str, params: Pairs, errand: _Errand) -> Reply:
        """One request to one address, tried again as its overrides say."""
        to, token, cookies = urls.address(url), errand.token, errand.cookies
        if to is None:
            return Reply(url, failed=(11100, f"this is not an http or https URL: {shortened(url)}"))
        site = self.inside.find(*to.origin)
        if site is None and (refused := await self._machines.judge(to.host)):
            return Reply(url, failed=refused)
        if to.login is not None:
            cookies.logins[to.origin] = to.login
        bare = with_query(to.url, params) if method == "GET" else to.url
        form = urlencoded(params).encode() if method != "GET" else None
        headers = {
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
            "X-Twilio-Signature": signing.sign(token, bare, params if form is not None else None),
            "I-Twilio-Idempotency-Token": errand.mark,
        }
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        if cookie := cookies.header(to.scheme, to.host, to.path):
            headers["Cookie"] = cookie
        kept = self._kept.get((token, bare)) if form is None else None
        if kept is not None:
            headers |= _conditions(kept)
        if not errand.sent:
            hidden = {"Cookie": TAKEN_OUT} if cookie else {}
            errand.sent.append((bare, headers | hidden))
        request = _Request(site, method, to, bare, form, errand)
        for _ in range(1 + errand.how.retries):
            reply, why = await self._try(request, headers)
            if not errand.how.again(why):
                break
        if kept is not None and reply.status == 304:
            self._kept.move_to_end((token, bare))
            return replace(kept, url=bare)
        if form is None:
            self._keep((token, bare), reply)
        return reply

    async def _try(self, request: _Request, headers: dict[str, str]) -> tuple[Reply, str]:
        """Send it once, with a login if the site wants one; and in a word what a retry may mend."""
        cookies = request.errand.cookies
        login = cookies.logins.get(request.to.origin)
        reply, why = await self._send(request, headers, None)
        if reply.status == 401 and login is not None:
            # Credentials in a URL are sent only after the site asked for them.
            if reply.headers.get("www-authenticate", "").lower().startswith("digest"):
                reply, why = await self._send(request, headers, login)
            else:
                basic = {"Authorization": aiohttp.encode_basic_auth(*login)}
                reply, why = await self._send(request, headers | basic, None)
        lines = reply.headers.pop("set-cookie", "")
        if lines:
            cookies.take(request.to.host, request.to.path, lines.split("\n"))
        return reply, why

    async def _send(
        self, request: _Request, headers: dict[str, str], digest: tuple[str, str] | None
    ) -> tuple[Reply, str]:
        """The bare request and its answer, unpacked."""
        url, limit = request.url, request.errand.limit
        if request.site is not None:
            status, lines, body = await inside.ask(
                request.site, request.method, url, request.form or b"", headers, limit
            )
        else:
            try:
                status, lines, body = await self._over_the_network(request, headers, digest)
            except _Trouble as trouble:
                return Reply(url, failed=(trouble.code, trouble.text)), trouble.why
        got = dict(lines)
        if "set-cookie" in got:
            got["set-cookie"] = "\n".join(value for name, value in lines if name == "set-cookie")
        reply = Reply(url, status, got, body)
        if (packed := got.get("content-encoding", "").strip().lower()) not in ("", "identity"):
            reply.body, reply.failed = _unpacked(body, packed, limit, url)
        return reply, {4: "4xx", 5: "5xx"}.get(status // 100, "")

    async def _over_the_network(
        self, request: _Request, headers: dict[str, str], digest: tuple[str, str] | None
    ) -> inside.Answer:
        where = plain(request.url)
        target = URL(request.url, encoded=True)  # as it was signed: not quoted anew
        if (target.raw_host or "").lower() != request.to.host:
            # Whoever reads the address in another way could be led to another host.
            raise _Trouble(11100, f"this is not a URL: {where}")
        try:
            async with self._session().request(
                request.method,
                target,
                data=request.form,
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(
                    total=None,
                    sock_connect=request.errand.how.connect,
                    sock_read=request.errand.how.read,
                ),
                middlewares=(aiohttp.DigestAuthMiddleware(*digest),) if digest else (),
            ) as response:
                body = await _read(response, request.errand.limit + 1)
                lines = [(name.lower(), _clean(value)) for name, value in response.headers.items()]
                return response.status, lines, body
        except aiohttp.ConnectionTimeoutError:
            raise _Trouble(11201, f"no connection to {where}: timed out", "ct") from None
        except aiohttp.SocketTimeoutError:
            text = f"{where} sent nothing for {request.errand.how.read:g} seconds"
            raise _Trouble(11200, text, "rt") from None
        except aiohttp.ClientConnectorCertificateError as problem:
            why = problem.certificate_error
            code = CERTIFICATES.get(getattr(why, "verify_code", 0), 11237)
            raise _Trouble(code, f"{where}: {getattr(why, 'verify_message', why)}") from None
        except aiohttp.ClientSSLError:
            raise _Trouble(11220, f"no TLS connection to {where}", "ct") from None
        except aiohttp.ClientConnectorError as problem:
            if isinstance(problem.os_error, ConnectionRefusedError):
                text = f"nothing listens at {where}: is your web site running?"
                raise _Trouble(11202, text, "ct") from None
            raise _Trouble(11205, f"no connection to {where}", "ct") from None
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            raise _Trouble(11205, f"{where} closed the connection") from None
        except aiohttp.ClientPayloadError:
            raise _Trouble(11206, f"{where} broke off in the middle of its answer") from None
        except (aiohttp.ClientError, UnicodeError, ValueError):
            raise _Trouble(11206, f"{where} did not speak HTTP") from None

    async def open_socket(
        self, url: str, *, token: str, sent: dict[str, str] | None = None
    ) -> aiohttp.ClientWebSocketResponse:
        """Open a WebSocket, signed with *token*; the same machines may be asked.

        *sent* gets the headers it is asked with.

        Raises:
            NoSocket: there is none, or not in time.
        """
        self.asking += 1
        try:
            async with asyncio.timeout(self.timeout):
                return await self._open_socket(url, token, sent if sent is not None else {})
        except TimeoutError:
            text = f"{plain(url)} did not open a WebSocket within {self.timeout:g} seconds"
            raise NoSocket("timeout", text) from None
        finally:
            self.asking -= 1

    async def _open_socket(
        self, url: str, token: str, sent: dict[str, str]
    ) -> aiohttp.ClientWebSocketResponse:
        where = plain(url)
        to = urls.address(url, ("ws", "wss"))
        if to is None:
            raise NoSocket("address", f"this is not a ws or wss URL: {shortened(url)}")
        if away := await self._machines.judge(to.host):
            raise NoSocket("away", away[1])
        target = URL(to.url, encoded=True)
        if (target.raw_host or "").lower() != to.host:
            # Whoever reads the address in another way could be led to another host.
            raise NoSocket("address", f"this is not a URL: {where}")
        if self._sockets is None:
            self._sockets = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=self._machines, use_dns_cache=False, force_close=True, limit=0
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                middlewares=(_stay,),
            )
        headers = {
            "User-Agent": "Twilio.TmeWs/1.0",
            "X-Twilio-Signature": signing.sign(token, to.url, None),
        }
        sent |= headers
        try:
            return await self._sockets.ws_connect(
                target,
                headers=headers,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSING),
                autoping=False,
                max_msg_size=SOCKET_LIMIT,
            )
        except aiohttp.WSServerHandshakeError as problem:
            text = f"{where} answered {problem.status}, and no WebSocket: is the path right?"
            raise NoSocket("declined", text, problem.status) from None
        except aiohttp.ClientSSLError:
            raise NoSocket("tls", f"no TLS connection to {where}") from None
        except aiohttp.ClientConnectorError as problem:
            if isinstance(problem.os_error, ConnectionRefusedError):
                text = f"nothing listens at {where}: is your program running?"
                raise NoSocket("refused", text) from None
            raise NoSocket("unreachable", f"no connection to {where}") from None
        except (aiohttp.ClientError, OSError, UnicodeError, ValueError):
            raise NoSocket("declined", f"{where} did not speak HTTP") from None

    def _keep(self, key: tuple[str, str], reply: Reply) -> None:
        """Keep an answer to a GET that its site can tell to be still good."""
        self._kept.pop(key, None)
        if reply.status != 200 or reply.failed or len(reply.body) > KEPT_BYTES:
            return
        if _conditions(reply) and "no-store" not in reply.headers.get("cache-control", ""):
            self._kept[key] = reply
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=self._machines, use_dns_cache=False, force_close=True, limit=0
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,  # `_unpacked` does it, and never makes more than is read
                trust_env=False,
            )
        return self._http


async def _stay(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Follow no redirect: only the address that was judged is asked for a WebSocket."""
    response = await handler(request)
    if response.status != 101:
        response.close()
        raise aiohttp.WSServerHandshakeError(
            response.request_info, response.history, status=response.status
        )
    return response


class _Trouble(Exception):
    """No answer: a code, a sentence, and in a word what a retry may mend."""

    def __init__(self, code: int, text: str, why: str = "") -> None:
        super().__init__(text)
        self.code, self.text, self.why = code, text, why


def _clean(value: str) -> str:
    """The value of a header: bytes that are no UTF-8 come as surrogates, which nobody can write."""
    return (
        value
        if value.isascii()
        else value.encode(errors="surrogateescape").decode("utf-8", "replace")
    )


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(16_384):
        body += chunk
        if len(body) >= most:
            break
    return bytes(body[:most])


def _judged(reply: Reply, limit: int) -> Reply:
    """Mark what Twilio would not use."""
    where = plain(reply.url)
    if reply.status >= 400:
        reply.failed = (11200, f"{where} answered {reply.status}")
    elif limit == DOCUMENT_LIMIT and reply.content_type.startswith("audio/"):
        pass  # a sound in place of a document: whoever plays it fetches it as a sound
    elif len(reply.body) > limit:
        code = 11750 if limit == DOCUMENT_LIMIT else 11751
        reply.failed = (code, f"{where} sent more than {limit} bytes")
    return reply


def _unpacked(body: bytes, how: str, limit: int, url: str) -> tuple[bytes, Failure | None]:
    """The body without its compression, and no more of it than *limit* allows."""
    if how not in ("gzip", "x-gzip", "deflate"):
        return b"", (11206, f"{plain(url)} answered in {how[:40]}, which was not asked for")
    if not body:
        return b"", None
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib, as it says itself
    try:
        done = unpacking.decompress(body, limit + 1)
    except zlib.error:
        return b"", (11206, f"{plain(url)} sent broken {how}")
    if not unpacking.eof and len(done) <= limit:
        return b"", (11206, f"{plain(url)} broke off in the middle of its answer")
    return done, None


def _conditions(reply: Reply) -> dict[str, str]:
    """The headers that ask whether a kept answer is still good; none if its site cannot tell."""
    named = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
    return {asks: value for name, asks in named.items() if (value := reply.headers.get(name))}
