"""Faces covered: which places of which frames, and with what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from videoemo.annotation.placed import Placed
from videoemo.annotation.search import FoundFaces, follow
from videoemo.annotation.sparing import best_pairs, match_tracks, spared_faces
from videoemo.records import ParallelArrays, check_arrays

__all__ = ["Covers", "covers_of", "paint"]

# By which the width and the height of a face's box are multiplied.
ENLARGED = 1.5
GREY = 128
# Columns and rows of a mosaic: six cells for a face and what is about it.
COLUMNS, ROWS = 2, 3

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True, repr=False)
class Covers(ParallelArrays):
    """Places that are covered, or spared, by frame.

    Parameters
    ----------
    frame : int64 (m,)
        The index of the frame of each, ascending.
    boxes : float32 (m, 4)
        x1, y1, x2, y2 of the face in px, not enlarged yet.
    detected : bool (m,)
        Whether a face was found there in this frame; else its track says that it must be.
    sure : bool (m,)
        Whether that face is no doubtful one.
    spared : bool (m,)
        Whether the face is left as it is.
    """

    frame: npt.NDArray[np.int64]
    boxes: npt.NDArray[np.float32]
    detected: npt.NDArray[np.bool_]
    sure: npt.NDArray[np.bool_]
    spared: npt.NDArray[np.bool_]

    def __post_init__(self) -> None:
        check_arrays(
            self,
            {
                "frame": (np.dtype(np.int64), (None,)),
                "boxes": (np.dtype(np.float32), (None, 4)),
                "detected": (np.dtype(np.bool_), (None,)),
                "sure": (np.dtype(np.bool_), (None,)),
                "spared": (np.dtype(np.bool_), (None,)),
            },
        )

    def at(self, frame: int) -> Covers:
        """Those of one frame."""
        first, stop = np.searchsorted(self.frame, [frame, frame + 1]).tolist()
        return self[first:stop]

    def counts(self) -> dict[str, int]:
        """What is said of them: `faces` that were found and covered, `frames` in which something is
        covered, and those of them, `frames_by_track`, in which a track is without a face found.
        """
        return {
            "faces": int((self.detected & ~self.spared).sum()),
            "frames": len(np.unique(self.frame[~self.spared])),
            "frames_by_track": len(np.unique(self.frame[~self.detected & ~self.spared])),
        }


def covers_of(
    found: FoundFaces, marks: Placed, *, spare: Sequence[int], gap: float, sure: float
) -> Covers:
    """The covers of a video: of all faces that were found, those of the tracks spared left out.

    Where the results have a face, and no cover is there, it is covered, too.

    Parameters
    ----------
    found : FoundFaces
        All faces that were found.
    marks : Placed
        Where the results of the video have faces.
    spare : sequence of int
        The numbers of the tracks of the results that are spared.
    gap : float
        Seconds up to which a track's gaps are filled.
    sure : float
        The score from which a face is no doubtful one, 0 to 1.
    """
    spared = spared_faces(found, match_tracks(found, marks), spare, gap=gap)
    placed = follow(found, gap=gap)
    left = spared[placed.sample] & spared[placed.other]
    others = marks[~np.isin(marks.track, np.asarray(spare, np.int64))]
    missed = others[_without_a_pair(others, placed[~left])]
    frame = np.concatenate([placed.frame, missed.frame])
    order = np.argsort(frame, kind="stable")
    detected = found.frame[placed.sample] == placed.frame
    none = np.zeros(len(missed), np.bool_)
    return Covers(
        frame[order],
        np.concatenate([placed.boxes, missed.boxes])[order],
        np.concatenate([detected, none])[order],
        np.concatenate([detected & (found.scores[placed.sample] >= sure), none])[order],
        np.concatenate([left, none])[order],
    )


def _without_a_pair(faces: Placed, covered: Placed) -> npt.NDArray[np.bool_]:
    """Which faces lie under no box of another list: bool (m,)."""
    alone = np.ones(len(faces), np.bool_)
    for frame in np.intersect1d(faces.frame, covered.frame).tolist():
        first = int(np.searchsorted(faces.frame, frame))
        pairs = best_pairs(faces.at(frame).boxes, covered.at(frame).boxes)
        alone[first + pairs[:, 0]] = False
    return alone


def paint(rgb: Picture, covers: Covers, *, mosaic: bool) -> None:
    """Cover faces in a picture, in place; one and a half times as wide and high is covered.

    What covers a doubtful face, or is covered by its track alone, does not hide a face that was
    found and is spared; what covers a sure face does.

    Parameters
    ----------
    rgb : uint8 (h, w, 3)
        The picture.
    covers : Covers
        Those of its frame.
    mosaic : bool
        Whether with the mean colours of six cells, two by three; else with grey.
    """
    doubtful = covers[~covers.sure & ~covers.spared]
    spared = covers[covers.detected & covers.spared]
    found = covers[covers.sure & ~covers.spared]
    # All of them before the first is covered: what lies on another one is no part of its colours.
    layers = [
        (place, _cells(rgb[place]) if mosaic else GREY) for place in _places(doubtful.boxes, rgb)
    ]
    layers += [(place, rgb[place].copy()) for place in _places(spared.boxes, rgb, enlarged=1)]
    layers += [
        (place, _cells(rgb[place]) if mosaic else GREY) for place in _places(found.boxes, rgb)
    ]
    for place, colours in layers:
        rgb[place] = colours


def _places(
    boxes: npt.NDArray[np.float32], rgb: Picture, *, enlarged: float = ENLARGED
) -> list[tuple[slice, slice]]:
    """Rows and columns of a picture that boxes take, once they are enlarged about their centres."""
    most = np.array(rgb.shape[1::-1])
    centres, sizes = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) * enlarged
    starts = np.clip(np.floor(centres - sizes / 2), 0, most).astype(int).tolist()
    stops = np.clip(np.ceil(centres + sizes / 2), 0, most).astype(int).tolist()
    return [
        (slice(top, bottom), slice(left, right))
        for (left, top), (right, bottom) in zip(starts, stops, strict=True)
        if left < right and top < bottom
    ]


def _cells(region: Picture) -> Picture:
    """The region in cells of one colour each."""
    height, width = region.shape[:2]
    few = cv2.resize(region, (min(COLUMNS, width), min(ROWS, height)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(few, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
