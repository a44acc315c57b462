"""Test credentials, by the table on Twilio's page about them and with Twilio's own client."""

import pytest
from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from helpers.resources.base import kinds
from tests.sandbox.town import ALICE, SHOP, Town, refused

TEST = ("AC" + "e" * 32, "a-test-token")
GOOD, NOBODY = "+15005550006", "+14155550123"
UNKNOWN = "CA" + "0" * 32


@pytest.fixture(scope="module")
def town():
    with Town(type="trial", accounts=((*TEST, "test"),)) as town:
        yield town


@pytest.fixture(scope="module")
def client(town):
    client = Client(*TEST)
    client.api.base_url = client.verify.base_url = town.sandbox.url
    yield client
    client.http_client.session.close()


# -- the table ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("+15005550000", (400, 21422)),
        ("+15005550001", (400, 21421)),
        (GOOD, GOOD),
        ("12", (400, 21421)),
        (NOBODY, NOBODY),  # the page is silent: checked as usual
    ],
)
def test_buying_a_number(client, number, answer):
    buy = client.incoming_phone_numbers.create
    if isinstance(answer, tuple):
        assert refused(buy, phone_number=number) == answer
    else:
        assert buy(phone_number=number).phone_number == answer


@pytest.mark.parametrize(("code", "answer"), [("533", (400, 21452)), ("500", "+1500")])
def test_buying_in_an_area(client, code, answer):
    buy = client.incoming_phone_numbers.create
    if isinstance(answer, tuple):
        assert refused(buy, area_code=code) == answer
    else:
        assert buy(area_code=code).phone_number.startswith(answer)


@pytest.mark.parametrize(
    ("sender", "answer"),
    [
        ("+15005550001", (400, 21212)),
        ("+15005550007", (400, 21606)),
        ("+15005550008", (429, 21611)),
        (NOBODY, (400, 21606)),
        ("+123", (400, 21606)),
        (ALICE, (400, 21606)),  # verified by another account of this sandbox
    ],
)
def test_whom_a_message_is_from(client, sender, answer):
    assert refused(client.messages.create, to=NOBODY, from_=sender, body="x") == answer


@pytest.mark.parametrize(
    ("to", "answer"),
    [
        ("+15005550001", (400, 21211)),
        ("+15005550002", (400, 21612)),
        ("+15005550003", (400, 21408)),
        ("+15005550004", (400, 21610)),
        ("+15005550009", (400, 21614)),
        ("12", (400, 21211)),
    ],
)
def test_whom_a_message_is_for(client, to, answer):
    assert refused(client.messages.create, to=to, from_=GOOD, body="x") == answer


@pytest.mark.parametrize(
    ("caller", "answer"),
    [("+15005550001", (400, 21212)), (NOBODY, (400, 21210)), (ALICE, (400, 21210))],
)
def test_who_calls(client, caller, answer):
    given = {"to": NOBODY, "from_": caller, "twiml": "<Response/>"}
    assert refused(client.calls.create, **given) == answer


@pytest.mark.parametrize(
    ("to", "answer"),
    [
        ("+15005550001", (400, 21217)),
        ("+15005550002", (400, 21214)),
        ("+15005550003", (400, 21215)),
        ("+15005550004", (400, 21216)),
        ("12", (400, 13223)),
    ],
)
def test_who_is_called(client, to, answer):
    given = {"to": to, "from_": GOOD, "twiml": "<Response/>"}
    assert refused(client.calls.create, **given) == answer


def test_any_other_number_passes(client):
    message = client.messages.create(to=NOBODY, from_=GOOD, body="Hello")
    call = client.calls.create(to=NOBODY, from_=GOOD, url="http://example.com/")
    assert (message.to, message.from_, message.body) == (NOBODY, GOOD, "Hello")
    assert (message.status, message.direction, message.num_segments) == (
        "queued", "outbound-api", "1",
    )  # fmt: skip
    assert (call.to, call._from, call.status) == (NOBODY, GOOD, "queued")
    for made, prefix in ((message, "SM"), (call, "CA")):
        assert made.sid.startswith(prefix) and len(made.sid) == 34
        assert made.account_sid == TEST[0]
        assert made.date_created == made.date_updated
    # as it would be at the first account, but for what is each one's own
    assert client.messages.create(to=NOBODY, from_=GOOD, body="Hello").sid != message.sid


def test_the_answer_has_the_fields_of_a_real_one(town, client):
    town.advance(1)
    form = {"To": ALICE, "From": SHOP, "Body": "x", "Twiml": "<Response/>"}
    for path in ("Messages", "Calls", "SMS/Messages"):
        real, made_up = (
            town.http.post(
                f"{town.sandbox.url}/2010-04-01/Accounts/{auth[0]}/{path}.json",
                auth=auth,
                data=form,
            )
            for auth in (town.auth, TEST)
        )
        assert (made_up.status_code, real.status_code) == (201, 201)
        assert list(made_up.json()) == list(real.json())
    town.advance(60)


# -- other parameters --------------------------------------------------------------------------


def test_parameters_are_checked_as_usual(client):
    assert refused(client.messages.create, to=NOBODY, from_=GOOD) == (400, 21619)
    assert refused(client.calls.create, to=NOBODY, from_=GOOD) == (400, 21205)
    assert refused(client.messages.create, to=NOBODY, from_=GOOD, body="x" * 1601) == (400, 21617)
    number = client.incoming_phone_numbers.create(phone_number=GOOD, voice_url="http://a.example/")
    assert (number.voice_url, number.friendly_name) == ("http://a.example/", "(500) 555-0006")
    assert refused(client.incoming_phone_numbers.create, phone_number=GOOD, voice_url="x") == (
        400, 21402,
    )  # fmt: skip


def test_messaging_services_are_closed(client):
    given = {"to": NOBODY, "messaging_service_sid": "MG" + "0" * 32, "body": "x"}
    assert refused(client.messages.create, **given) == (403, 20008)


# -- everything else ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ask",
    [
        lambda c: c.api.accounts(TEST[0]).fetch(),
        lambda c: c.api.accounts.create(friendly_name="x"),
        lambda c: c.calls(UNKNOWN).fetch(),
        lambda c: c.calls(UNKNOWN).update(status="completed"),
        lambda c: c.calls(UNKNOWN).delete(),
        lambda c: c.messages("SM" + "0" * 32).fetch(),
        lambda c: c.new_keys.create(),
        lambda c: c.applications.create(),
        lambda c: c.validation_requests.create(phone_number=NOBODY),
        lambda c: c.queues.create(friendly_name="x"),
        lambda c: c.verify.v2.services.create(friendly_name="x"),
    ],
)
def test_everything_else_is_closed(client, ask):
    assert refused(ask, client) == (403, 20008)


@pytest.mark.parametrize(
    "kind", ["calls", "messages", "incoming_phone_numbers", "keys", "recordings", "conferences"]
)
def test_lists_are_closed(client, kind):
    with pytest.raises(TwilioException) as caught:
        getattr(client, kind).list()
    _, reply = caught.value.args
    assert reply.status_code == 403
    assert "Resource not accessible with Test Account Credentials" in reply.text


def test_a_wrong_token_or_path_is_what_it_always_is(town, client):
    url = f"{town.sandbox.url}/2010-04-01/Accounts/{TEST[0]}"
    assert town.http.get(url + "/Calls.json", auth=(TEST[0], "wrong")).status_code == 401
    assert town.http.get(url + "/Nothing.json", auth=TEST).status_code == 404
    theirs = f"{town.sandbox.url}/2010-04-01/Accounts/{town.auth[0]}/Messages.json"
    form = {"To": NOBODY, "From": GOOD, "Body": "x"}
    assert town.http.post(theirs, auth=TEST, data=form).status_code == 404


def test_nothing_is_kept_sent_or_told(town, client):
    def everything():
        kept = [kind for kind in kinds().values() if kind.kept]
        return [town.sandbox.store.find(kind, None) for kind in kept]

    before, asked = everything(), len(town.site.requests)
    client.messages.create(to=ALICE, from_=GOOD, body="x", status_callback=town.url + "/status")
    client.calls.create(
        to=ALICE,
        from_=GOOD,
        url=town.url + "/voice",
        status_callback=town.url + "/status",
        status_callback_event=["no such event"],  # else an alert
    )
    client.incoming_phone_numbers.create(phone_number=GOOD)
    client.incoming_phone_numbers.create(area_code="500")
    town.advance(600)
    assert everything() == before
    assert len(town.site.requests) == asked
    assert town.sandbox.engine.owner(GOOD).account_sid == town.auth[0]
    handset = town.http.get(f"{town.sandbox.url}/_sandbox/phones/{ALICE}", auth=TEST).json()
    assert (handset["calls"], handset["inbox"]) == ([], [])


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (f"phones/{ALICE}", {"Mode": "busy"}),
        (f"phones/{ALICE}/call", {"To": SHOP}),
        (f"phones/{ALICE}/text", {"To": SHOP, "Body": "x"}),
        ("reset", {}),
    ],
)
def test_they_act_on_no_handset(town, path, form):
    reply = town.http.post(f"{town.sandbox.url}/_sandbox/{path}", auth=TEST, data=form)
    assert (reply.status_code, reply.json()["status"]) == (403, 403)


def test_their_requests_are_in_their_log(town, client):
    client.messages.create(to=NOBODY, from_=GOOD, body="Look")
    log = town.http.get(f"{town.sandbox.url}/_sandbox/events", auth=TEST).json()["events"]
    assert log[-1]["data"]["parameters"]["Body"] == "Look"


def test_ordinary_accounts_keep_their_magic_numbers(town):
    """There a number that nobody owns refuses likewise; a sender of one's own comes first."""
    assert refused(town.client.messages.create, to="+15005550002", from_=SHOP, body="x") == (
        400, 21612,
    )  # fmt: skip
    assert refused(town.client.messages.create, to=ALICE, from_=NOBODY, body="x") == (400, 21659)
