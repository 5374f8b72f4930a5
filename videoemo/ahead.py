"""Work done ahead in a thread: what a stage of a pipeline makes waits, in bounded number, until the next stage takes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any, TypeVar

from videoemo.processors import threads

__all__ = ["ahead"]

T = TypeVar("T")

# Seconds between two looks at whether anybody still wants what is made.
_LOOK = 0.1


def ahead(items: Iterator[T], *, n: int) -> Iterator[T]:
    """The items, made in a thread of their own while the earlier ones are worked on; here, one by one, where there is but one thread to use.

    An error in making them is raised where they are taken. When they are no longer wanted, `items` is closed.

    Parameters
    ----------
    n : how many may wait; 1 or more.
    """
    return _taken(items, Queue(n)) if threads() > 1 else items


def _taken(items: Iterator[T], queue: Queue[tuple[bool, Any]]) -> Iterator[T]:
    stopped = Event()
    maker = Thread(target=_make, args=(items, queue, stopped), daemon=True)
    maker.start()
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
                queue.get_nowait()  # what nobody wants, so that the maker can end
        maker.join()


def _make(items: Iterator[Any], queue: Queue[tuple[bool, Any]], stopped: Event) -> None:
    """Put each item into the queue, and at the end, or on an error, what ended it."""

    def put(entry: tuple[bool, Any]) -> bool:
        while not stopped.is_set():
            with suppress(Full):
                queue.put(entry, timeout=_LOOK)
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
