"""The documents of a call: which verbs ran, when, which one runs, and which never did."""

from helpers.story import Documents
from tests.sandbox.town import ALICE, BOB, SHOP, press, twiml
from tests.story.town import DrawnTown

MENU = (
    '<Response><Gather numDigits="1" action="/menu" timeout="3"><Say loop="2">Press 1</Say>'
    "</Gather><Say>Nothing</Say><Redirect>/voice</Redirect></Response>"
)


def marks(documents):
    """Title, then state and text of each line that has a state."""
    return [
        (page.title, [(line.state, line.text) for line in page.lines if line.state])
        for page in documents.pages
    ]


def test_what_ran_what_runs_and_what_is_to_come():
    pages = {"/voice": MENU, "/menu": twiml("<Say>Hi</Say><Pause length='10'/><Hangup/>")}
    with DrawnTown(pages) as town:
        call = town.call()
        press(town, "1", after=4)
        town.advance(1)
        now = town.log.documents(call)
        town.advance(60)
        later = town.log.documents(call)
    first = (
        "POST $SITE/voice",
        [
            ("ran", '<Gather numDigits="1" action="/menu" timeout="3">'),
            ("ran", '<Say loop="2">Press 1</Say>'),
            ("never", "<Say>Nothing</Say>"),
            ("never", "<Redirect>/voice</Redirect>"),
        ],
    )
    second = ["<Say>Hi</Say>", '<Pause length="10"/>', "<Hangup/>"]
    states = ("ran", "running", "not yet")
    assert marks(now) == [first, ("POST $SITE/menu", list(zip(states, second, strict=True)))]
    assert marks(later)[1] == ("POST $SITE/menu", [("ran", verb) for verb in second])
    assert not now.over and later.over
    assert str(now).splitlines()[:4] == [
        "   2.0 s  POST $SITE/voice",
        "            <Response>",
        '          ✓   <Gather numDigits="1" action="/menu" timeout="3">  2.0 s',
        '          ✓     <Say loop="2">Press 1</Say>                      2.0, 2.8 s',
    ]


def test_twice_the_same_words_on_one_line_are_two_verbs():
    with DrawnTown() as town:
        call = town.call("<Say>Hi</Say><Pause length='9'/><Say>Hi</Say>")
        town.advance(5)
        [(_, lines)] = marks(town.log.documents(call))
    assert [state for state, _ in lines] == ["ran", "running", "not yet"]


def test_while_it_says_something_a_gather_runs_too():
    with DrawnTown({"/voice": MENU}) as town:
        call = town.call()
        town.advance(2.5)
        [(_, lines)] = marks(town.log.documents(call))
    assert [state for state, _ in lines] == ["running", "running", "not yet", "not yet"]


def test_who_waits_in_a_queue_is_still_in_the_document_that_put_them_there():
    pages = {
        "/voice": twiml('<Enqueue waitUrl="/wait">q</Enqueue><Say>Bye</Say>'),
        "/wait": twiml("<Pause length='9'/>"),
    }
    with DrawnTown(pages) as town:
        call = town.call()
        town.advance(4)
        outer, inner = marks(town.log.documents(call))
    assert [state for state, _ in outer[1]] == ["running", "not yet"]
    assert [state for state, _ in inner[1]] == ["running"]


def test_status_callbacks_and_sounds_are_no_documents():
    pages = {"/voice": twiml("<Play>/beep</Play>"), "/cb": twiml("<Say>never heard</Say>")}
    with DrawnTown(pages) as town:
        call = town.call(status_callback=town.url + "/cb")
        town.advance(30)
        assert [page.title for page in town.log.documents(call).pages] == ["POST $SITE/voice"]


def test_the_document_of_a_text():
    with DrawnTown({"/sms": twiml("<Message>a</Message><Message>b</Message>")}) as town:
        [number] = town.client.incoming_phone_numbers.list()
        number.update(sms_url=town.url + "/sms")
        sid = town.phone(ALICE, "text", To=SHOP, Body="Hello")["sid"]
        town.advance(5)
        [(_, lines)] = marks(town.log.documents(sid))
    assert lines == [("ran", "<Message>a</Message>"), ("ran", "<Message>b</Message>")]


def test_what_cannot_be_marked_is_shown_with_the_reason():
    long = "<Say>" + "word " * 900 + "</Say>"
    with DrawnTown({"/voice": twiml(long), "/plain": (200, "text/plain", "just words")}) as town:
        cut, plain = town.call(), town.call(to=BOB, url=town.url + "/plain")
        missing = None
        town.advance(5)
        for call in (cut, plain):
            [page] = town.log.documents(call).pages
            assert page.problem.startswith("It could not be marked: ") and page.lines
        town.hang_up(ALICE)
        missing = town.call(url=town.url + "/none")
        town.advance(5)
        [page] = town.log.documents(missing).pages
        assert page.problem == "$SITE/none answered 404" and not page.lines


def test_a_call_without_a_document():
    with DrawnTown() as town:
        call = town.call("<Say>Hi</Say>")
        assert str(Documents([], call.sid, {})) == "No document has come yet."
        town.phone(ALICE, Mode="busy")
        busy = town.call()
        town.advance(5)
        assert str(town.log.documents(busy)) == "No document came."


def test_what_a_document_says_is_text_on_the_page():
    with DrawnTown() as town:
        call = town.call("<Say>&lt;script&gt;alert(1)&lt;/script&gt; $x$</Say>")
        town.advance(9)
        html = town.log.documents(call).html
    assert "></th>" not in html
    assert "<script" not in html and "&amp;lt;script&amp;gt;" in html
    assert "$x$" not in html  # JupyterLab would set that as mathematics


def test_old_logs_have_no_purpose_and_no_column():
    with DrawnTown({"/voice": MENU}) as town:
        call = town.call()
        town.advance(30)
        events = town.events()
    for event in events:
        for name in ("purpose", "headers", "column", "line"):
            event["data"].pop(name, None)
    assert [state for _, state in marks(Documents(events, call.sid, {}))] != []
    [page, *_] = Documents(events, call.sid, {}).pages
    assert [line.state for line in page.lines if line.state] == ["ran"] * 4
