"""What hands are."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from videoemo.looking import Looker

__all__ = ["Hands", "in_order"]

A = TypeVar("A")
T = TypeVar("T")


class Hands(Protocol):
    """Where work with the networks is done.

    Attributes
    ----------
    n_ahead : so many pieces of work may be under way before the first is waited for.
    """

    n_ahead: int

    def empty(self, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
        """An array that may hold anything, for pictures to be looked at: in memory that all hands see."""

    def submit(self, look: Callable[[Looker, A], T], what: A) -> Future[T]:
        """Have something looked at; pieces of work are begun in the order in which they were given."""

    def close(self) -> None:
        """End them."""


def in_order(under_way: Iterator[tuple[A, Future[T]]], *, n_ahead: int) -> Iterator[tuple[A, T]]:
    """What was given with what came of it, in order; so many are begun before the first is waited for. What nobody wants any more is not begun."""
    waiting: deque[tuple[A, Future[T]]] = deque()
    try:
        for one in under_way:
            waiting.append(one)
            if len(waiting) > n_ahead:
                given, future = waiting.popleft()
                yield given, future.result()
        while waiting:
            given, future = waiting.popleft()
            yield given, future.result()
    finally:
        for _, future in waiting:
            future.cancel()
