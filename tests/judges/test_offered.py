"""What the sandbox offers and what Twilio's papers know are the same things."""

import asyncio
import json
import re

import pytest

from helpers.resources.base import VERSION, kinds
from tests.judges import specification
from tests.judges.inside import Inside
from tests.judges.requests_made import Asked
from tests.judges.witness import judged

METHODS = {
    "create": "POST",
    "list": "GET",
    "fetch": "GET",
    "update": "POST",
    "delete": "DELETE",
}

#: Places of the older API that today's papers leave out; `test_old_clients` is their judge.
OLDER = {"SMS/Messages"}

#: Places that are there to say in a sentence why there is nothing.
REFUSED = {"Calls/{call_sid}/Siprec"}


def offered():
    """Method and path of everything that resources declare, with SIDs for the fields in paths."""
    for kind in kinds().values():
        for view in kind.views():
            if not view.path and kind.__name__ != "Account":
                continue
            for operation in view.operations:
                if view.path in OLDER | REFUSED:
                    continue
                path = re.sub(r"{\w+}", "XX" + "0" * 32, view.path)
                alone = operation in ("list", "create") or (operation == "fetch" and kind.alone)
                thing = "" if alone else "/XX" + "0" * 32
                yield METHODS[operation], whole(kind, path + thing)


def whole(kind, path):
    if kind.version != VERSION:
        return f"/{kind.version}/{path}"
    account = "" if kind.__name__ == "Account" else f"/AC{'0' * 32}"
    return f"/{VERSION}/Accounts{account}{'/' if path and account else ''}{path}.json"


def test_twilios_papers_know_everything_that_is_offered():
    """What is offered beyond the tours would be judged by nobody."""
    unknown = [asked for asked in offered() if specification.named(*asked) is None]
    assert unknown == []


def test_everything_in_the_document_is_offered():
    there = {(o.method, o.path) for asked in offered() if (o := specification.named(*asked))}
    everything = {(o.method, o.path) for o in specification.operations()}
    assert everything - there == set()


def test_what_is_not_offered_is_not_found():
    """The rest of Twilio's older API: a plain 404, whatever is asked of it."""
    beyond = specification.beyond()
    assert len(beyond) > 50

    async def ask():
        async with Inside() as world:
            await world.furnish()
            return [(await world.send(Asked(o.method, o.path)), world.lines[-1]) for o in beyond]

    for (status, _, body), line in asyncio.run(ask()):
        told = json.loads(body)
        assert (status, told["code"]) == (404, 20404), line
        in_words = "/Siprec.json" in line and told["message"].endswith(".")
        plain = told["message"].startswith("The requested resource /2010-04-01/")
        assert plain or in_words, (line, told)
        assert specification.mistakes(specification.REFUSAL, told) == [], line


# -- the judge itself ----------------------------------------------------------------------------

HEAD = {"content-type": "application/json", "twilio-request-id": "RQ" + "0" * 32}


def balance(**changed):
    body = {"account_sid": "AC" + "0" * 32, "balance": "15.50", "currency": "USD"} | changed
    return str({k: v for k, v in body.items() if v is not ...}).replace("'", '"').encode()


@pytest.mark.parametrize(
    "status, headers, body, wrong",
    [
        (200, {}, balance(), None),
        (200, {}, balance(credit="1"), "'credit' was unexpected"),
        (200, {}, balance(currency=...), "'currency' is a required property"),
        (200, {}, balance(balance=15.5), "15.5 is not of type 'string'"),
        (200, {}, balance(account_sid="AC1"), "'AC1' is too short"),
        (200, {}, b"nothing", "its body is no JSON"),
        (200, {"content-type": "text/html"}, balance(), "its type is text/html"),
        (200, {"twilio-request-id": "1"}, balance(), "there is no Twilio-Request-Id"),
        (201, {}, balance(), "201 is not among its statuses [200]"),
        (500, {}, balance(), "500 is not among its statuses [200]"),
        (404, {}, b'{"status": 404}', "'code' is a required property"),
    ],
)
def test_the_judge_sees_what_is_wrong(status, headers, body, wrong):
    operation = specification.named("GET", f"/2010-04-01/Accounts/AC{'0' * 32}/Balance.json")
    found = judged(operation, status, HEAD | headers, body)
    assert found == [] if wrong is None else any(wrong in problem for problem in found), found


def test_the_judge_knows_what_the_official_package_reads():
    """Dates, SIDs, words and addresses of a conference, as the package's class understands them."""
    operation = specification.named(
        "GET", f"/2010-04-01/Accounts/AC{'0' * 32}/Conferences/CF1.json"
    )
    here = f"/2010-04-01/Accounts/AC{'0' * 32}/Conferences/CF{'0' * 32}"
    good = {
        "account_sid": "AC" + "0" * 32,
        "api_version": "2010-04-01",
        "call_sid_ending_conference": None,
        "date_created": "Tue, 31 Aug 2010 20:36:28 +0000",
        "date_updated": "Tue, 31 Aug 2010 20:36:28 +0000",
        "friendly_name": "party",
        "reason_conference_ended": None,
        "region": "us1",
        "sid": "CF" + "0" * 32,
        "status": "in-progress",
        "subresource_uris": {"participants": f"{here}/Participants.json"},
        "uri": f"{here}.json",
    }
    assert judged(operation, 200, HEAD, json.dumps(good).encode()) == []
    for name, bad in (
        ("sid", "CA" + "0" * 32),
        ("status", "running"),
        ("date_created", "2010-08-31T20:36:28Z"),
        ("region", 1),
        ("uri", "party"),
        ("subresource_uris", {}),
    ):
        problems = judged(operation, 200, HEAD, json.dumps(good | {name: bad}).encode())
        assert len(problems) == 1 and problems[0].startswith(f"$.{name}: "), (name, problems)


@pytest.mark.parametrize(
    "kind, good, bad",
    [
        (
            "date-time-rfc-2822",
            "Tue, 31 Aug 2010 20:36:28 +0000",
            "Mon, 31 Aug 2010 20:36:28 +0000",
        ),
        ("date-time-rfc-2822", "Sun, 01 Aug 2010 00:00:00 +0000", "2010-08-01T00:00:00Z"),
        (
            "date-time-rfc-2822",
            "Sun, 01 Aug 2010 00:00:00 +0000",
            "Sun, 01 Aug 2010 02:00:00 +0200",
        ),
        ("date-time", "2015-07-30T20:00:00Z", "2015-07-30 20:00:00"),
        ("date-time", "2019-06-24T22:32:49+00:00", "2019-06-31T22:32:49+00:00"),
        ("date", "2015-07-30", "2015-02-30"),
        ("uri", "/2010-04-01/Accounts.json?Page=0", "Accounts.json"),
        ("uri", "https://shop.test/a%20b", "https://shop.test/a b"),
        ("uri", "", "ftp://shop.test/"),
        ("http-method", "GET", "get"),
        ("currency", "USD", "EUR?"),
        ("iso-country-code", "US", "USA"),
        ("phone-number", "(808) 925-1571", ""),
        ("uri-map", {"calls": "/Calls.json"}, {"calls": None}),
        ("uri-map", {"calls": "/Calls.json"}, {}),
    ],
)
def test_the_formats(kind, good, bad):
    assert specification.mistakes({"format": kind}, good) == []
    assert specification.mistakes({"format": kind}, bad) != []
