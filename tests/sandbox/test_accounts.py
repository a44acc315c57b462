"""Sub-accounts, keys and usage triggers, as the official client uses them."""

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.request_validator import RequestValidator

from helpers.client import Client as OurClient
from tests.sandbox.town import ALICE, BOB, SHOP, Town

BRANCH = "+14155550188"


@pytest.fixture
def town():
    with Town(verified=(ALICE, BOB)) as town:
        yield town


@pytest.fixture
def branch(town):
    """A sub-account of the shop's, with a number that a web site answers."""
    made = town.client.api.accounts.create(friendly_name="Branch")
    own = town.log_in(made.sid, made.auth_token)
    own.incoming_phone_numbers.create(
        phone_number=BRANCH, voice_url=town.url + "/voice", sms_url=town.url + "/sms"
    )
    town.site.pages["/voice"] = "<Response><Say>Branch</Say></Response>"
    town.site.pages["/sms"] = "<Response/>"
    return own


def refusal(act, *args, **given):
    """(status, code, text) with which a request is refused."""
    with pytest.raises(TwilioException) as caught:
        act(*args, **given)
    if isinstance(caught.value, TwilioRestException):
        return caught.value.status, caught.value.code, caught.value.msg.split(": ", 1)[1]
    body = caught.value.args[1].text
    return caught.value.args[1].status_code, body


def state(town, branch, status):
    return town.client.api.accounts(branch.account_sid).update(status=status)


# -- sub-accounts -------------------------------------------------------------------------------


def test_a_sub_account_is_named_for_its_moment(town):
    assert town.client.api.accounts.create().friendly_name == (
        "SubAccount Created at 2026-01-05 09:00 am"
    )
    town.advance(4 * 3600)
    assert town.client.api.accounts.create().friendly_name.endswith("01:00 pm")


def test_a_suspended_account_neither_sends_nor_calls(town, branch):
    state(town, branch, "suspended")
    for act in (
        lambda: branch.messages.create(to=ALICE, from_=BRANCH, body="Hello"),
        lambda: branch.calls.create(to=ALICE, from_=BRANCH, twiml="<Response/>"),
    ):
        assert refusal(act)[:2] == (400, 10001)
    assert branch.messages.list() == [] and branch.calls.list() == []
    state(town, branch, "active")
    message = branch.messages.create(to=ALICE, from_=BRANCH, body="Hello")
    town.advance(5)
    assert message.fetch().status == "delivered"


def test_a_suspended_account_is_neither_called_nor_texted(town, branch):
    state(town, branch, "suspended")
    town.phone(ALICE, "call", To=BRANCH)
    town.phone(ALICE, "text", To=BRANCH, Body="Hello")
    town.advance(60)
    assert town.site.requests == []
    [call], [message] = branch.calls.list(), branch.messages.list()
    assert (call.status, call.price) == ("failed", None)
    assert (message.status, message.error_code, message.price) == ("failed", 10001, None)
    assert {note.error_code for note in branch.notifications.list()} == {"10001"}


def test_a_text_that_waits_when_its_account_is_suspended_fails(town, branch):
    message = branch.messages.create(to=ALICE, from_=BRANCH, body="Hello")
    state(town, branch, "suspended")
    town.advance(5)
    message = message.fetch()
    assert (message.status, message.error_code, message.price) == ("failed", 30002, None)
    assert message.error_message == "Account suspended"
    assert town.phone(ALICE)["inbox"] == []


def test_a_call_that_is_talked_in_goes_on_when_its_account_is_suspended(town, branch):
    call = branch.calls.create(
        to=ALICE, from_=BRANCH, twiml="<Response><Pause length='60'/></Response>"
    )
    town.advance(10)
    state(town, branch, "suspended")
    town.advance(10)
    assert call.fetch().status == "in-progress"
    assert call.update(status="completed").status == "completed"


def test_a_closed_account_loses_its_numbers_and_its_credentials(town, branch):
    message = branch.messages.create(to=ALICE, from_=BRANCH, body="Hello")
    town.advance(5)
    assert state(town, branch, "closed").status == "closed"
    status, body = refusal(branch.messages.list)
    assert status == 401 and "20003" in body
    # its owner still sees what was
    history = town.log_in(*town.auth, account=branch.account_sid)
    assert [m.sid for m in history.messages.list()] == [message.sid]
    assert history.incoming_phone_numbers.list() == []
    assert refusal(history.messages.create, to=ALICE, from_=BRANCH, body="x")[:2] == (400, 10001)
    assert [a.sid for a in town.client.api.accounts.list(status="closed")] == [branch.account_sid]
    # the number is anybody's again
    assert town.client.incoming_phone_numbers.create(phone_number=BRANCH).phone_number == BRANCH


def test_a_closed_account_stays_closed(town, branch):
    state(town, branch, "closed")
    for status in ("active", "suspended"):
        assert refusal(state, town, branch, status) == (
            400,
            21479,
            "Unable to update Status for subaccount, subaccount has been closed.",
        )
    assert state(town, branch, "closed").status == "closed"


def test_whose_status_may_be_changed(town, branch):
    own = town.client.api.accounts(town.auth[0])
    for status in ("suspended", "closed", "active"):
        assert refusal(own.update, status=status) == (
            400,
            21477,
            "Unable to update Status for parent accounts",
        )
    assert refusal(state, town, branch, "asleep")[1] == 21475
    itself = branch.api.accounts(branch.account_sid)
    assert refusal(itself.update, status="suspended")[:2] == (403, 20403)
    assert itself.update(friendly_name="Me").friendly_name == "Me"
    assert itself.fetch().status == "active"


# -- keys ---------------------------------------------------------------------------------------


def test_signing_keys_are_the_keys_by_another_path(town):
    made = town.client.new_signing_keys.create(friendly_name="till")
    assert made.sid.startswith("SK") and len(made.secret) == 32
    assert [k.sid for k in town.client.signing_keys.list()] == [made.sid]
    assert [k.sid for k in town.client.keys.list()] == [made.sid]
    signing = town.client.signing_keys(made.sid)
    assert signing.update(friendly_name="till 2").friendly_name == "till 2"
    assert town.client.keys(made.sid).fetch().friendly_name == "till 2"
    path = f"/2010-04-01/Accounts/{town.auth[0]}/SigningKeys"
    raw = town.http.get(f"{town.sandbox.url}{path}/{made.sid}.json", auth=town.auth).json()
    assert sorted(raw) == ["date_created", "date_updated", "friendly_name", "sid"]
    listed = town.http.get(f"{town.sandbox.url}{path}.json", auth=town.auth).json()
    assert len(listed["signing_keys"]) == 1 and listed["first_page_uri"].startswith(path)
    by_key = town.log_in(made.sid, made.secret, account=town.auth[0])
    assert [n.phone_number for n in by_key.incoming_phone_numbers.list()] == [SHOP]
    assert signing.delete()
    assert refusal(by_key.incoming_phone_numbers.list)[0] == 401
    assert refusal(town.client.keys(made.sid).fetch)[:2] == (404, 20404)


def test_a_key_opens_no_signing_keys_and_no_sub_account(town, branch):
    made = town.client.new_signing_keys.create()
    by_key = town.log_in(made.sid, made.secret, account=town.auth[0])
    assert refusal(by_key.signing_keys.list)[0] == 401
    assert refusal(by_key.new_signing_keys.create)[:2] == (401, 20003)
    assert refusal(by_key.api.accounts.create)[:2] == (401, 20003)
    below = town.log_in(made.sid, made.secret, account=branch.account_sid)
    assert refusal(below.messages.list)[0] == 401
    own = branch.new_keys.create()
    opened = town.log_in(own.sid, own.secret, account=branch.account_sid)
    assert [n.phone_number for n in opened.incoming_phone_numbers.list()] == [BRANCH]


def test_a_key_calls_and_its_webhooks_are_signed_with_the_token(town):
    made = town.client.new_keys.create()
    by_key = town.log_in(made.sid, made.secret, account=town.auth[0])
    town.site.pages["/voice"] = "<Response><Say>Hello</Say></Response>"
    by_key.calls.create(to=ALICE, from_=SHOP, url=town.url + "/voice")
    town.advance(10)
    [(path, told, headers)] = town.site.requests
    check = RequestValidator(town.auth[1]).validate
    assert check(town.url + path, told, headers["x-twilio-signature"])


def test_a_secret_is_told_once(town):
    made = town.client.new_keys.create(friendly_name="till")
    town.client.keys(made.sid).fetch()
    assert made.secret not in str(town.events())
    key = next(k for k in town.client.keys.list())
    assert not hasattr(key, "secret") or key.secret is None


def test_our_own_client_makes_both_kinds_of_key(town):
    ours = OurClient(*town.auth, base_url=town.sandbox.url)
    one, other = ours.new_keys.create(), ours.new_signing_keys.create(friendly_name="b")
    assert one.secret != other.secret
    assert {k.sid for k in ours.signing_keys.list()} == {one.sid, other.sid}
    assert ours.signing_keys(other.sid).delete() is True
    ours.close()


# -- usage triggers -----------------------------------------------------------------------------


def watch(town, value="2", category="sms", **more):
    return town.client.usage.triggers.create(
        callback_url=town.url + "/usage", trigger_value=value, usage_category=category, **more
    )


def send(town, count=1, seconds=3):
    for _ in range(count):
        town.client.messages.create(to=ALICE, from_=SHOP, body="Hello")
    town.advance(seconds)


@pytest.fixture
def told(town):
    """Every request that triggers made."""
    town.site.pages["/usage"] = (204, "", "")
    return lambda: town.site.asked("/usage")


def test_a_trigger_looks_as_twilios_does(town):
    trigger = watch(town, "1000")
    assert trigger.sid.startswith("UT")
    assert trigger.friendly_name == "Trigger for sms at usage of 1000"
    assert (trigger.trigger_by, trigger.trigger_value, trigger.current_value) == (
        "usage",
        "1000",
        "0",
    )
    assert (trigger.recurring, trigger.date_fired, trigger.callback_method) == (None, None, "POST")
    below = f"/2010-04-01/Accounts/{town.auth[0]}/Usage"
    assert trigger.usage_record_uri == f"{below}/Records.json?Category=sms"
    assert trigger.uri == f"{below}/Triggers/{trigger.sid}.json"
    raw = town.http.get(town.sandbox.url + trigger.uri, auth=town.auth).json()
    assert list(raw) == [
        "account_sid", "api_version", "callback_method", "callback_url", "current_value",
        "date_created", "date_fired", "date_updated", "friendly_name", "recurring", "sid",
        "trigger_by", "trigger_value", "uri", "usage_category", "usage_record_uri",
    ]  # fmt: skip


def test_a_trigger_fires_once_signed_when_its_value_is_reached(town, told):
    trigger = watch(town, "2")
    send(town)
    assert told() == [] and trigger.fetch().current_value == "1"
    send(town, 3)
    [asked] = told()
    fired = town.client.usage.triggers(trigger.sid).fetch().date_fired
    assert asked == {
        "AccountSid": town.auth[0],
        "UsageTriggerSid": trigger.sid,
        "DateFired": fired.strftime("%a, %d %b %Y %H:%M:%S +0000"),
        "Recurring": "",
        "UsageCategory": "sms",
        "TriggerBy": "usage",
        "TriggerValue": "2",
        "CurrentValue": asked["CurrentValue"],
        "UsageRecordUri": trigger.usage_record_uri,
        "IdempotencyToken": f"{town.auth[0]}-FIRES-{trigger.sid}-2026-01-05",
    }
    assert int(asked["CurrentValue"]) >= 2
    _, params, headers = next(r for r in town.site.requests if r[0] == "/usage")
    check = RequestValidator(town.auth[1]).validate
    assert check(town.url + "/usage", params, headers["x-twilio-signature"])
    send(town, 3)
    assert len(told()) == 1


def test_a_daily_trigger_fires_once_a_day(town, told):
    watch(town, "2", recurring="daily")
    send(town, 3)
    assert len(told()) == 1
    town.advance(86_400)
    assert len(told()) == 1
    send(town, 1)
    assert len(told()) == 1  # one today
    send(town, 2)
    assert [t["Recurring"] for t in told()] == ["daily", "daily"]
    assert len({t["IdempotencyToken"] for t in told()}) == 2


def test_a_monthly_trigger_begins_anew_with_the_month(town, told):
    watch(town, "2", recurring="monthly")
    send(town, 2)
    for _ in range(27):
        town.advance(86_400)
    send(town, 1)
    town.advance(86_400)
    assert len(told()) == 1
    send(town, 1)  # the second of February, on its second day
    assert len(told()) == 2


@pytest.mark.parametrize("clock", ["real", "hurried"])
def test_a_trigger_fires_on_every_clock(clock):
    with Town({"/usage": (204, "", "")}, clock=clock, verified=(ALICE,)) as town:
        watch(town, "1")
        town.client.messages.create(to=ALICE, from_=SHOP, body="Hello")
        town.until(lambda: town.site.asked("/usage"))
        assert [t["CurrentValue"] for t in town.site.asked("/usage")] == ["1"]


@pytest.mark.parametrize("recurring", [None, "alltime"])
def test_any_other_trigger_counts_from_the_first_day_on(town, told, recurring):
    watch(town, "2", **({"recurring": recurring} if recurring else {}))
    for _ in range(4):
        send(town, 1)
        town.advance(86_400)
    assert [t["CurrentValue"] for t in told()] == ["2"]


def test_a_plus_counts_from_now(town, told):
    send(town, 3)
    trigger = watch(town, "+2")
    assert (trigger.trigger_value, trigger.current_value) == ("5", "3")
    send(town, 1)
    assert told() == []
    send(town, 1)
    assert len(told()) == 1


def test_a_value_that_is_reached_already_fires_at_once(town, told):
    send(town, 3)
    watch(town, "3")
    town.advance(1)
    assert len(told()) == 1


@pytest.mark.parametrize(
    ("by", "category", "value", "reached"),
    [
        ("count", "sms-outbound", "1", "1"),
        ("usage", "sms", "2", "2"),
        ("price", "sms", "0.0166", "0.0166"),
        ("price", "totalprice", "0.01", "0.0166"),
        ("usage", "totalprice", "0.01", "0.0166"),
    ],
)
def test_what_a_trigger_may_watch(town, told, by, category, value, reached):
    trigger = watch(town, value, category, trigger_by=by)
    town.client.messages.create(to=ALICE, from_=SHOP, body="x" * 161)
    town.advance(5)
    assert [t["CurrentValue"] for t in told()] == [reached]
    assert trigger.fetch().current_value == reached


def test_calls_and_recordings_and_numbers_fire_too(town, told):
    for category in ("calls", "recordings", "phonenumbers"):
        watch(town, "1", category)
    town.call("<Say>Hello</Say>", record=True)
    town.client.incoming_phone_numbers.create(phone_number=BRANCH)
    town.advance(30)
    assert sorted(t["UsageCategory"] for t in told()) == ["calls", "phonenumbers", "recordings"]


def test_a_trigger_sees_what_sub_accounts_use(town, branch, told):
    watch(town, "1")
    branch.messages.create(to=ALICE, from_=BRANCH, body="Hello")
    town.advance(5)
    assert [t["AccountSid"] for t in told()] == [town.auth[0]]


def test_a_trigger_is_changed_listed_and_deleted(town, told):
    one, other = watch(town, "1", recurring="daily"), watch(town, "9", "calls", trigger_by="count")
    triggers = town.client.usage.triggers
    assert [t.sid for t in triggers.list()] == [other.sid, one.sid]
    assert [t.sid for t in triggers.list(recurring="daily")] == [one.sid]
    assert [t.sid for t in triggers.list(trigger_by="count")] == [other.sid]
    assert [t.sid for t in triggers.list(usage_category="sms")] == [one.sid]
    one.update(friendly_name="Texts", callback_url=town.url + "/other", callback_method="GET")
    assert (one.fetch().friendly_name, one.fetch().callback_method) == ("Texts", "GET")
    town.site.pages["/other"] = (204, "", "")
    send(town)
    assert told() == [] and town.site.asked("/other")[0]["UsageTriggerSid"] == one.sid
    assert other.delete() and [t.sid for t in triggers.list()] == [one.sid]
    assert refusal(triggers(other.sid).fetch)[:2] == (404, 20404)


def test_a_deleted_trigger_does_not_fire(town, told):
    trigger = watch(town, "1")
    town.client.messages.create(to=ALICE, from_=SHOP, body="Hello")
    town.advance(1.5)  # the text was sent, and nobody has looked yet
    assert trigger.delete()
    town.advance(10)
    assert told() == []


def test_a_trigger_whose_site_fails_leaves_an_alert(town):
    watch(town, "1")
    town.site.pages["/usage"] = (500, "text/plain", "broken")
    send(town, 1, 10)
    [note] = town.client.notifications.list()
    assert (note.error_code, note.request_url) == ("15003", town.url + "/usage")


@pytest.mark.parametrize(
    "wrong",
    [
        {"usage_category": "owls"},
        {"trigger_value": "many"},
        {"trigger_value": "-1"},
        {"trigger_value": "1.2.3"},
        {"trigger_value": "NaN"},
        {"trigger_value": "9" * 20},
        {"trigger_value": ""},
        {"callback_url": "nowhere"},
        {"trigger_by": "weight"},
        {"recurring": "hourly"},
        {"callback_method": "PUT"},
        {"friendly_name": "x" * 65},
        {"usage_category": "totalprice", "trigger_by": "count"},
    ],
)
def test_what_a_trigger_may_not_be(town, wrong):
    good = {"callback_url": town.url, "trigger_value": "1", "usage_category": "sms"}
    assert refusal(town.client.usage.triggers.create, **good | wrong)[:2] == (400, 20001)
