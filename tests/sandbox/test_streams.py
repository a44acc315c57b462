"""Streams, one way and both ways: a call's sound over a WebSocket, on the call's own clock."""

import asyncio
import base64
import io
import json
import threading
import time
import wave

import pytest
from aiohttp import web
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from twilio.request_validator import RequestValidator

from helpers.sandbox.sound import voices
from helpers.serving import Serving
from tests.sandbox.sockets import Program
from tests.sandbox.town import ALICE, BOB, SHOP, Town, twiml

SECOND = base64.b64encode(bytes(8000)).decode()  # of sound


@pytest.fixture
def town():
    with Town(verified=(ALICE, BOB)) as town:
        yield town


@pytest.fixture
def program():
    with Program() as program:
        yield program


def frames(talk):
    """(track, timestamp, sound) of each frame."""
    media = [m["media"] for m in talk.of("media")]
    return [(m["track"], int(m["timestamp"]), base64.b64decode(m["payload"])) for m in media]


def kinds(talk):
    """The messages but for the sound."""
    return [m["event"] for m in talk.got if m["event"] != "media"]


# -- one way ------------------------------------------------------------------------------------


def test_a_stream_says_who_it_is_then_sends_the_sound_then_stops(town, program):
    inside = "<Parameter name='who' value='Ann'/>"
    call = town.call(
        f"<Start><Stream name='ears' url='{program.url}/in'>{inside}</Stream></Start>"
        "<Say>one two three</Say>"
    )
    town.advance(10)
    talk = program.ended()
    sid = talk.got[1]["streamSid"]
    assert sid.startswith("MZ")
    assert talk.path == "/in"
    assert talk.got[0] == {"event": "connected", "protocol": "Call", "version": "1.0.0"}
    assert talk.got[1] == {
        "event": "start",
        "sequenceNumber": "1",
        "start": {
            "accountSid": town.sandbox.account_sid,
            "streamSid": sid,
            "callSid": call.sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"who": "Ann"},
        },
        "streamSid": sid,
    }
    assert talk.got[2] == {
        "event": "media",
        "sequenceNumber": "2",
        "media": {
            "track": "inbound",
            "chunk": "1",
            "timestamp": "0",
            "payload": base64.b64encode(b"\xff" * 160).decode(),
        },
        "streamSid": sid,
    }
    assert talk.got[-1] == {
        "event": "stop",
        "sequenceNumber": "62",
        "stop": {"accountSid": town.sandbox.account_sid, "callSid": call.sid},
        "streamSid": sid,
    }
    assert len(talk.of("media")) == 60  # 1.2 seconds of 20 ms
    assert talk.closed == 1000
    assert town.alerts() == []


def test_the_handshake_is_signed(town, program):
    town.call(f"<Start><Stream url='{program.url}/in'/></Start>")
    town.advance(3)
    signature = program.ended().headers["X-Twilio-Signature"]
    validator = RequestValidator(town.sandbox.auth_token)
    assert validator.validate(f"{program.url}/in", {}, signature)


def test_each_track_has_what_its_side_says(town, program):
    town.call(
        f"<Start><Stream url='{program.url}' track='both_tracks'/></Start>"
        "<Say>one two</Say><Pause length='5'/>"
    )
    town.advance(2 + 3)
    town.phone(ALICE, "speak", Speech="three")
    town.advance(2)
    found = frames(program.talk)
    heard = {
        track: sorted({at // 100 for t, at, sound in found if t == track and set(sound) != {255}})
        for track in ("inbound", "outbound")
    }
    assert heard == {"inbound": [30, 31, 32, 33], "outbound": [0, 1, 2, 3, 4, 5, 6, 7]}
    # Both tracks go side by side, with one number more for each frame.
    assert [(t, at) for t, at, _ in found[:4]] == [
        ("inbound", 0),
        ("outbound", 0),
        ("inbound", 20),
        ("outbound", 20),
    ]
    assert [m["media"]["chunk"] for m in program.talk.of("media")[:4]] == ["1", "2", "3", "4"]


def test_silence_is_sent_for_two_seconds_and_then_the_stream_rests(town, program):
    town.call(
        f"<Start><Stream url='{program.url}'/></Start>"
        "<Say>a</Say><Pause length='3600'/><Say>b</Say>"
    )
    town.advance(2 + 3000)
    assert [at for _, at, _ in frames(program.talk)] == list(range(0, 2000, 20))
    town.phone(ALICE, "speak", Speech="hello")
    town.advance(10)
    # 3000 seconds on, 0.4 seconds of a word and two of silence.
    assert [at for _, at, _ in frames(program.talk)][100:] == list(range(3000000, 3002400, 20))


def test_it_survives_later_documents_and_ends_at_a_stop(town, program):
    town.site.pages |= {
        "/voice": twiml(
            f"<Start><Stream name='a' url='{program.url}'/></Start><Redirect>/next</Redirect>"
        ),
        "/next": twiml(
            "<Say>one</Say><Stop><Stream name='a'/></Stop><Say>two</Say><Pause length='60'/>"
        ),
    }
    town.call()
    town.advance(5)
    talk = program.ended()
    assert kinds(talk) == ["connected", "start", "stop"]
    assert len(talk.of("media")) == 20  # the first word only
    assert ("Stop", "Stream a") in town.transcript()


@pytest.mark.executes("Stream.statusCallback", "Stream.statusCallbackMethod", "Stream.name")
def test_the_status_callback_hears_of_start_and_stop(town, program):
    town.site.pages["/told"] = twiml("")
    town.call(
        f"<Start><Stream name='a' url='{program.url}' statusCallback='{town.url}/told' "
        "statusCallbackMethod='GET'/></Start><Say>one</Say>"
    )
    town.advance(5)
    told = town.site.asked("/told")
    assert [t["StreamEvent"] for t in told] == ["stream-started", "stream-stopped"]
    assert told[0]["StreamName"] == "a"
    assert told[0]["StreamSid"] == program.talk.got[1]["streamSid"]
    assert told[0]["Timestamp"] == "2026-01-05T09:00:02.000000Z"
    assert sorted(told[0]) == [
        *("AccountSid", "CallSid", "StreamEvent", "StreamName", "StreamSid", "Timestamp"),
    ]


def test_a_server_that_closes_a_one_way_stream_is_an_alert(town, program):
    town.site.pages["/told"] = twiml("")
    town.call(
        f"<Start><Stream url='{program.url}' statusCallback='{town.url}/told'/></Start>"
        "<Pause length='9'/>"
    )
    town.advance(3)
    program.close()
    program.ended()
    town.advance(1)
    assert town.alerts() == [31921]
    told = town.site.asked("/told")
    assert [t["StreamEvent"] for t in told] == ["stream-started", "stream-stopped"]
    assert all(t["StreamName"] == t["StreamSid"] for t in told)  # it was given no name


def test_one_way_nothing_may_come_back(town, program):
    town.call(f"<Start><Stream url='{program.url}'/></Start><Pause length='9'/>")
    town.advance(3)
    for _ in range(3):
        program.say(event="clear", streamSid=program.talk.got[1]["streamSid"])
    town.advance(20)
    assert town.alerts() == [31951]  # once


def test_at_most_four_tracks_are_streamed_at_once(town, program):
    stream = f"<Start><Stream url='{program.url}' track='both_tracks'/></Start>"
    town.call(f"{stream * 3}<Pause length='9'/>")
    town.advance(3)
    assert len(program.talks) == 2
    assert town.alerts() == [31941]


def test_what_is_cut_short_is_not_streamed(town, program):
    town.call(
        f"<Start><Stream url='{program.url}' track='outbound_track'/></Start>"
        f"<Gather numDigits='1' action='{town.url}/on'><Say>one two three four</Say></Gather>"
    )
    town.site.pages["/on"] = twiml("<Pause length='9'/>")
    town.advance(2 + 0.6)
    town.phone(ALICE, "press", Digits="1")
    town.advance(1)
    loud = [at for _, at, sound in frames(program.talk) if set(sound) != {255}]
    assert max(loud) < 600


# -- both ways ----------------------------------------------------------------------------------


def bot(*answers):
    """A program that answers the start of a stream with these messages."""

    async def script(talk, message):
        if message["event"] == "start":
            for answer in answers:
                await talk.send(streamSid=message["streamSid"], **answer)

    return script


def media(seconds=1.0):
    return {
        "event": "media",
        "media": {"payload": base64.b64encode(bytes(int(8000 * seconds))).decode()},
    }


def mark(name):
    return {"event": "mark", "mark": {"name": name}}


def test_what_comes_back_is_heard_and_marks_come_back_when_it_is_played():
    with (
        Program(bot(media(), media(0.5), mark("a"), media(), mark("b"))) as program,
        Town() as town,
    ):
        town.call(f"<Connect><Stream url='{program.url}'/></Connect>")
        town.advance(2 + 1.4)
        assert kinds(program.talk) == ["connected", "start"]
        town.advance(0.2)
        assert [m["mark"]["name"] for m in program.talk.of("mark")] == ["a"]
        town.advance(2)
        assert [m["mark"]["name"] for m in program.talk.of("mark")] == ["a", "b"]
        assert town.times() == [(0.0, "answer"), (0.0, "Connect"), (2.5, "Stream")]
        assert town.transcript()[-1] == ("Stream", "2.5 s of sound")


def test_clear_empties_what_waits_and_sends_the_marks_back():
    with Program(bot(media(60), mark("a"))) as program, Town() as town:
        town.call(f"<Connect><Stream url='{program.url}'/></Connect>")
        town.advance(2 + 1.5)
        program.say(event="clear", streamSid=program.talk.got[1]["streamSid"])
        town.advance(0.1)
        assert [m["mark"]["name"] for m in program.talk.of("mark")] == ["a"]
        assert town.transcript()[-1] == ("Stream", "1.5 s of sound, cut short")


def test_keys_are_told_one_by_one(town, program):
    town.call(f"<Connect><Stream url='{program.url}'/></Connect><Gather numDigits='1'/>")
    town.advance(3)
    town.phone(ALICE, "press", Digits="4#")
    town.advance(0.1)
    sid = program.talk.got[1]["streamSid"]
    assert [(m["dtmf"], m["streamSid"]) for m in program.talk.of("dtmf")] == [
        ({"track": "inbound_track", "digit": "4"}, sid),
        ({"track": "inbound_track", "digit": "#"}, sid),
    ]
    program.close()
    program.ended()
    town.advance(1)
    # They were for the stream: the Gather has none of them, and still waits.
    assert town.transcript()[-1][0] == "Gather"


@pytest.mark.executes("Connect.action", "Connect.method")
def test_when_the_server_closes_it_the_action_goes_on(town, program):
    town.site.pages["/over"] = twiml("<Say>over</Say>")
    action = f"action='{town.url}/over' method='POST'"
    town.call(f"<Connect {action}><Stream url='{program.url}'/></Connect>")
    town.advance(60)
    assert town.site.asked("/over") == []
    program.close()
    program.ended()
    town.advance(1)
    [params] = town.site.asked("/over")
    assert params["CallStatus"] == "in-progress"
    assert town.transcript()[-1] == ("Say", "over")
    assert town.alerts() == []


def test_a_caller_who_hangs_up_ends_it_and_the_action_is_asked_once(town, program):
    town.site.pages["/over"] = twiml("<Say>not heard</Say>")
    call = town.call(f"<Connect action='{town.url}/over'><Stream url='{program.url}'/></Connect>")
    town.advance(4)
    town.phone(ALICE, "hangup")
    talk = program.ended()
    assert kinds(talk) == ["connected", "start", "stop"]
    assert [p["CallStatus"] for p in town.site.asked("/over")] == ["completed"]
    assert town.status(call) == "completed"
    assert town.transcript()[-1] == ("hangup", "")


@pytest.mark.parametrize("change", [{"status": "completed"}, {"twiml": twiml("<Say>new</Say>")}])
def test_the_api_ends_it_or_leads_the_call_elsewhere(town, program, change):
    call = town.call(f"<Connect><Stream url='{program.url}'/></Connect><Say>not heard</Say>")
    town.advance(4)
    town.client.calls(call.sid).update(**change)
    town.advance(1)
    assert kinds(program.ended()) == ["connected", "start", "stop"]
    assert ("Say", "not heard") not in town.transcript()
    assert (("Say", "new") in town.transcript()) == ("twiml" in change)


def test_an_inbound_call_can_be_connected_too(town, program):
    town.site.pages["/in"] = twiml(f"<Connect><Stream url='{program.url}'/></Connect>")
    number = town.client.incoming_phone_numbers.list(phone_number=SHOP)[0]
    number.update(voice_url=town.url + "/in")
    town.phone(ALICE, "call", To=SHOP)
    town.advance(1)
    town.phone(ALICE, "speak", Speech="hello")
    town.advance(1)
    assert any(set(sound) != {255} for _, _, sound in frames(program.talk))


@pytest.mark.parametrize(
    "message",
    [
        {"event": "play"},
        {"event": "media", "media": {"payload": "???"}},
        {"event": "media", "media": {"payload": 5}},
        {"event": "media"},
        {"event": "mark", "mark": {}},
        {"event": ["media"]},
        {},
    ],
)
def test_a_message_that_makes_no_sense_is_an_alert_and_the_talk_goes_on(message):
    with Program(bot(message, media(0.5))) as program, Town() as town:
        town.call(f"<Connect><Stream url='{program.url}'/></Connect>")
        town.advance(4)
        assert town.alerts() == [31951]
        assert town.transcript()[-1] == ("Stream", "0.5 s of sound")


def test_a_message_for_another_stream_is_an_alert():
    with Program(bot()) as program, Town() as town:
        town.call(f"<Connect><Stream url='{program.url}'/></Connect>")
        town.advance(3)
        program.say(event="media", streamSid="MZ1", media={"payload": SECOND})
        town.advance(3)
        assert town.alerts() == [31951]
        assert town.transcript()[-1][0] == "Connect"


# -- the clocks ---------------------------------------------------------------------------------

SCENE = (
    "<Start><Stream url='{}' track='both_tracks'/></Start><Say>one two</Say>"
    "<Pause length='30'/><Say>three</Say>"
)


def test_manual_and_hurried_clocks_give_the_same_frames():
    found = []
    for clock in ("manual", "hurried"):
        with Program() as program, Town(clock=clock) as town:
            town.call(SCENE.format(program.url))
            if clock == "manual":
                for _ in range(60):
                    town.advance(0.7)
            found.append(frames(program.ended()))
    assert found[0] == found[1]
    # One second and two of silence, then a word until the end; twice, for there are two tracks.
    assert len(found[0]) == 2 * (140 + 20)


def test_on_a_real_clock_frames_come_as_time_passes():
    with Program() as program, Town(clock="real") as town:
        town.call(f"<Start><Stream url='{program.url}'/></Start><Say>one two</Say>")
        talk = program.ended()
    stamps = [at for _, at, _ in frames(talk)]
    assert stamps == list(range(0, 20 * len(stamps), 20))
    assert 38 <= len(stamps) <= 60


def test_what_a_script_said_beforehand_is_said_when_both_are_silent():
    """A hurried clock has nobody who could wait for the right moment."""

    async def script(talk, message):
        if message["event"] == "start":
            await talk.send(streamSid=message["streamSid"], **media(2))
        elif message["event"] == "dtmf":
            await talk.socket.close()

    with Program(script) as program, Town(clock="hurried") as town:
        town.phone(ALICE, "speak", Speech="one two")
        town.phone(ALICE, "press", Digits="5")
        town.call(f"<Connect><Stream url='{program.url}'/></Connect><Say>bye</Say>")
        program.ended()
        town.events(wait=5)
        town.until(lambda: town.phone(ALICE)["calls"][-1]["status"] == "completed")
        assert town.times() == [
            (0.0, "answer"),
            (0.0, "Connect"),
            (2.0, "Stream"),
            (3.0, "speak"),
            (4.8, "press"),
            (4.8, "Say"),
        ]


def test_time_stands_still_while_a_program_answers():
    """Half a second in the program's own time is none of the call's."""

    async def script(talk, message):
        if message["event"] == "start":
            await asyncio.sleep(0.5)
            await talk.send(streamSid=message["streamSid"], **media(1))

    with Program(script) as program, Town(clock="hurried") as town:
        town.call(f"<Connect><Stream url='{program.url}'/></Connect>", time_limit=10)
        town.until(lambda: town.phone(ALICE)["calls"][-1]["status"] == "completed")
        assert (1.0, "Stream") in town.times()


def test_an_open_stream_that_nobody_uses_does_not_hold_a_manual_clock(town, program):
    town.call(f"<Connect><Stream url='{program.url}'/></Connect>")
    began = time.monotonic()
    town.advance(3600)
    assert time.monotonic() - began < 5
    assert town.control("GET", "/clock").json()["due"] is not None  # the call's limit


# -- programs that are not there, or odd ----------------------------------------------------------


async def declining(request):
    raise web.HTTPForbidden


async def moving(request):
    raise web.HTTPFound("http://192.0.2.1/")


async def closing(request):
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    await socket.close()
    return socket


async def breaking(request):
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    request.transport.abort()
    return socket


async def binary(request):
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    for _ in range(200):
        await socket.send_bytes(b"\0" * 1000)
    async for _ in socket:
        pass
    return socket


async def huge(request):
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    await socket.send_str("x" * 2_000_000)
    async for _ in socket:
        pass
    return socket


async def flood(request):
    """Send sound without an end, as fast as it goes."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    sid = ""
    async for message in socket:
        sid = json.loads(message.data).get("streamSid", "")
        if sid:
            break
    text = json.dumps({"event": "media", "streamSid": sid, "media": {"payload": SECOND}})
    try:
        while not socket.closed:
            await socket.send_str(text)
    except ConnectionError:
        pass
    return socket


@pytest.mark.parametrize(
    ("handler", "codes"),
    [
        (declining, [31920]),
        (moving, [31920]),
        (closing, []),
        (breaking, [31921]),
        (binary, [31951, 31924]),
        (huge, [31924]),
    ],
)
def test_an_odd_program_is_an_alert_and_the_call_goes_on(town, handler, codes):
    with Program(handler=handler) as program:
        call = town.call(f"<Connect><Stream url='{program.url}'/></Connect><Say>on</Say>")
        town.advance(3)
        town.advance(3)
    assert town.alerts() == codes
    assert town.transcript()[-1] == ("Say", "on")
    assert town.status(call) == "completed"


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("ws://127.0.0.1:1/s", 31902, "nothing listens at ws://127.0.0.1:1/s"),
        ("ws://192.0.2.1/s", 11205, "--allow-host 192.0.2.1"),
        ("wss://media.example/s", 11205, "this sandbox stays on this machine"),
        ("ws:///s", 11100, "this is not a ws or wss URL"),
        ("ws://127.0.0.1:x/s", 11100, "this is not a ws or wss URL"),
    ],
)
@pytest.mark.parametrize("verb", ["Connect", "Start"])
def test_where_nobody_can_be_reached_the_call_goes_on(town, verb, url, code, said):
    town.site.pages["/told"] = twiml("")
    town.call(
        f"<{verb}><Stream url='{url}' statusCallback='{town.url}/told'/></{verb}><Say>on</Say>"
    )
    town.advance(10)
    [alert] = [e["data"] for e in town.events() if e["type"] == "alert"]
    assert alert["code"] == code
    assert said in alert["text"]
    assert town.transcript()[-1] == ("Say", "on")
    [told] = town.site.asked("/told")
    assert told["StreamEvent"] == "stream-error"
    assert said in told["StreamError"]


@pytest.mark.parametrize("verb", ["Connect", "Start"])
def test_a_handshake_that_is_never_answered_is_given_up(verb):
    async def silent(request):
        await asyncio.sleep(60)

    with Program(handler=silent) as program, Town(webhook_timeout=0.5) as town:
        town.call(f"<{verb}><Stream url='{program.url}'/></{verb}><Say>on</Say>")
        town.advance(10)
        assert town.alerts() == [31901]
        assert town.transcript()[-1] == ("Say", "on")


def test_a_flood_of_sound_is_bounded_and_the_sandbox_still_answers(town):
    with Program(handler=flood) as program:
        call = town.call(f"<Connect><Stream url='{program.url}'/></Connect><Say>on</Say>")
        town.advance(3)
        assert town.status(call) == "in-progress"
        assert town.alerts() == [31951]
        town.client.calls(call.sid).update(status="completed")
        assert town.status(call) == "completed"


def test_a_program_that_reads_nothing_does_not_hold_the_call_up(town):
    stop = threading.Event()

    async def deaf(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        request.transport.pause_reading()
        while not stop.is_set():
            await asyncio.sleep(0.05)
        return socket

    with Program(handler=deaf) as program:
        town.call(f"<Start><Stream url='{program.url}'/></Start><Say>one</Say><Pause length='5'/>")
        began = time.monotonic()
        town.advance(60)
        assert time.monotonic() - began < 60
        assert town.phone(ALICE)["calls"][-1]["status"] == "completed"
        stop.set()


def test_a_sandbox_ends_within_moments_whatever_is_connected(program):
    town = Town()
    with town:
        town.call(f"<Connect><Stream url='{program.url}'/></Connect>")
        town.advance(3)
        began = time.monotonic()
        town.sandbox.stop()
        assert time.monotonic() - began < 5
        assert program.ended().closed is not None
    assert kinds(program.talk) == ["connected", "start"]


def test_a_reset_ends_streams_without_a_word(town):
    town.site.pages["/told"] = twiml("")
    told = f"statusCallback='{town.url}/told'"
    words = f"<Start><Transcription statusCallbackUrl='{town.url}/told'/></Start>"
    with Program(bot(media(30), mark("a"))) as program:
        town.call(
            f"{words}<Start><Stream url='{program.url}' {told}/></Start>"
            f"<Connect><Stream url='{program.url}'/></Connect>"
        )
        town.advance(3)
        town.phone(ALICE, "speak", Speech="one two three four five")
        assert len(town.site.asked("/told")) == 2
        assert town.control("POST", "/reset").status_code in (200, 204)
        program.ended()
        program.ended()
        began = time.monotonic()
        town.advance(60)
        assert time.monotonic() - began < 1
        assert [kinds(talk) for talk in program.talks] == [["connected", "start"]] * 2
    assert len(town.site.asked("/told")) == 2
    assert [e["type"] for e in town.events()] == []


def test_what_comes_back_is_in_a_recording_of_the_call_and_in_other_streams():
    answers = (media(0.3), media(0.3), media(0.4))
    with Program(bot(*answers)) as program, Program() as ears, Town() as town:
        call = town.call(
            f"<Start><Recording trim='do-not-trim'/><Stream url='{ears.url}' "
            f"track='outbound_track'/></Start><Connect><Stream url='{program.url}'/></Connect>"
        )
        town.advance(2 + 1.5)
        town.phone(ALICE, "hangup")
        [recording] = town.client.recordings.list(call_sid=call.sid)
        reply = town.http.get(
            f"{town.sandbox.url}{recording.uri.removesuffix('.json')}.wav", auth=town.auth
        )
        with wave.open(io.BytesIO(reply.content)) as file:
            samples = file.readframes(file.getnframes())
            assert file.getnchannels() == 2
        right = [samples[i : i + 2] for i in range(2, len(samples), 4)]
        # The program sent zeros, and zero is a loud byte in mu-law.
        assert set(right[:1600]) == set(right[9600:]) == {b"\0\0"}
        assert set(right[1600:9600]) == {b"\x84\x82"}
    heard = [at for _, at, sound in frames(ears.talk) if set(sound) == {0}]
    assert heard == list(range(200, 1200, 20))


def test_with_a_voice_on_this_machine_the_words_are_said(monkeypatch):
    """A thread says them; the frames are those of the words all the same."""
    monkeypatch.setattr(voices, "installed", lambda: True)
    monkeypatch.setattr(
        voices, "speak", lambda words, seconds, *how: b"\x10\x10" * round(8000 * seconds)
    )
    with Program() as program, Town() as town:
        town.call(
            f"<Start><Stream url='{program.url}' track='outbound_track'/></Start><Say>one two</Say>"
        )
        town.advance(9)
        sounds = {sound for _, _, sound in frames(program.ended())}
    assert len(sounds) == 1
    assert set(sounds.pop()) != {255}


def test_the_web_site_that_says_stream_may_be_the_one_that_takes_it():
    """A page and a WebSocket in one app of the reader's, by a relative address."""
    got = []

    async def voice(request):
        document = twiml("<Connect><Stream url='/sound'/></Connect><Say>bye</Say>")
        return Response(document, media_type="text/xml")

    async def sound(socket):
        await socket.accept()
        async for message in socket.iter_json():
            got.append(message["event"])
            if message["event"] == "start":
                await socket.close()
                break

    routes = [Route("/voice", voice, methods=["POST"]), WebSocketRoute("/sound", sound)]
    with Serving(Starlette(routes=routes)) as site, Town() as town:
        town.call(url=site.url + "/voice")
        town.advance(5)
        assert town.transcript()[-1] == ("Say", "bye")
    assert got == ["connected", "start"]
    assert not site.failures
