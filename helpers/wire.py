"""One HTTP request, with time-outs, and a plain sentence when no answer comes.

Client and handset send theirs through here. Redirects are never followed: they would carry
credentials to another address. What Twilio itself does not answer is asked again, as long as that
cannot do anything twice.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.auth import _basic_auth_str
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from helpers.errors import ConnectionFailed

#: Seconds to wait for the connection, and then for each piece of the answer.
CONNECT, READ = 5.0, 35.0

#: Seconds to wait before each further try of a request that left this machine, and the longest
#: that a server's ``Retry-After`` is obeyed for.
PAUSES, LONGEST_PAUSE = (0.5, 1.0, 2.0), 10.0

#: How many addresses are remembered as they are sent.
ADDRESSES = 256

_FORM = "application/x-www-form-urlencoded"


class Wire:
    """A kept connection to one server; *auth* is the user name and password for it.

    *headers* go with every request. *pauses* are those before further tries; this machine is asked
    once unless they are given.
    """

    def __init__(
        self,
        auth: tuple[str, str] | None,
        *,
        read: float = READ,
        headers: Mapping[str, str] | None = None,
        pauses: Sequence[float] | None = None,
    ) -> None:
        self._read = read
        self._pauses = pauses
        self._direct = requests.Session()
        # Proxies and REQUESTS_CA_BUNDLE are for the way out, never for this machine.
        self._direct.trust_env = False
        self._out = requests.Session()
        self._headers: dict[str, str] = {
            "User-Agent": "twilio-by-notebook",
            "Accept-Encoding": "gzip, deflate",
            "Accept": "*/*",
            "Connection": "keep-alive",
            **(headers or {}),
        }
        if auth is not None:
            self._headers["Authorization"] = _basic_auth_str(*auth)
        self._roads: dict[str, tuple[str, BaseAdapter, bool]] = {}

    def __repr__(self) -> str:
        return "<Wire>"

    def send(
        self,
        method: str,
        url: str,
        *,
        form: Sequence[tuple[str, str]] = (),
        query: Sequence[tuple[str, str]] = (),
        file: tuple[str, bytes] | None = None,
        wait: float = 0,
    ) -> requests.Response:
        """Return the answer, whatever its status; *wait* is how long the server may sit on it.

        A *file*, its content type and its bytes, is posted in place of the *form*.

        A GET is tried again when the connection breaks, and when the server says that it is busy
        (429) or out of order (5xx); anything else only when it surely never left: a POST may have
        been carried out although no answer came. ConnectionFailed if there is no answer, or if
        *url* is no web address.
        """
        try:
            address, adapter, direct = self._roads.get(url) or self._road(url)
        except (requests.RequestException, ValueError) as problem:
            # Not chained, here and below: the libraries' own texts are long and say less.
            raise explain(problem, url) from None
        if query:
            address += ("&" if "?" in address else "?") + urlencode(query)
        prepared = requests.PreparedRequest()
        prepared.method, prepared.url = method, address
        prepared.headers = CaseInsensitiveDict(self._headers)
        if method == "POST":
            kind, body = file or (_FORM, urlencode(form).encode())
            prepared.body = body
            prepared.headers["Content-Length"] = str(len(body))
            if body:
                prepared.headers["Content-Type"] = kind
        timeout = (CONNECT, self._read + wait)
        pauses = iter((() if direct else PAUSES) if self._pauses is None else self._pauses)
        while True:
            try:
                way: Mapping[str, Any] = _DIRECT if direct else self._way_out(address)
                answer = adapter.send(prepared, timeout=timeout, **way)
                answer.content  # noqa: B018 - it is read here, where a broken connection is met
            except (requests.RequestException, ValueError, OSError) as problem:
                again = _may_repeat(method, problem) and next(pauses, None)
                if again is None or again is False:
                    raise explain(problem, url) from None
                time.sleep(again)
                continue
            if method == "GET" and (answer.status_code >= 500 or answer.status_code == 429):
                pause = _pause(answer, pauses)
                if pause is not None:
                    time.sleep(pause)
                    continue
            return answer

    def _road(self, url: str) -> tuple[str, BaseAdapter, bool]:
        """Return *url* as it is sent, what sends it, and whether it stays on this machine."""
        direct = is_loopback(url)
        session = self._direct if direct else self._out
        prepared = requests.Request("GET", url).prepare()
        road = (prepared.url or url, session.get_adapter(prepared.url or url), direct)
        if len(self._roads) >= ADDRESSES:
            self._roads.clear()
        self._roads[url] = road
        return road

    def _way_out(self, address: str) -> Mapping[str, Any]:
        """The proxies and certificates that the environment names for the way out."""
        return self._out.merge_environment_settings(address, {}, False, None, None)

    def close(self) -> None:
        """Close what is kept open; the next request opens it again."""
        self._direct.close()
        self._out.close()


_DIRECT: Mapping[str, Any] = {"stream": False, "verify": True, "cert": None, "proxies": {}}


def _may_repeat(method: str, problem: Exception) -> bool:
    """Whether a request that failed so can be sent again without doing anything twice."""
    if isinstance(problem, requests.exceptions.SSLError | requests.exceptions.ProxyError):
        return False  # it would fail in the same way
    if not isinstance(problem, requests.ConnectionError | requests.Timeout):
        return method == "GET" and isinstance(problem, requests.exceptions.ChunkedEncodingError)
    return method == "GET" or _never_left(problem)


def _never_left(problem: Exception) -> bool:
    """Whether no connection came about: refused, no such machine, or nobody took it in time."""
    cause = problem.args[0] if problem.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _pause(answer: requests.Response, pauses: Iterator[float]) -> float | None:
    """Seconds until a GET that was answered by "not now" is tried again; None for not at all."""
    pause = next(pauses, None)
    asked = answer.headers.get("Retry-After", "")
    if pause is None or not asked.isdigit():
        return pause
    return max(pause, float(asked)) if float(asked) <= LONGEST_PAUSE else None


def is_loopback(url: str) -> bool:
    """Tell whether *url* is written as an address of this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_private(url: str) -> bool:
    """Tell whether *url* is written as an address that only this machine or its network reaches."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return False
    if host.endswith((".localhost", ".local", ".internal", ".test")):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        # A name without a dot is one of this network's, "localhost" among them.
        return bool(host) and "." not in host


def explain(problem: Exception, url: str) -> ConnectionFailed:
    """Return what *problem*, met on the way to *url*, means and what to do about it."""
    place = _place(url)
    text = _whole(problem)
    if isinstance(problem, requests.exceptions.SSLError) or "CERTIFICATE_VERIFY_FAILED" in text:
        return _certificate(place, text)
    if isinstance(problem, requests.exceptions.ProxyError):
        return ConnectionFailed(
            f"The proxy on the way to {place} does not let this through.",
            next_step="Look at HTTPS_PROXY in the environment, or ask who runs this network.",
        )
    if isinstance(problem, requests.exceptions.ConnectTimeout):
        return ConnectionFailed(
            f"{place} did not take the connection within {CONNECT:g} seconds.",
            why="It is down, or something on the way swallows the request.",
            next_step="Try again in a minute; look at the network and its firewall.",
        )
    if isinstance(problem, requests.exceptions.Timeout):
        return ConnectionFailed(
            f"{place} took the request but did not answer in time.",
            why="Whether it was carried out is not known.",
            next_step="Look before you repeat it: list the calls or messages first.",
        )
    if isinstance(problem, ValueError):  # so requests calls every fault of an address
        return ConnectionFailed(
            f"{place} cannot be asked: {_short(text)}.",
            next_step="Check the address; it begins with http:// or https://.",
        )
    return _no_connection(place, text, url)


def _no_connection(place: str, text: str, url: str) -> ConnectionFailed:
    if "NameResolutionError" in text or "getaddrinfo" in text or "Name or service" in text:
        return ConnectionFailed(
            f"There is no machine called {place}.",
            why="Its name could not be looked up.",
            next_step="Check the spelling and whether this machine is online.",
        )
    if "refused" in text.lower():
        if is_loopback(url):
            return ConnectionFailed(
                f"Nothing listens at {place}.",
                why="The sandbox or web app that was there has ended.",
                next_step="Run the cell that starts it again, from the top of the notebook.",
            )
        return ConnectionFailed(
            f"{place} refuses connections.", next_step="Check the address and its port."
        )
    return ConnectionFailed(
        f"The connection to {place} broke off.",
        why=_short(text),
        next_step="Whether the request was carried out is not known: look before you repeat it.",
    )


def _certificate(place: str, text: str) -> ConnectionFailed:
    never = " Never switch the check off (verify=False): anyone could then read your token."
    if "WRONG_VERSION_NUMBER" in text or "record layer failure" in text:
        return ConnectionFailed(
            f"{place} does not speak HTTPS.", next_step="Check the address: https or http, port?"
        )
    if "Hostname mismatch" in text or "doesn't match" in text or "IP address mismatch" in text:
        why = "The certificate is for another name: this is not the server you meant."
        step = "Check the address."
    elif "expired" in text or "not yet valid" in text:
        why = "The certificate is not valid today, or the clock of this machine is wrong."
        step = "Set the clock right, then try again."
    elif "self-signed" in text or "self signed" in text:
        why = "Someone in between shows a certificate of their own; company networks do that."
        step = "Ask for that network's certificate file and name it in REQUESTS_CA_BUNDLE."
    else:
        why = "The list of authorities that this Python trusts does not know who signed it."
        step = (
            "Bring the list up to date (pip install --upgrade certifi). Behind a company's proxy "
            "name its certificate file in REQUESTS_CA_BUNDLE."
        )
    return ConnectionFailed(
        f"The certificate of {place} could not be verified.", why=why, next_step=step + never
    )


def _place(url: str) -> str:
    """Return the server's part of *url*, without any user name or password in it."""
    try:
        parts = urlsplit(url)
        if parts.hostname:
            host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
            return f"{host}:{parts.port}" if parts.port else host
    except ValueError:
        return "That address"
    return "That address"


def _whole(problem: BaseException) -> str:
    """Return the texts of *problem* and of what caused it."""
    texts: list[Any] = []
    link: BaseException | None = problem
    while link is not None and len(texts) < 5:
        texts.append(f"{type(link).__name__}: {link}")
        link = link.__cause__ or link.__context__
    return " | ".join(texts)


def _short(text: str) -> str:
    """Return the kind of error alone: its text may hold the address, with what is in it."""
    names = [part.split(":")[0] for part in text.split(" | ")]
    return " after ".join(dict.fromkeys(names))
