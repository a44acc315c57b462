"""Signatures: Twilio's own vectors, and its own validator as judge."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.datastructures import ImmutableMultiDict as StarletteForm
from twilio.request_validator import RequestValidator as Official

from helpers.signing import RequestValidator, body_hash, sign

TOKEN = "12345"
OURS = "0123456789abcdef0123456789abcdef"
FORM = {
    "CallSid": "CA1234567890ABCDE",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
    "Caller": "+14158675309",
}
REPEATED = [
    ("Sid", "CA123"),
    ("SidAccount", "AC123"),
    ("Digits", "5678"),
    ("Digits", "1234"),
    ("Digits", "1234"),
]
JSON_BODY = '{"property": "value", "boolean": true}'
JSON_URL = (
    "https://mycompany.com/myapp.php?foo=1&bar=2"
    "&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
)
TEXT = {"Body": "Привет", "From": "+15005550006", "To": "+15005550010", "NumMedia": "0"}


@pytest.mark.parametrize(
    ("token", "url", "params", "signature"),
    [
        (
            TOKEN,
            "https://mycompany.com/myapp.php?foo=1&bar=2",
            FORM,
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
        (
            TOKEN,
            "https://mycompany.com:443/myapp.php?foo=1&bar=2",
            FORM,
            "kvajT1Ptam85bY51eRf/AJRuM3w=",
        ),
        (
            TOKEN,
            "http://mycompany.com:80/myapp.php?foo=1&bar=2",
            FORM,
            "0ZXoZLH/DfblKGATFgpif+LLRf4=",
        ),
        (
            TOKEN,
            "http://mycompany.com:1234/myapp.php?foo=1&bar=2",
            FORM,
            "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=",
        ),
        (
            TOKEN,
            "https://mycompany.com/myapp.php?foo=1&bar=2",
            REPEATED,
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
        (TOKEN, JSON_URL, None, "a9nBmqA0ju/hNViExpshrM61xv4="),
        (OURS, "http://127.0.0.1:8000/sms", TEXT, "7LPWmKF6U/WgD+Eo+f+9eaipSw0="),
        (OURS, "http://127.0.0.1/sms", TEXT, "VGpIXp3wl8nG5wPR50C4o1nRcGs="),
        (OURS, "https://example.com/voice?x=1", None, "efJqmi0/xvv+cNsDtk3ooRri5MU="),
    ],
)
def test_published_vectors(token, url, params, signature):
    assert sign(token, url, params) == signature
    assert RequestValidator(token).compute_signature(url, params) == signature
    assert RequestValidator(token).validate(url, params, signature)


def test_every_way_to_hold_a_form_is_signed_alike():
    """Pairs, a list for several values, and the forms of web frameworks."""
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    as_lists = {"Sid": "CA123", "SidAccount": ["AC123"], "Digits": ["1234", "5678"]}
    expected = "IK+Dwps556ElfBT0I3Rgjkr1wJU="
    assert sign(TOKEN, url, as_lists) == expected
    assert sign(TOKEN, url, StarletteForm(REPEATED)) == expected


def test_the_fragment_is_not_signed():
    assert sign(TOKEN, "http://a.example/x#top", FORM) == sign(TOKEN, "http://a.example/x", FORM)


def test_a_json_body_is_checked_against_its_hash():
    validator = RequestValidator(TOKEN)
    signature = "a9nBmqA0ju/hNViExpshrM61xv4="
    assert body_hash(JSON_BODY) in JSON_URL
    assert validator.validate(JSON_URL, JSON_BODY, signature)
    assert not validator.validate(JSON_URL, JSON_BODY + " ", signature)


def test_a_body_that_nothing_ties_to_the_signature_is_refused():
    url = "https://mycompany.com/myapp.php"
    assert not RequestValidator(TOKEN).validate(url, JSON_BODY, sign(TOKEN, url))
    assert RequestValidator(TOKEN).validate(url, "", sign(TOKEN, url))


@pytest.mark.parametrize(
    "signature", [None, "", "x", "RSOYDt4T1cUTdK1PDd93/VVr8B9=", "ключ", "\ud800"]
)
def test_wrong_signatures_are_refused(signature):
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert not RequestValidator(TOKEN).validate(url, FORM, signature)


def test_an_address_that_makes_no_sense_is_refused_without_an_error():
    for url in ("http://a.example:notaport/", "http://[::1/", ""):
        assert not RequestValidator(TOKEN).validate(url, FORM, "x")


def test_an_ipv6_address_may_name_its_port_or_not():
    signature = sign(TOKEN, "http://[::1]/x", FORM)
    assert RequestValidator(TOKEN).validate("http://[::1]:80/x", FORM, signature)
    assert RequestValidator(TOKEN).validate("http://[::1]/x", FORM, signature)


def test_a_shared_key_signs_with_sha256():
    validator = RequestValidator(TOKEN)
    signature = validator.compute_signature("http://a.example/", FORM, "HMAC_SHA256")
    assert len(signature) == 44
    assert validator.validate("http://a.example/", FORM, signature, "HMAC_SHA256")
    assert not validator.validate("http://a.example/", FORM, signature)
    assert not validator.validate("http://a.example/", FORM, signature, "HMAC_MD5")
    with pytest.raises(ValueError, match="HMAC_MD5"):
        validator.compute_signature("http://a.example/", FORM, "HMAC_MD5")


def test_the_token_shows_nowhere():
    assert OURS not in repr(RequestValidator(OURS))


class Flask:
    """A form as Flask's and Django's look to the official validator."""

    def __init__(self, pairs):
        self.pairs = pairs

    def __iter__(self):
        return iter([name for name, _ in self.pairs])

    def __len__(self):
        return len(self.pairs)

    def getlist(self, name):
        return [value for key, value in self.pairs if key == name]


NAMES = st.text(string.ascii_letters + string.digits + "_[]é", min_size=1, max_size=8)
PAIRS = st.lists(st.tuples(NAMES, st.text(max_size=12)), max_size=8)
PORTS = st.sampled_from(["", ":80", ":443", ":8000"])
URLS = st.builds(
    "{}://{}{}/{}{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["127.0.0.1", "example.com", "büro.example"]),
    PORTS,
    st.text(string.ascii_letters + "/%20é", max_size=10),
    st.sampled_from(["", "?a=1", "?a=1&b=%C3%A9&a=2", "?q=a b"]),
)


@settings(max_examples=150, deadline=None)
@given(url=URLS, signed_url=URLS, pairs=PAIRS, token=st.text(min_size=1, max_size=40))
def test_the_official_validator_agrees(url, signed_url, pairs, token):
    """It accepts what we sign, and both say the same of a signature for another address."""
    official, ours = Official(token), RequestValidator(token)
    form = Flask(pairs)
    signature = sign(token, url, pairs)
    assert signature == official.compute_signature(url, form)
    assert official.validate(url, form, signature)
    assert ours.validate(url, pairs, signature)
    other = sign(token, signed_url, pairs)
    assert ours.validate(url, pairs, other) == official.validate(url, form, other)


@settings(max_examples=50, deadline=None)
@given(body=st.text(max_size=50), claimed=st.text(max_size=50))
def test_the_official_validator_agrees_about_json(body, claimed):
    url = f"https://example.com/hook?bodySHA256={body_hash(claimed)}"
    signature = sign(TOKEN, url)
    assert RequestValidator(TOKEN).validate(url, body, signature) == (body == claimed)
    assert Official(TOKEN).validate(url, body, signature) == (body == claimed)


VALUES = st.text(st.characters(codec="utf-8"), max_size=12)


@settings(max_examples=150, deadline=None)
@given(
    url=URLS,
    other=URLS,
    form=st.one_of(st.none(), st.dictionaries(NAMES, VALUES, max_size=6)),
    body=st.one_of(st.none(), st.text(st.characters(codec="utf-8"), max_size=20)),
    claimed=st.sampled_from(["none", "right", "wrong"]),
    damage=st.sampled_from(["none", "cut", "longer", "case", "empty"]),
    algorithm=st.sampled_from([None, "", "HMAC_SHA1", "hmac_sha256"]),
)
def test_both_accept_the_same_requests(url, other, form, body, claimed, damage, algorithm):
    """GET and POST, plain forms, JSON bodies with and without their hash, signatures damaged."""
    official, ours = Official(TOKEN), RequestValidator(TOKEN)
    params = form if body is None else body
    if body is not None and claimed != "none":
        told = body_hash(body if claimed == "right" else body + "x")
        url += ("&" if "?" in url else "?") + f"bodySHA256={told}"
    signature = ours.compute_signature(url, form if body is None else None, algorithm)
    made = official.compute_signature(url, form if body is None else None, algorithm)
    assert signature == made
    signature = {
        "none": signature,
        "cut": signature[:-1],
        "longer": signature + "=",
        "case": signature.swapcase(),
        "empty": "",
    }[damage]
    for asked in (url, other):
        try:
            theirs = official.validate(asked, params, signature, algorithm)
        except TypeError:  # it takes a body that nothing ties to the address for a form
            assert isinstance(params, str)
            theirs = False
        assert ours.validate(asked, params, signature, algorithm) == theirs


@pytest.mark.parametrize(
    ("form", "same"),
    [
        ({"a": ["2", "1", "2"], "b": "x"}, [("a", "1"), ("a", "2"), ("b", "x")]),
        ({"b": "x", "a": ("1", "2")}, [("b", "x"), ("a", "2"), ("a", "1")]),
        ({}, []),
    ],
)
def test_a_dictionary_may_hold_lists(form, same):
    assert sign(TOKEN, "http://a.example/", form) == sign(TOKEN, "http://a.example/", same)
