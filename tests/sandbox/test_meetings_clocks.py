"""Conferences and queues on the three clocks: the same story, again and again."""

import pytest

from tests.sandbox.town import SHOP, Town, timeless, twiml

OK = (200, "text/plain", "")
CONFERENCE = (
    '<Dial action="{site}/after" {dial}><Conference waitUrl="{site}/wait" record="true"'
    ' statusCallback="{site}/c" statusCallbackEvent="start end join leave"'
    ' recordingStatusCallback="{site}/r" {room}>Room</Conference></Dial>'
)
#: What the caller's call does, and what that of the number it calls does.
STORIES = {
    "conference": (
        "<Pause/>" + CONFERENCE.replace("{dial}", 'timeLimit="1"'),
        CONFERENCE.replace("{dial}", "").replace("{room}", 'endConferenceOnExit="true"'),
    ),
    "moderated": (
        "<Pause/>" + CONFERENCE.replace("{room}", 'endConferenceOnExit="true"'),
        CONFERENCE.replace("{dial}", ""),
    ),
    "queue": (
        '<Pause/><Dial timeLimit="1" action="{site}/after"><Queue url="{site}/whisper">line</Queue>'
        "</Dial>",
        '<Enqueue waitUrl="{site}/wait" action="{site}/out">line</Enqueue>',
    ),
}


def told(kind, story):
    """The log of two calls that meet, without times and addresses."""
    caller, called = STORIES[story]
    with Town(clock=kind) as town:
        names = {"site": town.url, "dial": 'timeLimit="1"', "room": ""}
        town.site.pages |= {"/c": OK, "/r": OK, "/status": OK}
        town.site.pages |= {
            path: twiml(f"<Say>{path[1:]}</Say>") for path in ("/wait", "/after", "/out")
        }
        town.site.pages["/whisper"] = twiml("<Say>hello</Say>")
        town.site.pages["/voice"] = twiml(called.format(**names))
        town.client.incoming_phone_numbers.list()[0].update(voice_url=town.url + "/voice")
        town.call(caller.format(**names), to=SHOP, status_callback=town.url + "/status")
        if kind == "manual":
            town.advance(30)
        town.until(lambda: town.site.asked("/status"))
        seq, more = 0, True
        while more:  # what the other call still has to tell
            log = town.control("GET", f"/events?since={seq}&wait=0.3").json()
            seq, more = log["next"], log["events"]
        found = []
        for event in town.events():
            data = event["data"]
            if event["type"] == "webhook":
                data = {"url": data["url"], **data["parameters"]}
            kept = {k: v for k, v in timeless(data).items() if k != "RecordingUrl"}
            if event["type"] != "request":
                text = str(kept).replace(town.url, "")
                found.append((event["call_sid"], event["type"], text))
        return found


@pytest.mark.parametrize("story", STORIES)
def test_the_three_clocks_tell_the_same_story(story):
    manual, hurried, real = (told(kind, story) for kind in ("manual", "hurried", "real"))
    assert len(manual) > 15
    assert hurried == manual
    # On the wall's clock who is first in a moment is chance, within a call it is not.
    for sid in {event[0] for event in manual}:
        assert [e for e in real if e[0] == sid] == [e for e in manual if e[0] == sid]


@pytest.mark.parametrize("story", STORIES)
def test_the_same_again_is_the_same(story):
    first = told("manual", story)
    assert [told("manual", story) for _ in range(3)] == [first] * 3
