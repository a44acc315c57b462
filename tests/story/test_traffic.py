"""The traffic: what a row tells, that no secret is in it, and that its curl line says it again."""

import os
import shutil
import subprocess

import pytest

from helpers.serving import Site
from helpers.signing import RequestValidator
from helpers.story import Log, Traffic
from helpers.story.curl import blank, curl
from tests.sandbox.town import ALICE, SHOP, twiml
from tests.story.town import DrawnTown

ODD = 'Tom\'s "$TOKEN" `id` $(id) \\ 100% & é 🎉\nnew line; @file'

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")


def traffic(town, thing=None, **more):
    return town.log.traffic(thing, token=town.auth[1], account=town.auth[0], **more)


def run(exchange, town, token=None):
    """What the printed line answers when its variables are set."""
    script = f"{exchange.settings}\n{exchange.curl}"
    env = {"PATH": os.environ["PATH"], "NO_PROXY": "*"}
    env |= {"ACCOUNT": town.auth[0], "TOKEN": token or town.auth[1]}
    done = subprocess.run(
        ["sh", "-c", f"{script} --silent --show-error --max-time 20"],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_a_row_for_each_request_and_webhook():
    with DrawnTown({"/voice": twiml("<Say>Hi</Say>"), "/cb": (204, "text/plain", "")}) as town:
        call = town.call(status_callback=town.url + "/cb")
        town.advance(20)
        town.client.calls(call.sid).fetch()
        told, all_of_it = traffic(town, call), traffic(town, looking=True)
    assert str(told).splitlines() == [
        "[0]  0.0 s  Notebook → Twilio  POST …/Calls.json                   201",
        "[1]  2.0 s  Twilio → Web site  POST $SITE/voice   signature right  200 text/xml",
        "[2]  2.4 s  Twilio → Web site  POST $SITE/cb      signature right  204 text/plain",
    ]
    assert len(all_of_it) > len(told)
    assert told.to("/cb") == told[2:]


def test_one_of_them_in_full():
    with DrawnTown({"/voice": twiml("<Say>Hi</Say>")}) as town:
        call = town.call()
        town.advance(20)
        told = str(traffic(town, call)[1])
    assert told.splitlines()[:10] == [
        "POST $SITE/voice",
        "  Twilio → Web site at 2.0 s",
        "  asks for instructions",
        f"  {call.sid}",
        "headers",
        "  User-Agent: TwilioProxy/1.1",
        "  Accept: */*",
        "  Accept-Encoding: gzip",
        "  X-Twilio-Signature: (right)",
        "  I-Twilio-Idempotency-Token: 00000000-0000-4000-8000-000000000001",
    ]
    assert f"  To = {ALICE}" in told
    assert "  and empty: FromCity, FromState" in told
    assert "<Response><Say>Hi</Say></Response>" in told
    assert '  curl -X POST "$SITE/voice" \\' in told
    assert '    -H "X-Twilio-Signature: $SIGNATURE" \\' in told


def test_neither_secrets_nor_addresses_are_shown():
    with DrawnTown({"/voice": twiml("<Say>Hi</Say>")}) as town:
        town.site.headers["set-cookie"] = "id=very-private; Path=/"
        town.call(url=town.url.replace("://", "://ann:hunter2@") + "/voice", status_callback="")
        town.call(f"<Redirect>{town.url}/voice?again=1</Redirect>", to="+14155550199")
        town.advance(20)
        token, port = town.auth[1], town.url.rpartition(":")[2]
        told = traffic(town, looking=True)
        shown = [str(told), told.html, *map(str, told), *map(repr, told)]
    for text in shown:
        for secret in (token, "hunter2", "very-private", port):
            assert secret not in text
    assert all(token not in each.settings for each in told)


def test_a_signature_made_with_another_token_is_wrong():
    with DrawnTown({"/voice": twiml("")}) as town:
        town.call()
        town.advance(9)
        names = {town.url: "$SITE"}
        other = Traffic.of(town.events(), names=names, token="f" * 32)
        unknown = Traffic.of(town.events(), names=names)
    assert [each.signature for each in other] == ["", "wrong"]
    assert [each.signature for each in unknown] == ["", "unchecked"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_called_right_the_official_rule_calls_right(method):
    page = twiml("<Say>Hi</Say>")
    with DrawnTown({"/voice": page, "/a b": page}) as town:
        for path in ("/voice", "/voice?x=1&y=%20z", "/voice#rc=2", "/a%20b"):
            town.call(url=town.url + path, method=method, to="+14155550177")
            town.advance(9)
        told = [each for each in traffic(town) if each.purpose]
        validator = RequestValidator(town.auth[1])
        raw = [e["data"] for e in town.events() if e["type"] == "webhook"]
        for data in raw:
            signed = data["headers"]["X-Twilio-Signature"]
            form = data["parameters"] if method == "POST" else {}
            url = data.get("requested", data["url"]).partition("#")[0]
            assert validator.validate(url, form, signed)
    assert [each.signature for each in told] == ["right"] * len(raw)


@needs_curl
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_line_of_a_webhook_says_it_again_and_its_signature_is_right(method):
    def page(request):
        return f"<Response><Say>{request.method} {request.params['From']}</Say></Response>"

    with DrawnTown() as town:
        site = Site(page, tokens=[town.auth[1]])
        names = {town.sandbox.url: "$SANDBOX", site.url: "$SITE", town.url: "$SITE"}
        log = Log(town.events, lambda: names, town.client)
        call = town.call(url=f"{site.url}/voice?next={town.url}/x", method=method)
        town.advance(9)
        [asked] = [each for each in log.traffic(call, token=town.auth[1]) if each.purpose]
        again = run(asked, town)
        seen = [(visit.method, visit.signature, visit.params) for visit in site.requests]
        site.close()
    assert again == asked.answer == f"<Response><Say>{method} {SHOP}</Say></Response>"
    assert seen[0] == seen[1]
    assert seen[1][1] == "right"


@needs_curl
def test_the_line_of_a_request_says_it_again_word_by_word():
    with DrawnTown() as town:
        town.client.messages.create(to=ALICE, from_=SHOP, body=ODD)
        [asked] = traffic(town)
        assert '"status": "queued"' in run(asked, town)
        bodies = [message.body for message in town.client.messages.list()]
        refused = run(asked, town, token="wrong")
    assert bodies == [ODD, ODD]
    assert '"code": 20003' in refused


@needs_curl
def test_the_line_of_a_look_gets_the_same_answer():
    with DrawnTown() as town:
        town.client.messages.create(to=ALICE, from_=SHOP, body="x")
        town.client.messages.list(to=ALICE)
        [look] = [each for each in traffic(town, looking=True) if "To" in each.parameters][1:]
        assert '"body": "x"' in run(look, town)


def test_what_looks_like_a_variable_stays_text():
    line = curl("POST", blank("SITE") + "/x", [("Body", "$TOKEN"), ("a@b", f"{blank('SITE')}$x`")])
    assert line.splitlines() == [
        'curl -X POST "$SITE/x" \\',
        "  --data-urlencode 'Body=$TOKEN' \\",
        '  --data-urlencode "a%40b=$SITE\\$x\\`"',
    ]


def test_a_variable_is_told_from_the_letters_behind_it():
    assert curl("GET", blank("SITE") + "s") == 'curl "${SITE}s"'


def test_what_the_sandbox_answers_itself_has_no_line():
    with DrawnTown() as town:
        town.call(url="http://twimlets.com/message?Message=Hi")
        town.advance(9)
        inside = traffic(town)[1]
    assert inside.curl == "" and inside.settings == ""
    assert "(there is no curl line for this one)" in str(inside)


def test_a_site_that_does_not_answer():
    with DrawnTown() as town:
        town.call(url="http://127.0.0.1:9/voice")
        town.advance(9)
        last = traffic(town)[1]
    assert last.status == 0
    assert "no answer: " in str(last)


def test_nothing_was_asked_yet():
    assert str(Traffic()) == "Nothing was asked yet."
    assert Traffic().html == "<div>Nothing was asked yet.</div>"


def test_what_strangers_say_is_text_on_the_page():
    with DrawnTown() as town:
        town.client.messages.create(to=ALICE, from_=SHOP, body="<script>x</script> $a$")
        html = traffic(town).html
    assert "></th>" not in html
    assert "<script" not in html and "&lt;script&gt;" in html
    assert "$a$" not in html
