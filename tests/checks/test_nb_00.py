"""The check of exercise 00.1 asks the reader's own session, and nobody else."""

import pytest
import requests

from helpers import check, connect


@pytest.fixture
def session(monkeypatch):
    monkeypatch.setenv("TWILIO_WATCHED", "no")
    opened = connect(lesson="00")
    yield opened
    opened.close()


def test_without_a_session_there_is_a_sentence(monkeypatch):
    monkeypatch.setattr("helpers.session._open", None)
    verdict = check("00.1", "http://example.com/2010-04-01/Accounts.json")
    assert (verdict.right, verdict.reason) == (False, "No session is open.")


@pytest.mark.parametrize(
    "address", ["https://api.twilio.com/2010-04-01/Accounts.json", "", "/Messages"]
)
def test_credentials_go_nowhere_else(session, monkeypatch, address):
    def refuse(*asked, **more):
        raise AssertionError(f"asked {asked}")

    monkeypatch.setattr(requests.Session, "request", refuse)
    assert "no address of this API" in check("00.1", address).reason


def test_an_api_that_is_gone_is_a_gap(session):
    address = session.url("Messages")
    session._sandbox.stop()
    assert "nothing answers there" in check("00.1", address).reason


def test_a_text_that_the_phone_sent_will_do(session):
    sid = session.phone.text(session.number, "Hello")
    assert "'Hello'" in check("00.1", session.url(f"Messages/{sid}")).reason
