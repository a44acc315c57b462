"""Drive a conversation by hand: what the engine does, without an engine."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any

from helpers.twiml import conversation
from helpers.twiml.steps import Fetch, HangUp, Page, Refuse, Step

HERE = "http://shop.test/voice/start"


def page(xml: str | bytes, url: str = HERE, content_type: str = "text/xml") -> Page:
    body = xml.encode() if isinstance(xml, str) else xml
    return Page(url, body, content_type)


def site(pages: Mapping[str, str | Page | None]) -> Callable[[Fetch], Page | None]:
    """A web site: what it answers to each URL. Asking for another one is an error."""

    def answer(wanted: Fetch) -> Page | None:
        found = pages[wanted.url]
        return page(found, wanted.url) if isinstance(found, str) else found

    return answer


def drive(
    talk: Generator[Step, Any, Any], answers: Mapping[type[Step], Any] | None = None
) -> list[Step]:
    """Every step of a conversation. *answers* has, per class of step, an answer, a list of them
    that is used up, or a function of the step."""
    answers = {
        kind: list(answer) if isinstance(answer, list) else answer
        for kind, answer in (answers or {}).items()
    }
    steps: list[Step] = []
    answer: Any = None
    while True:
        try:
            step = talk.send(answer)
        except StopIteration:
            return steps
        steps.append(step)
        if isinstance(step, HangUp | Refuse):
            talk.close()
            return steps
        answer = answers.get(type(step))
        if isinstance(answer, list):
            answer = answer.pop(0)
        elif callable(answer):
            answer = answer(step)


def hear(
    xml: str | bytes,
    answers: Mapping[type[Step], Any] | None = None,
    *,
    inside: bool = True,
    **options: Any,
) -> list[Step]:
    """The steps of a document that stands at `HERE`; *inside* puts <Response> around it."""
    if inside:
        assert isinstance(xml, str)
        xml = f"<Response>{xml}</Response>"
    options.setdefault("url", HERE)
    return drive(conversation(xml, **options), answers)


def of(kind: type[Any], steps: list[Step]) -> list[Any]:
    """The steps of one class only."""
    return [step for step in steps if isinstance(step, kind)]
