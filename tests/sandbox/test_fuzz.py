"""No input gets a 5xx, a hang or a traceback: thousands of odd requests at one sandbox."""

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.town import ALICE, SHOP, Town

PATIENCE = 10  # seconds

PLACES = [
    "Calls", "Messages", "SMS/Messages", "Recordings", "Notifications", "Keys",
    "IncomingPhoneNumbers", "IncomingPhoneNumbers/Local", "OutgoingCallerIds",
    "AvailablePhoneNumbers", "AvailablePhoneNumbers/US/Local", "AvailablePhoneNumbers/GB/Mobile",
]  # fmt: skip
CONTROL = ["", "/answer", "/decline", "/hangup", "/press", "/speak", "/call", "/text"]
NAMES = [
    "To", "From", "Body", "Url", "Twiml", "Timeout", "PhoneNumber", "AreaCode", "Contains",
    "FriendlyName", "PageSize", "Page", "PageToken", "StartTime", "DateSent>", "Status", "Method",
    "StatusCallback", "StatusCallbackEvent", "MediaUrl", "Digits", "Speech", "Mode", "Advance",
    "Next", "since", "CallDelay", "VoiceUrl", "SendDigits", "Record",
]  # fmt: skip

words = st.one_of(
    st.sampled_from([ALICE, SHOP, "", "true", "-1", "9" * 40, "1e308", "nan", "2026-13-45", "\x00",
                     "http://127.0.0.1:1/x", "http://[", "javascript:1", "' OR 1=1 --", "%00", "*",
                     "<Response><Say>x</Say></Response>", "completed", "auto", "12#", "PASM1"]),
    st.text(max_size=40).filter(lambda s: s.isprintable() or "\x00" in s),
)  # fmt: skip
forms = st.lists(st.tuples(st.sampled_from(NAMES), words), max_size=6)
sids = st.sampled_from(["", "/CA" + "0" * 32, "/x", "/..", "/%00", "/%ff", "/Twilio.CURRENT"])
suffixes = st.sampled_from([".json", ".xml", "", ".csv", ".wav", ".mp3", ".exe"])
methods = st.sampled_from(["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"])
MANY = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def town():
    with Town(type="trial", webhook_timeout=0.5) as town:
        yield town
        assert town.http.get(town.sandbox.url + "/_sandbox/health", timeout=5).status_code == 200
        # leaving the block asserts that the sandbox noted no mistake of its own


def ask(town, method, path, **options):
    options.setdefault("auth", town.auth)
    reply = town.http.request(
        method, town.sandbox.url + path, timeout=PATIENCE, allow_redirects=False, **options
    )
    assert reply.status_code < 500, (method, path, reply.text)
    assert "Traceback" not in reply.text
    return reply


@MANY
@given(methods, st.sampled_from(PLACES), sids, suffixes, forms, forms)
def test_the_api(town, method, place, sid, suffix, query, form):
    path = f"/2010-04-01/Accounts/{town.auth[0]}/{place}{sid}{suffix}"
    ask(town, method, path, params=query, data=form)


@MANY
@given(methods, st.sampled_from(CONTROL), st.sampled_from([ALICE, SHOP, "x", "%00", "+1"]), forms)
def test_the_handsets(town, method, act, number, form):
    ask(town, method, f"/_sandbox/phones/{number}{act}", data=form)


@MANY
@given(methods, st.sampled_from(["/clock", "/events", "/health", "/nothing", ""]), forms)
def test_the_clock_and_the_log(town, method, place, form):
    ask(town, method, f"/_sandbox{place}", params=form, data=form)


@MANY
@given(
    st.sampled_from(["/Calls.json", "/Messages.json", "/Accounts.json"]),
    st.binary(max_size=200),
    st.sampled_from(
        ["application/x-www-form-urlencoded", "application/json", "text/xml", "", "multipart/form"]
    ),
)
def test_any_bytes_as_a_body(town, place, body, kind):
    path = f"/2010-04-01/Accounts/{town.auth[0]}{place}"
    ask(town, "POST", path, data=body, headers={"Content-Type": kind})


@MANY
@given(st.text(max_size=60).filter(lambda s: s.isascii() and s.isprintable()))
def test_any_path(town, path):
    ask(town, "GET", "/" + requests.utils.quote(path, safe="/%"))


@MANY
@given(st.binary(max_size=60).map(lambda b: b.translate(None, b"\r\n\x00")))
def test_any_credentials(town, header):
    reply = ask(town, "GET", "/2010-04-01/Accounts.json", auth=None,
                headers={"Authorization": b"Basic " + header})  # fmt: skip
    assert reply.status_code in (400, 401)


def test_a_body_that_is_too_large_is_refused(town):
    path = f"/2010-04-01/Accounts/{town.auth[0]}/Messages.json"
    assert ask(town, "POST", path, data={"Body": "x" * 2_000_000}).status_code == 413
