"""What may be changed of a call, in which state, and what comes of it."""

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.sandbox.town import ALICE, BOB, SHOP, Town, twiml

LONG = "<Pause length='300'/>"
NEW = f"<Response><Say>new words</Say>{LONG}</Response>"
CANNOT = "Call is not in-progress. Cannot redirect. "


@pytest.fixture
def town():
    pages = {
        "/voice": twiml(LONG),
        "/new": NEW,
        "/after": twiml(LONG),
        "/status": twiml(""),
        "/other": twiml(""),
    }
    with Town(pages, verified=(ALICE, BOB)) as town:
        yield town


STATES = {"queued": None, "ringing": 1, "in-progress": 5, "completed": 5}


def brought_to(town, state):
    """A call in that state."""
    call = town.call(status_callback=town.url + "/status")
    if STATES[state] is not None:
        town.advance(STATES[state])
    if state == "completed":
        town.phone(ALICE, "hangup")
        town.advance(0)
    assert town.status(call) == state
    return call


# What each change makes of a call in each state; a number is the code of a refusal.
TABLE = [
    (
        {"url": "/new"},
        {"queued": 21220, "ringing": 21220, "in-progress": "told", "completed": 21220},
    ),
    (
        {"twiml": NEW},
        {"queued": 21220, "ringing": 21220, "in-progress": "told", "completed": 21220},
    ),
    (
        {"status": "canceled"},
        {"queued": "canceled", "ringing": "canceled", "in-progress": "same", "completed": 21220},
    ),
    (
        {"status": "completed"},
        {
            "queued": "canceled",
            "ringing": "canceled",
            "in-progress": "completed",
            "completed": 21220,
        },
    ),
    *(
        (change, dict.fromkeys(STATES, "same"))
        for change in (
            {"time_limit": 200},
            {"fallback_url": "/other"},
            {"status_callback": "/other"},
        )
    ),
    *(
        (change, dict.fromkeys(STATES, code))
        for change, code in (
            ({"url": "nowhere"}, 21205),
            ({"url": "/new", "twiml": NEW}, 20001),
            ({"twiml": "<Response>" + " " * 4000}, 32018),
            ({"status": "paused"}, 20001),
            ({"status": "in-progress"}, 20001),
            ({"method": "PUT", "url": "/new"}, 21209),
            ({"fallback_url": "nowhere"}, 21205),
            ({"fallback_method": "PUT"}, 21209),
            ({"status_callback": "http://my_host/"}, 21609),
            ({"status_callback_method": "PUT"}, 21209),
            ({"time_limit": 0}, 21208),
            ({"time_limit": 86_401}, 21208),
        )
    ),
]
CASES = [(change, state, outcome) for change, row in TABLE for state, outcome in row.items()]


@pytest.mark.parametrize(("change", "state", "outcome"), CASES)
def test_what_a_change_makes_of_a_call(town, change, state, outcome):
    call = brought_to(town, state)
    change = {k: town.url + v if str(v).startswith("/") else v for k, v in change.items()}
    here = town.client.calls(call.sid)
    if isinstance(outcome, int):
        with pytest.raises(TwilioRestException) as refused:
            here.update(**change)
        assert (refused.value.status, refused.value.code) == (400, outcome)
        assert (outcome == 21220) == refused.value.msg.endswith(CANNOT)
        assert town.status(call) == state
        return
    shown = here.update(**change)
    town.advance(0)
    became = {"same": state, "told": state}.get(outcome, outcome)
    if state == "queued" and became == "queued":
        became = "ringing"  # its turn has come meanwhile
    assert town.status(call) == became
    if state != "queued":
        assert shown.status == became
    heard = ("Say", "new words") in town.transcript()
    assert heard == (outcome == "told")


@pytest.mark.parametrize(
    ("state", "code"), [("queued", 20009), ("ringing", 20009), ("in-progress", 20009)]
)
def test_what_goes_on_cannot_be_deleted(town, state, code):
    call = brought_to(town, state)
    with pytest.raises(TwilioRestException) as refused:
        town.client.calls(call.sid).delete()
    assert (refused.value.status, refused.value.code) == (400, code)
    assert refused.value.msg.endswith("Cannot delete call because it has not ended.")


@pytest.mark.parametrize("ending", ["completed", "busy", "no-answer", "failed", "canceled"])
def test_what_has_ended_can_be_deleted_with_its_list_entry(town, ending):
    mode = {"busy": "busy", "no-answer": "off"}.get(ending, "auto")
    town.phone(ALICE, Mode=mode)
    call = town.call(to=SHOP if ending == "failed" else ALICE)  # no web site answers the shop
    town.advance(3)
    if ending == "canceled":
        town.phone(BOB, Mode="manual")
        call = town.call(to=BOB)
        town.advance(1)
    if ending in ("completed", "canceled"):
        town.client.calls(call.sid).update(status=ending)
    town.advance(100)
    assert town.status(call) == ending
    assert town.client.calls(call.sid).delete()
    assert call.sid not in [c.sid for c in town.client.calls.list()]
    with pytest.raises(TwilioRestException) as refused:
        town.client.calls(call.sid).fetch()
    assert refused.value.code == 20404


def test_a_new_limit_counts_from_the_answer(town):
    call = brought_to(town, "in-progress")  # for three seconds
    town.client.calls(call.sid).update(time_limit=10)
    town.advance(6.9)
    assert town.status(call) == "in-progress"
    town.advance(0.1)
    assert town.client.calls(call.sid).fetch().duration == "10"


def test_a_new_callback_hears_of_the_end_by_its_method(town):
    call = brought_to(town, "in-progress")
    town.client.calls(call.sid).update(
        status_callback=town.url + "/other", status_callback_method="GET"
    )
    town.phone(ALICE, "hangup")
    assert town.site.asked("/status") == []
    assert [t["CallStatus"] for t in town.site.asked("/other")] == ["completed"]


def test_a_new_fallback_is_asked_from_then_on(town):
    call = brought_to(town, "in-progress")
    town.client.calls(call.sid).update(
        url=town.url + "/gone", fallback_url=town.url + "/new", fallback_method="GET"
    )
    town.advance(1)
    assert town.transcript()[-2] == ("Say", "new words")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_new_document_is_asked_by_its_method(town, method):
    call = brought_to(town, "in-progress")
    town.client.calls(call.sid).update(url=town.url + "/new", method=method)
    [event] = [
        e["data"]
        for e in town.events(call_sid=call.sid)
        if e["type"] == "webhook" and e["data"]["url"].endswith("/new")
    ]
    assert event["method"] == method


# -- a call that is in a Dial ------------------------------------------------------------------

ROOM = "<Conference>room</Conference>"


@pytest.mark.parametrize(
    ("inside", "status", "bridged"),
    [
        (BOB, "completed", "true"),
        (ROOM, "answered", "true"),
        ("<Queue>q</Queue>", "completed", "true"),
    ],
)
@pytest.mark.parametrize("how", ["limit", "completed", "redirect"])
def test_the_dials_action_is_asked_once_before_the_call_ends_or_goes_elsewhere(
    town, inside, status, bridged, how
):
    """Seen at Twilio: first the action, then the new document. What the action says is ignored."""
    if "Queue" in inside:
        town.call("<Enqueue>q</Enqueue>", to=BOB)
        town.advance(3)
    town.site.pages["/voice"] = twiml(f"<Dial action='/after'>{inside}</Dial>")
    call = town.call(time_limit=20 if how == "limit" else 300)
    town.advance(10)
    here = town.client.calls(call.sid)
    if how == "redirect":
        here.update(url=town.url + "/new")
    elif how == "completed":
        here.update(status="completed")
    town.advance(12)
    [told] = town.site.asked("/after")
    assert (told["DialCallStatus"], told["DialBridged"]) == (status, bridged)
    assert told["CallStatus"] == ("in-progress" if how == "redirect" else "completed")
    paths = [path for path, *_ in town.site.requests if path in ("/after", "/new")]
    assert paths == (["/after", "/new"] if how == "redirect" else ["/after"])
    assert town.status(call) == ("in-progress" if how == "redirect" else "completed")
    if how == "redirect":
        assert town.transcript()[-2] == ("Say", "new words")
        # A hang-up later on is a hang-up, and not the same redirection once more.
        here.update(twiml="<Response><Record action='/after' playBeep='false'/></Response>")
        town.advance(1)
        town.phone(ALICE, "speak", Speech="good bye then")
        town.phone(ALICE, "hangup")
        town.advance(5)
        assert town.status(call) == "completed"
        assert len(town.site.asked("/new")) == 1


def test_without_an_action_it_goes_elsewhere_at_once(town):
    town.site.pages["/voice"] = twiml(f"<Dial>{BOB}</Dial><Say>not this</Say>")
    call = town.call()
    town.advance(10)
    town.client.calls(call.sid).update(url=town.url + "/new")
    town.advance(2)
    assert [verb for verb, _ in town.transcript()] == ["answer", "Dial", "Say", "Pause"]
    assert town.transcript()[-2] == ("Say", "new words")
