"""Requests as the libraries of 2012 made them: `Services_Twilio` of PHP and its contemporaries.

Today no package manager of ours has those libraries, so their requests are made by hand, as their
sources make them: `/SMS/Messages` for texts, `Page` and `PageSize` always there, pages followed by
`next_page_uri`, and `num_pages` and `total` looked for and not needed.
"""

import pytest

from tests.sandbox.town import ALICE, BOB, SHOP, Town

HEADERS = {
    "User-Agent": "twilio-php/3.12.8 (PHP 5.4.45)",
    "Accept-Charset": "utf-8",
    "Accept": "application/json",
}
GONE = {"total", "num_pages", "last_page_uri"}


@pytest.fixture
def town():
    with Town(type="trial", verified=(ALICE, BOB)) as town:
        town.http.headers.update(HEADERS)
        town.http.auth = town.auth
        yield town


def post(town, path, **form):
    return town.http.post(f"{town.sandbox.url}{base(town)}/{path}.json", data=form, timeout=10)


def base(town):
    return f"/2010-04-01/Accounts/{town.auth[0]}"


def pages(town, path, name, size):
    """Every row of a list, as the library's iterator comes by them."""
    uri = f"{base(town)}/{path}.json?Page=0&PageSize={size}"
    while uri:
        page = town.http.get(town.sandbox.url + uri, timeout=10).json()
        assert not GONE & set(page)
        yield from page[name]
        uri = page["next_page_uri"]


def test_a_text_as_the_guide_sends_it(town):
    """`$client->account->sms_messages->create($from, $to, $message)`."""
    reply = post(
        town, "SMS/Messages", From=SHOP, To=ALICE, Body="Monkey party at 6PM. Bring Bananas!"
    )
    assert reply.status_code == 201
    made = reply.json()
    assert made["status"] == "queued" and made["sid"].startswith("SM")
    assert made["uri"] == f"{base(town)}/SMS/Messages/{made['sid']}.json"
    assert made["body"].endswith("Monkey party at 6PM. Bring Bananas!")
    town.advance(60)
    assert town.phone(ALICE)["inbox"][-1]["body"] == made["body"]
    fetched = town.http.get(town.sandbox.url + made["uri"], timeout=10).json()
    assert (fetched["sid"], fetched["status"]) == (made["sid"], "delivered")


def test_a_call_as_the_guide_makes_it(town):
    """`$client->account->calls->create($from, $to, $url)`; the URL carries its text."""
    url = "http://twimlets.com/message?Message=Hello%20world."
    made = post(town, "Calls", From=SHOP, To=ALICE, Url=url).json()
    assert made["status"] == "queued"
    town.advance(60)
    assert ("Say", "Hello world.") in town.transcript()


def test_the_iterator_comes_to_an_end_and_sees_every_row_once(town):
    sids = [
        post(town, "SMS/Messages", From=SHOP, To=ALICE, Body=str(n)).json()["sid"] for n in range(5)
    ]
    found = [row["sid"] for row in pages(town, "SMS/Messages", "sms_messages", 2)]
    assert found == sids[::-1]
    assert [row["sid"] for row in pages(town, "Messages", "messages", 2)] == found


def test_the_uri_of_a_text_leads_to_it_in_both_places(town):
    made = post(town, "SMS/Messages", From=SHOP, To=ALICE, Body="Hi").json()
    new = town.client.messages(made["sid"]).fetch()
    assert new.uri == made["uri"].replace("/SMS/", "/")
    assert new.body == made["body"]


def test_a_refusal_has_what_the_old_exception_reads(town):
    """`Services_Twilio_RestException` reads status, message, code and more_info."""
    refusal = post(town, "SMS/Messages", From=SHOP, To="+14155559999", Body="Hi").json()
    assert (refusal["status"], refusal["code"]) == (400, 21608)
    assert refusal["message"] and refusal["more_info"].endswith("/21608")


def test_what_old_clients_may_ask_in_xml_has_the_old_names(town):
    made = post(town, "SMS/Messages", From=SHOP, To=ALICE, Body="Hi").json()
    text = town.http.get(f"{town.sandbox.url}{base(town)}/SMS/Messages", timeout=10).text
    assert "<SMSMessages " in text and "<SMSMessage>" in text
    assert f"<Uri>{made['uri'].removesuffix('.json')}</Uri>" in text
