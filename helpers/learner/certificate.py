"""A certificate for who did every exercise: a drawing made here and now, and sent to nobody.

certificate("Ada Lovelace")
certificate("Ada Lovelace").save("certificate.svg")
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

from helpers.errors import HelperError
from helpers.learner import record
from helpers.learner.progress import Progress, progress

LONGEST_NAME = 60
WIDTH, HEIGHT, MARGIN = 880, 560, 28


@dataclass(frozen=True)
class Certificate:
    """Who did how many lessons and exercises, and when the last was done; shown as a drawing."""

    name: str
    lessons: int
    exercises: int
    finished: date

    def __repr__(self) -> str:
        return f"{self.name} {self._deed}, {self.finished:%d %B %Y}."

    @property
    def _deed(self) -> str:
        return f"did all {self.exercises} exercises of {self.lessons} lessons on Twilio"

    def _repr_svg_(self) -> str:
        middle = WIDTH // 2
        size = 52 if len(self.name) <= 24 else 52 * 24 // len(self.name)
        lines = [
            (110, 22, "Learn Twilio Voice and SMS", "#555555"),
            (180, 40, "Certificate", "#b0002a"),
            (290, size, self.name, "#1a1a1a"),
            (360, 22, self._deed, "#1a1a1a"),
            (400, 18, "each of them checked by what it did: calls rang, texts arrived", "#555555"),
            (470, 20, f"{self.finished:%d %B %Y}", "#1a1a1a"),
        ]
        words = "".join(
            f'<text x="{middle}" y="{y}" font-size="{height}" fill="{colour}"'
            f' text-anchor="middle">{escape(text)}</text>'
            for y, height, text, colour in lines
        )
        frames = "".join(
            f'<rect x="{edge}" y="{edge}" width="{WIDTH - 2 * edge}" height="{HEIGHT - 2 * edge}"'
            f' fill="none" stroke="#b0002a" stroke-width="{stroke}"/>'
            for edge, stroke in ((MARGIN, 3), (MARGIN + 8, 1))
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
            f' width="{WIDTH}" height="{HEIGHT}" role="img" font-family="Georgia, serif">'
            f"<title>{escape(repr(self))}</title>"
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fffdf8"/>{frames}{words}</svg>'
        )

    def save(self, path: str | Path) -> str:
        """Write the drawing to *path*, which opens in any browser; returns the file's name.

        HelperError where it cannot be written.
        """
        file = Path(path)
        try:
            file.write_text(self._repr_svg_(), encoding="utf-8")
        except OSError as error:
            raise HelperError(
                f"{file.name} cannot be written: {error.strerror or error}.",
                next_step='Choose another place: save("certificate.svg").',
            ) from error
        return file.name


def certificate(name: str) -> Certificate:
    """The certificate of the reader *name*; HelperError as long as an exercise is open."""
    if not isinstance(name, str) or not name.strip():
        raise HelperError(
            "A certificate needs a name.", next_step='Give yours: certificate("Ada Lovelace").'
        )
    name = " ".join(name.split())
    if not name.isprintable():
        raise HelperError("A name has letters, and nothing that cannot be drawn.")
    if len(name) > LONGEST_NAME:
        raise HelperError(f"A name of {len(name)} letters does not fit; {LONGEST_NAME} do.")
    done = progress()
    if not done.complete:
        raise HelperError(_open(done), next_step=done.way_on())
    moments = [moment for moment in record.read().exercises.values() if moment is not None]
    return Certificate(
        name=name,
        lessons=len(done.rows),
        exercises=sum(row.exercises[1] for row in done.rows),
        finished=max(moments).astimezone().date(),
    )


def _open(done: Progress) -> str:
    missing = sum(max(0, all_ - right) for right, all_ in (row.exercises for row in done.rows))
    return f"Exercises still open: {missing}. The certificate is for who did them all."
