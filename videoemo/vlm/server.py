"""Servers of the Chat Completions interface asked about pictures: at most so many requests at a
time, each question once, and only the server that was named.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from videoemo._version import __version__
from videoemo.config.asking import PictureSettings, ServerSettings
from videoemo.errors import InputError, ServerError
from videoemo.records import Answers
from videoemo.util.json_files import parse_json
from videoemo.util.messages import brief, one_line
from videoemo.vlm.asking import Question, chat_request, encode_picture, label_question
from videoemo.vlm.cache import KeptReply, ReplyCache, request_key
from videoemo.vlm.consent import Address
from videoemo.vlm.reading import NO_ANSWER, NO_JSON, is_reply, read_label
from videoemo.vlm.task import Task

if TYPE_CHECKING:
    import requests

__all__ = [
    "NOT_ASKED",
    "Reply",
    "Server",
    "ServerCounts",
    "ServerLabeller",
    "api_key",
    "read_answers",
]

Picture = npt.NDArray[np.uint8]

# Why there is no answer where the limit of calls was reached.
NOT_ASKED = "not asked"

_KEY = "VIDEOEMO_API_KEY"

# Seconds to connect.
_CONNECT = 5.0
# Too many requests, and errors of the server that pass.
_TRANSIENT = (408, 409, 425, 429, 500, 502, 503, 504)
# What a server may say of a request that it does not understand, such as one with a schema.
_NOT_UNDERSTOOD = (400, 422)
# So many questions in a row without an answer end the run.
_MOST_FAILURES = 5
# Seconds: a server that asks for a longer pause is left alone, and the run ends.
_LONGEST_PAUSE = 120.0
# Bytes of a reply, which has a few hundred.
_LARGEST = 1024 * 1024
_BLOCK = 2**14


@dataclass(frozen=True)
class Reply:
    """What became of a question.

    Parameters
    ----------
    content : dict of str to object or None
        The JSON of the server; None where there is none.
    reason : str
        Why there is none; empty where there is one.
    date : str
        When it came, in UTC; empty where there is none.
    """

    content: dict[str, Any] | None
    reason: str = ""
    date: str = ""


@dataclass
class ServerCounts:
    """What a server was asked.

    Parameters
    ----------
    sent : int
        Requests, repeated ones too.
    kept : int
        Questions whose replies had been kept.
    tokens : int
        Those that the server counted, of requests and replies.
    """

    sent: int = 0
    kept: int = 0
    tokens: int = 0


@dataclass
class _State:
    """What the threads share, under a lock."""

    counts: ServerCounts = field(default_factory=ServerCounts)
    failures: int = 0
    schema: bool = True
    not_before: float = 0.0
    error: ServerError | None = None


def api_key() -> str | None:
    """The secret for a server, from `$VIDEOEMO_API_KEY`; None where there is none.

    Raises
    ------
    InputError
        It cannot be sent.
    """
    key = os.environ.get(_KEY, "").strip()
    if not (key.isascii() and key.isprintable()):
        raise InputError(f"{_KEY} holds characters that no key has")
    return key or None


class Server:
    """A server that answers questions about pictures.

    Redirects are not followed, a server on this machine is asked past any proxy, no .netrc is
    read, and certificates are always checked.

    Parameters
    ----------
    address : Address
        Where it is.
    model : str
        The model, as the server calls it.
    settings : ServerSettings
        How it is asked.
    cache : ReplyCache
        Replies of before; those that come are kept there.
    key : str or None, default=None
        The secret that it wants, if any.
    max_calls : int or None, default=None
        The most requests; None for any number.
    """

    def __init__(
        self,
        address: Address,
        model: str,
        settings: ServerSettings,
        cache: ReplyCache,
        *,
        key: str | None = None,
        max_calls: int | None = None,
    ) -> None:
        self.address, self.model, self.settings = address, model, settings
        self._cache, self._key, self._max_calls = cache, key, max_calls
        self._state, self._lock, self._stop = _State(), threading.Lock(), threading.Event()
        self._local, self._sessions = threading.local(), list[Any]()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for session in self._sessions:
            session.close()

    @property
    def counts(self) -> ServerCounts:
        """What it was asked so far."""
        return self._state.counts

    def kept(self, question: Question) -> KeptReply | None:
        """The reply of before to a question; None where there is none."""
        return self._cache.get(self._key_of(question))

    def ask(self, questions: Iterable[Question]) -> Iterator[Reply]:
        """Ask questions, some at a time, and give the replies in their order.

        Parameters
        ----------
        questions : iterable of Question
            Taken a few ahead.

        Yields
        ------
        Reply
            One a question.

        Raises
        ------
        ServerError
            The next question would fare no better. What was answered is kept.
        """
        waiting, asked = deque[tuple[str, Future[Reply]]](), dict[str, Future[Reply]]()
        pool = ThreadPoolExecutor(self.settings.workers, thread_name_prefix="ask")
        try:
            for question in questions:
                key = self._key_of(question)
                # The same picture may come again before its answer does.
                if key not in asked:
                    asked[key] = pool.submit(self._ask, key, question)
                waiting.append((key, asked[key]))
                if len(waiting) > self.settings.workers + self.settings.ahead:
                    yield self._next(waiting, asked)
            while waiting:
                yield self._next(waiting, asked)
        finally:
            self._stop.set()
            pool.shutdown(cancel_futures=True)
            self._stop.clear()

    def _next(
        self, waiting: deque[tuple[str, Future[Reply]]], asked: dict[str, Future[Reply]]
    ) -> Reply:
        """The reply to the question that waits longest."""
        key, future = waiting.popleft()
        reply = future.result()
        if not any(key == other for other, _ in waiting):
            del asked[key]
        if self._state.error is not None:
            raise self._state.error
        return reply

    def _ask(self, key: str, question: Question) -> Reply:
        found = self._cache.get(key)
        if found is not None:
            with self._lock:
                self._state.counts.kept += 1
            return Reply(found.content, date=found.date)
        if self._stop.is_set():
            return Reply(None, NOT_ASKED)
        try:
            content, reason = self._try(question)
        except ServerError as exc:
            self._end(exc)
            return Reply(None, NOT_ASKED)
        if content is None:
            self._count_failure(reason)
            return Reply(None, reason)
        with self._lock:
            self._state.failures = 0
            self._state.counts.tokens += _tokens(content)
        return Reply(content, date=self._cache.put(key, content).date)

    def _key_of(self, question: Question) -> str:
        # Whether the server takes the schema is no part of what is asked.
        return request_key(self.address.url, chat_request(question, self.model, self.settings))

    def _try(self, question: Question) -> tuple[dict[str, Any] | None, str]:
        """The reply to a question, tried some times; or why there is none."""
        pause, tries = self.settings.pause, self.settings.tries
        while True:
            schema = self._state.schema
            if not self._wait_and_count():
                return None, NOT_ASKED
            body = chat_request(question, self.model, self.settings, schema=schema)
            status, wait, data, why = self._post(body)
            if status in _NOT_UNDERSTOOD and schema:
                with self._lock:
                    self._state.schema = False
                continue
            if status is not None and status not in _TRANSIENT:
                return self._read(status, data)
            tries -= 1
            if not tries:
                return None, f"{NO_ANSWER}: {status or why}"
            self._put_off(pause if wait is None else wait)
            pause *= 2

    def _read(self, status: int, data: bytes) -> tuple[dict[str, Any] | None, str]:
        if not 200 <= status < 300:
            raise ServerError(self._refusal(status, data))
        try:
            content = parse_json(data)
        except ValueError:
            content = None
        return (content, "") if is_reply(content) else (None, NO_JSON)

    def _refusal(self, status: int, data: bytes) -> str:
        remedy = {
            401: f"set {_KEY} to the key that it wants",
            403: f"the key in {_KEY} may not ask this model",
            404: "check the address, which ends in /v1 as a rule, and the name of the model",
        }.get(status, "look into the server's own messages")
        if 300 <= status < 400:
            return (
                f"{self.address.url} sends elsewhere ({status}), where no picture is sent: give "
                "the address of the server itself"
            )
        said = one_line(brief(data[:200].decode(errors="replace"))) if data else ""
        return f"{self.address.url} answers {status}{f' ({said})' if said else ''}: {remedy}"

    def _wait_and_count(self) -> bool:
        """Wait until the server may be asked; whether it may be at all."""
        while True:
            with self._lock:
                left = self._state.not_before - monotonic()
                counts = self._state.counts
                if self._stop.is_set() or counts.sent == self._max_calls:
                    return False
                if left <= 0:
                    counts.sent += 1
                    return True
            self._stop.wait(left)

    def _put_off(self, seconds: float) -> None:
        """Leave the server alone for some time, whichever thread would ask."""
        if seconds > _LONGEST_PAUSE:
            raise ServerError(
                f"{self.address.url} is busy and asks to wait {seconds:,.0f} s: run it again then; "
                "what was answered is kept"
            )
        with self._lock:
            self._state.not_before = max(self._state.not_before, monotonic() + seconds)

    def _count_failure(self, reason: str) -> None:
        if reason == NOT_ASKED:
            return
        with self._lock:
            self._state.failures += 1
            n = self._state.failures
        if n >= _MOST_FAILURES:
            self._end(
                ServerError(
                    f"{self.address.url} left {n} questions in a row without an answer ({reason}): "
                    "see whether it runs; what was answered is kept"
                )
            )

    def _end(self, error: ServerError) -> None:
        with self._lock:
            self._state.error = self._state.error or error
        self._stop.set()

    def _post(self, body: dict[str, Any]) -> tuple[int | None, float | None, bytes, str]:
        """Status of a request, the pause that the server asks for in seconds, the body of its
        reply, and in words why there is none of all that.
        """
        import requests
        from urllib3.exceptions import HTTPError
        from urllib3.util import Retry

        deadline = monotonic() + self.settings.timeout
        try:
            with self._session().post(
                self.address.url,
                json=body,
                auth=_own_key(self._key),
                timeout=(_CONNECT, self.settings.timeout),
                allow_redirects=False,
                stream=True,
            ) as response:
                data = bytearray()
                while part := response.raw.read1(_BLOCK, decode_content=True):
                    data += part
                    if len(data) > _LARGEST:
                        return response.status_code, None, b"", ""
                    if monotonic() > deadline:
                        return None, None, b"", "time-out"
                after = response.headers.get("Retry-After")
                try:
                    wait = None if after is None else Retry().parse_retry_after(after)
                except HTTPError:
                    wait = None
                return response.status_code, wait, bytes(data), ""
        except requests.exceptions.SSLError as exc:
            raise ServerError(
                f"{self.address.url} has no certificate that counts: {brief(one_line(exc))}"
            ) from exc
        except (requests.Timeout, TimeoutError):
            return None, None, b"", "time-out"
        except (requests.RequestException, HTTPError, OSError) as exc:
            return None, None, b"", _why_unreachable(exc)

    def _session(self) -> requests.Session:
        """The session of this thread."""
        import requests

        if not hasattr(self._local, "session"):
            session = requests.Session()
            # Otherwise the faces would go to a proxy of the environment.
            session.trust_env = not self.address.loopback
            session.headers["User-Agent"] = f"videoemo/{__version__}"
            session.headers["Accept-Encoding"] = "identity"
            self._local.session = session
            with self._lock:
                self._sessions.append(session)
        found: requests.Session = self._local.session
        return found


@dataclass(frozen=True)
class ServerLabeller:
    """Labeller that asks a server.

    Parameters
    ----------
    server : Server
        The server.
    task : Task
        What is asked.
    picture : PictureSettings
        How pictures are sent.
    """

    server: Server
    task: Task
    picture: PictureSettings

    def __call__(self, pictures: Sequence[Picture]) -> Answers:
        """Answer about m pictures; see `task.Labeller`. The class that is named has probability 1.

        Raises
        ------
        ServerError
            The server cannot be asked.
        """
        questions = (
            label_question(self.task, encode_picture(rgb, self.picture)) for rgb in pictures
        )
        return read_answers(self.server.ask(questions), self.task)


def read_answers(replies: Iterable[Reply], task: Task) -> Answers:
    """Read replies to the question of a task."""
    rows, reasons = [], []
    for reply in replies:
        found, reason = (
            (None, reply.reason) if reply.content is None else read_label(reply.content, task)
        )
        row = np.full(len(task.classes), np.nan if found is None else 0, np.float32)
        if found is not None:
            row[found] = 1
        rows.append(row)
        reasons.append(reason)
    shape = (len(rows), len(task.classes))
    return Answers(np.array(rows, np.float32).reshape(shape), tuple(reasons))


def _own_key(key: str | None) -> Any:
    """What adds our key to a request. With any `auth` of its own, requests reads no .netrc."""

    def add(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if key:
            request.headers["Authorization"] = f"Bearer {key}"
        return request

    return add


def _why_unreachable(error: Exception) -> str:
    cause = error.args[0] if error.args else error
    cause = getattr(cause, "reason", cause)
    name = type(cause).__name__
    if name == "ConnectTimeoutError":
        return "time-out"
    return (
        "cannot connect" if name in ("NewConnectionError", "NameResolutionError") else "broken off"
    )


def _tokens(content: dict[str, Any]) -> int:
    usage = content.get("usage")
    total = usage.get("total_tokens") if isinstance(usage, dict) else None
    return total if type(total) is int and 0 <= total < 10**9 else 0
