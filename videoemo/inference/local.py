"""Executors in this process: inline, and threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from videoemo.inference.face_analyzer import FaceAnalyzer

__all__ = ["InlineExecutor", "ThreadExecutor"]

A = TypeVar("A")
T = TypeVar("T")


class _LocalExecutor:
    """What the two kinds share: the analyzer, and memory of this process."""

    def __init__(self, analyzer: FaceAnalyzer) -> None:
        self._analyzer = analyzer

    def wait(self) -> None:
        """Do nothing: the networks are loaded."""

    def empty(self, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
        """An uninitialised array."""
        return np.empty(shape, np.uint8)


class InlineExecutor(_LocalExecutor):
    """Calls a function when it is submitted, in the same thread: best where there is one core.

    Parameters
    ----------
    analyzer : FaceAnalyzer
        What the functions are called with.
    """

    n_ahead = 0

    def submit(self, function: Callable[[FaceAnalyzer, A], T], argument: A) -> Future[T]:
        """Call the function."""
        future: Future[T] = Future()
        try:
            future.set_result(function(self._analyzer, argument))
        except Exception as exc:  # raised where the result is taken
            future.set_exception(exc)
        return future

    def close(self) -> None:
        """Do nothing: there is nothing to end."""


class ThreadExecutor(_LocalExecutor):
    """Two threads: one waits for the networks while the other prepares their input.

    For engines that use all cores by themselves.

    Parameters
    ----------
    analyzer : FaceAnalyzer
        What the functions are called with.
    """

    n_ahead = 2

    def __init__(self, analyzer: FaceAnalyzer) -> None:
        super().__init__(analyzer)
        self._pool = ThreadPoolExecutor(max_workers=2)

    def submit(self, function: Callable[[FaceAnalyzer, A], T], argument: A) -> Future[T]:
        """Call the function in the next thread that is free."""
        return self._pool.submit(function, self._analyzer, argument)

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()
