"""Prices, the balance and Usage Records, as the official client sees them."""

from datetime import date
from decimal import Decimal

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException

from helpers.client import Client
from helpers.prices import PRICES_2012
from tests.sandbox.town import ALICE, BOB, SHOP, Town

TOLL_FREE = "+18005550177"


@pytest.fixture
def town():
    with Town(verified=(ALICE, BOB)) as town:
        yield town


@pytest.fixture
def branch(town):
    """A sub-account of the shop's, with its own client and number."""
    made = town.client.api.accounts.create(friendly_name="Branch")
    own = type(town.client)(made.sid, made.auth_token)
    own.api.base_url = town.sandbox.url
    own.number = own.incoming_phone_numbers.create(phone_number="+14155550188").phone_number
    yield own
    own.http_client.session.close()


def usage(client, **asked):
    """category -> (count, usage, price) of what was used at all."""
    rows = client.usage.records.list(**asked)
    return {r.category: (r.count, r.usage, str(r.price)) for r in rows if r.price or r.usage != "0"}


def refusal(act, *args, **given):
    with pytest.raises(TwilioException) as caught:
        act(*args, **given)
    if isinstance(caught.value, TwilioRestException):
        return caught.value.status, caught.value.code
    return caught.value.args[1].status_code


# -- what things cost ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "price"), [(1, "-0.01400"), (60, "-0.01400"), (61, "-0.02800"), (120, "-0.02800")]
)
def test_a_call_costs_each_minute_begun(town, seconds, price):
    call = town.call(f"<Pause length='{seconds}'/>")
    town.advance(seconds + 20)
    call = call.fetch()
    assert (call.status, call.duration, call.price) == ("completed", str(seconds), price)
    assert call.price_unit == "USD"


def test_a_call_tells_its_price_some_time_after_its_end(town):
    call = town.call("<Pause length='10'/>")
    town.advance(12)
    assert (call.fetch().status, call.fetch().price) == ("completed", None)
    town.advance(4.9)
    assert call.fetch().price is None and town.client.calls.list()[0].price is None
    town.advance(0.1)
    assert call.fetch().price == town.client.calls.list()[0].price == "-0.01400"


@pytest.mark.parametrize("mode", ["busy", "decline", "no-answer"])
def test_a_call_that_nobody_answers_costs_nothing(town, mode):
    town.phone(ALICE, Mode=mode)
    call = town.call("<Say>Hello</Say>")
    town.advance(120)
    assert call.fetch().price is None
    assert usage(town.client) == {}


def test_incoming_calls_cost_less_and_toll_free_ones_more(town):
    free = town.client.incoming_phone_numbers.create(phone_number=TOLL_FREE)
    before = usage(town.client)
    assert before["phonenumbers-tollfree"] == ("1", "1", "2.15")
    for number in (SHOP, TOLL_FREE):
        sid = town.client.incoming_phone_numbers.list(phone_number=number)[0].sid
        town.client.incoming_phone_numbers(sid).update(voice_url=town.url + "/voice")
    town.site.pages["/voice"] = "<Response><Say>Hello</Say></Response>"
    for number in (SHOP, TOLL_FREE):
        town.phone(ALICE, "call", To=number)
        town.advance(30)
    prices = {call.to: call.price for call in town.client.calls.list()}
    assert prices == {SHOP: "-0.00850", free.phone_number: "-0.02200"}
    after = usage(town.client)
    assert after["calls-inbound-local"] == ("1", "1", "0.0085")
    assert after["calls-inbound-tollfree"] == ("1", "1", "0.022")
    assert after["calls-inbound"] == after["calls"] == ("2", "2", "0.0305")


def test_both_legs_of_a_dial_cost(town):
    town.call(f"<Dial>{BOB}</Dial>")
    town.advance(30)
    town.phone(BOB, "hangup")
    town.advance(30)
    assert usage(town.client)["calls-outbound"] == ("2", "2", "0.028")


def test_a_call_to_a_client_counts_and_has_no_price(town):
    call = town.call("<Say>Hello</Say>", to="client:anna")
    town.advance(60)
    assert (call.fetch().status, call.fetch().price) == ("completed", None)
    assert usage(town.client)["calls-client"] == ("1", "1", "0")


@pytest.mark.parametrize(
    ("body", "media", "price"),
    [
        ("x" * 160, None, "-0.00830"),
        ("x" * 161, None, "-0.01660"),
        ("x" * 400, "/a.png", "-0.02200"),
    ],
)
def test_a_message_costs_its_segments_or_its_pictures(town, body, media, price):
    town.site.pages["/a.png"] = (200, "image/png", "png")
    media = media and [town.url + media]
    message = town.client.messages.create(to=ALICE, from_=SHOP, body=body, media_url=media)
    assert message.price is None
    town.advance(0.5)
    assert (message.fetch().status, message.fetch().price) == ("sending", None)
    town.advance(0.5)
    assert (message.fetch().status, message.fetch().price) == ("sent", price)


def test_an_incoming_message_costs_too(town):
    town.phone(ALICE, "text", To=SHOP, Body="Hello")
    town.site.pages["/a.png"] = (200, "image/png", "png")
    town.phone(ALICE, "text", To=SHOP, Body="Look", MediaUrl=town.url + "/a.png")
    town.advance(5)
    assert [m.price for m in town.client.messages.list()] == ["-0.01650", "-0.00830"]
    found = usage(town.client)
    assert found["sms-inbound"] == found["sms"] == ("1", "1", "0.0083")
    assert found["mms-inbound"] == found["mms"] == ("1", "1", "0.0165")


def test_what_is_undelivered_was_sent_and_paid(town):
    town.phone(ALICE, Mode="off")
    message = town.client.messages.create(to=ALICE, from_=SHOP, body="Hello")
    town.advance(5)
    assert (message.fetch().status, message.fetch().price) == ("undelivered", "-0.00830")


def test_a_recording_costs_each_minute_begun(town):
    call = town.call("<Pause length='61'/>", record=True, trim="do-not-trim")
    town.advance(100)
    [recording] = town.client.recordings.list(call_sid=call.sid)
    assert (recording.duration, recording.price) == ("61", "-0.00500")
    assert usage(town.client)["recordings"] == ("1", "2", "0.005")


def test_a_deleted_message_stays_paid(town):
    message = town.client.messages.create(to=ALICE, from_=SHOP, body="Hello")
    town.advance(5)
    message.delete()
    assert usage(town.client)["sms"] == ("1", "1", "0.0083")


def test_another_price_list_is_charged_by(town):
    town.sandbox.engine.prices = PRICES_2012
    message = town.client.messages.create(to=ALICE, from_=SHOP, body="Hello")
    call = town.call("<Say>Hello</Say>")
    town.advance(30)
    assert message.fetch().price == "-0.01000"
    assert call.fetch().price is None  # nobody knows that time's price of an outgoing minute


# -- numbers ------------------------------------------------------------------------------------


def test_a_number_costs_something_every_month(town):
    assert town.client.balance.fetch().balance == "20.00"  # the first number came with the account
    bought = town.client.incoming_phone_numbers.create(phone_number="+14155550188")
    assert town.client.balance.fetch().balance == "18.85"
    for _ in range(31):
        town.advance(86_400)  # 5 January to 5 February: two numbers begin a month
    assert town.client.balance.fetch().balance == "16.55"
    assert usage(town.client)["phonenumbers-local"] == ("3", "3", "3.45")
    bought.delete()
    for _ in range(28):
        town.advance(86_400)
    rows = town.client.usage.records.monthly.list(category="phonenumbers")
    assert [(r.start_date, r.price) for r in rows] == [
        (date(2026, 3, 1), Decimal("1.15")),
        (date(2026, 2, 1), Decimal("2.3")),
        (date(2026, 1, 5), Decimal("1.15")),
    ]


def test_a_month_that_began_on_the_31st_ends_with_the_next():
    with Town(start="2026-01-31T09:00:00Z") as town:
        for _ in range(30):
            town.advance(86_400)  # 2 March
        days = town.client.usage.records.daily.list(category="phonenumbers")
        assert [d.start_date for d in days if d.price] == [date(2026, 2, 28)]


def test_what_a_released_number_cost_until_then_is_paid(town):
    bought = town.client.incoming_phone_numbers.create(phone_number="+14155550188")
    for _ in range(32):
        town.advance(86_400)
    bought.delete()
    assert usage(town.client)["phonenumbers"][0] == "3"


def test_a_number_that_moves_is_paid_by_whose_it_was_until_then(town, branch):
    bought = town.client.incoming_phone_numbers.create(phone_number="+14155550199")
    for _ in range(32):
        town.advance(86_400)
    bought.update(account_sid=branch.account_sid)
    numbers = {"category": "phonenumbers", "include_subaccounts": False}
    assert town.client.usage.records.list(**numbers)[0].count == "3"
    assert branch.usage.records.list(**numbers)[0].count == "2"  # its own, twice


# -- the balance --------------------------------------------------------------------------------


def test_a_trial_begins_with_its_credit_and_spends_it():
    with Town(type="trial", verified=(ALICE,)) as town:
        balance = town.client.balance.fetch()
        assert (balance.balance, balance.currency) == ("15.50", "USD")
        assert balance.account_sid == town.auth[0]
        town.call("<Say>Hello</Say>")
        town.client.messages.create(to=ALICE, from_=SHOP, body="Hello")
        town.advance(30)
        assert town.client.balance.fetch().balance == "15.4777"
        ours = Client(*town.auth, base_url=town.sandbox.url)
        assert ours.balance.fetch().balance == "15.4777"
        assert not hasattr(ours.balance, "list")
        ours.close()


def test_a_sub_account_has_no_balance_and_spends_its_owners(town, branch):
    assert refusal(branch.balance.fetch) == (404, 20404)
    branch.messages.create(to=ALICE, from_=branch.number, body="Hello")
    town.advance(5)
    assert town.client.balance.fetch().balance == "18.8417"


# -- usage records ------------------------------------------------------------------------------


def test_a_category_is_the_sum_of_its_parts(town):
    town.call("<Say>Hello</Say>", record=True)
    town.client.messages.create(to=ALICE, from_=SHOP, body="x" * 161)
    town.phone(ALICE, "text", To=SHOP, Body="Hello")
    town.advance(60)
    found = usage(town.client)
    assert found == {
        "calls": ("1", "1", "0.014"),
        "calls-outbound": ("1", "1", "0.014"),
        "sms": ("2", "3", "0.0249"),
        "sms-inbound": ("1", "1", "0.0083"),
        "sms-inbound-longcode": ("1", "1", "0.0083"),
        "sms-outbound": ("1", "2", "0.0166"),
        "sms-outbound-longcode": ("1", "2", "0.0166"),
        "recordings": ("1", "1", "0.0025"),
        "totalprice": (None, "0.0414", "0.0414"),
    }


def test_a_record_looks_as_twilios_does(town):
    path = f"/2010-04-01/Accounts/{town.auth[0]}/Usage/Records"
    got = town.http.get(f"{town.sandbox.url}{path}/Today.json?Category=totalprice", auth=town.auth)
    [row] = got.json()["usage_records"]
    links = row.pop("subresource_uris")
    assert row == {
        "account_sid": town.auth[0],
        "api_version": "2010-04-01",
        "as_of": "2026-01-05T09:00:00+00:00",
        "category": "totalprice",
        "count": None,
        "count_unit": "",
        "description": "Total Price",
        "end_date": "2026-01-05",
        "price": "0",
        "price_unit": "usd",
        "start_date": "2026-01-05",
        "uri": f"{path}/Today.json?Category=totalprice&StartDate=2026-01-05&EndDate=2026-01-05",
        "usage": "0",
        "usage_unit": "usd",
    }
    assert list(links) == [
        "all_time", "daily", "last_month", "monthly", "this_month", "today", "yearly", "yesterday",
    ]  # fmt: skip
    assert links["last_month"] == f"{path}/LastMonth.json?Category=totalprice"
    for link in (row["uri"], *links.values()):
        assert town.http.get(town.sandbox.url + link, auth=town.auth).status_code == 200


def test_the_periods():
    """One text on each of six days, the account begun on 30 December."""
    with Town(start="2025-12-30T12:00:00Z", verified=(ALICE,)) as town:
        for _ in range(6):
            town.client.messages.create(to=ALICE, from_=SHOP, body="Hello")
            town.advance(86_400)
        records = town.client.usage.records

        def told(among, **asked):
            rows = among.list(category="sms", **asked)
            return [(str(r.start_date), str(r.end_date), r.count) for r in rows]

        assert told(records) == [("2025-12-30", "2026-01-05", "6")]
        assert told(records.all_time) == [("2025-12-30", "2026-01-05", "6")]
        assert told(records.today) == [("2026-01-05", "2026-01-05", "0")]
        assert told(records.yesterday) == [("2026-01-04", "2026-01-04", "1")]
        assert told(records.this_month) == [("2026-01-01", "2026-01-05", "4")]
        assert told(records.last_month) == [("2025-12-01", "2025-12-31", "2")]
        assert told(records.monthly) == [
            ("2026-01-01", "2026-01-05", "4"),
            ("2025-12-30", "2025-12-31", "2"),
        ]
        assert told(records.yearly) == [
            ("2026-01-01", "2026-01-05", "4"),
            ("2025-12-30", "2025-12-31", "2"),
        ]
        assert told(records.daily, start_date=date(2026, 1, 3)) == [
            ("2026-01-05", "2026-01-05", "0"),
            ("2026-01-04", "2026-01-04", "1"),
            ("2026-01-03", "2026-01-03", "1"),
        ]
        assert len(told(records.daily)) == 7
        assert told(records, start_date="-2days", end_date="-1days") == [
            ("2026-01-03", "2026-01-04", "2")
        ]
        assert told(records, start_date=date(2025, 1, 1), end_date="+30days") == [
            ("2025-01-01", "2026-02-04", "6")
        ]
        assert told(records.daily, end_date=date(2025, 1, 1)) == []
        # There are no days before the account's first and after today ...
        assert len(told(records.daily, start_date=date(2025, 1, 1), end_date="+30days")) == 7
        # ... and a month that is asked for from its middle begins there.
        assert told(records.this_month, start_date=date(2026, 1, 4)) == [
            ("2026-01-04", "2026-01-05", "1")
        ]
        assert told(records.last_month, end_date=date(2025, 12, 30)) == [
            ("2025-12-01", "2025-12-30", "1")
        ]
        assert told(records.yesterday, start_date=date(2026, 1, 5)) == []
        assert told(records.monthly, start_date=date(2025, 12, 31), end_date=date(2026, 1, 1)) == [
            ("2026-01-01", "2026-01-01", "1"),
            ("2025-12-31", "2025-12-31", "1"),
        ]


@pytest.mark.parametrize(
    "asked",
    [
        {"category": "owls"},
        {"start_date": "yesterday"},
        {"start_date": "-9999999days"},
        {"start_date": "-999999days"},
        {"end_date": "2026-02-30"},
        {"start_date": "2026-01-05", "end_date": "2026-01-04"},
    ],
)
def test_what_makes_no_sense_is_refused(town, asked):
    assert refusal(town.client.usage.records.list, **asked) == 400


def test_usage_includes_sub_accounts_unless_told_not_to(town, branch):
    branch.messages.create(to=ALICE, from_=branch.number, body="Hello")
    town.client.messages.create(to=ALICE, from_=SHOP, body="Hello")
    town.advance(5)
    assert usage(town.client)["sms"][0] == "2"
    assert usage(town.client, include_subaccounts=False)["sms"][0] == "1"
    assert usage(branch)["sms"][0] == "1"
    assert {r.account_sid for r in town.client.usage.records.list()} == {town.auth[0]}


def test_pages_follow_one_another_by_twilios_token(town):
    town.advance(86_400)
    town.advance(86_400)
    daily = town.client.usage.records.daily
    page = daily.page(category="sms", page_size=1)
    path = f"/2010-04-01/Accounts/{town.auth[0]}/Usage/Records/Daily.json"
    assert page.next_page_url.endswith(
        f"{path}?Category=sms&PageSize=1&Page=1&PageToken=APMQ%3D%3D"
    )
    days = [row.start_date.day for row in daily.list(category="sms", page_size=1)]
    assert days == [7, 6, 5]
    second = page.next_page()
    assert [row.start_date.day for row in second.previous_page()] == [7]
    url = f"{town.sandbox.url}{path}?Category=sms&PageSize=1"
    by_token = town.http.get(f"{url}&PageToken=APMQ%3D%3D", auth=town.auth).json()
    assert by_token["usage_records"][0]["start_date"] == "2026-01-06"
    for token in ("PAMQ==", "AP", "APx", "APLTE="):
        refused = town.http.get(url, params={"PageToken": token}, auth=town.auth)
        assert (refused.status_code, refused.json()["code"]) == (400, 21481)


def test_our_own_client_reads_usage_by_the_same_names(town):
    ours = Client(*town.auth, base_url=town.sandbox.url)
    town.client.messages.create(to=ALICE, from_=SHOP, body="Hello")
    town.advance(5)
    [record] = ours.usage.records.today.list(category="sms")
    assert (record.count, str(record.price)) == ("1", "0.0083")
    assert len(ours.usage.records.list(limit=3)) == 3
    ours.close()


def test_usage_is_kept_and_goes_on_after_a_restart(tmp_path):
    data = str(tmp_path / "town.db")
    with Town(data=data, verified=(ALICE,)) as town:
        town.client.messages.create(to=ALICE, from_=SHOP, body="Hello")
        town.advance(5)
        town._stop()
    with Town(data=data, verified=(ALICE,)) as town:
        town.client.messages.create(to=ALICE, from_=SHOP, body="Hello")
        town.advance(5)
        assert usage(town.client)["sms"] == ("2", "2", "0.0166")
        assert town.control("POST", "/reset").status_code == 200
        assert usage(town.client) == {}
