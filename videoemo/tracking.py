"""The stage of a pipeline that says of each face whose it is and how well it can be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from time import perf_counter

from videoemo import faces as face_room
from videoemo.recipes import Pipeline
from videoemo.records import Faces, Features, Frames

__all__ = ["tracked"]


def tracked(
    batches: Iterable[tuple[Frames, Faces, Features]], pipeline: Pipeline, *, stages: dict[str, float] | None = None
) -> Iterator[tuple[Frames, Faces, Features]]:
    """The batches of one video, in order, their faces with `track` and `quality`.

    Parameters
    ----------
    stages : where the seconds of this work are added up, as `track`.
    """
    spent = {"track": 0.0} if stages is None else stages
    tracker = face_room.Tracker(gap=pipeline.track_gap, reid=pipeline.track_reid)
    for frames, faces, features in batches:
        started = perf_counter()
        followed = replace(faces, track=tracker.follow(frames, faces, features), quality=face_room.quality(faces))
        spent["track"] += perf_counter() - started
        yield frames, followed, features
