"""A looker that writes down what its networks are called with, in whatever process it looks, and makes the same calls again."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from videoemo.cards import Card
from videoemo.looking import Looker, load_looker
from videoemo.recipes import Pipeline

__all__ = ["Again", "Call", "call_again", "load_watched", "look_again", "recorder"]

# A function and the arguments it was called with.
Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class Again(NamedTuple):
    """Some calls made again: how many, and the CPU seconds that this process spent meanwhile."""

    calls: int
    cpu_seconds: float


@dataclass(frozen=True)
class _Watched(Looker):
    """Its `calls` grow by one with each call of a network."""

    calls: list[Call]


def load_watched(pipeline: Pipeline, card: Card, weights: Path) -> Looker:
    """What `load_looker` loads, whose networks write down what they are called with."""
    looker, calls = load_looker(pipeline, card, weights), list[Call]()
    found = {field.name: getattr(looker.networks, field.name) for field in fields(looker.networks)}
    networks = replace(looker.networks, **{name: recorder(network, calls) for name, network in found.items() if network is not None})
    extractor = copy(looker.extractor)
    extractor._network = recorder(extractor._network, calls)
    parts = {field.name: getattr(looker, field.name) for field in fields(looker)}
    return _Watched(**{**parts, "networks": networks, "extractor": extractor}, calls=calls)


def recorder(function: Callable[..., Any], calls: list[Call]) -> Callable[..., Any]:
    """The same function, which adds each call of it to `calls`."""

    def called(*args: Any, **kwargs: Any) -> Any:
        # Copies: some callers write over their arrays.
        calls.append((function, tuple(arg.copy() if isinstance(arg, np.ndarray) else arg for arg in args), kwargs))
        return function(*args, **kwargs)

    return called


def look_again(looker: Looker, _: None) -> Again:
    """All calls that the looker has made so far, with nothing between them; to be submitted to hands."""
    assert isinstance(looker, _Watched)
    return call_again(looker.calls)


def call_again(calls: list[Call]) -> Again:
    """Make some calls; of what comes piece by piece, take every piece."""
    started = time.process_time()
    for function, args, kwargs in calls:
        answer = function(*args, **kwargs)
        if isinstance(answer, Iterator):
            deque(answer, maxlen=0)
    return Again(len(calls), time.process_time() - started)
