"""Recorded calls: which functions were called with what, to make the same calls again.

A recording analyzer does so with its networks, in whatever process it works.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple, TypeVar

import numpy as np

from videoemo.inference.extractor import Extractor
from videoemo.inference.face_analyzer import FaceAnalyzer, load_face_analyzer
from videoemo.inference.resolve import Resolved

__all__ = [
    "Call",
    "RecordingAnalyzer",
    "Repeated",
    "load_recording_analyzer",
    "recorded",
    "repeat_calls",
    "repeat_network_calls",
]

F = TypeVar("F", bound=Callable[..., Any])

# A function and the arguments it was called with.
Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class Repeated(NamedTuple):
    """Some calls made again: how many, and the CPU seconds that this process spent meanwhile."""

    calls: int
    cpu_seconds: float


@dataclass(frozen=True)
class RecordingAnalyzer(FaceAnalyzer):
    """A face analyzer that records the calls of its networks.

    Parameters
    ----------
    calls : list of Call
        Grows by one with each call of a network.
    """

    calls: list[Call]


def load_recording_analyzer(resolved: Resolved) -> RecordingAnalyzer:
    """What `load_face_analyzer` loads, with its networks recorded.

    Raises
    ------
    InputError, WeightsError
        As there.
    """
    analyzer, calls = load_face_analyzer(resolved), list[Call]()
    detector = {name: network for name, network in _values(analyzer.networks).items() if network}
    networks = {name: recorded(network, calls) for name, network in detector.items()}
    changes = {
        "networks": replace(analyzer.networks, **networks),
        "extractor": Extractor(
            analyzer.extractor.card, recorded(analyzer.extractor.network, calls)
        ),
    }
    return RecordingAnalyzer(**{**_values(analyzer), **changes}, calls=calls)


def recorded(function: F, calls: list[Call]) -> F:
    """The same function, which adds each call of it to `calls`."""

    def called(*args: Any, **kwargs: Any) -> Any:
        # Copies: some callers write over their arrays.
        kept = tuple(arg.copy() if isinstance(arg, np.ndarray) else arg for arg in args)
        calls.append((function, kept, kwargs))
        return function(*args, **kwargs)

    return called  # type: ignore[return-value]


def repeat_network_calls(analyzer: FaceAnalyzer, _: None) -> Repeated:
    """Make all calls of its networks that an analyzer has recorded so far again, with nothing
    between them; to be submitted to an executor.
    """
    assert isinstance(analyzer, RecordingAnalyzer)
    return repeat_calls(analyzer.calls)


def repeat_calls(calls: list[Call]) -> Repeated:
    """Make some calls again; of what comes piece by piece, take every piece."""
    started = time.process_time()
    for function, args, kwargs in calls:
        answer = function(*args, **kwargs)
        if isinstance(answer, Iterator):
            deque(answer, maxlen=0)
    return Repeated(len(calls), time.process_time() - started)


def _values(record: Any) -> dict[str, Any]:
    """The fields of a dataclass, by name."""
    return {field.name: getattr(record, field.name) for field in fields(record)}
