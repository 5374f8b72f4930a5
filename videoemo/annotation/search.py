"""Every frame of a video searched whole for faces: none that can be found is left uncovered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.analysis.video import ProgressReport, analyze_video, sample_video
from videoemo.annotation.marks import in_shot, shot_numbers
from videoemo.annotation.placed import Placed, place
from videoemo.config.pipeline import Pipeline, change_pipeline
from videoemo.inference.models import LoadedNetworks
from videoemo.records import Clip
from videoemo.util.timings import StageTimer

__all__ = ["FoundFaces", "follow", "search_frames", "thorough"]

# Seconds for which the first box of a track is kept before it, and the last one after it: a face is
# often found a little later than it comes, and lost a little before it goes.
HOLD = 0.5
# Of the detector's networks, at most: what is more likely a face than not is covered.
DOUBTFUL = 0.5


@dataclass(frozen=True)
class FoundFaces:
    """The faces found in all frames of a video, by track, then by time.

    Parameters
    ----------
    searched : int64 (n,)
        The indices of the frames that were searched, ascending.
    seconds : float64 (n_frames,)
        The times of all frames.
    cuts : tuple of float
        The times of the first frames of shots but the first, in seconds.
    frame, track : int64 (m,)
        The frame of each face, and the number of its track.
    boxes : float32 (m, 4)
        x1, y1, x2, y2 in px.
    scores : float32 (m,)
        The detector's probability of a face, 0 to 1.
    """

    searched: npt.NDArray[np.int64]
    seconds: npt.NDArray[np.float64]
    cuts: tuple[float, ...]
    frame: npt.NDArray[np.int64]
    track: npt.NDArray[np.int64]
    boxes: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32]


def thorough(pipeline: Pipeline, *, pictures: bool) -> Pipeline:
    """The settings of a pipeline, but for searching every frame, whole, and keeping every face, the
    doubtful ones too. Who comes back after a cut does not matter.

    Parameters
    ----------
    pipeline : Pipeline
        With which a video was scored.
    pictures : bool
        Whether the video is a folder of pictures, which `fps` gives its times.
    """
    return change_pipeline(
        pipeline,
        every=1,
        fps=pipeline.sampling.fps if pictures else None,
        start=None,
        end=None,
        skip_still=0.0,
        full_search=0.0,
        thresholds=[min(one, DOUBTFUL) for one in pipeline.detection.thresholds],
        faces="all",
        reuse=0.0,
        track_reid=None,
        reid_network=None,
        pictures=False,
        keep_embeddings=False,
    )


def search_frames(
    path: Path, pipeline: Pipeline, networks: LoadedNetworks, *, progress: ProgressReport
) -> FoundFaces:
    """Find and follow the faces of a video.

    Parameters
    ----------
    path : Path
        The video.
    pipeline : Pipeline
        What `thorough` gives.
    networks : LoadedNetworks
        What finds faces, and knows them again.
    progress : callable
        Called with each batch of frames, see `ProgressReport`.

    Raises
    ------
    VideoError
        It cannot be read.
    """
    timer = StageTimer()
    sampled = sample_video(Clip(path, path.name), pipeline, timer)
    searched, frame, track = [], [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    boxes, scores = [np.empty((0, 4), np.float32)], [np.empty(0, np.float32)]
    for frames, faces, _ in analyze_video(
        sampled, pipeline, networks, timer=timer, progress=progress
    ):
        assert faces.track is not None  # which `analyze_video` has given them
        searched.append(frames.index)
        frame.append(faces.frame)
        track.append(faces.track)
        boxes.append(faces.boxes)
        scores.append(faces.scores)
    numbers, persons = np.concatenate(frame), np.concatenate(track)
    order = np.lexsort((numbers, persons))
    return FoundFaces(
        np.concatenate([np.empty(0, np.int64), *searched]),
        sampled.video.seconds,
        tuple(sampled.cuts),
        numbers[order],
        persons[order],
        np.concatenate(boxes)[order],
        np.concatenate(scores)[order],
    )


def follow(found: FoundFaces, *, gap: float) -> Placed:
    """Place the faces that were found in the frames between them, too, and in some beyond.

    A gap of a track is filled from both its ends, where it is no longer than `gap`; elsewhere each
    end stands still for half a second. No face goes across a cut.

    Parameters
    ----------
    found : FoundFaces
        The faces.
    gap : float
        In seconds.
    """
    m, times = len(found.frame), found.seconds[found.frame]
    shots = shot_numbers(found.seconds, found.cuts)
    joined = np.zeros(m, np.bool_)
    joined[:-1] = (
        (found.track[1:] == found.track[:-1])
        & (found.frame[1:] > found.frame[:-1])
        & (shots[found.frame[1:]] == shots[found.frame[:-1]])
        & (np.diff(times) <= gap)
    )
    first = np.searchsorted(found.seconds, times - HOLD, side="left")
    last = np.searchsorted(found.seconds, times + HOLD, side="right") - 1
    earliest, latest = in_shot(first, last, shots, found.frame)
    return place(
        found.frame,
        found.track,
        found.boxes,
        found.seconds,
        joined=joined,
        earliest=earliest,
        latest=latest,
    )
