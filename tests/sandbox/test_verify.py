"""Verify v2 as Twilio's quickstart uses it: send a code, check it; and what is refused."""

import re

import pytest

from tests.sandbox.town import ALICE, BOB, Town, refusal


@pytest.fixture
def town():
    with Town(verified=(ALICE,)) as town:
        town.client.verify.base_url = town.sandbox.url
        yield town


@pytest.fixture
def service(town):
    return town.client.verify.v2.services.create(friendly_name="Owl Bank")


def send(town, service, to=ALICE, channel="sms", **options):
    under = town.client.verify.v2.services(service.sid)
    return under.verifications.create(to=to, channel=channel, **options)


def check(town, service, code, **of):
    under = town.client.verify.v2.services(service.sid)
    return under.verification_checks.create(code=code, **(of or {"to": ALICE}))


def texts(town, to=ALICE):
    town.advance(10)
    return [text["body"] for text in town.phone(to)["inbox"]]


def code_in(text):
    return re.search(r"\d{4,10}$", text)[0]


def refused(call, *args, **kwargs):
    error = refusal(call, *args, **kwargs)
    return error.status, error.code, error.msg.split(": ", 1)[1]


# -- the quickstart ---------------------------------------------------------------------------


def test_a_code_by_text_is_checked_and_approved_once(town, service):
    verification = send(town, service)
    assert (verification.status, verification.valid, verification.to) == ("pending", False, ALICE)
    assert verification.sid.startswith("VE") and verification.service_sid == service.sid
    [attempt] = verification.send_code_attempts
    assert attempt["channel"] == "sms" and attempt["attempt_sid"].startswith("VL")

    [text] = texts(town)
    assert text == f"Your Owl Bank verification code is: {code_in(text)}"
    right = code_in(text)
    wrong = "0" * 6 if right != "0" * 6 else "1" * 6
    assert [check(town, service, wrong).status, check(town, service, wrong).valid] == [
        "pending",
        False,
    ]
    approved = check(town, service, right)
    assert (approved.status, approved.valid, approved.sid) == ("approved", True, verification.sid)
    # Once is enough: Twilio forgets a verification that is over.
    status, code, said = refused(check, town, service, right)
    assert (status, code) == (404, 20404)
    assert said == (
        f"The requested resource /Services/{service.sid}/VerificationCheck was not found"
    )
    assert refused(verification.fetch)[:2] == (404, 20404)


def test_a_code_by_call_is_spoken_twice_and_may_be_checked_by_the_sid(town, service):
    verification = send(town, service, channel="call")
    town.advance(60)
    said = [text for verb, text in town.transcript() if verb == "Say"]
    assert len(said) == 2 and len(set(said)) == 1
    assert said[0].startswith("Your Owl Bank verification code is: ")
    code = re.sub(r"\D", "", said[0])
    assert check(town, service, code, verification_sid=verification.sid).status == "approved"


def test_neither_text_nor_call_stands_among_the_accounts_own(town, service):
    send(town, service)
    send(town, service, channel="call")
    town.advance(60)
    assert town.client.messages.list() == [] and town.client.calls.list() == []
    assert len(texts(town)) == 1


def test_the_phone_names_a_verification_too(town, service):
    verification = send(town, service)
    under = town.client.verify.v2.services(service.sid)
    assert under.verifications(ALICE).fetch().sid == verification.sid
    assert under.verifications(ALICE).update(status="canceled").status == "canceled"
    assert refused(under.verifications(ALICE).fetch)[:2] == (404, 20404)


# -- again, too often, too late -----------------------------------------------------------------


def test_asking_again_sends_the_same_code_under_the_same_sid(town, service):
    first, second = send(town, service), send(town, service)
    assert second.sid == first.sid and len(second.send_code_attempts) == 2
    one, other = texts(town)
    assert one == other


def test_the_sixth_text_and_the_sixth_check_are_too_many(town, service):
    for _ in range(5):
        send(town, service)
    assert refused(send, town, service) == (429, 60203, "Max send attempts reached")
    right = code_in(texts(town)[0])
    wrong = "0" * 6 if right != "0" * 6 else "1" * 6
    for _ in range(5):
        assert check(town, service, wrong).status == "pending"
    assert refused(check, town, service, right) == (429, 60202, "Max check attempts reached")


def test_a_code_is_good_for_ten_minutes(town, service):
    first = send(town, service)
    code = code_in(texts(town)[0])
    town.advance(590)  # ten seconds went by while the text travelled
    assert refused(check, town, service, code)[:2] == (404, 20404)
    assert send(town, service).sid != first.sid


def test_the_same_number_and_another_service_are_another_matter(town, service):
    other = town.client.verify.v2.services.create(friendly_name="Other", code_length=4)
    send(town, service), send(town, other)
    long, short = texts(town)
    assert len(code_in(long)) == 6 and len(code_in(short)) == 4
    assert refused(check, town, other, "99999999999")[:2] == (400, 60200)
    assert check(town, other, code_in(short)).valid


# -- services -----------------------------------------------------------------------------------


def test_a_service_is_made_listed_changed_and_deleted(town, service):
    assert service.sid.startswith("VA")
    assert (service.code_length, service.custom_code_enabled) == (6, False)
    assert service.url == f"{town.sandbox.url}/v2/Services/{service.sid}"
    assert service.links["verification_checks"] == f"{service.url}/VerificationCheck"
    services = town.client.verify.v2.services
    more = [services.create(friendly_name=f"S{n}").sid for n in range(3)]
    assert [s.sid for s in services.list(page_size=2)] == [*reversed(more), service.sid]
    changed = services(service.sid).update(code_length=8, do_not_share_warning_enabled=True)
    assert changed.code_length == 8
    send(town, service)
    assert re.search(r"is: \d{8}\. Don't share this code", texts(town)[0])
    assert services(service.sid).delete()
    assert refused(services(service.sid).fetch)[:2] == (404, 20404)
    assert refused(send, town, service)[:2] == (404, 20404)


def test_a_code_of_ones_own_needs_a_service_that_allows_it(town, service):
    assert refused(send, town, service, custom_code="2468")[:2] == (400, 60204)
    town.client.verify.v2.services(service.sid).update(custom_code_enabled=True)
    send(town, service, custom_code="2468", custom_friendly_name="Night Owl")
    assert texts(town) == ["Your Night Owl verification code is: 2468"]
    assert check(town, service, "2468").valid


# -- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [({"to": "911"}, (400, 60200, "Invalid parameter `To`: 911")),
     ({"channel": "pigeon"}, (400, 60200, "Invalid parameter: Channel")),
     ({"channel": ""}, (400, 20001, "Missing required parameter Channel in the post body")),
     ({"to": ""}, (400, 20001, "Missing required parameter To in the post body")),
     ({"channel": "email"}, (403, 60223, "Delivery channel disabled: EMAIL"))],
)  # fmt: skip
def test_what_cannot_be_sent_says_why(town, service, asked, refusal):
    assert refused(send, town, service, **asked) == refusal
    assert texts(town) == []


def test_a_service_needs_a_short_name_and_a_code_of_four_to_ten(town):
    create = town.client.verify.v2.services.create
    assert refused(create, friendly_name="x" * 33)[:2] == (400, 60200)
    assert refused(create, friendly_name="")[:2] == (400, 20001)
    assert refused(create, friendly_name="x", code_length=3)[:2] == (400, 60200)


def test_a_trial_sends_codes_to_verified_numbers_only():
    with Town(type="trial", verified=(ALICE,)) as town:
        town.client.verify.base_url = town.sandbox.url
        service = town.client.verify.v2.services.create(friendly_name="Owl Bank")
        assert refused(send, town, service, to=BOB)[:2] == (400, 21608)
        assert send(town, service).status == "pending"


def test_codes_are_the_same_in_every_run():
    found = []
    for _ in range(2):
        with Town() as town:
            town.client.verify.base_url = town.sandbox.url
            service = town.client.verify.v2.services.create(friendly_name="Owl Bank")
            send(town, service)
            found.append((service.sid, texts(town)))
    assert found[0] == found[1]


def test_a_text_that_could_not_be_delivered_leaves_the_verification_pending(town, service):
    town.phone(ALICE, Mode="off")
    verification = send(town, service)
    assert texts(town) == []
    assert verification.fetch().status == "pending"
