"""More than a hundred calls and messages, told as data, through the real HTTP sandbox.

Each is a `Scene`: what a web site answers, what a person does, and all that is heard, asked and
told. The ideas come from the TwiML reference and from the questions its readers ask.
"""

from __future__ import annotations

import io
import wave

import pytest

from tests.sandbox.scenes import Scene, Stage

APOLOGY = "notice We are sorry, an application error has occurred. Goodbye."
SORRY = ["answer", APOLOGY]
EVENTS = ["initiated", "ringing", "answered", "completed"]
HI = "<Say>Hi</Say>"
XML = "text/xml"
PRESS = '<Gather numDigits="1" action="/menu"><Say>Press 1</Say></Gather><Say>No key</Say>'


def wav(seconds):
    """A WAV file of silence."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(int(16_000 * seconds)))
    return out.getvalue()


def document(inside):
    return f"<Response>{inside}</Response>"


FIRST = [
    Scene(
        "an outgoing call is answered, then its document is asked for",
        {"/voice": "<Say>Hello world.</Say>"},
        hears=["answer", "Say Hello world."],
        asks=["POST /voice CallStatus=in-progress Direction=outbound-api To=+14155550100"],
        duration=1,
    ),
    Scene(
        "a call that comes in rings while its document is asked for",
        {"/voice": HI},
        start="in",
        hears=["Say Hi"],
        asks=["POST /voice CallStatus=ringing Direction=inbound To=+15005550006 !ParentCallSid"],
    ),
    Scene(
        "the second document of a call that comes in finds it in progress",
        {"/voice": "<Redirect>/b</Redirect>", "/b": HI},
        start="in",
        hears=["Redirect /b", "Say Hi"],
        asks=["POST /voice CallStatus=ringing", "POST /b CallStatus=in-progress"],
    ),
    Scene(
        "with GET the parameters stand in the address",
        {"/voice": HI},
        options={"url": "/voice?a=1", "method": "GET"},
        asks=["GET /voice a=1 CallStatus=in-progress From=+15005550006"],
    ),
    Scene(
        "with POST the address keeps its own query",
        {"/voice": HI},
        options={"url": "/voice?a=1"},
        asks=["POST /voice a=1 CallStatus=in-progress"],
    ),
    Scene(
        "a number's VoiceMethod counts",
        {"/voice": HI},
        start="in",
        options={"voice_method": "GET"},
        asks=["GET /voice CallStatus=ringing"],
    ),
    Scene("an empty document ends an outgoing call", {"/voice": ""}, hears=["answer"], duration=0),
    Scene(
        "an empty document answers and ends a call that comes in",
        {"/voice": ""},
        start="in",
        hears=[],
    ),
    Scene(
        "Say picks up",
        {"/voice": "<Say>one two three four five</Say>"},
        start="in",
        hears=["Say one two three four five"],
        duration=2,
    ),
    Scene(
        "Pause as first verb lets it ring for its length",
        {"/voice": '<Pause length="7"/><Say>one two</Say>'},
        start="in",
        hears=["Pause 7", "Say one two"],
        duration=1,
    ),
    Scene(
        "Pause as second verb counts",
        {"/voice": '<Say>one two</Say><Pause length="7"/>'},
        start="in",
        duration=8,
    ),
    Scene(
        "Reject never answers",
        {"/voice": "<Reject/><Say>no</Say>"},
        start="in",
        hears=["Reject rejected"],
        status="no-answer",
    ),
    Scene(
        "Reject as busy",
        {"/voice": '<Reject reason="busy"/>'},
        start="in",
        hears=["Reject busy"],
        status="busy",
    ),
    Scene(
        "Reject after another verb hangs up",
        {"/voice": HI + "<Reject/><Say>no</Say>"},
        start="in",
        hears=["Say Hi", "Reject rejected"],
        alerts=[12200],
    ),
    Scene(
        "Reject with a reason there is none of rejects",
        {"/voice": '<Reject reason="tired"/>'},
        start="in",
        status="no-answer",
        alerts=[13810],
    ),
    Scene(
        "Hangup as first verb answers and ends",
        {"/voice": "<Hangup/>" + HI},
        start="in",
        hears=["Hangup"],
        status="completed",
    ),
    Scene(
        "nothing runs after Hangup",
        {"/voice": HI + "<Hangup/><Say>no</Say>"},
        hears=["answer", "Say Hi", "Hangup"],
    ),
    Scene(
        "a number without a VoiceUrl answers nobody",
        {},
        start="in",
        options={"voice_url": ""},
        status="failed",
        asks=[],
        alerts=[11100],
    ),
]

DOCUMENTS = [
    Scene(
        "comments are passed over",
        {"/voice": "<!-- a --><Say>one<!-- b --> two</Say><!-- c -->"},
        hears=["answer", "Say one two"],
    ),
    Scene(
        "white space in words is folded",
        {"/voice": "<Say>\n  one\n  two\n</Say>"},
        hears=["answer", "Say one two"],
    ),
    Scene(
        "words may be in any script, and escaped",
        {"/voice": "<Say>Gr\u00fc\u00dfe &amp; &lt;mehr&gt; \u4f60\u597d \U0001f600</Say>"},
        hears=["answer", "Say Gr\u00fc\u00dfe & <mehr> \u4f60\u597d \U0001f600"],
    ),
    Scene(
        "CDATA is text", {"/voice": "<Say><![CDATA[a & b]]></Say>"}, hears=["answer", "Say a & b"]
    ),
    Scene(
        "an unknown verb is passed over with all in it",
        {"/voice": "<Sing><Say>no</Say></Sing>" + HI},
        hears=["answer", "Say Hi"],
        alerts=[12200],
    ),
    Scene(
        "letter case counts",
        {"/voice": "<say>no</say>" + HI},
        hears=["answer", "Say Hi"],
        alerts=[12200],
    ),
    Scene(
        "an unknown attribute is passed over",
        {"/voice": '<Say mood="x">Hi</Say>'},
        hears=["answer", "Say Hi"],
        alerts=[12200],
    ),
    Scene(
        "text outside of verbs is not spoken",
        {"/voice": "Hello" + HI},
        hears=["answer", "Say Hi"],
        alerts=[12200],
    ),
    Scene(
        "a bad value is told when its verb is reached, and the default is used",
        {"/voice": '<Hangup/><Pause length="x"/>'},
        hears=["answer", "Hangup"],
    ),
    Scene(
        "a version there is none of",
        {"/voice": (200, XML, '<Response version="9">' + HI + "</Response>")},
        hears=["answer", "Say Hi"],
        alerts=[12101],
    ),
    Scene(
        "the root must be Response",
        {"/voice": (200, XML, "<Answer><Say>no</Say></Answer>")},
        hears=SORRY,
        alerts=[12102],
    ),
    Scene(
        "what is no XML",
        {"/voice": (200, XML, "<Response><Say>no</Response>")},
        hears=SORRY,
        alerts=[12100],
    ),
    Scene(
        "an & that is not escaped", {"/voice": "<Say>you & me</Say>"}, hears=SORRY, alerts=[12100]
    ),
    Scene(
        "a line before the XML declaration",
        {"/voice": (200, XML, '\n<?xml version="1.0"?><Response/>')},
        hears=SORRY,
        alerts=[12100],
    ),
    Scene("an empty body", {"/voice": (200, XML, "")}, hears=SORRY, alerts=[12100]),
    Scene(
        "a document type is refused",
        {"/voice": (200, XML, "<!DOCTYPE Response><Response/>")},
        hears=SORRY,
        alerts=[12100],
    ),
    Scene(
        "more than 64 kB",
        {"/voice": (200, XML, document(f"<Say>{'x' * 70_000}</Say>"))},
        hears=SORRY,
        alerts=[11750],
    ),
]

TYPES = [
    Scene(
        "text/html is read",
        {"/voice": (200, "text/html; charset=utf-8", document(HI))},
        hears=["answer", "Say Hi"],
    ),
    Scene(
        "application/xml is read",
        {"/voice": (200, "application/xml", document(HI))},
        hears=["answer", "Say Hi"],
    ),
    Scene(
        "the charset of the type counts",
        {
            "/voice": (
                200,
                "text/xml; charset=iso-8859-1",
                document("<Say>\u00e9t\u00e9</Say>").encode("latin-1"),
            )
        },
        hears=["answer", "Say \u00e9t\u00e9"],
    ),
    Scene(
        "plain text is read aloud",
        {"/voice": (200, "text/plain", "Good morning\nall")},
        hears=["answer", "Say Good morning all"],
    ),
    Scene(
        "plain text that is TwiML is run",
        {"/voice": (200, "text/plain", document(HI))},
        hears=["answer", "Say Hi"],
    ),
    Scene(
        "audio is played",
        {"/voice": (200, "audio/wav", wav(3))},
        hears=["answer", "Play /voice"],
        duration=3,
    ),
    Scene(
        "JSON is no document",
        {"/voice": (200, "application/json", "{}")},
        hears=SORRY,
        alerts=[12300],
    ),
    Scene(
        "an answer without a type", {"/voice": (200, "", document(HI))}, hears=SORRY, alerts=[11200]
    ),
]

FAILURES = [
    Scene(
        "404 is apologised for",
        {},
        hears=SORRY,
        asks=["POST /voice"],
        alerts=[11200],
        status="completed",
        duration=4,
    ),
    Scene(
        "the fallback is told what went wrong where",
        {"/voice": (500, "text/plain", "oops"), "/spare": HI},
        options={"fallback_url": "/spare"},
        hears=["answer", "Say Hi"],
        asks=["POST /voice !ErrorCode", "POST /spare ErrorCode=11200 ErrorUrl=/voice CallSid=CA~"],
        alerts=[11200],
    ),
    Scene(
        "the fallback by GET",
        {"/voice": (500, "text/plain", "oops"), "/spare": HI},
        options={"fallback_url": "/spare", "fallback_method": "GET"},
        asks=["POST /voice", "GET /spare ErrorCode=11200"],
        alerts=[11200],
    ),
    Scene(
        "a broken document is a reason for the fallback too",
        {"/voice": (200, XML, "<Response"), "/spare": HI},
        options={"fallback_url": "/spare"},
        asks=["POST /voice", "POST /spare ErrorCode=12100 ErrorUrl=/voice"],
        hears=["answer", "Say Hi"],
        alerts=[12100],
    ),
    Scene(
        "and so is a type that cannot be used",
        {"/voice": (200, "image/png", "x"), "/spare": HI},
        options={"fallback_url": "/spare"},
        asks=["POST /voice", "POST /spare ErrorCode=12300"],
        alerts=[12300],
    ),
    Scene(
        "a warning is none",
        {"/voice": "<Sing/>" + HI, "/spare": "<Say>no</Say>"},
        options={"fallback_url": "/spare"},
        asks=["POST /voice"],
        hears=["answer", "Say Hi"],
        alerts=[12200],
    ),
    Scene(
        "a later document has the same fallback",
        {"/voice": PRESS, "/spare": HI},
        does=["2 s", "press 1"],
        options={"fallback_url": "/spare"},
        hears=["answer", "Gather", "Say Press 1", "press 1", "Say Hi"],
        asks=["POST /voice", "POST /menu Digits=1", "POST /spare ErrorCode=11200 ErrorUrl=/menu"],
        alerts=[11200],
    ),
    Scene(
        "relative addresses in the fallback's document are seen from there",
        {"/spare/first": "<Redirect>second</Redirect>", "/spare/second": HI},
        options={"fallback_url": "/spare/first"},
        asks=["POST /voice", "POST /spare/first", "POST /spare/second !ErrorCode"],
        alerts=[11200],
    ),
    Scene(
        "a fallback that fails too",
        {},
        options={"fallback_url": "/spare"},
        hears=SORRY,
        asks=["POST /voice", "POST /spare ErrorCode=11200"],
        alerts=[11200, 11200],
    ),
    Scene(
        "a number's VoiceFallbackUrl",
        {"/spare": HI},
        start="in",
        options={"voice_fallback_url": "/spare"},
        hears=["Say Hi"],
        asks=["POST /voice", "POST /spare ErrorCode=11200 CallStatus=ringing"],
        alerts=[11200],
    ),
    Scene(
        "a call that comes in is answered for the apology",
        {},
        start="in",
        hears=[APOLOGY],
        alerts=[11200],
    ),
    Scene(
        "an address on another machine is not asked",
        {},
        options={"url": "http://192.0.2.1/x"},
        hears=SORRY,
        asks=[],
        alerts=[11205],
    ),
    Scene(
        "a document that fails later leaves what was heard",
        {"/voice": HI + "<Redirect>/b</Redirect>"},
        hears=["answer", "Say Hi", "Redirect /b", APOLOGY],
        alerts=[11200],
    ),
]


def moved(status, to):
    return (status, "text/plain", "moved", {"location": to})


HTTP = [
    *(
        Scene(
            f"{status} is followed like a browser does",
            {
                "/voice": moved(status, "/there/voice"),
                "/there/voice": "<Redirect>next</Redirect>",
                "/there/next": HI,
            },
            hears=["answer", "Redirect /there/next", "Say Hi"],
            asks=[
                "POST /voice CallStatus=in-progress",
                f"{second} /there/voice",
                "POST /there/next",
            ],
        )
        for status, second in ((301, "GET"), (302, "GET"), (303, "GET"), (307, "GET"))
    ),
    Scene(
        "a redirected action loses its digits",
        {"/voice": PRESS, "/menu": moved(302, "/moved"), "/moved": HI},
        does=["2 s", "press 1"],
        asks=["POST /voice", "POST /menu Digits=1", "GET /moved !Digits"],
        hears=["answer", "Gather", "Say Press 1", "press 1", "Say Hi"],
    ),
    Scene(
        "redirects without end",
        {"/voice": moved(302, "/voice")},
        hears=SORRY,
        asks=["POST /voice"] + ["GET /voice"] * 10,
        alerts=[11215],
    ),
    Scene(
        "cookies come back within a call",
        {
            "/voice": (200, XML, document("<Redirect>/b</Redirect>"), {"set-cookie": "basket=7"}),
            "/b": HI,
        },
        also=lambda stage: _cookies(stage, [None, "basket=7"]),
    ),
    Scene(
        "a cookie for one path stays there",
        {
            "/voice": (
                200,
                XML,
                document("<Redirect>/b</Redirect>"),
                {"set-cookie": "basket=7; Path=/shop"},
            ),
            "/b": "<Redirect>/shop/c</Redirect>",
            "/shop/c": HI,
        },
        also=lambda stage: _cookies(stage, [None, None, "basket=7"]),
    ),
    Scene(
        "cookies are not for another call",
        {"/voice": (200, XML, document(HI), {"set-cookie": "basket=7"})},
        does=["30 s"],
        also=lambda stage: _again(stage),
    ),
]


def _cookies(stage, expected):
    assert [headers.get("cookie") for _, _, _, headers in stage.site.asked] == expected


def _again(stage):
    stage.call()
    stage.advance(30)
    _cookies(stage, [None, None])


ADDRESSES = [
    *(
        Scene(
            f"an action {action!r} is seen from the document",
            {there: HI, "/shop/voice": [f'<Gather numDigits="1" action="{action}"/>', HI]},
            does=["2 s", "press 1"],
            options={"url": "/shop/voice?x=1"},
            asks=["POST /shop/voice", f"POST {there} Digits=1{more}"],
        )
        for action, there, more in (
            ("menu", "/shop/menu", " !x"),
            ("/menu", "/menu", " !x"),
            ("../menu", "/menu", " !x"),
            ("menu?y=2", "/shop/menu", " y=2 !x"),
            ("?y=2", "/shop/voice", " y=2 !x"),
        )
    ),
    Scene(
        "an empty Redirect asks the same address again, query included",
        {"/voice": ["<Redirect/>", HI]},
        options={"url": "/voice?a=1"},
        asks=["POST /voice a=1", "POST /voice a=1"],
    ),
    Scene(
        "after a Redirect addresses are seen from the new document",
        {
            "/a/first": "<Redirect>/b/second</Redirect>",
            "/b/second": "<Redirect>third</Redirect>",
            "/b/third": HI,
        },
        options={"url": "/a/first"},
        asks=["POST /a/first", "POST /b/second", "POST /b/third"],
    ),
    Scene(
        "a document given with the call has no address",
        {},
        options={"twiml": "<Response><Redirect>/b</Redirect></Response>"},
        hears=["answer", "Redirect /b", APOLOGY],
        asks=[],
        alerts=[11100],
    ),
    Scene(
        "a Gather in it with a key and no action has nobody to ask",
        {},
        options={"twiml": '<Response><Gather numDigits="1"/></Response>'},
        does=["2 s", "press 1"],
        hears=["answer", "Gather", "press 1", APOLOGY],
        alerts=[11100],
    ),
    Scene(
        "a Gather in it without a key just goes on",
        {},
        options={"twiml": '<Response><Gather action="/x"/><Say>Hi</Say></Response>'},
        hears=["answer", "Gather", "Say Hi"],
    ),
    Scene(
        "a Record in it needs an action",
        {},
        options={"twiml": "<Response><Record/></Response>"},
        does=["2 s", "say one two three", "press #"],
        hears=["answer", "Record", "speak one two three", "press #", APOLOGY],
        alerts=[11100],
    ),
]

REDIRECT = [
    Scene(
        "nothing runs after Redirect",
        {"/voice": "<Redirect>/b</Redirect><Say>no</Say>", "/b": HI},
        hears=["answer", "Redirect /b", "Say Hi"],
    ),
    Scene(
        "Redirect by GET",
        {"/voice": '<Redirect method="GET">/b?c=1</Redirect>', "/b": HI},
        asks=["POST /voice", "GET /b c=1 CallStatus=in-progress"],
    ),
    Scene(
        "Redirect by a method there is none of",
        {"/voice": '<Redirect method="PUT">/b</Redirect>', "/b": HI},
        asks=["POST /voice", "POST /b"],
        alerts=[13710],
    ),
    Scene(
        "documents that follow one another without end and without a sound",
        {"/voice": "<Redirect/>"},
        asks=["POST /voice"] * 100,
        alerts=[11215],
    ),
    Scene(
        "documents that follow one another with a sound end with the call",
        {"/voice": "<Pause length='30'/><Redirect/>"},
        options={"time_limit": 100},
        asks=["POST /voice"] * 4,
        duration=100,
    ),
]

GATHER = [
    Scene(
        "a key goes to the action, and what follows the Gather is not reached",
        {"/voice": PRESS, "/menu": "<Say>One</Say>"},
        does=["2 s", "press 1"],
        hears=["answer", "Gather", "Say Press 1", "press 1", "Say One"],
        asks=["POST /voice", "POST /menu Digits=1 CallStatus=in-progress"],
    ),
    Scene(
        "without a key the next verb runs after five seconds",
        {"/voice": PRESS},
        hears=["answer", "Gather", "Say Press 1", "Say No key"],
        asks=["POST /voice"],
        duration=7,
    ),
    Scene(
        "a timeout of one's own",
        {"/voice": '<Gather timeout="12"/>'},
        duration=12,
    ),
    Scene(
        "the clock starts anew with each key",
        {"/voice": '<Gather action="/menu"/>', "/menu": HI},
        does=["2 s", "press 1", "4 s", "press 2", "4 s", "press 3"],
        asks=["POST /voice", "POST /menu Digits=123"],
        duration=14,
    ),
    Scene(
        "# ends it and is no digit",
        {"/voice": '<Gather action="/menu"/>', "/menu": HI},
        does=["2 s", "press 12#"],
        asks=["POST /voice", "POST /menu Digits=12 FinishedOnKey=#"],
        duration=1,
    ),
    Scene(
        "another key may end it",
        {"/voice": '<Gather finishOnKey="*" action="/menu"/>', "/menu": HI},
        does=["2 s", "press 1#*"],
        asks=["POST /voice", "POST /menu Digits=1# FinishedOnKey=*"],
    ),
    Scene(
        "or none",
        {"/voice": '<Gather finishOnKey="" action="/menu"/>', "/menu": HI},
        does=["2 s", "press #*1"],
        asks=["POST /voice", "POST /menu Digits=#*1 FinishedOnKey="],
        duration=6,
    ),
    Scene(
        "the ending key alone is no input",
        {"/voice": '<Gather action="/menu"/><Say>Go on</Say>'},
        does=["2 s", "press #"],
        hears=["answer", "Gather", "press #", "Say Go on"],
        asks=["POST /voice"],
        duration=1,
    ),
    Scene(
        "unless an empty result is wanted",
        {"/voice": '<Gather action="/menu" actionOnEmptyResult="true"/>', "/menu": HI},
        asks=["POST /voice", "POST /menu Digits="],
    ),
    Scene(
        "numDigits ends it at once, and leaves the rest to the next Gather",
        {
            "/voice": '<Gather numDigits="2" action="/a"/>',
            "/a": '<Gather numDigits="1" action="/b"/>',
            "/b": HI,
        },
        does=["2 s", "press 123"],
        asks=["POST /voice", "POST /a Digits=12", "POST /b Digits=3"],
        duration=1,
    ),
    Scene(
        "keys said beforehand are pressed at once",
        {"/voice": PRESS, "/menu": HI},
        does=["press 1"],
        hears=["answer", "Gather", "Say Press 1", "press 1", "Say Hi"],
        asks=["POST /voice", "POST /menu Digits=1"],
        duration=1,
    ),
    Scene(
        "a key stops the prompts",
        {
            "/voice": '<Gather numDigits="1" action="/menu"><Say>one two three four five</Say>'
            "<Say>never</Say></Gather>",
            "/menu": HI,
        },
        does=["3 s", "press 1"],
        hears=["answer", "Gather", "Say one two three four five", "press 1", "Say Hi"],
        duration=2,
    ),
    Scene(
        "prompts of all kinds run in order",
        {
            "/voice": '<Gather><Say loop="2">a</Say><Pause length="2"/>'
            "<Play>/p.wav</Play></Gather>",
            "/p.wav": (200, "audio/wav", wav(2)),
        },
        hears=["answer", "Gather", "Say a", "Say a", "Pause 2", "Play /p.wav"],
        duration=10,
    ),
    Scene(
        "without an action the same document is asked again",
        {"/voice": ['<Gather numDigits="1"/>', HI]},
        does=["2 s", "press 5"],
        asks=["POST /voice !Digits", "POST /voice Digits=5"],
    ),
    Scene(
        "the action by GET",
        {"/voice": '<Gather numDigits="1" method="GET" action="/menu?a=1"/>', "/menu": HI},
        does=["2 s", "press 5"],
        asks=["POST /voice", "GET /menu a=1 Digits=5"],
    ),
    Scene(
        "bad values in a Gather",
        {"/voice": '<Gather timeout="-1" numDigits="none" finishOnKey="ab" method="get"/>'},
        duration=5,
        alerts=[13313, 13314, 13310, 13312],
    ),
    Scene(
        "what may not stand in it is passed over",
        {"/voice": "<Gather><Record/><Dial>+14155550101</Dial><Say>a</Say></Gather>"},
        hears=["answer", "Gather", "Say a"],
        alerts=[13320, 13320],
    ),
    Scene(
        "words go to the action",
        {
            "/voice": '<Gather input="speech" action="/order"><Say>What?</Say></Gather>',
            "/order": HI,
        },
        does=["3 s", "say two pizzas"],
        hears=["answer", "Gather", "Say What?", "speak two pizzas", "Say Hi"],
        asks=["POST /voice", "POST /order SpeechResult=two~pizzas Confidence=0.~ !Digits"],
    ),
    Scene(
        "words count for nothing where keys are wanted",
        {"/voice": '<Gather action="/order"/><Say>No key</Say>'},
        does=["3 s", "say two"],
        hears=["answer", "Gather", "speak two", "Say No key"],
        asks=["POST /voice"],
    ),
    Scene(
        "of keys and words the first counts",
        {"/voice": '<Gather input="dtmf speech" numDigits="1" action="/order"/>', "/order": HI},
        does=["3 s", "press 1", "say two"],
        asks=["POST /voice", "POST /order Digits=1 !SpeechResult"],
    ),
    Scene(
        "who hangs up during a Gather is not asked for",
        {"/voice": PRESS, "/menu": HI, "/status": ""},
        does=["3 s", "hangup"],
        options={"status_callback": "/status"},
        hears=["answer", "Gather", "Say Press 1", "hangup"],
        asks=["POST /voice", "POST /status CallStatus=completed CallDuration=1"],
    ),
]

RECORD = [
    Scene(
        "a key ends a recording, and the action hears of it",
        {"/voice": '<Record action="/done"/><Say>no</Say>', "/done": HI},
        does=["2 s", "say one two three four five", "3 s", "press #"],
        hears=["answer", "Record", "speak one two three four five", "press #", "Say Hi"],
        asks=[
            "POST /voice",
            "POST /done Digits=# RecordingSid=RE~ RecordingUrl=~/Recordings/RE~ "
            "RecordingDuration=2",
        ],
    ),
    Scene(
        "silence ends it",
        {"/voice": '<Record timeout="3" action="/done"/>', "/done": "<Hangup/>"},
        does=["2 s", "say one two three four five"],
        asks=["POST /voice", "POST /done Digits= RecordingDuration=2"],
        duration=5,
    ),
    Scene(
        "maxLength ends it",
        {
            "/voice": '<Record maxLength="4" timeout="0" trim="do-not-trim" action="/done"/>',
            "/done": "<Hangup/>",
        },
        does=["2 s", "say one two"],
        asks=["POST /voice", "POST /done RecordingDuration=4"],
        duration=4,
    ),
    Scene(
        "a recording of nothing asks nobody, and the next verb runs",
        {"/voice": '<Record action="/done"/><Say>Nothing heard</Say>'},
        hears=["answer", "Record", "Say Nothing heard"],
        asks=["POST /voice"],
        alerts=[16102],
        duration=6,
    ),
    Scene(
        "a Record without an action asks for the same document again",
        {"/voice": ["<Record/>", HI]},
        does=["2 s", "say one two three", "press 1"],
        asks=["POST /voice", "POST /voice Digits=1 RecordingSid=RE~"],
    ),
    Scene(
        "who hangs up has recorded all the same",
        {"/voice": '<Record action="/done"/>', "/done": "<Say>to nobody</Say>"},
        does=["2 s", "say one two three", "2 s", "hangup"],
        hears=["answer", "Record", "speak one two three", "hangup"],
        asks=["POST /voice", "POST /done Digits=hangup CallStatus=completed RecordingUrl=~"],
    ),
    Scene(
        "some keys may be none that end it",
        {"/voice": '<Record finishOnKey="9" action="/done"/>', "/done": HI},
        does=["2 s", "say one two three", "press 1", "press 9"],
        asks=["POST /voice", "POST /done Digits=9"],
    ),
    Scene(
        "the recording's own callback",
        {
            "/voice": '<Record action="/done" recordingStatusCallback="/rec"'
            ' recordingStatusCallbackEvent="in-progress completed"/>',
            "/done": HI,
            "/rec": "",
        },
        does=["2 s", "say one two three", "1 s", "press 1"],
        asks=[
            "POST /voice",
            "POST /rec RecordingStatus=in-progress RecordingSource=RecordVerb",
            "POST /rec RecordingStatus=completed RecordingDuration=~ RecordingChannels=1",
            "POST /done Digits=1",
        ],
    ),
    Scene(
        "bad values in a Record",
        {"/voice": '<Record timeout="x" maxLength="0" playBeep="no" trim="all"/>'},
        alerts=[13611, 13612, 13616, 13699, 16102],
        duration=5,
    ),
]

DIAL = [
    Scene(
        "the called side is joined, and afterwards the next verb runs",
        {"/voice": "<Dial>+14155550101</Dial><Say>Back</Say>"},
        does=["10 s", "Bob hangup"],
        hears=["answer", "Dial +14155550101", "Say Back"],
        bob=["answer", "hangup"],
        asks=["POST /voice"],
    ),
    Scene(
        "with an action it is told how it went",
        {
            "/voice": '<Dial action="/after"><Number>+14155550101</Number></Dial><Say>no</Say>',
            "/after": HI,
        },
        does=["10 s", "Bob hangup"],
        hears=["answer", "Dial +14155550101", "Say Hi"],
        asks=[
            "POST /voice",
            "POST /after DialCallStatus=completed DialCallSid=CA~ "
            "DialCallDuration=6 DialBridged=true CallStatus=in-progress",
        ],
    ),
    *(
        Scene(
            f"who is {mode} is told as {status}",
            {"/voice": '<Dial timeout="20" action="/after">+14155550101</Dial>', "/after": HI},
            does=[f"Bob is {mode}"],
            asks=["POST /voice", f"POST /after DialCallStatus={status} DialBridged=false"],
            hears=["answer", "Dial +14155550101", "Say Hi"],
        )
        for mode, status in (
            ("busy", "busy"),
            ("decline", "busy"),
            ("no-answer", "no-answer"),
            ("off", "no-answer"),
        )
    ),
    Scene(
        "a number there cannot be",
        {"/voice": '<Dial action="/after">415</Dial>', "/after": HI},
        asks=["POST /voice", "POST /after DialCallStatus=failed !DialCallDuration"],
        alerts=[13223],
    ),
    Scene(
        "a Dial of nobody",
        {"/voice": "<Dial/>" + HI},
        hears=["answer", "Dial", "Say Hi"],
        alerts=[13215],
    ),
    Scene(
        "a star ends the talk",
        {"/voice": '<Dial hangupOnStar="true" action="/after">+14155550101</Dial>', "/after": HI},
        does=["10 s", "press 1", "press *"],
        hears=["answer", "Dial +14155550101", "press 1", "press *", "Say Hi"],
        asks=["POST /voice", "POST /after DialCallStatus=completed"],
    ),
    Scene(
        "a limit ends the talk",
        {
            "/voice": '<Dial timeLimit="30" action="/after">+14155550101</Dial>',
            "/after": "<Hangup/>",
        },
        asks=["POST /voice", "POST /after DialCallStatus=completed DialCallDuration=30"],
        duration=32,
    ),
    Scene(
        "one who calls and hangs up: the action is asked once, its answer is not run",
        {"/voice": '<Dial action="/after">+14155550101</Dial>', "/after": "<Say>to nobody</Say>"},
        does=["10 s", "hangup"],
        hears=["answer", "Dial +14155550101", "hangup"],
        asks=["POST /voice", "POST /after CallStatus=completed DialCallStatus=completed"],
    ),
    Scene(
        "a document on the called side runs before the two are joined",
        {
            "/voice": '<Dial><Number url="/whisper">+14155550101</Number></Dial>',
            "/whisper": "<Say>A call for you</Say>",
        },
        does=["10 s", "Bob hangup"],
        bob=["answer", "Say A call for you", "hangup"],
        asks=["POST /voice", "POST /whisper Direction=outbound-dial ParentCallSid=CA~"],
    ),
    Scene(
        "a Hangup in it declines",
        {
            "/voice": '<Dial action="/after"><Number url="/whisper">+14155550101</Number></Dial>',
            "/whisper": "<Hangup/>",
            "/after": HI,
        },
        bob=["answer", "Hangup"],
        asks=[
            "POST /voice",
            "POST /whisper",
            "POST /after DialCallStatus=completed DialBridged=false",
        ],
    ),
    Scene(
        "a Dial in it may not be",
        {
            "/voice": '<Dial><Number url="/whisper">+14155550101</Number></Dial>',
            "/whisper": "<Dial>+14155550100</Dial><Say>x</Say>",
        },
        does=["10 s", "Bob hangup"],
        bob=["answer", "Say x", "hangup"],
        alerts=[13201],
    ),
    Scene(
        "the dialled call's own callbacks",
        {
            "/voice": '<Dial><Number statusCallback="/leg" statusCallbackEvent="initiated ringing '
            'answered completed">+14155550101</Number></Dial>',
            "/leg": "",
        },
        does=["10 s", "Bob hangup"],
        asks=[
            "POST /voice",
            "POST /leg CallStatus=initiated SequenceNumber=0 ParentCallSid=CA~",
            "POST /leg CallStatus=ringing SequenceNumber=1",
            "POST /leg CallStatus=in-progress SequenceNumber=2",
            "POST /leg CallStatus=completed SequenceNumber=3 CallDuration=6",
        ],
    ),
    Scene(
        "a caller id that is not one's own",
        {"/voice": '<Dial callerId="+14155559999">+14155550101</Dial>'},
        does=["10 s", "Bob hangup"],
        alerts=[13214],
    ),
    Scene(
        "the recording of a Dial",
        {
            "/voice": '<Dial record="record-from-answer" action="/after">+14155550101</Dial>',
            "/after": HI,
        },
        does=["10 s", "Bob say one two", "2 s", "Bob hangup"],
        asks=["POST /voice", "POST /after RecordingUrl=~/Recordings/RE~ DialCallStatus=completed"],
    ),
    Scene(
        "without record there is none",
        {"/voice": '<Dial action="/after">+14155550101</Dial>', "/after": HI},
        does=["10 s", "Bob hangup"],
        asks=["POST /voice", "POST /after !RecordingUrl"],
    ),
    Scene(
        "a Dial that answers with the other side lets a caller ring on",
        {"/voice": '<Dial answerOnBridge="true">+14155550101</Dial>'},
        start="in",
        does=["20 s", "Bob hangup"],
        hears=["Dial +14155550101"],
        duration=18,
    ),
    Scene(
        "and when nobody answers, nobody has answered",
        {"/voice": '<Dial answerOnBridge="true" timeout="10">+14155550101</Dial>'},
        start="in",
        does=["Bob is busy"],
        status="completed",
    ),
    Scene(
        "after a Dial by somebody who then is redirected",
        {"/voice": "<Dial>+14155550101</Dial>", "/new": "<Say>New</Say>"},
        does=["10 s", "update url=/new"],
        hears=["answer", "Dial +14155550101", "Say New"],
        bob=["answer"],
        asks=["POST /voice", "POST /new"],
    ),
]

SOUND = [
    Scene(
        "Say again and again",
        {"/voice": '<Say loop="3">a</Say>'},
        hears=["answer", "Say a", "Say a", "Say a"],
    ),
    Scene(
        "Say until the caller has enough",
        {"/voice": '<Say loop="0">one two three</Say>'},
        does=["5 s", "hangup"],
        hears=["answer", *["Say one two three"] * 3, "hangup"],
        duration=3,
    ),
    Scene(
        "Say without words",
        {"/voice": "<Say> </Say>" + HI},
        hears=["answer", "Say Hi"],
        alerts=[13520],
    ),
    Scene(
        "Say in a voice there is none of",
        {"/voice": '<Say voice="robot" loop="x">Hi</Say>'},
        hears=["answer", "Say Hi"],
        alerts=[13511, 13510],
    ),
    Scene(
        "marks in Say",
        {
            "/voice": "<Say>Call <say-as interpret-as='telephone'>555</say-as> or "
            "<sub alias='World Wide Web'>WWW</sub></Say>"
        },
        hears=["answer", "Say Call 555 or World Wide Web"],
    ),
    Scene(
        "Play takes as long as the file",
        {"/voice": "<Play>sound.wav</Play>", "/sound.wav": (200, "audio/wav", wav(4))},
        hears=["answer", "Play /sound.wav"],
        duration=4,
        asks=["POST /voice", "GET /sound.wav !CallSid"],
    ),
    Scene(
        "Play what is no sound",
        {"/voice": "<Play>/page</Play>" + HI, "/page": HI},
        hears=["answer", "Play /page", "Say Hi"],
        alerts=[13420],
    ),
    Scene(
        "Play what is not there",
        {"/voice": "<Play>/nowhere</Play>" + HI},
        hears=["answer", "Play /nowhere", "Say Hi"],
        alerts=[11200],
    ),
    Scene("Play nothing", {"/voice": "<Play/>" + HI}, hears=["answer", "Say Hi"], alerts=[13420]),
    Scene(
        "Play keys, with waits",
        {"/voice": '<Play digits="1wW2"/>'},
        hears=["answer", "Play 1wW2"],
        duration=2,
    ),
    Scene(
        "a Pause of no sense",
        {"/voice": '<Pause length="-3"/>'},
        hears=["answer", "Pause 1"],
        alerts=[13910],
        duration=1,
    ),
    Scene(
        "Sms in a call goes to the other side",
        {"/voice": "<Sms>See you</Sms><Say>Sent</Say>"},
        hears=["answer", "Sms See you", "Say Sent"],
        inbox=["See you"],
        asks=["POST /voice"],
    ),
    Scene(
        "and with an action goes on there",
        {"/voice": '<Sms action="/sent">See you</Sms><Say>no</Say>', "/sent": HI},
        hears=["answer", "Sms See you", "Say Hi"],
        asks=["POST /voice", "POST /sent SmsSid=SM~ SmsStatus=sending"],
    ),
]

CALLBACKS = [
    Scene(
        "the callbacks of a call come in order and are counted",
        {"/voice": HI, "/status": ""},
        options={"status_callback": "/status", "status_callback_event": EVENTS},
        asks=[
            "POST /status CallStatus=initiated SequenceNumber=0",
            "POST /status CallStatus=ringing SequenceNumber=1 Timestamp=~+0000",
            "POST /status CallStatus=in-progress SequenceNumber=2 "
            "CallbackSource=call-progress-events",
            "POST /voice",
            "POST /status CallStatus=completed SequenceNumber=3 CallDuration=1 Duration=1",
        ],
    ),
    Scene(
        "of a call that nobody answers",
        {"/status": ""},
        does=["is no-answer"],
        options={"status_callback": "/status", "status_callback_event": EVENTS, "timeout": 10},
        asks=[
            "POST /status CallStatus=initiated",
            "POST /status CallStatus=ringing",
            "POST /status CallStatus=no-answer SequenceNumber=2 CallDuration=0",
        ],
        status="no-answer",
    ),
    Scene(
        "of a call to somebody busy",
        {"/status": ""},
        does=["is busy"],
        options={"status_callback": "/status"},
        asks=["POST /status CallStatus=busy SipResponseCode=486"],
        status="busy",
    ),
    Scene(
        "a number's own callback",
        {"/voice": HI, "/status": ""},
        start="in",
        options={"status_callback": "/status"},
        asks=["POST /voice", "POST /status CallStatus=completed CallDuration=1 Direction=inbound"],
    ),
    Scene(
        "a callback that fails changes nothing",
        {"/voice": HI},
        options={"status_callback": "/nowhere"},
        hears=["answer", "Say Hi"],
        asks=["POST /voice", "POST /nowhere"],
        alerts=[15003],
    ),
    Scene(
        "callbacks by GET",
        {"/voice": HI, "/status": ""},
        options={"status_callback": "/status", "status_callback_method": "GET"},
        asks=["POST /voice", "GET /status CallStatus=completed"],
    ),
    Scene(
        "the API ends a call that rings",
        {"/status": ""},
        does=["is manual", "5 s", "update status=canceled"],
        options={"status_callback": "/status"},
        asks=["POST /status CallStatus=canceled"],
        status="canceled",
    ),
    Scene(
        "the API ends a call that runs",
        {"/voice": "<Say>one two three four five</Say><Say>no</Say>"},
        does=["3 s", "update status=completed"],
        hears=["answer", "Say one two three four five"],
        duration=1,
    ),
    Scene(
        "the API sends a call elsewhere",
        {
            "/voice": "<Pause length='60'/><Say>no</Say>",
            "/new": "<Redirect>next</Redirect>",
            "/next": HI,
        },
        does=["5 s", "update url=/new"],
        hears=["answer", "Pause 60", "Redirect /next", "Say Hi"],
        asks=["POST /voice", "POST /new CallStatus=in-progress", "POST /next"],
    ),
    Scene(
        "the API gives a call another document",
        {"/voice": "<Pause length='60'/><Say>no</Say>"},
        does=["5 s", "update twiml=<Response><Say>New</Say></Response>"],
        hears=["answer", "Pause 60", "Say New"],
    ),
]

# What a call does when the caller hangs up in the middle of each verb: no further verb runs, and
# the callback hears of the end once.
HANG_UP = [
    Scene(
        f"who hangs up during {verb} ends the call",
        {
            "/voice": verb + "<Say>no</Say>",
            "/other": HI,
            "/status": "",
            "/long.wav": (200, "audio/wav", wav(60)),
        },
        does=["5 s", "hangup"],
        options={"status_callback": "/status"},
        also=lambda stage: _ended_once(stage),
        duration=3,
    )
    for verb in (
        '<Say loop="9">one two three four five</Say>',
        "<Play>/long.wav</Play>",
        '<Pause length="60"/>',
        '<Gather timeout="60"/>',
        '<Record timeout="60"/>',
        "<Dial>+14155550101</Dial>",
        '<Enqueue waitUrl="">line</Enqueue>',
        '<Dial><Conference waitUrl="">room</Conference></Dial>',
    )
]


def _ended_once(stage):
    told = [params for _, path, params, _ in stage.site.asked if path == "/status"]
    assert [params["CallStatus"] for params in told] == ["completed"]
    heard = stage.transcript()
    assert ("Say", "no") not in heard and heard[-1] == ("hangup", "")


MESSAGES = [
    Scene(
        "a reply goes back to the sender",
        {"/sms": "<Message>Thanks</Message>"},
        start="text",
        inbox=["Thanks"],
        asks=[
            "POST /sms Body=Hello From=+14155550100 To=+15005550006 NumMedia=0 "
            "MessageSid=SM~ SmsStatus=received"
        ],
    ),
    Scene("an empty document replies nothing", {"/sms": ""}, start="text", inbox=[]),
    Scene(
        "several replies",
        {"/sms": "<Message>a</Message><Message>b</Message>"},
        start="text",
        inbox=["a", "b"],
    ),
    Scene(
        "more than ten replies",
        {"/sms": "<Message>a</Message>" * 12},
        start="text",
        inbox=["a"] * 10,
        alerts=[14109, 14109],
    ),
    Scene(
        "text and pictures",
        {
            "/sms": "<Message>See <Body>this</Body><Media>/a.png</Media></Message>",
            "/a.png": (200, "image/png", "x"),
        },
        start="text",
        inbox=["Seethis"],
        also=lambda stage: _media(stage, ["/a.png"]),
    ),
    Scene(
        "to somebody else",
        {"/sms": '<Message to="+14155550101">Psst</Message>'},
        start="text",
        inbox=[],
    ),
    Scene(
        "with a callback",
        {"/sms": '<Message action="/sent">Thanks</Message>', "/sent": ""},
        start="text",
        inbox=["Thanks"],
        also=lambda stage: _delivered(stage),
    ),
    Scene(
        "Redirect asks with the same message",
        {"/sms": "<Redirect>next</Redirect><Message>no</Message>", "/next": "<Message>b</Message>"},
        start="text",
        inbox=["b"],
        asks=["POST /sms", "POST /next Body=Hello MessageSid=SM~"],
    ),
    Scene(
        "Redirect of a message by GET",
        {"/sms": '<Redirect method="GET">next?a=1</Redirect>', "/next": "<Message>b</Message>"},
        start="text",
        inbox=["b"],
        asks=["POST /sms", "GET /next a=1 Body=Hello"],
    ),
    Scene(
        "a SmsMethod of GET",
        {"/sms": ""},
        start="text",
        options={"sms_method": "GET"},
        asks=["GET /sms Body=Hello"],
    ),
    Scene(
        "documents without end",
        {"/sms": "<Redirect/>"},
        start="text",
        inbox=[],
        asks=["POST /sms"] * 50,
        alerts=[14106],
    ),
    Scene(
        "plain text is the reply",
        {"/sms": (200, "text/plain", "Plainly")},
        start="text",
        inbox=["Plainly"],
    ),
    Scene(
        "JSON is none",
        {"/sms": (200, "application/json", "{}")},
        start="text",
        inbox=[],
        alerts=[12300],
    ),
    Scene(
        "sound is none",
        {"/sms": (200, "audio/wav", wav(1))},
        start="text",
        inbox=[],
        alerts=[12300],
    ),
    Scene(
        "the fallback is told what went wrong",
        {"/spare": "<Message>b</Message>"},
        start="text",
        options={"sms_fallback_url": "/spare"},
        inbox=["b"],
        asks=["POST /sms", "POST /spare ErrorCode=11200 ErrorUrl=/sms Body=Hello"],
        alerts=[11200],
    ),
    Scene(
        "without one nothing is sent",
        {"/sms": (200, XML, "<Response>")},
        start="text",
        inbox=[],
        alerts=[12100],
    ),
    Scene(
        "verbs of calls are not for messages",
        {"/sms": "<Say>a</Say><Message>b</Message>"},
        start="text",
        inbox=["b"],
        alerts=[14110],
    ),
    Scene("the old name of Message", {"/sms": "<Sms>b</Sms>"}, start="text", inbox=["b"]),
    Scene(
        "an empty message",
        {"/sms": "<Message/><Message>b</Message>"},
        start="text",
        inbox=["b"],
        alerts=[14103],
    ),
    Scene(
        "a message that is too long",
        {"/sms": f"<Message>{'x' * 1601}</Message>"},
        start="text",
        inbox=[],
        alerts=[14103],
    ),
    Scene(
        "cookies are kept for the pair",
        {"/sms": (200, XML, document(""), {"set-cookie": "basket=7"})},
        start="text",
        does=["1 s", "text Again"],
        also=lambda stage: _cookies(stage, [None, "basket=7"]),
    ),
    Scene(
        "for four hours",
        {"/sms": (200, XML, document(""), {"set-cookie": "basket=7"})},
        start="text",
        does=["14500 s", "text Again"],
        also=lambda stage: _cookies(stage, [None, None]),
    ),
    Scene("no SmsUrl, no question", {}, start="text", options={"sms_url": ""}, inbox=[], asks=[]),
]


def _media(stage, expected):
    [text] = stage.phone("+14155550100")["inbox"]
    assert [url.replace(stage.url, "") for url in text["media"]] == expected


def _delivered(stage):
    told = [params for _, path, params, _ in stage.site.asked if path == "/sent"]
    assert [params["MessageStatus"] for params in told] == ["sending", "sent", "delivered"]


ROOM = '<Conference beep="false" waitUrl="">room</Conference>'
LAST = ROOM.replace(" beep", ' endConferenceOnExit="true" beep')
TOGETHER = [
    Scene(
        "two who call the same conference meet there",
        {"/voice": f"<Dial>{ROOM}</Dial><Say>Bye</Say>"},
        start="in",
        does=["2 s", "Bob call", "5 s", "Bob hangup", "2 s", "hangup"],
        hears=["Dial room", "hangup"],
        bob=["Dial room", "hangup"],
    ),
    Scene(
        "who ends the conference by leaving sends the others on",
        {
            "/voice": [
                f"<Dial>{ROOM}</Dial><Say>Over</Say>",
                f"<Dial>{LAST}</Dial>",
            ]
        },
        start="in",
        does=["2 s", "Bob call", "5 s", "Bob hangup"],
        hears=["Dial room", "Say Over"],
        duration=8,
    ),
    Scene(
        "after a conference the action hears that it was answered",
        {"/voice": f'<Dial action="/after" timeLimit="9">{ROOM}</Dial>', "/after": HI},
        start="in",
        hears=["Dial room", "Say Hi"],
        asks=["POST /voice", "POST /after DialCallStatus=answered !DialCallSid !DialCallDuration"],
    ),
    Scene(
        "a conference tells its callback in order",
        {
            "/voice": '<Dial timeLimit="9"><Conference beep="false" waitUrl="" statusCallback="/c" '
            'statusCallbackEvent="start end join leave">room</Conference></Dial>',
            "/c": "",
        },
        start="in",
        does=["2 s", "Bob call"],
        asks=[
            "POST /voice",
            "POST /c StatusCallbackEvent=participant-join SequenceNumber=1 FriendlyName=room",
            "POST /voice",
            "POST /c StatusCallbackEvent=participant-join SequenceNumber=2 Muted=false Hold=false",
            "POST /c StatusCallbackEvent=conference-start SequenceNumber=3 ConferenceSid=CF~",
            "POST /c StatusCallbackEvent=participant-leave SequenceNumber=4",
            "POST /c StatusCallbackEvent=participant-leave SequenceNumber=5",
            "POST /c StatusCallbackEvent=conference-end SequenceNumber=6 ReasonConferenceEnded=~",
        ],
    ),
    Scene(
        "one who waits in a queue may leave it",
        {
            "/voice": '<Enqueue waitUrl="/wait" action="/left">line</Enqueue><Say>no</Say>',
            "/wait": '<Say>Wait</Say><Pause length="4"/><Leave/>',
            "/left": HI,
        },
        start="in",
        hears=["Enqueue line", "Say Wait", "Pause 4", "Leave", "Say Hi"],
        asks=[
            "POST /voice",
            "POST /wait QueuePosition=1 QueueSid=QU~ CurrentQueueSize=1 QueueTime=0",
            "POST /left QueueResult=leave QueueSid=QU~ QueueTime=4",
        ],
    ),
    Scene(
        "the document of one who waits is asked for again at its end",
        {
            "/voice": '<Enqueue waitUrl="/wait">line</Enqueue><Say>Next</Say>',
            "/wait": ["<Pause length='5'/>", "<Pause length='5'/>", "<Leave/>"],
        },
        start="in",
        hears=["Enqueue line", "Pause 5", "Pause 5", "Leave", "Say Next"],
        asks=["POST /voice", *["POST /wait QueueTime=~"] * 3],
    ),
    Scene(
        "who dials a queue talks with the first who waits",
        {
            "/voice": [
                '<Enqueue waitUrl="" action="/left">line</Enqueue>',
                '<Dial action="/served"><Queue url="/connect">line</Queue></Dial>',
            ],
            "/connect": "<Say>Here we go</Say>",
            "/left": "<Say>Thanks</Say>",
            "/served": "<Say>Next please</Say>",
        },
        start="in",
        does=["2 s", "Bob call", "5 s", "Bob hangup"],
        hears=["Enqueue line", "Say Here we go", "Say Thanks"],
        asks=[
            "POST /voice",
            "POST /voice",
            "POST /connect QueueSid=QU~ QueueTime=2 DequeingCallSid=CA~",
            "POST /served DialCallStatus=completed CallStatus=completed",
            "POST /left QueueResult=bridged",
        ],
    ),
    Scene(
        "a queue nobody made",
        {"/voice": '<Dial action="/after"><Queue>nowhere</Queue></Dial>', "/after": HI},
        asks=["POST /voice", "POST /after DialCallStatus=failed"],
    ),
    Scene(
        "a Dial in the document of those who wait for a conference is passed over",
        {
            "/voice": '<Dial timeLimit="9"><Conference waitUrl="/wait">room</Conference></Dial>',
            "/wait": "<Dial>+14155550101</Dial><Say>Wait</Say>",
        },
        start="in",
        hears=["Dial room", "Say Wait"],
        alerts=[13238],
    ),
]

OTHERS = [
    Scene(
        "Refer needs a SIP device",
        {"/voice": "<Refer><Sip>sip:a@b.test</Sip></Refer>" + HI},
        hears=["answer", "Refer sip:a@b.test", "Say Hi"],
        alerts=[13801],
    ),
    Scene(
        "a recording beside the call",
        {
            "/voice": '<Start><Recording recordingStatusCallback="/rec"/></Start>'
            "<Say>one two three four five</Say>",
            "/rec": "",
        },
        hears=["answer", "Start Recording", "Say one two three four five"],
        asks=["POST /voice", "POST /rec RecordingStatus=completed RecordingDuration=2"],
    ),
    Scene(
        "a payment is passed over",
        {"/voice": "<Pay/>" + HI},
        hears=["answer", "Say Hi"],
        alerts=[12200],
    ),
    Scene(
        "instructions by the API with an address that leads nowhere",
        {"/voice": "<Pause length='60'/>"},
        does=[
            "5 s",
            "update twiml=<Response><Gather action='/x' numDigits='1'/></Response>",
            "1 s",
            "press 1",
        ],
        asks=["POST /voice"],
        alerts=[15004],
    ),
    Scene(
        "a Stop of what nobody started",
        {"/voice": '<Stop><Stream name="x"/></Stop>' + HI},
        also=lambda stage: _heard_last(stage, ("Say", "Hi")),
        alerts=None,
    ),
    Scene(
        "a number of one's own that has no VoiceUrl",
        {"/voice": '<Dial action="/after">+15005550006</Dial>', "/after": HI},
        hears=["answer", "Dial +15005550006", "Say Hi"],
        asks=["POST /voice", "POST /after DialCallStatus=failed DialBridged=false"],
        alerts=[11100],
    ),
]


def _heard_last(stage, expected):
    assert stage.transcript()[-1] == expected


ALL = [
    *FIRST,
    *DOCUMENTS,
    *TYPES,
    *FAILURES,
    *HTTP,
    *ADDRESSES,
    *REDIRECT,
    *GATHER,
    *RECORD,
    *DIAL,
    *SOUND,
    *CALLBACKS,
    *HANG_UP,
    *MESSAGES,
    *TOGETHER,
    *OTHERS,
]


@pytest.fixture(scope="module")
def stage():
    with Stage() as stage:
        yield stage


@pytest.mark.parametrize("scene", ALL, ids=lambda scene: scene.name)
def test_scene(stage, scene):
    stage.play(scene)


def test_there_are_more_than_a_hundred_of_them_and_each_has_a_name_of_its_own():
    assert len(ALL) >= 180
    assert len({scene.name for scene in ALL}) == len(ALL)
