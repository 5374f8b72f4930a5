"""What the whole costs above its parts: decoding, and the networks on the tensors that they were called with.

    python -m eval.measure.parts EXTRACTOR

A clip, which should be short (the tensors are kept in memory), goes once through hands that write down each call of a network, and through readers
whose calls are written down; all these calls are made again for each measurement, with nothing between them: at the same time, in as many processes
as in the whole, since a processor of whose cores one rests works faster than one of whose cores none does.
"""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from eval.measure.serving import Run, cores, serve
from eval.measure.settings import settings
from eval.measure.trees import helpers_cpu_seconds
from eval.measure.watched import Again, Call, call_again, load_watched, look_again, recorder
from videoemo import expressions
from videoemo import pipeline as scoring
from videoemo.hands import Beside
from videoemo.networks import Models, load_models
from videoemo.pipeline import score_video
from videoemo.records import Clip
from videoemo.serving import weights_of


class _Recorded(NamedTuple):
    """A clip whose calls were written down: those of networks in the hands, those of readers here; and its frames."""

    hands: Beside
    readers: list[Call]
    frames: int

    def again(self) -> tuple[Again, list[Again]]:
        """All calls, made at the same time: those of the readers, and those of each of the hands' processes."""
        # Each process takes one, as it is at it for longer than it takes to give the next.
        looking = [self.hands.submit(look_again, None) for _ in range(self.hands.n_ahead)]
        return call_again(self.readers), [future.result() for future in looking]


def load() -> tuple[Run, dict[str, Any]]:
    """The models; clips are recorded when they are first asked for."""
    pipeline = settings(*sys.argv[1:])
    models = load_models(pipeline)
    recorded: dict[Path, _Recorded] = {}

    def record(clip: Path) -> _Recorded:
        readers: list[Call] = []
        hands = Beside(partial(load_watched, pipeline, *weights_of(pipeline.extractor)))
        with (
            patch.object(scoring, "probe", recorder(scoring.probe, readers)),
            patch.object(expressions, "frames", recorder(expressions.frames, readers)),
        ):
            scored = score_video(Clip(clip, clip.name), pipeline, Models(models.card, hands))
        return _Recorded(hands, readers, scored.row.frames)

    def run(clip: Path) -> dict[str, Any]:
        video = Clip(clip, clip.name)
        if clip not in recorded:
            recorded[clip] = record(clip)
            score_video(video, pipeline, models)  # both are warm then
            recorded[clip].again()
        cpu, started = _cpu_seconds(), time.perf_counter()
        score_video(video, pipeline, models)
        whole = {"seconds": time.perf_counter() - started, "cpu_seconds": _cpu_seconds() - cpu}
        read, looked = recorded[clip].again()
        return {
            "frames": recorded[clip].frames,
            "calls": {"readers": read.calls, "networks": sum(each.calls for each in looked)},
            "whole": whole,
            "decoding": read.cpu_seconds,
            "engine": sum(each.cpu_seconds for each in looked),
        }

    return run, {"cores": cores()}


def _cpu_seconds() -> float:
    return time.process_time() + helpers_cpu_seconds(os.getpid())


if __name__ == "__main__":
    serve(load)
