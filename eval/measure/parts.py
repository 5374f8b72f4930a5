"""What the whole costs above its parts: decoding alone, and the networks alone on the tensors that they were called with.

    python -m eval.measure.parts EXTRACTOR

For each clip, which should be short (the tensors are kept in memory): a pass over it as users get it; one in which each call of a network, and of the
readers of videos, is written down; and those calls again, with nothing between them, each network on as many threads as a process has in the whole.
"""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from eval.measure.serving import Run, cores, serve
from eval.measure.settings import settings
from eval.measure.trees import helpers_cpu_seconds
from videoemo import expressions
from videoemo import pipeline as scoring
from videoemo.hands import Here
from videoemo.looking import Looker, load_looker
from videoemo.networks import Models, load_models
from videoemo.pipeline import score_video
from videoemo.records import Clip
from videoemo.serving import weights_of

# A function and the arguments it was called with.
Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]


def load() -> tuple[Run, dict[str, Any]]:
    """The models, and a looker that writes every call down."""
    pipeline = settings(*sys.argv[1:])
    models = load_models(pipeline)
    networks: list[Call] = []
    readers: list[Call] = []
    with patch.dict(os.environ, OMP_THREAD_LIMIT="1"):  # as in each process of the whole, on two cores
        looker = load_looker(pipeline, *weights_of(pipeline.extractor))
    watched = Models(models.card, Here(_watched(looker, networks)))

    def run(clip: Path) -> dict[str, Any]:
        video = Clip(clip, clip.name)
        score_video(video, pipeline, models)  # warm
        whole = _clocked(lambda: score_video(video, pipeline, models))
        with (
            patch.object(scoring, "probe", _recorder(scoring.probe, readers)),
            patch.object(expressions, "frames", _recorder(expressions.frames, readers)),
        ):
            scored = score_video(video, pipeline, watched)
        _again(networks)  # warm
        read, inferred = (_clocked(partial(_again, calls)) for calls in (readers, networks))
        calls = {"readers": len(readers), "networks": len(networks)}
        networks.clear()
        readers.clear()
        return {"frames": scored.row.frames, "calls": calls, "whole": whole, "decoding": read, "engine": inferred}

    return run, {"cores": cores()}


def _watched(looker: Looker, calls: list[Call]) -> Looker:
    """The same looker, whose networks write down what they are called with."""
    found = {field.name: getattr(looker.networks, field.name) for field in fields(looker.networks)}
    networks = replace(looker.networks, **{name: _recorder(network, calls) for name, network in found.items() if network is not None})
    extractor = copy(looker.extractor)
    extractor._network = _recorder(extractor._network, calls)
    return replace(looker, networks=networks, extractor=extractor)


def _recorder(function: Callable[..., Any], calls: list[Call]) -> Callable[..., Any]:
    def called(*args: Any, **kwargs: Any) -> Any:
        # Copies: some callers write over their arrays.
        calls.append((function, tuple(arg.copy() if isinstance(arg, np.ndarray) else arg for arg in args), kwargs))
        return function(*args, **kwargs)

    return called


def _again(calls: list[Call]) -> None:
    """Make all calls; of what comes piece by piece, take every piece."""
    for function, args, kwargs in calls:
        answer = function(*args, **kwargs)
        if isinstance(answer, Iterator):
            deque(answer, maxlen=0)


def _clocked(work: Callable[[], object]) -> dict[str, float]:
    cpu, started = _cpu_seconds(), time.perf_counter()
    work()
    return {"seconds": time.perf_counter() - started, "cpu_seconds": _cpu_seconds() - cpu}


def _cpu_seconds() -> float:
    return time.process_time() + helpers_cpu_seconds(os.getpid())


if __name__ == "__main__":
    serve(load)
