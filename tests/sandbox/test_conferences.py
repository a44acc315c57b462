"""Conferences, carried out: who hears whom, start and end, what is told, what the API does."""

from datetime import timedelta

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from helpers.client import Client as Own
from helpers.resources.recording import Recording
from tests.sandbox.town import ALICE, BOB, SHOP, Town, twiml

CAROL = "+14155550102"
DAY = 86_400
MUSIC = "http://twimlets.com/holdmusic?Bucket=com.twilio.music.classical"
ALL = "start end join leave mute hold modify speaker announcement"
OK = (200, "text/plain", "")


def room(attributes="", name="Room", dial="", after=""):
    return f"<Dial {dial}><Conference {attributes}>{name}</Conference></Dial>{after}"


def enter(town, who, attributes="", **more):
    """Call somebody into the room, and wait until the call is answered."""
    call = town.call(room(attributes, **more), to=who)
    town.advance(3)
    return call


def heard(town, path="/c"):
    """The events that a status callback was told of."""
    return [params["StatusCallbackEvent"] for params in town.site.asked(path)]


def conference(town):
    return town.client.conferences.list()[0]


def participant(town, call):
    return town.client.conferences("Room").participants(call.sid)


def verbs(town, who):
    return [verb for verb, _ in town.transcript(who)]


def logged(town, event):
    """What the log says of an event of conferences or queues."""
    return [e["data"] for e in town.events() if e["data"].get("event") == event]


# -- starting and waiting ---------------------------------------------------------------------


@pytest.mark.executes("Dial", "Conference", "Conference.startConferenceOnEnter")
def test_it_starts_with_two_of_whom_one_may_start_it():
    with Town() as town:
        enter(town, ALICE, 'startConferenceOnEnter="false"')
        assert conference(town).status == "init"
        enter(town, BOB, 'startConferenceOnEnter="false"')
        assert conference(town).status == "init"
        enter(town, CAROL)
        assert conference(town).status == "in-progress"
        assert len(logged(town, "conference-start")) == 1


def test_one_alone_hears_the_built_in_music_until_it_starts():
    with Town() as town:
        enter(town, ALICE)
        assert town.transcript(ALICE)[-1] == ("Play", MUSIC)
        town.advance(3600)
        assert conference(town).status == "init"
        enter(town, BOB)
        assert conference(town).status == "in-progress"
        assert verbs(town, BOB) == ["answer", "Dial"]


@pytest.mark.executes("Conference.waitUrl", "Conference.waitMethod")
def test_a_document_is_heard_while_waiting_then_silence():
    with Town({"/wait": twiml("<Say>Please wait</Say><Pause length='2'/>")}) as town:
        enter(town, ALICE, f'waitUrl="{town.url}/wait" waitMethod="GET"')
        town.advance(60)
        assert town.transcript(ALICE)[1:] == [
            ("Dial", "Room"),
            ("Say", "Please wait"),
            ("Pause", "2"),
        ]
        assert town.site.asked("/wait")[0]["CallStatus"] == "in-progress"


def test_the_start_breaks_a_waiting_document_off():
    with Town({"/wait": twiml("<Pause length='60'/><Say>too late</Say>")}) as town:
        enter(town, ALICE, f'waitUrl="{town.url}/wait"')
        enter(town, BOB)
        town.advance(120)
        assert ("Say", "too late") not in town.transcript(ALICE)


def test_an_empty_redirect_loops_a_waiting_document():
    with Town({"/wait": twiml("<Pause length='10'/><Redirect/>")}) as town:
        enter(town, ALICE, f'waitUrl="{town.url}/wait"')
        town.advance(30)
        assert len(town.site.asked("/wait")) == 4


def test_a_document_that_loops_without_a_pause_ends_in_silence_and_an_alert():
    with Town({"/wait": twiml("<Redirect/>")}) as town:
        enter(town, ALICE, f'waitUrl="{town.url}/wait"')
        assert len(town.site.asked("/wait")) == 100
        assert town.alerts() == [11215]
        enter(town, BOB)
        assert conference(town).status == "in-progress"


def test_another_verb_in_a_waiting_document_is_an_error_and_is_skipped():
    with Town({"/wait": twiml("<Hangup/><Say>still here</Say>")}) as town:
        call = enter(town, ALICE, f'waitUrl="{town.url}/wait"')
        assert town.alerts() == [13238]
        assert town.transcript(ALICE)[-1] == ("Say", "still here")
        assert town.status(call) == "in-progress"


def test_an_empty_wait_url_is_silence():
    with Town() as town:
        enter(town, ALICE, 'waitUrl=""')
        assert verbs(town, ALICE) == ["answer", "Dial"]


def test_a_wait_url_may_be_a_sound_file_of_any_size():
    with Town({"/music.wav": (200, "audio/wav", "x" * 100_000)}) as town:
        enter(town, ALICE, f'waitUrl="{town.url}/music.wav" waitMethod="GET"')
        assert town.transcript(ALICE)[-1] == ("Play", f"{town.url}/music.wav")
        assert town.alerts() == []


def test_music_that_twilio_hosts_is_heard_and_not_fetched():
    with Town() as town:
        url = "http://com.twilio.music.ambient.s3.amazonaws.com/aerosolspray_-_Living_Taciturn.mp3"
        enter(town, ALICE, f'waitUrl="{url}"')
        assert town.transcript(ALICE)[-1] == ("Play", url)
        assert [e for e in town.events() if e["type"] == "webhook"] == []


def test_if_its_wait_url_fails_the_conference_is_not_set_up_and_the_call_goes_on():
    with Town({"/after": twiml("<Say>sorry</Say>")}) as town:
        enter(town, ALICE, f'waitUrl="{town.url}/none"', dial=f'action="{town.url}/after"')
        assert town.alerts() == [11200]
        [params] = town.site.asked("/after")
        assert params["DialCallStatus"] == "failed"
        assert town.transcript(ALICE)[-1] == ("Say", "sorry")
        assert conference(town).status == "completed"


# -- hearing ------------------------------------------------------------------------------------


def record(town, call):
    return town.client.calls(call.sid).recordings.create()


def sounds(town, recording):
    town.client.calls(recording.call_sid).recordings(recording.sid).update(status="stopped")
    [row] = [r for r in town.client.recordings.list() if r.sid == recording.sid]
    return int(row.duration), _kept(town, recording.sid)


def _kept(town, sid):
    [row] = town.sandbox.store.find(Recording, None, sid=sid)
    return [(s["track"], s["text"]) for s in row.sounds if s["kind"] == "words"]


def test_what_one_says_all_others_hear():
    with Town() as town:
        enter(town, ALICE)
        bob = enter(town, BOB)
        carol = enter(town, CAROL)
        tapes = [record(town, bob), record(town, carol)]
        town.phone(ALICE, "speak", Speech="good morning")
        town.advance(2)
        for tape in tapes:
            assert sounds(town, tape)[1] == [("outbound", "good morning")]
        [told] = logged(town, "participant-heard")
        assert (told["words"], told["by"]) == ("good morning", [bob.sid, carol.sid])


def test_keys_are_heard_too():
    with Town() as town:
        enter(town, ALICE)
        bob = enter(town, BOB)
        town.phone(ALICE, "press", Digits="12")
        [told] = logged(town, "participant-heard")
        assert (told["keys"], told["by"]) == ("12", [bob.sid])


@pytest.mark.executes("Conference.muted")
def test_a_muted_one_hears_and_is_not_heard():
    with Town() as town:
        alice = enter(town, ALICE, 'muted="true"')
        bob = enter(town, BOB)
        tapes = [record(town, alice), record(town, bob)]
        town.phone(ALICE, "speak", Speech="psst")
        town.phone(BOB, "speak", Speech="hello")
        town.advance(2)
        assert sounds(town, tapes[0])[1] == [("inbound", "psst"), ("outbound", "hello")]
        assert sounds(town, tapes[1])[1] == [("inbound", "hello")]


def test_nobody_is_heard_before_it_starts():
    with Town() as town:
        enter(town, ALICE, 'startConferenceOnEnter="false"')
        enter(town, BOB, 'startConferenceOnEnter="false"')
        town.phone(ALICE, "speak", Speech="anybody there")
        assert logged(town, "participant-heard") == []


@pytest.mark.executes("Conference.coach")
def test_a_coach_hears_all_and_is_heard_by_one():
    with Town() as town:
        alice = enter(town, ALICE)
        bob = enter(town, BOB)
        coach = enter(town, CAROL, f'coach="{alice.sid}"')
        town.phone(CAROL, "speak", Speech="offer a discount")
        town.phone(BOB, "speak", Speech="too dear")
        spoken, answer = logged(town, "participant-heard")
        assert spoken["by"] == [alice.sid]
        assert answer["by"] == [alice.sid, coach.sid]
        assert participant(town, coach).fetch().call_sid_to_coach == alice.sid
        assert bob.sid not in spoken["by"]


@pytest.mark.parametrize("before", ["", "somebody"])
def test_whom_nobody_can_coach_does_not_come_in(before):
    with Town({"/after": twiml("<Hangup/>")}) as town:
        if before:
            enter(town, BOB)
        stranger = "CA" + "0" * 32
        enter(town, ALICE, f'coach="{stranger}"', dial=f'action="{town.url}/after"')
        assert town.alerts() == [13240]
        assert town.site.asked("/after")[0]["DialCallStatus"] == "failed"


@pytest.mark.parametrize(
    ("beep", "enters", "leaves"),
    [("true", True, True), ("false", False, False), ("onEnter", True, False), ("onExit", 0, True)],
)
@pytest.mark.executes("Conference.beep")
def test_a_beep_when_somebody_joins_or_leaves(beep, enters, leaves):
    with Town() as town:
        alice, bob = enter(town, ALICE).sid, enter(town, BOB).sid
        carol = enter(town, CAROL, f'beep="{beep}"').sid
        town.phone(CAROL, "hangup")
        heard = [("joined", [alice, bob])]
        heard += [("joined", [alice, bob, carol])] * bool(enters)
        heard += [("left", [alice, bob])] * bool(leaves)
        assert [(data["what"], data["by"]) for data in logged(town, "beep")] == heard


def test_the_call_of_an_owned_number_takes_part():
    with Town() as town:
        number = town.client.incoming_phone_numbers.list()[0]
        number.update(voice_url=town.url + "/voice")
        town.site.pages["/voice"] = twiml(room())
        alice = town.phone(ALICE, "call", To=SHOP)["sid"]
        town.advance(1)
        bob = enter(town, BOB)
        town.phone(ALICE, "speak", Speech="hello")
        assert logged(town, "participant-heard")[0]["by"] == [bob.sid]
        assert [p.call_sid for p in town.client.conferences("Room").participants.list()] == [
            bob.sid,
            alice,
        ]


def test_what_is_said_reaches_another_web_sites_call():
    """The far end of a participant may be a Gather of an owned number."""
    with Town() as town:
        gather = '<Gather input="speech" action="/said" timeout="60" speechTimeout="1"/>'
        town.site.pages["/voice"] = twiml(gather)
        town.site.pages["/said"] = twiml("<Pause length='60'/>")
        number = town.client.incoming_phone_numbers.list()[0]
        number.update(voice_url=town.url + "/voice")
        enter(town, SHOP)
        enter(town, BOB)
        town.phone(BOB, "speak", Speech="two tickets please")
        town.advance(5)
        assert town.site.asked("/said")[0]["SpeechResult"] == "two tickets please"


def test_one_call_may_be_in_the_room_with_both_ends():
    with Town() as town:
        town.site.pages["/voice"] = twiml(room())
        town.client.incoming_phone_numbers.list()[0].update(voice_url=town.url + "/voice")
        enter(town, SHOP)
        assert len(town.client.conferences("Room").participants.list()) == 2
        enter(town, BOB)
        town.phone(BOB, "speak", Speech="hello")
        town.phone(BOB, "press", Digits="1")
        assert len(town.client.conferences("Room").participants.list()) == 3


# -- ending ------------------------------------------------------------------------------------


@pytest.mark.executes("Conference.endConferenceOnExit")
def test_when_that_one_leaves_it_is_over_for_all_and_each_call_goes_on():
    with Town({"/after": twiml("<Say>over</Say>")}) as town:
        enter(town, ALICE, dial=f'action="{town.url}/after"')
        enter(town, BOB, after="<Say>next</Say>")
        carol = enter(town, CAROL, 'endConferenceOnExit="true"')
        town.phone(CAROL, "hangup")
        assert town.transcript(ALICE)[-1] == ("Say", "over")
        assert town.transcript(BOB)[-1] == ("Say", "next")
        ended = conference(town)
        assert (ended.status, ended.reason_conference_ended, ended.call_sid_ending_conference) == (
            "completed",
            "participant-with-end-conference-on-exit-left",
            carol.sid,
        )
        [params] = town.site.asked("/after")
        assert params["DialCallStatus"] == "answered"
        assert not {"DialCallSid", "DialCallDuration"} & params.keys()


def test_it_ends_with_the_last_one():
    with Town() as town:
        enter(town, ALICE)
        bob = enter(town, BOB)
        town.phone(ALICE, "hangup")
        assert conference(town).status == "in-progress"
        town.phone(BOB, "hangup")
        ended = conference(town)
        assert ended.reason_conference_ended == "last-participant-left"
        assert ended.call_sid_ending_conference == bob.sid
        assert town.sandbox.engine.rooms == {}


def test_the_name_is_free_again_afterwards():
    with Town() as town:
        enter(town, ALICE)
        town.phone(ALICE, "hangup")
        enter(town, BOB)
        first, second = town.client.conferences.list(friendly_name="Room")
        assert first.sid != second.sid
        assert {first.status, second.status} == {"init", "completed"}


@pytest.mark.executes("Dial.hangupOnStar")
def test_a_star_takes_one_out_if_the_dial_says_so():
    with Town() as town:
        enter(town, ALICE, dial='hangupOnStar="true"', after="<Say>out</Say>")
        enter(town, BOB)
        town.phone(ALICE, "press", Digits="1*")
        assert town.transcript(ALICE)[-1] == ("Say", "out")
        town.phone(BOB, "press", Digits="*")
        assert verbs(town, BOB) == ["answer", "Dial", "press"]


@pytest.mark.executes("Dial.timeLimit")
def test_the_time_limit_of_the_dial_takes_one_out():
    with Town() as town:
        enter(town, ALICE, dial='timeLimit="60"', after="<Say>time</Say>")
        enter(town, BOB)
        town.advance(55)
        assert verbs(town, ALICE) == ["answer", "Dial", "Play"]
        town.advance(5)
        assert town.transcript(ALICE)[-1] == ("Say", "time")


def test_keys_of_a_conference_are_not_read_by_a_later_gather():
    with Town({"/menu": twiml("<Hangup/>")}) as town:
        gather = '<Gather action="/menu" timeout="5"/><Say>nothing</Say>'
        enter(town, ALICE, dial='timeLimit="10"', after=gather)
        town.phone(ALICE, "press", Digits="12")
        town.advance(20)
        assert town.transcript(ALICE)[-1] == ("Say", "nothing")


# -- who may come in ---------------------------------------------------------------------------


@pytest.mark.executes("Conference.maxParticipants")
def test_a_full_room_takes_nobody():
    with Town({"/after": twiml("<Say>full</Say>")}) as town:
        enter(town, ALICE, 'maxParticipants="2"')
        enter(town, BOB)
        enter(town, CAROL, dial=f'action="{town.url}/after"')
        assert town.alerts() == [16020]
        assert town.site.asked("/after")[0]["DialCallStatus"] == "failed"
        assert town.transcript(CAROL)[-1] == ("Say", "full")


@pytest.mark.executes("Conference.participantLabel")
def test_a_label_names_a_participant_and_is_there_once():
    with Town({"/after": twiml("<Say>action</Say>")}) as town:
        alice = enter(town, ALICE, 'participantLabel="the customer"')
        labelled = town.client.conferences("Room").participants("the customer").fetch()
        assert (labelled.call_sid, labelled.label) == (alice.sid, "the customer")
        enter(
            town,
            BOB,
            'participantLabel="the customer"',
            dial=f'action="{town.url}/after"',
            after="<Say>next verb</Say>",
        )
        assert town.alerts() == [16025]
        assert town.transcript(BOB)[-1] == ("Say", "next verb")
        assert town.site.asked("/after") == []


def test_a_label_that_is_too_long_is_left_out_with_an_alert():
    with Town() as town:
        alice = enter(town, ALICE, f'participantLabel="{"x" * 129}"')
        assert town.alerts() == [16023]
        assert participant(town, alice).fetch().label is None


def test_nobody_joins_or_sees_another_accounts_room():
    other = ("AC" + "9" * 32, "f" * 32)
    with Town(accounts=[(*other, "full")]) as town:
        enter(town, ALICE)
        client = Client(*other)
        client.api.base_url = town.sandbox.url
        sid = conference(town).sid
        assert client.conferences.list() == []
        for name in (sid, "Room"):
            with pytest.raises(TwilioRestException) as refused:
                client.conferences(name).fetch()
            assert refused.value.status == 404
            with pytest.raises(TwilioException, match="404"):
                client.conferences(name).participants.list()
        number = client.incoming_phone_numbers.create(phone_number="+14155559999")
        client.calls.create(
            to=BOB, from_=number.phone_number, twiml=f"<Response>{room()}</Response>"
        )
        town.advance(3)
        [theirs] = client.conferences.list()
        assert (theirs.status, theirs.sid == sid) == ("init", False)
        assert conference(town).status == "init"
        client.http_client.session.close()


# -- what is told ------------------------------------------------------------------------------


@pytest.mark.executes("Conference.statusCallback", "Conference.statusCallbackEvent")
def test_status_callbacks_in_order_with_all_that_is_listed():
    with Town({"/c": OK}) as town:
        callback = f'statusCallback="{town.url}/c" statusCallbackEvent="{ALL}"'
        alice = enter(town, ALICE, f'{callback} participantLabel="customer"')
        bob = enter(town, BOB, f'statusCallback="{town.url}/other" endConferenceOnExit="true"')
        town.phone(BOB, "hangup")
        told = town.site.asked("/c")
        assert [(t["StatusCallbackEvent"], t.get("CallSid")) for t in told] == [
            ("participant-join", alice.sid),
            ("participant-join", bob.sid),
            ("conference-start", None),
            ("participant-leave", bob.sid),
            ("participant-leave", alice.sid),
            ("conference-end", None),
        ]
        assert [t["SequenceNumber"] for t in told] == ["1", "2", "3", "4", "5", "6"]
        sid = conference(town).sid
        assert told[0] == {
            "StatusCallbackEvent": "participant-join",
            "ConferenceSid": sid,
            "FriendlyName": "Room",
            "AccountSid": town.auth[0],
            "Timestamp": "Mon, 05 Jan 2026 09:00:02 +0000",
            "CallSid": alice.sid,
            "Muted": "false",
            "Hold": "false",
            "Coaching": "false",
            "EndConferenceOnExit": "false",
            "StartConferenceOnEnter": "true",
            "ParticipantLabel": "customer",
            "SequenceNumber": "1",
        }
        assert (told[3]["ReasonParticipantLeft"], told[3]["ParticipantCallStatus"]) == (
            "participant_hung_up",
            "completed",
        )
        assert (told[4]["ReasonParticipantLeft"], told[4]["ParticipantCallStatus"]) == (
            "moderator_ended_conference",
            "in-progress",
        )
        assert told[5]["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
        assert told[5]["CallSidEndingConference"] == bob.sid
        assert town.site.asked("/other") == []  # the first participant's counts


def test_status_callbacks_are_signed():
    with Town({"/c": OK}) as town:
        enter(town, ALICE, f'statusCallback="{town.url}/c" statusCallbackEvent="join"')
        [(path, params, headers)] = town.site.requests
        validator = RequestValidator(town.auth[1])
        signature = headers["x-twilio-signature"]
        assert validator.validate(town.url + path, params, signature)


@pytest.mark.executes("Conference.statusCallbackMethod")
def test_only_what_was_asked_for_is_told():
    with Town({"/c": OK}) as town:
        callback = f'statusCallback="{town.url}/c" statusCallbackMethod="GET"'
        enter(town, ALICE, f'{callback} statusCallbackEvent="start end"')
        enter(town, BOB)
        town.phone(ALICE, "hangup")
        town.phone(BOB, "hangup")
        assert heard(town) == ["conference-start", "conference-end"]
        webhooks = [e["data"] for e in town.events() if e["type"] == "webhook"]
        assert {webhook["method"] for webhook in webhooks} == {"GET"}


def test_who_speaks_is_told_from_the_first_to_the_last_word():
    with Town({"/c": OK}) as town:
        enter(town, ALICE, f'statusCallback="{town.url}/c" statusCallbackEvent="speaker"')
        enter(town, BOB)
        town.phone(BOB, "speak", Speech="five words take two seconds")
        assert heard(town) == ["participant-speech-start"]
        town.advance(1.9)
        assert heard(town) == ["participant-speech-start"]
        town.advance(0.1)
        assert heard(town) == ["participant-speech-start", "participant-speech-stop"]


@pytest.mark.executes("Conference.region")
def test_the_first_named_region_is_the_conferences():
    with Town() as town:
        enter(town, ALICE)
        assert conference(town).region == "us1"
        enter(town, BOB, 'region="ie1"')
        enter(town, CAROL, 'region="jp1"')
        assert conference(town).region == "ie1"


@pytest.mark.executes("Conference.jitterBufferSize", "Conference.recordingConfigurationId")
def test_what_has_no_meaning_here_is_noted():
    with Town() as town:
        enter(town, ALICE, 'jitterBufferSize="small" recordingConfigurationId="x"')
        [dial] = [e["data"] for e in town.events() if e["data"].get("verb") == "Dial"]
        assert dial["notes"] == [
            "jitterBufferSize of <Conference>: no sound is late on this machine, so nothing needs "
            "to be evened out",
            "recordingConfigurationId of <Conference>: this sandbox keeps no recording "
            "configurations",
        ]


# -- recording ---------------------------------------------------------------------------------


@pytest.mark.executes("Dial.record", "Dial.recordingStatusCallback", "Dial.action")
def test_a_dial_records_its_own_call_with_what_it_hears_of_the_conference():
    with Town({"/r": OK, "/over": twiml("")}) as town:
        enter(town, BOB)
        alice = enter(
            town,
            ALICE,
            dial=f'record="record-from-ringing-dual" action="{town.url}/over" '
            f'recordingStatusCallback="{town.url}/r"',
        )
        town.phone(ALICE, "speak", Speech="hello Bob")
        town.advance(1)
        town.phone(BOB, "speak", Speech="hello Alice")
        town.advance(4)
        town.phone(ALICE, "hangup")
        town.advance(1)
        [told] = town.site.asked("/r")
        assert (told["RecordingSource"], told["RecordingChannels"]) == ("DialVerb", "2")
        assert (told["CallSid"], told["RecordingStatus"]) == (alice.sid, "completed")
        assert told["RecordingDuration"] == "6"
        assert town.site.asked("/over")[0]["RecordingUrl"] == told["RecordingUrl"]
        assert [row.source for row in town.client.recordings.list()] == ["DialVerb"]


@pytest.mark.executes(
    "Conference.record",
    "Conference.trim",
    "Conference.recordingStatusCallback",
    "Conference.recordingStatusCallbackMethod",
    "Conference.recordingStatusCallbackEvent",
)
@pytest.mark.parametrize(("trim", "seconds"), [("trim-silence", "3"), ("do-not-trim", "13")])
def test_it_is_recorded_from_the_moment_two_are_joined(trim, seconds):
    with Town({"/r": OK}) as town:
        enter(
            town,
            ALICE,
            f'record="record-from-start" trim="{trim}" recordingStatusCallback="{town.url}/r"'
            ' recordingStatusCallbackMethod="GET" recordingStatusCallbackEvent="in-progress'
            ' completed"',
        )
        town.advance(10)
        town.phone(ALICE, "speak", Speech="before it starts")
        enter(town, BOB)
        town.phone(ALICE, "speak", Speech="one two three")
        town.advance(1.2)
        town.phone(BOB, "speak", Speech="four five")
        town.advance(10.8)
        town.phone(ALICE, "hangup")
        town.phone(BOB, "hangup")
        [made] = town.client.recordings.list()
        assert (made.source, made.conference_sid, made.status, made.duration) == (
            "Conference",
            conference(town).sid,
            "completed",
            seconds if trim == "do-not-trim" else "2",
        )
        assert [text for _, text in _kept(town, made.sid)] == ["one two three", "four five"]
        started, completed = town.site.asked("/r")
        assert started["RecordingStatus"] == "in-progress"
        assert completed["RecordingStatus"] == "completed"
        assert completed["ConferenceSid"] == made.conference_sid
        assert completed["RecordingSource"] == "Conference"
        assert completed["RecordingDuration"] == made.duration
        [listed] = town.client.conferences(made.conference_sid).recordings.list()
        assert listed.sid == made.sid


def test_a_coach_is_not_in_the_recording():
    with Town() as town:
        alice = enter(town, ALICE, 'record="true"')
        enter(town, BOB)
        enter(town, CAROL, f'coach="{alice.sid}"')
        town.phone(CAROL, "speak", Speech="whisper")
        town.phone(BOB, "speak", Speech="aloud")
        town.advance(2)
        town.client.conferences("Room").update(status="completed")
        [made] = town.client.recordings.list()
        assert [text for _, text in _kept(town, made.sid)] == ["aloud"]


def test_the_api_pauses_and_stops_the_recording():
    with Town() as town:
        enter(town, ALICE, 'record="true"')
        enter(town, BOB)
        recordings = town.client.conferences(conference(town).sid).recordings
        assert recordings("Twilio.CURRENT").update(status="paused").status == "paused"
        town.phone(BOB, "speak", Speech="not kept")
        recordings("Twilio.CURRENT").update(status="in-progress")
        town.phone(BOB, "speak", Speech="kept")
        town.advance(2)
        recordings("Twilio.CURRENT").update(status="stopped")
        [made] = town.client.recordings.list()
        assert made.status == "completed"
        assert [text for _, text in _kept(town, made.sid)] == ["kept"]


@pytest.mark.executes("Conference.eventCallbackUrl")
def test_the_old_callback_is_told_of_the_recording_when_no_newer_one_is():
    with Town({"/e": OK}) as town:
        enter(town, ALICE, f'record="true" eventCallbackUrl="{town.url}/e"')
        enter(town, BOB)
        town.phone(BOB, "speak", Speech="hello there")
        town.advance(2)
        town.client.conferences("Room").update(status="completed")
        [told] = town.site.asked("/e")
        [made] = town.client.recordings.list()
        assert told["EventName"] == "conference-record-end"
        assert told["RecordingUrl"].endswith(made.sid)
        assert told["Duration"] == made.duration
        assert int(told["RecordingFileSize"]) > 1000


# -- what the API does -------------------------------------------------------------------------


def test_list_and_fetch():
    with Town() as town:
        alice = enter(town, ALICE)
        enter(town, BOB, name="Other")
        rooms = town.client.conferences
        assert [c.friendly_name for c in rooms.list()] == ["Other", "Room"]
        assert [c.friendly_name for c in rooms.list(friendly_name="Room")] == ["Room"]
        assert rooms.list(status="completed") == []
        assert len(rooms.list(status="init")) == 2
        [found] = rooms.list(friendly_name="Room")
        assert rooms(found.sid).fetch().friendly_name == "Room"
        one = rooms(found.sid).participants(alice.sid).fetch()
        assert (one.status, one.muted, one.hold, one.coaching, one.label) == (
            "connected",
            False,
            False,
            False,
            None,
        )
        assert one.uri.endswith(f"/Conferences/{found.sid}/Participants/{alice.sid}.json")


def test_conferences_are_found_by_the_days_they_were_made_and_changed():
    with Town() as town:
        enter(town, ALICE, name="Old")
        town.phone(ALICE, "hangup")
        town.advance(DAY)
        enter(town, ALICE, name="New")
        second = town.now().date()
        first = second - timedelta(days=1)
        found = {
            (name, day): [c.friendly_name for c in town.client.conferences.list(**{name: when})]
            for name in ("date_created", "date_created_before", "date_created_after")
            for day, when in (("first", first), ("second", second))
        }
        assert found == {
            ("date_created", "first"): ["Old"],
            ("date_created", "second"): ["New"],
            ("date_created_before", "first"): [],
            ("date_created_before", "second"): ["Old"],
            ("date_created_after", "first"): ["New", "Old"],
            ("date_created_after", "second"): ["New"],
        }
        changed = town.client.conferences.list(date_updated=first)
        assert [c.friendly_name for c in changed] == ["Old"]
        assert town.client.conferences.list(date_updated_before=first) == []
        assert len(town.client.conferences.list(date_updated_after=first)) == 2


def test_participants_are_filtered():
    with Town() as town:
        alice = enter(town, ALICE, 'muted="true"')
        bob = enter(town, BOB)
        participants = town.client.conferences("Room").participants
        assert [p.call_sid for p in participants.list(muted=True)] == [alice.sid]
        assert [p.call_sid for p in participants.list(muted=False)] == [bob.sid]
        assert participants.list(hold=True) == []


def test_muting_by_the_api():
    with Town({"/c": OK}) as town:
        alice = enter(town, ALICE, f'statusCallback="{town.url}/c" statusCallbackEvent="mute"')
        enter(town, BOB)
        assert participant(town, alice).update(muted=True).muted is True
        town.phone(ALICE, "speak", Speech="unheard")
        assert logged(town, "participant-heard") == []
        participant(town, alice).update(muted=False)
        town.phone(ALICE, "speak", Speech="heard")
        assert len(logged(town, "participant-heard")) == 1
        told = town.site.asked("/c")
        assert [(t["StatusCallbackEvent"], t["Muted"]) for t in told] == [
            ("participant-mute", "true"),
            ("participant-unmute", "false"),
        ]


def test_one_on_hold_hears_the_hold_document_and_nobody():
    with Town({"/c": OK, "/hold": twiml("<Say>One moment</Say>")}) as town:
        alice = enter(town, ALICE, f'statusCallback="{town.url}/c" statusCallbackEvent="hold"')
        bob = enter(town, BOB)
        participant(town, alice).update(hold=True, hold_url=town.url + "/hold")
        assert town.transcript(ALICE)[-1] == ("Say", "One moment")
        town.phone(BOB, "speak", Speech="is she there")
        town.phone(ALICE, "speak", Speech="hello")
        assert logged(town, "participant-heard") == []
        participant(town, alice).update(hold=False)
        town.phone(BOB, "speak", Speech="there you are")
        assert logged(town, "participant-heard")[0]["by"] == [alice.sid]
        assert heard(town) == ["participant-hold", "participant-unhold"]
        assert participant(town, bob).fetch().hold is False


def test_hold_without_a_url_is_the_built_in_music():
    with Town() as town:
        alice = enter(town, ALICE)
        enter(town, BOB)
        participant(town, alice).update(hold=True)
        assert town.transcript(ALICE)[-1] == ("Play", MUSIC)


def test_changed_settings_hold_from_now_on():
    with Town({"/c": OK}) as town:
        alice = enter(town, ALICE, f'statusCallback="{town.url}/c" statusCallbackEvent="modify"')
        enter(town, BOB)
        enter(town, CAROL)
        participant(town, alice).update(end_conference_on_exit=True, beep_on_exit=False)
        assert heard(town) == ["participant-modify"]
        assert town.site.asked("/c")[0]["EndConferenceOnExit"] == "true"
        town.phone(ALICE, "hangup")
        assert conference(town).status == "completed"


def test_coaching_by_the_api():
    with Town() as town:
        alice = enter(town, ALICE)
        bob = enter(town, BOB)
        carol = enter(town, CAROL)
        participant(town, carol).update(coaching=True, call_sid_to_coach=alice.sid)
        town.phone(CAROL, "speak", Speech="psst")
        participant(town, carol).update(coaching=False)
        town.phone(CAROL, "speak", Speech="aloud")
        assert [told["by"] for told in logged(town, "participant-heard")] == [
            [alice.sid],
            [alice.sid, bob.sid],
        ]
        with pytest.raises(TwilioRestException) as refused:
            participant(town, carol).update(coaching=True, call_sid_to_coach="CA" + "0" * 32)
        assert (refused.value.status, refused.value.code) == (400, 13240)


def test_kicking_one_out():
    with Town({"/c": OK}) as town:
        callback = f'statusCallback="{town.url}/c" statusCallbackEvent="leave end"'
        enter(town, ALICE, callback)
        bob = enter(town, BOB, after="<Say>thrown out</Say>")
        assert participant(town, bob).delete() is True
        assert town.transcript(BOB)[-1] == ("Say", "thrown out")
        assert [p.call_sid for p in town.client.conferences("Room").participants.list()] != [bob]
        [told] = town.site.asked("/c")
        assert told["ReasonParticipantLeft"] == "participant_updated_via_api"
        with pytest.raises(TwilioRestException) as refused:
            participant(town, bob).fetch()
        assert refused.value.status == 404


def test_ending_it_by_the_api():
    with Town({"/c": OK}) as town:
        callback = f'statusCallback="{town.url}/c" statusCallbackEvent="leave end"'
        enter(town, ALICE, callback, after="<Say>bye</Say>")
        enter(town, BOB, after="<Say>bye</Say>")
        ended = town.client.conferences("Room").update(status="completed")
        assert (ended.status, ended.reason_conference_ended) == (
            "completed",
            "conference-ended-via-api",
        )
        assert town.client.conferences(ended.sid).participants.list() == []
        assert town.transcript(ALICE)[-1] == town.transcript(BOB)[-1] == ("Say", "bye")
        assert heard(town) == ["participant-leave", "participant-leave", "conference-end"]
        with pytest.raises(TwilioRestException) as refused:
            town.client.conferences(ended.sid).update(status="completed")
        assert (refused.value.status, refused.value.code) == (400, 20001)


def test_an_announcement_to_all():
    with Town({"/c": OK, "/news": twiml("<Say>lunch is ready</Say>")}) as town:
        callback = f'statusCallback="{town.url}/c" statusCallbackEvent="announcement"'
        alice = enter(town, ALICE, callback)
        enter(town, BOB)
        tape = record(town, alice)
        town.client.conferences("Room").update(announce_url=town.url + "/news")
        assert town.transcript(ALICE)[-1] == ("Say", "lunch is ready")
        assert town.transcript(BOB)[-1] == ("Say", "lunch is ready")
        assert heard(town) == []
        town.advance(2)
        assert sounds(town, tape)[1] == [("outbound", "lunch is ready")]
        [told] = town.site.asked("/c")
        assert (told["StatusCallbackEvent"], told["AnnounceUrl"]) == (
            "announcement-end",
            town.url + "/news",
        )
        assert "CallSid" not in told
        assert town.site.asked("/news")[0]["FriendlyName"] == "Room"


def test_an_announcement_to_one():
    with Town({"/c": OK, "/news": twiml("<Say>five minutes left</Say>")}) as town:
        callback = f'statusCallback="{town.url}/c" statusCallbackEvent="announcement"'
        alice = enter(town, ALICE, callback)
        enter(town, BOB)
        participant(town, alice).update(announce_url=town.url + "/news", announce_method="GET")
        town.advance(2)
        assert town.transcript(ALICE)[-1] == ("Say", "five minutes left")
        assert verbs(town, BOB) == ["answer", "Dial"]
        assert town.site.asked("/c")[0]["CallSid"] == alice.sid
        assert town.site.asked("/news")[0]["CallSid"] == alice.sid


def test_an_announcement_that_cannot_be_had():
    with Town({"/c": OK}) as town:
        callback = f'statusCallback="{town.url}/c" statusCallbackEvent="announcement"'
        enter(town, ALICE, callback)
        town.client.conferences("Room").update(announce_url=town.url + "/none")
        [told] = town.site.asked("/c")
        assert told["StatusCallbackEvent"] == "announcement-fail"
        assert told["ReasonAnnouncementFailed"]


def test_a_participant_added_by_the_api():
    with Town({"/c": OK, "/s": OK}) as town:
        made = town.client.conferences("Room").participants.create(
            from_=SHOP,
            to=ALICE,
            label="expert",
            wait_url="",
            muted=True,
            status_callback=town.url + "/s",
            status_callback_event=["initiated ringing answered completed"],
            conference_status_callback=town.url + "/c",
            conference_status_callback_event=["start end join leave"],
        )
        assert (made.status, made.queue_time, made.label) == ("queued", "0", "expert")
        assert conference(town).status == "init"
        town.advance(1)
        assert participant(town, made_call(made)).fetch().status == "ringing"
        town.advance(2)
        assert participant(town, made_call(made)).fetch().status == "connected"
        assert verbs(town, ALICE) == ["answer", "Dial"]
        enter(town, BOB)
        town.client.conferences(made.conference_sid).participants("expert").delete()
        town.advance(1)
        assert town.status(made_call(made)) == "completed"
        assert [params["CallStatus"] for params in town.site.asked("/s")] == [
            "initiated",
            "ringing",
            "in-progress",
            "completed",
        ]
        assert heard(town) == [
            "participant-join",
            "participant-join",
            "conference-start",
            "participant-leave",
        ]


def made_call(made):
    class Made:
        sid = made.call_sid

    return Made


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_machine_detection_of_a_participant_tells_its_own_callback(method):
    with Town({"/amd": OK, "/s": OK}) as town:
        town.phone(ALICE, "speak", Speech="please leave your message after the tone")
        made = town.client.conferences("Room").participants.create(
            from_=SHOP,
            to=ALICE,
            machine_detection="Enable",
            machine_detection_speech_threshold=1000,
            amd_status_callback=town.url + "/amd",
            amd_status_callback_method=method,
            status_callback=town.url + "/s",
        )
        town.advance(2)
        assert participant(town, made_call(made)).fetch().status == "connected"
        town.advance(0.9)
        assert town.site.asked("/amd") == []
        town.advance(0.1)
        assert town.site.asked("/amd") == [
            {
                "CallSid": made.call_sid,
                "AccountSid": made.account_sid,
                "AnsweredBy": "machine_start",
                "MachineDetectionDuration": "1000",
            }
        ]
        town.phone(ALICE, "hangup")
        assert town.site.asked("/s")[0]["AnsweredBy"] == "machine_start"


@pytest.mark.parametrize("to", ["client:alice", "sip:bob@example.com"])
def test_clients_and_sip_addresses_take_part(to):
    with Town() as town:
        enter(town, BOB)
        made = town.client.conferences("Room").participants.create(
            from_=SHOP,
            to=to,
            caller_id="client:desk",
            call_reason="The meeting",
            early_media=False,
            jitter_buffer_size="small",
            sip_auth_username="me",
            sip_auth_password="not for anyone",
        )
        town.advance(3)
        assert participant(town, made_call(made)).fetch().status == "connected"
        town.phone(to, "speak", Speech="hello all")
        [said] = logged(town, "participant-heard")
        assert said["words"] == "hello all"
        [ringing] = [
            e["data"]
            for e in town.events(call_sid=made.call_sid)
            if e["data"].get("status") == "ringing"
        ]
        assert (ringing["reason"], ringing["caller_id"]) == ("The meeting", "client:desk")
        assert [note.split()[0] for note in ringing["notes"]] == [
            *("SipAuthUsername", "EarlyMedia", "JitterBufferSize"),
        ]
        assert "not for anyone" not in str(town.events())


def test_a_participants_call_is_recorded_and_limited():
    with Town({"/r": OK}) as town:
        enter(town, BOB)
        made = town.client.conferences("Room").participants.create(
            from_=SHOP,
            to=ALICE,
            record=True,
            trim="do-not-trim",
            recording_channels="dual",
            recording_status_callback=town.url + "/r",
            time_limit=7,
        )
        town.advance(60)
        assert town.client.calls(made.call_sid).fetch().duration == "7"
        [told] = town.site.asked("/r")
        assert (told["RecordingDuration"], told["RecordingChannels"]) == ("7", "2")
        assert told["RecordingSource"] == "OutboundAPI"
        assert told["CallSid"] == made.call_sid


def test_one_who_is_added_and_does_not_answer():
    with Town({"/c": OK}) as town:
        town.phone(ALICE, Mode="busy")
        town.client.conferences("Room").participants.create(
            from_=SHOP,
            to=ALICE,
            conference_status_callback=town.url + "/c",
            conference_status_callback_event=["leave"],
        )
        assert len(town.client.conferences("Room").participants.list()) == 1
        enter(town, BOB, f'statusCallback="{town.url}/c" statusCallbackEvent="leave end"')
        assert len(town.client.conferences("Room").participants.list()) == 1


def test_an_unanswered_participant_is_told_of_with_the_reason():
    with Town({"/c": OK}) as town:
        enter(town, BOB, f'statusCallback="{town.url}/c" statusCallbackEvent="leave"')
        town.phone(ALICE, Mode="decline")
        town.client.conferences("Room").participants.create(from_=SHOP, to=ALICE)
        town.advance(5)
        [told] = town.site.asked("/c")
        assert (told["ReasonParticipantLeft"], told["ParticipantCallStatus"]) == (
            "participant_add_failed",
            "busy",
        )


def test_one_who_still_rings_is_not_rung_when_the_conference_ends():
    with Town() as town:
        town.phone(ALICE, Mode="manual")
        made = town.client.conferences("Room").participants.create(from_=SHOP, to=ALICE)
        town.advance(5)
        town.client.conferences("Room").update(status="completed")
        assert town.status(made_call(made)) == "canceled"
        assert town.sandbox.engine.rooms == {}


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"from_": "+19999"}, 400, 21212),
        ({"to": "nobody"}, 400, 13223),
        ({"label": "taken"}, 400, 16025),
        ({"label": "x" * 129}, 400, 16023),
        ({"beep": "loud"}, 400, 20001),
        ({"coaching": True}, 400, 20001),
        ({"call_sid_to_coach": "CA" + "0" * 32}, 400, 13240),
        ({"max_participants": 251}, 400, 20001),
        ({"wait_url": "nonsense"}, 400, 20001),
        ({"timeout": 601}, 400, 21208),
        ({"machine_detection": "Perhaps"}, 400, 21234),
        ({"amd_status_callback": "nowhere"}, 400, 21609),
        ({"recording_track": "left"}, 400, 20001),
    ],
)
def test_what_is_refused(wrong, status, code):
    with Town() as town:
        enter(town, ALICE, 'participantLabel="taken"')
        with pytest.raises(TwilioRestException) as refused:
            town.client.conferences("Room").participants.create(
                **{"from_": SHOP, "to": BOB, **wrong}
            )
        assert (refused.value.status, refused.value.code) == (status, code)
        assert len(town.client.conferences("Room").participants.list()) == 1


def test_an_unknown_sid_is_no_name_of_a_new_room():
    with Town() as town:
        with pytest.raises(TwilioRestException) as refused:
            town.client.conferences("CF" + "0" * 32).participants.create(from_=SHOP, to=BOB)
        assert refused.value.status == 404


# -- live updates and endings ---------------------------------------------------------------------


def test_redirecting_a_call_out_of_a_conference():
    with Town({"/c": OK, "/new": twiml("<Say>elsewhere</Say>")}) as town:
        alice = enter(town, ALICE, f'statusCallback="{town.url}/c" statusCallbackEvent="leave"')
        enter(town, BOB)
        town.client.calls(alice.sid).update(url=town.url + "/new")
        assert town.transcript(ALICE)[-1] == ("Say", "elsewhere")
        assert town.site.asked("/c")[0]["ReasonParticipantLeft"] == "participant_updated_via_api"
        assert len(town.client.conferences("Room").participants.list()) == 1


def test_ending_a_call_that_waits_in_a_conference():
    with Town() as town:
        alice = enter(town, ALICE)
        town.client.calls(alice.sid).update(status="completed")
        assert town.status(alice) == "completed"
        assert conference(town).status == "completed"


def test_a_caller_who_hangs_up_is_gone_and_the_action_is_asked_once():
    with Town({"/after": twiml("<Say>nobody hears this</Say>")}) as town:
        enter(town, ALICE, dial=f'action="{town.url}/after"')
        town.phone(ALICE, "hangup")
        [params] = town.site.asked("/after")
        assert (params["DialCallStatus"], params["CallStatus"]) == ("answered", "completed")


def test_a_reset_leaves_nothing_behind():
    with Town() as town:
        enter(town, ALICE)
        enter(town, BOB)
        town.phone(CAROL, Mode="manual")
        town.client.conferences("Room").participants.create(from_=SHOP, to=CAROL)
        town.advance(2)
        assert town.control("POST", "/reset").status_code == 200
        assert town.sandbox.engine.rooms == {}
        assert town.client.conferences.list() == []
        town.advance(60)
        enter(town, ALICE)
        assert conference(town).status == "init"


def test_after_a_restart_nobody_is_in_a_conference(tmp_path):
    data = str(tmp_path / "world.sqlite")
    with Town(data=data) as town:
        enter(town, ALICE)
        enter(town, BOB)
        town.sandbox.stop()
    with Town(data=data) as town:
        assert conference(town).status == "completed"
        assert town.client.conferences(conference(town).sid).participants.list() == []
        assert {call.status for call in town.client.calls.list()} == {"failed"}


def test_a_conference_may_be_ended_while_its_wait_url_is_being_asked():
    with Town() as town:

        def page(_params):
            town.client.conferences("Room").update(status="completed")
            return twiml("<Say>too late</Say>")

        town.site.pages["/wait"] = page
        enter(town, ALICE, f'waitUrl="{town.url}/wait"', after="<Say>over</Say>")
        assert verbs(town, ALICE) == ["answer", "Dial", "Say"]
        assert town.transcript(ALICE)[-1] == ("Say", "over")


def test_a_call_may_be_sent_elsewhere_while_a_callback_is_being_asked():
    with Town() as town:

        def page(params):
            if params["StatusCallbackEvent"] == "participant-join":
                call = town.client.calls(params["CallSid"])
                call.update(twiml="<Response><Say>elsewhere</Say></Response>")
            return OK

        town.site.pages["/c"] = page
        enter(town, ALICE, f'statusCallback="{town.url}/c" statusCallbackEvent="{ALL}"')
        assert town.transcript(ALICE)[-1] == ("Say", "elsewhere")
        assert conference(town).status == "completed"


def test_our_own_client_has_conferences_and_queues_too():
    with Town() as town:
        client = Own(*town.auth, base_url=town.sandbox.url)
        made = client.conferences("Room").participants.create(SHOP, ALICE, label="expert")
        town.advance(3)
        assert client.conferences("Room").participants("expert").fetch().call_sid == made.call_sid
        [listed] = client.conferences("Room").participants.list()
        assert listed.update(muted=True).muted is True
        queue = client.queues.create("support", max_size=3)
        town.call("<Enqueue>support</Enqueue>", to=BOB)
        town.advance(3)
        assert queue.members("Front").fetch().position == 1
        assert [member.wait_time for member in queue.members.list()] == [1]
        client.close()


def test_participants_come_a_page_at_a_time():
    with Town() as town:
        calls = [enter(town, who).sid for who in (ALICE, BOB, CAROL)]
        listed = town.client.conferences("Room").participants.list(page_size=1)
        assert [one.call_sid for one in listed] == calls[::-1]
