"""Cookies of a conversation, kept as a browser keeps them."""

from datetime import UTC, datetime, timedelta

import pytest

from helpers.sandbox.web.cookies import Cookies

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class Jar:
    """Cookies with a clock to turn."""

    def __init__(self, *lines, path="/shop/voice"):
        self.now = START
        self.cookies = Cookies(lambda: self.now)
        self.cookies.take("shop.test", path, lines)

    def sent(self, path="/shop/menu", scheme="http", host="shop.test"):
        return self.cookies.header(scheme, host, path)


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        ("a=1", "a=1"),
        ("a = 1 ; HttpOnly", "a=1"),
        ('a="1, 2"', 'a="1, 2"'),
        ("a=b=c", "a=b=c"),
        ("a=", "a="),
        ("a=1; Domain=elsewhere.test", "a=1"),
        ("a=1; SameSite=Strict; Unknown", "a=1"),
        ("a=1; Max-Age=60", "a=1"),
        ("a=1; Max-Age=nonsense", "a=1"),
        ("a=1; Expires=Mon, 05 Jan 2026 10:00:00 GMT", "a=1"),
        ("a=1; Expires=nonsense", "a=1"),
        ("a=1; Expires=Mon, 05 Jan 99999999999999999999 08:00:00 GMT", "a=1"),
        ("a=1; Expires=Mon, 05 Jan 2026 08:00:00 GMT; Max-Age=5", "a=1"),
        ("a=1; Expires=Mon, 05 Jan 2026 08:00:00 GMT", ""),
        ("a=1; Max-Age=0", ""),
        ("a=1; Max-Age=-1", ""),
        ("a=1; Secure", ""),
        ("a=1; Path=/", "a=1"),
        ("a=1; Path=/shop", "a=1"),
        ("a=1; Path=/sho", ""),
        ("a=1; Path=/other", ""),
        ("a=1; Path=relative", "a=1"),
        ("", ""),
        ("nothing", ""),
        ("=1", ""),
        ("a=1\x00", ""),
        ("a=gr\u00fcn", ""),
        ("a=" + "x" * 5_000, ""),
    ],
)
def test_what_becomes_of_a_cookie(line, sent):
    assert Jar(line).sent() == sent


def test_a_cookie_goes_to_its_host_only():
    jar = Jar("a=1; Domain=test; Path=/")
    assert jar.sent(host="other.test") == ""
    assert jar.sent(host="a.shop.test") == ""


def test_a_secure_cookie_goes_over_https_only():
    assert Jar("a=1; Secure").sent(scheme="https") == "a=1"


def test_the_longer_path_comes_first():
    jar = Jar("a=1; Path=/", "b=2; Path=/shop", "a=3; Path=/shop/menu")
    assert jar.sent() == "a=3; b=2; a=1"
    assert jar.sent("/") == "a=1"


def test_a_cookie_is_replaced_forgotten_and_runs_out():
    jar = Jar("a=1; Max-Age=60", "b=2")
    jar.cookies.take("shop.test", "/shop/x", ["b=3"])
    assert jar.sent() == "a=1; b=3"
    jar.cookies.take("shop.test", "/shop/x", ["b=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"])
    assert jar.sent() == "a=1"
    jar.now += timedelta(seconds=60)
    assert jar.sent() == ""


def test_of_very_many_the_oldest_go():
    jar = Jar(*(f"c{i}=x" for i in range(200)))
    assert jar.sent().count("=") == 50
    assert jar.sent().startswith("c150=x")
