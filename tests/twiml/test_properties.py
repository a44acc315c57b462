"""Whatever a web site sends and a caller does, a conversation comes to an end and raises nothing.

Documents come from the grammar, right and wrong; answers to steps come by chance. A long run:
``EXAMPLES=20000 python -m pytest tests/twiml/test_properties.py``.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.twiml import conversation, steps
from helpers.twiml.explain import SILENT_CALLER
from helpers.twiml.interpreter import MOST_DOCUMENTS
from helpers.twiml.steps import (
    Alert,
    Begin,
    Connect,
    Connected,
    Fetch,
    HangUp,
    Keys,
    Page,
    ReadKeys,
    RecordCaller,
    Recorded,
    Refuse,
    SendText,
    Sent,
    Sound,
    Speak,
    Step,
    Wait,
)
from tests.twiml.chance import documents, profile

URLS = ["/a", "b", "?c=1", "", "http://other.test/d", "http://[", "ftp://x.test/", "/a b"]
FIRST = Fetch("http://shop.test/voice")
FALLBACK = Fetch("http://spare.test/f", "GET")

cut_short = st.sampled_from([None, None, None, True])
ANSWERS: dict[type[Step], st.SearchStrategy[Any]] = {
    Speak: cut_short,
    Sound: cut_short,
    Wait: cut_short,
    ReadKeys: st.sampled_from(
        [Keys(), Keys("1"), Keys("", "#"), Keys("12", "#"), Keys(speech="yes", confidence=0.5)]
    ),
    RecordCaller: st.sampled_from(
        [
            Recorded("", "", 0),
            Recorded("", "", 0, "hangup"),
            Recorded("RE1", "http://a.test/RE1", 3, "#"),
            Recorded("RE1", "http://a.test/RE1", 3, "hangup"),
            Recorded("RE1", "http://a.test/RE1", 3, silent=True),
        ]
    ),
    Connect: st.sampled_from(
        [
            Connected("busy", "CA1"),
            Connected("failed"),
            Connected("completed", "CA1", 7, True, "http://a.test/RE1"),
            Connected("completed", "CA1", 7, True, caller_left=True),
            Connected("canceled", caller_left=True),
        ]
    ),
    SendText: st.sampled_from([Sent("SM1"), Sent("", "invalid")]),
}


def answer_to(step: Step) -> st.SearchStrategy[Any]:
    """An answer by chance; of a step this file does not know, the silent caller's."""
    known = ANSWERS.get(type(step))
    return known if known is not None else st.just(SILENT_CALLER.get(type(step)))


def pages(root: str) -> st.SearchStrategy[Page | None]:
    """What a web site may answer."""
    bodies = documents(URLS, root).map(lambda text: text.encode("utf-8", "replace"))
    types = st.sampled_from(["text/xml"] * 6 + ["text/plain", "audio/wav", "image/png", ""])
    good = st.builds(Page, st.just(FIRST.url), bodies, types)
    failed = st.just(Page(FIRST.url, b"oops", "text/html", (11200, "it answered 500")))
    return st.one_of(good, good, good, good, failed, st.none(), st.binary(max_size=40).map(
        lambda body: Page(FIRST.url, body)
    ))  # fmt: skip


def run(data: st.DataObject, talk: Any, site: list[Page | None], left: list[Step]) -> list[Step]:
    """Every step of a conversation whose web site has a few pages, asked in turn.

    *left* gets the step during which the caller hung up.
    """
    taken: list[Step] = []
    turn, answer = 0, None
    while True:
        try:
            step = talk.send(answer)
        except StopIteration:
            return taken
        taken.append(step)
        if isinstance(step, HangUp | Refuse):
            talk.close()
            return taken
        if isinstance(step, Fetch):
            answer, turn = site[turn % len(site)], turn + 1
        elif isinstance(step, Speak | Sound | Wait) and not step.until_key:
            answer = None
        elif len(taken) < 400:
            answer = data.draw(answer_to(step))
            if getattr(answer, "caller_left", False):
                left.append(step)
        else:  # a loop that goes on for long: whatever it hears, it hears again
            answer = SILENT_CALLER.get(type(step))


def is_plain(step: Step) -> bool:
    """Whether a step is nothing but data: it can be written down, compared and kept."""
    written = json.dumps(dataclasses.asdict(step))
    return bool(written) and step == dataclasses.replace(step) and str(step) == str(step)


@pytest.mark.parametrize("kind", sorted(MOST_DOCUMENTS))
@profile(30)
@given(data=st.data())
def test_any_conversation_comes_to_an_end(kind, data):
    root = "MessagingResponse" if kind == "messaging" else "VoiceResponse"
    site = data.draw(st.lists(pages(root), min_size=1, max_size=3))
    fallback = data.draw(st.sampled_from([None, FALLBACK]))
    answered = data.draw(st.booleans())
    talk = conversation(FIRST, kind=kind, fallback=fallback, answered=answered)
    left: list[Step] = []
    taken = run(data, talk, site, left)
    fetched = [step for step in taken if isinstance(step, Fetch)]
    assert 1 <= len(fetched) <= 101
    assert all(map(is_plain, dict.fromkeys(taken)))
    ends = [step for step in taken if isinstance(step, HangUp | Refuse)]
    assert ends in ([], [taken[-1]])
    if kind == "voice":  # who has hung up needs no end
        assert ends or left


@profile(50)
@given(documents(URLS), st.sampled_from(["", "1", "12#", "*"]), st.sampled_from(["", "yes"]))
def test_any_document_can_be_looked_at(document, keys, speech):
    listed = steps(document, keys=keys, speech=speech)
    assert len(listed) == len(listed.at) <= 10_000
    assert listed.at == sorted(listed.at)
    assert str(listed).count("\n") <= 60
    assert listed == steps(document, keys=keys, speech=speech)


@profile(30)
@given(documents(URLS))
def test_what_is_wrong_is_told_with_a_code_and_a_line(document):
    for alert in (step for step in steps(document) if isinstance(step, Alert)):
        assert 11100 <= alert.code <= 63999
        assert alert.level in ("warning", "error")
        assert 0 <= alert.line <= document.count("\n") + 1
        assert alert.text.endswith(".") and "\n" not in alert.text


@profile(30)
@given(documents(URLS))
def test_every_verb_says_in_which_line_it_stands(document):
    spread = document.replace("><", ">\n<")
    for step in steps(spread):
        if isinstance(step, Begin) and step.line:
            found = spread.splitlines()[step.line - 1]
            assert f"<{step.verb}" in found
