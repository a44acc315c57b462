"""Look a code of Twilio's up: what it says, what to do, and which lesson meets it.

explain(21608)
explain(error)            a TwilioError, or an alert of session.alerts()
explain()                 all that are known here
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from helpers.advice import ADVICE, more_info
from helpers.alerts import explained, titled
from helpers.errors import HelperError
from helpers.lessons import lessons

LONGEST = 6  # digits; the codes of 2026's trial have as many


@dataclass(frozen=True)
class Explanation:
    """What *code* says, what to do about it, and the numbers and titles of *lessons* with it."""

    code: int
    says: str
    todo: str
    lessons: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        lines = [f"{self.code}  {self.says}"]
        if self.todo:
            lines.append(f"  try   {self.todo}")
        lines += [f"  met   in lesson {number}, {title}" for number, title in self.lessons]
        lines.append(f"  more  {more_info(self.code)}")
        return "\n".join(lines)


class Codes(list[Explanation]):
    """Explanations, shown one a line."""

    def __repr__(self) -> str:
        return "\n".join(f"{one.code:<6}  {one.says}" for one in self)


def explain(code: Any = None) -> Explanation | Codes:
    """What a code means: a number, or an error or alert that has one; without one, all of them.

    HelperError for what is no code. One that is not known here is told by its family, if it has
    one, and by the address of its page.
    """
    if code is None:
        return Codes(_explanation(each) for each in sorted({*ADVICE, *titled()}))
    return _explanation(_number(code))


def _number(code: Any) -> int:
    for held in (getattr(code, "code", None), getattr(code, "error_code", None), code):
        text = str(held).strip() if isinstance(held, int | str) else ""
        if text.isascii() and text.isdigit() and len(text) <= LONGEST:
            return int(text)
    raise HelperError(
        f"{code!r} is no code of Twilio's.",
        next_step="A code is a number of five digits: explain(21608). An error has it as .code.",
    )


def _explanation(code: int) -> Explanation:
    says, todo = explained(code)
    says = f"{says.rstrip('.')}." if says else "This course does not know it; Twilio's page may."
    return Explanation(code, says, todo, _met(code))


def _met(code: int) -> tuple[tuple[str, str], ...]:
    """The lessons that name the code, those which explain it."""
    named = re.compile(rf"(?<!\d){code}(?!\d)")
    return tuple(
        (each.number, each.title)
        for each in lessons()
        if any(named.search(cell.source) for cell in each.cells if cell.kind == "markdown")
    )
