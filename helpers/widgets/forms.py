"""What the small forms share: fields above, an answer below, and a form for the stored notebook.

A form is plain ipywidgets, and its logic a plain function elsewhere. Without a browser the list of
its widgets says nothing to a reader, so a form shows its present answer instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import ipywidgets

# Inherited colours and a thin edge: readable on a light page, on a dark one, and on paper.
EDGE = "1px solid rgba(128,128,128,0.55)"
CELL = f"padding:3px 10px;border-bottom:{EDGE};background:transparent"


class Form(ipywidgets.VBox):
    """Fields, perhaps a button, and an answer.

    *title* names the form, *fields* are its fields by name (so that a cell can fill them in:
    ``form.fields["texts"].value = 500``), *button* sends it off. `show()` sets the answer.
    """

    def __init__(
        self,
        title: str,
        fields: Mapping[str, Any],
        button: ipywidgets.Button | None = None,
    ) -> None:
        self.title = title
        self.fields = dict(fields)
        self.button = button
        self.text = ""
        self.answer = ipywidgets.HTML()
        heading = ipywidgets.HTML(f"<b>{escape(title)}</b>")
        buttons = [button] if button else []
        super().__init__([heading, *fields.values(), *buttons, self.answer])

    def show(self, text: str, html: str) -> None:
        """Show the answer: *text* where there is no browser, *html* where there is one."""
        self.text = text
        self.answer.value = html

    def filled(self) -> list[tuple[str, str]]:
        """Each field's label and what stands in it; of a password only that it is not kept."""
        return [
            (
                widget.description,
                "(never kept)" if isinstance(widget, ipywidgets.Password) else str(widget.value),
            )
            for widget in self.fields.values()
        ]

    def __repr__(self) -> str:
        rows = columns(self.filled(), figures=False)
        return "\n".join(filter(None, [self.title, rows, self.text]))

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = dict(super()._repr_mimebundle_(**kwargs))
        bundle["text/plain"] = repr(self)
        rows = table(("field", "value"), self.filled(), figures=False)
        bundle["text/html"] = f"<div><b>{escape(self.title)}</b>{rows}{self.answer.value}</div>"
        return bundle


def field(kind: type[ipywidgets.Widget], label: str, **options: Any) -> Any:
    """A field of *kind* with its *label* in full and a common width."""
    return kind(
        description=label,
        style={"description_width": "12em"},
        layout=ipywidgets.Layout(width="32em", max_width="100%"),
        **options,
    )


def table(
    titles: Sequence[str], rows: Sequence[Sequence[str]], *, total: int = 0, figures: bool = True
) -> str:
    """An HTML table that reads well anywhere; the last *total* rows are set in bold.

    The first column is text; the others stand to the right if they are *figures*.
    """
    head = _row("th", titles, figures, extra=' scope="col"')
    first_bold = len(rows) - total
    body = "".join(
        _row("td", row, figures, bold=number >= first_bold) for number, row in enumerate(rows)
    )
    return f'<table style="border-collapse:collapse;margin:6px 0">{head}{body}</table>'


def _row(
    tag: str, texts: Sequence[str], figures: bool, *, bold: bool = False, extra: str = ""
) -> str:
    cells = ""
    for place, text in enumerate(texts):
        side = "right" if figures and place else "left"
        inside = f"<strong>{escape(text)}</strong>" if bold else escape(text)
        cells += f'<{tag}{extra} style="{CELL};text-align:{side}">{inside}</{tag}>'
    return f'<tr style="background:transparent">{cells}</tr>'


def columns(rows: Sequence[Sequence[str]], *, figures: bool = True) -> str:
    """The same as plain text: the first column to the left, figures to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            text.rjust(width) if figures and place else text.ljust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
