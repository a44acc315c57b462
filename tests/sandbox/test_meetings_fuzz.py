"""Conferences and queues under random use: whatever happens, all ends, and nothing is left."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.resources.participant import Participant
from helpers.resources.queue import Member
from tests.sandbox.town import SHOP, Town, twiml

PEOPLE = [f"+1415555010{n}" for n in range(4)]
WAIT = 'waitUrl="{}/wait"'
VERBS = [
    "<Dial><Conference>Room</Conference></Dial>",
    '<Dial hangupOnStar="true"><Conference endConferenceOnExit="true">Room</Conference></Dial>',
    '<Dial timeLimit="20"><Conference waitUrl="/none">Room</Conference></Dial><Pause/>',
    '<Dial><Conference waitUrl="{site}/wait" record="true">Room</Conference></Dial><Pause/>',
    '<Enqueue action="{site}/out">line</Enqueue>',
    '<Enqueue waitUrl="{site}/menu">line</Enqueue><Pause/>',
    '<Dial timeout="7"><Queue url="{site}/wait">line</Queue></Dial>',
    '<Dial hangupOnStar="true" timeLimit="15"><Queue>line</Queue></Dial><Pause/>',
]
PAGES = {
    "/wait": twiml("<Say>wait</Say><Pause length='3'/><Redirect/>"),
    "/menu": twiml('<Gather numDigits="1" timeout="4" action="/key"/>'),
    "/key": twiml("<Leave/>"),
    "/out": twiml("<Pause length='2'/>"),
    "/new": twiml("<Say>new</Say>"),
}

who = st.sampled_from(PEOPLE)
steps = st.one_of(
    st.tuples(st.just("call"), who, st.sampled_from(VERBS)),
    st.tuples(st.just("hangup"), who),
    st.tuples(st.just("press"), who, st.sampled_from(["1", "*", "#"])),
    st.tuples(st.just("speak"), who),
    st.tuples(st.just("advance"), st.sampled_from([0.0, 0.5, 2.0, 3.0, 11.0])),
    st.tuples(st.sampled_from(["redirect", "complete"]), st.integers(0, 5)),
    st.tuples(st.sampled_from(["kick", "mute", "hold", "unhold", "coach"]), st.integers(0, 3)),
    st.tuples(st.sampled_from(["end", "announce", "dequeue", "invite"]), who),
)


def post(town, path, method="POST", **form):
    """One request to the API; what cannot be done now may be refused."""
    url = f"{town.sandbox.url}/2010-04-01/Accounts/{town.auth[0]}{path}"
    reply = town.http.request(method, url, data=form, auth=town.auth, timeout=30)
    assert reply.status_code < 500, reply.text


def act(town, calls, step):
    """Do one thing; what cannot be done now is refused, and that is all right."""
    client, (what, whom, *more) = town.client, step
    if what == "call":
        return calls.append(town.call(more[0].format(site=town.url), to=whom))
    if what == "advance":
        return town.advance(whom)
    if what in ("hangup", "press", "speak"):
        form = {"press": {"Digits": "".join(more)}, "speak": {"Speech": "some words"}}
        return town.control("POST", f"/phones/{whom}/{what}", **form.get(what, {}))
    if what in ("redirect", "complete") and calls:
        form = {"Status": "completed"} if what == "complete" else {"Url": town.url + "/new"}
        return post(town, f"/Calls/{calls[whom % len(calls)].sid}.json", **form)
    if what == "end":
        return post(town, "/Conferences/Room.json", Status="completed")
    if what == "announce":
        return post(town, "/Conferences/Room.json", AnnounceUrl=town.url + "/new")
    if what == "invite":
        return post(town, "/Conferences/Room/Participants.json", From=SHOP, To=whom)
    if what == "dequeue":
        for queue in client.queues.list():
            post(town, f"/Queues/{queue.sid}/Members/Front.json", Url=town.url + "/new")
        return None
    if calls:
        sid = calls[whom % len(calls)].sid
        path = f"/Conferences/Room/Participants/{sid}.json"
        forms = {
            "mute": {"Muted": "true"},
            "hold": {"Hold": "true"},
            "unhold": {"Hold": "false"},
            "coach": {"Coaching": "true", "CallSidToCoach": calls[0].sid},
        }
        return post(town, path, "DELETE") if what == "kick" else post(town, path, **forms[what])
    return None


@settings(
    max_examples=25,
    deadline=timedelta(seconds=20),
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(steps, min_size=3, max_size=25))
def test_all_calls_end_and_nobody_is_left(plan):
    with Town(PAGES) as town:
        calls = []
        for step in plan:
            act(town, calls, step)
        town.advance(5)
        for person in PEOPLE[:2]:
            town.control("POST", f"/phones/{person}/hangup")
        for call in town.client.calls.list():
            post(town, f"/Calls/{call.sid}.json", Status="completed")
        town.advance(60)  # an announcement may still be playing to nobody
        engine = town.sandbox.engine
        assert (engine.calls, engine.rooms, engine.lines) == ({}, {}, {})
        assert town.sandbox.store.find(Participant, None) == []
        assert town.sandbox.store.find(Member, None) == []
        assert {c.status for c in town.client.conferences.list()} <= {"completed"}
        assert engine.clock.quiet
