"""An editor for TwiML: it underlines what is wrong as one types, and runs the document.

Problems are those of `helpers.twiml.problems`, which is what the sandbox and Twilio's debugger say
too. Run makes a call on the session's phone; without a session the steps are listed instead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from helpers.twiml import problems
from helpers.twiml.explain import steps_of
from helpers.widgets.blocks import Block, code, words
from helpers.widgets.calling import call_report, make_call
from helpers.widgets.forms import (
    Answer,
    Button,
    Field,
    Form,
    Values,
    WithPhone,
    call_of,
    quoted,
)
from helpers.widgets.live import agreed, target
from helpers.widgets.scripts import script

FIRST = """\
<Response>
    <Say>Hello world.</Say>
</Response>"""

# What is underlined of a place: a tag's beginning, a whole attribute, else a word.
_PIECE = re.compile(r"""</?[^\s<>/]+|[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*')|[^\s<>]+|<|>""")


class TwimlForm(Form):
    """The form with the editor in it; see :func:`twiml_editor`."""

    _esm = script("elements.js", "forms.js", "editor.js")
    _css = script("colours.css", "forms.css", "editor.css")


def twiml_editor(session: Any = None, twiml: str = FIRST) -> TwimlForm | WithPhone:
    """An editor that begins with the document *twiml*.

    With a *session*, as `connect` gives it, Run makes a call to the session's phone, which stands
    below the editor. Without one, Run lists what a call would do, step by step.
    """

    def explain(values: Values) -> Answer:
        return Answer([code(str(steps_of(values["twiml"])))], said="These are the steps.")

    def run(values: Values) -> Answer:
        if question := agreed(form, session, "Calls", "Run"):
            return question
        call = make_call(session, session.phone.number, session.number, twiml=values["twiml"])
        form.follow(session, lambda: call_report(session, call.sid))
        return call_report(session, call.sid)[0]

    def code_of(values: Values) -> str:
        if session is None:
            return explain_code(values)
        return run_code(values)

    buttons = [Button("Run", explain)]
    if session is not None:
        buttons = [Button("Run", run), Button("Explain", explain)]
    form = TwimlForm(
        "TwiML",
        [Field("twiml", "Your document", "code", twiml, FIRST)],
        buttons,
        watch=lambda values: judge(values["twiml"]),
        code=code_of,
        note="" if session is None else target(session),
    )
    return form if session is None else WithPhone(form, session.phone)


def judge(twiml: str) -> Answer:
    """What is wrong with a document: the list of it, and which places to underline."""
    found = problems(twiml)
    places = [_place(twiml, each.line, each.column) for each in found]
    if not twiml.strip():
        said = "Nothing is written yet."
    elif not found:
        said = "✓ No problems."
    else:
        said = "1 problem." if len(found) == 1 else f"{len(found)} problems."
    items = [
        {"text": _sentence(each), "level": each.level, "at": _units(twiml, start)}
        for each, (start, _) in zip(found, places, strict=True)
    ]
    blocks: list[Block] = [words(said)]
    if twiml.strip() and found:
        blocks.append({"kind": "problems", "field": "twiml", "items": items})
    spots = {(*place, each.level) for each, place in zip(found, places, strict=True)}
    first = f" {items[0]['text']}" if items and twiml.strip() else ""
    return Answer(blocks, said=said + first, marks={"twiml": _apart(sorted(spots))})


def run_code(values: Values) -> str:
    """The cell that runs the document as a call."""
    given = {"to": "session.phone.number", "from_": "session.number"}
    call = call_of("session.client.calls.create", given | {"twiml": quoted(values["twiml"])})
    return f"call = {call}\ncall = await session.ended(call)\nprint(session.phone)"


def explain_code(values: Values) -> str:
    """The cell that lists what the document does and what is wrong with it."""
    return (
        "from helpers.twiml import problems, steps\n\n"
        f"twiml = {quoted(values['twiml'])}\n"
        "for problem in problems(twiml):\n    print(problem)\nprint(steps(twiml))"
    )


def _sentence(problem: Any) -> str:
    place = f"line {problem.line}: " if problem.line else ""
    mend = f": {problem.mend}" if problem.mend else ""
    return f"{place}{problem.message} ({problem.level} {problem.code}){mend}"


def _place(text: str, line: int, column: int) -> tuple[int, int]:
    """Where a problem stands: first and last place to underline; its line's end if it is past."""
    lines = text.split("\n")
    if not 1 <= line <= len(lines):
        line, column = 1, 1
    start = sum(len(each) + 1 for each in lines[: line - 1])
    here = lines[line - 1]
    at = min(max(column - 1, 0), len(here))
    piece = _PIECE.search(here, at)
    if piece is None or piece.start() > at:  # nothing stands there: take what stands before it
        before = [each for each in _PIECE.finditer(here) if each.start() <= at]
        piece = before[-1] if before else piece
    if piece is None:
        return start, min(start + 1, len(text))
    first = piece.start()
    if piece[0] == ">":  # where a tag ends: all of it is meant
        first = max(here.rfind("<", 0, first), 0)
    return start + first, start + piece.end()


def _apart(spots: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The same in order, without those that begin inside another."""
    kept: list[tuple[int, int, str]] = []
    for spot in spots:
        if spot[0] < spot[1] and (not kept or spot[0] >= kept[-1][1]):
            kept.append(spot)
    return kept


def _units(text: str, place: int) -> int:
    return len(text[:place].encode("utf-16-le", "surrogatepass")) // 2
