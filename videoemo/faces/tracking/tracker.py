"""Multi-object tracker of faces (as SORT and ByteTrack, with appearance)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from videoemo.faces.tracking.appearance import (
    Appearance,
    appearance_cost,
    blend,
    describe,
)
from videoemo.faces.tracking.assignment import assign
from videoemo.faces.tracking.kalman import (
    KalmanState,
    concatenate,
    initiate,
    negative_log_likelihood,
    predict,
    update,
)
from videoemo.faces.tracking.reid import Reid
from videoemo.faces.tracking.shots import ShotDetector
from videoemo.records import Faces, Features, Frames

__all__ = ["Tracker"]

# Cost of a new track, in nats: that a person comes, and that the person of a track goes undetected,
# each about once in ten frames.
NEW_TRACK_COST = 5.0
# A face may be of any size from the smallest searched for to the whole frame, about 30 times: the
# density of its logarithm is even over this range.
LOG_SIZE_RANGE = math.log(30)


class _Tracks(NamedTuple):
    """Active tracks of a shot.

    Parameters
    ----------
    number : int64 (n,)
        Of each.
    motion : KalmanState
        At the latest frame.
    appearance : float64 (n, 64 + d)
        See `Appearance`.
    seconds : float64 (n,)
        The time of the last detection of each.
    """

    number: npt.NDArray[np.int64]
    motion: KalmanState
    appearance: Appearance
    seconds: npt.NDArray[np.float64]

    def take(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> _Tracks:
        """Take the tracks of some rows."""
        return _Tracks(
            self.number[rows], self.motion.take(rows), self.appearance[rows], self.seconds[rows]
        )


class _Detections(NamedTuple):
    """Detected faces.

    Parameters
    ----------
    corner, centre : float64 (m, 2)
        The upper left corner and the centre, x and y in px.
    height : float64 (m,)
        In px.
    appearance : float64 (m, 64 + d)
        See `Appearance`.
    """

    corner: npt.NDArray[np.float64]
    centre: npt.NDArray[np.float64]
    height: npt.NDArray[np.float64]
    appearance: Appearance

    def take(self, rows: slice | npt.NDArray[np.intp]) -> _Detections:
        """Take the detections of some rows."""
        return _Detections(
            self.corner[rows], self.centre[rows], self.height[rows], self.appearance[rows]
        )


class _FrameFaces(NamedTuple):
    """The faces of one frame: some rows of those of a batch. They are taken out only for whom they
    are needed.
    """

    frames: Frames
    faces: Faces
    rows: slice

    def take(self, faces: npt.NDArray[np.intp]) -> Faces:
        """Take some faces, by their numbers within the frame."""
        return self.faces[self.rows.start + faces]


def _detections(faces: Faces, appearance: Appearance) -> _Detections:
    start, stop = faces.boxes[:, :2].astype(np.float64), faces.boxes[:, 2:].astype(np.float64)
    height = np.maximum(stop[:, 1] - start[:, 1], 1)
    return _Detections(start, (start + stop) / 2, height, appearance)


def _concatenate_tracks(first: _Tracks, second: _Tracks) -> _Tracks:
    return _Tracks(
        np.concatenate([first.number, second.number]),
        concatenate(first.motion, second.motion),
        np.concatenate([first.appearance, second.appearance]),
        np.concatenate([first.seconds, second.seconds]),
    )


class Tracker:
    """Multi-object tracker: gives each face of a video, batch by batch, the number of its track.

    Tracks are numbered from 0 as they appear, those of one frame from left to right. In each frame
    the faces are assigned to the tracks under whose predicted position and size, and appearance
    (colours and embedding), they are most likely all together; an unmatched face begins a new
    track. Memory is bounded: the tracks detected within `gap` seconds, beside what `reid` keeps.

    Parameters
    ----------
    gap : float
        Seconds of the video for which a track goes on without a detection, 0 or more; a cut ends
        all tracks.
    reid : Reid or None
        What takes a new face for a person whose track has ended, in an earlier shot too; None:
        nothing does.
    cuts : list of float or None
        Where the times of cuts are added, in seconds: of the first frame of each shot but the
        first.
    """

    def __init__(
        self, *, gap: float, reid: Reid | None = None, cuts: list[float] | None = None
    ) -> None:
        self._gap = gap
        self._cuts = [] if cuts is None else cuts
        self._shots = ShotDetector()
        self._reid = reid
        self._tracks: _Tracks | None = None
        self._now = 0.0  # seconds, of the frame before
        self._next = 0

    def update(self, frames: Frames, faces: Faces, features: Features) -> npt.NDArray[np.int64]:
        """Track the faces of the next frames of the video.

        Parameters
        ----------
        frames : Frames
            The frames.
        faces : Faces
            m faces, those of a frame in any order.
        features : Features
            Of the m faces.

        Returns
        -------
        int64 (m,)
            The number of each face's track.
        """
        order = np.argsort(faces.frame, kind="stable")
        faces, track = faces[order], np.empty(len(faces), np.int64)
        detections = _detections(faces, describe(frames, faces, features.embedding[order]))
        pixels = math.prod(frames.rgb.shape[1:3])
        unmatched_cost = math.log(pixels) + LOG_SIZE_RANGE + NEW_TRACK_COST
        stops = np.searchsorted(faces.frame, frames.index, side="right").tolist()
        start = 0
        for stop, seconds, cut in zip(
            stops, frames.seconds.tolist(), self._shots.detect(frames.rgb).tolist(), strict=True
        ):
            if cut:
                self._cuts.append(seconds)
                if self._tracks is not None:
                    self._keep(np.zeros(len(self._tracks.number), np.bool_))
            of_frame = _FrameFaces(frames, faces, slice(start, stop))
            track[order[start:stop]] = self._update_frame(
                of_frame, detections.take(of_frame.rows), seconds, unmatched_cost
            )
            start = stop
        return track

    def _update_frame(
        self,
        found: _FrameFaces,
        detections: _Detections,
        seconds: float,
        unmatched_cost: float,
    ) -> npt.NDArray[np.int64]:
        n = len(detections.height)
        if self._tracks is None:
            none = detections.take(slice(0))
            motion = initiate(none.centre, none.height)
            self._tracks = _Tracks(np.empty(0, np.int64), motion, none.appearance, np.empty(0))
        self._keep(seconds - self._tracks.seconds <= self._gap)
        # A damaged container's times may go back.
        tracks, step = self._tracks, max(seconds - self._now, 0)
        self._now = seconds
        since = np.maximum(seconds - tracks.seconds, 0)
        predicted = predict(tracks.motion, step)
        costs = negative_log_likelihood(
            predicted, since, detections.centre, detections.height
        ) + appearance_cost(tracks.appearance, detections.appearance)
        matched, faces = assign(costs, unmatched_cost)

        number = np.empty(n, np.int64)
        number[faces] = tracks.number[matched]
        if self._reid is not None:
            self._reid.follow(found.frames, found.take(faces), number[faces])
        met = detections.take(faces)
        updated = _Tracks(
            number[faces],
            update(predicted.take(matched), since[matched], met.centre, met.height),
            blend(tracks.appearance[matched], met.appearance),
            np.full(len(matched), seconds),
        )
        if len(matched) < len(tracks.number):
            rest = tracks._replace(motion=predicted).take(_unmatched(len(tracks.number), matched))
            updated = _concatenate_tracks(updated, rest)
        if len(matched) < n:
            new = _unmatched(n, faces)
            new = new[np.lexsort((detections.corner[new, 1], detections.corner[new, 0]))]
            number[new] = self._begin(found, new, detections.appearance[new])
            begun = _Tracks(
                number[new],
                initiate(detections.centre[new], detections.height[new]),
                detections.appearance[new],
                np.full(len(new), seconds),
            )
            updated = _concatenate_tracks(updated, begun)
        self._tracks = updated
        return number

    def _keep(self, active: npt.NDArray[np.bool_]) -> None:
        """End the tracks that are not active any more."""
        if self._tracks is None or active.all():
            return
        if self._reid is not None:
            ended = self._tracks.take(~active)
            self._reid.end(ended.number, ended.appearance)
        self._tracks = self._tracks.take(active)

    def _begin(
        self, found: _FrameFaces, new: npt.NDArray[np.intp], appearance: Appearance
    ) -> npt.NDArray[np.int64]:
        """Numbers of the tracks that new faces begin: free ones, but of those who came back."""
        if self._reid is None:
            number = self._next + np.arange(len(new))
        else:
            faces = found.take(new)
            number = self._reid.begin(found.frames, faces, appearance, free=self._next)
        self._next = max(self._next, int(number.max()) + 1)
        return number


def _unmatched(n: int, matched: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Indices from 0 to n - 1 that are not matched, ascending."""
    mask = np.ones(n, np.bool_)
    mask[matched] = False
    return np.flatnonzero(mask)
