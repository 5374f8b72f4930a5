"""Which frames of a video are shown, so that every person is numbered often enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from videoemo.config.finding import FrameChoice
from videoemo.records import Shapes, check_arrays
from videoemo.tables.faces import FaceTable

__all__ = ["ShownFrame", "choose_frames", "seen_together", "with_everybody"]

# Frames of each person that are thought of, spread over all of them.
_CANDIDATES = 16


@dataclass(frozen=True)
class ShownFrame:
    """A sampled frame, and the persons who are numbered in it.

    Parameters
    ----------
    frame : int
        The frame's index.
    seconds : float
        Its presentation time.
    tracks : int64 (m,)
        The numbers of the persons, ascending.
    boxes : float32 (m, 4)
        x1, y1, x2, y2 of their faces in px of the frame.
    """

    frame: int
    seconds: float
    tracks: npt.NDArray[np.int64]
    boxes: npt.NDArray[np.float32]

    def __post_init__(self) -> None:
        shapes: Shapes = {
            "tracks": (np.dtype(np.int64), (None,)),
            "boxes": (np.dtype(np.float32), (None, 4)),
        }
        check_arrays(self, shapes)


def choose_frames(table: FaceTable, settings: FrameChoice) -> list[ShownFrame]:
    """Choose the frames that are shown of a video.

    First those that show most persons who were not numbered `showings` times yet, then those with
    most persons, apart from each other, with large faces. Of more than `persons` in a frame those
    are numbered who were least often, and of these the largest.

    Parameters
    ----------
    table : FaceTable
        The faces of the video.
    settings : FrameChoice
        How many.

    Returns
    -------
    list of ShownFrame
        In the order of time; none where there is no face.
    """
    rows_of = _rows_by_frame(table)
    seen = Counter(table.track[np.concatenate([*rows_of.values(), _NONE])].tolist())
    shown = Counter[int]()
    chosen: dict[int, npt.NDArray[np.int64]] = {}
    left = {frame: rows_of[frame] for frame in _candidates(table, rows_of)}

    def lacking(track: int) -> bool:
        return shown[track] < min(settings.showings, seen[track])

    def numbered(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        size = table.boxes[rows, 2] * table.boxes[rows, 3]
        often = np.array([shown[track] for track in table.track[rows].tolist()])
        kept = rows[np.lexsort((-size, often))[: settings.persons]]
        return kept[np.argsort(table.track[kept])]

    def worth(frame: int) -> tuple[int, int, float, float]:
        rows = numbered(left[frame])
        seconds = table.seconds[rows[0]]
        apart = [abs(float(seconds - table.seconds[other[0]])) for other in chosen.values()]
        return (
            sum(map(lacking, table.track[rows].tolist())),
            len(rows),
            min(apart, default=0.0),
            float(table.boxes[rows, 3].min()),
        )

    while left and len(chosen) < settings.most_frames:
        best = max(left, key=worth)
        if len(chosen) >= settings.frames and not worth(best)[0]:
            break
        chosen[best] = numbered(left.pop(best))
        shown.update(table.track[chosen[best]].tolist())
    return [_shown(table, frame, chosen[frame]) for frame in sorted(chosen)]


def with_everybody(table: FaceTable, frames: Sequence[ShownFrame]) -> list[ShownFrame]:
    """The same frames, in which no face is passed over."""
    rows_of = _rows_by_frame(table)
    return [
        _shown(table, shown.frame, rows[np.argsort(table.track[rows])])
        for shown in frames
        for rows in [rows_of[shown.frame]]
    ]


def seen_together(table: FaceTable) -> set[frozenset[int]]:
    """The pairs of tracks that are in one sampled frame."""
    pairs = set()
    for tracks in {
        frozenset(table.track[rows].tolist()) for rows in _rows_by_frame(table).values()
    }:
        pairs |= {frozenset((a, b)) for a in tracks for b in tracks if a < b}
    return pairs


_NONE = np.empty(0, np.int64)


def _rows_by_frame(table: FaceTable) -> dict[int, npt.NDArray[np.int64]]:
    """The rows of each frame's faces."""
    found = np.flatnonzero((table.face >= 0) & np.isfinite(table.boxes).all(axis=1))
    found = found[np.argsort(table.frame[found], kind="stable")]
    frames, starts = np.unique(table.frame[found], return_index=True)
    return dict(zip(frames.tolist(), np.split(found, starts[1:]), strict=False))


def _candidates(table: FaceTable, rows_of: dict[int, npt.NDArray[np.int64]]) -> list[int]:
    """Some frames of every person, those first in which somebody else is: alone, nobody is told
    from others.
    """
    frames_of: dict[int, list[tuple[int, bool]]] = {}
    for frame, rows in rows_of.items():
        for track in table.track[rows].tolist():
            frames_of.setdefault(track, []).append((frame, len(rows) > 1))
    candidates = set()
    for theirs in frames_of.values():
        for wanted in ([frame for frame, beside in theirs if beside], [f for f, _ in theirs]):
            spread = np.linspace(0, len(wanted) - 1, min(_CANDIDATES, len(wanted)))
            candidates |= {wanted[i] for i in np.rint(spread).astype(int).tolist()}
    return sorted(candidates)


def _shown(table: FaceTable, frame: int, rows: npt.NDArray[np.int64]) -> ShownFrame:
    x, y, width, height = table.boxes[rows].T
    boxes = np.stack([x, y, x + width, y + height], axis=1).astype(np.float32)
    return ShownFrame(frame, float(table.seconds[rows[0]]), table.track[rows], boxes)
