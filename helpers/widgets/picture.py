"""The phone as a still picture: HTML that needs no script, no style sheet and no network.

It is stored in the notebook, for readers who have not run it yet and for places that cannot run
it. Such places clean HTML in different ways, some down to bare elements, so the order of the
elements alone tells the story, colours are inherited from the page (dark or light), and what a
colour says a word says too.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

EDGE = "1px solid rgba(128,128,128,0.55)"
TINT = "rgba(128,128,128,0.16)"
SIGNS = {"idle": "○", "ringing": "◉", "calling": "◉", "in-progress": "●"}

BOX = f"max-width:640px;padding:12px 16px;border:{EDGE};border-radius:14px"
BADGE = f"padding:1px 10px;border:{EDGE};border-radius:12px"
CELL = "padding:2px 8px;border:none;background:transparent;text-align:left;vertical-align:top"
BUBBLE = f"max-width:85%;margin:6px 0;padding:6px 12px;border:{EDGE};border-radius:12px"


def picture(view: Mapping[str, Any]) -> str:
    """Draw *view*, made by `view.py`, as HTML; the same for the same view."""
    parts = [_head(view), _line(view)]
    if view["transcript"]:
        parts.append(_transcript(view))
    if view["texts"]:
        # A text that never arrived is not to be seen on any phone; the live one explains it.
        parts += [_bubble(text) for text in view["texts"] if text["way"] != "lost"]
    if view["problem"]:
        parts.append(f'<div style="margin-top:8px">⚠ {_words(view["problem"])}</div>')
    return f'<div style="{BOX}">' + "".join(parts) + "</div>"


def _words(text: str) -> str:
    """*text* as HTML. JupyterLab sets what stands between two dollar signs as mathematics, but not
    across elements, so that each gets one of its own; and a line break stays one.
    """
    return escape(text).replace("$", "<span>$</span>").replace("\n", "<br>")


def _head(view: Mapping[str, Any]) -> str:
    name = f"{_words(view['name'])} " if view["name"] else ""
    state = view["state"]
    return (
        f"<div>{name}<strong>{escape(view['number'])}</strong> "
        f'<span style="{BADGE}">{SIGNS[state]} {state}</span></div>'
    )


def _line(view: Mapping[str, Any]) -> str:
    mode = f" · {escape(view['mode'])}" if view["mode"] else ""
    return f'<div style="margin-top:6px">{escape(view["line"])}{mode}</div>'


def _transcript(view: Mapping[str, Any]) -> str:
    titles = "".join(
        f'<th scope="col" style="{CELL}">{title}</th>'
        for title in ("time", "verb", "heard or done")
    )
    rows = "".join(
        f'<tr style="background:transparent"><td style="{CELL};text-align:right">{entry["at"]}</td>'
        f'<td style="{CELL}"><code>{escape(entry["verb"])}</code></td>'
        f'<td style="{CELL}">{_words(entry["text"])}</td></tr>'
        for entry in view["transcript"]
    )
    return (
        '<table style="margin:8px 0;border-collapse:collapse">'
        f'<tr style="background:transparent">{titles}</tr>{rows}</table>'
    )


def _bubble(text: Mapping[str, Any]) -> str:
    incoming = text["way"] == "in"
    who = f"{'from' if incoming else 'to'} {escape(text['who'])}"
    side = f"margin-right:auto;background:{TINT}" if incoming else "margin-left:auto"
    media = "".join(f"<br><small>picture: {escape(address)}</small>" for address in text["media"])
    return (
        f'<div style="{BUBBLE};{side};width:fit-content"><small>{who}</small><br>'
        f"{_words(text['body'])}{media}</div>"
    )
