"""The stage of a pipeline that says of each face whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from videoemo import faces as face_room
from videoemo.effort import Effort
from videoemo.recipes import Pipeline
from videoemo.records import Faces, Features, Frames

__all__ = ["tracked"]


def tracked(
    batches: Iterable[tuple[Frames, Faces, Features]], pipeline: Pipeline, effort: Effort | None = None
) -> Iterator[tuple[Frames, Faces, Features]]:
    """The batches of one video, in order, their faces with `track`.

    Parameters
    ----------
    effort : where this work is added up, as `track`.
    """
    spent = Effort() if effort is None else effort
    tracker = face_room.Tracker(gap=pipeline.track_gap, reid=pipeline.track_reid)
    for frames, faces, features in batches:
        with spent.at("track"):
            followed = replace(faces, track=tracker.follow(frames, faces, features))
        yield frames, followed, features
