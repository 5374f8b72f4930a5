"""Executor: where work with the networks is done, and its results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from videoemo.inference.face_analyzer import FaceAnalyzer

__all__ = ["Executor", "ordered_results"]

A = TypeVar("A")
T = TypeVar("T")


class Executor(Protocol):
    """Runs functions of a face analyzer, as `concurrent.futures.Executor` runs functions, once it
    was waited for.

    Attributes
    ----------
    n_ahead : int
        How many calls may be under way before the first is waited for.
    """

    n_ahead: int

    def wait(self) -> None:
        """Wait until the networks are loaded, once, before the first call.

        Raises
        ------
        WorkerError
            A process exceeds a limit, or ended while it loaded.
        VideoemoError
            What it needs cannot be loaded.
        """

    def empty(self, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
        """An uninitialised array for frames, in memory that every process of the executor sees."""

    def submit(self, function: Callable[[FaceAnalyzer, A], T], argument: A) -> Future[T]:
        """Have a function of the analyzer called; calls begin in the order of submission."""

    def close(self) -> None:
        """End what was started."""


def ordered_results(
    submitted: Iterator[tuple[A, Future[T]]], *, n_ahead: int
) -> Iterator[tuple[A, T]]:
    """Yield what was submitted with its result, in the order of submission.

    Parameters
    ----------
    submitted : iterator of tuple
        Each submits when it is asked for; what is not wanted any more is cancelled.
    n_ahead : int
        How many are submitted before the first result is waited for.
    """
    waiting: deque[tuple[A, Future[T]]] = deque()
    try:
        for one in submitted:
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
