"""Trial of a network that is not published: it is loaded once in a process of its own, where one
without end, or that fills the memory, is found out and ended.

ONNX can describe any computation. The other formats hold weights for architectures that timm knows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from videoemo.backends.openvino_onnx import load_network
from videoemo.backends.runtime import Runtime
from videoemo.config.pipeline import Limits
from videoemo.errors import WeightsError, WorkerError
from videoemo.runs.workers import interfaces
from videoemo.runs.workers.pool import WorkerPool
from videoemo.runs.workers.process import LocalWorkerSource
from videoemo.util.cpu import n_threads
from videoemo.util.terminal import say
from videoemo.zoo.cards import Card, is_published

__all__ = ["try_network"]


def try_network(card: Card, weights: Path, how: Runtime, limits: Limits) -> None:
    """Try a network before it is loaded into this process, unless it is known to be harmless.

    Parameters
    ----------
    card : Card
        Its card.
    weights : Path
        Its weights, whose checksum was verified.
    how : Runtime
        What runs it.
    limits : Limits
        How long loading may take, and how much memory.

    Raises
    ------
    WeightsError
        It is not what its card says, or exceeds the limits.
    """
    if card.format != "onnx" or is_published(card):
        return
    source = LocalWorkerSource(partial(_load, card, weights, how), jobs=1, threads=n_threads())
    bounds = interfaces.Limits(load_timeout=limits.load_timeout, load_memory=limits.load_memory)
    try:
        with WorkerPool[None](source, limits=bounds, watcher=_Watcher()):
            pass
    except WorkerError as exc:
        raise WeightsError(f"{weights} is refused, tried in a process of its own: {exc}") from exc


def _load(card: Card, weights: Path, how: Runtime) -> Callable[..., None]:
    """In the process: what is returned is never called."""
    load_network(card, weights, how)
    return _nothing


def _nothing(*_: Any) -> None:
    """There is no item."""


class _Watcher:
    """Watcher of a pool that gets no items."""

    def batch(self, item: None, n_frames: int, share: float) -> None:
        """Never called."""

    def suspect(self, item: None, reason: str) -> None:
        """Never called."""

    def stderr_line(self, line: str) -> None:
        """Pass on a line."""
        say(line, error=True)
