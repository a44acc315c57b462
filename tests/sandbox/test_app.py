"""Every resource of the API through Twilio's own client, and what raw HTTP shows beside it."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree
from twilio.base.exceptions import TwilioException, TwilioRestException

from tests.sandbox.town import ALICE, BOB, SHOP, Town, twiml

OTHER = ("AC" + "b" * 32, "another-token")
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
PHRASE = "Hello from the shop"


@pytest.fixture
def town():
    with Town(verified=(ALICE, BOB), accounts=((*OTHER, "full"),)) as town:
        yield town


def ask(town, path, method="GET", auth=None, **options):
    """One raw request; *path* without a slash is below the first account."""
    if not path.startswith("/"):
        path = f"/2010-04-01/Accounts/{town.auth[0]}/{path}"
    auth = town.auth if auth is None else auth
    return town.http.request(method, town.sandbox.url + path, auth=auth, timeout=20, **options)


def refused(call, *args, **kwargs):
    """The status and code of a refusal; the client raises another class where it lists."""
    with pytest.raises(TwilioException) as caught:
        call(*args, **kwargs)
    if isinstance(caught.value, TwilioRestException):
        return caught.value.status, caught.value.code
    _, reply = caught.value.args
    return reply.status_code, json.loads(reply.text)["code"]


# -- accounts and keys -------------------------------------------------------------------------


def test_an_account_shows_the_official_fields(town):
    account = ask(town, f"/2010-04-01/Accounts/{town.auth[0]}.json").json()
    assert list(account) == [
        "auth_token", "date_created", "date_updated", "friendly_name", "owner_account_sid",
        "sid", "status", "subresource_uris", "type", "uri",
    ]  # fmt: skip
    assert account["owner_account_sid"] == account["sid"] == town.auth[0]
    assert (account["type"], account["status"]) == ("Full", "active")
    links = account["subresource_uris"]
    assert len(links) == 20
    below = f"/2010-04-01/Accounts/{town.auth[0]}"
    assert links["usage"] == f"{below}/Usage.json"
    assert links["sip"] == f"{below}/SIP.json"
    assert links["short_codes"] == f"{below}/SMS/ShortCodes.json"


def test_an_account_is_renamed(town):
    account = town.client.api.accounts(town.auth[0])
    assert account.update(friendly_name="The shop").friendly_name == "The shop"
    assert account.fetch().friendly_name == "The shop"


def test_a_sub_account_is_opened_by_its_parent_and_by_itself(town):
    made = town.client.api.accounts.create(friendly_name="Branch")
    assert (made.owner_account_sid, made.type, made.status) == (town.auth[0], "Full", "active")
    parents = town.log_in(*town.auth, account=made.sid)
    own = town.log_in(made.sid, made.auth_token)
    number = parents.incoming_phone_numbers.create(phone_number="+14155550188")
    assert number.account_sid == made.sid
    assert [n.sid for n in own.incoming_phone_numbers.list()] == [number.sid]
    assert [n.phone_number for n in town.client.incoming_phone_numbers.list()] == [SHOP]
    assert {a.sid for a in town.client.api.accounts.list()} == {made.sid, town.auth[0]}
    assert [a.sid for a in own.api.accounts.list()] == [made.sid]
    assert [a.sid for a in town.client.api.accounts.list(friendly_name="Branch")] == [made.sid]
    assert refused(own.api.accounts.create) == (400, 20001)
    assert refused(own.api.accounts(town.auth[0]).fetch) == (404, 20404)


def test_a_suspended_account_makes_nothing_until_it_is_active_again(town):
    made = town.client.api.accounts.create()
    own = town.log_in(made.sid, made.auth_token)
    switch = town.client.api.accounts(made.sid).update
    assert switch(status="suspended").status == "suspended"
    assert [a.sid for a in town.client.api.accounts.list(status="suspended")] == [made.sid]
    assert refused(own.incoming_phone_numbers.create, area_code="415") == (400, 10001)
    assert own.incoming_phone_numbers.list() == []
    switch(status="active")
    assert own.incoming_phone_numbers.create(area_code="415").sid


def test_a_sub_account_starts_again_and_stays_itself(town):
    made = town.client.api.accounts.create(friendly_name="Branch")
    own = town.log_in(made.sid, made.auth_token)
    own.incoming_phone_numbers.create(area_code="415")
    assert ask(town, "/_sandbox/reset", "POST", (made.sid, made.auth_token)).status_code == 200
    assert own.incoming_phone_numbers.list() == []
    assert town.client.api.accounts(made.sid).fetch().friendly_name == "Branch"
    assert ask(town, "/_sandbox/reset", "POST").status_code == 200
    assert [a.sid for a in town.client.api.accounts.list()] == [town.auth[0]]
    assert ask(town, "Calls.json", auth=(made.sid, made.auth_token)).status_code == 401


def test_keys(town):
    made = town.client.new_keys.create(friendly_name="till")
    assert len(made.secret) == 32
    key = town.client.keys(made.sid)
    raw = ask(town, f"Keys/{made.sid}.json").json()
    assert sorted(raw) == ["date_created", "date_updated", "friendly_name", "sid"]
    assert key.update(friendly_name="till 2").friendly_name == "till 2"
    assert [k.friendly_name for k in town.client.keys.list()] == ["till 2"]
    by_key = town.log_in(made.sid, made.secret, account=town.auth[0])
    assert [n.phone_number for n in by_key.incoming_phone_numbers.list()] == [SHOP]
    assert ask(town, "/_sandbox/clock", auth=(made.sid, made.secret)).status_code == 200
    assert key.delete()
    assert refused(by_key.incoming_phone_numbers.list) == (401, 20003)


def test_a_key_opens_neither_accounts_nor_keys(town):
    made = town.client.new_keys.create()
    by_key = town.log_in(made.sid, made.secret, account=town.auth[0])
    assert refused(by_key.api.accounts(town.auth[0]).fetch) == (401, 20003)
    assert refused(by_key.keys.list) == (401, 20003)
    assert refused(by_key.new_keys.create) == (401, 20003)


def test_secrets_are_another_accounts_to_keep(town):
    """What one account is given cannot be worked out from what another one sees."""
    other = town.log_in(*OTHER)
    assert town.client.new_keys.create().secret != other.new_keys.create().secret
    mine, theirs = town.client.api.accounts.create(), other.api.accounts.create()
    assert mine.auth_token != theirs.auth_token


# -- calls -------------------------------------------------------------------------------------


def test_a_new_call_looks_as_twilios_does(town):
    call = town.call("<Pause length='5'/>")
    raw = ask(town, f"Calls/{call.sid}.json").json()
    assert {name for name, value in raw.items() if value is None} == {
        "annotation", "answered_by", "caller_name", "duration", "end_time", "forwarded_from",
        "group_sid", "parent_call_sid", "price", "start_time", "trunk_sid",
    }  # fmt: skip
    assert (call.status, call.direction, call.price_unit) == ("queued", "outbound-api", "USD")
    assert (call.to_formatted, call.from_formatted) == ("(415) 555-0100", "(500) 555-0006")
    assert call._from == SHOP
    assert call.queue_time == "0"
    [owned] = town.client.incoming_phone_numbers.list()
    assert call.phone_number_sid == owned.sid
    assert raw["uri"] == f"/2010-04-01/Accounts/{town.auth[0]}/Calls/{call.sid}.json"
    assert len(call.subresource_uris) == 9
    assert "url" not in raw and "twiml" not in raw


def test_calls_are_listed_streamed_filtered_and_deleted(town):
    first = town.call("<Hangup/>", to=ALICE)
    town.advance(5)
    second = town.call("<Hangup/>", to=BOB)
    town.advance(86_400)
    calls = town.client.calls
    assert [c.sid for c in calls.list()] == [second.sid, first.sid]
    assert [c.sid for c in calls.stream(page_size=1)] == [second.sid, first.sid]
    assert [c.sid for c in calls.list(limit=1)] == [second.sid]
    assert [c.sid for c in calls.list(to=ALICE)] == [first.sid]
    assert [c.sid for c in calls.list(from_=SHOP, status="completed", to=BOB)] == [second.sid]
    assert calls.list(status="busy") == []
    day = START.date()
    for filters, found in (
        ({"start_time": day}, 2),
        ({"start_time": day + timedelta(days=1)}, 0),
        ({"start_time_after": day}, 2),
        ({"start_time_after": day + timedelta(days=1)}, 0),
        ({"start_time_before": day}, 0),
        ({"start_time_before": day + timedelta(days=1)}, 2),
        ({"end_time_after": START}, 2),
        ({"end_time_before": START}, 0),
    ):
        assert len(calls.list(**filters)) == found, filters
    assert calls(first.sid).delete()
    assert refused(calls(first.sid).fetch) == (404, 20404)
    assert [c.sid for c in calls.list()] == [second.sid]


def test_a_filter_that_ends_in_an_angle_bracket_is_told_in_the_links(town):
    town.call("<Hangup/>")
    town.call("<Hangup/>")
    town.advance(5)
    page = ask(town, "Calls.json?StartTime%3E=2026-01-05&PageSize=1").json()
    assert urlsplit(page["next_page_uri"]).query.startswith("StartTime%3E=2026-01-05&PageSize=1")
    assert len(page["calls"]) == 1


def test_a_running_call_takes_other_settings(town):
    town.site.pages |= {"/told": twiml(""), "/next": twiml("<Say>Moved.</Say>")}
    call = town.call("<Pause length='60'/>")
    town.advance(3)
    town.client.calls(call.sid).update(status_callback=town.url + "/told")
    town.client.calls(call.sid).update(url=town.url + "/next", method="GET")
    town.advance(10)
    assert ("Say", "Moved.") in town.transcript()
    assert [p["CallStatus"] for p in town.site.asked("/told")] == ["completed"]


def test_an_update_moves_date_updated(town):
    call = town.call("<Pause length='60'/>")
    town.advance(3)
    seen = town.client.calls(call.sid).fetch().date_updated
    town.advance(10)
    assert town.client.calls(call.sid).fetch().date_updated == seen
    ended = town.client.calls(call.sid).update(status="completed")
    assert ended.date_updated == ended.end_time == town.now()
    assert ended.date_created == START
    number = town.client.incoming_phone_numbers.list()[0]
    town.advance(10)
    changed = number.update(friendly_name="Till")
    assert (changed.date_created, changed.date_updated) == (START, town.now())


def test_a_call_that_ended_cannot_be_ended_again(town):
    call = town.call("<Hangup/>")
    town.advance(5)
    assert refused(town.client.calls(call.sid).update, status="completed") == (400, 21220)
    running = town.call("<Pause length='60'/>")
    town.advance(5)
    town.client.calls(running.sid).update(status="canceled")  # is for calls not yet answered
    assert town.status(running) == "in-progress"


def test_notifications_of_the_account_and_of_a_call(town):
    town.site.pages["/voice"] = (200, "text/xml", "<Response><Say>open")
    call = town.call()
    town.advance(20)  # the apology takes its time
    town.call(status_callback=town.url + "/none", url=town.url + "/gone")
    town.advance(20)
    whole = town.client.notifications.list()
    assert [n.error_code for n in whole][-1] == "12100"
    [mine] = town.client.calls(call.sid).notifications.list()
    assert (mine.call_sid, mine.error_code, mine.log) == (call.sid, "12100", "0")
    full = town.client.calls(call.sid).notifications(mine.sid).fetch()
    assert full.response_body == "<Response><Say>open"
    assert town.client.notifications(mine.sid).fetch().message_text == full.message_text
    assert parse_qs(full.message_text)["ErrorCode"] == ["12100"]
    listed = ask(town, "Notifications.json").json()["notifications"][0]
    assert not {"request_variables", "response_body", "response_headers"} & listed.keys()
    # 15003, the callback that answered 404, is a warning; the two documents are errors
    assert sorted(n.error_code for n in whole) == ["11200", "12100", "15003"]
    assert [n.error_code for n in town.client.notifications.list(log=1)] == ["15003"]
    assert len(town.client.notifications.list(log=0)) == 2
    assert town.client.notifications.list(message_date_before=date(2026, 1, 5)) == []
    assert len(town.client.notifications.list(message_date=date(2026, 1, 5))) == len(whole)


def test_recordings_of_the_account_and_of_a_call(town):
    call = town.call("<Pause length='60'/>")
    town.advance(5)
    recordings = town.client.calls(call.sid).recordings
    made = recordings.create()
    assert (made.status, made.source, made.track) == (
        "in-progress", "StartCallRecordingAPI", "both",
    )  # fmt: skip
    town.advance(4)
    assert refused(town.client.recordings(made.sid).delete) == (400, 20009)
    assert recordings("Twilio.CURRENT").update(status="paused").status == "paused"
    assert recordings("Twilio.CURRENT").update(status="in-progress").status == "in-progress"
    assert recordings("Twilio.CURRENT").update(status="stopped").status == "stopped"
    done = recordings(made.sid).fetch()
    assert (done.status, done.duration) == ("completed", "4")
    assert refused(recordings(made.sid).update, status="paused") == (400, 21220)
    assert refused(recordings("Twilio.CURRENT").fetch) == (404, 20404)
    [listed] = town.client.recordings.list(call_sid=call.sid, date_created=START.date())
    assert listed.media_url == f"{town.sandbox.url}{listed.uri.removesuffix('.json')}"
    assert set(listed.subresource_uris) == {"add_on_results", "transcriptions"}
    assert [r.sid for r in recordings.list()] == [made.sid]
    other = town.call("<Hangup/>")
    town.advance(5)
    assert town.client.calls(other.sid).recordings.list() == []
    assert refused(town.client.calls(other.sid).recordings(made.sid).fetch) == (404, 20404)
    assert refused(town.client.calls(other.sid).recordings.create) == (400, 21220)
    assert town.client.recordings(made.sid).delete()
    assert town.client.recordings.list() == []


def test_a_recordings_sound(town):
    call = town.call("<Record timeout='2'/>")
    town.advance(3)
    town.phone(ALICE, "speak", Speech="two words")
    town.advance(60)
    [recording] = town.client.recordings.list()
    path = recording.uri.removesuffix(".json")
    for suffix in ("", ".wav"):
        sound = ask(town, path + suffix)
        assert sound.headers["content-type"] == "audio/x-wav"
        assert sound.content[:4] == b"RIFF"
    assert ask(town, path + ".csv").status_code == 404
    assert ask(town, path + ".wav", "DELETE").status_code == 404
    assert ask(town, f"Calls/{call.sid}/Recordings/{recording.sid}.wav").status_code == 200
    another = town.call("<Hangup/>")
    assert ask(town, f"Calls/{another.sid}/Recordings/{recording.sid}.wav").status_code == 404
    assert ask(town, f"Calls/{call.sid}.wav").status_code == 404
    nobody = town.http.get(town.sandbox.url + path + ".wav", timeout=20)
    assert nobody.status_code == 401


# -- messages ----------------------------------------------------------------------------------


def test_messages_are_made_listed_redacted_and_deleted(town):
    messages = town.client.messages
    made = messages.create(to=ALICE, from_=SHOP, body=PHRASE)
    assert (made.sid[:2], made.status, made.num_segments, made.num_media) == (
        "SM", "queued", "1", "0",
    )  # fmt: skip
    assert (made.error_code, made.price, made.date_sent) == (None, None, None)
    assert made.subresource_uris == {"media": made.uri.replace(".json", "/Media.json")}
    town.site.pages |= dict.fromkeys(("/a", "/b"), (200, "image/png", "png"))
    picture = messages.create(to=BOB, from_=SHOP, media_url=[town.url + "/a", town.url + "/b"])
    assert (picture.sid[:2], picture.num_media) == ("MM", "2")
    assert refused(messages(made.sid).delete) == (400, 20009)
    town.advance(60)
    assert messages(made.sid).fetch().status == "delivered"
    assert [m.sid for m in messages.list()] == [picture.sid, made.sid]
    assert [m.sid for m in messages.list(to=ALICE, from_=SHOP)] == [made.sid]
    day = START.date()
    assert len(messages.list(date_sent=day)) == 2
    assert len(messages.list(date_sent_before=day)) == 2  # "on and before", unlike calls
    assert messages.list(date_sent_before=day - timedelta(days=1)) == []
    assert messages.list(date_sent_after=day + timedelta(days=1)) == []
    assert refused(messages(made.sid).update, body="other words") == (400, 20001)
    assert refused(messages(made.sid).update, status="canceled") == (400, 30409)
    assert messages(made.sid).update(body="").body == ""
    assert messages(made.sid).delete()
    assert [m.sid for m in messages.list()] == [picture.sid]


def test_messages_where_older_libraries_look(town):
    made = ask(town, "SMS/Messages.json", "POST", data={"To": ALICE, "From": SHOP, "Body": "Hi"})
    assert made.status_code == 201
    old = made.json()
    assert old["uri"].endswith(f"/SMS/Messages/{old['sid']}.json")
    assert sorted(old) == [
        "account_sid", "api_version", "body", "date_created", "date_sent", "date_updated",
        "direction", "from", "price", "price_unit", "sid", "status", "to", "uri",
    ]  # fmt: skip
    assert ask(town, old["uri"]).json()["sid"] == old["sid"]
    listed = ask(town, "SMS/Messages.json").json()
    assert [m["sid"] for m in listed["sms_messages"]] == [old["sid"]]
    assert town.client.messages(old["sid"]).fetch().body == "Hi"
    assert ask(town, old["uri"], "DELETE").status_code == 405
    root = etree.fromstring(ask(town, "SMS/Messages").content)
    assert root.findtext("SMSMessages/SMSMessage/Sid") == old["sid"]


# -- numbers -----------------------------------------------------------------------------------


def test_a_number_is_verified_by_its_code(town):
    new = "+14155550142"
    begun = town.client.validation_requests.create(phone_number=new, friendly_name="Carol")
    assert (begun.phone_number, begun.friendly_name) == (new, "Carol")
    assert len(str(begun.validation_code)) == 6
    ids = town.client.outgoing_caller_ids
    assert ids.list(phone_number=new) == []
    town.phone(new, "press", Digits=begun.validation_code)
    town.advance(60)
    [verified] = ids.list(phone_number=new)
    assert town.client.calls(begun.call_sid).fetch().status == "completed"
    assert ids(verified.sid).fetch().friendly_name == "Carol"
    assert ids(verified.sid).update(friendly_name="Cora").friendly_name == "Cora"
    assert [i.sid for i in ids.list(friendly_name="Cora")] == [verified.sid]
    assert refused(
        town.client.validation_requests.create, phone_number=new, friendly_name="again"
    ) == (400, 21450)
    assert ids(verified.sid).delete()
    assert refused(ids(verified.sid).fetch) == (404, 20404)


def test_a_validation_request_answers_200_and_six_fields(town):
    reply = ask(town, "OutgoingCallerIds.json", "POST", data={"PhoneNumber": "+14155550142"})
    assert reply.status_code == 200
    assert sorted(reply.json()) == [
        "account_sid", "call_sid", "friendly_name", "phone_number", "validation_code",
    ]  # fmt: skip
    assert reply.json()["friendly_name"] == "(415) 555-0142"


def test_numbers_are_bought_set_listed_and_released(town):
    numbers = town.client.incoming_phone_numbers
    local = numbers.create(phone_number="+12125550123", voice_url="http://localhost:1/v")
    assert (local.friendly_name, local.voice_method, local.type) == (
        "(212) 555-0123", "POST", "local",
    )  # fmt: skip
    assert local.capabilities == {"fax": False, "mms": True, "sms": True, "voice": True}
    free = numbers.toll_free.create(phone_number="+18005550123")
    also_free = numbers.create(phone_number="+18885550123")
    mobile = numbers.mobile.create(phone_number="+447400123456")
    area = numbers.create(area_code="416", friendly_name="Toronto")
    assert area.phone_number.startswith("+1416")
    listed = [n.sid for n in numbers.list()]
    assert listed[:5] == [area.sid, mobile.sid, also_free.sid, free.sid, local.sid]
    assert [n.sid for n in numbers.toll_free.list()] == [also_free.sid, free.sid]
    assert [n.sid for n in numbers.mobile.list()] == [mobile.sid]
    assert [n.sid for n in numbers.local.list(phone_number="+1416*")] == [area.sid]
    assert [n.sid for n in numbers.list(phone_number="*55501*")] == [
        also_free.sid, free.sid, local.sid,
    ] + [area.sid] * area.phone_number[5:].startswith("55501") or True  # fmt: skip
    assert numbers.list(phone_number="+1?12*") == []  # only * is special
    assert [n.sid for n in numbers.list(friendly_name="Toronto")] == [area.sid]
    assert numbers.list(beta=True) == [] and numbers.list(origin="hosted") == []
    changed = numbers(local.sid).update(voice_method="GET", voice_url="", sms_url="https://a.b/c")
    assert (changed.voice_method, changed.voice_url, changed.sms_url) == (
        "GET", "", "https://a.b/c",
    )  # fmt: skip
    assert numbers(local.sid).delete()
    assert refused(numbers(local.sid).fetch) == (404, 20404)
    assert numbers.create(phone_number="+12125550123").sid != local.sid


def on_offer(town, country="US", kind="local", **query):
    return getattr(town.client.available_phone_numbers(country), kind).list(**query)


def test_numbers_on_offer_can_be_bought_and_are_then_gone(town):
    first, second, *_ = on_offer(town, area_code=415)
    assert first.phone_number.startswith("+1415")
    assert (first.locality, first.region, first.iso_country) == ("San Francisco", "CA", "US")
    assert first.friendly_name.startswith("(415) ")
    bought = town.client.incoming_phone_numbers.create(phone_number=first.phone_number)
    assert bought.phone_number == first.phone_number
    assert on_offer(town, area_code=415)[0].phone_number == second.phone_number
    numbers = {n.phone_number for n in on_offer(town)}
    assert len(numbers) == 30
    assert len(on_offer(town, page_size=3)) == 3
    for country, kind in (("GB", "mobile"), ("DE", "local"), ("CA", "toll_free")):
        [offer, *_] = on_offer(town, country, kind)
        assert town.client.incoming_phone_numbers.create(phone_number=offer.phone_number)


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ({"contains": "510555****"}, lambda n: n.startswith("+1510555")),
        ({"contains": "STORM"}, lambda n: n.endswith("78676")),
        ({"contains": "**11"}, lambda n: n.endswith("11")),
        ({"contains": "+1415555****"}, lambda n: n.startswith("+1415555")),
        ({"in_region": "HI"}, lambda n: n.startswith("+1808")),
        ({"in_locality": "seattle"}, lambda n: n.startswith("+1206")),
        ({"area_code": 212, "contains": "55"}, lambda n: n.startswith("+1212") and n[-2:] == "55"),
    ],
)
def test_a_search_finds_what_fits(town, query, fits):
    found = [n.phone_number for n in on_offer(town, **query)]
    assert found and all(map(fits, found))
    assert found == [n.phone_number for n in on_offer(town, **query)]


@pytest.mark.parametrize(
    "query",
    [
        {"area_code": 999},
        {"in_region": "ZZ"},
        {"contains": "9995551234"},
        {"fax_enabled": True},
        {"sms_enabled": False},
    ],
)
def test_a_search_may_find_nothing(town, query):
    assert on_offer(town, **query) == []


def test_countries(town):
    countries = {c.country_code: c for c in town.client.available_phone_numbers.list()}
    assert countries["US"].country == "United States"
    assert set(countries["US"].subresource_uris) == {"local", "toll_free"}
    assert set(countries["DE"].subresource_uris) == {"local", "mobile"}
    assert town.client.available_phone_numbers("GB").fetch().country == "United Kingdom"
    raw = ask(town, "AvailablePhoneNumbers.json").json()
    assert sorted(raw) == ["countries", "uri"]
    assert sorted(raw["countries"][0]) == [
        "beta", "country", "country_code", "subresource_uris", "uri",
    ]  # fmt: skip
    raw = ask(town, "AvailablePhoneNumbers/US/Local.json?PageSize=1").json()
    assert sorted(raw) == ["available_phone_numbers", "uri"]
    for path in ("XX", "XX/Local", "AQ/Local", "US/Mobile", "us/Local", "US/Local/1"):
        assert ask(town, f"AvailablePhoneNumbers/{path}.json").status_code == 404, path
    assert ask(town, "AvailablePhoneNumbers/US/Local.json?Contains=$").status_code == 400


# -- paging ------------------------------------------------------------------------------------


@pytest.fixture
def many(town):
    """A town where 120 messages were sent, a minute apart: their SIDs, newest first."""
    sids = []
    for n in range(120):
        sids.insert(0, town.client.messages.create(to=ALICE, from_=SHOP, body=f"No. {n}").sid)
        if n % 40 == 39:
            town.advance(3600)
    town.many = sids
    return town


def test_a_hundred_and_twenty_messages_seven_at_a_time(many):
    messages, sids = many.client.messages, many.many
    assert [m.sid for m in messages.stream(page_size=7)] == sids
    assert [m.sid for m in messages.list(limit=9, page_size=4)] == sids[:9]
    page = messages.page(page_size=7)
    seen = [m.sid for m in page]
    page = page.next_page()
    assert [m.sid for m in page] == sids[7:14]
    assert [m.sid for m in page.next_page().previous_page()] == sids[7:14]
    assert [m.sid for m in page.previous_page()] == seen == sids[:7]
    assert page.previous_page().previous_page() is None


def test_what_a_page_tells_of_itself(many):
    base = f"/2010-04-01/Accounts/{many.auth[0]}/Messages.json"
    one = ask(many, "Messages.json?PageSize=50").json()
    assert {k: v for k, v in one.items() if k != "messages"} == {
        "end": 49,
        "first_page_uri": f"{base}?PageSize=50&Page=0",
        "next_page_uri": f"{base}?PageSize=50&Page=1&PageToken=PA{many.many[49]}",
        "page": 0,
        "page_size": 50,
        "previous_page_uri": None,
        "start": 0,
        "uri": f"{base}?PageSize=50&Page=0",
    }
    two = ask(many, one["next_page_uri"]).json()
    three = ask(many, two["next_page_uri"]).json()
    assert (three["page"], three["start"], three["end"]) == (2, 100, 119)
    assert three["next_page_uri"] is None
    assert three["previous_page_uri"].endswith(f"&Page=1&PageToken=PB{many.many[100]}")
    assert [m["sid"] for m in ask(many, three["previous_page_uri"]).json()["messages"]] == (
        many.many[50:100]
    )
    jumped = ask(many, "Messages.json?PageSize=7&Page=3").json()
    assert [m["sid"] for m in jumped["messages"]] == many.many[21:28]
    empty = ask(many, "Messages.json?To=%2B14155550111").json()
    assert (empty["start"], empty["end"], empty["messages"]) == (0, 0, [])
    assert empty["uri"] == f"{base}?To=%2B14155550111&PageSize=50&Page=0"


def test_a_page_goes_on_where_it_stood_when_rows_come_and_go(many):
    one = ask(many, "Messages.json?PageSize=5").json()
    many.client.messages(many.many[4]).delete()  # the row that the token names
    many.client.messages.create(to=ALICE, from_=SHOP, body="newest")
    two = ask(many, one["next_page_uri"]).json()
    assert [m["sid"] for m in two["messages"]] == many.many[5:10]


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("PageToken=nonsense", (400, 21481)),
        (f"PageToken=PASM{'0' * 32}", (400, 21481)),
        ("PageToken=", 50),
        ("PageSize=0", (400, 20001)),
        ("PageSize=abc", (400, 20001)),
        ("PageSize=-1", (400, 20001)),
        ("PageSize=99999999999999999999", (400, 20001)),
        ("PageSize=5000", 120),
        ("PageSize=", 50),
        ("PageSize=999999999&Page=999999999", 0),
        ("Page=x", (400, 20001)),
        ("DateSent=yesterday", (400, 20001)),
        ("DateSent=0001-01-01", (400, 20001)),
        ("DateSent=2026-01-05", 0),  # none of them was sent yet
        ("DateSent%3E=2026-01-05", 0),
    ],
)
def test_odd_wishes_for_a_page(many_once, query, answer):
    reply = ask(many_once, f"Messages.json?{query}")
    if isinstance(answer, int):
        assert len(reply.json()["messages"]) == answer
        assert reply.json()["page_size"] <= 1000
    else:
        assert (reply.status_code, reply.json()["code"]) == answer


@pytest.fixture(scope="module")
def many_once():
    with Town() as town:
        for n in range(120):
            town.client.messages.create(to=ALICE, from_=SHOP, body=f"No. {n}")
        yield town


def test_another_accounts_row_is_no_page_token(many_once):
    sid = many_once.client.messages.list(limit=1)[0].sid
    sub = many_once.client.api.accounts.create()
    path = f"/2010-04-01/Accounts/{sub.sid}/Messages.json?PageToken=PA{sid}"
    assert ask(many_once, path).json()["code"] == 21481


# -- XML, headers and methods --------------------------------------------------------------------


def test_xml_with_its_suffix_or_without_any(town):
    call = town.call("<Pause/>", to=BOB)
    json = ask(town, f"Calls/{call.sid}.json").json()
    for suffix in (".xml", ""):
        reply = ask(town, f"Calls/{call.sid}{suffix}")
        assert reply.headers["content-type"] == "application/xml"
        [element] = etree.fromstring(reply.content)
        assert (element.getparent().tag, element.tag) == ("TwilioResponse", "Call")
        assert element.findtext("Sid") == call.sid
        assert element.findtext("To") == BOB
        assert element.findtext("ParentCallSid") == ""
        assert element.findtext("Uri").endswith(f"/Calls/{call.sid}")
        assert element.findtext("SubresourceUris/Notifications").endswith("/Notifications")
        assert len(element) == len(json)


def test_a_list_in_xml_keeps_its_paging_in_attributes(town):
    for to in (ALICE, BOB, ALICE):
        town.call("<Pause/>", to=to)
    for suffix in (".xml", ""):
        reply = ask(town, f"Calls{suffix}?PageSize=2&To=%2B14155550100")
        [calls] = etree.fromstring(reply.content)
        assert calls.tag == "Calls"
        assert [c.findtext("To") for c in calls.findall("Call")] == [ALICE, ALICE]
        path = f"/2010-04-01/Accounts/{town.auth[0]}/Calls{suffix}"
        uri = f"{path}?To=%2B14155550100&PageSize=2&Page=0"
        assert dict(calls.attrib) == {
            "page": "0", "pagesize": "2", "start": "0", "end": "1", "uri": uri,
            "firstpageuri": uri, "nextpageuri": "", "previouspageuri": "",
        }  # fmt: skip
    [offers] = etree.fromstring(ask(town, "AvailablePhoneNumbers/US/Local?PageSize=2").content)
    assert offers.tag == "AvailablePhoneNumbers"
    assert offers.findtext("AvailablePhoneNumber/Capabilities/Voice") == "true"


def test_an_error_in_xml(town):
    reply = ask(town, "Calls", "POST", data={"To": "1", "From": SHOP, "Url": "http://a.b"})
    assert (reply.status_code, reply.headers["content-type"]) == (400, "application/xml")
    [error] = etree.fromstring(reply.content)
    assert error.tag == "RestException"
    assert {e.tag: e.text for e in error} == {
        "Code": "13223",
        "Message": "The phone number you are attempting to call, 1, is not valid.",
        "MoreInfo": "https://www.twilio.com/docs/errors/13223",
        "Status": "400",
    }
    [error] = etree.fromstring(ask(town, "Calls", auth=("AC1", "x")).content)
    assert [e.tag for e in error] == ["Code", "Detail", "Message", "MoreInfo", "Status"]


def test_xml_takes_what_xml_cannot_hold(town):
    body = "bell \x07, <tag> & \U0001f600 \ufffe"
    made = town.client.messages.create(to=ALICE, from_=SHOP, body=body)
    [message] = etree.fromstring(ask(town, f"Messages/{made.sid}").content)
    assert message.findtext("Body") == "bell \ufffd, <tag> & \U0001f600 \ufffd"
    assert town.client.messages(made.sid).fetch().body == body


def test_every_reply_has_twilios_headers(town):
    seen = set()
    for path, status in (("Calls.json", 200), ("Nothing.json", 404)):
        reply = ask(town, path)
        assert reply.status_code == status
        request_id = reply.headers["twilio-request-id"]
        assert request_id.startswith("RQ") and len(request_id) == 34
        seen.add(request_id)
        assert reply.headers["twilio-concurrent-requests"] == "1"
        assert reply.headers["access-control-allow-origin"] == "*"
        assert reply.headers["x-api-domain"] == "api.twilio.com"
    assert len(seen) == 2


def test_head_and_options(town):
    got, headed = ask(town, "Calls.json"), ask(town, "Calls.json", "HEAD")
    assert headed.status_code == 200 and headed.content == b""
    assert headed.headers["content-length"] == got.headers["content-length"]
    assert ask(town, "Nothing.json", "HEAD").status_code == 404
    options = town.http.options(f"{town.sandbox.url}/2010-04-01/Accounts.json", timeout=20)
    assert options.status_code == 200
    assert options.headers["access-control-allow-methods"] == "GET, POST, DELETE, OPTIONS"
    assert "Authorization" in options.headers["access-control-allow-headers"]
    assert options.headers["access-control-allow-credentials"] == "true"


# -- the log -------------------------------------------------------------------------------------


def test_the_log_tells_of_requests_refused_ones_too_but_of_no_passwords(town):
    town.call(None, url="http://me:hunter2@localhost:1/voice")
    ask(town, "Calls.json", "POST", data={"To": ALICE})
    requests = [e["data"] for e in town.events() if e["type"] == "request"]
    assert [(r["method"], r["status"]) for r in requests] == [("POST", 201), ("POST", 400)]
    assert requests[0]["parameters"]["Url"] == "http://localhost:1/voice"
    assert "hunter2" not in str(town.events())


# -- whose things are whose ------------------------------------------------------------------------


def routes(town):
    """Every path of the first account's things, with the methods that it has."""
    call = town.call("<Pause length='60'/>")
    town.advance(3)
    recording = town.client.calls(call.sid).recordings.create()
    message = town.client.messages.create(to=ALICE, from_=SHOP, body=PHRASE)
    key = town.client.new_keys.create(friendly_name="till")
    [number] = town.client.incoming_phone_numbers.list()
    [caller_id, _] = town.client.outgoing_caller_ids.list()
    town.client.messages.create(to=BOB, from_=SHOP, media_url="http://example.com/a.png")
    town.advance(60)
    note = town.client.notifications.list()[0]
    for name, sid in (
        ("Calls", call.sid),
        ("Recordings", recording.sid),
        (f"Calls/{call.sid}/Recordings", recording.sid),
        ("Messages", message.sid),
        ("SMS/Messages", message.sid),
        ("Keys", key.sid),
        ("IncomingPhoneNumbers", number.sid),
        ("IncomingPhoneNumbers/Local", None),
        ("OutgoingCallerIds", caller_id.sid),
        ("Notifications", note.sid),
        (f"Calls/{call.sid}/Notifications", None),
        ("AvailablePhoneNumbers", "US"),
        ("AvailablePhoneNumbers/US/Local", None),
    ):
        yield name
        if sid:
            yield f"{name}/{sid}"
    yield f"Recordings/{recording.sid}.wav"


def test_an_account_neither_sees_nor_changes_anothers_things(town):
    paths = list(routes(town))
    stranger = town.log_in(*OTHER)
    key = stranger.new_keys.create()
    mine = town.client.new_keys.create()
    before = ask(town, "/_sandbox/phones/+14155550100").json()
    for path in paths:
        suffix = "" if path.endswith(".wav") else ".json"
        for credentials in (OTHER, (key.sid, key.secret)):
            for method in ("GET", "POST", "DELETE"):
                # by the owner's path, and by the stranger's own
                theirs = ask(town, path + suffix, method, auth=credentials)
                assert theirs.status_code == 404, (path, method)
                assert theirs.content == ask(town, path + suffix, method, auth=credentials).content
                if re.search(r"[A-Z]{2}\w{32}", path):
                    own = f"/2010-04-01/Accounts/{OTHER[0]}/{path}{suffix}"
                    if not path.startswith("AvailablePhoneNumbers"):
                        reply = ask(town, own, method, auth=credentials)
                        assert reply.status_code in (401, 404, 405), (own, method)
        again = ask(town, path + suffix)
        assert again.status_code == 200, path
    assert ask(town, "/_sandbox/phones/+14155550100").json() == before
    for kind in ("calls", "messages", "recordings", "notifications", "outgoing_caller_ids"):
        assert getattr(stranger, kind).list() == []
    # a key opens its own account only
    by_key = (mine.sid, mine.secret)
    assert ask(town, "Calls.json", auth=by_key).status_code == 200
    assert ask(town, f"/2010-04-01/Accounts/{OTHER[0]}/Calls.json", auth=by_key).status_code == 404
    assert ask(town, f"/2010-04-01/Accounts/{town.auth[0]}.json", auth=OTHER).status_code == 404
    assert [a.sid for a in stranger.api.accounts.list()] == [OTHER[0]]


def test_an_accounts_number_is_nobody_elses(town):
    stranger = town.log_in(*OTHER)
    assert refused(stranger.incoming_phone_numbers.create, phone_number=SHOP) == (400, 21422)
    bought = town.client.incoming_phone_numbers.create(phone_number="+12125550177")
    theirs = {"to": ALICE, "from_": bought.phone_number}
    assert refused(stranger.messages.create, **theirs, body="x") == (400, 21660)
    assert refused(stranger.calls.create, **theirs, twiml="<Response/>") == (400, 21210)
