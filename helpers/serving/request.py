"""A request as a plain function gets it, and as a signature is checked on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from helpers.signing import SIGNATURE_HEADER, RequestValidator

FORM = "application/x-www-form-urlencoded"

#: The request that the function under way answers: what it can find when it takes none.
current: ContextVar[WebRequest | None] = ContextVar("current", default=None)


class Headers(dict[str, str]):
    """Headers by lower-case name, found under a name in any case, as HTTP has it."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        """The header *name*, or *default*."""
        return super().get(name.lower(), default)


@dataclass(frozen=True)
class WebRequest:
    """What somebody asked of a web site.

    *target* is path and query as they came, *headers* are found in any case. ``request["Digits"]``
    is a parameter, "" if it was not sent; *params* are all of them, of the query and of the form.
    """

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    scheme: str = "http"

    @property
    def path(self) -> str:
        """The address without scheme, host and query: ``/voice``."""
        return self.target.partition("?")[0]

    @property
    def params(self) -> dict[str, str]:
        """The parameters by name; of a name that came twice the last."""
        return dict([*self.query, *self.form])

    @property
    def query(self) -> list[tuple[str, str]]:
        """What stands behind the question mark, in order."""
        return parse_qsl(self.target.partition("?")[2], keep_blank_values=True)

    @property
    def form(self) -> list[tuple[str, str]]:
        """What was posted as a form, in order."""
        return parse_qsl(self.text, keep_blank_values=True) if self.is_form else []

    @property
    def is_form(self) -> bool:
        """Whether the body is a form, which is how Twilio posts nearly everything."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower() == FORM

    @property
    def text(self) -> str:
        """The body as text; what is no UTF-8 shows as �."""
        return self.body.decode(errors="replace")

    def __getitem__(self, name: str) -> str:
        return self.params.get(name, "")

    @property
    def signed(self) -> bool:
        """Whether it carries a signature, be it right or wrong."""
        return bool(self.headers.get(SIGNATURE_HEADER.lower()))

    def url(self, *, public: str = "", trust_proxy: bool = False) -> str:
        """The full address that was asked for.

        *public* is the address the world knows this site by (``https://shop.example``); it wins.
        With *trust_proxy* what the proxy in front says it was asked for counts: the headers
        ``X-Forwarded-Proto``, ``-Host`` and ``-Port``. Of a chain of proxies the outermost comes
        first, and that is the one Twilio asked.
        """
        if public:
            return public.rstrip("/") + self.target
        scheme, host = self.scheme, self.headers.get("host", "")
        if trust_proxy:
            scheme = self._forwarded("proto") or scheme
            host = self._forwarded("host") or host
            port = self._forwarded("port")
            usual = {"http": "80", "https": "443"}.get(scheme)
            if port and port != usual and not urlsplit(f"//{host}").port:
                host = f"{host}:{port}"
        return f"{scheme}://{host}{self.target}"

    def _forwarded(self, what: str) -> str:
        return self.headers.get(f"x-forwarded-{what}", "").split(",")[0].strip()

    def is_signed_by(
        self, tokens: str | Iterable[str], *, public: str = "", trust_proxy: bool = False
    ) -> bool:
        """Tell whether the signature is one that the owner of *tokens* (any of them) made.

        The rule is Twilio's page on webhook security: over the address and the form's parameters,
        or over the address alone, which then holds the hash of a body that is no form.
        """
        url = self.url(public=public, trust_proxy=trust_proxy)
        content = self.form if self.is_form or not self.body else self.text
        signature = self.headers.get(SIGNATURE_HEADER.lower())
        return any(
            RequestValidator(token).validate(url, content, signature)
            for token in ([tokens] if isinstance(tokens, str) else tokens)
        )

    def __repr__(self) -> str:
        return f"<WebRequest {self.method} {self.target}>"


def of_scope(scope: Mapping[str, Any], body: bytes) -> WebRequest:
    """The request of an ASGI *scope*."""
    headers = _headers(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
    )
    raw = scope.get("raw_path") or quote(scope["path"]).encode()
    query = scope.get("query_string", b"")
    target = raw.split(b"?")[0] + (b"?" + query if query else b"")
    return WebRequest(
        scope["method"], target.decode("latin-1"), headers, body, scope.get("scheme", "http")
    )


def of_environ(environ: Mapping[str, Any], body: bytes) -> WebRequest:
    """The request of a WSGI *environ*."""
    headers = _headers(
        (name.removeprefix("HTTP_").replace("_", "-"), str(value))
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")
    )
    # Servers that keep the path as it came say so under one of two names; else it is written anew
    # from the decoded one, which WSGI holds as Latin-1.
    target = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or "")
    if not target.startswith("/"):
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        query = environ.get("QUERY_STRING", "")
        target = quote(path.encode("latin-1")) + (f"?{query}" if query else "")
    return WebRequest(
        environ["REQUEST_METHOD"], target, headers, body, environ.get("wsgi.url_scheme", "http")
    )


def _headers(pairs: Iterable[tuple[str, str]]) -> Headers:
    """Headers by lower-case name; of one that came twice the first, which a proxy set."""
    found = Headers()
    for name, value in pairs:
        found.setdefault(name.lower(), value)
    return found
