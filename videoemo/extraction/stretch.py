"""The face of one person in a stretch of a video, found again where it is known to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from videoemo.analysis.stages import AnalyzedFrames, analyze_frames
from videoemo.analysis.video import ProgressReport
from videoemo.config.pipeline import Pipeline, change_pipeline
from videoemo.inference.executor import Executor
from videoemo.records import Clip, Faces, Frames, Stretch
from videoemo.util.boxes import iou
from videoemo.util.timings import StageTimer
from videoemo.video import Video, frames, probe

__all__ = ["analyze_stretch", "faces_of_person", "probe_stretch"]

# The least overlap (IoU) with the known box at which a face that is found is that person's.
_SAME_FACE = 0.5


def probe_stretch(clip: Clip, pipeline: Pipeline, timer: StageTimer) -> Video:
    """Probe the video of a stretch.

    Raises
    ------
    VideoError
        It cannot be read.
    """
    sampling = pipeline.sampling
    with timer.stage("probe"):
        return probe(
            clip.path,
            fps=sampling.fps,
            stream=sampling.stream,
            max_pixels=sampling.max_pixels,
        )


def analyze_stretch(
    video: Video,
    stretch: Stretch,
    pipeline: Pipeline,
    executor: Executor,
    *,
    timer: StageTimer,
    progress: ProgressReport,
) -> Iterator[AnalyzedFrames]:
    """Analyze the frames of a stretch, and keep the faces of its person, as track 0.

    They are looked for as in any video, so that a classifier learns from faces like those that it
    will see. A frame in which none is found where the person is has none.

    Parameters
    ----------
    video : Video
        As `probe_stretch` gave it.
    stretch : Stretch
        The frames, and where the person is.
    pipeline : Pipeline
        The settings.
    executor : Executor
        What runs the networks, with all faces selected.
    timer : StageTimer
        Where the work of each stage is added up.
    progress : callable
        Called with each batch.

    Raises
    ------
    VideoError
        The video cannot be read.
    """
    sampling = pipeline.sampling
    begins, ends = stretch.seconds[[0, -1]].tolist()
    decoded = frames(
        video,
        start=begins,
        end=float(np.nextafter(ends, np.inf)),
        decoder=sampling.decoder,
        max_pixels=sampling.max_pixels,
        empty=executor.empty,
    )
    batches = analyze_frames(
        _only(decoded, stretch),
        executor,
        change_pipeline(pipeline, skip_still=0.0),
        timer=timer,
        n_frames=len(stretch),
    )
    for batch, faces, features in batches:
        theirs = faces_of_person(faces, stretch)
        known = np.searchsorted(stretch.frame, batch.index[-1], side="right")
        progress(len(batch), float(known) / len(stretch))
        nobody_else = replace(faces[theirs], track=np.zeros(len(theirs), np.int64))
        yield AnalyzedFrames(batch, nobody_else, features[theirs])


def _only(decoded: Iterator[Frames], stretch: Stretch) -> Iterator[Frames]:
    """The frames of a stretch alone, of those between its first and its last."""
    for batch in decoded:
        wanted = np.isin(batch.index, stretch.frame)
        if wanted.all():
            yield batch
        elif wanted.any():
            yield batch[wanted]


def faces_of_person(faces: Faces, stretch: Stretch) -> npt.NDArray[np.int64]:
    """Indices of the faces that are the person's, one a frame at most.

    Parameters
    ----------
    faces : Faces
        All that were found in some frames of the stretch.
    stretch : Stretch
        Where the person is.
    """
    overlap = iou(faces.boxes, stretch.boxes[np.searchsorted(stretch.frame, faces.frame)])
    best: dict[int, int] = {}
    for face in np.argsort(overlap, kind="stable").tolist():
        if overlap[face] >= _SAME_FACE:
            best[int(faces.frame[face])] = face
    return np.array(sorted(best.values()), np.int64)
