"""Turn away what Twilio did not send: a decorator for pages of every kind.

    @requires_signature()                # the token is TWILIO_AUTH_TOKEN of the environment
    def voice(request): ...              # a plain function of `Pages`

    @app.post("/voice")                  # Flask, Starlette, FastAPI: below the route
    @requires_signature(public="https://shop.example")
    def voice(): ...

Anybody on the internet can ask a public page. Twilio signs its requests with the account's auth
token, which nobody else has, so a right signature proves who asks (Twilio's page on webhook
security). A wrong or missing one is answered 403 with a sentence, and the page is not run.
"""

from __future__ import annotations

import functools
import inspect
import logging
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import urlencode

from helpers.errors import SettingsError
from helpers.serving.request import WebRequest, current, of_environ, of_scope

TOKEN = "TWILIO_AUTH_TOKEN"
UNSIGNED = "This page is for Twilio only: the request carries no signature."
WRONG = "This page is for Twilio only: the signature is not right for this request."

_log = logging.getLogger("helpers.serving")

F = TypeVar("F", bound=Callable[..., Any])


def requires_signature(
    token: str | Iterable[str] | None = None, *, public: str = "", trust_proxy: bool = False
) -> Callable[[F], F]:
    """Return a decorator that lets a page answer signed requests only.

    *token* is the account's auth token, or several while one replaces the other; left out, that of
    the environment (``TWILIO_AUTH_TOKEN``) at the time of the request. *public* is the address
    that Twilio knows the site by, for a site behind a proxy that changes scheme, host or path;
    *trust_proxy* believes the proxy's ``X-Forwarded-`` headers instead, which only a site that can
    be reached through that proxy alone should do.

    The page may be a plain function (`Pages`), a Flask view, or an endpoint of Starlette or
    FastAPI, ``async`` or not. Raises SettingsError, in the request, when there is no token.
    """
    if callable(token):
        raise SettingsError(
            "requires_signature was put on a page without brackets.",
            next_step="Write @requires_signature() or @requires_signature(token).",
        )
    fixed = None if token is None else _tokens(token)

    def refusal(request: WebRequest) -> str:
        """What a request is told that is not let through; "" for one that is."""
        tokens = fixed if fixed is not None else _tokens(os.environ.get(TOKEN, ""))
        if not request.signed:
            return UNSIGNED
        if request.is_signed_by(tokens, public=public, trust_proxy=trust_proxy):
            return ""
        # The address is what goes wrong most often, and only the log may tell it.
        url = request.url(public=public, trust_proxy=trust_proxy).partition("?")[0]
        _log.warning(
            "A signature was not right for %s. If Twilio was given another address (https, another"
            " host), say so: requires_signature(public=...).",
            url,
        )
        return WRONG

    def decorate(page: F) -> F:
        if inspect.iscoroutinefunction(page):

            @functools.wraps(page)
            async def wrapper(*args: Any, **kwargs: Any) -> Any:
                found = _request(args, kwargs)
                asked = await _of_starlette(found) if _is_starlette(found) else _plain(found)
                words = refusal(asked)
                kwargs.pop(_ADDED, None)
                return _refused(words, found) if words else await page(*args, **kwargs)

        else:

            @functools.wraps(page)
            def wrapper(*args: Any, **kwargs: Any) -> Any:
                found = _request(args, kwargs)
                asked = _from_thread(found) if _is_starlette(found) else _plain(found)
                words = refusal(asked)
                kwargs.pop(_ADDED, None)
                return _refused(words, found) if words else page(*args, **kwargs)

        signature = _with_request(page)
        if signature is not None:
            wrapper.__signature__ = signature  # type: ignore[attr-defined]
        return wrapper  # type: ignore[return-value]

    return decorate


def _tokens(token: str | Iterable[str]) -> list[str]:
    tokens = [token] if isinstance(token, str) else list(token)
    if not all(tokens) or not tokens:
        # Without this an empty token would let everybody in who signs with nothing.
        raise SettingsError(
            "There is no auth token to check signatures with.",
            next_step=f"Set {TOKEN} in the environment, or pass it: requires_signature(token).",
        )
    return tokens


# --- the request, as each kind of page has it -------------------------------------------------

_ADDED = "request_for_its_signature"


def _with_request(page: Callable[..., Any]) -> inspect.Signature | None:
    """The signature of *page* with a request in it for FastAPI to fill; None to leave it.

    FastAPI hands an endpoint what its signature names, and no more. The annotations are read here,
    where their names still mean something.
    """
    if "fastapi" not in sys.modules:
        return None
    kind = sys.modules["starlette.requests"].Request
    try:
        signature = inspect.signature(page, eval_str=True)
    except (NameError, TypeError, ValueError):
        signature = inspect.signature(page)
    parameters = list(signature.parameters.values())
    if any(p.name == "request" or p.annotation is kind for p in parameters):
        return signature
    added = inspect.Parameter(_ADDED, inspect.Parameter.KEYWORD_ONLY, annotation=kind)
    last = next((i for i, p in enumerate(parameters) if p.kind is p.VAR_KEYWORD), len(parameters))
    return signature.replace(parameters=[*parameters[:last], added, *parameters[last:]])


def _request(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The request of the page under way: ours, Starlette's or Flask's."""
    for value in (*args, *kwargs.values()):
        if isinstance(value, WebRequest) or _is_starlette(value):
            return value
    mine = current.get()
    if mine is not None:
        return mine
    flask = sys.modules.get("flask")
    if flask is not None and flask.has_request_context():
        return flask.request
    raise TypeError(
        "requires_signature found no request: it goes on a page of helpers.serving, a Flask view,"
        " or an endpoint of Starlette or FastAPI that takes the request"
    )


def _is_starlette(value: Any) -> bool:
    module = sys.modules.get("starlette.requests")
    return module is not None and isinstance(value, module.Request)


def _plain(found: Any) -> WebRequest:
    """A request of ours as it is, or Flask's, whose body is kept for the view."""
    if isinstance(found, WebRequest):
        return found
    if found.mimetype == "application/x-www-form-urlencoded":
        # Flask parses a form from the stream; to keep both it has to be read as text first.
        body = found.get_data(cache=True, parse_form_data=False)
        if not body and found.form:  # somebody parsed it before us
            body = _encoded((name, value) for name, value in found.form.items(multi=True))
    else:
        body = found.get_data(cache=True)
    return of_environ(found.environ, body)


async def _of_starlette(found: Any) -> WebRequest:
    try:
        body = await found.body()
    except RuntimeError:  # FastAPI has read it, as a form that it keeps
        form = await found.form()
        body = _encoded((name, value) for name, value in form.multi_items())
    return of_scope(found.scope, body)


def _from_thread(found: Any) -> WebRequest:
    """Starlette runs a page that is not ``async`` in a thread; the body is read on its loop."""
    from anyio import from_thread

    return from_thread.run(_of_starlette, found)


def _encoded(pairs: Iterable[tuple[str, Any]]) -> bytes:
    return urlencode([(name, str(value)) for name, value in pairs]).encode()


def _refused(words: str, found: Any) -> Any:
    """The answer 403 in the form that the page's framework takes."""
    if _is_starlette(found):
        from starlette.responses import PlainTextResponse

        return PlainTextResponse(words, 403)
    return words, 403, {"content-type": "text/plain; charset=utf-8"}
