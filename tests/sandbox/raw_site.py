"""A web site below HTTP: it answers each path with bytes, or does as it likes with the socket."""

import contextlib
import socket
import threading


class RawSite:
    """Listens on loopback. A page is bytes, or a function of the connection and of the event that
    tells that the site ends. ``requests`` are the whole requests, ``sent`` the bytes it got off."""

    def __init__(self, pages=None):
        self.pages = dict(pages or {})
        self.requests = []
        self.sent = 0
        self.over = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *problem):
        self.over.set()
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(5)

    def _accept(self):
        while not self.over.is_set():
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5)
            request = self._read(connection)
            self.requests.append(request)
            path = request.split(b" ", 2)[1].split(b"?")[0].decode()
            page = self.pages.get(path, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            if callable(page):
                page(connection, self.over)
                return
            view = memoryview(page)
            while view and not self.over.is_set():
                view = view[connection.send(view[:65_536]) :]
                self.sent += 65_536
            connection.shutdown(socket.SHUT_WR)

    @staticmethod
    def _read(connection):
        got = b""
        while b"\r\n\r\n" not in got:
            piece = connection.recv(65_536)
            if not piece:
                return got or b"GET /nothing "
            got += piece
        head, _, body = got.partition(b"\r\n\r\n")
        length = next(
            (
                int(line.split(b":")[1])
                for line in head.lower().split(b"\r\n")
                if line.startswith(b"content-length:")
            ),
            0,
        )
        while len(body) < length:
            body += connection.recv(65_536)
        return head + b"\r\n\r\n" + body

    def asked(self, path):
        """The requests for *path*."""
        return [r for r in self.requests if r.split(b" ", 2)[1].split(b"?")[0] == path.encode()]


def answer(body=b"", content_type="text/xml", status="200 OK", headers=()):
    """A whole answer; *content_type* None leaves the header out."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    if content_type is not None:
        lines.append(f"Content-Type: {content_type}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def redirect(to, status="302 Found"):
    """An answer that leads elsewhere."""
    return answer(b"", None, status, [f"Location: {to}"])


def silent(connection, over):
    """Says nothing and keeps the line."""
    over.wait(10)


def trickling(connection, over):
    """An answer without an end, byte by byte."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
    while not over.wait(0.05):
        connection.sendall(b" ")


def trickling_head(connection, over):
    """A head without an end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while not over.wait(0.05):
        connection.sendall(b"x")


def waiting(connection, over):
    """Says for ever that the answer will come."""
    while not over.is_set():
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def closing(connection, over):
    """Hangs up without a word."""


def endless(content_type):
    """More and more, as fast as it goes."""

    def page(connection, over):
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n\r\n"
        connection.sendall(head.encode())
        piece = b"<!-- more -->" * 5_000
        while not over.is_set():
            connection.sendall(piece)

    return page
