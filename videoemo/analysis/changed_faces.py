"""Only faces that changed are embedded; the others are given what their last look gave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from videoemo.analysis.kept_features import KeptFeatures
from videoemo.faces.detection.keyframes import Segment
from videoemo.faces.last_looks import LastLooks, Looks
from videoemo.inference.executor import Executor, ordered_results
from videoemo.inference.face_analyzer import FaceAnalyzer, Timed
from videoemo.records import Faces, Features, Frames
from videoemo.util.arrays import Float32Array
from videoemo.util.timings import StageTimer

__all__ = ["embed_changed_faces"]


class _Part(NamedTuple):
    """Some frames, their faces, and which of these are looked at."""

    frames: Frames
    faces: Faces
    looks: Looks

    def changed(self) -> tuple[Frames, Faces]:
        """What is looked at, to be cropped anew: crops would have to travel, frames have not."""
        return self.frames, replace(self.faces, crops=None)[self.looks.looked_at]


def embed_changed_faces(
    segments: Iterator[Segment], executor: Executor, timer: StageTimer, *, threshold: float
) -> Iterator[tuple[Frames, Faces, Features]]:
    """Detect the faces between keyframes, crop all, and embed those that changed; part by part.

    Detection and embedding are two calls of the executor. What is looked at is decided here between
    them, frame by frame, and depends on nothing but the frames and the faces in them.

    Parameters
    ----------
    segments : iterator of Segment
        Of one video, in order.
    executor : Executor
        What runs the networks.
    timer : StageTimer
        Where the work of each stage is added up.
    threshold : float
        See `LastLooks`.

    Yields
    ------
    tuple of (Frames, Faces, Features)
        All frames, in order; features with `looked_at`.
    """
    submitted = ((one, executor.submit(FaceAnalyzer.find_in_segment, one)) for one in segments)
    found = ordered_results(submitted, n_ahead=executor.n_ahead)
    looked = (
        (parts, executor.submit(FaceAnalyzer.embed, [part.changed() for part in parts]))
        for parts in _look(found, timer, threshold=threshold)
    )
    kept = KeptFeatures()
    # Fewer than of searches, which keep the processes at work: each has a segment in memory.
    for parts, timed in ordered_results(looked, n_ahead=executor.n_ahead // 2):
        seen, start = timed.unwrap(timer), 0
        for frames, faces, looks in parts:
            stop = start + int(looks.looked_at.sum())
            followed = faces.frame == frames.index[-1]
            yield frames, faces, kept.fill(looks, seen[start:stop], followed=followed)
            start = stop


def _look(
    found: Iterable[tuple[Segment, Timed[list[tuple[Faces, Float32Array]]]]],
    timer: StageTimer,
    *,
    threshold: float,
) -> Iterator[list[_Part]]:
    """The parts of each segment, with what is looked at."""
    last = LastLooks(threshold)
    for segment, timed in found:
        parts = []
        for frames, (faces, patches) in zip(segment.parts, timed.unwrap(timer), strict=True):
            with timer.stage("embed"):
                parts.append(_Part(frames, faces, last.update(frames, faces, patches)))
        yield parts
