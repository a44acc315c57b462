"""How much an account may ask for, on a clock that is turned by hand."""

import asyncio
import base64
import json

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from helpers.errors import SandboxError
from helpers.sandbox import Sandbox
from helpers.sandbox.__main__ import read_options
from helpers.sandbox.options import ACCOUNT_SID, AUTH_TOKEN, Options
from helpers.sandbox.web import inside
from tests.sandbox.town import ALICE, BOB, SHOP, Town, refusal

OTHER = ("AC" + "b" * 32, "another-token")
TOO_MANY = {
    "code": 20429,
    "message": "Too Many Requests",
    "more_info": "https://www.twilio.com/docs/errors/20429",
    "status": 429,
}


def send(town, body="Hello"):
    return town.client.messages.create(to=ALICE, from_=SHOP, body=body)


def refused(call, *args, **kwargs):
    error = refusal(call, *args, **kwargs)
    return error.status, error.code, error.msg


# -- requests a second -------------------------------------------------------------------------


def test_a_request_too_many_within_a_second_is_refused_and_not_carried_out():
    with Town(rate=3) as town:
        for body in "abc":
            send(town, body)
        assert refused(send, town, "d") == (
            429, 20429, "Unable to create record: Too Many Requests",
        )  # fmt: skip
        town.advance(1)
        assert [m.body for m in town.client.messages.list()] == ["c", "b", "a"]


def test_the_second_slides_with_the_clock():
    with Town(rate=2) as town:
        send(town)
        town.advance(0.6)
        send(town)
        assert refused(send, town)[1] == 20429
        town.advance(0.3)  # 0.9 s after the first
        assert refused(send, town)[1] == 20429
        town.advance(0.1)  # a second after it: one may go
        send(town)
        assert refused(send, town)[1] == 20429


def test_who_is_refused_does_not_wait_longer_for_asking_again():
    with Town(rate=1) as town:
        send(town)
        for _ in range(5):
            town.advance(0.15)
            assert refused(send, town)[1] == 20429
        town.advance(0.25)
        send(town)


def test_each_account_has_a_rate_of_its_own_and_control_has_none():
    with Town(rate=1, accounts=((*OTHER, "full"),)) as town:
        send(town)
        assert refused(send, town)[1] == 20429
        other = Client(*OTHER)
        other.api.base_url = town.sandbox.url
        assert other.messages.list() == []
        with pytest.raises(TwilioException):
            other.messages.list()
        other.http_client.session.close()
        for _ in range(5):
            town.phone(ALICE)


def test_the_answer_has_twilios_form_and_no_retry_after():
    with Town(rate=1) as town:
        url = f"{town.sandbox.url}/2010-04-01/Accounts/{town.auth[0]}/Calls"
        town.http.get(url + ".json", auth=town.auth)
        reply = town.http.get(url + ".json", auth=town.auth)
        assert (reply.status_code, reply.json()) == (429, TOO_MANY)
        assert "Retry-After" not in reply.headers
        assert reply.headers["Twilio-Request-Id"].startswith("RQ")
        as_xml = town.http.get(url, auth=town.auth)
        assert b"<Code>20429</Code><Message>Too Many Requests</Message>" in as_xml.content


def test_strangers_use_nothing_up():
    with Town(rate=1) as town:
        url = f"{town.sandbox.url}/2010-04-01/Accounts/{town.auth[0]}/Calls.json"
        for _ in range(3):
            assert town.http.get(url, auth=(town.auth[0], "wrong")).status_code == 401
        assert town.http.options(url).status_code == 200
        assert town.http.get(url, auth=town.auth).status_code == 200


# -- requests at once --------------------------------------------------------------------------


def test_requests_at_once():
    """Twelve arrive together where four are answered: eight are refused."""

    async def story():
        sandbox = Sandbox(concurrency=4, clock="manual", accounts=((*OTHER, "full"),))
        await sandbox.engine.resume()

        async def ask(account=(ACCOUNT_SID, AUTH_TOKEN)):
            login = base64.b64encode(":".join(account).encode()).decode()
            url = f"http://sandbox.test/2010-04-01/Accounts/{account[0]}/Calls.json"
            headers = {"authorization": f"Basic {login}"}
            status, _, body = await inside.ask(sandbox.app, "GET", url, b"", headers, 10**6)
            return status, json.loads(body)

        answers = await asyncio.gather(*(ask() for _ in range(12)), *(ask(OTHER) for _ in range(4)))
        assert sorted(status for status, _ in answers[:12]) == [200] * 4 + [429] * 8
        assert [body for status, body in answers if status == 429] == [TOO_MANY] * 8
        assert [status for status, _ in answers[12:]] == [200] * 4  # another account
        # those that are over make room
        assert [s for s, _ in await asyncio.gather(*(ask() for _ in range(4)))] == [200] * 4
        await sandbox.engine.close()
        sandbox.store.close()

    asyncio.run(story())


def test_who_goes_away_makes_room():
    async def story():
        sandbox = Sandbox(concurrency=1, clock="manual")
        limits, now = sandbox.engine.limits, sandbox.clock.now()

        async def hold(seconds):
            async with limits.request(ACCOUNT_SID, now):
                await asyncio.sleep(seconds)

        gone = asyncio.ensure_future(hold(60))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        await hold(0)
        sandbox.store.close()

    asyncio.run(story())


# -- messages a day ----------------------------------------------------------------------------


def test_a_day_has_so_many_messages_and_begins_at_midnight_utc():
    with Town(daily_messages=2, start="2026-01-05T23:59:00Z") as town:
        send(town)
        send(town)
        assert refused(send, town) == (
            429,
            63038,
            f"Unable to create record: Account {town.auth[0]} exceeded the 2 daily messages limit",
        )
        town.advance(59)
        assert refused(send, town)[1] == 63038
        town.advance(1)
        send(town)
        town.advance(10)
        assert len(town.client.messages.list()) == 3


def test_a_refused_or_deleted_message_counts_as_it_should():
    with Town(daily_messages=2) as town:
        for _ in range(3):  # nothing was sent
            with pytest.raises(TwilioRestException):
                town.client.messages.create(to="12", from_=SHOP, body="x")
        first = send(town)
        town.advance(10)
        first.delete()  # it was sent all the same
        send(town)
        assert refused(send, town)[1] == 63038


def test_replies_count_too_and_the_debugger_tells_of_the_one_too_many():
    page = "<Response><Message>One</Message><Message>Two</Message></Response>"
    with Town({"/sms": page}, daily_messages=1) as town:
        [number] = town.client.incoming_phone_numbers.list()
        number.update(sms_url=town.url + "/sms")
        town.phone(BOB, "text", To=SHOP, Body="Hello")
        town.advance(10)
        assert [m["body"] for m in town.phone(BOB)["inbox"]] == ["One"]
        assert 63038 in town.alerts()


def test_a_restart_does_not_forget_what_was_sent_today(tmp_path):
    data = str(tmp_path / "world.sqlite")
    with Town(data=data, daily_messages=1) as town:
        send(town)
        town.sandbox.stop()
    with Town(data=data, daily_messages=1) as town:
        assert refused(send, town)[1] == 63038
        town.sandbox.stop()
    with Town(data=data) as town:  # the limit is this run's, not the file's
        send(town)


def test_a_reset_begins_anew():
    with Town(rate=1, daily_messages=1) as town:
        send(town)
        assert refused(send, town)[1] == 20429
        assert town.control("POST", "/reset").status_code == 200
        send(town)
        town.advance(1)
        assert refused(send, town)[1] == 63038


# -- the options -------------------------------------------------------------------------------


def test_nothing_is_limited_unless_it_is_asked_for():
    assert (Options().rate, Options().concurrency, Options().daily_messages) == (None, None, None)


def test_the_command_line_names_them_and_test_credentials():
    account = "AC" + "b" * 32 + ":tokentoken:test"
    limits = ["--rate", "3", "--concurrency", "4", "--daily-messages", "5"]
    options = read_options([*limits, "--account", account])
    assert (options.rate, options.concurrency, options.daily_messages) == (3, 4, 5)
    assert options.accounts == (("AC" + "b" * 32, "tokentoken", "test"),)


def test_the_limits_of_a_run_are_no_part_of_a_data_file():
    """Another limit contradicts nothing; another kind of account does."""
    made = Options(rate=1, accounts=((*OTHER, "full"),)).world()
    assert Options(rate=2, daily_messages=3).contradictions(made) == []
    assert Options(accounts=((*OTHER, "test"),)).contradictions(made) == ["accounts"]


@pytest.mark.parametrize("name", ["rate", "concurrency", "daily_messages"])
@pytest.mark.parametrize("value", [0, -1, 1_000_001])
def test_a_limit_that_makes_no_sense_is_refused(name, value):
    with pytest.raises(SandboxError, match=f"--{name.replace('_', '-')} is a number of"):
        Options(**{name: value})
