"""A quiz with buttons: ``quiz("03")`` as the last line of a cell."""

from __future__ import annotations

from html import escape
from typing import Any

import anywidget
import traitlets

from helpers.checks.quiz import Quiz, quiz_of
from helpers.checks.verdict import Verdict
from helpers.errors import HelperError
from helpers.widgets.scripts import script


class QuizWidget(anywidget.AnyWidget):
    """The questions of a lesson, to be answered by a click or by `answer`.

    Which option is right is known to Python only. As text, and in a notebook that was not run, it
    is the questions.
    """

    _esm = script("elements.js", "quiz.js")
    _css = script("colours.css", "forms.css", "quiz.css")

    view = traitlets.Dict().tag(sync=True)

    def __init__(self, asked: Quiz) -> None:
        self.quiz = asked
        questions = [
            {
                "text": question.text,
                "options": [
                    {"letter": letter, "text": text}
                    for letter, (text, _) in question.options.items()
                ],
                "chosen": "",
                "right": False,
                "said": "",
            }
            for question in asked.questions
        ]
        super().__init__(view={"title": f"Quiz of lesson {asked.lesson}", "questions": questions})
        self.on_msg(self._heard)

    @property
    def questions(self) -> tuple[Any, ...]:
        """The questions: see `helpers.checks.quiz`."""
        return self.quiz.questions

    def answer(self, question: int, letter: str) -> Verdict:
        """The verdict on an answer to *question* (from 1); HelperError if there is none."""
        verdict = self.quiz.answer(question, letter)
        chosen = self.questions[question - 1].option(letter)
        shown = {"chosen": chosen, "right": bool(verdict.right), "said": repr(verdict)}
        questions = [dict(each) for each in self.view["questions"]]
        questions[question - 1] |= shown
        self.view = {**self.view, "questions": questions}
        return verdict

    def _heard(self, _: Any, content: Any, __: Any) -> None:
        try:
            self.answer(int(content["question"]), str(content["letter"]))
        except (HelperError, KeyError, TypeError, ValueError):
            return  # not from our script, which sends only what it was given

    def __repr__(self) -> str:
        return repr(self.quiz)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data = dict(bundle[0] if isinstance(bundle, tuple) else bundle or {})
        return data | {"text/plain": repr(self), "text/html": self._html()}

    def _html(self) -> str:
        asked = "".join(
            f"<li><p>{escape(question.text)}</p><ol type='a'>"
            + "".join(f"<li>{escape(text)}</li>" for text, _ in question.options.values())
            + "</ol></li>"
            for question in self.quiz.questions
        )
        how = f'<p>Answer with <code>quiz("{self.quiz.lesson}").answer(1, "a")</code></p>'
        return f"<ol>{asked}</ol>{how}"


def quiz(lesson: str) -> QuizWidget:
    """The quiz of a lesson such as "03"; HelperError if it has none."""
    return QuizWidget(quiz_of(lesson))
