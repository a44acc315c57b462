"""Payments of a running call: an agent asks, the caller keys, nobody else gets to know."""

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from helpers.resources.payment import Payment
from helpers.resources.recording import Recording
from tests.sandbox.town import ALICE, BOB, SHOP, Town, twiml

NUMBER = "4111111111111111"
TALK = "<Pause length='300'/>"


@pytest.fixture
def town():
    pages = {"/pay": twiml(""), "/voice": twiml(TALK), "/next": twiml(TALK)}
    with Town(pages, verified=(ALICE, BOB)) as town:
        yield town


class Desk:
    """The agent's side of a call: every request with a key of its own."""

    def __init__(self, town, page=TALK, **options):
        self.town, self.count = town, 0
        town.site.pages["/voice"] = twiml(page)
        self.call = town.call()
        town.advance(2)
        self.payments = town.client.calls(self.call.sid).payments
        options.setdefault("status_callback", "/pay")  # as the document's own address goes on
        self.made = self.payments.create(idempotency_key="first", **options)

    def update(self, **change):
        self.count += 1
        change = {"idempotency_key": f"key {self.count}", "status_callback": "/pay"} | change
        return self.payments(self.made.sid).update(**change)

    def keys(self, capture, digits):
        """Ask for something, let it be keyed; returns what was told."""
        self.update(capture=capture)
        self.town.phone(ALICE, "press", Digits=digits)
        self.town.advance(6)
        return self.told()

    def told(self):
        return self.town.site.asked("/pay")[-1]


def some(told, *names):
    return {name: told.get(name) for name in names}


def test_a_card_from_the_first_request_to_the_last(town):
    desk = Desk(town, charge_amount=9.99, currency="eur", description="Soup")
    assert desk.made.sid.startswith("PK")
    town.advance(0)
    always = {
        "AccountSid": desk.made.account_sid,
        "CallSid": desk.call.sid,
        "Sid": desk.made.sid,
        "PaymentConnector": "Default",
        "PaymentMethod": "credit-card",
        "ChargeAmount": "9.99",
        "Currency": "eur",
        "TokenType": "reusable",
        "Description": "Soup",
    }
    required = "payment-card-number,expiration-date,security-code,postal-code"
    assert desk.told() == always | {"Required": required}
    always |= {"PaymentCardNumber": "xxxxxxxxxxxx1111", "PaymentCardType": "visa"}
    assert desk.keys("payment-card-number", NUMBER) == always | {
        "Capture": "payment-card-number",
        "PartialResult": "true",
        "Required": "expiration-date,security-code,postal-code",
    }
    with pytest.raises(TwilioRestException) as refused:
        desk.update(status="complete")
    assert "expiration-date, security-code, postal-code" in refused.value.msg
    desk.keys("expiration-date", "0126")
    desk.keys("security-code", "123")
    assert desk.keys("postal-code", "94105#") == always | {
        "Capture": "postal-code",
        "PartialResult": "false",
        "Required": "",
        "ExpirationDate": "0126",
        "SecurityCode": "xxx",
        "PaymentCardPostalCode": "94105",
    }
    desk.update(status="complete")
    town.advance(0)
    assert desk.told()["Result"] == "success"
    assert len(desk.told()["PaymentConfirmationCode"]) == 16
    with pytest.raises(TwilioRestException) as refused:
        desk.update(capture="security-code")
    assert "completed" in refused.value.msg
    validator = RequestValidator(town.sandbox.auth_token)
    for path, params, headers in town.site.requests:
        assert validator.validate(town.url + path, params, headers["x-twilio-signature"])


def test_nobody_else_gets_to_know_the_number(town):
    """Not the other side, not a recording, not a Gather, not the transcript, not the log."""
    desk = Desk(town, f"<Dial>{BOB}</Dial>")
    town.advance(3)
    recording = town.client.calls(desk.call.sid).recordings.create()
    desk.keys("payment-card-number", NUMBER)
    town.phone(ALICE, "press", Digits="7")
    town.client.calls(desk.call.sid).recordings(recording.sid).update(status="stopped")
    town.advance(1)
    pressed = [text for verb, text in town.transcript(ALICE) if verb == "press"]
    assert pressed == ["x" * 16, "7"]
    [kept] = town.sandbox.engine.store.find(Recording, None)
    assert [sound["text"] for sound in kept.sounds if sound["kind"] == "keys"] == ["7"]
    assert NUMBER not in str(town.events())
    row = town.sandbox.engine.store.find(Payment, None)[0]
    assert NUMBER not in repr(row)


def test_keys_behind_the_number_are_the_documents_again(town):
    desk = Desk(town, "<Gather numDigits='1' action='/next' timeout='60'/>")
    desk.keys("payment-card-number", "41111111#5")
    assert desk.told()["ErrorType"] == "invalid-card-number"
    assert town.site.asked("/next")[0]["Digits"] == "5"


def test_a_script_keys_before_it_is_asked(town):
    desk = Desk(town)
    town.phone(ALICE, "press", Digits=NUMBER)
    desk.update(capture="payment-card-number")
    town.advance(0)
    assert desk.told()["PaymentCardNumber"] == "xxxxxxxxxxxx1111"
    gather = "<Response><Gather numDigits='1' timeout='2' action='/next'/></Response>"
    town.client.calls(desk.call.sid).update(twiml=gather.replace("/next", town.url + "/next"))
    town.advance(5)
    assert town.site.asked("/next") == []


@pytest.mark.parametrize(
    ("capture", "digits", "wrong"),
    [
        ("payment-card-number", "4111111111111112", "invalid-card-number"),
        ("payment-card-number", "6011111111111117", "invalid-card-type"),
        ("payment-card-number", "41111*1111111111", "invalid-card-number"),
        ("payment-card-number", "378282246310005", None),
        ("expiration-date", "1225", "invalid-date"),
        ("expiration-date", "1326", "invalid-date"),
        ("expiration-date", "0126", None),
        ("security-code", "12#", "invalid-security-code"),
        ("security-code", "123", None),
        ("postal-code", "941#", "invalid-postal-code"),
        ("postal-code", "94105#", None),
        ("postal-code", "#", "timeout"),
    ],
)
def test_what_is_keyed_is_judged(town, capture, digits, wrong):
    desk = Desk(town, min_postal_code_length=5)
    told = desk.keys(capture, digits)
    assert told.get("ErrorType") == wrong
    assert (capture in told["Required"].split(",")) == (wrong is not None)


def test_a_card_of_another_kind_has_a_longer_code(town):
    desk = Desk(town)
    desk.keys("payment-card-number", "378282246310005")
    assert desk.keys("security-code", "1234")["SecurityCode"] == "xxxx"
    assert desk.told()["PaymentCardType"] == "amex"


def test_silence_ends_the_wait_and_each_key_begins_it_anew(town):
    desk = Desk(town, timeout=3)
    desk.update(capture="postal-code")
    town.advance(2.9)
    town.phone(ALICE, "press", Digits="9")
    town.advance(2.9)
    count = len(town.site.asked("/pay"))
    town.advance(0.1)
    assert len(town.site.asked("/pay")) == count + 1
    assert desk.told()["PaymentCardPostalCode"] == "9"
    desk.update(capture="security-code")
    town.advance(3)
    assert desk.told()["ErrorType"] == "timeout"


def test_a_bank_account(town):
    desk = Desk(town, payment_method="ach-debit", bank_account_type="consumer-savings")
    town.advance(0)
    assert desk.told()["Required"] == "bank-routing-number,bank-account-number"
    desk.keys("bank-routing-number", "123456789")
    told = desk.keys("bank-account-number", "000123456#")
    assert told["BankAccountNumber"] == "xxxxx3456"
    desk.update(status="complete")
    town.advance(0)
    assert desk.told()["PaymentToken"]  # nothing is charged, so a token is what one gets


def test_left_out_parts_are_not_wanted(town):
    desk = Desk(town, security_code=False, postal_code=False)
    town.advance(0)
    assert desk.told()["Required"] == "payment-card-number,expiration-date"
    with pytest.raises(TwilioRestException):
        desk.update(capture="security-code")


def test_the_same_request_twice_is_one(town):
    desk = Desk(town)
    again = desk.payments.create(idempotency_key="first", status_callback="/pay")
    assert again.sid == desk.made.sid
    desk.update(idempotency_key="cancel", status="cancel")
    assert desk.update(idempotency_key="cancel", status="cancel").sid == desk.made.sid
    town.advance(0)
    assert [t.get("Result") for t in town.site.asked("/pay")] == [None, "canceled"]


def test_a_change_is_accepted(town):
    """The payment goes on behind the answer, so it is 202 and not 200."""
    desk = Desk(town)
    path = f"/2010-04-01/Accounts/{town.auth[0]}/Calls/{desk.call.sid}/Payments/{desk.made.sid}"
    form = {"IdempotencyKey": "k", "StatusCallback": "/pay", "Capture": "postal-code"}
    reply = town.http.post(f"{town.sandbox.url}{path}.json", data=form, auth=town.auth, timeout=9)
    assert (reply.status_code, reply.json()["sid"]) == (202, desk.made.sid)


def test_it_ends_with_the_call(town):
    desk = Desk(town)
    desk.update(capture="security-code")
    town.phone(ALICE, "hangup")
    town.advance(30)
    assert len(town.site.asked("/pay")) == 1
    with pytest.raises(TwilioRestException) as refused:
        desk.update(status="complete")
    assert refused.value.code == 21220
    assert town.control("GET", "/clock").json()["due"] is None


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"idempotency_key": ""}, 20001),
        ({"status_callback": ""}, 20001),
        ({"status_callback": "http://my_host/"}, 21609),
        ({"status_callback": "http://[::1"}, 21609),
        ({"charge_amount": 1_000_000}, 20001),
        ({"charge_amount": "much"}, 20001),
        ({"payment_method": "cash"}, 20001),
        ({"token_type": "gold"}, 20001),
        ({"timeout": 601}, 20001),
    ],
)
def test_what_makes_no_sense_is_refused(town, options, code):
    call = town.call()
    town.advance(2)
    options = {"idempotency_key": "k", "status_callback": "/pay"} | options
    with pytest.raises(TwilioRestException) as refused:
        town.client.calls(call.sid).payments.create(**options)
    assert (refused.value.status, refused.value.code) == (400, code)


@pytest.mark.parametrize(
    "change",
    [{}, {"capture": "pin"}, {"status": "paid"}, {"status": "cancel", "capture": "postal-code"}],
)
def test_a_change_that_makes_no_sense_is_refused(town, change):
    desk = Desk(town)
    with pytest.raises(TwilioRestException) as refused:
        desk.update(**change)
    assert refused.value.code == 20001


def test_a_call_that_is_not_in_progress_takes_no_payment(town):
    call = town.client.calls.create(to=ALICE, from_=SHOP, url=town.url + "/voice")
    with pytest.raises(TwilioRestException) as refused:
        town.client.calls(call.sid).payments.create(idempotency_key="k", status_callback="/pay")
    assert refused.value.code == 21220
