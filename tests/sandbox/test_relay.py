"""ConversationRelay: a program behind a WebSocket leads the talk, in words."""

import json
import time

import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator

from tests.sandbox.sockets import Program
from tests.sandbox.town import ALICE, SHOP, Town, twiml


@pytest.fixture
def town():
    # A program that does not answer a prompt is waited for as long as a web site.
    with Town(webhook_timeout=1) as town:
        town.site.pages["/over"] = twiml("<Say>over</Say>")
        yield town


@pytest.fixture
def program():
    with Program() as program:
        yield program


def connect(town, program, attributes="", inside=""):
    """A call to Alice that the program leads, 3 seconds old."""
    noun = f"<ConversationRelay url='{program.url}/talk?a=1' {attributes}>{inside}"
    call = town.call(f"<Connect action='{town.url}/over'>{noun}</ConversationRelay></Connect>")
    town.advance(2)
    return call


def after_setup(talk):
    return talk.got[1:]


def texts(*words, **more):
    """A program that answers each prompt with words."""

    async def script(talk, message):
        if message["type"] == "prompt" and message["last"]:
            for word in words:
                await talk.send(type="text", token=word, last=False, **more)
            await talk.send(type="text", token="", last=True, **more)

    return script


# -- the beginning and the end --------------------------------------------------------------------


def test_setup_says_who_calls(town, program):
    call = connect(town, program, inside="<Parameter name='who' value='Ann'/>")
    [setup] = program.talk.got
    assert setup.pop("sessionId").startswith("VX")
    assert setup == {
        "type": "setup",
        "accountSid": town.sandbox.account_sid,
        "parentCallSid": "",
        "callSid": call.sid,
        "from": SHOP,
        "to": ALICE,
        "forwardedFrom": "",
        "callType": "PSTN",
        "callerName": "",
        "direction": "outbound-api",
        "callStatus": "IN-PROGRESS",
        "customParameters": {"who": "Ann"},
    }
    assert program.talk.path == "/talk?a=1"
    validator = RequestValidator(town.sandbox.auth_token)
    signature = program.talk.headers["X-Twilio-Signature"]
    assert validator.validate(f"{program.url}/talk?a=1", {}, signature)


def test_end_hands_over_to_the_action(town, program):
    connect(town, program)
    town.advance(3)
    program.say(type="end", handoffData='{"reason": "a person is wanted"}')
    town.advance(1)
    [params] = town.site.asked("/over")
    assert params["SessionId"] == program.talk.got[0]["sessionId"]
    assert params["SessionStatus"] == "ended"
    assert params["SessionDuration"] == "3"
    assert params["HandoffData"] == '{"reason": "a person is wanted"}'
    assert params["CallStatus"] == "in-progress"
    assert town.transcript()[-1] == ("Say", "over")
    assert program.ended().closed == 1000
    assert town.alerts() == []


def test_a_caller_who_hangs_up_completes_the_session(town, program):
    connect(town, program)
    town.advance(2)
    town.phone(ALICE, "hangup")
    [params] = town.site.asked("/over")
    assert (params["SessionStatus"], params["CallStatus"]) == ("completed", "completed")
    assert "HandoffData" not in params
    assert program.ended().closed == 1000


def test_a_program_that_just_leaves_has_failed(town, program):
    connect(town, program)
    program.close()
    program.ended()
    town.advance(1)
    [params] = town.site.asked("/over")
    assert (params["SessionStatus"], params["ErrorCode"]) == ("failed", "64105")
    assert params["ErrorMessage"] == "it closed the WebSocket with code 1000"
    assert town.alerts() == [64105]
    assert town.transcript()[-1] == ("Say", "over")


def test_a_program_that_is_not_there_has_failed(town):
    noun = "<ConversationRelay url='ws://127.0.0.1:1/talk'/>"
    town.call(f"<Connect action='{town.url}/over'>{noun}</Connect>")
    town.advance(3)
    [params] = town.site.asked("/over")
    assert (params["SessionStatus"], params["ErrorCode"]) == ("failed", "64102")
    assert town.alerts() == [64102]


def test_the_api_leads_the_call_elsewhere(town, program):
    call = connect(town, program)
    town.client.calls(call.sid).update(twiml=twiml("<Say>new</Say>"))
    town.advance(0.1)
    assert program.ended().closed == 1000
    assert town.transcript()[-1] == ("Say", "new")
    assert town.site.asked("/over") == []


# -- words there and back -------------------------------------------------------------------------


@pytest.mark.executes("ConversationRelay.welcomeGreeting", "ConversationRelay.language")
def test_a_talk(town):
    with Program(texts("You ", "are ", "right.")) as program:
        connect(town, program, "welcomeGreeting='Hi there' language='de-DE'")
        town.advance(5)
        town.phone(ALICE, "speak", Speech="one two")
        town.advance(10)
        assert after_setup(program.talk) == [
            {"type": "prompt", "voicePrompt": "one two", "lang": "de-DE", "last": True}
        ]
        assert town.transcript()[2:] == [
            ("Say", "Hi there"),
            ("speak", "one two"),
            ("Say", "You are right."),
        ]
        # 0.8 seconds of words, and one of silence.
        assert town.times()[-2:] == [(5.0, "speak"), (6.8, "Say")]


@pytest.mark.executes("ConversationRelay.speechTimeout")
def test_the_silence_that_ends_a_prompt(town):
    with Program(texts("Yes")) as program:
        connect(town, program, "speechTimeout='2500'")
        town.phone(ALICE, "speak", Speech="one two")
        town.advance(1)
        town.phone(ALICE, "speak", Speech="three")
        town.advance(10)
        [prompt] = after_setup(program.talk)
        assert prompt["voicePrompt"] == "one two three"
        # From 1.0 on a third word of 0.4 s, then 2.5 s of silence.
        assert town.times()[-1] == (3.9, "Say")


@pytest.mark.executes("ConversationRelay.partialPrompts")
def test_partial_prompts_grow_word_by_word(town, program):
    connect(town, program, "partialPrompts='true'")
    town.phone(ALICE, "speak", Speech="one two three")
    town.advance(0.9)
    assert [(p["voicePrompt"], p["last"]) for p in after_setup(program.talk)] == [
        ("one", False),
        ("one two", False),
    ]
    town.advance(5)
    assert [(p["voicePrompt"], p["last"]) for p in after_setup(program.talk)][2:] == [
        ("one two three", False),
        ("one two three", True),
    ]


@pytest.mark.executes("ConversationRelay.dtmfDetection")
def test_keys_are_told_where_that_was_asked_for(town, program):
    connect(town, program, "dtmfDetection='true'")
    town.phone(ALICE, "press", Digits="4#")
    assert after_setup(program.talk) == [
        {"type": "dtmf", "digit": "4"},
        {"type": "dtmf", "digit": "#"},
    ]


def test_otherwise_keys_are_not_told(town, program):
    connect(town, program)
    town.phone(ALICE, "press", Digits="4")
    town.advance(1)
    assert after_setup(program.talk) == []


@pytest.mark.executes(
    "ConversationRelay.transcriptionLanguage", "ConversationRelay.ttsLanguage", "Language.voice"
)
def test_the_program_changes_the_language(town, program):
    voices = "<Language code='fr-FR' voice='Lea'/>"
    call = connect(
        town, program, "transcriptionLanguage='en-GB' ttsLanguage='en-GB' record='x'", voices
    )
    recording = town.client.calls(call.sid).recordings.create()
    program.say(type="language", ttsLanguage="fr-FR", transcriptionLanguage="fr-CA")
    program.say(type="text", token="Bonjour", last=True)
    town.advance(1)
    town.phone(ALICE, "speak", Speech="oui")
    town.advance(3)
    assert after_setup(program.talk)[-1]["lang"] == "fr-CA"
    tape = town.sandbox.engine.calls[call.sid].tapes[recording.sid]
    said = [(s["text"], s["language"], s["voice"]) for s in tape.sounds if s["track"] == "outbound"]
    assert said == [("Bonjour", "fr-FR", "Lea")]


def test_play_and_send_digits(town, program):
    town.site.pages["/tune.wav"] = (200, "audio/wav", "not really")
    connect(town, program)
    program.say(type="play", source=town.url + "/tune.wav", loop=2)
    program.say(type="sendDigits", digits="1w2")
    program.say(type="text", token="done", last=True)
    town.advance(5)
    # What cannot be measured plays a second; the w is half a second.
    assert town.times()[2:] == [(0.0, "Play"), (2.0, "Play"), (2.5, "Say")]
    assert town.transcript()[3] == ("Play", "1w2")


def test_what_cannot_be_played_is_an_alert_and_the_talk_goes_on(town, program):
    connect(town, program)
    program.say(type="play", source=town.url + "/missing.wav")
    program.say(type="text", token="done", last=True)
    town.advance(1)
    assert town.alerts() == [11200]
    assert town.transcript()[-1] == ("Say", "done")


# -- who interrupts whom --------------------------------------------------------------------------

LONG = "one two three four five six seven eight"  # 3.2 seconds


def speaking(town, program, attributes="", **more):
    """A program that has been talking for one second, with something more to say."""
    connect(town, program, attributes)
    program.say(type="text", token=LONG, last=True, **more)
    program.say(type="text", token="and more", last=True, **more)
    town.advance(1)


@pytest.mark.executes("ConversationRelay.interruptible")
def test_speech_interrupts_and_is_told(town, program):
    speaking(town, program, "interruptible='speech'")
    town.phone(ALICE, "speak", Speech="stop")
    town.advance(5)
    assert after_setup(program.talk) == [
        {
            "type": "interrupt",
            "utteranceUntilInterrupt": "one two",
            "durationUntilInterruptMs": 1000,
        },
        {"type": "prompt", "voicePrompt": "stop", "lang": "en-US", "last": True},
    ]
    assert ("Say", "and more") not in town.transcript()


@pytest.mark.parametrize(
    ("how", "interrupts"), [("dtmf", True), ("any", True), ("speech", False), ("none", False)]
)
def test_keys_interrupt_where_they_may(town, program, how, interrupts):
    speaking(town, program, f"interruptible='{how}' dtmfDetection='true'")
    town.phone(ALICE, "press", Digits="1")
    town.advance(9)
    expected = ["interrupt", "dtmf"] if interrupts else []
    assert [m["type"] for m in after_setup(program.talk)] == expected
    assert (("Say", "and more") in town.transcript()) != interrupts


@pytest.mark.executes("ConversationRelay.reportInputDuringAgentSpeech")
def test_what_does_not_interrupt_may_be_told_all_the_same(town, program):
    speaking(town, program, "interruptible='none' reportInputDuringAgentSpeech='speech'")
    town.phone(ALICE, "speak", Speech="stop")
    town.advance(9)
    assert [m["type"] for m in after_setup(program.talk)] == ["prompt"]
    assert town.transcript()[-1] == ("Say", "and more")


def test_what_neither_interrupts_nor_is_told_is_lost(town, program):
    speaking(town, program, "interruptible='none'")
    town.phone(ALICE, "speak", Speech="stop")
    town.advance(9)
    assert after_setup(program.talk) == []


def test_a_message_says_itself_whether_it_may_be_interrupted(town, program):
    speaking(town, program, interruptible=False)
    town.phone(ALICE, "speak", Speech="stop")
    town.advance(9)
    assert after_setup(program.talk) == []


@pytest.mark.executes("ConversationRelay.welcomeGreetingInterruptible")
def test_a_greeting_may_be_safe_from_interruption(town, program):
    greeting = "welcomeGreeting='one two three four' welcomeGreetingInterruptible='none'"
    connect(town, program, greeting)
    town.advance(1)
    town.phone(ALICE, "speak", Speech="stop")
    town.advance(5)
    assert after_setup(program.talk) == []


@pytest.mark.executes("ConversationRelay.preemptible")
def test_the_next_words_may_cut_off_those_before(town, program):
    connect(town, program, "preemptible='true'")
    program.say(type="text", token=LONG, last=True)
    town.advance(1)
    program.say(type="text", token="wait", last=True)
    town.advance(0.1)
    assert town.times()[2:] == [(0.0, "Say"), (1.0, "Say")]


def test_otherwise_they_wait_for_their_turn(town, program):
    connect(town, program)
    program.say(type="text", token=LONG, last=True)
    town.advance(1)
    program.say(type="text", token="wait", last=True)
    town.advance(9)
    assert town.times()[2:] == [(0.0, "Say"), (3.2, "Say")]


@pytest.mark.executes("ConversationRelay.events")
def test_who_speaks_and_what_was_played_is_told_where_that_was_asked_for(town):
    with Program(texts("You ", "are ", "right.")) as program:
        connect(town, program, "events='speaker-events tokens-played'")
        town.phone(ALICE, "speak", Speech="hello")
        town.advance(0.5)
        assert [m["type"] for m in after_setup(program.talk)] == ["info", "info"]
        town.advance(9)
        told = [(m["name"], m["value"]) for m in program.talk.of("info")]
        assert told == [
            ("clientSpeaking", "on"),
            ("clientSpeaking", "off"),
            ("agentSpeaking", "on"),
            ("tokensPlayed", "You are right."),
            ("agentSpeaking", "off"),
        ]


# -- messages without sense, and programs that are odd --------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        {"foo": "bar"},
        {"type": "text"},
        {"type": "text", "token": 5},
        {"type": "play", "source": None},
        {"type": "play", "source": "http://a", "loop": "many"},
        {"type": "sendDigits", "digits": "12a"},
        {"type": "language"},
        {"type": "language", "ttsLanguage": 5},
        {"type": "end", "handoffData": {"a": 1}},
        {"type": ["text"]},
    ],
)
def test_a_message_that_makes_no_sense_is_told_and_the_talk_goes_on(town, program, message):
    connect(town, program)
    program.say(**message)
    program.say(type="text", token="on", last=True)
    town.advance(1)
    assert town.alerts() == [64107]
    [error] = after_setup(program.talk)
    assert error["type"] == "error"
    assert error["description"].startswith("Invalid message received: {'")
    assert town.transcript()[-1] == ("Say", "on")


def test_too_much_nonsense_ends_the_talk(town):
    async def babble(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        for _ in range(500):
            await socket.send_str("no JSON")
        async for _ in socket:
            pass
        return socket

    with Program(handler=babble) as program:
        connect(town, program)
        town.advance(1)
    assert town.alerts() == [64107] * 10 + [64105]  # no more than that are worth reading
    assert town.transcript()[-1] == ("Say", "over")


def test_a_flood_of_words_is_bounded(town):
    async def flood(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        text = json.dumps({"type": "text", "token": "word " * 100, "last": True})
        try:
            for _ in range(5_000):
                await socket.send_str(text)
        except ConnectionError:
            pass
        return socket

    with Program(handler=flood) as program:
        connect(town, program)
        town.advance(1)
    assert 64105 in town.alerts()
    assert town.transcript()[-1] == ("Say", "over")


def test_a_program_that_never_answers_a_prompt_does_not_stop_the_clock():
    with Program() as program, Town(webhook_timeout=0.3) as town:
        town.site.pages["/over"] = twiml("<Say>over</Say>")
        connect(town, program)
        town.phone(ALICE, "speak", Speech="hello")
        began = time.monotonic()
        town.advance(600)
        assert time.monotonic() - began < 5
        assert [m["type"] for m in after_setup(program.talk)] == ["prompt"]


def test_a_hurried_clock_waits_for_an_answer():
    """What a script said beforehand is said bit by bit, each when the program has answered."""

    async def script(talk, message):
        if message["type"] != "prompt":
            return
        words = message["voicePrompt"]
        await talk.send(type="text", token=f"{words}?", last=True)
        if words == "good bye":
            await talk.send(type="end")

    with Program(script) as program, Town(clock="hurried") as town:
        for words in ("one two", "good bye"):
            town.phone(ALICE, "speak", Speech=words)
        noun = f"<ConversationRelay url='{program.url}' welcomeGreeting='Hi'/>"
        town.call(f"<Connect>{noun}</Connect><Say>done</Say>")
        program.ended()
        town.until(lambda: town.phone(ALICE)["calls"][-1]["status"] == "completed")
        assert town.transcript()[2:] == [
            ("Say", "Hi"),
            ("speak", "one two"),
            ("Say", "one two?"),
            ("speak", "good bye"),
            ("Say", "good bye?"),
            ("Say", "done"),
        ]
        assert town.times()[2:] == [
            (0.0, "Say"),
            (1.4, "speak"),
            (3.2, "Say"),
            (5.0, "speak"),
            (6.8, "Say"),
            (7.6, "Say"),
        ]


def test_a_program_can_talk_with_another_web_site():
    """It calls a menu, hears what is said there, and presses a key."""

    async def script(talk, message):
        if message["type"] == "prompt" and "one" in message["voicePrompt"]:
            await talk.send(type="sendDigits", digits="1")

    other = "+14155550177"
    with Program(script) as program, Town(numbers=(SHOP, other)) as town:
        gather = "<Gather numDigits='1' action='/got'><Say>Press one</Say></Gather>"
        menu = twiml(f"<Say>Hello</Say><Pause length='1'/>{gather}")
        town.site.pages |= {"/menu": menu, "/got": twiml("<Say>Thank you</Say><Pause length='3'/>")}
        number = town.client.incoming_phone_numbers.list(phone_number=other)[0]
        number.update(voice_url=town.url + "/menu")
        noun = f"<ConversationRelay url='{program.url}'/>"
        town.call(f"<Connect>{noun}</Connect>", to=other)
        town.advance(9)
        assert [p["Digits"] for p in town.site.asked("/got")] == ["1"]
        prompts = [m["voicePrompt"] for m in program.talk.of("prompt")]
        assert prompts == ["Press one", "Thank you"]
