"""A check's own telephone company: it really asks, really plays, and says what went wrong."""

import pytest

from helpers import MessagingResponse, VoiceResponse
from helpers.checks import rehearsal
from helpers.checks.rehearsal import BEEP, HANG_UP, NOTHING, Rehearsal, no_alerts
from helpers.checks.verdict import Gap
from helpers.sandbox.options import VERIFIED


def menu(request):
    response = VoiceResponse()
    if request.params.get("Digits") == "1":
        response.say("It is sunny.")
    else:
        response.gather(num_digits=1).say("Press 1 for the weather.")
        response.say("Goodbye.")
    return response


@pytest.fixture
def stage():
    with Rehearsal() as opened:
        yield opened


def test_a_reply_is_given_once_its_words_were_said(stage):
    heard = stage.call_in(stage.serve(menu), replies=[("press 1", "1")])
    assert heard.said == ["Press 1 for the weather.", "It is sunny."]
    assert (heard.status, heard.unheard, heard.alerts) == ("completed", [], [])
    assert [visit.params.get("Digits") for visit in stage.asked] == [None, "1"]


def test_words_are_waited_for_anew_by_each_reply(stage):
    heard = stage.ring(stage.serve(menu), replies=[("press 1", "5"), ("press 1", "1")])
    assert heard.said == ["Press 1 for the weather."] * 2 + ["It is sunny."]


def test_who_says_nothing_hears_the_end(stage):
    assert stage.call_in(stage.serve(menu)).said == ["Press 1 for the weather.", "Goodbye."]


def test_words_that_never_come_are_named(stage):
    heard = stage.ring(twiml="<Response><Say>Hello</Say></Response>", replies=[("press 9", "9")])
    assert heard.unheard == ["press 9"]
    assert heard.has("HELLO")


def test_a_person_can_hang_up_and_speak(stage):
    heard = stage.ring(stage.serve(menu), replies=[("press 1", HANG_UP)])
    assert heard.verbs()[-1] == "hangup"
    talk = '<Response><Gather input="speech"><Say>Yes?</Say></Gather></Response>'
    heard = stage.ring(twiml=talk, replies=[("yes", "sales please")])
    assert ("speak", "sales please") in [(entry.verb, entry.text) for entry in heard.entries]


def test_a_person_waits_for_the_beep_and_may_do_nothing(stage):
    record = "<Response><Say>After the beep!</Say><Record action='/done'/></Response>"
    heard = stage.ring(twiml=record.replace("/done", stage.serve(menu)), replies=[(BEEP, "Hi.")])
    assert heard.verbs()[-3:] == ["Gather", "Say", "Say"]
    assert ("speak", "Hi.") in [(entry.verb, entry.text) for entry in heard.entries]
    heard = stage.ring(stage.serve(menu), replies=[("press 1", NOTHING), ("goodbye", HANG_UP)])
    assert heard.unheard == []


def test_somebody_else_calls(stage):
    def greet(request):
        return f"<Response><Say>Hello {request['From']}</Say></Response>"

    ada = stage.handset("+14155550143")
    assert stage.call_in(stage.serve(greet), phone=ada).said == ["Hello +14155550143"]


def test_people_who_call_at_once_are_answered_in_turn(stage):
    ada = stage.handset("+14155550143")
    callers = [(stage.phone, [("press 1", "1")]), (ada, [("press 1", HANG_UP)])]
    mine, hers = stage.call_together(stage.serve(menu), callers)
    assert mine.said == ["Press 1 for the weather.", "It is sunny."]
    assert hers.verbs()[-1] == "hangup"
    assert [visit.params["From"] for visit in stage.asked][:2] == [
        stage.phone.number,
        ada.number,
    ]


def test_others_act_meanwhile():
    friend_number = "+14155550101"
    with Rehearsal(verified=(VERIFIED, friend_number)) as stage:
        _talk_to(stage, stage.handset(friend_number))


def _talk_to(stage, friend):
    friend.set_mode("manual")

    def answer():
        call = friend.call_now
        if call is not None:
            (friend.answer if call.status == "ringing" else friend.hangup)()
        return call is not None

    forward = f"<Response><Dial>{friend.number}</Dial><Say>Bye</Say></Response>"
    heard = stage.call_in(stage.serve(lambda request: forward), meanwhile=answer)
    assert heard.said == ["Bye"]
    assert heard.seconds == 1


def test_texts_are_answered(stage):
    def echo(request):
        response = MessagingResponse()
        response.message(f"You said {request.params['Body']}")
        return response

    [answer] = stage.text_in("Hi", stage.serve(echo))
    assert answer.endswith("You said Hi")


def test_each_phone_gets_its_own_answer():
    def echo(request):
        response = MessagingResponse()
        response.message(f"{request['From']} said {request['Body']}")
        return response

    with Rehearsal(type="full") as stage:
        bea, url = stage.handset("+14155550101"), stage.serve(echo)
        assert stage.text_in("Hi", url, phone=bea) == ["+14155550101 said Hi"]
        assert stage.text_in("Ho", url) == ["+14155550100 said Ho"]
        assert len(bea.inbox) == 1


def test_what_goes_wrong_is_a_gap_in_one_sentence(stage):
    def broken(request):
        raise KeyError("Digits")

    with pytest.raises(Gap, match=r"your page failed: .*Digits"):
        stage.call_in(stage.serve(broken))


def test_a_call_that_twilio_refuses_is_a_gap(stage):
    with pytest.raises(Gap, match="Twilio refuses the call: 21205"):
        stage.ring("nonsense")


def test_alerts_are_told(stage):
    heard = stage.ring(twiml="<Response><Say>Fish & chips</Say></Response>")
    assert [code for code, _ in heard.alerts] == [12100]
    with pytest.raises(Gap, match=r"Twilio reports 12100: .*Line 1"):
        no_alerts(heard)


def test_a_call_that_was_cut_is_told_as_such(stage):
    heard = stage.ring(twiml='<Response><Pause length="3600"/></Response>')
    with pytest.raises(Gap, match="the call goes on for ten minutes"):
        no_alerts(heard)
    no_alerts(stage.alerts()[1:])


def test_an_alert_names_no_address(stage):
    heard = stage.call_in(stage.serve({}))
    [(code, words)] = heard.alerts
    assert code == 11200
    assert "$SITE" in words
    assert "127.0.0.1" not in words


def test_circles_end(stage):
    heard = stage.ring(twiml="<Response><Redirect>nowhere</Redirect></Response>")
    assert heard.alerts


def test_a_call_without_an_end_is_given_up(monkeypatch):
    monkeypatch.setattr(rehearsal, "MOST_TURNS", 20)
    with Rehearsal(type="full") as stage, pytest.raises(Gap, match="goes round in circles"):
        stage.ring(stage.serve(lambda: "<Response><Pause/><Redirect/></Response>"))


def test_two_rehearsals_know_nothing_of_each_other(stage):
    with Rehearsal() as other:
        stage.ring(twiml="<Response><Say>Hello</Say></Response>")
        assert other.phone.calls == []
        assert other.url != stage.url
