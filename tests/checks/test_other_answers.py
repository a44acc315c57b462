"""Right answers that differ from the ones on file: readers go ways of their own."""

from __future__ import annotations

import pytest

from helpers import VoiceResponse
from helpers.checks import nb_05, nb_06, nb_08


def say(*words):
    response = VoiceResponse()
    for each in words:
        response.say(each)
    return response


@pytest.mark.parametrize("figures", ["4 0 7 1", "4, 0, 7, 1.", "4-0-7-1", "4 . 0 . 7 . 1"])
def test_figures_may_be_parted_by_anything(figures):
    document = f"<Response><Say>{figures}</Say><Pause length='3'/><Say>{figures}</Say></Response>"
    assert nb_06.check_1(document).right


@pytest.mark.parametrize(
    "back",
    [
        lambda digits: say("You typed " + ", ".join(digits) + ". Thank you."),
        lambda digits: say("You typed", *digits, "Thank you."),
    ],
    ids=["commas", "a Say for each"],
)
def test_a_number_may_be_read_back_in_many_ways(back):
    def number_back(request):
        if request["Digits"]:
            return back(request["Digits"])
        response = VoiceResponse()
        response.gather(finish_on_key="#", timeout=10).say("Your number, please.")
        response.say("Goodbye")
        return response

    assert nb_06.check_2(number_back).right


def test_nobody_hears_a_full_stop():
    def apology(request):
        later = int(request["ErrorCode"]) == 11200
        return say("Please call in an hour" if later else "We are mending it")

    assert nb_05.check_2(apology).right


def test_after_the_marks_there_may_be_thanks():
    def ask(words, action):
        response = VoiceResponse()
        response.gather(num_digits=1, action=action).say(words)
        return response

    survey = {
        "/": lambda request: ask("Press 1 to 5 for our service.", "/b"),
        "/b": lambda request: ask("Press 1 to 5 for our prices.", f"/c?s={request['Digits']}"),
        "/c": lambda request: say(f"You gave {request['s']} and {request['Digits']}.", "Thanks."),
    }
    assert nb_08.check_2(survey).right
