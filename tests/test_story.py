"""The story of a call, told from made-up events."""

from helpers.story import Story

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
