"""The log of one account by itself: numbers, pages, what is kept."""

import json

import pytest

from helpers.sandbox.event_log import EventLog, Page, to_json


def line(number, call=None):
    return (number, "2026-01-05T09:00:00+00:00", "state", call, None, {"n": number})


@pytest.fixture
def log():
    """Lines 1 to 6 on three pages, of which the file has the first."""
    first = to_json([line(1), line(2)])
    log = EventLog([Page(2, line(2)[1], first)], to_json)
    for number in (3, 4, 5, 6):
        log.add(line(number, call=f"CA{number}"))
        if number == 4:
            log.put_into_words()
    return log


def numbers(log, since=0, sid=None):
    return [found[0] for found in log.lines(since, sid)]


def test_what_has_no_page_yet_is_among_the_lines(log):
    assert numbers(log) == [1, 2, 3, 4, 5, 6]
    assert log.last == 6


def test_lines_begin_behind_a_number_in_the_middle_of_a_page(log):
    assert numbers(log, since=3) == [4, 5, 6]
    assert numbers(log, since=6) == []


def test_pages_that_do_not_name_a_sid_are_passed_over(log):
    assert numbers(log, sid="CA4") == [3, 4]


def test_only_pages_that_are_not_in_the_file_are_to_be_written(log):
    assert [page.last for page in log.unwritten()] == [4, 6]
    log.written()
    assert log.unwritten() == []
    log.add(line(7))
    assert [json.loads(page.text)[0][0] for page in log.unwritten()] == [7]


def test_a_page_goes_when_none_of_its_lines_is_to_be_kept(log):
    assert log.keep(5) == 0
    assert log.keep(3) == 2
    assert numbers(log) == [3, 4, 5, 6]


@pytest.mark.parametrize("words", [False, True])
def test_what_is_taken_back_goes_from_pages_as_well(log, words):
    if words:
        log.put_into_words()
    log.take_back(3)
    assert numbers(log) == [1, 2, 3]
    assert log.last == 3
    assert [page.last for page in log.unwritten()] == [3]
