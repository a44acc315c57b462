"""The story of a call: told from made-up events, and from what a sandbox tells."""

from helpers.story import Story
from helpers.story.words import Names
from tests.sandbox.town import ALICE, BOB, SHOP, twiml
from tests.story.town import DrawnTown, words

EVENTS = [
    {
        "at": "2026-01-05T09:00:00+00:00",
        "type": "request",
        "data": {"method": "POST", "path": f"/2010-04-01/Accounts/AC{'0' * 32}/Calls.json"},
    },
    {
        "at": "2026-01-05T09:00:02+00:00",
        "type": "webhook",
        "data": {
            "method": "POST",
            "url": "http://127.0.0.1:5000/voice?a=1",
            "status": 200,
            "error": None,
        },
    },
    {
        "at": "2026-01-05T09:00:02.500000+00:00",
        "type": "verb",
        "data": {"verb": "Say", "text": "one; two # three"},
    },
    {"at": "2026-01-05T09:00:03+00:00", "type": "state", "data": {"status": "completed"}},
]
NAMES = {"http://127.0.0.1:5000": "$SITE"}


def test_it_reads_from_top_to_bottom_with_names_for_addresses():
    assert str(Story(EVENTS, NAMES)).splitlines() == [
        "   0.0 s  Notebook → Twilio    POST …/Calls.json",
        "   2.0 s  Twilio   → Web site  POST $SITE/voice?…",
        "   2.0 s  Web site → Twilio    200",
        "   2.5 s  Twilio   → Phone     Say one; two # three",
        "   3.0 s  Twilio               completed",
    ]


def test_as_mermaid_it_escapes_what_mermaid_reads_as_its_own():
    lines = Story(EVENTS, NAMES).mermaid.splitlines()
    assert lines[0] == "sequenceDiagram"
    assert "  T->>P: Say one#59; two #35; three" in lines
    assert lines[-1] == "  Note over T: completed"


def test_looking_is_no_part_of_the_story():
    look = {"at": EVENTS[0]["at"], "type": "request", "data": {"method": "GET", "path": "/x"}}
    assert Story([look], {}).steps == []


def test_no_events_are_no_story():
    assert str(Story([], {})) == ""


def told(kind, **data):
    return str(Story([{"at": EVENTS[0]["at"], "type": kind, "data": data}], NAMES))


def test_addresses_are_named_in_words_too():
    assert told("verb", verb="Redirect", text="http://127.0.0.1:5000/b").endswith(
        "Redirect $SITE/b"
    )
    assert told("verb", verb="Start", text="Stream ws://127.0.0.1:5000/s").endswith("$SITE/s")
    assert told("alert", code=11200, text="http://127.0.0.1:5000/b answered 404").endswith(
        "alert 11200 $SITE/b answered 404"
    )


def test_conferences_and_queues_have_a_state_too():
    assert told("state", conference_sid="CF1", conference="room", event="participant-join") == (
        "   0.0 s  Twilio               conference room: participant-join"
    )
    assert told("state", queue_sid="QU1", queue="line", event="dequeued", result="leave") == (
        "   0.0 s  Twilio               queue line: dequeued (leave)"
    )


def test_a_websocket_is_asked_like_a_web_site():
    event = {"method": "GET", "url": "ws://127.0.0.1:5000/s", "status": 101, "error": None}
    assert told("webhook", **event).splitlines() == [
        "   0.0 s  Twilio   → Web site  GET $SITE/s",
        "   0.0 s  Web site → Twilio    101",
    ]


# -- several calls and texts, as a sandbox tells of them ------------------------------------------


def test_a_dial_has_two_phones_and_its_action():
    pages = {"/voice": twiml(f'<Dial action="/after">{BOB}</Dial>'), "/after": twiml("<Hangup/>")}
    with DrawnTown(pages) as town:
        call = town.call()
        town.advance(9)
        town.hang_up(BOB)
        story = town.log.story(call)
    assert words(story) == [
        "Notebook > Twilio: POST …/Calls.json",
        f"Twilio > Twilio: ringing ({ALICE})",
        f"{ALICE} > Twilio: answer",
        f"Twilio > Twilio: in-progress ({ALICE})",
        "Twilio > Web site: POST $SITE/voice",
        "Web site > Twilio: 200",
        f"Twilio > {ALICE}: Dial {BOB}",
        f"Twilio > Twilio: ringing ({BOB})",
        f"{BOB} > Twilio: answer",
        f"Twilio > Twilio: in-progress ({BOB})",
        f"{BOB} > Twilio: hangup",
        f"Twilio > Twilio: completed ({BOB})",
        "Twilio > Web site: POST $SITE/after",
        "Web site > Twilio: 200",
        f"Twilio > {ALICE}: Hangup",
        f"Twilio > Twilio: completed ({ALICE})",
    ]
    assert f"  participant P2 as {BOB}" in story.mermaid.splitlines()
    assert f"  0.0 s  Notebook     → {'Twilio':<12}  POST …/Calls.json" in str(story)


def test_a_conference_is_told_of_as_one_and_from_each_call():
    room = (
        '<Conference statusCallback="/cb" statusCallbackEvent="start end" waitUrl="">R</Conference>'
    )
    pages = {"/voice": twiml(f"<Dial>{room}</Dial>"), "/cb": (204, "text/plain", "")}
    with DrawnTown(pages) as town:
        first, _ = town.call(), town.call(to=BOB)
        town.advance(9)
        town.hang_up(ALICE)
        town.hang_up(BOB)
        [conference] = town.client.conferences.list()
        mine, all_of_it = words(town.log.story(first)), words(town.log.story(conference))
    both = [f"{number} > Twilio: hangup" for number in (ALICE, BOB)]
    assert [step for step in all_of_it if step in both] == both
    assert "Phone > Twilio: hangup" in mine  # the other phone has no part in this one
    for story in (mine, all_of_it):
        assert "Twilio > Twilio: conference R: conference-start" in story
        assert story[-3:] == [
            "Twilio > Twilio: conference R: conference-end",
            "Twilio > Web site: POST $SITE/cb",
            "Web site > Twilio: 204",
        ]


def test_who_waits_in_a_queue_and_who_takes_them():
    pages = {"/voice": twiml('<Enqueue waitUrl="/wait">q</Enqueue>'), "/wait": twiml("<Pause/>")}
    with DrawnTown(pages) as town:
        call = town.call()
        town.advance(2.5)
        town.call("<Dial><Queue>q</Queue></Dial>", to=BOB)
        town.advance(5)
        town.hang_up(BOB)
        mine = words(town.log.story(call))
        queue = town.client.queues.list()[0]
        both = words(town.log.story(queue))
    assert "Twilio > Twilio: queue q: enqueued" in mine
    assert "Twilio > Twilio: queue q: dequeued (bridged)" in mine
    assert both == mine


def test_a_text_and_the_answer_to_it():
    pages = {"/sms": twiml("<Message>reply</Message>")}
    with DrawnTown(pages) as town:
        [number] = town.client.incoming_phone_numbers.list()
        number.update(sms_url=town.url + "/sms")
        sid = town.phone(ALICE, "text", To=SHOP, Body="Hello")["sid"]
        town.client.messages.create(to=ALICE, from_=SHOP, body="another")
        town.advance(5)
        assert words(town.log.story(sid)) == [
            "Phone > Twilio: text: Hello",
            "Twilio > Twilio: received",
            "Twilio > Web site: POST $SITE/sms",
            "Web site > Twilio: 200",
            "Twilio > Phone: Message reply",
            "Twilio > Twilio: sending",
            "Twilio > Twilio: sent",
            "Twilio > Phone: delivered: reply",
        ]


def test_a_text_that_a_call_sends_is_part_of_it():
    with DrawnTown() as town:
        call = town.call("<Sms>thanks</Sms><Pause length='5'/>")
        town.advance(20)
        told = words(town.log.story(call))
    assert "Twilio > Twilio: text sent" in told
    assert "Twilio > Phone: delivered: thanks" in told


def test_whoever_calls_begins():
    with DrawnTown({"/voice": twiml("<Hangup/>")}) as town:
        [number] = town.client.incoming_phone_numbers.list()
        number.update(voice_url=town.url + "/voice")
        sid = town.phone(ALICE, "call", To=SHOP)["sid"]
        town.advance(5)
        assert words(town.log.story(sid))[:2] == [
            "Phone > Twilio: call",
            "Twilio > Web site: POST $SITE/voice",
        ]


def test_what_mermaid_would_obey_is_words():
    text = 'wrap: <b>"x"</b> %%{init: {}}%% `a` \\n; #1'
    event = {"at": EVENTS[0]["at"], "type": "person", "data": {"verb": "", "text": text}}
    line = Story([event], {}).mermaid.splitlines()[-1].partition(": ")[2]
    assert not set('<>{}%"`\\') & set(line.replace("<br/>", ""))
    assert line.startswith("wrap#58;")


def test_an_address_that_begins_another_is_not_mistaken_for_it():
    names = {"http://127.0.0.1:80": "$SITE", "http://127.0.0.1:8080": "$SANDBOX"}
    assert Names(names).named("http://127.0.0.1:8080/x http%3A%2F%2F127.0.0.1%3A80%2Fy") == (
        "$SANDBOX/x $SITE%2Fy"
    )
