"""Face detection on keyframes, and between them only in regions of interest.

On a keyframe the detector searches the whole frame. In the frames between two keyframes it searches
regions of interest only: a face that was detected in both is searched for on the straight line
between its two boxes, a face that was detected in one of them at its box there. So a face that
comes or goes between two keyframes is found, unless it is in neither.

Two steps need the frames in order: the choice of the keyframes (`schedule_keyframes`), and the
regions of interest in the other frames (`interpolate_rois`). The detection itself
(`detect_keyframes`, `detect_segment`) depends on its arguments alone and may run in another
process.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from videoemo.faces.detection.mtcnn import concatenate_faces, detect_in_pictures, detect_in_rois
from videoemo.faces.detection.networks import Networks
from videoemo.faces.detection.roi import RegionsOfInterest
from videoemo.faces.detection.settings import DetectionSettings
from videoemo.records import Faces, Frames
from videoemo.util.boxes import mutual_best_matches

__all__ = [
    "Keyframes",
    "Schedule",
    "Segment",
    "detect_keyframes",
    "detect_segment",
    "interpolate_rois",
    "schedule_keyframes",
]

# Candidates of a keyframe with at least this probability are searched for in the frames beside: the
# score of the same face may be higher there.
DOUBTFUL = 0.2
# Seconds: times of frames are rounded to their container's clock.
CLOCK = 1e-3
# Pixels of a segment of several parts: six frames of 1080p, 54 of 360p. Longer segments are no
# faster.
MAX_PIXELS = 3 << 22
# Where no more pixels than this are still to come, segments are short, so that all processes finish
# at about the same time.
ENDING_PIXELS = 1 << 23
LAST_PIXELS = 1 << 21
# A video of no more pixels (72 frames of 360p) would be nothing but an ending: short segments take
# a quarter more time in all than they save one who waits, and such videos come by the hundred.
SHORT_PIXELS = 1 << 24


class Keyframes(NamedTuple):
    """Keyframes of a batch.

    Parameters
    ----------
    frames : Frames
        The batch.
    positions : intp (k,)
        The positions of the keyframes in the batch, ascending; one or more.
    """

    frames: Frames
    positions: npt.NDArray[np.intp]


class Schedule(NamedTuple):
    """Batches of frames up to and including the next one with keyframes.

    Parameters
    ----------
    before : tuple of Frames
        Batches without a keyframe.
    keyframes : Keyframes
        The batch after them.
    last : bool
        Whether no more frames of this size follow; the last frame is then a keyframe.
    n_left : int or None
        How many frames are still to come, at most; None where that is not known.
    """

    before: tuple[Frames, ...]
    keyframes: Keyframes
    last: bool
    n_left: int | None


class Segment(NamedTuple):
    """Consecutive frames with the faces of their keyframes and regions of interest in the others.

    Parameters
    ----------
    parts : tuple of Frames
        n frames in all, one part after the other.
    found : Faces
        The faces of the keyframes.
    rois : RegionsOfInterest
        The regions of interest in the other frames; `rois.position` counts through the n frames.
    """

    parts: tuple[Frames, ...]
    found: Faces
    rois: RegionsOfInterest


def schedule_keyframes(
    batches: Iterable[Frames], *, full_search: float, n_frames: int | None = None
) -> Iterator[Schedule]:
    """Choose the keyframes of a video: the first step.

    Parameters
    ----------
    batches : iterable of Frames
        A video's frames, in order.
    full_search : float
        Seconds from a keyframe to the next. The first and the last frame are keyframes, too.
    n_frames : int or None
        How many frames the video has, at most; None where that is not known.

    Yields
    ------
    Schedule
        All batches, in order.
    """
    when, before, n_left = -np.inf, list[Frames](), n_frames
    for frames, last in _mark_last(batches):
        n_left = None if n_left is None else n_left - len(frames)
        positions = []
        for i, now in enumerate(frames.seconds.tolist()):
            if now - when >= full_search - CLOCK or (last and i == len(frames) - 1):
                positions.append(i)
                when = now
        if positions:
            keyframes = Keyframes(frames, np.array(positions, np.intp))
            yield Schedule(tuple(before), keyframes, last, n_left)
            before = []
        else:
            before.append(frames)
        if last:
            when = -np.inf


def detect_keyframes(
    keyframes: Keyframes, *, networks: Networks, settings: DetectionSettings
) -> Faces:
    """Detect the faces of whole keyframes, those of low score among them.

    Parameters
    ----------
    keyframes : Keyframes
        The keyframes.
    networks : Networks
        P-, R- and O-Net.
    settings : DetectionSettings
        How faces are detected; its last threshold is lowered to `DOUBTFUL`.
    """
    frames, positions = keyframes
    floor = min(DOUBTFUL, settings.thresholds[2])
    pictures = [frames.rgb[i] for i in positions]
    return detect_in_pictures(pictures, frames.index[positions], networks, settings, floor=floor)


def interpolate_rois(
    detected: Iterable[tuple[Schedule, Faces]], *, threshold: float, n_frames: int | None = None
) -> Iterator[Segment]:
    """Interpolate regions of interest in the frames between keyframes: the second step.

    Parameters
    ----------
    detected : iterable of tuple of (Schedule, Faces)
        The schedules, in order, each with the result of `detect_keyframes`.
    threshold : float
        The last of `DetectionSettings.thresholds`: a face has a higher score.
    n_frames : int or None
        How many frames the video has, at most; None where that is not known.

    Yields
    ------
    Segment
        All frames, in order, each segment of one size of frame.
    """
    no_keyframe = _KeyframeFaces(concatenate_faces([]), -np.inf)
    previous, held = no_keyframe, list[Frames]()
    for (before, (frames, positions), last, n_left), faces in detected:
        stop = int(positions[-1]) + 1
        keyframes = [
            _KeyframeFaces(faces[faces.frame == frames.index[i]], float(frames.seconds[i]))
            for i in positions
        ]
        parts = [*held, *before, frames[:stop]]
        few_left = last or (n_left is not None and n_left * _pixels(frames) <= ENDING_PIXELS)
        is_short = n_frames is not None and n_frames * _pixels(frames) <= SHORT_PIXELS
        ending = few_left and not is_short
        if ending:
            parts = [short for part in parts for short in _split(part)]
        rois = _interpolate(parts, [previous, *keyframes])
        max_pixels = LAST_PIXELS if ending else MAX_PIXELS
        yield from _segments(parts, faces[faces.scores > threshold], rois, max_pixels=max_pixels)
        held = [frames[stop:]] if stop < len(frames) else []
        previous = no_keyframe if last else keyframes[-1]


def detect_segment(
    segment: Segment, *, networks: Networks, settings: DetectionSettings
) -> list[Faces]:
    """Detect the faces of each part of a segment.

    Parameters
    ----------
    segment : Segment
        Frames, the faces of the keyframes among them, and the regions of interest in the others.
    networks : Networks
        P-, R- and O-Net.
    settings : DetectionSettings
        How faces are detected.

    Returns
    -------
    list of Faces
        One a part; in a frame the faces are in the order of `detect`.
    """
    pictures = [rgb for part in segment.parts for rgb in part.rgb]
    index = np.concatenate([part.index for part in segment.parts])
    between = detect_in_rois(pictures, index, segment.rois, networks, settings)
    faces = concatenate_faces([segment.found, between])
    of_part = [
        np.flatnonzero((faces.frame >= part.index[0]) & (faces.frame <= part.index[-1]))
        for part in segment.parts
    ]
    return [faces[rows[np.argsort(faces.frame[rows], kind="stable")]] for rows in of_part]


class _KeyframeFaces(NamedTuple):
    """Faces of a keyframe, those of low score among them, and its time."""

    faces: Faces
    seconds: float


def _segments(
    parts: list[Frames], found: Faces, rois: RegionsOfInterest, *, max_pixels: int
) -> Iterator[Segment]:
    """Segments of parts of one size of frame, joined up to `max_pixels` pixels."""
    joined: list[Frames] = []
    start = 0
    for part in parts:
        n = sum(map(len, joined))
        if joined and (n + len(part)) * _pixels(part) > max_pixels:
            yield _segment(joined, found, rois, start=start)
            joined, start = [], start + n
        joined.append(part)
    yield _segment(joined, found, rois, start=start)


def _pixels(frames: Frames) -> int:
    """Pixels of one frame."""
    height, width = frames.rgb.shape[1:3]
    return int(height * width)


def _split(frames: Frames) -> Iterator[Frames]:
    """Split frames into parts of up to `LAST_PIXELS` pixels."""
    length = max(1, LAST_PIXELS // max(1, _pixels(frames)))
    for start in range(0, len(frames), length):
        yield frames[start : start + length]


def _segment(parts: list[Frames], found: Faces, rois: RegionsOfInterest, *, start: int) -> Segment:
    """Segment of some parts, whose first frame is at position `start` of all."""
    stop = start + sum(map(len, parts))
    in_parts = np.flatnonzero((rois.position >= start) & (rois.position < stop))
    first, last = parts[0].index[0], parts[-1].index[-1]
    of_keyframes = np.flatnonzero((found.frame >= first) & (found.frame <= last))
    own_rois = RegionsOfInterest(rois.boxes[in_parts], rois.position[in_parts] - start)
    return Segment(tuple(parts), found[of_keyframes], own_rois)


def _mark_last(batches: Iterable[Frames]) -> Iterator[tuple[Frames, bool]]:
    """All frames, and whether they are the last of their size. Only the last frame of a batch waits
    for the next batch, which decides that.
    """
    held: Frames | None = None
    for batch in batches:
        if held is not None:
            yield held, held.rgb.shape[1:] != batch.rgb.shape[1:]
        if len(batch) > 1:
            yield batch[:-1], False
        held = batch[-1:]
    if held is not None:
        yield held, True


def _interpolate(parts: list[Frames], keyframes: list[_KeyframeFaces]) -> RegionsOfInterest:
    """Regions of interest in the frames between keyframes; the last frame is the last keyframe."""
    seconds = np.concatenate([part.seconds for part in parts])
    gaps = [
        _rois_between(
            first,
            last,
            np.flatnonzero((seconds > first.seconds) & (seconds < last.seconds)),
            seconds,
        )
        for first, last in itertools.pairwise(keyframes)
    ]
    return RegionsOfInterest(*(np.concatenate(part) for part in zip(*gaps, strict=True)))


def _rois_between(
    first: _KeyframeFaces,
    last: _KeyframeFaces,
    position: npt.NDArray[np.intp],
    seconds: npt.NDArray[np.float64],
) -> RegionsOfInterest:
    """Regions of interest in the frames between two keyframes.

    Parameters
    ----------
    first, last : _KeyframeFaces
        The two.
    position : intp (k,)
        The positions of the frames between.
    seconds : float64 (n,)
        The times of all frames.
    """
    a, b = first.faces.boxes, last.faces.boxes
    i, j = mutual_best_matches(a, b)
    if len(i):
        elapsed = (seconds[position] - first.seconds) / (last.seconds - first.seconds)
        moving = a[i] + elapsed.astype(np.float32)[:, None, None] * (b[j] - a[i])  # (k, pairs, 4)
    else:
        moving = np.empty((len(position), 0, 4), np.float32)
    still = np.concatenate([np.delete(a, i, axis=0), np.delete(b, j, axis=0)])
    everywhere = np.broadcast_to(still, (len(position), *still.shape))
    boxes = np.concatenate([moving, everywhere], axis=1)  # (k, boxes a frame, 4)
    return RegionsOfInterest(boxes.reshape(-1, 4), np.repeat(position, boxes.shape[1]))
