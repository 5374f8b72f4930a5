"""What the whole costs above its parts: decoding, and the networks on the tensors that they were
called with.

    python -m eval.support.parts EXTRACTOR

A clip, which should be short (the tensors are kept in memory), is analyzed once by an executor
whose analyzers record each call of a network, on frames that come from recorded calls, too. All
these calls are made again for each measurement, with nothing between them: at the same time, in as
many processes as in the whole, since a processor of whose cores one rests works faster than one of
whose cores none does. The whole is `score_video`, as a user runs it.
"""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from eval.support.command import say
from eval.support.harness import Run, cores, serve
from eval.support.process_tree import helpers_cpu_seconds
from eval.support.recorder import (
    Call,
    Repeated,
    load_recording_analyzer,
    recorded,
    repeat_calls,
    repeat_network_calls,
)
from eval.support.settings import settings
from videoemo.analysis.stages import analyze_frames
from videoemo.inference.models import load_for_pipeline
from videoemo.inference.processes import ProcessExecutor
from videoemo.inference.resolve import Resolved, resolve
from videoemo.records import Clip
from videoemo.scoring.video import score_video
from videoemo.video import frames, probe


class Recording(NamedTuple):
    """A clip's calls: those of decoding, made here, and those of networks, in the executor's
    processes; and its number of frames.
    """

    decoding: list[Call]
    executor: ProcessExecutor
    n_frames: int

    def repeat(self) -> tuple[Repeated, list[Repeated]]:
        """Make all calls again, at the same time: those of decoding, and those of each of the
        executor's processes.
        """
        # Each process takes one, as it is at it for longer than it takes to give the next.
        networks = [
            self.executor.submit(repeat_network_calls, None) for _ in range(self.executor.n_ahead)
        ]
        return repeat_calls(self.decoding), [future.result() for future in networks]


def record(clip: Path, resolved: Resolved) -> Recording:
    """Analyze every frame of a clip, as the whole does, and record the calls."""
    pipeline, calls = resolved.pipeline, list[Call]()
    decoder, max_pixels = pipeline.sampling.decoder, pipeline.sampling.max_pixels
    executor = ProcessExecutor(partial(load_recording_analyzer, resolved))
    executor.wait()
    video = recorded(probe, calls)(clip, max_pixels=max_pixels)
    decoded = recorded(frames, calls)(
        video, decoder=decoder, max_pixels=max_pixels, empty=executor.empty
    )
    analyzed = analyze_frames(decoded, executor, pipeline, n_frames=len(video.seconds))
    return Recording(calls, executor, sum(len(batch.frames) for batch in analyzed))


def load() -> tuple[Run, dict[str, Any]]:
    """The networks; clips are recorded when they are first asked for."""
    resolved = resolve(settings(*sys.argv[1:]), notice=say)
    pipeline = resolved.pipeline
    networks = load_for_pipeline(pipeline)
    recordings: dict[Path, Recording] = {}

    def run(clip: Path) -> dict[str, Any]:
        video = Clip(clip, clip.name)
        if clip not in recordings:
            recordings[clip] = record(clip, resolved)
            scored = score_video(video, pipeline, networks)  # both are warm then
            assert recordings[clip].n_frames == scored.row.frames
            recordings[clip].repeat()
        cpu, started = _cpu_seconds(), time.perf_counter()
        score_video(video, pipeline, networks)
        whole = {"seconds": time.perf_counter() - started, "cpu_seconds": _cpu_seconds() - cpu}
        decoding, called = recordings[clip].repeat()
        return {
            "frames": recordings[clip].n_frames,
            "calls": {"decoding": decoding.calls, "networks": sum(each.calls for each in called)},
            "whole": whole,
            "decoding": decoding.cpu_seconds,
            "engine": sum(each.cpu_seconds for each in called),
        }

    return run, {"cores": cores()}


def _cpu_seconds() -> float:
    return time.process_time() + helpers_cpu_seconds(os.getpid())


if __name__ == "__main__":
    serve(load)
