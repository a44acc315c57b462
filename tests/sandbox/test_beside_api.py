"""Streams and transcriptions that the API starts and stops; what it cannot start."""

import asyncio
import json
import threading

import pytest
from aiohttp import web
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from helpers.client import Client as Own
from helpers.resources.stream import Stream
from tests.sandbox.sockets import Program
from tests.sandbox.town import ALICE, BOB, Town, twiml

TALK = "<Pause length='300'/>"


@pytest.fixture
def town():
    pages = {"/status": twiml(""), "/after": twiml(TALK)}
    with Town(pages, verified=(ALICE, BOB)) as town:
        yield town


@pytest.fixture
def program():
    with Program() as program:
        yield program


def running(town, twiml=TALK):
    """The official client's way to a call that is in progress."""
    call = town.call(twiml)
    town.advance(2)
    return town.client.calls(call.sid)


def status(town, made):
    """What is kept of a stream: the API does not show one that nobody changes."""
    return town.sandbox.engine.store.get(Stream, None, made.sid).status


def told(town, *names):
    """What each status callback said under these names."""
    return [tuple(told.get(name) for name in names) for told in town.site.asked("/status")]


# -- streams -----------------------------------------------------------------------------------


def test_a_stream_starts_sends_the_sound_and_stops(town, program):
    here = running(town)
    made = here.streams.create(
        url=program.url + "/in#part",
        name="ears",
        track="both_tracks",
        status_callback=town.url + "/status",
        status_callback_method="GET",
        parameter1_name="who",
        parameter1_value="Ann",
        parameter99_name="last",
        parameter99_value="one",
    )
    assert (made.sid[:2], made.status, made.name) == ("MZ", "in-progress", "ears")
    town.until(lambda: bool(town.site.asked("/status")))
    assert program.talk.path == "/in"
    start = program.talk.of("start")[0]["start"]
    assert (start["streamSid"], start["callSid"]) == (made.sid, made.call_sid)
    assert start["tracks"] == ["inbound", "outbound"]
    assert start["customParameters"] == {"who": "Ann", "last": "one"}
    town.phone(ALICE, "speak", Speech="hello")
    town.advance(3)
    assert here.streams(made.sid).update(status="stopped").status == "stopped"
    talk = program.ended()
    tracks = {m["media"]["track"] for m in talk.of("media")}
    assert tracks == {"inbound", "outbound"}
    assert talk.got[-1]["event"] == "stop"
    town.until(lambda: len(town.site.asked("/status")) == 2)
    assert told(town, "StreamEvent", "StreamSid", "StreamName") == [
        ("stream-started", made.sid, "ears"),
        ("stream-stopped", made.sid, "ears"),
    ]
    count = len(talk.got)
    town.advance(30)
    assert len(talk.got) == count
    # It is over: to stop it again changes nothing.
    assert here.streams(made.sid).update(status="stopped").status == "stopped"


@pytest.mark.parametrize("by", ["name", "sid"])
def test_a_stream_that_a_document_began_can_be_stopped_too(town, program, by):
    here = running(town, f"<Start><Stream name='ears' url='{program.url}'/></Start>{TALK}")
    town.until(lambda: bool(program.talks and program.talk.of("start")))
    sid = program.talk.of("start")[0]["streamSid"]
    stopped = here.streams("ears" if by == "name" else sid).update(status="stopped")
    assert (stopped.sid, stopped.name, stopped.status) == (sid, "ears", "stopped")
    assert program.ended().got[-1]["event"] == "stop"


def test_a_document_stops_a_stream_that_the_api_began(town, program):
    here = running(town)
    made = here.streams.create(url=program.url, name="ears")
    town.until(lambda: bool(program.talks and program.talk.of("start")))
    here.update(twiml=f"<Response><Stop><Stream name='ears'/></Stop>{TALK}</Response>")
    assert program.ended().got[-1]["event"] == "stop"
    again = here.streams.create(url=program.url, name="ears")  # the name is free again
    assert again.sid != made.sid


def test_it_ends_with_its_call(town, program):
    here = running(town)
    made = here.streams.create(url=program.url)
    town.until(lambda: bool(program.talks and program.talk.of("start")))
    here.update(status="completed")
    program.ended()
    town.advance(1)
    assert status(town, made) == "stopped"


def test_one_that_is_stopped_before_it_is_open_does_not_go_on():
    """Where the clock waits for nobody: on a manual one a request is answered when it is open."""
    opened = threading.Event()

    async def handler(request):
        await asyncio.to_thread(opened.wait, 10)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            got.append(json.loads(message.data)["event"])
        done.set()
        return socket

    got, done = [], threading.Event()
    with Town(clock="real", verified=(ALICE, BOB)) as town, Program(handler=handler) as program:
        town.phone(ALICE, Mode="manual")
        call = town.call(TALK)
        town.until(lambda: town.status(call) == "ringing")
        town.phone(ALICE, "answer")
        here = town.client.calls(call.sid)
        made = here.streams.create(url=program.url)
        assert here.streams(made.sid).update(status="stopped").status == "stopped"
        opened.set()
        assert done.wait(10)
        assert got[-1] == "stop"
        [live] = town.sandbox.engine.calls.values()
        town.until(lambda: not live.beside)
        assert live.listeners == {}


def test_after_a_restart_nothing_runs_any_more(tmp_path, program):
    with Town(data=str(tmp_path / "data"), verified=(ALICE, BOB)) as town:
        here = running(town)
        made = here.streams.create(url=program.url)
        town.until(lambda: bool(program.talks and program.talk.of("start")))
        assert status(town, made) == "in-progress"
        town.sandbox.stop()
    with Town(data=str(tmp_path / "data"), verified=(ALICE, BOB)) as town:
        assert status(town, made) == "stopped"


def test_where_nobody_listens_an_alert_says_so_and_it_is_over(town):
    here = running(town)
    made = here.streams.create(
        url=town.url.replace("http", "ws") + "/nobody", status_callback=town.url + "/status"
    )
    town.until(lambda: bool(town.alerts()))
    town.advance(1)
    assert told(town, "StreamEvent") == [("stream-error",)]
    assert status(town, made) == "stopped"
    assert here.fetch().status == "in-progress"


def test_a_handshake_is_an_event_of_the_call(town, program):
    here = running(town)
    here.streams.create(url=program.url + "/in")
    town.until(lambda: bool(program.talks))
    town.advance(1)
    last = here.events.list()[-1]
    assert (last.request["url"], last.response["response_code"]) == (program.url + "/in", 101)


def test_two_of_a_name_at_once_are_refused(town, program):
    here = running(town)
    here.streams.create(url=program.url, name="ears")
    with pytest.raises(TwilioRestException) as refused:
        here.streams.create(url=program.url, name="ears")
    assert refused.value.code == 20001


@pytest.mark.parametrize(
    ("options", "code"),
    [
        *(
            ({"url": url}, 21205)
            for url in ("", "nowhere", "http://a.test/", "wss://", "ws://a:b/")
        ),
        ({"url": "ws://127.0.0.1:1/ x"}, 21205),
        ({"url": "wss://[::1/"}, 21205),
        ({"url": "ws://127.0.0.1/", "track": "left"}, 20001),
        ({"url": "ws://127.0.0.1/", "status_callback": "nowhere"}, 21609),
        ({"url": "ws://127.0.0.1/", "status_callback_method": "PUT"}, 20001),
    ],
)
def test_a_stream_that_makes_no_sense_is_refused(town, options, code):
    with pytest.raises(TwilioRestException) as refused:
        running(town).streams.create(**options)
    assert (refused.value.status, refused.value.code) == (400, code)


@pytest.mark.parametrize("what", ["streams", "transcriptions", "siprec"])
def test_a_call_that_is_not_in_progress_has_nothing_beside_it(town, what):
    call = town.call(TALK)
    options = {"url": "ws://127.0.0.1/"} if what == "streams" else {}
    with pytest.raises(TwilioRestException) as refused:
        getattr(town.client.calls(call.sid), what).create(**options)
    assert refused.value.code == 21220


def test_only_stopping_is_a_change(town, program):
    here = running(town)
    made = here.streams.create(url=program.url)
    with pytest.raises(TwilioRestException) as refused:
        here.streams(made.sid).update(status="in-progress")
    assert refused.value.code == 20001
    with pytest.raises(TwilioRestException) as refused:
        here.streams("MZ" + "0" * 32).update(status="stopped")
    assert refused.value.code == 20404


# -- transcriptions ----------------------------------------------------------------------------


def test_the_words_are_told_from_the_start_to_the_stop(town):
    here = running(town)
    made = here.transcriptions.create(
        name="notes",
        track="inbound_track",
        status_callback_url=town.url + "/status",
        inbound_track_label="caller",
        language_code="en-GB",
        hints="shop",
        partial_results=True,
    )
    assert (made.sid[:2], made.status, made.name) == ("GT", "in-progress", "notes")
    town.phone(ALICE, "speak", Speech="one two three four five six")
    town.advance(5)
    assert here.transcriptions("notes").update(status="stopped").status == "stopped"
    town.advance(0)
    town.phone(ALICE, "speak", Speech="nobody hears this")
    town.advance(5)
    names = "TranscriptionEvent", "TranscriptionSid", "Final", "SequenceId"
    assert told(town, *names) == [
        ("transcription-started", made.sid, None, "1"),
        ("transcription-content", made.sid, "false", "2"),
        ("transcription-content", made.sid, "true", "3"),
        ("transcription-stopped", made.sid, None, "4"),
    ]
    first = town.site.asked("/status")[0]
    assert (first["LanguageCode"], first["InboundTrackLabel"]) == ("en-GB", "caller")
    assert '"hints": "shop"' in first["ProviderConfiguration"]
    assert "five six" in town.site.asked("/status")[2]["TranscriptionData"]
    validator = RequestValidator(town.sandbox.auth_token)
    for path, params, headers in town.site.requests:
        assert validator.validate(town.url + path, params, headers["x-twilio-signature"])


def test_one_that_a_document_began_can_be_stopped_by_its_name(town):
    start = f"<Transcription name='notes' statusCallbackUrl='{town.url}/status'/>"
    here = running(town, f"<Start>{start}</Start>{TALK}")
    assert here.transcriptions("notes").update(status="stopped").sid.startswith("GT")
    town.advance(0)
    assert told(town, "TranscriptionEvent")[-1] == ("transcription-stopped",)


@pytest.mark.parametrize(
    ("options", "code"),
    [({"track": "left"}, 20001), ({"status_callback_url": "nowhere"}, 21609)],
)
def test_a_transcription_that_makes_no_sense_is_refused(town, options, code):
    with pytest.raises(TwilioRestException) as refused:
        running(town).transcriptions.create(**options)
    assert refused.value.code == code


# -- siprec ------------------------------------------------------------------------------------


def test_siprec_is_refused_in_words(town):
    here = running(town)
    with pytest.raises(TwilioRestException) as refused:
        here.siprec.create(name="recorder", connector_name="mine")
    assert (refused.value.status, refused.value.code) == (404, 20404)
    assert "Stream" in refused.value.msg
    with pytest.raises(TwilioRestException) as refused:
        here.siprec("recorder").update(status="stopped")
    assert refused.value.code == 20404


# -- our own client ----------------------------------------------------------------------------


def test_our_own_client_goes_the_same_ways(town, program):
    own = Own(*town.auth, base_url=town.sandbox.url)
    here = own.calls(running(town).fetch().sid)
    made = here.streams.create(url=program.url, name="ears", track="both_tracks")
    assert here.streams("ears").update(status="stopped").sid == made.sid
    heard = here.transcriptions.create(status_callback_url=town.url + "/status")
    assert here.transcriptions(heard.sid).update(status="stopped").status == "stopped"
    options = {"status_callback": town.url + "/status"}
    paid = here.payments.create(idempotency_key="one", **options)
    assert here.payments(paid.sid).update(idempotency_key="two", status="cancel", **options)
    taped = here.recordings.create(recording_channels="dual")
    town.advance(2)
    here.recordings("Twilio.CURRENT").update(status="stopped")
    town.advance(1)
    own.recordings(taped.sid).delete()
    assert [r.status for r in own.recordings.list(include_soft_deleted=True)] == ["deleted"]
    assert here.events.list()[0].response["response_code"] == 201
