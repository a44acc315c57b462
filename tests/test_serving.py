"""A web app on a port of this machine: starts, answers, ends, and says what went wrong."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import socket
import threading
import time

import aiohttp
import pytest
import requests
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute

from helpers.errors import SandboxError
from helpers.serving import Serving


def hello(request):
    return PlainTextResponse("hello")


def broken(request):
    raise ZeroDivisionError("on purpose")


def starlette() -> Starlette:
    return Starlette(routes=[Route("/", hello), Route("/broken", broken)])


async def bare(scope, receive, send):
    """The smallest ASGI app: it knows nothing but requests."""
    assert scope["type"] == "http"
    if scope["path"] == "/broken":
        raise KeyError("on purpose")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"bare"})


def wsgi(environ, start_response):
    if environ["PATH_INFO"] == "/broken":
        raise KeyError("on purpose")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"wsgi"]


def get(url: str) -> requests.Response:
    return requests.get(url, timeout=5)


def test_it_serves_while_the_block_lasts():
    with Serving(starlette()) as site:
        assert site.url == f"http://127.0.0.1:{site.port}"
        assert get(site.url).text == "hello"
        assert repr(site) == f"<Serving {site.url}>"
    assert not site.running
    assert repr(site) == "<Serving stopped>"
    with pytest.raises(requests.ConnectionError):
        get(site.url)


def test_starting_and_stopping_twice_changes_nothing():
    site = Serving(starlette())
    assert site.start() is site.start()
    port = site.port
    site.stop()
    site.stop()
    with site:
        assert site.port == port
        assert get(site.url).status_code == 200


def test_two_apps_can_call_each_other():
    def relay(request):
        return PlainTextResponse(get(other.url).text)

    with Serving(starlette()) as other, Serving(Starlette(routes=[Route("/", relay)])) as site:
        assert get(site.url).text == "hello"


def test_a_port_in_use_is_said_in_plain_words():
    with Serving(starlette()) as site:
        with pytest.raises(SandboxError) as caught:
            Serving(starlette(), port=site.port).start()
        assert f"Port {site.port}" in str(caught.value)
        assert "port 0" in caught.value.next_step


@pytest.mark.parametrize("port", [-1, 65536, "80", True])
def test_a_bad_port_is_said_in_plain_words(port):
    with pytest.raises(SandboxError, match="no port"):
        Serving(starlette(), port=port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host", "a" * 70, "::1:2"])
def test_an_address_of_another_machine_is_said_in_plain_words(host):
    with pytest.raises(SandboxError, match="Cannot listen on"):
        Serving(starlette(), host=host).start()


def test_the_address_of_ipv6_is_written_in_brackets():
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        site = Serving(starlette(), host="::1").start()
    except SandboxError as problem:
        pytest.skip(problem.what)
    with site:
        assert site.url == f"http://[::1]:{site.port}"
        assert get(site.url).text == "hello"


@pytest.mark.parametrize("app", [bare, functools.partial(bare)], ids=["function", "partial"])
def test_a_bare_asgi_app(app, capfd):
    with Serving(app) as site:
        assert get(site.url).text == "bare"
    assert capfd.readouterr() == ("", "")


def test_a_failing_app_answers_500_and_is_remembered(capfd, caplog):
    with Serving(bare) as site:
        answer = get(site.url + "/broken")
        assert answer.status_code == 500
        assert "failed" in answer.text
        assert "on purpose" not in answer.text
        assert get(site.url).text == "bare"
    assert site.failures[-1].startswith("GET /broken: KeyError: 'on purpose' (test_serving.py")
    with Serving(starlette()) as site:
        assert get(site.url + "/broken").status_code == 500
    assert site.failures[-1].startswith("GET /broken: ZeroDivisionError: on purpose")
    assert capfd.readouterr() == ("", "")


def test_a_reply_that_breaks_off_is_seen_to_break_off(capfd):
    def pieces():
        yield "half"
        raise OSError("on purpose")

    app = Starlette(routes=[Route("/", lambda request: StreamingResponse(pieces()))])
    with Serving(app) as site, pytest.raises(requests.RequestException):
        get(site.url)
    assert "on purpose" in site.failures[-1]
    assert capfd.readouterr() == ("", "")


def test_an_app_that_does_not_start_is_an_error():
    @contextlib.asynccontextmanager
    async def lifespan(app):
        raise RuntimeError("no database")
        yield

    site = Serving(Starlette(lifespan=lifespan))
    with pytest.raises(SandboxError, match="no database"):
        site.start()
    assert not site.running


def test_the_apps_own_start_and_end_are_run():
    seen = []

    @contextlib.asynccontextmanager
    async def lifespan(app):
        seen.append("start")
        yield
        seen.append("end")

    with Serving(Starlette(lifespan=lifespan)):
        assert seen == ["start"]
    assert seen == ["start", "end"]


def test_nonsense_on_the_wire_prints_nothing(capfd, caplog):
    with Serving(starlette()) as site:
        with socket.create_connection(("127.0.0.1", site.port), timeout=5) as wire:
            wire.sendall(b"\x16\x03\x01\x00 nonsense\r\n\r\n")
            assert wire.recv(100).startswith(b"HTTP/1.1 400")
        assert get(site.url).text == "hello"
    assert capfd.readouterr() == ("", "")


def test_many_requests_on_one_connection_do_not_wait():
    """Without IPPROTO_TCP on the listener each of these would take 40 ms."""
    with Serving(bare) as site, requests.Session() as session:
        took = [session.get(site.url, timeout=5).elapsed.total_seconds() for _ in range(20)]
    assert sorted(took)[10] < 0.03


def test_it_leaves_no_thread_and_no_socket_behind():
    with Serving(starlette()) as site:
        get(site.url)
    assert "serving" not in {thread.name for thread in threading.enumerate()}
    del site
    gc.collect()  # an open socket would now warn, and warnings are errors


def test_a_request_under_way_may_finish():
    asked, let_go, answers = threading.Event(), threading.Event(), []

    def slow(request):
        asked.set()
        let_go.wait(20)
        return PlainTextResponse("late")

    site = Serving(Starlette(routes=[Route("/", slow)])).start()
    client = threading.Thread(target=lambda: answers.append(get(site.url).text))
    client.start()
    assert asked.wait(5)
    ending = threading.Thread(target=site.stop)
    ending.start()
    let_go.set()
    client.join(5)
    ending.join(10)
    assert answers == ["late"]
    assert not site.running


def test_an_answer_on_its_way_to_a_slow_reader_arrives_whole():
    whole = b"x" * 3_000_000  # more than the system keeps of what was not read yet
    asked = threading.Event()

    async def big(scope, receive, send):
        length = (b"content-length", str(len(whole)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        asked.set()
        await send({"type": "http.response.body", "body": whole})

    site = Serving(big, lifespan="off").start()
    with socket.create_connection(("127.0.0.1", site.port), timeout=5) as wire:
        wire.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        assert asked.wait(5)
        ending = threading.Thread(target=site.stop)
        ending.start()
        got = b""
        while piece := wire.recv(100_000):
            got += piece
        ending.join(10)
    assert got.partition(b"\r\n\r\n")[2] == whole


def test_where_nobody_waits_for_an_answer_it_ends_at_once():
    """uvicorn alone takes more than a tenth of a second."""
    took = []
    for _ in range(5):
        site = Serving(starlette()).start()
        with requests.Session() as kept:  # an idle connection keeps nobody
            assert kept.get(site.url, timeout=5).text == "hello"
            begun = time.monotonic()
            site.stop()
            took.append(time.monotonic() - begun)
    assert min(took) < 0.09


def test_a_wsgi_app():
    pytest.importorskip("a2wsgi", exc_type=ImportError)
    with Serving(wsgi) as site:
        assert get(site.url).text == "wsgi"
        assert get(site.url + "/broken").status_code == 500
    assert "KeyError" in site.failures[-1]
    with site:
        assert get(site.url).text == "wsgi"


def test_a_wsgi_app_without_its_package_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "a2wsgi", None)
    with pytest.raises(SandboxError, match="pip install a2wsgi"):
        Serving(wsgi).start()


def test_what_is_no_app_is_refused():
    with pytest.raises(SandboxError, match="str is no web app"):
        Serving("app:app").start()


async def echo(socket):
    await socket.accept()
    word = await socket.receive_text()
    if word == "fail":
        raise ValueError("no such word")
    await socket.send_text(word.upper())
    await socket.close()


def talk(url, word):
    """Say one word over a WebSocket; the answer, or the code it was closed with."""

    async def once():
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(url.replace("http", "ws") + "/talk") as socket,
        ):
            await socket.send_str(word)
            answer = await socket.receive(timeout=10)
            return answer.data

    return asyncio.run(once())


def test_an_app_may_take_websockets():
    with Serving(Starlette(routes=[WebSocketRoute("/talk", echo)])) as site:
        assert talk(site.url, "hello") == "HELLO"
        assert talk(site.url, "fail") == 1011
        assert len(site.failures) == 1
        assert site.failures[0].startswith(
            "WebSocket /talk: ValueError: no such word (test_serving"
        )


def test_an_app_without_websockets_refuses_them():
    for app in (Starlette(), wsgi):
        with Serving(app) as site, pytest.raises(aiohttp.WSServerHandshakeError):
            talk(site.url, "hello")
        assert not site.running
