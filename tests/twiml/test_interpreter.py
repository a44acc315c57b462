"""From document to document: content types, fallback, limits, and an end in any case."""

from __future__ import annotations

import pytest

from helpers.twiml import VoiceResponse, conversation, parse, steps
from helpers.twiml.interpreter import APOLOGY
from helpers.twiml.steps import (
    Alert,
    Answer,
    Begin,
    Fetch,
    HangUp,
    Page,
    ReadKeys,
    RecordCaller,
    SendText,
    Sound,
    Speak,
    Wait,
)
from tests.twiml.driver import HERE, drive, hear, of, page, site

SAY = "<Response><Say>Hi</Say></Response>"
FIRST = Fetch(HERE, "GET")
SORRY = [Answer(), Begin("notice", APOLOGY), Speak(APOLOGY), HangUp()]


def call(answer, **options):
    """The steps of a call whose first document is fetched."""
    return drive(conversation(FIRST, **options), {Fetch: answer})


def test_a_call_from_the_first_request_to_the_end():
    assert call(page(SAY)) == [FIRST, Answer(), Begin("Say", "Hi"), Speak("Hi"), HangUp()]


def test_an_empty_response_is_answered_and_ends():
    assert call(page("<Response/>")) == [FIRST, Answer(), HangUp()]


def test_an_answered_call_is_not_answered_again():
    assert of(Answer, hear("<Say>a</Say><Say>b</Say>")) == [Answer()]
    assert of(Answer, hear("<Say>a</Say>", answered=True)) == []


def test_urls_are_seen_from_where_the_document_came_from_in_the_end():
    moved = page("<Response><Redirect>next</Redirect></Response>", "http://other.test/dir/page")
    steps = call(lambda wanted: moved if wanted == FIRST else page(SAY, wanted.url))
    assert of(Fetch, steps)[1].url == "http://other.test/dir/next"


# --- content types ---


@pytest.mark.parametrize(
    "content_type", ["text/xml", "application/xml", "text/html; charset=utf-8", "TEXT/XML ;a=b"]
)
def test_these_types_are_read_as_twiml(content_type):
    assert Speak("Hi") in call(page(SAY, content_type=content_type))


def test_the_charset_of_the_content_type_counts_unless_the_document_names_another():
    body = "<Response><Say>\u00e9</Say></Response>"
    latin = page(body.encode("latin-1"), content_type='text/xml; Charset="ISO-8859-1"')
    assert Speak("\u00e9") in call(latin)
    named = '<?xml version="1.0" encoding="utf-8"?>' + body
    assert Speak("\u00e9") in call(page(named, content_type="text/xml; charset=latin-1"))
    assert of(Alert, call(page(body, content_type="text/xml; charset=zip")))[0].code == 12100


def test_plain_text_is_run_if_it_is_twiml_and_read_aloud_if_not():
    assert Speak("Hi") in call(page(SAY, content_type="text/plain"))
    steps = call(page("Hello,\nworld & <all>!", content_type="text/plain"))
    assert steps[1:] == [
        *(Answer(), Begin("Say", "Hello, world & <all>!"), Speak("Hello, world & <all>!")),
        HangUp(),
    ]


def test_audio_is_played():
    steps = call(page(b"ID3", content_type="audio/mpeg"))
    assert steps[1:] == [Answer(), Begin("Play", HERE), Sound(HERE), HangUp()]


@pytest.mark.parametrize(
    ("content_type", "code"), [("application/json", 12300), ("audio/ogg", 12300), ("", 11200)]
)
def test_other_types_cannot_be_used(content_type, code):
    steps = call(page(SAY, content_type=content_type))
    assert [(a.code, a.level, a.url) for a in of(Alert, steps)] == [(code, "error", HERE)]
    assert steps[2:] == SORRY


# --- what cannot be had ---


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"<Response>", 12100), (b"<Say/>", 12102), (b" " * 70_000, 11750), (b"", 12100)],
)
def test_a_document_that_cannot_be_read(body, code):
    steps = call(page(body))
    assert [(a.code, a.level) for a in of(Alert, steps)] == [(code, "error")]
    assert steps[2:] == SORRY


def test_the_alert_names_the_line():
    (alert,) = of(Alert, call(page("<Response>\n<Say></Response>")))
    assert (alert.line, alert.text) == (
        2,
        "Line 2: <Say> of line 2 is not closed before </Response>; "
        "put </Say> before it; letter case counts.",
    )


@pytest.mark.parametrize("answer", [None, Page(HERE, b"oops", "text/html", (11200, "500"))])
def test_a_failed_request_is_apologised_for_without_a_second_alert(answer):
    assert call(answer) == [FIRST, *SORRY]


def test_an_answered_caller_hears_the_apology_too():
    pages = {HERE: "<Response><Say>Hi</Say><Redirect>/b</Redirect></Response>"}
    steps = call(site({**pages, "http://shop.test/b": None}))
    assert len(of(Answer, steps)) == 1
    assert steps[-3:] == SORRY[1:]


@pytest.mark.parametrize("url", ["/b", "", "ftp://a.test/", "http://", "http://[", "mailto:x"])
def test_an_inline_document_needs_absolute_urls(url):
    steps = hear(f"<Redirect>{url}</Redirect>", url=None)
    assert [(a.code, a.level) for a in of(Alert, steps)] == [(11100, "error")]
    assert not of(Fetch, steps)
    assert steps[-1] == HangUp()


FALLBACK = Fetch("http://spare.test/f", "GET")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (None, "11200"),
        (Page(HERE, b"", "", (11205, "no answer in time")), "11205"),
        (page("<x"), "12100"),
        (page(SAY, content_type="image/png"), "12300"),
    ],
)
def test_the_fallback_is_asked_with_the_error(answer, code):
    steps = call(
        lambda wanted: answer if wanted == FIRST else page(SAY, wanted.url), fallback=FALLBACK
    )
    assert of(Fetch, steps)[1] == Fetch(
        "http://spare.test/f", "GET", (("ErrorCode", code), ("ErrorUrl", HERE))
    )
    assert Speak("Hi") in steps
    assert Speak(APOLOGY) not in steps


def test_the_fallback_serves_later_documents_too():
    pages = {
        HERE: page("<Response><Say>Hi</Say><Redirect>/b</Redirect></Response>"),
        "http://shop.test/b": None,
        "http://spare.test/f": page("<Response><Redirect>rel</Redirect></Response>", FALLBACK.url),
        "http://spare.test/rel": page("<Response/>"),
    }
    steps = call(site(pages), fallback=FALLBACK)
    assert [wanted.url for wanted in of(Fetch, steps)] == list(pages)
    assert dict(of(Fetch, steps)[2].params)["ErrorUrl"] == "http://shop.test/b"


def test_a_fallback_that_fails_too_ends_in_the_apology():
    steps = call(None, fallback=FALLBACK)
    assert len(of(Fetch, steps)) == 2
    assert steps[-4:] == SORRY


# --- warnings ---


def test_what_does_not_fit_is_told_and_the_rest_runs():
    steps = call(page('<Response>\n<say>a</say><Say tone="x" loop="y">Hi</Say></Response>'))
    assert [(a.code, a.level, a.line, a.url) for a in of(Alert, steps)] == [
        (12200, "warning", 2, HERE),
        (12200, "warning", 2, HERE),
        (13510, "warning", 2, HERE),
    ]
    assert of(Speak, steps) == [Speak("Hi")]


def test_a_bad_value_is_told_when_its_verb_is_reached():
    steps = hear('<Say>a</Say><Pause length="x"/><Hangup/><Say loop="z">c</Say>')
    assert [type(step) for step in steps] == [
        *(Answer, Begin, Speak, Alert, Begin, Wait, Begin, HangUp),
    ]


def test_a_flood_of_mistakes_is_cut_off():
    assert len(of(Alert, hear("<x/>" * 500))) == 25


@pytest.mark.parametrize(
    ("kind", "verb"),
    [
        pytest.param("voice", "Say", marks=pytest.mark.executes("VoiceResponse.version")),
        pytest.param(
            "messaging", "Message", marks=pytest.mark.executes("MessagingResponse.version")
        ),
    ],
)
def test_a_version_is_noted_and_changes_nothing(kind, verb):
    document = f'<Response version="2008-08-01"><{verb}>a</{verb}><{verb}>b</{verb}></Response>'
    first, second = of(Begin, hear(document, inside=False, kind=kind))
    assert first.notes == (
        "version of <Response>: there is one version of TwiML here, that of 2010-04-01",
    )
    assert (second.text, second.notes) == ("b", ())


@pytest.mark.parametrize("kind", ["voice", "messaging"])
def test_a_version_there_is_none_of_is_told_and_the_document_runs(kind):
    verb = "Say" if kind == "voice" else "Message"
    document = f'<Response version="9"><{verb}>a</{verb}></Response>'
    steps = hear(document, inside=False, kind=kind)
    assert [(a.code, a.level, a.line) for a in of(Alert, steps)] == [(12101, "error", 1)]
    assert [begin.text for begin in of(Begin, steps)] == ["a"]


# --- the called side, and endless documents ---


def test_a_document_for_the_called_side_just_stops():
    steps = hear("<Say>Press 1</Say><Dial>1</Dial><Record/><Say>b</Say>", kind="called")
    assert [type(s) for s in steps] == [Alert, Begin, Speak, Alert, Begin, Speak]
    assert {a.code for a in of(Alert, steps)} == {12200, 13201}
    assert hear("<Hangup/><Say>a</Say>", kind="called") == [Begin("Hangup"), HangUp()]
    assert hear("", kind="called") == []


def test_a_hundred_documents_without_the_clock_moving_end_the_call():
    steps = call(page("<Response><Redirect/></Response>"))
    assert len(of(Fetch, steps)) == 100
    assert of(Alert, steps)[-1].level == "error"
    assert steps[-1] == HangUp()


def test_while_the_clock_moves_documents_may_follow_without_end():
    seconds = 0.0

    def answer(wanted):
        nonlocal seconds
        seconds += 1
        return page("<Response><Redirect/></Response>" if seconds < 500 else SAY)

    steps = call(answer, moved=lambda: seconds)
    assert len(of(Fetch, steps)) == 500
    assert Speak("Hi") in steps


def test_a_fallback_loop_ends_too():
    steps = call(
        lambda wanted: (
            None
            if wanted.url == HERE
            else page(f"<Response><Redirect>{HERE}</Redirect></Response>")
        ),
        fallback=FALLBACK,
    )
    assert len(of(Fetch, steps)) == 100


def test_closing_it_midway_is_quiet():
    talk = conversation(FIRST)
    next(talk)
    talk.close()
    assert list(talk) == []


# --- a look without a server ---


def test_steps_lists_what_a_call_would_do():
    response = VoiceResponse()
    response.gather(action="/menu").say("Press 1.")
    response.redirect("/again")
    expected = [
        Answer(),
        Begin("Gather"),
        Begin("Say", "Press 1."),
        Speak("Press 1.", until_key=True),
        ReadKeys(speech_timeout=5),
        Begin("Redirect", "/again"),
        Fetch("/again"),
    ]
    assert steps(response) == expected
    assert steps(str(response)) == expected
    assert steps(parse(str(response))) == expected


def test_steps_is_the_module_of_steps_too():
    assert steps.Fetch is Fetch


def test_steps_of_other_documents():
    assert steps("<Response><Message>a</Message></Response>", "messaging") == [
        Begin("Message", "a"),
        SendText(None, None, "a"),
    ]
    assert steps("<Response>")[1:] == SORRY
    assert [type(s) for s in steps("<Response><Record/></Response>")] == [
        *(Answer, Begin, RecordCaller, Fetch)
    ]
    assert steps("<Response><Dial>+14155550100</Dial></Response>")[-1] == HangUp()
    many = steps('<Response><Say loop="0">a</Say></Response>')
    assert len(many) == 2002


VERSION = "version of <Response>: there is one version of TwiML here, that of 2010-04-01"


@pytest.mark.executes("VoiceResponse", "VoiceResponse.version")
def test_the_version_of_a_document_changes_nothing_and_the_log_says_so():
    steps = hear('<Response version="2008-08-01"><Say>a</Say></Response>', inside=False)
    assert of(Begin, steps) == [Begin("Say", "a", (VERSION,))]


@pytest.mark.executes("MessagingResponse", "MessagingResponse.version")
def test_nor_does_it_in_the_answer_to_a_message():
    document = '<Response version="2008-08-01"><Message>a</Message></Response>'
    steps = hear(document, inside=False, kind="messaging")
    assert of(Begin, steps) == [Begin("Message", "a", (VERSION,))]
