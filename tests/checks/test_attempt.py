"""A reader's function may be anything at all: each gets one sentence, and never a traceback."""

import functools
from contextlib import suppress

import pytest

from helpers.checks import Verdict, check
from helpers.checks.attempt import function, outcome, pages
from helpers.checks.verdict import Gap

HEAD = "send(to, body)"


class Callable:
    def __call__(self, to, body):
        return to


async def later(to, body):
    return to


@pytest.mark.parametrize(
    "given", [lambda to, body: to, lambda *all: all[0], Callable(), max, functools.partial(max, 0)]
)
def test_what_can_be_called_so_is_taken(given):
    assert function(given, HEAD) is given


@pytest.mark.parametrize(
    ("given", "tried", "says"),
    [
        (None, None, "write `send(to, body)` in place of `send = None`."),
        ("send", False, "`send` is a str, not a function."),
        (Callable, False, "`send` cannot be called with 2 values."),
        (later, False, "`send` is async, but nobody awaits it here."),
        (lambda to: to, False, "`send` cannot be called with 2 values."),
        (lambda to, body, more: to, False, "`send` cannot be called with 2 values."),
    ],
)
def test_anything_else_is_a_sentence(given, tried, says):
    with pytest.raises(Gap) as gap:
        function(given, HEAD)
    assert (gap.value.verdict.right, gap.value.verdict.reason) == (tried, says)


def page(request):
    return "<Response/>"


def test_pages_are_taken_as_they_are():
    given = {"/voice": page, "/menu": page}
    assert pages(given, "mine", "/voice") is given


@pytest.mark.parametrize(
    ("given", "tried", "says"),
    [
        (None, None, 'put your pages into `mine`: {"/voice": ..., ...}.'),
        (page, False, "`mine` is a function, not a dict of pages."),
        ({}, False, "`mine` has no page /voice."),
        ({"/voice": page, "menu": page}, False, "'menu' is no path."),
        ({"/voice": page, 7: page}, False, "7 is no path."),
        ({"/voice": "<Response/>"}, False, "what stands at /voice in `mine` is no page."),
    ],
)
def test_what_are_no_pages_is_a_sentence(given, tried, says):
    with pytest.raises(Gap) as gap:
        pages(given, "mine", "/voice")
    assert (gap.value.verdict.right, gap.value.verdict.reason) == (tried, says)


def test_an_exception_inside_is_a_sentence():
    with pytest.raises(Gap, match=r"^`send` failed with KeyError: 'to'\.$"):
        outcome(lambda to, body: {}["to"], HEAD, 1, 2)
    with pytest.raises(Gap, match=r"^`send` failed with ZeroDivisionError: "):
        outcome(lambda to, body: 1 / 0, HEAD, 1, 2)


def raises(*given):
    raise RuntimeError("several\nlines")


def stubborn(ask, wait):
    while True:
        with suppress(Exception):
            ask()


JUNK = [None, 42, "text", b"", [], {}, {"/voice": 1}, object(), Callable, later, raises, print]
NUMBERS = [float("nan"), float("inf"), 10**400, -1, True, 13.084, 14]


@pytest.mark.parametrize("exercise", ["10.1", "10.2", "10.3", "11.1", "11.2", "11.3"])
@pytest.mark.parametrize("answer", JUNK + NUMBERS, ids=lambda one: str(type(one).__name__))
def test_no_answer_is_too_odd_for_a_check(exercise, answer):
    verdict = check(exercise, answer)
    assert isinstance(verdict, Verdict)
    if (exercise, answer) != ("11.1", 13.084):
        assert not verdict.right
    assert "\n" not in verdict.reason
    assert verdict.right is None or verdict.right or verdict.next_step


def test_who_never_gives_up_is_ended():
    verdict = check("10.3", stubborn)
    assert verdict.reason == "it asked 30 times without waiting, and went on."


@pytest.mark.parametrize("seconds", [0, -1, "1", None, True, float("nan")])
def test_what_is_no_time_to_wait_is_said(seconds):
    verdict = check("10.3", lambda ask, wait: (ask(), wait(seconds)))
    assert verdict.right is False
    assert "wait" in verdict.reason
