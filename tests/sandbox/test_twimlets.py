"""Twilio's small public documents, answered inside: as recorded of the live ones, and in calls."""

import asyncio
import io
import wave
from urllib.parse import quote, urlencode

import pytest

from helpers.sandbox.twimlets import SITES, TWIMLETS
from helpers.sandbox.web.inside import ask
from tests.sandbox.town import ALICE, BOB, SHOP, Town, twiml

CAROL = "+14155550102"
FAIL = "https://example.com/please-try-later.mp3"
MP3 = "https://example.com/recorded-message.mp3"


def asked(path, query="", form=()):
    """Ask twimlets.com; returns status, headers and text."""
    url = f"http://twimlets.com/{path}" + ("?" + query if query else "")
    body = urlencode(form).encode()
    app = SITES["http://twimlets.com"]
    status, headers, got = asyncio.run(ask(app, "POST", url, body, {}, 1_000_000))
    return status, dict(headers), got


def document(path, query="", **form):
    """What stands between <Response> and </Response> in the answer."""
    status, headers, got = asked(path, query, form)
    assert (status, headers["content-type"]) == (200, "text/xml")
    text = got.decode()
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    assert text.startswith(head)
    text = text.removeprefix(head)
    return text.removeprefix("<Response>").removesuffix("</Response>").replace("<Response />", "")


def led_to(path, query="", **form):
    """The address that a redirect names."""
    status, headers, _ = asked(path, query, form)
    assert status == 302
    return headers["location"]


# -- documents, as recorded --------------------------------------------------------------------

WHISPERED = '<Number url="whisper?Message=">'


@pytest.mark.parametrize(
    ("path", "query", "form", "answer"),
    [
        ("message", "", {}, ""),
        ("message", "Message%5B0%5D=Hello%20World", {}, "<Say>Hello World</Say>"),
        ("message", "Message=One", {}, "<Say>One</Say>"),
        (
            *("message", f"Message[]=One&Message[]=&Message[]={quote(MP3)}", {}),
            f"<Say>One</Say><Play>{MP3}</Play>",
        ),
        ("message", "Message[1]=two&Message[0]=one", {}, "<Say>one</Say><Say>two</Say>"),
        (
            *("menu", f"Message={quote(MP3)}&Options[1]=http://a.test/", {}),
            f'<Gather numDigits="1"><Play>{MP3}</Play></Gather><Redirect />',
        ),
        (
            *("simplemenu", "Message=Text+message&Options%5B12345%5D=http://a.test/", {}),
            '<Gather numDigits="5"><Say>Text message</Say></Gather><Redirect />',
        ),
        (
            *("menu", "Options[1]=http://a.test/", {"Digits": "2"}),
            "<Say>I'm sorry, that wasn't a valid option.</Say>"
            '<Gather numDigits="1" /><Redirect />',
        ),
        (
            *("forward", "PhoneNumber=415-555-1212", {}),
            '<Dial action="/forward?Dial=true" timeout="20">415-555-1212</Dial>',
        ),
        (
            *("forward", f"PhoneNumber=415-555-1212&FailUrl={quote(FAIL)}", {}),
            '<Dial action="/forward?Dial=true&amp;'
            'FailUrl=https%3A%2F%2Fexample.com%2Fplease-try-later.mp3" '
            'timeout="20">415-555-1212</Dial>',
        ),
        (
            *("forward", "PhoneNumber=415-555-1212&AllowedCallers[0]=650-555-1212", {}),
            "<Say>Sorry, you are calling from a restricted number. Good bye.</Say>",
        ),
        (
            *("forward", "PhoneNumber=1&AllowedCallers[0]=650-555-1212", {"From": "+16505551212"}),
            '<Dial action="/forward?Dial=true" timeout="20">1</Dial>',
        ),
        (
            *("forward", "PhoneNumber=1&AllowedCallers[0]=650-555-1212", {"Called": "6505551212"}),
            '<Dial action="/forward?Dial=true" timeout="20">1</Dial>',
        ),
        (
            *("forward", "PhoneNumber=415-555-1212&Timeout=42&CallerId=510-555-1212", {}),
            '<Dial action="/forward?Dial=true" callerId="510-555-1212" timeout="42">'
            "415-555-1212</Dial>",
        ),
        ("forward", "Dial=true", {"DialCallStatus": "completed"}, "<Hangup />"),
        ("forward", "Dial=true", {"DialStatus": "answered"}, "<Hangup />"),
        ("forward", "Dial=true", {"DialCallStatus": "busy"}, "<Hangup />"),
        (
            *("callme", "PhoneNumber=415-555-1212&Timeout=42&Message=Custom+message", {}),
            '<Dial action="/callme?Dial=true" timeout="42">'
            '<Number url="whisper?Message=Custom+message">415-555-1212</Number></Dial>',
        ),
        ("callme", "Dial=true", {"DialCallStatus": "completed"}, "<Hangup />"),
        (
            *("simulring", "PhoneNumbers[0]=415-555-1313&PhoneNumbers[1]=415-555-1212", {}),
            '<Dial action="/simulring?Dial=true&amp;FailUrl=" timeout="20">'
            f"{WHISPERED}415-555-1212</Number>{WHISPERED}415-555-1313</Number></Dial>",
        ),
        ("simulring", "Dial=true&FailUrl=", {"DialCallStatus": "no-answer"}, "<Hangup />"),
        (
            *("findme", "PhoneNumbers[0]=415-555-1212&PhoneNumbers[1]=415-555-1313", {}),
            '<Dial action="/findme?Dial=true&amp;FailUrl=&amp;Timeout=&amp;Message=&amp;'
            'PhoneNumbers%5B%5D=415-555-1313" timeout="60">'
            '<Number url="whisper?Message=&amp;HumanCheck=1">415-555-1212</Number></Dial>',
        ),
        (
            *("findme", "PhoneNumbers=415-555-1212&Timeout=42&Message=Custom+message", {}),
            '<Dial action="/findme?Dial=true&amp;FailUrl=&amp;Timeout=42&amp;'
            'Message=Custom+message" timeout="42">'
            '<Number url="whisper?Message=Custom+message&amp;HumanCheck=1">415-555-1212</Number>'
            "</Dial>",
        ),
        ("findme", "Dial=true&PhoneNumbers[]=1", {"DialCallStatus": "completed"}, "<Hangup />"),
        ("findme", "Dial=true", {"DialCallStatus": "busy"}, "<Hangup />"),
        (
            *("whisper", f"Message={quote(MP3)}", {}),
            f'<Gather numDigits="1"><Play>{MP3}</Play></Gather>',
        ),
        (
            *("whisper", "Message=", {"From": "+19165550123"}),
            '<Gather numDigits="1"><Say>You are receiving a call from '
            "+. 1. 9. 1. 6. 5. 5. 5. 0. 1. 2. 3. .  Press any key to accept.</Say></Gather>",
        ),
        (
            *("whisper", "Message=Text+message&HumanCheck=1", {}),
            '<Gather numDigits="1"><Say>Text message</Say></Gather><Hangup />',
        ),
        ("whisper", "", {"Digits": "1"}, ""),
        ("whisper", "", {"Digits": ""}, "<Hangup />"),
        (
            *("voicemail", "Email=ann@example.com", {}),
            "<Say>Please leave a message after the beep.</Say>"
            '<Record transcribe="true" transcribeCallback='
            '"http://twimlets.com/voicemail?Email=ann@example.com" />',
        ),
        (
            *("voicemail", "Message=Bonjour&Language=fr&Voice=Woman&Transcribe=false", {}),
            '<Say language="fr" voice="woman">Bonjour</Say><Record />',
        ),
        (
            *("voicemail", "Message=Hi&Language=xx&Voice=child&Transcribe=no", {}),
            "<Say>Hi</Say><Record />",
        ),
        (
            *("voicemail", "Email=a@b", {"RecordingUrl": "http://x.test/RE1"}),
            "<Say>Thanks. Good bye.</Say><Hangup />",
        ),
        (
            *("conference", "Password=1234", {"Digits": "4321"}),
            '<Gather numDigits="4"><Say>Please enter your conference pass code</Say></Gather>'
            "<Redirect />",
        ),
        (
            *("conference", "Password=1", {}),
            '<Gather numDigits="3"><Say>Please enter your conference pass code</Say></Gather>'
            "<Redirect />",
        ),
        (
            *("conference", "Password=1234", {"Digits": "1234"}),
            "<Say>You are now entering the conference line.</Say><Dial>"
            "<Conference>d41d8cd98f00b204e9800998ecf8427e</Conference></Dial>",
        ),
        (
            *("conference", "Name=foo&Message=Custom+message&Music=rock", {}),
            "<Say>Custom message</Say><Dial><Conference waitMethod="
            '"GET" waitUrl="http://twimlets.com/holdmusic?Bucket=com.twilio.music.rock">'
            "foo</Conference></Dial>",
        ),
        (
            *("conference", f"Name=foo&Message={quote(MP3)}&Music={quote(FAIL)}", {}),
            f'<Play>{MP3}</Play><Dial><Conference waitMethod="GET" waitUrl="{FAIL}">'
            "foo</Conference></Dial>",
        ),
        (
            "conference",
            "Moderators[0]=415-555-1212&Moderators[1]=1-555-867-5309&EnableSmsNotifications=1",
            {"Caller": "916-555-0123"},
            '<Sms to="4155551212">916-555-0123 has entered your conference.  '
            "Call the number this text came from to join.</Sms>"
            '<Sms to="5558675309">916-555-0123 has entered your conference.  '
            "Call the number this text came from to join.</Sms>"
            "<Say>You are now entering the conference line.</Say><Dial>"
            '<Conference startConferenceOnEnter="false">a5b8b5b4fa69de6fb8dad5cbf3545d9f'
            "</Conference></Dial>",
        ),
        (
            "conference",
            "Moderators[0]=415-555-1212&EnableSmsNotifications=1&Name=foo",
            {"From": "+14155551212"},
            "<Say>You are now entering the conference line.</Say><Dial>"
            '<Conference startConferenceOnEnter="true">foo</Conference></Dial>',
        ),
        ("holdmusic", "", {}, "<Say>An S 3 bucket is required.</Say>"),
        (
            *("holdmusic", "Bucket=com.twilio.music.rock&Message=Please+wait", {}),
            "<Play>/music/rock-1.wav</Play><Say>Please wait</Say>"
            "<Play>/music/rock-2.wav</Play><Say>Please wait</Say><Redirect />",
        ),
    ],
)
def test_a_twimlets_document(path, query, form, answer):
    assert document(path, query, **form) == answer


def test_of_more_than_ten_numbers_the_live_findme_keeps_the_last():
    numbers = "&".join(f"PhoneNumbers[]=415-555-10{i:02}" for i in range(1, 13))
    assert ">415-555-1011</Number>" in document("findme", numbers)


@pytest.mark.parametrize(
    ("path", "query", "form"),
    [
        ("menu", f"Options[1]={quote(FAIL)}", {"Digits": "1"}),
        ("menu", f"Options[1]={quote(FAIL)}&Digits=1", {}),
        ("forward", f"Dial=true&FailUrl={quote(FAIL)}", {"DialCallStatus": "busy"}),
        ("callme", f"Dial=true&FailUrl={quote(FAIL)}", {"DialCallStatus": "no-answer"}),
        ("simulring", f"Dial=true&FailUrl={quote(FAIL)}", {"DialStatus": "failed"}),
        ("findme", f"Dial=true&FailUrl={quote(FAIL)}", {"DialCallStatus": "busy"}),
    ],
)
def test_a_twimlet_leads_elsewhere_with_a_redirect(path, query, form):
    assert led_to(path, query, **form) == FAIL


def test_an_echo_is_not_checked():
    assert asked("echo", "Twiml=%3CNothing")[2] == b"<Nothing"


def test_no_mail_is_sent_and_the_answer_says_so():
    told = {"TranscriptionStatus": "completed", "RecordingUrl": "http://x.test/RE1"}
    answer = document("voicemail", "Email=ann@example.com", **told)
    assert answer == (
        "<!-- The sandbox sends no mail. The real twimlet would now write to ann@example.com "
        "where to listen to the message, and what was understood of it. -->"
    )
    recorded = {"RecordingUrl": "http://x.test/RE1"}
    assert "sends no mail" in document("voicemail", "Email=a@b&Transcribe=no", **recorded)
    assert "write to ?" in document("voicemail", "Email=--%3E&Transcribe=no", **recorded)


def test_what_is_no_twimlet_is_not_found_and_told_what_there_is():
    status, _, text = asked("nonsense")
    assert status == 404
    assert text.decode() == (
        "The sandbox has no twimlet called 'nonsense'; there are: callme, conference, echo, "
        "findme, forward, holdmusic, menu, message, simplemenu, simulring, voicemail, whisper."
    )
    assert asked("music/rock-3.wav")[0] == 404


def test_the_hold_music_can_be_played_and_takes_its_time():
    status, headers, tune = asked("music/classical-1.wav")
    assert (status, headers["content-type"]) == (200, "audio/x-wav")
    with wave.open(io.BytesIO(tune)) as file:
        assert file.getnframes() / file.getframerate() == 4.0
        assert any(file.readframes(100))  # not silence
    assert "Failed to fetch" in document("holdmusic", "Bucket=com.example.music")


@pytest.mark.parametrize("name", sorted(TWIMLETS))
def test_nonsense_is_answered_too(name):
    for query in ("Message[]=", "Options[", "PhoneNumbers[x]=%00", "Digits=%FF&Timeout=-1"):
        assert asked(name, query, {"Digits": "\u0661"})[0] in (200, 302)


# -- calls -------------------------------------------------------------------------------------


@pytest.fixture
def town():
    with Town() as town:
        yield town


def shop_is(town, url):
    [number] = town.client.incoming_phone_numbers.list(phone_number=SHOP)
    number.update(voice_url=url)


def heard(town, number=ALICE):
    return [entry for entry in town.transcript(number) if entry[0] in ("Say", "Play", "notice")]


def test_a_menu_option_leads_to_its_page_and_a_wrong_one_back(town):
    town.site.pages["/pizza"] = twiml("<Say>Pizza it is.</Say>")
    options = f"Message=Press+1&Options[1]={town.url}/pizza"
    town.phone(ALICE, "press", Digits="9")
    town.call(None, url=f"http://twimlets.com/menu?{options}")
    town.advance(4)
    town.phone(ALICE, "press", Digits="1")
    town.advance(60)
    assert heard(town) == [
        ("Say", "Press 1"),
        ("Say", "I'm sorry, that wasn't a valid option."),
        ("Say", "Press 1"),
        ("Say", "Pizza it is."),
    ]
    assert town.alerts() == []
    assert town.site.requests[0][0] == "/pizza"


def test_an_option_may_be_another_twimlet_and_its_address_is_the_base_then(town):
    option = quote("http://twimlets.com/message?Message=One")
    town.phone(ALICE, "press", Digits="1")
    town.call(None, url=f"http://twimlets.com/menu?Message=Choose&Options[1]={option}")
    town.advance(60)
    assert heard(town) == [("Say", "Choose"), ("Say", "One")]


def test_a_forwarded_call_is_joined_and_ends_with_it(town):
    shop_is(town, f"http://twimlets.com/forward?PhoneNumber={quote(BOB)}")
    sid = town.phone(ALICE, "call", To=SHOP)["sid"]
    town.advance(10)
    assert town.phone(BOB)["calls"][-1]["status"] == "in-progress"
    town.phone(BOB, "hangup")
    town.advance(1)
    assert town.client.calls(sid).fetch().status == "completed"
    assert town.alerts() == []


def test_a_busy_number_leads_to_the_fail_url(town):
    town.phone(BOB, Mode="busy")
    town.site.pages["/later"] = twiml("<Say>Please try later.</Say>")
    fail = quote(town.url + "/later", safe="")
    shop_is(town, f"http://twimlets.com/forward?PhoneNumber={quote(BOB)}&FailUrl={fail}")
    town.phone(ALICE, "call", To=SHOP)
    town.advance(60)
    assert heard(town)[-1] == ("Say", "Please try later.")
    assert town.phone(ALICE)["calls"][-1]["status"] == "completed"


def test_a_caller_who_is_not_on_the_list_is_told(town):
    numbers = f"PhoneNumber={quote(BOB)}&AllowedCallers[0]={quote(CAROL)}"
    shop_is(town, f"https://www.twimlets.com/forward?{numbers}")
    town.phone(ALICE, "call", To=SHOP)
    town.advance(60)
    assert heard(town) == [("Say", "Sorry, you are calling from a restricted number. Good bye.")]


def test_findme_goes_on_to_the_second_number_when_no_human_is_at_the_first(town):
    numbers = f"PhoneNumbers[0]={quote(BOB)}&PhoneNumbers[1]={quote(CAROL)}"
    shop_is(town, f"http://twimlets.com/findme?{numbers}&Message=Press+a+key")
    town.phone(CAROL, "press", Digits="1")  # Bob's machine presses nothing
    sid = town.phone(ALICE, "call", To=SHOP)["sid"]
    town.advance(60)
    assert heard(town, BOB) == [("Say", "Press a key")]
    assert town.phone(BOB)["calls"][-1]["status"] == "completed"
    assert town.phone(CAROL)["calls"][-1]["status"] == "in-progress"
    town.phone(CAROL, "hangup")
    town.advance(1)
    assert town.client.calls(sid).fetch().status == "completed"
    assert town.alerts() == []


def test_simulring_rings_all_and_the_first_gets_the_call(town):
    town.phone(BOB, Mode="manual")
    numbers = f"PhoneNumbers[0]={quote(BOB)}&PhoneNumbers[1]={quote(CAROL)}"
    shop_is(town, f"http://twimlets.com/simulring?{numbers}")
    town.phone(ALICE, "call", To=SHOP)
    town.advance(1)
    assert town.phone(BOB)["calls"][-1]["status"] == "ringing"
    town.phone(CAROL, "press", Digits="5")
    town.advance(40)
    assert town.phone(CAROL)["calls"][-1]["status"] == "in-progress"
    assert town.phone(BOB)["calls"][-1]["status"] == "canceled"
    assert heard(town, CAROL)[0][1].startswith("You are receiving a call from +. 1. 4. 1. 5.")


def test_callme_whispers_before_the_two_are_joined(town):
    call = f"PhoneNumber={quote(BOB)}&Message=A+visitor+of+the+site"
    town.call(None, url=f"http://twimlets.com/callme?{call}")
    town.advance(30)
    assert heard(town, BOB) == [("Say", "A visitor of the site")]
    assert town.phone(BOB)["calls"][-1]["status"] == "in-progress"


def test_voicemail_records_and_thanks(town):
    shop_is(town, "http://twimlets.com/voicemail?Email=ann@example.com&Transcribe=false")
    sid = town.phone(ALICE, "call", To=SHOP)["sid"]
    town.advance(4)
    town.phone(ALICE, "speak", Speech="Call me back please")
    town.advance(60)
    assert heard(town) == [
        ("Say", "Please leave a message after the beep."),
        ("Say", "Thanks. Good bye."),
    ]
    [recording] = town.client.recordings.list(call_sid=sid)
    assert recording.status == "completed"
    told = [e for e in town.events(call_sid=sid) if e["type"] == "webhook"]
    assert "sends no mail" in told[-1]["data"]["body"]
    assert "ann@example.com" in told[-1]["data"]["body"]
    assert town.alerts() == []


def test_voicemail_is_told_what_was_understood_and_sends_no_mail(town):
    shop_is(town, "http://twimlets.com/voicemail?Email=ann@example.com&Message=Speak+up")
    town.phone(ALICE, "call", To=SHOP)
    town.advance(2)
    town.phone(ALICE, "speak", Speech="call me back please as soon as you can tonight")
    town.advance(120)
    [told] = [e["data"] for e in town.events() if "TranscriptionText" in str(e["data"])]
    assert told["url"] == "http://twimlets.com/voicemail?Email=ann@example.com"
    words = told["parameters"]["TranscriptionText"]
    assert words.lower().startswith("call me back please")
    assert "sends no mail" in told["body"]
    assert town.alerts() == []


def test_a_conference_with_moderators_waits_for_one_of_them(town):
    settings = f"Name=team&Moderators[0]={quote(BOB)}&Music=rock"
    shop_is(town, f"http://twimlets.com/conference?{settings}")
    town.phone(ALICE, "call", To=SHOP)
    town.phone(CAROL, "call", To=SHOP)
    town.advance(10)
    [room] = town.client.conferences.list()
    assert (room.friendly_name, room.status) == ("team", "init")
    town.phone(BOB, "call", To=SHOP)
    town.advance(10)
    assert town.client.conferences(room.sid).fetch().status == "in-progress"
    assert len(town.client.conferences(room.sid).participants.list()) == 3


def test_a_conference_asks_for_its_pass_code(town):
    shop_is(town, "http://twimlets.com/conference?Name=team&Password=1234&Music=rock")
    for number in (ALICE, BOB):
        town.phone(number, "press", Digits="9999")
        town.phone(number, "call", To=SHOP)
        town.advance(4)
        town.phone(number, "press", Digits="1234")
        town.advance(10)
        assert heard(town, number)[:3] == [
            ("Say", "Please enter your conference pass code"),
            ("Say", "Please enter your conference pass code"),
            ("Say", "You are now entering the conference line."),
        ]
        assert town.phone(number)["calls"][-1]["status"] == "in-progress"
    assert ("Play", "http://twimlets.com/music/rock-1.wav") in heard(town)  # Alice had to wait
    town.phone(ALICE, "hangup")
    town.phone(BOB, "hangup")
    town.advance(1)
    assert town.alerts() == []


def test_the_moderators_of_a_conference_get_a_text(town):
    settings = f"Name=team&Moderators[0]={quote(BOB)}&EnableSmsNotifications=true"
    shop_is(town, f"http://twimlets.com/conference?{settings}")
    town.phone(ALICE, "call", To=SHOP)
    town.advance(10)
    [text] = town.phone(BOB)["inbox"]
    assert text["body"] == (
        f"{ALICE} has entered your conference.  Call the number this text came from to join."
    )


def test_hold_music_plays_round_and_round(town):
    town.call(None, url="http://twimlets.com/holdmusic?Bucket=com.twilio.music.classical")
    town.advance(2 + 4 * 3 + 1)  # two seconds of ringing, four a tune
    tunes = [f"http://twimlets.com/music/classical-{i}.wav" for i in (1, 2, 1, 2)]
    assert [text for _, text in heard(town)] == tunes
    assert town.alerts() == []


def test_an_unknown_twimlet_ends_the_call_with_an_alert(town):
    call = town.call(None, url="http://twimlets.com/nonsense")
    town.advance(60)
    assert town.alerts() == [11200]
    assert heard(town)[-1][0] == "notice"
    assert town.status(call) == "completed"
