"""One HTTP request, with time-outs, and a plain sentence when no answer comes.

Client and handset send theirs through here. Redirects are never followed: they would carry
credentials to another address.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import requests

from helpers.errors import ConnectionFailed

#: Seconds to wait for the connection, and then for each piece of the answer.
CONNECT, READ = 5.0, 35.0


class Wire:
    """A kept connection to one server; *auth* is the user name and password for it."""

    def __init__(self, auth: tuple[str, str] | None, *, read: float = READ) -> None:
        self._auth = auth
        self._read = read
        self._direct = requests.Session()
        # Proxies and REQUESTS_CA_BUNDLE are for the way out, never for this machine.
        self._direct.trust_env = False
        self._out = requests.Session()

    def __repr__(self) -> str:
        return "<Wire>"

    def send(
        self,
        method: str,
        url: str,
        *,
        form: Sequence[tuple[str, str]] = (),
        query: Sequence[tuple[str, str]] = (),
        headers: dict[str, str] | None = None,
        wait: float = 0,
    ) -> requests.Response:
        """Return the answer, whatever its status; *wait* is how long the server may sit on it.

        ConnectionFailed if there is none, or if *url* is no web address.
        """
        try:
            session = self._direct if is_loopback(url) else self._out
            return session.request(
                method,
                url,
                params=list(query) or None,
                data=list(form) if method == "POST" else None,
                headers=headers,
                auth=self._auth,
                timeout=(CONNECT, self._read + wait),
                allow_redirects=False,
            )
        except (requests.RequestException, ValueError, OSError) as problem:
            # Not chained: the libraries' own texts are long and say less.
            raise explain(problem, url) from None

    def close(self) -> None:
        """Close what is kept open; the next request opens it again."""
        self._direct.close()
        self._out.close()


def is_loopback(url: str) -> bool:
    """Tell whether *url* is written as an address of this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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
