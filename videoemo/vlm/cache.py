"""Replies kept by what was asked, in a SQLite file: nothing is asked, or paid for, twice.

No picture, no key and no path is in it. It is safe against a process that is killed; it is not
among the results, which may lie on a network's disk, where SQLite cannot lock.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from platformdirs import user_cache_path

from videoemo.errors import OutputError
from videoemo.util.json_files import parse_object
from videoemo.util.messages import reason_of

__all__ = ["KeptReply", "ReplyCache", "default_cache", "request_key"]

# Goes up when what is kept of a reply, or what a key is made of, changes.
_FORMAT = 1
# Milliseconds to wait for another process that writes.
_BUSY = 30_000


@dataclass(frozen=True)
class KeptReply:
    """A reply of a server.

    Parameters
    ----------
    content : dict of str to object
        Its JSON.
    date : str
        When it came, in UTC.
    """

    content: dict[str, Any]
    date: str


def default_cache() -> Path:
    """The file of replies in the platform's cache folder; it need not exist yet."""
    return user_cache_path("videoemo", appauthor=False) / "vlm-replies.sqlite"


def request_key(url: str, request: dict[str, Any]) -> str:
    """Key of a request: of the address, the model, the text, the picture and the schema."""
    asked = json.dumps([_FORMAT, url, request], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()


class ReplyCache:
    """Replies by the keys of what was asked; threads and processes may share a file.

    Parameters
    ----------
    path : Path
        The file; made if need be.

    Raises
    ------
    OutputError
        It cannot be written, or is no such file.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        with self._errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        try:
            with self._errors():
                self._db.execute(f"PRAGMA busy_timeout={_BUSY}")
                self._db.execute("PRAGMA journal_mode=WAL")
                self._db.execute(
                    "CREATE TABLE IF NOT EXISTS replies "
                    "(key TEXT PRIMARY KEY, reply TEXT NOT NULL, date TEXT NOT NULL)"
                )
        except OutputError:
            self._db.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._db.close()

    def get(self, key: str) -> KeptReply | None:
        """The reply of a key; None where there is none, or one that is damaged."""
        with self._lock, self._errors():
            query = "SELECT reply, date FROM replies WHERE key = ?"
            row = self._db.execute(query, (key,)).fetchone()
        if row is None:
            return None
        try:
            return KeptReply(parse_object(str(row[0]).encode()), str(row[1]))
        except ValueError:
            return None  # it is asked again, and replaced

    def put(self, key: str, content: dict[str, Any]) -> KeptReply:
        """Keep a reply that has just come."""
        date = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with self._lock, self._errors():
            self._db.execute(
                "INSERT OR REPLACE INTO replies VALUES (?, ?, ?)", (key, json.dumps(content), date)
            )
        return KeptReply(content, date)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as exc:
            raise OutputError(
                f"cannot keep replies in {str(self._path)!r}: {reason_of(exc)}; name another file "
                "with --cache"
            ) from exc
