"""Prefetching: a thread runs one stage of a pipeline ahead of the next, with a bounded queue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any, TypeVar

from videoemo.util.cpu import n_threads

__all__ = ["prefetch"]

T = TypeVar("T")

# Seconds between two checks whether the items are still wanted.
_POLL = 0.1


def prefetch(items: Iterator[T], *, n: int) -> Iterator[T]:
    """Iterate over items that a background thread makes ahead.

    Where only one thread may be used, they are made in this one instead. An error in making them is
    raised where they are taken. When they are no longer wanted, `items` is closed.

    Parameters
    ----------
    items : iterator
        The items.
    n : int
        How many may wait; 1 or more.
    """
    return _consume(items, Queue(n)) if n_threads() > 1 else items


def _consume(items: Iterator[T], queue: Queue[tuple[bool, Any]]) -> Iterator[T]:
    stopped = Event()
    producer = Thread(target=_produce, args=(items, queue, stopped), daemon=True)
    producer.start()
    try:
        while True:
            more, item = queue.get()
            if more:
                yield item
            elif item is None:
                return
            else:
                raise item
    finally:
        stopped.set()
        with suppress(Empty):
            while True:
                queue.get_nowait()  # no longer wanted; the producer can then end
        producer.join()


def _produce(items: Iterator[Any], queue: Queue[tuple[bool, Any]], stopped: Event) -> None:
    """Put each item into the queue, and at the end, or on an error, what ended it."""

    def put(entry: tuple[bool, Any]) -> bool:
        while not stopped.is_set():
            with suppress(Full):
                queue.put(entry, timeout=_POLL)
                return True
        return False

    ending: BaseException | None = None
    try:
        for item in items:
            if not put((True, item)):
                break
    except BaseException as exc:  # raised where the items are taken
        ending = exc
    finally:
        close = getattr(items, "close", None)
        if close is not None:
            close()
    put((False, ending))
