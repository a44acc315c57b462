"""The control API: each row of its table, its replies and its refusals."""

import threading

import pytest
from twilio.rest import Client

from tests.sandbox.town import ALICE, BOB, SHOP, Town, twiml

LONG = "<Pause length='100'/>"
OTHER = ("AC" + "b" * 32, "token-of-the-other", "full")
THEIRS = "+15005550009"


@pytest.fixture
def town():
    with Town(verified=(ALICE, BOB)) as town:
        yield town


def refused(town, method, path, **form):
    """The status and the words of a refusal, whose form is always the same."""
    reply = town.control(method, path, **form)
    body = reply.json()
    assert sorted(body) == ["message", "status"]
    assert body["status"] == reply.status_code
    assert body["message"]
    return reply.status_code


def verbs(town, number=ALICE):
    return [entry["verb"] for entry in town.phone(number)["calls"][-1]["transcript"]]


# -- the handset -----------------------------------------------------------------------------


def test_health_needs_no_credentials_and_all_else_does(town):
    root = town.sandbox.url + "/_sandbox"
    assert town.http.get(root + "/health", timeout=5).json() == {"status": "ok"}
    for path in ("/clock", "/events", f"/phones/{ALICE}"):
        reply = town.http.get(root + path, timeout=5)
        assert (reply.status_code, sorted(reply.json())) == (401, ["message", "status"])


def test_a_handset_nobody_used_is_idle(town):
    assert town.phone("+4915112345678") == {
        "number": "+4915112345678",
        "mode": "auto",
        "calls": [],
        "inbox": [],
    }


def test_the_plus_of_a_number_comes_raw_or_escaped(town):
    for number in (ALICE, ALICE.replace("+", "%2B")):
        assert town.control("GET", f"/phones/{number}").json()["number"] == ALICE


def test_a_call_is_shown_with_both_ends_and_its_status(town):
    call = town.call(LONG)
    town.advance(2)
    [shown] = town.phone(ALICE)["calls"]
    assert shown == {
        "sid": call.sid,
        "direction": "outbound-api",
        "from": SHOP,
        "to": ALICE,
        "status": "in-progress",
        "transcript": [
            {"at": 0.0, "verb": "answer", "text": ""},
            {"at": 0.0, "verb": "Pause", "text": "100"},
        ],
    }


@pytest.mark.parametrize("number", ["12", "+12", "4155550100", "+1415555010x", "+0155550100"])
def test_a_bad_number_is_a_400(town, number):
    assert refused(town, "GET", f"/phones/{number}") == 400
    assert refused(town, "POST", f"/phones/{number}/press", Digits="1") == 400


@pytest.mark.parametrize("digits", ["", "12a", "1" * 65, "1 2", "w", "٣"])
def test_bad_keys_are_a_400(town, digits):
    assert refused(town, "POST", f"/phones/{ALICE}/press", Digits=digits) == 400


def test_other_values_that_make_no_sense_are_a_400(town):
    phone = f"/phones/{ALICE}"
    assert refused(town, "POST", phone) == 400
    assert refused(town, "POST", phone, Mode="asleep") == 400
    assert refused(town, "POST", phone + "/speak", Speech="  ") == 400
    assert refused(town, "POST", phone + "/call") == 400
    assert refused(town, "POST", phone + "/call", To="shop") == 400
    assert refused(town, "POST", phone + "/text", To=SHOP) == 400
    assert refused(town, "POST", phone + "/text", To=SHOP, Body="x", MediaUrl="picture") == 400
    assert refused(town, "GET", "/events?since=-1") == 400
    assert refused(town, "GET", "/events?wait=31") == 400
    assert refused(town, "GET", "/events?wait=nan") == 400


def test_a_number_nobody_owns_is_a_404(town):
    assert refused(town, "POST", f"/phones/{ALICE}/call", To=BOB) == 404
    assert refused(town, "POST", f"/phones/{ALICE}/text", To=BOB, Body="hi") == 404
    assert refused(town, "GET", "/nonsense") == 404


def test_with_no_call_there_is_nothing_to_act_on(town):
    for act in ("answer", "decline", "hangup"):
        assert refused(town, "POST", f"/phones/{ALICE}/{act}") == 409


def test_a_call_that_waits_in_the_queue_does_not_ring_yet(town):
    town.phone(ALICE, Mode="manual")
    call = town.call(LONG)
    for act in ("answer", "decline", "hangup"):
        assert refused(town, "POST", f"/phones/{ALICE}/{act}") == 409
    assert town.status(call) == "queued"


def test_a_running_call_is_neither_answered_nor_declined(town):
    town.call(LONG)
    town.advance(2)
    assert refused(town, "POST", f"/phones/{ALICE}/answer") == 409
    assert refused(town, "POST", f"/phones/{ALICE}/decline") == 409
    assert town.phone(ALICE, "hangup")["calls"][0]["status"] == "completed"


def test_declining_shows_at_once_and_happens_once(town):
    town.phone(ALICE, Mode="manual")
    town.call(LONG)
    town.advance(0)
    assert town.phone(ALICE, "decline")["calls"][0]["status"] == "busy"
    assert refused(town, "POST", f"/phones/{ALICE}/decline") == 409
    assert verbs(town) == ["decline"]


def test_hanging_up_a_ringing_phone_declines_it(town):
    town.phone(ALICE, Mode="manual")
    call = town.call(LONG)
    town.advance(1)
    town.phone(ALICE, "hangup")
    assert town.status(call) == "busy"


def test_a_caller_may_give_up_before_anybody_answers(town):
    town.site.pages["/voice"] = twiml("<Pause length='9'/><Say>hi</Say>")
    own(town, voice_url=town.url + "/voice")
    sid = town.phone(ALICE, "call", To=SHOP)["sid"]
    town.advance(3)
    assert refused(town, "POST", f"/phones/{ALICE}/answer") == 409
    town.phone(ALICE, "hangup")
    call = town.client.calls(sid).fetch()
    assert (call.status, call.duration) == ("canceled", "0")
    assert verbs(town) == ["Pause", "hangup"]


def own(town, number=SHOP, client=None, **fields):
    [row] = (client or town.client).incoming_phone_numbers.list(phone_number=number)
    row.update(**fields)


@pytest.mark.parametrize(
    ("mode", "seconds", "status"),
    [
        ("auto", 2, "in-progress"),
        ("decline", 2, "busy"),
        ("busy", 0, "busy"),
        ("no-answer", 55, "no-answer"),
        ("off", 55, "no-answer"),
    ],
)
def test_another_mode_counts_for_the_call_that_rings(town, mode, seconds, status):
    town.phone(ALICE, Mode="manual")
    call = town.call(LONG)
    town.advance(5)
    town.phone(ALICE, Mode=mode)
    town.advance(seconds)
    assert town.status(call) == status


def test_the_same_mode_again_starts_no_new_count(town):
    call = town.call(LONG)
    town.advance(1.5)
    town.phone(ALICE, Mode="auto")
    town.advance(0.5)
    assert town.status(call) == "in-progress"


def test_a_handset_calls_out_only_when_it_is_free(town):
    own(town, voice_url=town.url + "/voice")
    town.site.pages["/voice"] = twiml(LONG)
    queued = town.call(LONG)
    sid = town.phone(ALICE, "call", To=SHOP)["sid"]  # quicker than the call that waits its turn
    assert refused(town, "POST", f"/phones/{ALICE}/call", To=SHOP) == 409
    town.advance(1)
    assert town.status(queued) == "busy"
    assert town.client.calls(sid).fetch().status == "ringing"


# -- keys and words --------------------------------------------------------------------------

ASK = '<Gather numDigits="1" action="/key" timeout="3"/>'


def test_keys_said_beforehand_are_told_when_they_are_read(town):
    town.site.pages |= {"/voice": twiml("<Pause length='2'/>" + ASK), "/key": twiml("")}
    town.phone(ALICE, "press", Digits="7")
    town.call()
    town.advance(3)
    assert verbs(town) == ["answer", "Pause"]
    town.advance(1)
    assert town.times() == [(0, "answer"), (0, "Pause"), (2, "Gather"), (2, "press")]
    assert town.site.asked("/key")[0]["Digits"] == "7"


def test_keys_of_before_and_of_now_are_told_in_their_order(town):
    ask = '<Gather numDigits="2" action="/key"/>'
    town.site.pages |= {"/voice": twiml(ask), "/key": twiml("")}
    town.phone(ALICE, "press", Digits="1")
    town.call()
    town.advance(4)
    town.phone(ALICE, "press", Digits="2")
    assert town.transcript()[2:] == [("press", "1"), ("press", "2")]
    assert town.site.asked("/key")[0]["Digits"] == "12"


def test_what_one_gather_leaves_is_for_the_next(town):
    town.site.pages |= {"/voice": twiml(ASK), "/key": twiml(ASK.replace("/key", "/second"))}
    town.site.pages["/second"] = twiml("")
    town.call()
    town.advance(2)
    town.phone(ALICE, "press", Digits="45")
    assert [town.site.asked(page)[0]["Digits"] for page in ("/key", "/second")] == ["4", "5"]


def test_keys_survive_a_call_that_nobody_answered(town):
    town.site.pages |= {"/voice": twiml(ASK), "/key": twiml("")}
    town.phone(ALICE, "press", Digits="3")
    town.phone(ALICE, Mode="busy")
    town.call()
    town.advance(1)
    town.phone(ALICE, Mode="auto")
    town.call()
    town.advance(2)
    assert town.site.asked("/key")[0]["Digits"] == "3"


def test_a_second_call_that_meets_a_busy_phone_takes_no_keys_away(town):
    town.site.pages |= {"/voice": twiml("<Pause length='9'/>" + ASK), "/key": twiml("")}
    town.call()
    town.advance(2)
    town.phone(ALICE, "press", Digits="8")
    town.call(LONG)
    town.advance(9)
    assert town.site.asked("/key")[0]["Digits"] == "8"


def test_keys_and_words_are_forgotten_at_hang_up(town):
    listen = '<Gather input="dtmf speech" action="/key" timeout="2"/><Say>nothing</Say>'
    town.call(LONG)
    town.advance(2)
    town.phone(ALICE, "press", Digits="9")
    town.phone(ALICE, "speak", Speech="hello")
    town.phone(ALICE, "hangup")
    town.site.pages |= {"/voice": twiml(listen), "/key": twiml("")}
    town.call()
    town.advance(5)
    assert town.site.asked("/key") == []


def test_record_hears_live_keys_only_and_leaves_the_rest_to_a_gather(town):
    record = '<Record action="/done" finishOnKey="#"/>'
    town.site.pages |= {"/voice": twiml(record), "/done": twiml(ASK), "/key": twiml("")}
    town.phone(ALICE, "press", Digits="1")
    town.call()
    town.advance(3)
    town.phone(ALICE, "press", Digits="5#6")
    assert town.site.asked("/done")[0]["Digits"] == "#"
    assert town.site.asked("/key")[0]["Digits"] == "1"  # said beforehand, so older than the 6


def test_a_key_too_many_does_not_end_the_next_recording(town):
    record = '<Record action="/done" finishOnKey="#" timeout="0" maxLength="9"/>'
    town.site.pages |= {"/voice": twiml(record), "/done": twiml(record.replace("done", "two"))}
    town.site.pages["/two"] = twiml("")
    town.call()
    town.advance(3)
    town.phone(ALICE, "press", Digits="##")
    town.advance(5)
    assert town.site.asked("/two") == []


def test_words_do_not_put_off_the_end_of_a_gather_for_keys(town):
    town.site.pages["/voice"] = twiml('<Gather timeout="5"/><Say>too late</Say>')
    town.call()
    town.advance(2 + 3)
    town.phone(ALICE, "speak", Speech="let me think")
    town.advance(2)
    assert town.transcript()[-1] == ("Say", "too late")


# -- texts -----------------------------------------------------------------------------------


def test_a_text_with_pictures(town):
    own(town, sms_url=town.url + "/sms")
    town.site.pages["/sms"] = twiml("")
    town.site.pages |= {"/a.png": (200, "image/png", "a"), "/b": (200, "image/jpeg; q=1", "b")}
    pictures = [town.url + "/a.png?x=1", town.url + "/b"]
    sid = town.phone(ALICE, "text", To=SHOP, MediaUrl=pictures)["sid"]
    town.advance(1)
    [told] = town.site.asked("/sms")
    assert sid.startswith("MM")
    assert (told["Body"], told["NumMedia"]) == ("", "2")
    assert [told["MediaContentType0"], told["MediaContentType1"]] == ["image/png", "image/jpeg"]
    got = [town.http.get(told[f"MediaUrl{i}"], auth=town.auth, timeout=5) for i in range(2)]
    assert [reply.content for reply in got] == [b"a", b"b"]


# -- two accounts ----------------------------------------------------------------------------


@pytest.fixture
def two():
    """A town where another account owns a number, with that account's client."""
    with Town(accounts=(OTHER,)) as town:
        client = Client(*OTHER[:2])
        client.api.base_url = town.sandbox.url
        client.incoming_phone_numbers.create(phone_number=THEIRS)
        yield town, client
        client.http_client.session.close()


def test_a_handset_calls_a_number_of_another_account(two):
    town, client = two
    town.site.pages |= {"/voice": twiml(ASK), "/key": twiml(LONG)}
    own(town, THEIRS, client, voice_url=town.url + "/voice")
    sid = town.phone(ALICE, "call", To=THEIRS)["sid"]
    town.advance(1)
    assert client.calls(sid).fetch().status == "in-progress"
    assert [c["sid"] for c in town.phone(ALICE)["calls"]] == [sid]
    town.phone(ALICE, "press", Digits="4")
    assert town.site.asked("/key")[0]["Digits"] == "4"
    assert town.transcript() == [("Gather", ""), ("press", "4"), ("Pause", "100")]
    town.phone(ALICE, "hangup")
    assert client.calls(sid).fetch().status == "completed"
    assert town.phone(ALICE)["calls"][0]["status"] == "completed"
    mine = {e["type"] for e in town.events(call_sid=sid)}
    assert mine == {"verb", "person", "state"}  # what the handset hears, not what the owner does
    assert town.client.calls.list() == []


def test_a_handset_texts_a_number_of_another_account_and_gets_the_answer(two):
    town, client = two
    town.site.pages["/sms"] = twiml("<Message>welcome</Message>")
    own(town, THEIRS, client, sms_url=town.url + "/sms")
    town.phone(ALICE, "text", To=THEIRS, Body="hi")
    town.advance(5)
    assert [(t["from"], t["body"]) for t in town.phone(ALICE)["inbox"]] == [(THEIRS, "welcome")]
    assert town.client.messages.list() == []


def test_each_account_has_handsets_of_its_own(two):
    town, _ = two
    town.phone(ALICE, Mode="busy")
    theirs = town.http.get(
        f"{town.sandbox.url}/_sandbox/phones/{ALICE}", auth=OTHER[:2], timeout=5
    ).json()
    assert theirs["mode"] == "auto"


def test_a_call_between_two_accounts_is_two_calls(two):
    town, client = two
    town.site.pages["/voice"] = twiml("<Say>hi</Say>" + LONG)
    own(town, THEIRS, client, voice_url=town.url + "/voice")
    town.call(LONG, to=THEIRS)
    town.advance(2)
    assert [c.direction for c in town.client.calls.list()] == ["outbound-api"]
    assert [(c.direction, c.status) for c in client.calls.list()] == [("inbound", "in-progress")]


def test_a_reset_hangs_up_on_the_other_account_and_leaves_its_things(two):
    town, client = two
    town.site.pages["/voice"] = twiml("<Say>hi</Say>" + LONG)
    own(town, THEIRS, client, voice_url=town.url + "/voice")
    town.call(LONG, to=THEIRS)
    town.advance(2)
    assert town.control("POST", "/reset").status_code == 200
    assert town.client.calls.list() == []
    assert [c.status for c in client.calls.list()] == ["completed"]
    assert len(client.incoming_phone_numbers.list()) == 1


def test_only_the_first_account_turns_the_clock(two):
    town, _ = two
    url = town.sandbox.url + "/_sandbox/clock"
    reply = town.http.post(url, data={"Next": "1"}, auth=OTHER[:2], timeout=5)
    assert (reply.status_code, sorted(reply.json())) == (403, ["message", "status"])
    assert town.http.get(url, auth=OTHER[:2], timeout=5).json()["kind"] == "manual"


# -- the log ---------------------------------------------------------------------------------


def test_events_have_their_fields_types_and_order(town):
    town.site.pages |= {"/voice": twiml("<Gather><Say>hi</Say></Gather><Bad/>"), "/s": twiml("")}
    call = town.call(status_callback=town.url + "/s")
    town.advance(3)
    town.phone(ALICE, "press", Digits="1")
    town.advance(60)
    events = town.events()
    assert [e["seq"] for e in events] == list(range(1, len(events) + 1))
    fields = ["at", "call_sid", "data", "message_sid", "seq", "type"]
    assert {tuple(sorted(e)) for e in events} == {tuple(fields)}
    assert {e["type"] for e in events} == {
        *("request", "webhook", "verb", "person", "state", "alert")
    }
    assert all(e["at"].startswith("2026-01-05T09:0") for e in events)
    webhook = next(e for e in events if e["type"] == "webhook")
    assert sorted(webhook["data"]) == [
        *("body", "content_type", "error", "headers", "method", "milliseconds", "parameters"),
        *("purpose", "status", "url"),
    ]
    assert webhook["call_sid"] == call.sid


def test_events_are_filtered_and_go_on_where_one_stopped(town):
    call = town.call("<Say>hi</Say>")
    message = town.client.messages.create(to=ALICE, from_=SHOP, body="hi")
    town.advance(5)
    assert {e["call_sid"] for e in town.events(call_sid=call.sid)} == {call.sid}
    assert {e["message_sid"] for e in town.events(message_sid=message.sid)} == {message.sid}
    assert town.events(call_sid="CA" + "0" * 32) == []
    whole = town.control("GET", "/events").json()
    half = whole["events"][: len(whole["events"]) // 2]
    rest = town.events(since=half[-1]["seq"])
    assert half + rest == whole["events"]
    assert town.control("GET", f"/events?since={whole['next']}").json() == {
        "events": [],
        "next": whole["next"],
    }


def test_a_long_poll_returns_as_soon_as_something_happens(town):
    since = town.control("GET", "/events").json()["next"]
    found = []
    poll = threading.Thread(
        target=lambda: found.append(town.events(since=since, wait=20)), daemon=True
    )
    poll.start()
    town.client.messages.create(to=ALICE, from_=SHOP, body="hi")
    poll.join(10)
    assert found[0]


def test_looking_does_not_end_a_long_poll(town):
    since = town.control("GET", "/events").json()["next"]
    town.client.messages.list()
    reply = town.control("GET", f"/events?since={since}&wait=0.2").json()
    assert [e["data"]["method"] for e in reply["events"]] == ["GET"]
    assert town.control("GET", f"/events?since={since}").json() == reply
    town.client.messages.create(to=ALICE, from_=SHOP, body="hi")
    assert len(town.events(since=since, wait=30)) == 2


def test_no_secret_is_in_an_event_or_an_alert(town):
    token = town.sandbox.auth_token
    secret = town.client.new_keys.create(friendly_name="k").secret
    town.site.pages["/voice"] = (
        200,
        "text/xml",
        f"<Response><Say>{token} {secret}</Say></Response>",
    )
    bare = town.url.replace("//", "//ann:hunter2@")
    town.call(
        url=f"{bare}/voice?t={token}",
        status_callback=bare + "/gone",
        sip_auth_password="hunter2",
    )
    town.call(f"<Play>{bare}/none.wav</Play>")
    town.phone(BOB, Mode="manual")
    town.client.messages.create(to=ALICE, from_=SHOP, body=f"my token is {token}")
    town.advance(9)
    log = town.control("GET", "/events").text
    for word in (token, secret, "hunter2", "Basic "):
        assert word not in log
    assert "Say" in log
    notes = "".join(f"{n.message_text} {n.request_url}" for n in town.client.notifications.list())
    assert "hunter2" not in notes


def test_a_secret_that_is_gone_stays_out_of_the_log(town):
    """The log is put into words later than things happen."""
    key = town.client.new_keys.create(friendly_name="k")
    town.client.messages.create(to=ALICE, from_=SHOP, body=f"my secret is {key.secret}")
    town.client.keys(key.sid).delete()
    assert key.secret not in town.control("GET", "/events").text


def test_the_last_ten_thousand_events_are_kept(town):
    town.call("<Say>hi</Say>")
    town.advance(4)
    store = town.sandbox.store
    account, moment = town.sandbox.account_sid, town.now()

    def many():
        with store.transaction():
            for _ in range(10_000):
                store.add_event(account, moment, "state")

    town.sandbox.engine.loop.call_soon_threadsafe(many)
    since = 0
    while (page := town.control("GET", f"/events?since={since}&wait=5").json())["next"] < 10_000:
        since = page["next"]
    events = town.events()
    assert len(events) == 10_000
    assert events[-1]["seq"] - events[0]["seq"] == 9_999


# -- starting again --------------------------------------------------------------------------


def test_a_reset_undoes_everything_but_time_and_numbers_of_events(town):
    sub = town.client.api.accounts.create(friendly_name="branch")
    key = town.client.new_keys.create(friendly_name="k")
    town.client.api.accounts(town.sandbox.account_sid).update(friendly_name="Other")
    own(town, voice_url=town.url + "/voice", friendly_name="Hot line")
    town.client.outgoing_caller_ids.list(phone_number=BOB)[0].delete()
    town.phone(ALICE, Mode="busy")
    town.phone(ALICE, "press", Digits="1")
    town.phone(ALICE, "text", To=SHOP, Body="STOP")
    town.phone(BOB, Mode="manual")
    first = town.call(LONG, to=ALICE)
    town.advance(3)
    seq, now = town.control("GET", "/events").json()["next"], town.now()
    assert town.control("POST", "/reset").json() == {"status": "ok"}
    assert town.events() == []
    assert town.now() == now
    assert town.client.calls.list() + town.client.messages.list() == []
    assert town.client.recordings.list() + town.client.notifications.list() == []
    [number] = town.client.incoming_phone_numbers.list()
    assert (number.phone_number, number.voice_url) == (SHOP, "")
    assert number.friendly_name == "(500) 555-0006"
    assert {n.phone_number for n in town.client.outgoing_caller_ids.list()} == {ALICE, BOB}
    [account] = town.client.api.accounts.list()
    assert account.friendly_name == "My first account"
    for login in ((sub.sid, sub.auth_token), (key.sid, key.secret)):
        clock = town.http.get(town.sandbox.url + "/_sandbox/clock", auth=login, timeout=5)
        assert clock.status_code == 401
    assert town.phone(ALICE) == {"number": ALICE, "mode": "auto", "calls": [], "inbox": []}
    town.client.messages.create(to=ALICE, from_=SHOP, body="hi")  # no STOP any more
    assert town.call(LONG).sid == first.sid
    assert town.events()[0]["seq"] > seq


def test_a_sub_account_is_reset_alone(town):
    made = town.client.api.accounts.create(friendly_name="branch")
    sub = Client(made.sid, made.auth_token)
    sub.api.base_url = town.sandbox.url
    sub.incoming_phone_numbers.create(phone_number=THEIRS)
    url = town.sandbox.url + "/_sandbox/reset"
    login = (made.sid, made.auth_token)
    assert town.http.post(url, auth=login, timeout=5).status_code == 200
    assert sub.incoming_phone_numbers.list() == []
    assert len(town.client.incoming_phone_numbers.list()) == 1
    sub.http_client.session.close()


def test_a_reset_while_a_web_site_hangs_lets_go_of_it():
    hang = threading.Event()

    def slow(_params):
        hang.wait(20)
        return twiml("")

    with Town(webhook_timeout=15, clock="real") as town:
        own(town, voice_url=town.url + "/voice", status_callback=town.url + "/voice")
        town.site.pages["/voice"] = slow
        sid = town.phone(ALICE, "call", To=SHOP)["sid"]
        town.until(lambda: town.site.asked("/voice"))
        assert town.control("POST", "/reset").status_code == 200
        hang.set()
        assert town.events(call_sid=sid) == []
        assert town.phone(ALICE)["calls"] == []


def test_keys_open_control_too(town):
    key = town.client.new_keys.create(friendly_name="k")
    url = f"{town.sandbox.url}/_sandbox/phones/{ALICE}"
    assert town.http.get(url, auth=(key.sid, key.secret), timeout=5).status_code == 200
