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
