"""Make and check the signature that Twilio puts on its requests to your web site.

The rule: take the whole URL; for a form append each parameter's name and value, sorted by
name; make an HMAC of that with the account's auth token as key; write it in Base64. It travels
in the header ``X-Twilio-Signature``. Source: Twilio's page on webhook security, and the test
vectors of its own libraries (see ``tests/test_signing.py``).
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, parse_qs, urldefrag, urlparse, urlsplit

SIGNATURE_HEADER = "X-Twilio-Signature"

# The second is for webhooks signed with a shared key instead of the auth token.
HASHES = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}

Params = Mapping[str, Any] | Iterable[tuple[str, Any]] | None


def sign(token: str, url: str, params: Params = None) -> str:
    """Return the signature of a request that is about to be sent.

    *params* are the form's: a mapping, or pairs where a name may come twice, a list standing
    for several values. Leave them out for a GET, whose parameters are in the URL already, and
    for a JSON body, whose hash is. What follows ``#`` never leaves the sender: it is not signed.
    """
    return _mac(token.encode(), urldefrag(url).url + _joined(params)).decode()


def body_hash(body: str | bytes) -> str:
    """Return what the URL's ``bodySHA256`` must say for this JSON body: hex, lower case."""
    return hashlib.sha256(body.encode() if isinstance(body, str) else body).hexdigest()


class RequestValidator:
    """Tells requests of Twilio from forgeries, as the official class of this name does."""

    def __init__(self, token: str) -> None:
        """*token* is the auth token of the account that the request claims to come from."""
        self._key = token.encode()

    def __repr__(self) -> str:
        return "<RequestValidator>"

    def compute_signature(
        self, uri: str, params: Params = None, algorithm: str | None = None
    ) -> str:
        """Return the signature of this request; ValueError for an unknown *algorithm*."""
        return _mac(self._key, uri + _joined(params), algorithm).decode()

    def compute_hash(self, body: str) -> str:
        """Return the hash of a JSON body, in hex."""
        return body_hash(body)

    def validate(
        self,
        uri: str,
        params: Params | str,
        signature: str | None,
        algorithm: str | None = None,
    ) -> bool:
        """Tell whether *signature* is right for a request to *uri*.

        *uri* is the address as Twilio was given it, query included. *params* are the form's
        parameters, or the text of a JSON body. A missing signature is a wrong one.
        """
        if not signature or (algorithm or "HMAC_SHA1").upper() not in HASHES:
            return False
        if isinstance(params, str):
            claimed = parse_qs(urlparse(uri).query).get("bodySHA256")
            # Nothing but this hash ties a body that is no form to the signature.
            hashed = claimed is not None and _same(body_hash(params), claimed[0])
            if (params or claimed) and not hashed:
                return False
            params = None
        # What was signed may or may not have named the port (the official validator tries
        # both), so we accept either.
        form = _joined(params)
        given = signature.encode("utf-8", "surrogatepass")
        for spelling in _spellings(uri):
            if hmac.compare_digest(_mac(self._key, spelling + form, algorithm), given):
                return True
        return False


def _joined(params: Params) -> str:
    """The parameters as they are signed: sorted, each once, nothing between name and value."""
    if type(params) is dict:
        # Nearly every form: one text for a name. A list of several is no text to be joined.
        try:
            return "".join([name + params[name] for name in sorted(params)])
        except TypeError:
            pass
    return "".join(key + value for key, value in sorted(set(_pairs(params))))


def _mac(key: bytes, text: str, algorithm: str | None = None) -> bytes:
    name = HASHES.get(algorithm.upper()) if algorithm else "sha1"
    if name is None:
        raise ValueError(f"{algorithm} is not a signature algorithm; known: {', '.join(HASHES)}")
    return binascii.b2a_base64(hmac.digest(key, text.encode(), name), newline=False)


def _pairs(params: Params) -> Iterable[tuple[str, str]]:
    """Yield name and value of every parameter, whatever kind of collection they came in."""
    if params is None:
        return
    # Web frameworks keep forms in dictionaries whose items() shows one value of each name.
    many = getattr(params, "getlist", None) or getattr(params, "getall", None)
    if many is not None and isinstance(params, Mapping):
        for name in params:
            for value in many(name):
                yield name, value
        return
    for name, value in params.items() if isinstance(params, Mapping) else params:
        if isinstance(value, list | tuple | set | frozenset):
            yield from ((name, each) for each in value)
        else:
            yield name, value


@lru_cache(maxsize=256)  # the same few pages are asked for again and again
def _spellings(uri: str) -> tuple[str, ...]:
    """The address with and without its port, as it was given first."""
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:  # a port that is no number, an open bracket: nothing to vary
        return (uri,)
    standard = 443 if parts.scheme == "https" else 80
    if not port:
        # An IPv6 address keeps its brackets in netloc, so a port can simply follow.
        return parts.geturl(), _at(parts, f"{parts.netloc}:{standard}")
    return parts.geturl(), _at(parts, parts.netloc.rpartition(":")[0])


def _at(parts: SplitResult, netloc: str) -> str:
    return parts._replace(netloc=netloc).geturl()


def _same(one: str, other: str) -> bool:
    """Compare without telling by the time taken how much of it was right."""
    return hmac.compare_digest(one.encode(), other.encode())
