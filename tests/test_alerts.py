"""The debugger's entries: Notifications, Monitor's Alerts, and the lines that a notebook shows."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from twilio.base.exceptions import TwilioException

from helpers import session as sessions
from helpers.advice import more_info
from helpers.alerts import Alerts, explained
from helpers.sandbox import engine
from tests.sandbox.town import ALICE, BOB, SHOP, Town
from tests.twiml.test_codes import ERRORS, WARNINGS

OTHER = "AC" + "2" * 32
PAGES = {
    "/500": (500, "text/plain", "boom"),
    "/404": (404, "text/html", "no"),
    "/bad": (200, "text/xml", "<Response><Say>"),
    "/empty": (200, "text/xml", ""),
    "/sing": "<Response><Sing/></Response>",
    "/pdf": (200, "application/pdf", "%PDF"),
    "/fine": "<Response><Say>Hello</Say></Response>",
}


@pytest.fixture
def town():
    with Town(PAGES, verified=(ALICE, BOB), accounts=((OTHER, "f" * 32, "full"),)) as town:
        town.client.monitor.base_url = town.sandbox.url
        yield town


def notes(town, **asked):
    """(code, log, method, path) of each notification, oldest first."""
    rows = reversed(town.client.notifications.list(**asked))
    return [
        (n.error_code, n.log, n.request_method, (n.request_url or "").removeprefix(town.url))
        for n in rows
    ]


# -- every exchange that fails leaves one -------------------------------------------------------

CALLS = {
    "an error page": ({"url": "/500"}, [("11200", "0", "POST", "/500")]),
    "by GET": ({"url": "/404", "method": "GET"}, [("11200", "0", "GET", "/404")]),
    "no XML": ({"url": "/bad"}, [("12100", "0", "POST", "/bad")]),
    "nothing": ({"url": "/empty"}, [("12100", "0", "POST", "/empty")]),
    "an unknown verb": ({"url": "/sing"}, [("12200", "1", "POST", "/sing")]),
    "no document": ({"url": "/pdf"}, [("12300", "0", "POST", "/pdf")]),
    "the fallback, too": (
        {"url": "/500", "fallback_url": "/404"},
        [("11200", "0", "POST", "/500"), ("11200", "0", "POST", "/404")],
    ),
    "a fallback that helps": (
        {"url": "/500", "fallback_url": "/fine"},
        [("11200", "0", "POST", "/500")],
    ),
    "a status callback": (
        {"url": "/fine", "status_callback": "/500"},
        [("15003", "1", "POST", "/500")],
    ),
    "a recording's callback": (
        {"url": "/fine", "record": True, "recording_status_callback": "/404"},
        [("15003", "1", "POST", "/404")],
    ),
    "nobody there": ({"url": "http://127.0.0.1:9/x"}, [("11202", "0", "POST", "http://127.0.0.1:9/x")]),
    "not on this machine": (
        {"url": "http://example.com/x"},
        [("11205", "0", "POST", "http://example.com/x")],
    ),
    "nobody to call back": (
        {"url": "/fine", "status_callback": "http://127.0.0.1:9/x"},
        [("11202", "0", "POST", "http://127.0.0.1:9/x")],
    ),
    "an event there is not": (
        {"url": "/fine", "status_callback": "/500", "status_callback_event": ["sung"]},
        [("21626", "0", None, "")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CALLS)
def test_a_call_that_meets(town, case):
    options, told = CALLS[case]
    options = {
        name: town.url + value if isinstance(value, str) and value.startswith("/") else value
        for name, value in options.items()
    }
    call = town.client.calls.create(to=ALICE, from_=SHOP, **options)
    town.advance(60)
    assert notes(town) == told
    of_call = town.client.calls(call.sid).notifications.list()
    assert len(of_call) == (0 if case == "an event there is not" else len(told))


@pytest.mark.parametrize(
    ("path", "code", "log"),
    [
        ("/500", "11200", "0"),
        ("/bad", "12100", "0"),
        ("/sing", "12200", "1"),
        ("/pdf", "12300", "0"),
    ],
)  # fmt: skip
def test_a_text_that_meets_a_broken_site(town, path, code, log):
    [number] = town.client.incoming_phone_numbers.list()
    number.update(sms_url=town.url + path, sms_fallback_url=town.url + "/404")
    sid = town.phone(ALICE, "text", To=SHOP, Body="Hello")["sid"]
    town.advance(5)
    told = notes(town)
    assert told[0] == (code, log, "POST", path)
    assert told[1:] == ([("11200", "0", "POST", "/404")] if log == "0" else [])
    assert town.client.monitor.v1.alerts.list()[0].resource_sid == sid


def test_a_messages_callback_leaves_one_for_each_status(town):
    town.client.messages.create(
        to=ALICE, from_=SHOP, body="Hello", status_callback=town.url + "/500"
    )
    town.advance(5)
    assert notes(town) == [("15003", "1", "POST", "/500")] * 3


def test_a_refused_reply_leaves_one():
    with Town({"/sms": "<Response><Message>Hi</Message></Response>"}, type="trial") as town:
        [number] = town.client.incoming_phone_numbers.list()
        number.update(sms_url=town.url + "/sms")
        town.phone(BOB, "text", To=SHOP, Body="Hello")
        town.advance(5)
        assert "14111" in [note[0] for note in notes(town)]


# -- notifications ------------------------------------------------------------------------------


def test_a_notification_tells_what_was_asked_and_answered(town):
    call = town.client.calls.create(to=ALICE, from_=SHOP, url=town.url + "/500?x=1")
    town.advance(60)
    path = f"/2010-04-01/Accounts/{town.auth[0]}/Notifications"
    [listed] = town.http.get(f"{town.sandbox.url}{path}.json", auth=town.auth).json()[
        "notifications"
    ]
    assert list(listed) == [
        "account_sid", "api_version", "call_sid", "date_created", "date_updated", "error_code",
        "log", "message_date", "message_text", "more_info", "request_method", "request_url",
        "sid", "uri",
    ]  # fmt: skip
    fetched = town.http.get(f"{town.sandbox.url}{listed['uri']}", auth=town.auth).json()
    more = {name: fetched[name] for name in fetched if name not in listed}
    assert {**listed, **more} == fetched
    variables = parse_qs(more["request_variables"])
    assert variables["CallSid"] == [call.sid] and variables["To"] == [ALICE]
    assert variables["CallStatus"] == ["in-progress"]
    assert parse_qs(more["response_headers"])["content-type"] == ["text/plain"]
    assert more["response_body"] == "boom"
    assert fetched["request_url"] == town.url + "/500?x=1"
    assert fetched["more_info"] == "https://www.twilio.com/docs/errors/11200"
    told = parse_qs(fetched["message_text"])
    assert told["ErrorCode"] == ["11200"] and told["LogLevel"] == ["ERROR"]
    assert told["httpResponse"] == ["500"] and told["url"] == [town.url + "/500?x=1"]
    of_call = town.client.calls(call.sid).notifications(listed["sid"]).fetch()
    assert of_call.response_body == "boom"


def test_what_is_wrong_in_a_document_tells_how_it_was_asked_for(town):
    town.site.headers = {"x-shop": "Owl"}
    town.client.calls.create(to=ALICE, from_=SHOP, url=town.url + "/sing", method="GET")
    town.advance(60)
    note = town.client.notifications(town.client.notifications.list()[0].sid).fetch()
    assert (note.request_method, note.response_body) == ("GET", PAGES["/sing"])
    assert parse_qs(note.request_variables)["From"] == [SHOP]
    assert parse_qs(note.response_headers)["x-shop"] == ["Owl"]


def test_notifications_by_log_and_day(town):
    town.client.calls.create(to=ALICE, from_=SHOP, url=town.url + "/500")
    town.advance(86_400)
    town.client.calls.create(to=ALICE, from_=SHOP, url=town.url + "/sing")
    town.advance(60)
    error, warning = ("11200", "0", "POST", "/500"), ("12200", "1", "POST", "/sing")
    assert notes(town, log=0) == [error] and notes(town, log=1) == [warning]
    today = town.now().date()
    assert notes(town, message_date=today) == [warning]
    assert notes(town, message_date_before=today) == [error]
    assert notes(town, message_date_after=today) == [warning]
    assert notes(town, message_date_after=today - timedelta(days=1)) == [error, warning]


# -- Monitor ------------------------------------------------------------------------------------


def test_an_alert_is_a_notification_newly_told(town):
    call = town.client.calls.create(to=ALICE, from_=SHOP, url=town.url + "/500")
    town.advance(60)
    [note] = town.client.notifications.list()
    [alert] = town.client.monitor.v1.alerts.list()
    assert alert.sid == note.sid
    assert (alert.error_code, alert.log_level, alert.resource_sid) == ("11200", "error", call.sid)
    assert alert.alert_text == note.message_text
    assert alert.date_generated == note.message_date
    assert alert.more_info == more_info(11200)
    assert alert.url == f"{town.sandbox.url}/v1/Alerts/{note.sid}"
    fetched = alert.fetch()
    assert fetched.response_body == "boom"
    assert parse_qs(fetched.request_variables)["CallSid"] == [call.sid]
    raw = town.http.get(f"{town.sandbox.url}/v1/Alerts?PageSize=1", auth=town.auth).json()
    assert sorted(raw["alerts"][0]) == [
        "account_sid", "alert_text", "api_version", "date_created", "date_generated",
        "date_updated", "error_code", "log_level", "more_info", "request_method", "request_url",
        "resource_sid", "service_sid", "sid", "url",
    ]  # fmt: skip
    assert raw["meta"]["key"] == "alerts"
    assert re.fullmatch(r"2026-01-05T09:00:\d\dZ", raw["alerts"][0]["date_generated"])


def test_alerts_by_level_and_moment(town):
    for path in ("/500", "/sing", "/bad"):
        town.client.calls.create(to=ALICE, from_=SHOP, url=town.url + path)
        town.advance(3600)
    alerts = town.client.monitor.v1.alerts

    def codes(**asked):
        return [alert.error_code for alert in alerts.list(**asked)]

    assert codes() == codes(page_size=1) == ["12100", "12200", "11200"]
    assert codes(log_level="warning") == ["12200"]
    assert codes(log_level="error") == ["12100", "11200"]
    assert codes(log_level="debug") == []
    ten = datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert codes(start_date=ten) == ["12100", "12200"]
    assert codes(end_date=ten) == ["11200"]
    assert codes(start_date=ten, end_date=ten + timedelta(hours=1)) == ["12200"]
    # a moment is a whole second, and both ends count
    middle = alerts.list(log_level="warning")[0].date_generated
    second = timedelta(seconds=1)
    assert codes(start_date=middle, end_date=middle) == ["12200"]
    assert codes(start_date=middle + second, log_level="warning") == []
    assert codes(end_date=middle - second, log_level="warning") == []
    for asked in ({"log_level": "loud"}, {"start_date": "soon"}, {"end_date": "2026-13-01"}):
        with pytest.raises(TwilioException) as caught:
            alerts.list(**asked)
        assert caught.value.args[1].status_code == 400
    by_day = town.http.get(
        f"{town.sandbox.url}/v1/Alerts?StartDate=2026-01-05&EndDate=2026-01-05", auth=town.auth
    )
    assert len(by_day.json()["alerts"]) == 3


def test_another_accounts_alerts_are_not_seen(town):
    made = town.client.api.accounts.create()
    own = type(town.client)(made.sid, made.auth_token)
    own.monitor.base_url = town.sandbox.url
    town.client.calls.create(to=ALICE, from_=SHOP, url=town.url + "/500")
    town.advance(60)
    [alert] = town.client.monitor.v1.alerts.list()
    assert own.monitor.v1.alerts.list() == []
    with pytest.raises(TwilioException):
        own.monitor.v1.alerts(alert.sid).fetch()
    own.http_client.session.close()


# -- in a notebook ------------------------------------------------------------------------------


@pytest.fixture
def session():
    session = sessions.connect(lesson="05")
    yield session
    session.close()


async def broken(scope, receive, send):
    await send({"type": "http.response.start", "status": 500, "headers": []})
    await send({"type": "http.response.body", "body": b"boom"})


def test_a_session_tells_its_alerts_a_line_each(session):
    asyncio.run(tell_its_alerts(session))


async def tell_its_alerts(session):
    assert str(session.alerts()) == "no alerts: nothing went wrong"
    site = session.site(broken)
    call = session.client.calls.create(
        to=session.phone.number,
        from_=session.number,
        url=site.url + "/voice",
        status_callback=site.url + "/status",
        status_callback_event=["sung"],
    )
    await session.ended(call)
    down = session.client.calls.create(
        to=session.phone.number, from_=session.number, url="http://127.0.0.1:9/voice"
    )
    await session.ended(down)
    alerts = session.alerts()
    assert str(alerts).splitlines() == [
        "09:00:00  error 21626  Invalid StatusCallbackEvent: Invalid 'StatusCallbackEvent': sung. "
        "Use initiated, ringing, answered, completed; with another no callback is sent at all.",
        "09:00:02  error 11200  HTTP retrieval failure: POST $SITE/voice answered 500. "
        "Look at the web site's own output, and open the address yourself.",
        "09:00:07  error 11202  Connection refused: nothing listens at http://127.0.0.1:9/voice: "
        "is your web site running? Start the web site, or correct the address.",
    ]
    assert repr(alerts) == str(alerts)
    assert alerts.codes == [21626, 11200, 11202]
    assert [alert.call_sid for alert in alerts] == [None, call.sid, down.sid]
    assert (len(alerts), alerts[1].title) == (3, "HTTP retrieval failure")


@pytest.mark.parametrize("code", sorted({*ERRORS, *WARNINGS, 14111, 15003, 30003, 31921, 64105}))
def test_every_code_of_a_document_has_a_title_and_a_next_step(code):
    title, todo = explained(code)
    assert title and todo.endswith((".", "?"))


def test_an_unknown_code_is_shown_all_the_same():
    class Note:
        error_code, log, message_date, message_text = "99999", "1", None, "Msg=Something+odd"
        request_method = request_url = call_sid = None
        sid = "NO1"

    assert explained(99999) == ("", "")
    [alert] = Alerts.of([Note()], str)
    assert (alert.code, alert.level, alert.said) == (99999, "warning", "Something odd")
    assert str(alert) == "--:--:--  warning 99999  Something odd."


# -- and they do not pile up --------------------------------------------------------------------


def test_the_oldest_alerts_go(town, monkeypatch):
    monkeypatch.setattr(engine, "ALERTS_KEPT", 20)
    monkeypatch.setattr(engine, "ALERTS_SWEPT", 10)
    made = town.sandbox.engine

    async def write(sid, texts):  # on the server's loop, to which the engine belongs
        for text in texts:
            made.alert(sid, 11200, text)

    def written(sid, *texts):
        asyncio.run_coroutine_threadsafe(write(sid, texts), made.loop).result(30)

    written(town.auth[0], *(f"number {number}" for number in range(95)))
    kept = [parse_qs(n.message_text)["Msg"][0] for n in town.client.notifications.list()]
    assert kept == [f"number {number}" for number in range(94, 69, -1)]
    written(OTHER, "another account's")
    assert len(town.client.notifications.list()) == 25


def test_an_alert_shows_no_secret_of_the_account(town):
    """Somebody may put the token into a web site's address, or the site may answer with it."""
    token = town.auth[1]
    key = town.client.new_keys.create()
    town.client.calls.create(
        to=ALICE, from_=SHOP, url=f"http://example.test/?token={token}&key={key.secret}"
    )
    town.site.pages["/echo"] = (500, "text/plain", f"token {token}")
    town.client.calls.create(to=BOB, from_=SHOP, url=f"{town.url}/echo")
    town.advance(10)
    shown = town.http.get(
        f"{town.sandbox.url}/2010-04-01/Accounts/{town.auth[0]}/Notifications.json", auth=town.auth
    ).text
    assert "11205" in shown and "11200" in shown
    assert token not in shown and key.secret not in shown
