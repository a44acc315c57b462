"""Every way a call can go: each callback in order, with exactly its parameters, and signed."""

import itertools
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import pytest
from starlette.requests import Request
from starlette.responses import Response
from twilio.request_validator import RequestValidator

from tests.sandbox.town import ALICE, BOB, SHOP, Town, twiml

LINE = "+15005550009"
EVERY = ("initiated", "ringing", "answered", "completed")
TALK = "<Say>one two three four five</Say>"  # 2 seconds
LONG = "<Pause length='300'/>"
START = "Mon, 05 Jan 2026 09:0"
PLACES = [
    f"{side}{part}"
    for side in ("From", "To", "Caller", "Called")
    for part in ("City", "State", "Zip", "Country")
]


class Ledger:
    """A web site that writes down every request: method, path, URL, form, query, headers."""

    def __init__(self):
        self.pages = {}
        self.book = []

    async def __call__(self, scope, receive, send):
        request = Request(scope, receive)
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        path, query = request.url.path, dict(request.query_params)
        self.book.append((request.method, path, str(request.url), form, query, request.headers))
        page = self.pages.get(path, (200, "text/xml", twiml("")))
        if isinstance(page, list):
            page = page.pop(0) if len(page) > 1 else page[0]
        status, kind, text = (200, "text/xml", page) if isinstance(page, str) else page
        await Response(text, status, media_type=kind)(scope, receive, send)

    def told(self, path):
        """The parameters of each request for *path*, by whatever method."""
        return [form or query for _, asked, _, form, query, _ in self.book if asked == path]


class LedgerTown(Town):
    def __init__(self, **options):
        super().__init__(numbers=(SHOP, LINE), verified=(ALICE, BOB), **options)
        self.site = Ledger()
        self._serving = type(self._serving)(self.site)

    def all_signed(self):
        """Whether the official validator accepts every request that the site got."""
        validator = RequestValidator(self.sandbox.auth_token)
        return all(
            validator.validate(url, form, headers["x-twilio-signature"])
            for _, _, url, form, _, headers in self.site.book
        )


@pytest.fixture
def town():
    with LedgerTown() as town:
        yield town


@dataclass(frozen=True)
class Told:
    """One callback: the status it tells, when, and what it says beside the standard parameters."""

    status: str
    at: str  # minutes and seconds after nine
    more: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Way:
    """One way a call can go. *does* is what people and the API do, each after some seconds.

    *start* is "out" (the API calls Alice) or "in" (she calls the shop); *leg* says that what is
    told is of the call that a Dial makes to Bob.
    """

    name: str
    told: tuple[Told, ...]
    page: str = TALK
    events: tuple[str, ...] | None = EVERY
    phone: str = "auto"
    does: tuple[tuple[float, str], ...] = ()
    start: str = "out"
    leg: bool = False
    method: str = "POST"
    options: dict = field(default_factory=dict)
    alerts: tuple[int, ...] = ()


def ended(seconds, code=200, **more):
    """What the last callback of an outbound call adds; a call of some minutes says how many."""
    minutes = {"Duration": str(max(1, -(-seconds // 60)))} if code == 200 else {}
    return {"CallDuration": str(seconds), "SipResponseCode": str(code), **minutes, **more}


def came(seconds, **more):
    """The same of an inbound call, which has no SIP code."""
    return {"CallDuration": str(seconds), "Duration": "1", **more}


DIALLED = Told("initiated", "0:00")
RINGS = Told("ringing", "0:00")
ANSWERED = Told("in-progress", "0:02")
UNTIL_ANSWERED = (DIALLED, RINGS, ANSWERED)
DIAL = (
    f"<Dial timeout='20'><Number statusCallback='/status' "
    f"statusCallbackEvent='initiated ringing answered completed'>{BOB}</Number></Dial>"
)
LEG = (Told("initiated", "0:02"), Told("ringing", "0:02"))
SOUND = {"RecordingUrl": "~", "RecordingSid": "~", "RecordingDuration": "2"}

WAYS = [
    Way("completed", (*UNTIL_ANSWERED, Told("completed", "0:04", ended(2)))),
    Way("completed, only the end", (Told("completed", "0:04", ended(2)),), events=None),
    Way("completed, some events", (RINGS, Told("completed", "0:04", ended(2))), events=EVERY[1::2]),
    Way("told by GET", (*UNTIL_ANSWERED, Told("completed", "0:04", ended(2))), method="GET"),
    Way(
        "hung up by the person",
        (*UNTIL_ANSWERED, Told("completed", "1:03", ended(61))),
        page=LONG,
        does=((63, "hangup"),),
    ),
    Way(
        "ended by the API",
        (*UNTIL_ANSWERED, Told("completed", "0:07", ended(5))),
        page=LONG,
        does=((7, "completed"),),
    ),
    Way(
        "ended by its limit",
        (*UNTIL_ANSWERED, Told("completed", "0:12", ended(10))),
        page=LONG,
        options={"time_limit": 10},
    ),
    Way("busy", (DIALLED, Told("busy", "0:00", ended(0, 486))), phone="busy"),
    Way("busy, only the end", (Told("busy", "0:00", ended(0, 486)),), events=None, phone="busy"),
    Way("declined", (DIALLED, RINGS, Told("busy", "0:02", ended(0, 486))), phone="decline"),
    Way(
        "declined by hand",
        (DIALLED, RINGS, Told("busy", "0:09", ended(0, 486))),
        phone="manual",
        does=((9, "decline"),),
    ),
    Way("no answer", (DIALLED, RINGS, Told("no-answer", "1:00", ended(0, 487))), phone="no-answer"),
    Way(
        "no answer in time",
        (DIALLED, RINGS, Told("no-answer", "0:05", ended(0, 487))),
        phone="off",
        options={"timeout": 5},
    ),
    Way(
        "failed",
        (DIALLED, RINGS, Told("failed", "0:00", ended(0, 404))),
        options={"to": LINE},  # a number of ours that no web site answers for
        alerts=(11100,),
    ),
    Way("canceled in the queue", (), does=((None, "canceled"),)),
    Way("completed in the queue", (), does=((None, "completed"),)),
    Way(
        "canceled while it rings",
        (DIALLED, RINGS, Told("canceled", "0:01", ended(0, 487))),
        does=((1, "canceled"),),
    ),
    Way(
        "completed while it rings",
        (DIALLED, RINGS, Told("canceled", "0:01", ended(0, 487))),
        does=((1, "completed"),),
    ),
    Way(
        "recorded",
        (*UNTIL_ANSWERED, Told("completed", "0:04", ended(2, **SOUND))),
        options={"record": True, "trim": "do-not-trim"},
    ),
    Way(
        "answered by a person, by machine detection",
        (
            *UNTIL_ANSWERED,
            Told(
                "completed", "0:09", ended(7, AnsweredBy="human", MachineDetectionDuration="5000")
            ),
        ),
        options={"machine_detection": "Enable"},
    ),
    Way("a wrong event", (), events=("anwsered",), alerts=(21626,)),
    Way("inbound", (Told("completed", "0:02", came(2)),), start="in"),
    Way("inbound, told by GET", (Told("completed", "0:02", came(2)),), start="in", method="GET"),
    Way(
        "inbound, hung up by the caller",
        (Told("completed", "0:07", came(7)),),
        page=f"<Say>hi</Say>{LONG}",
        start="in",
        does=((7, "hangup"),),
    ),
    Way(
        "inbound, rejected",
        (Told("no-answer", "0:00", {"CallDuration": "0"}),),
        page="<Reject/>",
        start="in",
    ),
    Way(
        "inbound, rejected as busy",
        (Told("busy", "0:00", {"CallDuration": "0"}),),
        page="<Reject reason='busy'/>",
        start="in",
    ),
    Way(
        "a leg",
        (*LEG, Told("in-progress", "0:04"), Told("completed", "0:10", ended(6))),
        page=DIAL,
        leg=True,
        does=((10, "Bob hangup"),),
    ),
    Way(
        "a leg that is busy",
        (LEG[0], Told("busy", "0:02", ended(0, 486))),
        DIAL,
        phone="busy",
        leg=True,
    ),
    Way(
        "a leg that nobody answers",
        (*LEG, Told("no-answer", "0:22", ended(0, 487))),
        page=DIAL,
        phone="no-answer",
        leg=True,
    ),
    Way(
        "a leg whose caller hangs up",
        (*LEG, Told("canceled", "0:03", ended(0, 487))),
        page=DIAL,
        leg=True,
        does=((3, "hangup"),),
    ),
]


def begin(town, way):
    """Let the call begin; returns its SID."""
    town.site.pages["/voice"] = twiml(way.page)
    town.phone(BOB if way.leg else ALICE, Mode=way.phone)
    callback = (
        {}
        if way.leg
        else {
            "status_callback": town.url + "/status",
            "status_callback_method": way.method,
        }
    )
    if way.start == "in":
        [number] = town.client.incoming_phone_numbers.list(phone_number=SHOP)
        number.update(voice_url=town.url + "/voice", **callback)
        return town.phone(ALICE, "call", To=SHOP)["sid"]
    if way.events is not None and not way.leg:
        callback["status_callback_event"] = list(way.events)
    options = {"to": ALICE, "url": town.url + "/voice"} | callback | way.options
    return town.client.calls.create(from_=SHOP, **options).sid


def act(town, sid, what):
    """Somebody does something."""
    if what in ("canceled", "completed"):
        town.client.calls(sid).update(status=what)
    elif what.startswith("Bob "):
        town.phone(BOB, what[4:])
    else:
        town.phone(ALICE, what)


def standard(town, way, sid):
    """What every callback of this call says."""
    number = {"in": (ALICE, SHOP)}.get(way.start, (SHOP, way.options.get("to", ALICE)))
    direction = {"in": "inbound", "out": "outbound-api"}[way.start]
    more = {}
    if way.leg:
        number, direction, more = (SHOP, BOB), "outbound-dial", {"ParentCallSid": sid}
        [leg] = town.client.calls.list(parent_call_sid=sid)
        sid = leg.sid
    from_, to = number
    places = {name: "US" if name.endswith("Country") else "" for name in PLACES}
    return (
        places
        | more
        | {
            "CallSid": sid,
            "AccountSid": town.sandbox.account_sid,
            "From": from_,
            "To": to,
            "Caller": from_,
            "Called": to,
            "ApiVersion": "2010-04-01",
            "Direction": direction,
        }
    )


@pytest.mark.parametrize("way", WAYS, ids=[way.name for way in WAYS])
def test_what_is_told_of_a_call(town, way):
    sid = begin(town, way)
    passed = 0.0
    for at, what in way.does:
        if at is not None:  # None: before its turn in the queue has come
            town.advance(at - passed)
            passed = at
        act(town, sid, what)
    town.advance(400)

    said = town.site.told("/status")
    assert [told["CallStatus"] for told in said] == [told.status for told in way.told]
    always = standard(town, way, sid) if way.told else {}
    for number, (found, told) in enumerate(zip(said, way.told, strict=True)):
        minutes, _, seconds = told.at.partition(":")
        progress = {
            "Timestamp": f"{START}{minutes}:{seconds} +0000",
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(number),
        }
        expected = always | told.more | {"CallStatus": told.status}
        expected |= progress if way.start == "out" else {}
        assert sorted(found) == sorted(expected)
        expected = {k: found[k] if v == "~" else v for k, v in expected.items()}
        assert found == expected
    methods = {method for method, path, *_ in town.site.book if path == "/status"}
    assert methods <= {way.method}
    assert town.all_signed()
    assert town.alerts() == list(way.alerts)
    if way.told and not way.leg:
        assert town.client.calls(sid).fetch().status == way.told[-1].status


def test_the_recording_told_at_the_end_is_the_one_that_is_there(town):
    way = next(way for way in WAYS if way.name == "recorded")
    sid = begin(town, way)
    town.advance(10)
    last = town.site.told("/status")[-1]
    [made] = town.client.calls(sid).recordings.list()
    assert last["RecordingSid"] == made.sid
    assert last["RecordingDuration"] == made.duration == "2"
    url = f"{town.sandbox.url}/2010-04-01/Accounts/{made.account_sid}/Recordings/{made.sid}"
    assert last["RecordingUrl"] == url == town.client.recordings(made.sid).fetch().media_url


def test_two_legs_of_one_call_count_their_callbacks_each(town):
    """From one number of ours to another: the caller's side tells progress, the other its end."""
    [number] = town.client.incoming_phone_numbers.list(phone_number=LINE)
    number.update(voice_url=town.url + "/voice", status_callback=town.url + "/line")
    town.site.pages["/voice"] = twiml(TALK)
    town.client.calls.create(
        to=LINE,
        from_=SHOP,
        twiml=f"<Response>{LONG}</Response>",
        status_callback=town.url + "/status",
        status_callback_event=list(EVERY),
    )
    town.advance(30)
    told = town.site.told("/status")
    assert [t["CallStatus"] for t in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert [t["SequenceNumber"] for t in told] == ["0", "1", "2", "3"]
    [line] = town.site.told("/line")
    assert (line["Direction"], line["CallStatus"], line["CallDuration"]) == (
        *("inbound", "completed", "2"),
    )
    assert line["CallSid"] != told[0]["CallSid"]
    assert town.all_signed()


def test_an_applications_callback_takes_the_place_of_the_calls_own(town):
    application = town.client.applications.create(
        voice_url=town.url + "/voice", status_callback=town.url + "/app"
    )
    town.client.calls.create(
        to=ALICE,
        from_=SHOP,
        application_sid=application.sid,
        status_callback=town.url + "/status",
        status_callback_event=list(EVERY),
    )
    town.advance(30)
    assert town.site.told("/status") == []
    [told] = town.site.told("/app")
    assert (told["ApplicationSid"], told["CallStatus"]) == (application.sid, "completed")


# -- recordings --------------------------------------------------------------------------------

RECORDED = {"RecordingChannels": "1", "RecordingTrack": "both", "RecordingSource": "OutboundAPI"}


@pytest.mark.parametrize(
    ("how", "seconds", "about"),
    [
        ("the call", 2, RECORDED),
        ("the call, both channels", 2, RECORDED | {"RecordingChannels": "2"}),
        ("the call, one track", 2, RECORDED | {"RecordingTrack": "outbound"}),
        ("Record", 1, RECORDED | {"RecordingSource": "RecordVerb"}),
        ("Dial", 6, RECORDED | {"RecordingSource": "DialVerb"}),
        ("the API", 3, RECORDED | {"RecordingSource": "StartCallRecordingAPI"}),
    ],
)
def test_what_is_told_of_a_recording(town, how, seconds, about):
    events = "in-progress completed"
    url = town.url + "/r"
    asked = f"recordingStatusCallback='{url}' recordingStatusCallbackEvent='{events}'"
    options = {"recording_status_callback": url, "recording_status_callback_event": events.split()}
    page, of_call = TALK, {}
    if how.startswith("the call"):
        of_call = options | {"record": True, "trim": "do-not-trim"}
        of_call |= {"recording_channels": "dual"} if "channels" in how else {}
        of_call |= {"recording_track": "outbound"} if "track" in how else {}
    elif how == "Record":
        page = f"<Record {asked} maxLength='1' trim='do-not-trim' action='/over'/>"
    elif how == "Dial":
        page = f"<Dial record='record-from-answer' {asked}>{BOB}</Dial>"
    else:
        page = LONG
    town.site.pages["/voice"] = twiml(page)
    call = town.client.calls.create(to=ALICE, from_=SHOP, url=town.url + "/voice", **of_call)
    began = "0:02"
    if how == "the API":
        town.advance(5)
        town.client.calls(call.sid).recordings.create(**options)
        town.advance(3)
        town.client.calls(call.sid).update(status="completed")
        began = "0:05"
    elif how == "Record":
        town.advance(2)
        town.phone(ALICE, "speak", Speech="hello there")
    elif how == "Dial":
        town.advance(10)
        town.phone(BOB, "hangup")
        began = "0:04"
    town.advance(20)
    [made] = town.client.recordings.list()
    always = about | {
        "AccountSid": made.account_sid,
        "CallSid": call.sid,
        "RecordingSid": made.sid,
        "RecordingUrl": town.client.recordings(made.sid).fetch().media_url,
        "RecordingStartTime": f"{START}{began} +0000",
    }
    assert town.site.told("/r") == [
        always | {"RecordingStatus": "in-progress"},
        always | {"RecordingStatus": "completed", "RecordingDuration": str(seconds)},
    ]
    assert town.all_signed()


# -- web sites that fail -----------------------------------------------------------------------

FAILED = (500, "text/plain", "oh no")


def test_the_fallback_is_asked_with_the_code_and_the_address_that_failed(town):
    town.site.pages |= {"/voice": FAILED, "/fallback": twiml("<Say>Sorry.</Say>")}
    town.client.calls.create(
        to=ALICE,
        from_=SHOP,
        url=town.url + "/voice",
        fallback_url=town.url + "/fallback",
        fallback_method="GET",
    )
    town.advance(20)
    [first], [second] = town.site.told("/voice"), town.site.told("/fallback")
    failed = {"ErrorCode": "11200", "ErrorUrl": town.url + "/voice"}
    assert second == first | failed
    assert [method for method, *_ in town.site.book] == ["POST", "GET"]
    assert town.transcript()[-1] == ("Say", "Sorry.")
    assert town.all_signed()
    assert town.alerts() == [11200]


def test_a_document_is_asked_for_again_as_its_address_says(town):
    """The fragment is neither sent nor signed; the mark that tells retries from news stays."""
    town.site.pages["/voice"] = [FAILED, FAILED, twiml(TALK)]
    call = town.client.calls.create(
        to=ALICE, from_=SHOP, url=town.url + "/voice#rc=2&rp=5xx", status_callback=town.url + "/s"
    )
    town.advance(20)
    tries = [headers for _, path, _, _, _, headers in town.site.book if path == "/voice"]
    assert len(tries) == 3
    marks = {headers["i-twilio-idempotency-token"] for headers in tries}
    assert len(marks) == 1
    [ending] = [headers for _, path, *_, headers in town.site.book if path == "/s"]
    assert ending["i-twilio-idempotency-token"] not in marks
    assert town.all_signed()
    assert town.status(call) == "completed"
    assert town.transcript()[-1][0] == "Say"
    assert town.alerts() == []


@pytest.mark.parametrize(
    ("policy", "tries"),
    [("", 1), ("#rc=2&rp=5xx", 3), ("#rc=2&rp=4xx", 1), ("#rc=0&rp=all", 1), ("#rc=1&rp=all", 2)],
)
def test_a_status_callback_that_fails_is_a_warning_and_retried_as_its_address_says(
    town, policy, tries
):
    town.site.pages |= {"/voice": twiml(TALK), "/s": FAILED}
    call = town.client.calls.create(
        to=ALICE, from_=SHOP, url=town.url + "/voice", status_callback=town.url + "/s" + policy
    )
    town.advance(60)
    assert len(town.site.told("/s")) == tries
    assert town.status(call) == "completed"
    assert town.alerts() == [15003]
    [noted] = town.client.calls(call.sid).notifications.list()
    assert (noted.error_code, noted.log) == ("15003", "1")
    seen = town.client.calls(call.sid).notifications(noted.sid).fetch()
    assert dict(parse_qsl(seen.request_variables))["CallStatus"] == "completed"
    assert seen.response_body == "oh no"


def test_without_a_fallback_the_caller_hears_that_something_went_wrong(town):
    town.site.pages["/voice"] = FAILED
    call = town.client.calls.create(
        to=ALICE, from_=SHOP, url=town.url + "/voice", status_callback=town.url + "/status"
    )
    town.advance(60)
    assert town.transcript()[-1] == (
        *("notice", "We are sorry, an application error has occurred. Goodbye."),
    )
    assert town.status(call) == "completed"
    assert town.alerts() == [11200]


def test_every_request_has_a_mark_of_its_own(town):
    town.site.pages["/voice"] = twiml("<Redirect>/next</Redirect>")
    town.client.calls.create(
        to=ALICE,
        from_=SHOP,
        url=town.url + "/voice",
        status_callback=town.url + "/status",
        status_callback_event=list(EVERY),
    )
    town.advance(60)
    marks = [headers["i-twilio-idempotency-token"] for *_, headers in town.site.book]
    assert len(marks) == 6
    assert all(one != other for one, other in itertools.combinations(marks, 2))
