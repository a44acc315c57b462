"""Any request is answered: soon, without a mistake of ours, and as Twilio's papers say.

In process, so that thousands of requests take seconds; the same ones on every run.
"""

import asyncio
import json
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.judges import specification, witness
from tests.judges.inside import Inside
from tests.judges.requests_made import EVERY, allowed, anything, controlled

FEW = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
MANY = settings(FEW, max_examples=400)


@pytest.fixture
def loop():
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def account():
    """What kind of account asks."""
    return "full"


@pytest.fixture
def world(loop, account):
    """A furnished sandbox that at its end has noted no mistake of its own."""
    made = Inside(account)
    loop.run(made.__aenter__())
    loop.run(made.furnish(all_of_it=account == "full"))
    yield made
    loop.run(made.__aexit__(None, None, None))
    assert list(made.engine.failures) == []


def names(operation):
    return f"{operation.name} {operation.method} {operation.path}"


@pytest.mark.parametrize("operation", EVERY, ids=names)
def test_what_is_allowed_is_answered_as_specified(loop, world, operation):
    """A request that the specification allows: a declared status and its body, or a refusal."""

    @FEW
    @given(allowed(operation))
    def check(asked):
        status, headers, body = loop.run(world.send(asked))
        problems = witness.judged(operation, status, headers, body)
        assert problems == [], (world.lines[-1], problems)

    check()


def right_form(method, path, status, headers, body):
    """What is wrong with how an answer is written, by what its path asks for."""
    kind = headers.get("content-type", "")
    if method in ("HEAD", "OPTIONS") or status == 204:
        return []
    newer = path.startswith(("/v1/", "/v2/"))
    try:
        if path.endswith(".json") or newer:
            told = json.loads(body)
            fitting = kind == "application/json"
        elif status >= 400 and not path.endswith((".csv", ".wav", ".mp3")):
            told, fitting = {}, kind == "application/xml"
            root = ET.fromstring(body)
            assert root.tag == "TwilioResponse" and root[0].tag == "RestException"
            told = {re.sub("MoreInfo", "more_info", e.tag).lower(): e.text for e in root[0]}
            told |= {name: int(told[name]) for name in ("code", "status")}
        else:
            return []
    except (ValueError, KeyError, ET.ParseError, AssertionError) as error:
        return [f"its body cannot be read: {error!r}"]
    found = [] if fitting else [f"its type is {kind}"]
    return found + (specification.mistakes(specification.REFUSAL, told) if status >= 400 else [])


@pytest.mark.parametrize("account", ["full", "trial", "test"])
def test_nothing_is_too_odd_to_be_answered(loop, world):
    """Any method, place, suffix and parameters: an answer in the form that was asked for."""

    @MANY
    @given(st.lists(anything(), min_size=1, max_size=4))
    def check(several):
        for asked in several:
            status, headers, body = loop.run(world.send(asked))
            path = world.lines[-1].split(" ")[1]
            assert 200 <= status < 500, world.lines[-1]
            assert b"Traceback" not in body
            problems = right_form(asked.method, path, status, headers, body)
            assert problems == [], (world.lines[-1], problems, body[:300])

    check()


def test_control_takes_anything(loop, world):
    """Control answers JSON; what makes no sense is refused with a sentence."""

    @MANY
    @given(st.lists(controlled(), min_size=1, max_size=4))
    def check(several):
        for asked in several:
            status, headers, body = loop.run(world.send(asked))
            assert status < 500, world.lines[-1]
            if asked.method == "HEAD":
                continue
            assert headers["content-type"] == "application/json", world.lines[-1]
            told = json.loads(body)
            if status >= 400:
                assert {"status", "message"} <= set(told) and told["status"] == status
                assert told["message"].strip(), world.lines[-1]

    check()
