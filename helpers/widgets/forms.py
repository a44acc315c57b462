"""A form on the page: fields, buttons, an answer, and the code it stands for.

Python holds the truth and `forms.js` draws it. What a form does is a plain function elsewhere: it
gets what stands in the fields and gives an :class:`Answer`, or raises an error whose sentence the
form shows. Three rules keep secrets out of the notebook:

* A *private* field's text never becomes part of the widget's state. It comes in with the press of
  the button that needs it, as a message that nobody stores, and is forgotten with the call.
* "Show me the code" writes `os.environ[...]` in its place.
* Addresses of this machine are shown as ``$SITE`` and ``$SANDBOX``.

A click or a typed letter comes in as a small message and goes into a queue; one thread works it
off, so that the kernel's own loop never waits. A form that nobody looks at starts no thread.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import anywidget
import ipywidgets
import traitlets

from helpers.errors import ConnectionFailed, HelperError, TwilioError
from helpers.widgets.blocks import Block, code, columns, html_of, table, text_of, words
from helpers.widgets.scripts import script

NO_ANSWER = "No answer came: the sandbox was stopped. Run the notebook again from its first cell."
NEVER_KEPT = "(never kept)"
SHOW_CODE = "Show me the code"
QUIET = 20.0  # seconds one question to the event log may stay open
FOLLOWED = 600.0  # seconds after which a form stops to look how a thing goes on
LIVE_POLL = 2.0  # seconds between two looks at the real Twilio
LONGEST = 20_000  # characters that a field takes; nobody types more

_logger = logging.getLogger(__name__)

Values = dict[str, Any]


class FieldError(HelperError):
    """What stands in a field will not do. *field* is the field's name."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(what)
        self.field = field


@dataclass(frozen=True)
class Field:
    """One field. *kind* is text, tel, number, choice, area, code or secret.

    *name* is what functions call it and *label* what a reader sees, *value* what stands in it at
    first, *example* an example shown while it is empty, *help* a sentence below it. *options* are a
    choice's; *most* is the highest number that a number field takes. What is typed into a
    *private* field is never kept, a secret's neither; *variable* is where code finds it instead.
    """

    name: str
    label: str
    kind: str = "text"
    value: str | int = ""
    example: str = ""
    help: str = ""
    options: tuple[str, ...] = ()
    most: int = 10_000_000
    private: bool = False
    variable: str = ""

    @property
    def kept(self) -> bool:
        """Whether what is typed may be part of the widget's state."""
        return not self.private and self.kind != "secret"

    def read(self, typed: object) -> str:
        """What was typed, as text that can be kept and sent."""
        text = str(typed)[:LONGEST].replace("\r\n", "\n").replace("\r", "\n")
        # Half a character, as a browser may send it, cannot be stored in UTF-8.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def value_of(self, text: str) -> str | int:
        """The value of what was typed; a number for a number field. Raises FieldError."""
        if self.kind != "number":
            return text
        plain = text.strip().replace(",", "").replace(" ", "")
        if not plain:
            return 0
        if not (plain.isascii() and plain.isdigit()) or int(plain[:20]) > self.most:
            raise FieldError(
                self.name, f"{self.label} must be a whole number from 0 to {self.most:,}."
            )
        return int(plain)


@dataclass(frozen=True)
class Answer:
    """What came of it. *blocks* are shown; *said* is what a screen reader says of them, by default
    the words among them. *done* tells whether it worked (then private fields are emptied), *blamed*
    which field is to blame if not. *marks* are places in fields: ``{"body": [(3, 4, "double")]}``.
    """

    blocks: Sequence[Block] = ()
    said: str = ""
    done: bool = True
    blamed: str = ""
    marks: Mapping[str, Sequence[tuple[int, int, str]]] = field(default_factory=dict)

    @property
    def aloud(self) -> str:
        """What a screen reader says."""
        return self.said or " ".join(
            block["text"] for block in self.blocks if block["kind"] == "words"
        )


@dataclass(frozen=True)
class Button:
    """A button: its *label*, and what it does with the values of the fields, private ones too."""

    label: str
    act: Callable[[Values], Answer]
    private: bool = True  # whether it gets what stands in private fields


NOTHING = Answer()


class Form(anywidget.AnyWidget):
    """A form. Put it last in a cell to see it.

    *fields* are its fields in order, *buttons* what one can press; the first is the one that Enter
    presses. *watch* is called with the values whenever something was typed and gives what stands
    below the fields; *code* gives the cell that does the same as the first button.

    A cell can do what a person does: ``form.fill(to="+14155550100")``, ``form.press("Call")``. What
    came of it is in `text`, and in `answer`.
    """

    _esm = script("elements.js", "forms.js")
    _css = script("colours.css", "forms.css")

    view = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        buttons: Sequence[Button] = (),
        *,
        note: str = "",
        watch: Callable[[Values], Answer] | None = None,
        code: Callable[[Values], str] | None = None,
        shown: Callable[[str], str] = str,
    ) -> None:
        self.title, self.note = title, note
        self.fields = {each.name: each for each in fields}
        self.buttons = {each.label: each for each in buttons}
        if code is not None:
            self.buttons[SHOW_CODE] = Button(SHOW_CODE, self._show_code, private=False)
        self.answer = NOTHING
        self.watched = NOTHING  # what `watch` said last
        self.code = ""
        self.asked: Values | None = None  # the values with which a real act was asked about
        self.looked_at = threading.Event()
        self._watch, self._code, self._shown = watch, code, shown
        self._typed = {each.name: shown(each.read(each.value)) for each in fields if each.kept}
        self._problem = FieldError("", "")
        self._drawing = threading.RLock()
        self._over = threading.Event()
        self._turn = 0  # which press is the newest: an older one is followed no more
        self._worker: threading.Thread | None = None
        self._asked: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        super().__init__(view={})
        self.on_msg(self._heard)
        self._look()

    # -- what a person or a cell does --------------------------------------------------------------

    @property
    def values(self) -> Values:
        """What stands in the fields that are kept. FieldError if a number is none."""
        return {name: self.fields[name].value_of(text) for name, text in self._typed.items()}

    def fill(self, **values: object) -> None:
        """Put *values* into the fields of these names. A private field cannot be filled in."""
        for name, value in values.items():
            if name not in self._typed:
                why = "is never kept: give it to press()" if name in self.fields else "is no field"
                raise HelperError(f"{name!r} {why}", next_step="one of " + ", ".join(self._typed))
            with self._drawing:
                self._typed[name] = self._shown(self.fields[name].read(value))
        self._look()

    def press(self, label: str | None = None, **private: str) -> str:
        """Press the button *label*, the first one by default; gives what the form then says.

        *private* is what stands in the private fields. Nothing is raised but for a button that
        does not exist: what does not work, the form says.
        """
        label = next(iter(self.buttons)) if label is None else label
        if label not in self.buttons:
            raise HelperError(
                f"there is no button {label!r}", next_step="one of " + ", ".join(self.buttons)
            )
        self._press(self.buttons[label], private)
        return self.text

    def show(self, answer: Answer) -> None:
        """Show *answer* in the place of the last one."""
        with self._drawing:
            self.answer = answer
            self._draw()

    @property
    def text(self) -> str:
        """What the form says now, as plain text."""
        parts = [self._problem.what, text_of(self.watched.blocks), text_of(self.answer.blocks)]
        return "\n".join(filter(None, [*parts, self.code]))

    def _press(self, button: Button, private: Mapping[str, str]) -> bool:
        """Do what a button does; tells whether it worked."""
        if button.label != SHOW_CODE:
            self._turn += 1
        secrets = {
            name: each.read(private.get(name, "")) if button.private else ""
            for name, each in self.fields.items()
            if not each.kept
        }
        try:
            answer = button.act(self.values | secrets)
        except HelperError as error:
            if button.label != SHOW_CODE:
                self.answer = NOTHING  # an older one would read as if it had worked
            self._tell(error)
            return False
        with self._drawing:
            self._problem = FieldError(answer.blamed, "")
            if button.label != SHOW_CODE:
                self.answer = answer
            self._draw()
        return answer.done

    def _show_code(self, values: Values) -> Answer:
        """Show the cell that does the same; pressed once more, take it away."""
        if self._code is not None:
            self.code = "" if self.code else self._code(values)
        return NOTHING

    def _look(self) -> None:
        """Something was typed: judge it, and keep code that is shown up to date."""
        try:
            values = self.values
            self.watched = self._watch(values) if self._watch else NOTHING
            if self.code and self._code:
                self.code = ""  # what it was says nothing about what is typed now
                self.code = self._code(values)
        except HelperError as error:
            self._tell(error)
            return
        with self._drawing:
            self._problem = FieldError("", "")
            self._draw()

    def _tell(self, error: HelperError) -> None:
        with self._drawing:
            self._problem = FieldError(field_of(error), self._shown(sentence(error)))
            self._draw()

    # -- following what goes on --------------------------------------------------------------------

    def follow(self, session: Any, look: Callable[[], tuple[Answer, bool]]) -> None:
        """Show what *look* gives whenever something happens in the session, until it is over.

        Only where somebody looks at the form: a notebook that runs unattended starts no thread.
        *look* gives an answer, and whether it is the last one.
        """
        if self.looked_at.is_set():
            threading.Thread(
                target=self._follow, args=(session, look, self._turn), name=self.title, daemon=True
            ).start()

    def _follow(self, session: Any, look: Callable[[], tuple[Answer, bool]], turn: int) -> None:
        since = 0
        passed, over = 0.0, False
        while not over and passed < FOLLOWED and not self._over.is_set():
            try:
                answer, over = look()
                with self._drawing:
                    if turn != self._turn:
                        return  # something else was asked for since
                    if answer != self.answer:
                        self.show(answer)
                if over:
                    return
                if session.settings.live:
                    self._over.wait(LIVE_POLL)
                    passed += LIVE_POLL
                else:
                    happened, since = session.phone.phone.wait_events(since, QUIET)
                    passed += 0.0 if happened else QUIET
            except HelperError as error:
                self._tell(error)
                return

    # -- how it is shown ---------------------------------------------------------------------------

    def _draw(self) -> None:
        """Set what the browser shows, as a whole: two threads leave no half picture behind."""
        self.view = {
            "title": self.title,
            "note": self.note,
            "fields": [self._drawn(each) for each in self.fields.values()],
            "buttons": [
                {"label": each.label, "private": each.private} for each in self.buttons.values()
            ],
            "watched": list(self.watched.blocks),
            "answer": list(self.answer.blocks),
            "said": " ".join(filter(None, [self.watched.aloud, self.answer.aloud])),
            "problem": self._problem.what,
            "blamed": self._problem.field,
            "code": self.code,
        }

    def _drawn(self, each: Field) -> dict[str, Any]:
        text = self._typed.get(each.name, "")
        marks = self.watched.marks.get(each.name, ())
        return {
            "name": each.name,
            "label": each.label,
            "kind": each.kind,
            "kept": each.kept,
            "value": text,
            "example": each.example,
            "help": each.help,
            "options": list(each.options),
            "marks": [[_units(text, start), _units(text, end), kind] for start, end, kind in marks],
        }

    def filled(self) -> list[tuple[str, str]]:
        """Each field's label and what stands in it; of a private one only that it is not kept."""
        return [(each.label, self._typed.get(name, NEVER_KEPT)) for name, each in self._inline()]

    def _inline(self) -> list[tuple[str, Field]]:
        """The fields with one line each; longer ones are shown below them."""
        return [(name, each) for name, each in self.fields.items() if each.kind != "code"]

    def _documents(self) -> list[Block]:
        return [code(self._typed[n]) for n, each in self.fields.items() if each.kind == "code"]

    def __repr__(self) -> str:
        filled = [(label, value.replace("\n", " ⏎ ")) for label, value in self.filled()]
        lines = columns(filled, figures=False) if filled else ""
        return "\n".join(filter(None, [self.title, lines, text_of(self._documents()), self.text]))

    def stored(self) -> list[tuple[str, str]]:
        """What of :meth:`filled` stands in a stored notebook."""
        return self.filled()

    def still(self) -> str:
        """What stands in a stored notebook in the form's place, as HTML."""
        filled = self.stored()
        parts = [table(("field", "value"), filled, figures=False)] if filled else []
        parts.append(html_of(self._documents()))
        if self._problem.what:
            parts.append(html_of([words(self._problem.what, "⚠")]))
        parts += [html_of(self.watched.blocks), html_of(self.answer.blocks)]
        if self.code:
            parts.append(html_of([code(self.code)]))
        return f"<div><b>{escape(self.title)}</b>{''.join(parts)}</div>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        live: Any = super()._repr_mimebundle_(**kwargs)
        data, metadata = live if isinstance(live, tuple) else (live, {})
        return {**(data or {}), "text/plain": repr(self), "text/html": self.still()}, metadata

    def close(self) -> None:
        """Take the form off the page and end its thread."""
        self._over.set()
        self._asked.put({})
        super().close()

    # -- what the page asks ------------------------------------------------------------------------

    def _heard(self, _: object, asked: dict[str, Any], __: object) -> None:
        """A message from a browser. It may come on any thread, so it is only put in line."""
        if asked.get("act") == "ready":
            self.looked_at.set()
            return
        self._asked.put(asked)
        with self._drawing:
            if self._worker is None or not self._worker.is_alive():
                self._worker = threading.Thread(target=self._work, name=self.title, daemon=True)
                self._worker.start()
        self.send({"id": asked.get("id")})

    def _work(self) -> None:
        """Do what the page asks, one thing after the other."""
        while not self._over.is_set():
            asked = self._asked.get()
            if asked:
                self.send({"id": asked.get("id"), "done": self._do(asked)})

    def _do(self, asked: dict[str, Any]) -> bool:
        """Do one thing that the page asks for; tells whether it worked."""
        try:
            typed = asked.get("values") or {}
            with self._drawing:
                for name in self._typed.keys() & typed.keys():
                    self._typed[name] = self._shown(self.fields[name].read(typed[name]))
            if asked.get("act") == "typed":
                self._look()
                return True
            button = self.buttons.get(str(asked.get("button")))
            if asked.get("act") != "press" or button is None:
                self._tell(HelperError("This form has no such button."))
                return False
            self._look()
            return self._press(button, asked.get("private") or {})
        except HelperError as error:
            self._tell(error)
        except Exception as error:  # a thread has nobody above it: what happened must be seen
            # Only the name: the text of a stranger's error may hold an address or a secret, and
            # so may a traceback.
            _logger.debug("the form %s: %s", self.title, type(error).__name__)
            self._tell(HelperError(f"That did not work ({type(error).__name__})."))
        return False


class WithPhone(ipywidgets.VBox):
    """A form, and below it the handset that it makes ring."""

    def __init__(self, form: Form, phone: Any) -> None:
        self.form, self.phone = form, phone
        # A telephone in somebody's pocket has no picture.
        super().__init__([form, phone] if isinstance(phone, ipywidgets.Widget) else [form])

    def show_phone(self, phone: Any) -> None:
        """Put another handset below the form."""
        self.phone = phone
        self.children = [self.form, phone] if isinstance(phone, ipywidgets.Widget) else [self.form]

    def fill(self, **values: object) -> None:
        """Put values into the form's fields; see :meth:`Form.fill`."""
        self.form.fill(**values)

    def press(self, label: str | None = None, **private: str) -> str:
        """Press one of the form's buttons; see :meth:`Form.press`."""
        return self.form.press(label, **private)

    @property
    def text(self) -> str:
        """What the form says now, as plain text."""
        return self.form.text

    def __repr__(self) -> str:
        return f"{self.form!r}\n{self.phone}"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        live: Any = super()._repr_mimebundle_(**kwargs)
        data, metadata = live if isinstance(live, tuple) else (live, {})
        still = ""
        if isinstance(self.phone, ipywidgets.Widget):
            drawn: Any = self.phone._repr_mimebundle_()
            still = (drawn[0] if isinstance(drawn, tuple) else drawn).get("text/html", "")
        html = self.form.still() + still
        return {**data, "text/plain": repr(self), "text/html": html}, metadata


# Which field a code of Twilio's is about, by the names that our forms use.
_BLAMED = {
    "to": (13223, 13224, 13225, 13226, 21201, 21211, 21214, 21217, 21219, 21604, 21608, 21614),
    "from_": (21210, 21212, 21213, 21603, 21606, 21659),
    "url": (21205,),
    "body": (21602, 21617, 21619),
    "number": (21401, 21450),
}


def field_of(error: HelperError) -> str:
    """The name of the field that *error* is about, or nothing."""
    if isinstance(error, FieldError):
        return error.field
    if isinstance(error, TwilioError):
        return next((name for name, codes in _BLAMED.items() if error.code in codes), "")
    return ""


def sentence(error: HelperError) -> str:
    """What to show of *error*: one sentence, Twilio's code if it has one, and what to do."""
    if isinstance(error, ConnectionFailed):
        return NO_ANSWER  # its own words name an address
    if isinstance(error, TwilioError):
        said = error.msg.removeprefix("Unable to create record: ").strip()
        said = f"{said.rstrip('.')} (Twilio's error {error.code})."
    else:
        said = error.what if error.what.endswith((".", ":")) else f"{error.what}."
    return f"{said} {error.next_step}".strip()


def quoted(text: str) -> str:
    """*text* as Python would have it typed: in double quotes where that is possible, and a text of
    several lines as one."""
    plain = "\\" not in text and '"""' not in text and not text.endswith('"')
    if "\n" in text and plain and all(c == "\n" or c.isprintable() for c in text):
        return f'"""\\\n{text}"""'
    written = repr(text)
    return f'"{written[1:-1]}"' if written[0] == "'" and '"' not in text else written


def call_of(function: str, arguments: Mapping[str, str]) -> str:
    """A call of *function* as code, an argument a line; the arguments are code already."""
    inside = "".join(f"    {name}={written},\n" for name, written in arguments.items())
    return f"{function}(\n{inside})"


def _units(text: str, place: int) -> int:
    """A place in *text* as JavaScript counts: in units of 16 bits."""
    return len(text[:place].encode("utf-16-le", "surrogatepass")) // 2
