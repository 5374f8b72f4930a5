"""A real web server on this machine whose answers a test can spoil."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Server:
    """What it serves, how it misbehaves, and what it was asked.

    Parameters
    ----------
    files : dict of str to bytes
        Content by path.
    cuts : list of int
        Bytes after which one answer each breaks off, in their order; then answers are whole.
    failures : list of int
        Status codes of the first answers.
    redirects : dict of str to str
        Where to, by path.
    ranges : bool, default=True
        Whether it honours `Range`.
    measured : bool, default=True
        Whether it says how long an answer is.
    gate : threading.Event
        An answer's second half waits for it.
    asked : list of (tuple of (str, str or None))
        The path and the `Range` header of every request.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)
    redirects: dict[str, str] = field(default_factory=dict)
    ranges: bool = True
    measured: bool = True
    gate: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    base: str = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        wanted = handler.headers["Range"]
        self.asked.append((handler.path, wanted))
        if handler.headers["Accept-Encoding"] != "identity":
            handler.send_error(406)  # a compressed answer could not be resumed
            return
        if self.failures:
            handler.send_error(self.failures.pop(0))
            return
        if handler.path in self.redirects:
            self._head(handler, 302, {"Location": self.redirects[handler.path]})
            return
        if handler.path not in self.files:
            handler.send_error(404)
            return
        content, status, headers = self.files[handler.path], 200, {}
        if wanted and self.ranges:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                handler.send_error(416)
                return
            status, headers = (
                206,
                {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"},
            )
            content = content[start:]
        if self.measured:
            headers["Content-Length"] = str(len(content))
        self._head(handler, status, headers)
        sent = content[: self.cuts.pop(0)] if self.cuts else content
        half = len(content) // 2
        handler.wfile.write(sent[:half])
        self.gate.wait(20)
        handler.wfile.write(sent[half:])

    def _head(self, handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str]) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()
    server.gate.set()

    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            with suppress(ConnectionError):  # whoever asked has left
                server.answer(self)

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        server.base = f"http://127.0.0.1:{http.server_address[1]}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.gate.set()
            http.shutdown()
            thread.join()
