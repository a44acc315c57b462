"""The pictures of a message: fetched when it is sent or comes in, kept, shown and forgotten."""

from datetime import timedelta

import pytest
from lxml import etree
from twilio.base.exceptions import TwilioException

from helpers import Client
from tests.sandbox.town import ALICE, BOB, SHOP, Town, arrived, refused, twiml

OTHER = ("AC" + "b" * 32, "token-of-the-other", "full")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture
def town():
    with Town(verified=(ALICE, BOB), accounts=(OTHER,)) as town:
        town.site.pages |= {
            "/cat.png": (200, "image/png", PNG),
            "/card": (200, "text/vcard; charset=utf-8", "BEGIN:VCARD"),
        }
        yield town


def send(town, *paths, to=ALICE, **more):
    more.setdefault("media_url", [town.url + path for path in paths])
    return town.client.messages.create(to=to, from_=SHOP, **more)


def test_media_are_listed_and_fetched_as_they_came(town):
    message = arrived(town, send(town, "/cat.png", "/card", body="Look"))
    assert (message.sid[:2], message.num_media, message.num_segments) == ("MM", "2", "1")
    media = town.client.messages(message.sid).media
    picture, card = media.list()
    assert [picture.content_type, card.content_type] == ["image/png", "text/vcard"]
    assert picture.sid.startswith("ME") and picture.parent_sid == message.sid
    assert picture.uri == (
        f"/2010-04-01/Accounts/{town.sandbox.account_sid}/Messages/{message.sid}"
        f"/Media/{picture.sid}.json"
    )
    assert message.subresource_uris["media"] == picture.uri.rpartition("/")[0] + ".json"
    again = media(picture.sid).fetch()
    assert (again.sid, again.content_type, again.date_created) == (
        picture.sid, "image/png", picture.date_created,
    )  # fmt: skip


def test_without_suffix_it_is_the_bytes(town):
    message = arrived(town, send(town, "/cat.png"))
    [picture] = town.client.messages(message.sid).media.list()
    url = town.sandbox.url + picture.uri.removesuffix(".json")
    reply = town.http.get(url, auth=town.auth, timeout=5)
    assert (reply.status_code, reply.content) == (200, PNG)
    assert reply.headers["content-type"] == "image/png"
    head = town.http.head(url, auth=town.auth, timeout=5)
    assert (head.status_code, head.content) == (200, b"")
    assert town.http.get(url, timeout=5).status_code == 401
    assert town.http.get(url, auth=OTHER[:2], timeout=5).status_code == 404
    for suffix in (".wav", ".mp3", ".csv"):
        assert town.http.get(url + suffix, auth=town.auth, timeout=5).status_code == 404
    row = etree.fromstring(town.http.get(url + ".xml", auth=town.auth, timeout=5).content)
    assert row.findtext("Media/ContentType") == "image/png"
    listed = town.http.get(url.rpartition("/")[0] + ".xml", auth=town.auth, timeout=5).content
    assert etree.fromstring(listed).findtext("MediaList/Media/Sid") == picture.sid


def test_media_are_filtered_by_day(town):
    message = arrived(town, send(town, "/cat.png"))
    media, today = town.client.messages(message.sid).media, town.now().date()
    assert len(media.list(date_created=today)) == 1
    assert len(media.list(date_created_after=today)) == 1
    assert media.list(date_created_before=today) == []
    assert media.list(date_created=today + timedelta(days=1)) == []


def test_a_picture_is_deleted_and_its_bytes_with_it(town):
    message = arrived(town, send(town, "/cat.png", "/card"))
    media = town.client.messages(message.sid).media
    picture, card = media.list()
    assert media(picture.sid).delete()
    assert refused(media(picture.sid).fetch) == (404, 20404)
    url = town.sandbox.url + picture.uri.removesuffix(".json")
    assert town.http.get(url, auth=town.auth, timeout=5).status_code == 404
    assert [m.sid for m in media.list()] == [card.sid]
    assert town.sandbox.store.blob(picture.sid) is None


def test_what_belongs_to_a_message_goes_with_it(town):
    message = arrived(town, send(town, "/cat.png"))
    media = town.client.messages(message.sid).media
    [picture] = media.list()
    other = arrived(town, send(town, "/card"))
    assert town.client.messages(message.sid).delete()
    assert refused(media(picture.sid).fetch) == (404, 20404)
    assert town.sandbox.store.blob(picture.sid) is None
    assert len(town.client.messages(other.sid).media.list()) == 1


def test_media_stand_under_their_own_message_only(town):
    one, two = (arrived(town, send(town, path)) for path in ("/cat.png", "/card"))
    [picture] = town.client.messages(one.sid).media.list()
    assert refused(town.client.messages(two.sid).media(picture.sid).fetch) == (404, 20404)
    with pytest.raises(TwilioException, match="20404"):
        town.client.messages("SM" + "0" * 32).media.list()


def test_a_picture_that_comes_in_is_kept_and_told(town):
    town.site.pages["/sms"] = twiml("")
    [number] = town.client.incoming_phone_numbers.list()
    number.update(sms_url=town.url + "/sms")
    sid = town.phone(ALICE, "text", To=SHOP, MediaUrl=town.url + "/cat.png")["sid"]
    town.advance(5)
    [told] = town.site.asked("/sms")
    assert (told["NumMedia"], told["MediaContentType0"]) == ("1", "image/png")
    reply = town.http.get(told["MediaUrl0"], auth=town.auth, timeout=5)
    assert reply.content == PNG
    message = town.client.messages(sid).fetch()
    assert (message.num_media, list(message.subresource_uris)) == ("1", ["media"])


def test_a_picture_that_cannot_be_had_is_left_out_of_what_comes_in(town):
    town.site.pages["/sms"] = twiml("<Message>thanks</Message>")
    [number] = town.client.incoming_phone_numbers.list()
    number.update(sms_url=town.url + "/sms")
    pictures = [town.url + path for path in ("/gone", "/cat.png", "/gone", "/card")]
    sid = town.phone(ALICE, "text", To=SHOP, Body="Look", MediaUrl=pictures)["sid"]
    town.advance(5)
    [told] = town.site.asked("/sms")
    assert [told[name] for name in ("NumMedia", "MediaContentType0", "MediaContentType1")] == [
        "2", "image/png", "text/vcard",
    ]  # fmt: skip
    alerts = [e["data"] for e in town.events() if e["type"] == "alert"]
    assert [(a["code"], a["level"]) for a in alerts] == [(11200, "warning")] * 2
    assert town.client.messages(sid).fetch().num_media == "2"


def test_a_picture_goes_from_one_number_to_another():
    line = "+15005550009"
    with Town(numbers=(SHOP, line)) as town:
        town.site.pages["/cat.png"] = (200, "image/png", PNG)
        send(town, "/cat.png", to=line)
        town.advance(5)
        [inbound] = [m for m in town.client.messages.list() if m.direction == "inbound"]
        [picture] = town.client.messages(inbound.sid).media.list()
        assert town.sandbox.store.blob(picture.sid) == ("image/png", PNG)


# -- what does not go ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ((404, "image/png", "no"), 11200),
        ((200, "text/html", "<p>no picture</p>"), 12300),
        ((200, "application/octet-stream", "?"), 12300),
        ((200, "", "?"), 12300),
        ((200, "image/png", b"x" * 5_000_001), 11751),
        ((200, "application/pdf", b"x" * 500_001), 30019),
    ],
)
def test_a_message_without_its_picture_fails_and_says_why(town, page, code):
    town.site.pages |= {"/a": page, "/status": twiml("")}
    message = send(town, "/cat.png", "/a", body="Look", status_callback=town.url + "/status")
    failed = arrived(town, message)
    assert (failed.status, failed.error_code) == ("failed", code)
    assert failed.error_message
    [alert] = [e for e in town.events() if e["type"] == "alert"]
    assert (alert["data"]["code"], alert["data"]["url"]) == (code, town.url + "/a")
    assert (alert["data"]["level"], alert["message_sid"]) == ("error", message.sid)
    told = town.site.asked("/status")
    assert [(t["MessageStatus"], t["ErrorCode"]) for t in told] == [("failed", str(code))]
    assert town.phone(ALICE)["inbox"] == []
    assert town.client.messages(message.sid).media.list() == []


@pytest.mark.parametrize(
    ("kind", "size"), [("image/png", 5_000_000), ("Image/JPEG", 1), ("application/pdf", 500_000)]
)
def test_the_largest_that_goes(town, kind, size):
    town.site.pages["/a"] = (200, kind, b"x" * size)
    assert arrived(town, send(town, "/a")).status == "delivered"
    assert town.alerts() == []


def test_all_pictures_together_have_five_million_bytes(town):
    town.site.pages |= {f"/{n}": (200, "image/png", b"x" * 2_500_000) for n in (1, 2)}
    assert arrived(town, send(town, "/1", "/2")).status == "delivered"
    failed = arrived(town, send(town, "/1", "/2", "/cat.png"))
    assert (failed.status, failed.error_code) == ("failed", 11751)


def test_ten_pictures_go_and_eleven_do_not(town):
    assert arrived(town, send(town, *["/cat.png"] * 10)).num_media == "10"
    assert refused(send, town, *["/cat.png"] * 11) == (400, 21623)
    assert refused(send, town, "/cat.png", media_url=["nowhere"]) == (400, 21620)


def test_pictures_travel_in_america_only(town):
    failed = arrived(town, send(town, "/cat.png", to="+447700900456"))
    assert (failed.status, failed.error_code) == ("failed", 30011)
    assert arrived(town, send(town, "/cat.png", to="+14165550100")).status == "delivered"


def test_a_text_may_be_sent_as_mms(town):
    text = "x" * 400
    plain = town.client.messages.create(to=ALICE, from_=SHOP, body=text)
    mms = town.client.messages.create(to=ALICE, from_=SHOP, body=text, send_as_mms=True)
    assert (plain.sid[:2], plain.num_segments) == ("SM", "3")
    assert (mms.sid[:2], mms.num_segments, mms.num_media) == ("MM", "1", "0")
    assert arrived(town, mms).status == "delivered"


def test_our_own_client_knows_media_feedback_and_short_codes(town):
    client = Client(*town.auth, base_url=town.sandbox.url)
    message = client.messages.create(to=ALICE, from_=SHOP, media_url=[town.url + "/cat.png"])
    town.advance(5)
    [picture] = client.messages(message.sid).media.list()
    assert (picture.content_type, picture.parent_sid) == ("image/png", message.sid)
    feedback = client.messages(message.sid).feedback.create(outcome="unconfirmed")
    assert (feedback.outcome, feedback.message_sid) == ("unconfirmed", message.sid)
    assert client.short_codes.list() == []
    with pytest.raises(AttributeError):
        client.services  # noqa: B018 - those of the newer APIs are other APIs' lists
