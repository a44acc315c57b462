"""Names and language codes follow the official helpers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml import format_language as official_language
from twilio.twiml import lower_camel as official_camel

from helpers.twiml import TwiMLException, format_language, lower_camel
from helpers.twiml.names import method_name


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("", ""),
        (None, None),
        ("foo", "foo"),
        ("fooBar", "fooBar"),
        ("finish_on_key", "finishOnKey"),
        ("input_", "input"),
        ("foO_Bar_baz", "fooBarBaz"),
        ("x_1abc", "x1Abc"),
    ],
)
def test_lower_camel(given_name, expected):
    assert lower_camel(given_name) == expected


@given(st.text(alphabet="aB1_-é", max_size=8))
def test_lower_camel_agrees_with_the_official_one(name):
    try:
        expected = official_camel(name)
    except IndexError:
        with pytest.raises(IndexError):
            lower_camel(name)
    else:
        assert lower_camel(name) == expected


@pytest.mark.parametrize(
    ("given_code", "expected"),
    [("en-US", "en-US"), ("EN_us", "en-US"), (None, None), ("", ""), ("pt_br", "pt-BR")],
)
def test_format_language(given_code, expected):
    assert format_language(given_code) == expected
    assert official_language(given_code) == expected


@pytest.mark.parametrize("code", ["en", "english", "en-USA", "12-34", "e-US", "en US"])
def test_a_language_code_must_look_like_one(code):
    with pytest.raises(TwiMLException, match="is no language code"):
        format_language(code)


def test_method_names():
    tags = ["WhatsApp", "say-as", "break", "Say", "AiSession", "ApplicationSid"]
    names = ["whats_app", "say_as", "break_", "say", "ai_session", "application_sid"]
    assert [method_name(tag) for tag in tags] == names
