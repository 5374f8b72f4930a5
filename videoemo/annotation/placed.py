"""Faces along their tracks, placed in every frame of a video."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from videoemo.records import ParallelArrays, check_arrays

__all__ = ["Placed", "place"]

INT64, FLOAT32, BOOL = map(np.dtype, (np.int64, np.float32, np.bool_))


@dataclass(frozen=True, repr=False)
class Placed(ParallelArrays):
    """Faces placed in frames, by frame.

    Parameters
    ----------
    frame : int64 (m,)
        The index of the frame of each, ascending.
    track : int64 (m,)
        The number of its track.
    boxes : float32 (m, 4)
        x1, y1, x2, y2 in px.
    sample : int64 (m,)
        The row of the face it is placed by, the nearest in time of its track.
    other : int64 (m,)
        The row of the face on the other side, where it is placed between two; else `sample`.
    """

    frame: npt.NDArray[np.int64]
    track: npt.NDArray[np.int64]
    boxes: npt.NDArray[np.float32]
    sample: npt.NDArray[np.int64]
    other: npt.NDArray[np.int64]

    def __post_init__(self) -> None:
        number = (INT64, (None,))
        check_arrays(
            self,
            {
                "frame": number,
                "track": number,
                "boxes": (FLOAT32, (None, 4)),
                "sample": number,
                "other": number,
            },
        )

    def at(self, frame: int) -> Placed:
        """Those in one frame."""
        first, stop = np.searchsorted(self.frame, [frame, frame + 1]).tolist()
        return self[first:stop]


def place(
    frame: npt.NDArray[np.int64],
    track: npt.NDArray[np.int64],
    boxes: npt.NDArray[np.float32],
    seconds: npt.NDArray[np.float64],
    *,
    joined: npt.NDArray[np.bool_],
    earliest: npt.NDArray[np.int64],
    latest: npt.NDArray[np.int64],
) -> Placed:
    """Place faces in the frames that they stand for.

    Between two faces that are joined, boxes go evenly in time from the one to the other; before the
    first and after the last of a row of joined ones they stand still.

    Parameters
    ----------
    frame : int64 (m,)
        The frame of each face, ascending within a track.
    track : int64 (m,)
        The number of its track, ascending.
    boxes : float32 (m, 4)
        x1, y1, x2, y2 in px.
    seconds : float64 (n,)
        The times of all frames.
    joined : bool (m,)
        Whether the frames up to the next face of the list, of the same track, are its too.
    earliest, latest : int64 (m,)
        The first and last frame for which the face stands, where it is not joined to the one before
        or to the next.
    """
    m = len(frame)
    begin = np.where(np.append(False, joined[:-1])[:m], frame, earliest)
    stop = np.where(joined, np.append(frame[1:], 0)[:m], latest + 1)
    counts = stop - begin
    row = np.repeat(np.arange(m), counts)
    at = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts) + begin[row]
    between = joined[row] & (at > frame[row])
    following = np.where(between, row + 1, row)
    share = np.zeros(len(row))
    since, until = seconds[frame[row[between]]], seconds[frame[following[between]]]
    share[between] = (seconds[at[between]] - since) / (until - since)
    towards = share[:, None]
    placed = (1 - towards) * boxes[row] + towards * boxes[following]
    nearer = share > 0.5
    order = np.lexsort((track[row], at))
    return Placed(
        frame=at,
        track=track[row],
        boxes=placed.astype(np.float32),
        sample=np.where(nearer, following, row),
        other=np.where(nearer, row, following),
    )[order]
