"""Queues, carried out: waiting, leaving, being dialled, and what the API does with them."""

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from helpers.resources.recording import Recording
from tests.sandbox.town import ALICE, BOB, SHOP, Town, twiml

CAROL = "+14155550102"
MUSIC = "http://twimlets.com/holdmusic?Bucket=com.twilio.music.classical"
OK = (200, "text/plain", "")


def enqueue(town, who, attributes="", name="support", after=""):
    """Call somebody who then waits in a queue."""
    call = town.call(f"<Enqueue {attributes}>{name}</Enqueue>{after}", to=who)
    town.advance(3)
    return call


def dial(town, who, noun="", attributes="", name="support", after=""):
    """Call somebody who then dials a queue."""
    call = town.call(f"<Dial {attributes}><Queue {noun}>{name}</Queue></Dial>{after}", to=who)
    town.advance(3)
    return call


def queue(town):
    return town.client.queues.list()[0]


def front(town):
    return town.client.queues(queue(town).sid).members("Front")


def verbs(town, who):
    return [verb for verb, _ in town.transcript(who)]


# -- waiting ------------------------------------------------------------------------------------


@pytest.mark.executes("Enqueue")
def test_a_queue_is_made_when_it_is_not_there_and_who_waits_hears_music():
    with Town() as town:
        alice = enqueue(town, ALICE)
        made = queue(town)
        assert (made.friendly_name, made.current_size, made.max_size) == ("support", 1, 1000)
        assert town.transcript(ALICE)[1:] == [("Enqueue", "support"), ("Play", MUSIC)]
        town.advance(3000)
        assert town.status(alice) == "in-progress"


@pytest.mark.executes("Enqueue.waitUrl", "Enqueue.waitUrlMethod")
def test_the_waiting_document_begins_again_and_is_told_how_the_queue_stands():
    with Town({"/wait": twiml("<Say>Please wait</Say><Pause length='9'/>")}) as town:
        wait = f'waitUrl="{town.url}/wait" waitUrlMethod="GET"'
        enqueue(town, ALICE, wait)
        enqueue(town, BOB, wait)
        town.advance(17)
        told = [
            {k: v for k, v in params.items() if "Queue" in k and k != "QueueSid"}
            for params in town.site.asked("/wait")
        ]
        assert told[-2:] == [
            {
                "QueuePosition": "2",
                "QueueTime": "9",
                "AvgQueueTime": "11",
                "CurrentQueueSize": "2",
                "MaxQueueSize": "1000",
            },
            {
                "QueuePosition": "1",
                "QueueTime": "19",
                "AvgQueueTime": "18",
                "CurrentQueueSize": "2",
                "MaxQueueSize": "1000",
            },
        ]
        assert town.site.asked("/wait")[0]["QueueSid"] == queue(town).sid
        assert verbs(town, ALICE)[2:] == ["Say", "Pause", "Say", "Pause", "Say", "Pause"]


def test_an_empty_wait_url_is_silence():
    with Town() as town:
        enqueue(town, ALICE, 'waitUrl=""')
        assert verbs(town, ALICE) == ["answer", "Enqueue"]


def test_a_waiting_document_that_takes_no_time_ends_in_silence_and_an_alert():
    with Town({"/wait": twiml("")}) as town:
        alice = enqueue(town, ALICE, f'waitUrl="{town.url}/wait"')
        assert len(town.site.asked("/wait")) == 100
        assert town.alerts() == [11215]
        assert town.status(alice) == "in-progress"


def test_a_sound_file_is_played_over_and_over():
    with Town({"/music.wav": (200, "audio/wav", "x" * 100_000)}) as town:
        enqueue(town, ALICE, f'waitUrl="{town.url}/music.wav" waitUrlMethod="GET"')
        town.advance(2)
        assert verbs(town, ALICE)[2:] == ["Play"] * 4


@pytest.mark.executes("Enqueue.action", "Enqueue.method")
def test_a_waiting_document_that_fails_is_an_error_for_the_action():
    with Town({"/out": twiml("<Say>sorry</Say>")}) as town:
        action = f'action="{town.url}/out" method="GET"'
        enqueue(town, ALICE, f'waitUrl="{town.url}/none" {action}')
        assert town.site.asked("/out")[0]["QueueResult"] == "error"
        assert town.transcript(ALICE)[-1] == ("Say", "sorry")
        asked = [e["data"] for e in town.events() if e["type"] == "webhook"][-1]
        assert asked["method"] == "GET"


def test_a_menu_while_waiting_and_back_to_the_waiting_document():
    pages = {
        "/wait": twiml('<Gather numDigits="1" timeout="10" action="/key"/>'),
        "/key": twiml("<Say>you are the first</Say>"),
    }
    with Town(pages) as town:
        enqueue(town, ALICE, f'waitUrl="{town.url}/wait"')
        town.phone(ALICE, "press", Digits="1")
        town.advance(2)
        assert town.site.asked("/key")[0]["QueuePosition"] == "1"
        assert verbs(town, ALICE)[2:] == ["Gather", "press", "Say", "Gather"]


@pytest.mark.executes("Leave")
def test_leave_goes_on_after_the_enqueue_at_once():
    pages = {"/wait": twiml("<Pause length='5'/><Leave/><Say>not heard</Say>")}
    with Town(pages) as town:
        town.site.pages["/out"] = twiml("<Say>out</Say>")
        enqueue(town, ALICE, f'waitUrl="{town.url}/wait" action="{town.url}/out"')
        enqueue(town, BOB, f'waitUrl="{town.url}/wait"', after="<Say>next</Say>")
        town.advance(6)
        [params] = town.site.asked("/out")
        assert (params["QueueResult"], params["QueueTime"]) == ("leave", "5")
        assert params["QueueSid"] == queue(town).sid
        assert town.transcript(ALICE)[-2:] == [("Leave", ""), ("Say", "out")]
        assert town.transcript(BOB)[-1] == ("Say", "next")
        assert queue(town).current_size == 0


def test_a_hangup_in_the_waiting_document_ends_the_call():
    with Town({"/wait": twiml("<Hangup/>"), "/out": twiml("")}) as town:
        alice = enqueue(town, ALICE, f'waitUrl="{town.url}/wait" action="{town.url}/out"')
        assert town.status(alice) == "completed"
        assert town.site.asked("/out")[0]["QueueResult"] == "hangup"
        assert queue(town).current_size == 0


def test_a_caller_who_hangs_up_while_waiting():
    with Town({"/out": twiml("<Say>nobody hears this</Say>")}) as town:
        enqueue(town, ALICE, f'action="{town.url}/out"')
        town.phone(ALICE, "hangup")
        [params] = town.site.asked("/out")
        assert (params["QueueResult"], params["CallStatus"]) == ("hangup", "completed")
        assert verbs(town, ALICE)[-1] == "hangup"
        assert town.sandbox.engine.lines == {}


@pytest.mark.executes("Enqueue.maxQueueSize")
def test_a_full_queue_takes_nobody():
    with Town({"/out": twiml("<Say>full</Say>")}) as town:
        enqueue(town, ALICE, 'maxQueueSize="1"')
        assert queue(town).max_size == 1
        enqueue(town, BOB, f'action="{town.url}/out"')
        assert town.alerts() == [14207]
        [params] = town.site.asked("/out")
        assert params["QueueResult"] == "queue-full"
        assert not {"QueueSid", "QueueTime"} & params.keys()


# -- being dialled --------------------------------------------------------------------------------


@pytest.mark.executes("Queue", "Queue.url", "Queue.method")
def test_dialling_a_queue_takes_the_first_after_a_document_for_it():
    pages = {
        "/whisper": twiml("<Say>an agent comes</Say><Hangup/>"),
        "/out": twiml("<Say>bye caller</Say>"),
        "/done": twiml("<Say>bye agent</Say>"),
    }
    with Town(pages) as town:
        alice = enqueue(town, ALICE, f'action="{town.url}/out"')
        enqueue(town, BOB)
        agent = dial(
            town, CAROL, f'url="{town.url}/whisper" method="GET"', f'action="{town.url}/done"'
        )
        [told] = town.site.asked("/whisper")
        assert (told["CallSid"], told["DequeingCallSid"]) == (alice.sid, agent.sid)
        assert (told["QueueSid"], told["QueueTime"]) == (queue(town).sid, "6")
        assert ("Say", "an agent comes") in town.transcript(ALICE)
        assert town.alerts() == [12200]  # the Hangup
        town.advance(10)
        assert queue(town).current_size == 1
        assert town.site.asked("/out") == town.site.asked("/done") == []
        town.phone(CAROL, "hangup")
        [out] = town.site.asked("/out")
        assert (out["QueueResult"], out["QueueTime"]) == ("bridged", "7")
        assert town.transcript(ALICE)[-1] == ("Say", "bye caller")
        [done] = town.site.asked("/done")
        assert (done["DialCallStatus"], done["DialCallSid"], done["DialBridged"]) == (
            "completed",
            alice.sid,
            "true",
        )
        assert done["DialCallDuration"] == "10"


def test_when_the_caller_leaves_the_agent_goes_on():
    with Town() as town:
        enqueue(town, ALICE)
        dial(town, CAROL, after="<Say>next caller</Say>")
        town.phone(ALICE, "hangup")
        assert town.transcript(CAROL)[-1] == ("Say", "next caller")


def test_both_hear_each_other_and_the_dial_records_both():
    with Town() as town:
        enqueue(town, ALICE)
        dial(town, CAROL, attributes='record="record-from-answer-dual"')
        town.phone(ALICE, "speak", Speech="I have a question")
        town.advance(2)
        town.phone(CAROL, "speak", Speech="ask me")
        town.advance(2)
        town.phone(CAROL, "hangup")
        [made] = town.sandbox.store.find(Recording, None)
        assert (made.source, made.channels, made.status) == ("DialVerb", 2, "completed")
        assert [(s["track"], s["text"]) for s in made.sounds] == [
            ("outbound", "I have a question"),
            ("inbound", "ask me"),
        ]


def test_a_star_ends_the_talk_if_the_dial_says_so():
    with Town() as town:
        enqueue(town, ALICE, after="<Say>bye</Say>")
        dial(town, CAROL, attributes='hangupOnStar="true"', after="<Say>next</Say>")
        town.phone(ALICE, "press", Digits="*")
        assert verbs(town, ALICE)[-1] == "press"
        town.phone(CAROL, "press", Digits="1*")
        assert town.transcript(ALICE)[-1] == ("Say", "bye")
        assert town.transcript(CAROL)[-1] == ("Say", "next")


def test_the_time_limit_ends_the_talk():
    with Town() as town:
        enqueue(town, ALICE, after="<Say>bye</Say>")
        dial(town, CAROL, attributes='timeLimit="60"', after="<Say>next</Say>")
        town.advance(58)
        assert verbs(town, CAROL)[-1] == "Dial"
        town.advance(1)
        assert town.transcript(ALICE)[-1] == ("Say", "bye")
        assert town.transcript(CAROL)[-1] == ("Say", "next")


def test_an_empty_queue_is_waited_for_as_long_as_the_dial_says():
    with Town({"/done": twiml("")}) as town:
        town.client.queues.create(friendly_name="support")
        dial(town, CAROL, attributes=f'timeout="10" action="{town.url}/done"')
        town.advance(8.5)
        assert town.site.asked("/done") == []
        town.advance(0.5)
        assert town.site.asked("/done")[0]["DialCallStatus"] == "no-answer"


def test_who_waits_for_a_caller_gets_the_next_who_comes():
    with Town() as town:
        town.client.queues.create(friendly_name="support")
        dial(town, BOB, attributes='timeout="60"', after="<Say>mine</Say>")
        dial(town, CAROL, attributes='timeout="60"', after="<Say>not mine</Say>")
        enqueue(town, ALICE)
        town.phone(ALICE, "hangup")
        assert town.transcript(BOB)[-1] == ("Say", "mine")
        assert verbs(town, CAROL)[-1] == "Dial"


def test_an_unknown_queue_is_a_failed_dial():
    with Town({"/done": twiml("")}) as town:
        dial(town, CAROL, attributes=f'action="{town.url}/done"', name="nowhere")
        [params] = town.site.asked("/done")
        assert (params["DialCallStatus"], params["DialBridged"]) == ("failed", "false")
        assert ("notice", "There is no queue called nowhere.") in town.transcript(CAROL)


def test_a_caller_who_leaves_while_reached_for_makes_room_for_the_next():
    with Town({"/whisper": twiml("<Pause length='10'/>")}) as town:
        enqueue(town, ALICE)
        bob = enqueue(town, BOB)
        dial(town, CAROL, f'url="{town.url}/whisper"')
        town.phone(ALICE, "hangup")
        town.advance(10)
        assert town.site.asked("/whisper")[-1]["CallSid"] == bob.sid
        town.phone(CAROL, "speak", Speech="hello")
        assert queue(town).current_size == 0


def test_an_agent_who_leaves_before_the_talk_leaves_the_caller_where_it_was():
    with Town({"/whisper": twiml("<Pause length='10'/>")}) as town:
        alice = enqueue(town, ALICE)
        enqueue(town, BOB)
        dial(town, CAROL, f'url="{town.url}/whisper"')
        town.phone(CAROL, "hangup")
        town.advance(60)
        assert front(town).fetch().call_sid == alice.sid
        assert queue(town).current_size == 2


def test_answer_on_bridge_puts_the_answer_off():
    with Town() as town:
        town.site.pages["/voice"] = twiml(
            '<Dial answerOnBridge="true" timeout="60"><Queue>support</Queue></Dial>'
        )
        town.client.incoming_phone_numbers.list()[0].update(voice_url=town.url + "/voice")
        town.client.queues.create(friendly_name="support")
        town.phone(CAROL, "call", To=SHOP)
        town.advance(2)
        assert town.phone(CAROL)["calls"][-1]["status"] == "ringing"
        enqueue(town, ALICE)
        assert town.phone(CAROL)["calls"][-1]["status"] == "in-progress"


# -- what the API does -------------------------------------------------------------------------


def test_queues_are_made_listed_changed_and_deleted():
    with Town() as town:
        queues = town.client.queues
        made = queues.create(friendly_name="sales", max_size=5)
        assert (made.friendly_name, made.max_size, made.current_size) == ("sales", 5, 0)
        assert made.average_wait_time == 0
        assert [q.sid for q in queues.list()] == [made.sid]
        changed = queues(made.sid).update(friendly_name="orders")
        assert (changed.friendly_name, changed.max_size) == ("orders", 5)
        assert queues(made.sid).update(max_size=7).max_size == 7
        assert queues(made.sid).delete() is True
        assert queues.list() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"friendly_name": ""},
        {"friendly_name": "x" * 65},
        {"friendly_name": "taken"},
        {"friendly_name": "new", "max_size": 5001},
        {"friendly_name": "new", "max_size": 0},
    ],
)
def test_what_is_refused(wrong):
    with Town() as town:
        town.client.queues.create(friendly_name="taken")
        with pytest.raises(TwilioRestException) as refused:
            town.client.queues.create(**wrong)
        assert (refused.value.status, refused.value.code) == (400, 20001)
        assert len(town.client.queues.list()) == 1


def test_a_queue_in_which_somebody_waits_is_not_deleted():
    with Town() as town:
        enqueue(town, ALICE)
        with pytest.raises(TwilioRestException) as refused:
            town.client.queues(queue(town).sid).delete()
        assert refused.value.status == 400


def test_members_in_the_order_they_came():
    with Town() as town:
        alice = enqueue(town, ALICE)
        bob = enqueue(town, BOB)
        members = town.client.queues(queue(town).sid).members
        assert [(m.call_sid, m.position, m.wait_time) for m in members.list()] == [
            (alice.sid, 1, 4),
            (bob.sid, 2, 1),
        ]
        assert members("Front").fetch().call_sid == alice.sid
        second = members(bob.sid).fetch()
        assert (second.position, second.queue_sid) == (2, queue(town).sid)
        assert second.date_enqueued.isoformat() == "2026-01-05T09:00:05+00:00"
        assert second.uri.endswith(f"/Members/{bob.sid}.json")
        assert queue(town).average_wait_time == 2


def test_dequeuing_by_the_api_asks_the_action_and_goes_where_it_says():
    pages = {"/out": twiml("<Say>not heard</Say>"), "/new": twiml("<Say>your turn</Say>")}
    with Town(pages) as town:
        alice = enqueue(town, ALICE, f'action="{town.url}/out"', after="<Say>nor this</Say>")
        moved = front(town).update(url=town.url + "/new", method="GET")
        assert (moved.call_sid, moved.position) == (alice.sid, 1)
        [out] = town.site.asked("/out")
        assert (out["QueueResult"], out["QueueTime"]) == ("redirected", "1")
        assert town.transcript(ALICE)[-2:] == [("Play", MUSIC), ("Say", "your turn")]
        assert queue(town).current_size == 0
        with pytest.raises(TwilioRestException) as refused:
            front(town).fetch()
        assert refused.value.status == 404


def test_dequeuing_needs_a_url():
    with Town() as town:
        enqueue(town, ALICE)
        with pytest.raises(TwilioRestException) as refused:
            front(town).update(url="nonsense")
        assert (refused.value.status, refused.value.code) == (400, 20001)
        assert queue(town).current_size == 1


def test_redirecting_a_call_out_of_a_queue():
    with Town({"/out": twiml("")}) as town:
        alice = enqueue(town, ALICE, f'action="{town.url}/out"')
        town.client.calls(alice.sid).update(twiml="<Response><Say>elsewhere</Say></Response>")
        assert town.site.asked("/out")[0]["QueueResult"] == "redirected"
        assert town.transcript(ALICE)[-1] == ("Say", "elsewhere")


def test_redirecting_a_call_out_of_a_talk():
    with Town({"/out": twiml("")}) as town:
        alice = enqueue(town, ALICE, f'action="{town.url}/out"')
        dial(town, CAROL, after="<Say>gone</Say>")
        town.client.calls(alice.sid).update(twiml="<Response><Say>elsewhere</Say></Response>")
        assert town.site.asked("/out")[0]["QueueResult"] == "redirected-from-bridged"
        assert town.transcript(ALICE)[-1] == ("Say", "elsewhere")
        assert town.transcript(CAROL)[-1] == ("Say", "gone")


def test_redirecting_a_call_that_waits_for_a_caller():
    with Town() as town:
        town.client.queues.create(friendly_name="support")
        agent = dial(town, CAROL, attributes='timeout="60"')
        town.client.calls(agent.sid).update(twiml="<Response><Say>break</Say></Response>")
        assert town.transcript(CAROL)[-1] == ("Say", "break")
        enqueue(town, ALICE)
        assert queue(town).current_size == 1


def test_ending_a_call_that_waits():
    with Town({"/out": twiml("")}) as town:
        alice = enqueue(town, ALICE, f'action="{town.url}/out"')
        town.client.calls(alice.sid).update(status="completed")
        assert town.status(alice) == "completed"
        assert town.site.asked("/out")[0]["QueueResult"] == "hangup"
        assert queue(town).current_size == 0


def test_nobody_dials_or_sees_another_accounts_queue():
    other = ("AC" + "9" * 32, "f" * 32)
    with Town(accounts=[(*other, "full")]) as town:
        enqueue(town, ALICE)
        sid = queue(town).sid
        client = Client(*other)
        client.api.base_url = town.sandbox.url
        assert client.queues.list() == []
        with pytest.raises(TwilioRestException) as refused:
            client.queues(sid).fetch()
        assert refused.value.status == 404
        with pytest.raises(TwilioException, match="404"):
            client.queues(sid).members.list()
        number = client.incoming_phone_numbers.create(phone_number="+14155559999")
        client.calls.create(
            to=BOB,
            from_=number.phone_number,
            twiml="<Response><Dial><Queue>support</Queue></Dial></Response>",
        )
        town.advance(5)
        assert queue(town).current_size == 1
        client.http_client.session.close()


def test_a_reset_leaves_nothing_behind():
    with Town() as town:
        enqueue(town, ALICE)
        enqueue(town, BOB)
        dial(town, CAROL)
        assert town.control("POST", "/reset").status_code == 200
        assert town.sandbox.engine.lines == {}
        assert town.client.queues.list() == []
        enqueue(town, ALICE)
        assert queue(town).current_size == 1


def test_after_a_restart_nobody_waits(tmp_path):
    data = str(tmp_path / "world.sqlite")
    with Town(data=data) as town:
        enqueue(town, ALICE)
        town.sandbox.stop()
    with Town(data=data) as town:
        assert queue(town).current_size == 0
        assert town.client.queues(queue(town).sid).members.list() == []


def test_a_caller_may_be_taken_out_while_its_wait_url_is_being_asked():
    with Town({"/new": twiml("<Say>your turn</Say>"), "/out": twiml("")}) as town:

        def page(_params):
            front(town).update(url=town.url + "/new")
            return twiml("<Say>too late</Say>")

        town.site.pages["/wait"] = page
        enqueue(town, ALICE, f'waitUrl="{town.url}/wait" action="{town.url}/out"')
        assert town.transcript(ALICE)[-1] == ("Say", "your turn")
        assert ("Say", "too late") not in town.transcript(ALICE)
        assert town.site.asked("/out")[0]["QueueResult"] == "redirected"


def test_an_agent_may_hang_up_while_the_callers_document_is_being_asked():
    with Town() as town:

        def page(_params):
            town.phone(CAROL, "hangup")
            return twiml("<Say>an agent comes</Say>")

        town.site.pages["/whisper"] = page
        enqueue(town, ALICE)
        dial(town, CAROL, f'url="{town.url}/whisper"')
        town.advance(5)
        assert queue(town).current_size == 1
        assert verbs(town, ALICE)[-1] == "Play"


def test_members_come_a_page_at_a_time():
    with Town() as town:
        calls = [enqueue(town, who).sid for who in (ALICE, BOB, CAROL)]
        members = town.client.queues(queue(town).sid).members
        assert [member.call_sid for member in members.list(page_size=1)] == calls
        assert [member.position for member in members.list(page_size=2)] == [1, 2, 3]
