"""Numbers in full, judged by Twilio's own client and its specification.

Bought, set, moved and released; on offer; verified. What refuses a request is in `test_refusals`.
"""

import inspect
import math
import re

import pytest
from twilio.rest.api.v2010.account.application import ApplicationContext, ApplicationList
from twilio.rest.api.v2010.account.incoming_phone_number import (
    IncomingPhoneNumberContext,
    IncomingPhoneNumberList,
)
from twilio.rest.api.v2010.account.outgoing_caller_id import OutgoingCallerIdContext
from twilio.rest.api.v2010.account.validation_request import ValidationRequestList

from helpers.resources.application import Application
from helpers.resources.available import AREAS, COUNTRIES
from helpers.resources.number import IncomingPhoneNumber, OutgoingCallerId, ValidationRequest
from tests.sandbox.town import ALICE, SHOP, Town, refused, twiml

OTHER = ("AC" + "b" * 32, "another-token")
NEW, CAROL = "+12125550123", "+14155550142"


@pytest.fixture
def town():
    with Town(accounts=((*OTHER, "full"),)) as town:
        yield town


# -- every parameter ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "operation", "method"),
    [
        (IncomingPhoneNumber, "create", IncomingPhoneNumberList.create),
        (IncomingPhoneNumber, "update", IncomingPhoneNumberContext.update),
        (OutgoingCallerId, "update", OutgoingCallerIdContext.update),
        (ValidationRequest, "create", ValidationRequestList.create),
        (Application, "create", ApplicationList.create),
        (Application, "update", ApplicationContext.update),
    ],
)
def test_there_is_every_parameter_that_the_official_client_has(kind, operation, method):
    theirs = set(inspect.signature(method).parameters) - {"self"}
    ours = kind.parameters(operation)
    assert {name.replace("_", "") for name in theirs} == {name.lower() for name in ours}


SETTINGS = {
    "friendly_name": "Front desk",
    "voice_url": "http://localhost:1/voice",
    "voice_method": "GET",
    "voice_fallback_url": "http://localhost:1/voice2",
    "voice_fallback_method": "GET",
    "voice_caller_id_lookup": True,
    "voice_receive_mode": "fax",
    "sms_url": "http://localhost:1/sms",
    "sms_method": "GET",
    "sms_fallback_url": "http://localhost:1/sms2",
    "sms_fallback_method": "GET",
    "status_callback": "http://localhost:1/status",
    "status_callback_method": "GET",
    "api_version": "2008-08-01",
    "address_sid": "AD" + "1" * 32,
    "identity_sid": "RI" + "2" * 32,
    "bundle_sid": "BU" + "3" * 32,
    "emergency_status": "Active",
    "emergency_address_sid": "AD" + "5" * 32,
}


def test_every_setting_is_kept_shown_and_taken_away_again(town):
    application = town.client.applications.create(friendly_name="Sales")
    settings = SETTINGS | {
        "voice_application_sid": application.sid,
        "sms_application_sid": application.sid,
    }
    numbers = town.client.incoming_phone_numbers
    bought = numbers.create(phone_number=NEW, **settings)
    changed = numbers.create(phone_number="+12125550124").update(**settings)
    for number in (bought, numbers(bought.sid).fetch(), changed):
        assert {name: getattr(number, name) for name in settings} == settings
        assert number.emergency_address_status == "registered"
    sids = [name for name in settings if name.endswith("_sid")]
    urls = [name for name in settings if name.endswith(("_url", "_callback"))]
    emptied = bought.update(**dict.fromkeys([*sids, *urls], ""))
    assert {getattr(emptied, name) for name in sids} == {None}
    assert {getattr(emptied, name) for name in urls} == {""}
    assert emptied.emergency_address_status == "unregistered"
    assert emptied.friendly_name == "Front desk"  # what is not named stays


def test_a_trunk_and_an_application_take_each_other_away(town):
    application, trunk = town.client.applications.create(), "TK" + "4" * 32
    [number] = town.client.incoming_phone_numbers.list()
    assert number.update(voice_application_sid=application.sid).trunk_sid is None
    changed = number.update(trunk_sid=trunk)
    assert (changed.trunk_sid, changed.voice_application_sid) == (trunk, None)
    changed = number.update(voice_application_sid=application.sid)
    assert (changed.trunk_sid, changed.voice_application_sid) == (None, application.sid)
    both = {"voice_application_sid": application.sid, "trunk_sid": trunk}
    for made in (
        number.update(**both),
        town.client.incoming_phone_numbers.create(phone_number=NEW, **both),
    ):
        assert (made.trunk_sid, made.voice_application_sid) == (trunk, None)


def test_a_number_with_a_trunk_asks_no_web_site_when_it_is_called(town):
    [number] = town.client.incoming_phone_numbers.list()
    number.update(voice_url=town.url + "/voice", trunk_sid="TK" + "4" * 32)
    sid = town.phone(ALICE, "call", To=SHOP)["sid"]
    town.advance(30)
    assert town.client.calls(sid).fetch().status == "failed"
    assert town.site.requests == []


@pytest.mark.parametrize(
    "setting",
    [
        {"address_sid": "AD1"},
        {"trunk_sid": "AD" + "1" * 32},
        {"voice_receive_mode": "telex"},
        {"emergency_status": "perhaps"},
        {"api_version": "1999-01-01"},
        {"friendly_name": "x" * 65},
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_and_changes_nothing(town, setting):
    [number] = town.client.incoming_phone_numbers.list()
    assert refused(number.update, voice_url="http://localhost:1/", **setting) == (400, 20001)
    assert number.fetch().voice_url == ""
    assert refused(town.client.incoming_phone_numbers.create, phone_number=NEW, **setting) == (
        400, 20001,
    )  # fmt: skip


def test_an_application_keeps_every_setting(town):
    settings = {
        "friendly_name": "Sales",
        "api_version": "2008-08-01",
        "voice_url": "http://localhost:1/voice",
        "voice_method": "GET",
        "voice_fallback_url": "http://localhost:1/voice2",
        "voice_fallback_method": "GET",
        "status_callback": "http://localhost:1/status",
        "status_callback_method": "GET",
        "voice_caller_id_lookup": True,
        "sms_url": "http://localhost:1/sms",
        "sms_method": "GET",
        "sms_fallback_url": "http://localhost:1/sms2",
        "sms_fallback_method": "GET",
        "sms_status_callback": "http://localhost:1/status",
        "message_status_callback": "http://localhost:1/status",
        "public_application_connect_enabled": True,
    }
    made = town.client.applications.create(**settings)
    changed = town.client.applications.create().update(**settings)
    for application in (made, town.client.applications(made.sid).fetch(), changed):
        assert {name: getattr(application, name) for name in settings} == settings
    assert refused(made.update, api_version="1") == (400, 20001)


# -- by kind -----------------------------------------------------------------------------------


def test_a_number_stands_where_its_kind_does(town):
    numbers = town.client.incoming_phone_numbers
    bought = {
        "local": numbers.local.create(phone_number=NEW),
        "mobile": numbers.mobile.create(phone_number="+447400123456"),
        "toll_free": numbers.toll_free.create(phone_number="+18005550123"),
    }
    for kind, number in bought.items():
        listed = [n.sid for n in getattr(numbers, kind).list() if n.phone_number != SHOP]
        assert listed == [number.sid]
        fetched = numbers(number.sid).fetch()
        assert fetched.type == kind.replace("_", "-")
        # as in Twilio's samples of each kind, it is found among all numbers
        there = f"/2010-04-01/Accounts/{number.account_sid}/IncomingPhoneNumbers/{number.sid}.json"
        assert number.uri == fetched.uri == there
    for kind, number in (("local", "+18005550124"), ("mobile", "+12125550125")):
        assert refused(getattr(numbers, kind).create, phone_number=number) == (400, 21458)


def test_what_a_number_can_do(town):
    numbers = town.client.incoming_phone_numbers
    able = {"fax": False, "mms": True, "sms": True, "voice": True}
    assert numbers.create(phone_number=NEW).capabilities == able
    assert numbers.create(phone_number="+18005550123").capabilities == able
    mobile = numbers.create(phone_number="+447400123456")
    assert mobile.capabilities == able | {"mms": False}
    landline = numbers.create(phone_number="+493012345678")
    assert landline.capabilities == able | {"mms": False, "sms": False}
    for number in (mobile, landline):
        country = "GB" if number is mobile else "DE"
        kind = "mobile" if number is mobile else "local"
        offer = getattr(town.client.available_phone_numbers(country), kind).list(limit=1)[0]
        assert offer.capabilities == number.capabilities


@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_what_is_on_offer_is_of_its_kind_and_can_be_bought_there(town, country):
    for kind in COUNTRIES[country][1]:
        name = kind.replace("-", "_")
        for offer in getattr(town.client.available_phone_numbers(country), name).list(limit=3):
            assert offer.iso_country == country
            bought = getattr(town.client.incoming_phone_numbers, name).create(
                phone_number=offer.phone_number
            )
            assert bought.capabilities == offer.capabilities
            assert bought.friendly_name == offer.friendly_name


# -- filters -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"phone_number": SHOP}, [SHOP]),
        ({"phone_number": "+1212*"}, ["+12125550124", "+12125550123"]),
        ({"phone_number": "*0124"}, ["+12125550124"]),
        ({"phone_number": "212555"}, ["+12125550124", "+12125550123"]),
        ({"phone_number": "5550123"}, ["+12125550123"]),
        ({"phone_number": "2*0124"}, ["+12125550124"]),
        ({"phone_number": "0124*0124"}, []),
        ({"phone_number": "+1?12*"}, []),
        ({"friendly_name": "Desk"}, ["+12125550123"]),
        ({"origin": "twilio"}, ["+12125550124", "+12125550123", SHOP]),
        ({"origin": "hosted"}, []),
        ({"beta": False}, ["+12125550124", "+12125550123", SHOP]),
        ({"beta": True}, []),
        ({"phone_number": "+1212*", "friendly_name": "Desk"}, ["+12125550123"]),
    ],
)
def test_numbers_are_found_by_what_they_are(town, query, found):
    town.client.incoming_phone_numbers.create(phone_number="+12125550123", friendly_name="Desk")
    town.client.incoming_phone_numbers.create(phone_number="+12125550124")
    listed = town.client.incoming_phone_numbers.list(**query)
    assert [number.phone_number for number in listed] == found


# -- moving ------------------------------------------------------------------------------------


def test_a_number_moves_within_the_family_with_its_settings(town):
    branch = town.client.api.accounts.create(friendly_name="Branch")
    application = town.client.applications.create()
    number = town.client.incoming_phone_numbers.create(
        phone_number=NEW, voice_url=town.url + "/voice", voice_application_sid=application.sid
    )
    town.site.pages["/voice"] = twiml("<Say>Branch</Say>")
    moved = number.update(account_sid=branch.sid)
    assert (moved.account_sid, moved.sid, moved.phone_number) == (branch.sid, number.sid, NEW)
    assert (moved.voice_url, moved.voice_application_sid) == (town.url + "/voice", None)
    assert branch.sid in moved.uri
    assert refused(number.fetch) == (404, 20404)
    theirs = town.log_in(branch.sid, branch.auth_token)
    assert [n.sid for n in theirs.incoming_phone_numbers.list()] == [number.sid]
    # a call to it is the branch's now
    sid = town.phone(ALICE, "call", To=NEW)["sid"]
    town.advance(30)
    assert theirs.calls(sid).fetch().status == "completed"
    assert town.site.asked("/voice")[-1]["AccountSid"] == branch.sid
    # and back, by the main account's credentials
    as_main = town.log_in(*town.auth, account=branch.sid)
    back = as_main.incoming_phone_numbers(number.sid).update(account_sid=town.auth[0])
    assert back.account_sid == town.auth[0]


def test_a_sub_account_gives_no_number_away(town):
    branch, other = (town.client.api.accounts.create() for _ in range(2))
    theirs = town.log_in(branch.sid, branch.auth_token)
    number = theirs.incoming_phone_numbers.create(phone_number=NEW)
    for account in (town.auth[0], other.sid, OTHER[0], "AC" + "0" * 32):
        assert refused(number.update, account_sid=account) == (400, 21471)
    assert number.update(account_sid=branch.sid).account_sid == branch.sid
    assert refused(number.update, account_sid="AC") == (400, 21470)


def test_a_number_moves_to_no_stranger_and_to_no_closed_account(town):
    [number] = town.client.incoming_phone_numbers.list()
    assert refused(number.update, account_sid=OTHER[0]) == (400, 21471)
    branch = town.client.api.accounts.create()
    branch.update(status="closed")
    assert refused(number.update, account_sid=branch.sid) == (400, 21472)
    assert number.fetch().account_sid == town.auth[0]


# -- on offer ----------------------------------------------------------------------------------

SAN_FRANCISCO, OAKLAND, SEATTLE = "+1415", "+1510", "+1206"


def starts(town, country="US", **query):
    offers = town.client.available_phone_numbers(country).local.list(**query)
    return {offer.phone_number[:5] for offer in offers}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"near_lat_long": "37.7749,-122.4194"}, {SAN_FRANCISCO, OAKLAND}),
        ({"near_lat_long": "37.7749, -122.4194", "distance": 5}, {SAN_FRANCISCO}),
        ({"near_lat_long": "37.7749,-122.4194", "distance": 0}, {SAN_FRANCISCO}),
        ({"near_lat_long": "0,0", "distance": 500}, set()),
        ({"near_number": "+14155550100"}, {SAN_FRANCISCO, OAKLAND}),
        ({"near_number": "+12065550100", "distance": 25}, {SEATTLE}),
        ({"near_number": "+493012345678"}, set()),
        ({"near_number": "+14155550100", "in_locality": "Oakland"}, {OAKLAND}),
        ({"distance": 1, "area_code": 415}, {SAN_FRANCISCO}),  # near nothing: no matter
        ({"in_postal_code": "98101"}, {SEATTLE}),
        ({"in_rate_center": "seattle"}, {SEATTLE}),
        ({"in_lata": "674"}, {SEATTLE}),
        # a number stands for where it is
        ({"in_region": "+15105550100"}, {SAN_FRANCISCO, OAKLAND}),
        ({"in_locality": "+15105550100"}, {OAKLAND}),
        ({"in_postal_code": "+12065550100"}, {SEATTLE}),
        ({"in_lata": "+15105550100", "in_rate_center": "+15105550100"}, {OAKLAND}),
        ({"in_region": "+493012345678"}, set()),
        ({"in_lata": "722", "in_region": "CA"}, {SAN_FRANCISCO, OAKLAND}),
    ],
)
def test_numbers_near_a_place(town, query, found):
    assert starts(town, **query) == found


def test_places_are_as_far_apart_as_maps_say(town):
    """Seattle and Vancouver are 121.4 miles apart."""
    seattle = next(area for area in AREAS if area.code == "206")
    place = f"{seattle.latitude},{seattle.longitude}"
    assert starts(town, "CA", near_lat_long=place, distance=121) == set()
    assert starts(town, "CA", near_lat_long=place, distance=122) == {"+1604"}


@pytest.mark.parametrize(
    "query",
    [
        {"distance": 501},
        {"near_lat_long": "here"},
        {"near_lat_long": "91,0"},
        {"near_number": "12"},
        {"contains": "12#"},
        {"contains": "1"},
        {"contains": "1" * 17},
        {"contains": "%%"},
        {"contains": "12%34"},
    ],
)
def test_a_search_that_makes_no_sense(town, query):
    reply = town.http.get(
        f"{town.sandbox.url}/2010-04-01/Accounts/{town.auth[0]}/AvailablePhoneNumbers/US/Local.json",
        params={"".join(word.title() for word in name.split("_")): v for name, v in query.items()},
        auth=town.auth,
    )
    assert (reply.status_code, reply.json()["code"]) == (400, 20001)


@pytest.mark.parametrize(
    ("pattern", "like"),
    [
        ("11", r".*11.*"),
        ("510555****", r".*510555\d{4}.*"),
        ("**11", r".*\d\d11.*"),
        ("STORM", r".*78676.*"),
        ("%1234%", r".*1234.*"),
        ("1234$", r".*1234"),
        ("+1415", r"\+1415\d{7}"),
        ("+1415*****99$", r"\+1415\d{5}99"),
        ("+1********11", r"\+1\d{8}11"),
    ],
)
def test_numbers_by_their_digits(town, pattern, like):
    offers = town.client.available_phone_numbers("US").local.list(contains=pattern, limit=20)
    numbers = [offer.phone_number for offer in offers]
    assert numbers and all(re.fullmatch(like, number) for number in numbers), numbers


@pytest.mark.parametrize("pattern", ["+14155551234567", "14155551234567", "+49", "9995551234"])
def test_digits_that_no_number_there_has(town, pattern):
    assert town.client.available_phone_numbers("US").local.list(contains=pattern) == []


@pytest.mark.parametrize(
    ("country", "kind", "query", "any_found"),
    [
        ("US", "local", {"sms_enabled": True, "mms_enabled": True, "voice_enabled": True}, True),
        ("US", "local", {"fax_enabled": True}, False),
        ("US", "local", {"fax_enabled": False}, True),
        ("GB", "local", {"sms_enabled": True}, False),
        ("GB", "local", {"sms_enabled": False}, True),
        ("GB", "mobile", {"sms_enabled": True}, True),
        ("GB", "mobile", {"mms_enabled": True}, False),
        ("US", "toll_free", {"mms_enabled": True}, True),
        # nobody needs an address here, and nothing is new to the platform
        ("US", "local", {"exclude_all_address_required": True, "beta": False}, True),
        ("US", "local", {"exclude_local_address_required": True}, True),
        ("US", "local", {"exclude_foreign_address_required": True, "beta": True}, True),
    ],
)
def test_numbers_by_what_they_can_do(town, country, kind, query, any_found):
    offers = getattr(town.client.available_phone_numbers(country), kind).list(**query)
    assert bool(offers) is any_found


def test_a_page_of_offers_is_as_long_as_it_is_asked_to_be(town):
    local = town.client.available_phone_numbers("US").local
    assert [len(local.list(page_size=n)) for n in (1, 7, 1_000)] == [
        1,
        7,
        len(local.list(limit=1000)),
    ]
    reply = town.http.get(
        f"{town.sandbox.url}/2010-04-01/Accounts/{town.auth[0]}"
        "/AvailablePhoneNumbers/US/Local.json?PageSize=5000",
        auth=town.auth,
    )
    assert reply.status_code == 200  # cut down, not refused
    assert len(reply.json()["available_phone_numbers"]) > 500
    assert not math.isnan(float(reply.json()["available_phone_numbers"][0]["latitude"]))


# -- verified numbers --------------------------------------------------------------------------


def begin(town, **given):
    return town.client.validation_requests.create(phone_number=CAROL, **given)


def test_the_call_can_wait(town):
    begun = begin(town, call_delay=30)
    town.phone(CAROL, "press", Digits=begun.validation_code)
    town.advance(29)
    assert town.client.calls(begun.call_sid).fetch().status == "queued"
    town.advance(60)
    assert [c.phone_number for c in town.client.outgoing_caller_ids.list()] == [CAROL, ALICE]


def test_an_extension_is_dialled_before_the_question(town):
    """Each W is a second of waiting, and keys take no time."""
    begun = begin(town, extension="12WWW#")
    town.phone(CAROL, "press", Digits=begun.validation_code)
    town.advance(60)
    assert town.times(CAROL)[:2] == [(0.0, "answer"), (3.0, "Say")]
    assert [c.phone_number for c in town.client.outgoing_caller_ids.list()] == [CAROL, ALICE]
    assert refused(begin, town, extension="x") == (400, 21450)  # which is told first
    town.client.outgoing_caller_ids.list()[0].delete()
    assert refused(begin, town, extension="x") == (400, 20001)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_success_is_told_with_the_caller_id(town, method):
    begun = begin(town, status_callback=town.url + "/told", status_callback_method=method)
    town.phone(CAROL, "press", Digits=begun.validation_code)
    town.advance(60)
    [told] = town.site.asked("/told")
    [verified] = town.client.outgoing_caller_ids.list(phone_number=CAROL)
    assert (told["VerificationStatus"], told["OutgoingCallerIdSid"]) == ("success", verified.sid)
    assert (told["CallSid"], told["CallStatus"], told["To"]) == (begun.call_sid, "completed", CAROL)
    assert verified.friendly_name == "(415) 555-0142"


@pytest.mark.parametrize("mode", ["busy", "no-answer"])
def test_failure_is_told_too_and_verifies_nothing(town, mode):
    town.phone(CAROL, Mode=mode)
    begin(town, status_callback=town.url + "/told")
    town.advance(120)
    [told] = town.site.asked("/told")
    assert (told["VerificationStatus"], told["CallStatus"]) == ("failed", mode)
    assert "OutgoingCallerIdSid" not in told
    assert town.client.outgoing_caller_ids.list(phone_number=CAROL) == []


def test_a_caller_id_that_is_deleted_shows_nobody_any_more(town):
    town.client.calls.create(to=CAROL, from_=ALICE, twiml="<Response/>")
    [verified] = town.client.outgoing_caller_ids.list()
    assert verified.delete()
    given = {"to": CAROL, "from_": ALICE, "twiml": "<Response/>"}
    assert refused(town.client.calls.create, **given) == (400, 21210)


def test_three_accounts_may_verify_one_number(town):
    """And a number that was verified twice in one account counts once."""
    world = town.sandbox.engine.world(town.sandbox.engine.account(town.auth[0]))
    assert world.verifiers(CAROL) == 0
    for account in (town.auth, OTHER):
        client = town.log_in(*account)
        begun = client.validation_requests.create(phone_number=CAROL)
        url = f"{town.sandbox.url}/_sandbox/phones/{CAROL}/press"
        town.http.post(url, auth=account, data={"Digits": begun.validation_code})
        town.advance(60)
    assert world.verifiers(CAROL) == 2


# -- as older programs write them --------------------------------------------------------------


@pytest.mark.parametrize("place", ["Calls", "Messages", "SMS/Messages"])
@pytest.mark.parametrize(
    ("sender", "to"),
    [("(500) 555-0006", "415-555-0100"), ("15005550006", "14155550100"), (SHOP, "4155550100")],
)
def test_american_numbers_need_no_plus_in_a_request(town, place, sender, to):
    """The guide's own snippets leave it out: ``NNNNNNNNNNN``."""
    got = town.http.post(
        f"{town.sandbox.url}/2010-04-01/Accounts/{town.auth[0]}/{place}.json",
        data={"From": sender, "To": to, "Body": "x", "Url": "http://twimlets.com/message"},
        auth=town.auth,
    )
    assert got.status_code == 201, got.text
    assert (got.json()["from"], got.json()["to"]) == (SHOP, "+14155550100")
