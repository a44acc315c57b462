"""The three clocks: what turns them, what they wait for, and that they tell the same story."""

import asyncio
import threading
from contextlib import nullcontext
from datetime import datetime, timedelta

import pytest

from helpers.clock import Clock
from helpers.sandbox.actors import Actor, spawn
from tests.sandbox.town import ALICE, BOB, SHOP, Town, timeless, twiml
from tests.sandbox.within import Within

LONG = "<Pause length='100'/>"


@pytest.fixture
def town():
    with Town(verified=(ALICE, BOB)) as town:
        yield town


def own(town, **fields):
    [number] = town.client.incoming_phone_numbers.list(phone_number=SHOP)
    number.update(**fields)


def turn(town, **form):
    reply = town.control("POST", "/clock", **form)
    return reply.status_code, reply.json()


# -- turning by hand -------------------------------------------------------------------------


def test_a_manual_clock_stands_still_and_says_what_is_due(town):
    before = town.control("GET", "/clock").json()
    assert before == {"kind": "manual", "now": "2026-01-05T09:00:00+00:00", "due": None}
    town.call(LONG)
    now = datetime.fromisoformat(before["now"])
    assert town.control("GET", "/clock").json()["due"] == before["now"]  # its turn in the queue
    status, after = turn(town, Next=1)
    assert (status, after["now"]) == (200, before["now"])
    assert datetime.fromisoformat(after["due"]) == now + timedelta(seconds=2)


def test_next_goes_to_the_next_thing_and_runs_all_of_that_moment(town):
    for to in (ALICE, BOB):
        town.call("<Say>one two</Say>", to=to)
    turn(town, Next=1)
    turn(town, Next=1)
    assert town.now().second == 2
    assert [town.transcript(to)[-1] for to in (ALICE, BOB)] == [("Say", "one two")] * 2


def test_with_nothing_due_next_changes_nothing(town):
    before = town.now()
    status, after = turn(town, Next=1)
    assert (status, datetime.fromisoformat(after["now"]), after["due"]) == (200, before, None)


def test_advance_takes_fractions_and_at_most_a_day(town):
    before = town.now()
    assert turn(town, Advance="0.25")[0] == 200
    assert turn(town, Advance="86400")[0] == 200
    assert town.now() - before == timedelta(days=1, seconds=0.25)


@pytest.mark.parametrize(
    "form",
    [{}, {"Advance": "-1"}, {"Advance": "nan"}, {"Advance": "86400.1"}, {"Advance": "1e3"},
     {"Advance": ""}, {"Advance": "9" * 99}, {"Next": "2"}, {"Next": ""}],
)  # fmt: skip
def test_only_sense_turns_the_clock(town, form):
    status, answer = turn(town, **form)
    assert (status, answer["status"]) == (400, 400)


@pytest.mark.parametrize("kind", ["real", "hurried"])
def test_other_clocks_turn_by_themselves(kind):
    with Town(clock=kind) as town:
        assert turn(town, Next=1)[0] == 409
        assert town.control("GET", "/clock").json()["kind"] == kind


def test_a_turn_is_answered_when_its_web_sites_have_answered(town):
    town.site.pages["/voice"] = twiml("<Redirect>/two</Redirect>")
    town.site.pages["/two"] = twiml("<Say>hi</Say>")
    town.call()
    town.advance(2)
    assert town.transcript()[-1] == ("Say", "hi")


def test_a_web_site_may_not_turn_the_clock_while_it_is_asked(town):
    answers = []

    def page(_params):
        answers.append(turn(town, Advance=1))
        answers.append(turn(town, Next=1))
        return twiml("<Say>hi</Say>")

    town.site.pages["/voice"] = page
    call = town.call()
    town.advance(5)
    assert [status for status, _ in answers] == [409, 409]
    assert town.status(call) == "completed"


def test_a_web_site_may_do_anything_else_while_it_is_asked(town):
    def page(params):
        town.client.messages.create(to=BOB, from_=SHOP, body="a call came")
        town.phone(BOB, Mode="busy")
        town.call(LONG, to=BOB)
        # The last of all: from now on nobody waits for this page any more.
        town.client.calls(params["CallSid"]).update(twiml="<Response><Say>new</Say></Response>")
        return twiml("<Say>old</Say>")

    town.site.pages["/voice"] = page
    town.call()
    town.advance(9)
    assert [text["body"] for text in town.phone(BOB)["inbox"]] == ["a call came"]
    assert town.transcript()[-1] == ("Say", "new")
    assert town.phone(BOB)["calls"][-1]["status"] == "busy"


def test_two_turns_at_once_happen_one_after_the_other(town):
    for _ in range(3):
        town.call("<Say>hi</Say>", to=BOB)
    before, turns = town.now(), []
    threads = [
        threading.Thread(target=lambda: turns.append(turn(town, Advance=3)[0])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert turns == [200] * 4
    assert town.now() - before == timedelta(seconds=12)


def test_a_turn_waits_for_the_site_that_somebody_elses_request_asks(town):
    go = threading.Event()

    def page(_params):
        go.wait(10)
        return twiml("<Say>hi</Say>")

    town.site.pages["/voice"] = page
    town.phone(ALICE, Mode="manual")
    town.call()
    town.advance(1)
    answer = threading.Thread(target=lambda: town.phone(ALICE, "answer"))
    answer.start()
    town.until(lambda: town.site.requests)
    threading.Timer(0.1, go.set).start()
    assert turn(town, Advance=5)[0] == 200
    answer.join(10)
    assert town.phone(ALICE)["calls"][-1]["status"] == "completed"


# -- the same story --------------------------------------------------------------------------


def told(town):
    """The log without what differs: times, and the requests that only look."""
    found = []
    for event in town.events():
        elsewhere = ("seconds", "parameters", "url", "headers", "requested")
        data = {k: v for k, v in event["data"].items() if k not in elsewhere}
        if "text" in data:
            data["text"] = data["text"].replace(town.url, "$SITE")
        if event["type"] != "request":
            found.append((event["type"], event["call_sid"], event["message_sid"], data))
    return found


def play(kind):
    """One call with keys, a recording, a Dial and a text, in which nobody is waited for long."""
    with Town(clock=kind, verified=(ALICE, BOB)) as town:
        town.site.pages |= {
            "/voice": twiml('<Gather numDigits="1" action="/menu"><Say>press</Say></Gather>'),
            "/menu": twiml(
                '<Say>ok</Say><Record timeout="1"/><Sms>thanks</Sms><Redirect>/last</Redirect>'
            ),
            "/last": twiml("<Say>bye</Say><Hangup/>"),
            "/status": twiml(""),
        }
        town.phone(ALICE, "press", Digits="1")
        events = ["initiated", "ringing", "answered", "completed"]
        call = town.call(status_callback=town.url + "/status", status_callback_event=events)
        if kind == "manual":
            town.advance(60)
        town.until(lambda: town.status(call) == "completed" and _delivered(town))
        return told(town)


def _delivered(town):
    return all(m.status == "delivered" for m in town.client.messages.list()) and any(
        e["type"] == "webhook" and "completed" in str(e["data"]["parameters"]["CallStatus"])
        for e in town.events()
    )


def test_the_three_clocks_tell_the_same_story():
    manual, hurried, real = (play(kind) for kind in ("manual", "hurried", "real"))
    assert len(manual) > 20
    assert hurried == manual
    # The text is delivered while the call goes on or ends: on the wall's clock who is first in a
    # moment is chance, within the call and within the message it is not.
    for of in (1, 2):
        mine, theirs = ([(*e[:3], timeless(e[3])) for e in log if e[of]] for log in (manual, real))
        assert theirs == mine


# Documents by path, what is said beforehand, who is called by whom: all that happens then happens
# by itself. "in" is a call to the shop, anything else a number that the API calls.
STORIES = {
    "say": (
        {"/voice": "<Say>one two</Say><Pause length='2'/><Say loop='2'>three</Say>"},
        [],
        [ALICE],
    ),
    "inbound": ({"/voice": "<Pause/><Say>one two</Say><Redirect>/b</Redirect>"}, [], ["in"]),
    "gather with keys": (
        {
            "/voice": '<Gather numDigits="2" action="/menu"><Say>Press</Say></Gather>',
            "/menu": "<Gather><Say>again</Say></Gather><Say>Bye</Say>",
        },
        [("press", "123")],
        [ALICE],
    ),
    "gather with words": (
        {"/voice": '<Gather input="speech" action="/menu"/>', "/menu": "<Say>Thanks</Say>"},
        [("speak", "two pizzas")],
        [ALICE],
    ),
    "record": (
        {"/voice": "<Record timeout='2'/><Say>Nothing</Say><Record maxLength='1' timeout='0'/>"},
        [],
        [ALICE],
    ),
    "dial": (
        {
            "/voice": '<Dial timeLimit="5" action="/after" record="record-from-answer">'
            '<Number url="/whisper" statusCallback="/status" statusCallbackEvent="initiated '
            'ringing answered completed">+14155550101</Number></Dial>',
            "/whisper": "<Say>A call</Say>",
            "/after": "<Say>Bye</Say>",
        },
        [],
        [ALICE],
    ),
    "dial in turn": (
        {
            "/voice": '<Dial sequential="true" timeout="10" timeLimit="3">'
            "<Number>+14155550123</Number><Number>+14155550101</Number></Dial><Say>Bye</Say>"
        },
        [],
        [ALICE],
    ),
    "queue": (
        {
            "/voice": '<Enqueue waitUrl="/wait" action="/left">line</Enqueue>',
            "/wait": "<Say>Please wait</Say><Pause length='3'/><Leave/>",
            "/left": "<Say>Sorry</Say>",
        },
        [],
        [ALICE, BOB],
    ),
    "conference": (
        {
            "/voice": "<Dial timeLimit='9'><Conference endConferenceOnExit='true' beep='onEnter' "
            "statusCallback='/status' statusCallbackEvent='start end join leave'>room</Conference>"
            "</Dial><Say>Bye</Say>"
        },
        [],
        [ALICE, BOB],
    ),
    "text in a call": (
        {"/voice": '<Sms statusCallback="/status">See you</Sms><Say>one two three</Say>'},
        [],
        [ALICE],
    ),
    "texts": (
        {"/sms": '<Message action="/status">a</Message><Message>b</Message>'},
        [("text", "Hello")],
        [],
    ),
    "nobody": ({"/voice": "<Say>x</Say>"}, [("mode", "no-answer")], [ALICE]),
    "a mistake": ({"/voice": "<Sing/><Redirect>/nowhere</Redirect>"}, [], [ALICE]),
}


async def unfold(kind, documents, said, calls):
    """A story from beginning to end on one kind of clock, in real time that is always enough."""
    return await asyncio.wait_for(_unfold(kind, documents, said, calls), 30)


async def _unfold(kind, documents, said, calls):

    def answer(path, _told):
        if path in documents:
            return 200, "text/xml", twiml(documents[path]).encode()
        return 200 if path == "/status" else 404, "text/xml", twiml("").encode()

    async with Within(kind, answer, type="full") as world:
        # All of it happens in one moment.
        with world.clock.work() if kind == "hurried" else nullcontext():
            for act, what in said:
                form = {"press": "Digits", "speak": "Speech", "mode": "Mode", "text": "Body"}[act]
                more = {"To": SHOP} if act == "text" else {}
                await world.phone(ALICE, "" if act == "mode" else act, **{form: what}, **more)
            for to in calls:
                if to == "in":
                    await world.phone(ALICE, "call", To=SHOP)
                else:
                    events = {"StatusCallbackEvent": "initiated ringing answered completed"}
                    await world.call(to, StatusCallback="http://shop.test/status", **events)
        await world.end()
        return world.events()


@pytest.mark.parametrize("name", STORIES)
def test_by_hand_and_in_a_hurry_the_same_things_happen_at_the_same_moments(name):
    """Every event is equal: its kind, its moment, all that it tells, and its place in the log."""
    manual, hurried = (asyncio.run(unfold(kind, *STORIES[name])) for kind in ("manual", "hurried"))
    assert len(manual) > 5
    assert hurried == manual


def order(events):
    """What happens, without the moments, which the wall's clock has its own of."""
    found = []
    for event in events:
        data = timeless(event["data"])
        found.append((event["type"], event["call_sid"], event["message_sid"], data))
    return found


SHORT = {
    "say": {"/voice": "<Say>one</Say>"},
    "gather": {"/voice": '<Gather numDigits="1" action="/b"/>', "/b": "<Say>one</Say>"},
    "record": {"/voice": '<Record maxLength="1" timeout="0"/><Hangup/>'},
    "reject": {"/voice": "<Reject/>"},
    "a mistake": {"/voice": "<Sing/><Pause/><Hangup/>"},
}


def test_on_the_walls_clock_they_happen_in_the_same_order():
    """Calls that come in, a second or two long; all of them at once."""

    async def all_of_them(kind):
        told = [("press", "1")]
        stories = [unfold(kind, documents, told, ["in"]) for documents in SHORT.values()]
        return [order(events) for events in await asyncio.gather(*stories)]

    manual = asyncio.run(all_of_them("manual"))
    assert asyncio.run(all_of_them("real")) == manual


@pytest.mark.parametrize("kind", ["manual", "hurried", "real"])
def test_documents_that_only_lead_to_one_another_end_on_every_clock(kind):
    """On the wall's clock web sites take time, too; but nobody hears anything of it."""

    async def story():
        def answer(_path, _told):
            return 200, "text/xml", twiml("<Redirect/>").encode()

        async with Within(kind, answer) as world:
            await world.phone(ALICE, "call", To=SHOP)
            await world.end()
            return world.events()

    events = asyncio.run(asyncio.wait_for(story(), 60))
    asked = [e for e in events if e["type"] == "webhook" and e["data"]["url"].endswith("/voice")]
    assert len(asked) == 100
    assert [e["data"]["code"] for e in events if e["type"] == "alert"] == [11215]


def test_thirty_seconds_with_keys_and_time_outs_are_the_same_fifty_times():
    documents = {
        "/voice": '<Gather timeout="9" numDigits="4" action="/code"><Say>Your code</Say></Gather>',
        "/code": "<Pause length='4'/><Gather timeout='8'><Say>one two</Say></Gather><Say>Bye</Say>",
    }

    async def call():
        def answer(path, _told):
            return 200, "text/xml", twiml(documents.get(path, "")).encode()

        async with Within("manual", answer) as world:
            await world.call()
            await world.clock.turn(4)
            await world.phone(ALICE, "press", Digits="12")
            await world.clock.turn(6)
            await world.phone(ALICE, "press", Digits="3")
            await world.clock.turn(60)
            return world.events()

    logs = [asyncio.run(call()) for _ in range(50)]
    assert all(log == logs[0] for log in logs)
    [end] = [e for e in logs[0] if e["type"] == "state" and e["data"]["status"] == "completed"]
    assert end["data"]["duration"] == 31
    asked = [e["data"]["parameters"].get("Digits") for e in logs[0] if e["type"] == "webhook"]
    assert asked == [None, "123"]


def test_a_hurried_clock_waits_for_a_reply_and_for_web_sites():
    with Town(clock="hurried", verified=(ALICE,)) as town:

        def page(_params):
            slow = town.now()
            town.events(since=999, wait=0.2)
            assert town.now() == slow
            return twiml("<Say>hi</Say>")

        town.site.pages["/voice"] = page
        call = town.call()
        town.until_completed(call)
        assert town.transcript() == [("answer", ""), ("Say", "hi")]
        assert town.times()[-1] == (0.0, "Say")


def test_a_hundred_calls_in_a_hurry():
    with Town(clock="hurried", type="full") as town:
        for i in range(100):
            town.call("<Say>one two three</Say>", to=f"+1415555{1000 + i}")

        def calls():
            return town.client.calls.list(page_size=1000)

        town.until(lambda: {call.status for call in calls()} == {"completed"})
        assert {call.duration for call in calls()} == {"2"}


def test_the_moment_of_a_turn_survives(tmp_path):
    data = str(tmp_path / "world.sqlite")
    with Town(data=data) as town:
        town.advance(12)
        moment = town.sandbox.store.setting("now")
    assert moment == "2026-01-05T09:00:12+00:00"


# -- work ------------------------------------------------------------------------------------


def test_work_that_is_called_off_before_it_begins_does_not_hold_the_clock():
    async def story():
        clock = Clock("hurried")

        async def work():
            raise AssertionError("it was called off")

        spawn(clock, work()).cancel()
        actor = Actor(clock)
        actor.start(work())
        actor.task.cancel()
        await asyncio.wait_for(clock.settled(), 1)
        assert clock.quiet

    asyncio.run(story())


def test_who_is_cancelled_while_waiting_does_not_hold_the_clock():
    async def story():
        clock = Clock("manual")
        actor = Actor(clock)

        async def work():
            await actor.wait(5)

        actor.start(work())
        await clock.settled()
        actor.task.cancel()
        await asyncio.wait({actor.task})
        await asyncio.wait_for(clock.settled(), 1)
        assert clock.due() is None

    asyncio.run(story())
