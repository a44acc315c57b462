"""What a form's answer is made of: plain values that can be drawn three times the same.

A block is a small dictionary with a ``kind``: words, a list, a table, a piece of code, problems.
The browser draws it from a widget's state, :func:`html_of` for the stored notebook, and
:func:`text_of` for where there is only text. Every text in it is text, never HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

Block = dict[str, Any]
#: A cell of a table: a text, or a bar as ``{"bar": 0.4}`` of the longest one.
Cell = str | Mapping[str, float]

# Inherited colours and a thin edge: readable on a light page, on a dark one, and on paper.
EDGE = "1px solid rgba(128,128,128,0.55)"
CELL = f"padding:3px 10px;border-bottom:{EDGE};background:transparent"
BAR = 120  # pixels of the longest bar
BLOCKS = 20  # characters of the longest bar where there is only text


def words(text: str, sign: str = "") -> Block:
    """One sentence or several; *sign* is "✓" or "✗" where it says how something went."""
    return {"kind": "words", "text": f"{sign} {text}".strip()}


def listing(items: Iterable[str]) -> Block:
    """A list with points."""
    return {"kind": "list", "items": list(items)}


def rows(
    titles: Sequence[str], lines: Sequence[Sequence[Cell]], *, total: int = 0, figures: bool = True
) -> Block:
    """A table; the last *total* rows are set in bold, figures stand to the right."""
    return {
        "kind": "table",
        "titles": list(titles),
        "rows": [[cell if isinstance(cell, str) else dict(cell) for cell in row] for row in lines],
        "total": total,
        "figures": figures,
    }


def code(text: str) -> Block:
    """A cell to type, or a document."""
    return {"kind": "code", "text": text}


def html_of(blocks: Iterable[Block]) -> str:
    """Draw *blocks* as HTML that stands alone; the same for the same blocks."""
    return "".join(_HTML[block["kind"]](block) for block in blocks)


def text_of(blocks: Iterable[Block]) -> str:
    """Write *blocks* as plain text."""
    return "\n".join(filter(None, (_TEXT[block["kind"]](block) for block in blocks)))


def table(
    titles: Sequence[str], lines: Sequence[Sequence[Cell]], *, total: int = 0, figures: bool = True
) -> str:
    """An HTML table that reads well anywhere; the last *total* rows are set in bold.

    The first column is text; the others stand to the right if they are *figures*. Without a single
    title there is no row of them.
    """
    head = _row("th", titles, figures, extra=' scope="col"') if any(titles) else ""
    first_bold = len(lines) - total
    body = "".join(
        _row("td", row, figures, bold=number >= first_bold) for number, row in enumerate(lines)
    )
    return f'<table style="border-collapse:collapse;margin:6px 0">{head}{body}</table>'


def bar(share: float) -> str:
    """A bar as a small SVG in the colour of the text around it. It holds no words of its own, so
    that nothing is left of it where a page drops pictures: the figure beside it says the same."""
    width = round(max(0.0, min(share, 1.0)) * BAR, 1)
    return (
        f'<svg width="{BAR}" height="12" viewBox="0 0 {BAR} 12" aria-hidden="true">'
        f'<rect width="{width:g}" height="12" rx="2" fill="currentColor" fill-opacity="0.6"/></svg>'
    )


def columns(lines: Sequence[Sequence[Cell]], *, figures: bool = True) -> str:
    """The same as plain text: the first column to the left, figures to the right."""
    plain = [[_plain(cell) for cell in row] for row in lines]
    widths = (
        [max(len(row[place]) for row in plain) for place in range(len(plain[0]))] if plain else []
    )
    bars = {place for row in lines for place, cell in enumerate(row) if not isinstance(cell, str)}
    shown = []
    for row in plain:
        cells = [
            text.rjust(width) if figures and place and place not in bars else text.ljust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        shown.append("  ".join(cells).rstrip())
    return "\n".join(shown)


def _plain(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    return "█" * max(round(cell["bar"] * BLOCKS), 1 if cell["bar"] > 0 else 0)


def _row(
    tag: str, cells: Sequence[Cell], figures: bool, *, bold: bool = False, extra: str = ""
) -> str:
    drawn = ""
    for place, cell in enumerate(cells):
        side = "right" if figures and place and isinstance(cell, str) else "left"
        inside = _words(cell) if isinstance(cell, str) else bar(cell["bar"])
        inside = f"<strong>{inside}</strong>" if bold and inside else inside
        drawn += f'<{tag}{extra} style="{CELL};text-align:{side}">{inside}</{tag}>'
    return f'<tr style="background:transparent">{drawn}</tr>'


def _words(text: str) -> str:
    """*text* as HTML. JupyterLab sets what stands between two dollar signs as mathematics, but not
    across elements, so that each gets one of its own."""
    return escape(text).replace("$", "<span>$</span>").replace("\n", "<br>")


def _listed(items: Iterable[str], tag: str = "ul") -> str:
    return f"<{tag}>" + "".join(f"<li>{_words(item)}</li>" for item in items) + f"</{tag}>"


_HTML = {
    "words": lambda block: f"<div>{_words(block['text'])}</div>",
    "list": lambda block: _listed(block["items"]),
    "table": lambda block: table(
        block["titles"], block["rows"], total=block["total"], figures=block["figures"]
    ),
    "code": lambda block: f"<pre><code>{_words(block['text'])}</code></pre>",
    "problems": lambda block: _listed((item["text"] for item in block["items"]), "ol"),
}
_TEXT = {
    "words": lambda block: block["text"],
    "list": lambda block: "\n".join(f"- {item}" for item in block["items"]),
    "table": lambda block: columns(
        [*([block["titles"]] if any(block["titles"]) else []), *block["rows"]],
        figures=block["figures"],
    ),
    "code": lambda block: block["text"],
    "problems": lambda block: "\n".join(f"- {item['text']}" for item in block["items"]),
}
