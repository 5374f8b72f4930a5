"""Hands in this process."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from videoemo.looking import Looker

__all__ = ["Here", "Threads"]

A = TypeVar("A")
T = TypeVar("T")


class _OfThisProcess:
    """What the two kinds share."""

    def __init__(self, looker: Looker) -> None:
        self._looker = looker

    def empty(self, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
        """Of this process."""
        return np.empty(shape, np.uint8)


class Here(_OfThisProcess):
    """The thread that asks does the work, when it asks: nothing is gained by another where there is one core.

    Parameters
    ----------
    looker : what works.
    """

    n_ahead = 0

    def submit(self, look: Callable[[Looker, A], T], what: A) -> Future[T]:
        """Do it."""
        future: Future[T] = Future()
        try:
            future.set_result(look(self._looker, what))
        except Exception as exc:  # raised where the result is taken
            future.set_exception(exc)
        return future

    def close(self) -> None:
        """There is nothing to end."""


class Threads(_OfThisProcess):
    """Two threads: while one waits for the networks the other prepares their work. For engines that spread over the processor themselves.

    Parameters
    ----------
    looker : what works.
    """

    n_ahead = 2

    def __init__(self, looker: Looker) -> None:
        super().__init__(looker)
        self._pool = ThreadPoolExecutor(max_workers=2)

    def submit(self, look: Callable[[Looker, A], T], what: A) -> Future[T]:
        """Have it done by the next thread that is free."""
        return self._pool.submit(look, self._looker, what)

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()
