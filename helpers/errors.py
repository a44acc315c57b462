"""Every exception of this package, in one tree.

Each says three things where it can: what happened, why, and what to do next. A learner
reads the last line of a traceback first, so all three stand there.
"""

from __future__ import annotations

from typing import Any


class HelperError(Exception):
    """The root: anything this package raises on purpose.

    *what* is the fact in one sentence, *why* its cause, *next_step* what to do about it.
    """

    def __init__(self, what: str, *, why: str = "", next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.next_step = next_step

    def __str__(self) -> str:
        lines = [self.what]
        if self.why:
            lines.append(f"  why   {self.why}")
        if self.next_step:
            lines.append(f"  try   {self.next_step}")
        return "\n".join(lines)

    def _render_traceback_(self) -> list[str]:
        # What a notebook shows instead of twenty frames of ours: the sentences are the point.
        return [f"{type(self).__name__}: {self}"]


class SettingsError(HelperError):
    """A setting is missing or contradicts another."""


class ConnectionFailed(HelperError):
    """No answer came: nothing listens there, it took too long, or the certificate is bad."""


class PhoneNumberError(HelperError):
    """A text that is not a telephone number."""


class HandsetError(HelperError):
    """The handset could not do that: nothing rings, or nobody owns the number called."""


class SandboxError(HelperError):
    """The sandbox cannot start: a bad option, a port in use, a damaged data file."""


class WaitError(HelperError):
    """What a session waited for did not happen in the time it was willing to wait."""


class TwimlError(HelperError):
    """A document that cannot be run.

    *code* is Twilio's number for it (12100, 12102, 11750 ...), *line* and *column* count from 1,
    0 where no place can be named.
    """

    def __init__(
        self,
        what: str,
        *,
        code: int = 12100,
        line: int = 0,
        column: int = 0,
        why: str = "",
        next_step: str = "",
    ) -> None:
        super().__init__(what, why=why, next_step=next_step)
        self.code = code
        self.line = line
        self.column = column

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return place + super().__str__()


class TwiMLException(HelperError):
    """The builder was used in a way that makes no TwiML (the official builder's name for it)."""


class TwilioError(HelperError):
    """Twilio, or the sandbox in its place, refused a request.

    Carries what the official client's exception carries: *status* (HTTP), *code* (Twilio's
    number), *msg*, *uri*, *method*, *details*; and *more_info*, the page about the code.
    """

    def __init__(
        self,
        status: int,
        uri: str,
        msg: str = "",
        code: int | None = None,
        method: str = "GET",
        details: dict[str, Any] | None = None,
        *,
        more_info: str = "",
        why: str = "",
        next_step: str = "",
    ) -> None:
        self.status = status
        self.uri = uri
        self.msg = msg
        self.code = status if code is None else code
        self.method = method
        self.details = details
        self.more_info = more_info
        super().__init__(f"{self.code}  {msg}", why=why, next_step=next_step)


class Refusal(HelperError):
    """What the sandbox answers to a request it does not accept; `app` turns it into a reply.

    *status* is the HTTP status, *code* Twilio's number, *detail* an extra line that only
    authentication errors carry.
    """

    def __init__(self, status: int, code: int, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.detail = detail
