"""Frames of a video to faces and what each displays: decode, detect, crop, embed, track.

The five stages are generators that pull from each other, batch by batch, so memory stays bounded
and nothing but the frames themselves need be known: they may come from a file or from a camera.
Frames are decoded in a thread of their own. Detection, cropping and embedding run in the executor,
which may be processes; while those work, this thread goes on with what came back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from videoemo.analysis.changed_faces import embed_changed_faces
from videoemo.config.pipeline import Pipeline
from videoemo.faces.detection.keyframes import Segment, interpolate_rois, schedule_keyframes
from videoemo.faces.tracking.identity import IdentityGallery
from videoemo.faces.tracking.reid import AppearanceGallery, Reid
from videoemo.faces.tracking.tracker import Tracker
from videoemo.inference.executor import Executor, ordered_results
from videoemo.inference.face_analyzer import FaceAnalyzer
from videoemo.inference.face_identifier import FaceIdentifier
from videoemo.records import Faces, Features, Frames
from videoemo.util.timings import StageTimer
from videoemo.video import drop_still_frames, prefetch

__all__ = [
    "AnalyzedFrames",
    "analyze_frames",
    "crop_and_embed",
    "decode",
    "detect",
    "make_reid",
    "track",
]

# Batches that are decoded ahead: enough that nothing waits for them, few enough that memory
# stays small.
_AHEAD = 2


class AnalyzedFrames(NamedTuple):
    """A batch of frames, the m faces selected in them, and the features of each face.

    The faces have crops where the pipeline draws pictures; the features have `looked_at` where it
    may have faces keep those of their last look.
    """

    frames: Frames
    faces: Faces
    features: Features


def analyze_frames(
    frames: Iterable[Frames],
    executor: Executor,
    pipeline: Pipeline,
    *,
    timer: StageTimer | None = None,
    n_frames: int | None = None,
    cuts: list[float] | None = None,
    reid: Reid | None = None,
) -> Iterator[AnalyzedFrames]:
    """Find the faces in the frames of one video, read what each displays, and follow persons.

    Parameters
    ----------
    frames : iterable of Frames
        Batches, in order of time, made as they are asked for.
    executor : Executor
        What runs the networks.
    pipeline : Pipeline
        The settings.
    timer : StageTimer or None
        Where the work of each stage is added up.
    n_frames : int or None
        How many frames come at most, where that is known: the last ones are then handed out in
        smaller pieces, so that all processes are done at about the same time.
    cuts : list of float or None
        Where the times of cuts are added, in seconds.
    reid : Reid or None
        What takes new faces for persons whose tracks have ended; None: nothing does.

    Yields
    ------
    AnalyzedFrames
        All frames that are not left out as still, in order; faces with `quality` and `track`.

    Raises
    ------
    VideoError
        The video cannot be read.
    """
    timer = StageTimer() if timer is None else timer
    decoded = decode(frames, pipeline, timer)
    segments = detect(decoded, executor, pipeline, timer, n_frames)
    embedded = crop_and_embed(segments, executor, timer, reuse=pipeline.network.reuse)
    return track(embedded, pipeline, timer, cuts=cuts, reid=reid)


def make_reid(pipeline: Pipeline, identifier: FaceIdentifier | None) -> Reid | None:
    """What re-identifies the persons of one video, as a pipeline says; None for nothing.

    Parameters
    ----------
    pipeline : Pipeline
        The settings.
    identifier : FaceIdentifier or None
        Its network for re-identification, where it has one; else the extractor's embeddings serve.
    """
    min_cosine = pipeline.tracking.track_reid
    if min_cosine is None:
        return None
    if identifier is None:
        return AppearanceGallery(min_cosine)
    return IdentityGallery(min_cosine, identifier)


def decode(frames: Iterable[Frames], pipeline: Pipeline, timer: StageTimer) -> Iterator[Frames]:
    """Decode batches ahead, in a thread; frames in which nothing changes are dropped if so set."""
    changing = drop_still_frames(frames, threshold=pipeline.sampling.skip_still)
    return prefetch(timer.timed("decode", changing), n=_AHEAD)


def detect(
    frames: Iterator[Frames],
    executor: Executor,
    pipeline: Pipeline,
    timer: StageTimer,
    n_frames: int | None,
) -> Iterator[Segment]:
    """Detect faces on whole keyframes, and tell where they may be in the frames between them.

    What comes out is searched on in `crop_and_embed`, in the regions told, in the executor: the
    faces found there need not travel to be cropped.
    """
    scheduled = schedule_keyframes(
        frames, full_search=pipeline.detection.full_search, n_frames=n_frames
    )
    submitted = (
        (one, executor.submit(FaceAnalyzer.detect_keyframes, one.keyframes)) for one in scheduled
    )
    found = (
        (one, timed.unwrap(timer))
        # Fewer than of segments, which keep the processes at work: each has a batch of frames in
        # memory (30 MiB less on 1080p, and no slower; half as many segments cost 13 % of the time).
        for one, timed in ordered_results(submitted, n_ahead=executor.n_ahead // 2)
    )
    return interpolate_rois(found, threshold=pipeline.detection.thresholds[2], n_frames=n_frames)


def crop_and_embed(
    segments: Iterator[Segment], executor: Executor, timer: StageTimer, *, reuse: float
) -> Iterator[AnalyzedFrames]:
    """Detect the faces between keyframes, crop all, and embed the crops, or if so set those alone
    that changed; part by part.
    """
    if reuse:
        yield from map(
            AnalyzedFrames._make, embed_changed_faces(segments, executor, timer, threshold=reuse)
        )
        return
    submitted = ((one, executor.submit(FaceAnalyzer.analyze_segment, one)) for one in segments)
    for segment, timed in ordered_results(submitted, n_ahead=executor.n_ahead):
        for frames, (faces, features) in zip(segment.parts, timed.unwrap(timer), strict=True):
            yield AnalyzedFrames(frames, faces, features)


def track(
    batches: Iterable[AnalyzedFrames],
    pipeline: Pipeline,
    timer: StageTimer,
    *,
    cuts: list[float] | None = None,
    reid: Reid | None = None,
) -> Iterator[AnalyzedFrames]:
    """Give each face the number of its person, and say when shots begin."""
    tracker = Tracker(gap=pipeline.tracking.track_gap, reid=reid, cuts=cuts)
    for frames, faces, features in batches:
        with timer.stage("track"):
            tracked = replace(faces, track=tracker.update(frames, faces, features))
        yield AnalyzedFrames(frames, tracked, features)
