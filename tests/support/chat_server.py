"""A real server of Chat Completions on this machine, which looks at the picture it was sent, and
fails now and then as real ones do.
"""

from __future__ import annotations

import base64
import io
import json
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from videoemo.records import Answers
from videoemo.vlm.cache import ReplyCache
from videoemo.vlm.consent import find_address
from videoemo.vlm.server import Server, ServerCounts, ServerLabeller
from videoemo.vlm.task import load_labelling

SETTINGS = load_labelling()
QUICK = replace(SETTINGS.server, pause=0.01)
# The class that the mean colour of a picture stands for.
COLOURS = {
    "anger": (210, 40, 40),
    "sadness": (40, 60, 210),
    "happiness": (230, 210, 50),
    "disgust": (40, 170, 60),
}


@dataclass
class ChatServer:
    """What it was asked, and how it misbehaves.

    Parameters
    ----------
    mishaps : mapping of int to str
        What goes wrong with every n-th request, by n; the first one that fits.
    slow : float, default=0.0
        Seconds for an answer.
    elsewhere : str, default=""
        Where it redirects to.
    headers : mapping of str to str
        Sent with every answer.
    says : callable
        The text of the answer to a request.
    """

    mishaps: Mapping[int, str] = field(default_factory=dict)
    slow: float = 0.0
    elsewhere: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    says: Callable[[dict[str, Any]], str] = lambda request: label_of(request)
    url: str = ""
    hits: int = 0
    busy: int = 0
    most_busy: int = 0
    seen: Counter[bytes] = field(default_factory=Counter)
    keys: set[str | None] = field(default_factory=set)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: dict[str, Any]) -> tuple[int, bytes]:
        """Status and body of the answer to a request."""
        with self.lock:
            self.hits += 1
            hit = self.hits
            self.bodies.append(request)
            self.busy += 1
            self.most_busy = max(self.most_busy, self.busy)
            self.seen[json.dumps(request["messages"]).encode()] += 1
        time.sleep(self.slow)
        mishap = next((what for n, what in self.mishaps.items() if hit % n == 0), "")
        choice: dict[str, Any] = {"finish_reason": "stop"}
        content = self.says(request)
        choice["message"] = {"content": content}
        if mishap == "refusal":
            choice["message"] = {"content": None, "refusal": "no"}
        elif mishap == "filter":
            choice["finish_reason"] = "content_filter"
        elif mishap == "cut":
            choice = {"finish_reason": "length", "message": {"content": content[:-4]}}
        elif mishap == "chatter":
            choice["message"]["content"] = "Not anger, rather happiness or surprise."
        elif mishap == "fence":
            choice["message"]["content"] = f"Sure!\n```json\n{content}\n```"
        status = int(mishap) if mishap.isdigit() else 200
        if mishap == "no schema" and "response_format" in request:
            status = 400
        reply = {"model": "m-2026", "choices": [choice], "usage": {"total_tokens": 10}}
        with self.lock:
            self.busy -= 1
        return status, b"<html>gateway" if mishap == "html" else json.dumps(reply).encode()

    def kill_asking(self, child: subprocess.Popen[Any], *, hits: int) -> None:
        """Kill a process at once when it has asked so often."""
        while self.hits < hits and child.poll() is None:
            time.sleep(0.005)
        assert child.poll() is None, "it ended before it was killed"
        child.kill()
        child.communicate()


@contextmanager
def chat_server(**how: Any) -> Iterator[ChatServer]:
    """Run a server while the block lasts; its address is in `url`."""
    server = ChatServer(**how)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body of an answer go out at once: the body would wait 40 ms for the other side.
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            with server.lock:
                server.keys.add(self.headers["Authorization"])
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, body = server.answer(request)
            self.send_response(status)
            for name, value in {**server.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            if 300 <= status < 400:
                self.send_header("Location", server.elsewhere)
            self.end_headers()
            with suppress(ConnectionError):  # the client was killed
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    class Listening(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Say nothing of clients that were killed; whatever else is wrong shows in them."""

    with Listening(("127.0.0.1", 0), Handler) as listening:
        server.url = f"http://127.0.0.1:{listening.server_port}/v1"
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()


def label_of(request: dict[str, Any]) -> str:
    """The class of the colour of the picture that was sent, as JSON."""
    return json.dumps({"label": nearest(picture_in(request))})


def picture_in(request: dict[str, Any]) -> npt.NDArray[np.uint8]:
    """The picture of a request, uint8 (h, w, 3)."""
    address = request["messages"][0]["content"][1]["image_url"]["url"]
    jpeg = base64.b64decode(address.removeprefix("data:image/jpeg;base64,"))
    return np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"))


def nearest(rgb: npt.NDArray[np.uint8]) -> str:
    """The class whose colour is nearest to the mean of a picture."""
    mean = rgb.reshape(-1, 3).mean(axis=0)
    return min(COLOURS, key=lambda name: float(np.abs(mean - COLOURS[name]).sum()))


def coloured(n: int, *, seed: int = 0, side: int = 64) -> tuple[list[str], list[Any]]:
    """The classes of n pictures, and the pictures, noisy ones in the colours of the classes."""
    rng = np.random.default_rng(seed)
    names = [list(COLOURS)[i] for i in rng.integers(0, len(COLOURS), n)]
    noise = rng.normal(0, 20, (n, side, side, 3))
    pictures = [
        np.clip(np.array(COLOURS[name]) + one, 0, 255).astype(np.uint8)
        for name, one in zip(names, noise, strict=True)
    ]
    return names, pictures


def ask(
    server: ChatServer,
    pictures: Sequence[np.ndarray],
    cache: Path,
    *,
    key: str | None = None,
    max_calls: int | None = None,
    **settings: float,
) -> tuple[list[str], Answers, ServerCounts]:
    """The labels, empty where there is none, all that was answered, and how often was asked."""
    with (
        ReplyCache(cache) as replies,
        Server(
            find_address(server.url),
            "m",
            replace(QUICK, **settings),  # type: ignore[arg-type]
            replies,
            key=key,
            max_calls=max_calls,
        ) as asked,
    ):
        answers = ServerLabeller(asked, SETTINGS.task, SETTINGS.picture)(pictures)
    names = np.array(SETTINGS.task.classes)[answers.probabilities.argmax(axis=1)]
    return np.where(answers.answered, names, "").tolist(), answers, asked.counts
