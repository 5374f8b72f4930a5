"""One video to its tables."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from videoemo import faces as face_room
from videoemo.extractor import Extractor, open_extractor
from videoemo.recipes import Pipeline
from videoemo.records import Clip, Faces, Features, Frames
from videoemo.sampling import sample
from videoemo.serving import serving
from videoemo.tables import FaceTable, VideoRow, face_table
from videoemo.thumbnails import Gallery, Portraits
from videoemo.tracking import tracked
from videoemo.video import Video, frames, probe
from videoemo.windows import Classify, Window, Windows

__all__ = ["Models", "Scored", "expressions", "load_models", "score_video"]

T = TypeVar("T")


@dataclass(frozen=True)
class Models:
    """What is loaded once and used for every video.

    Parameters
    ----------
    networks : the detector's.
    extractor : what reads the faces.
    classify : what says of a whole video, and of each window of it, from the vectors of its faces, what it is; or None.
    """

    networks: face_room.Networks
    extractor: Extractor
    classify: Classify | None = None


@dataclass(frozen=True)
class Scored:
    """One video's results.

    Parameters
    ----------
    video : what its container says.
    table : its faces.
    row : its summary.
    gallery : thumbnails of its clearest moments.
    portraits : a thumbnail of each person.
    windows : what a fitted classifier says of the video, window by window; empty where there is none.
    stages : seconds of work in each stage: read, find, express, track.
    """

    video: Video
    table: FaceTable
    row: VideoRow
    gallery: Gallery
    portraits: Portraits
    windows: list[Window]
    stages: dict[str, float]


def load_models(pipeline: Pipeline) -> Models:
    """The detector and the extractor of a pipeline; where that cannot be had, its extractor for offline use, and a line on standard error.

    Raises
    ------
    InputError : unknown extractor.
    FetchError : the extractor is not here and cannot be had, and there is none for offline use.
    WeightsError : weights that are missing or damaged.
    """
    _, card, weights = serving(pipeline, notice=lambda text: print(f"notice: {text}", file=sys.stderr))
    extractor = open_extractor(card, weights)
    from videoemo.engines.mtcnn_torch import load_networks

    return Models(load_networks(), extractor)


def score_video(clip: Clip, pipeline: Pipeline, models: Models, *, progress: Callable[[int, float], None] | None = None) -> Scored:
    """Find the faces of a video's sampled frames and what each expresses.

    Parameters
    ----------
    progress : called after each batch with the number of frames it held and the share of the video that is done, 0 to 1.

    Raises
    ------
    VideoError : the video cannot be read.
    """
    stages = dict.fromkeys(("read", "find", "express", "track"), 0.0)
    video = probe(clip.path, fps=pipeline.fps, max_pixels=pipeline.max_pixels)
    wanted = _wanted(video, pipeline)
    first, last = (video.seconds[wanted[0]], video.seconds[wanted[-1]]) if len(wanted) else (0.0, 0.0)
    gallery, portraits = Gallery(float(last - first), first=float(first)), Portraits()
    frame, vectors = [np.empty(0, np.int64)], [np.empty((0, models.extractor.card.embedding), np.float32)]

    windows = None if models.classify is None else Windows(models.classify, length=pipeline.prediction_window, step=pipeline.prediction_step)

    def shown() -> Iterator[tuple[Frames, Faces, Features]]:
        found = expressions(video, pipeline, models, stages=stages, progress=progress)
        for batch, faces, features in tracked(found, pipeline, stages=stages):
            _offer(gallery, batch, faces, features, models.extractor.classes)
            _portray(portraits, faces)
            if windows is not None:
                windows.add(batch, faces, features)
                frame.append(faces.frame)
                vectors.append(features.embedding)
            yield batch, faces, features

    table = face_table(shown(), models.extractor.classes, affect=models.extractor.card.valence_arousal)
    row = _summary(clip, video, table, len(wanted))
    if models.classify is not None:
        row = replace(row, prediction=models.classify(np.concatenate(frame), np.concatenate(vectors)))
    return Scored(video, table, row, gallery, portraits, [] if windows is None else windows.finish(), stages)


def expressions(
    video: Video,
    pipeline: Pipeline,
    models: Models,
    *,
    stages: dict[str, float] | None = None,
    progress: Callable[[int, float], None] | None = None,
) -> Iterator[tuple[Frames, Faces, Features]]:
    """The sampled frames of a video in batches, the faces selected in them, with their crops, and what each expresses.

    Parameters
    ----------
    stages : where the seconds of work in `read`, `find` and `express` are added up.
    progress : as in `score_video`.

    Raises
    ------
    VideoError : the video cannot be read.
    """
    spent = dict.fromkeys(("read", "find", "express"), 0.0) if stages is None else stages
    n_wanted, done = len(_wanted(video, pipeline)), 0
    reading = frames(
        video,
        every=pipeline.every,
        fps=_sampling_rate(video, pipeline),
        start=pipeline.start,
        end=pipeline.end,
        decoder=pipeline.decoder,
        max_pixels=pipeline.max_pixels,
    )
    for batch in _timed(reading, spent):
        started = perf_counter()
        faces = _faces(batch, pipeline, models)
        found = perf_counter()
        features = models.extractor(faces.crops or ())
        spent["find"] += found - started
        spent["express"] += perf_counter() - found
        done += len(batch)
        if progress is not None:
            progress(len(batch), done / n_wanted)
        yield batch, faces, features


def _sampling_rate(video: Video, pipeline: Pipeline) -> float | None:
    """A folder's fps is the rate its pictures were taken at, and no rate of sampling."""
    return None if video.pictures else pipeline.fps


def _wanted(video: Video, pipeline: Pipeline) -> npt.NDArray[np.int64]:
    return sample(video.seconds, every=pipeline.every, fps=_sampling_rate(video, pipeline), start=pipeline.start, end=pipeline.end)


def _faces(batch: Frames, pipeline: Pipeline, models: Models) -> Faces:
    found = face_room.find(
        batch,
        networks=models.networks,
        min_face=pipeline.min_face,
        thresholds=pipeline.thresholds,
        factor=pipeline.pyramid_factor,
        order=pipeline.order,
    )
    card = models.extractor.card
    align = card.align if pipeline.align is None else pipeline.align
    chosen = face_room.select(found, pipeline.faces)
    return face_room.crop(batch, chosen, kind=card.crop, size=card.input_size, scale=card.crop_scale, align=align)


def _timed(batches: Iterator[T], stages: dict[str, float]) -> Iterator[T]:
    while True:
        started = perf_counter()
        batch = next(batches, None)
        stages["read"] += perf_counter() - started
        if batch is None:
            return
        yield batch


def _offer(gallery: Gallery, batch: Frames, faces: Faces, features: Features, classes: tuple[str, ...]) -> None:
    seconds = dict(zip(batch.index.tolist(), batch.seconds.tolist(), strict=True))
    best = features.probabilities.argmax(axis=1) if len(features) else np.empty(0, np.intp)
    for i, crop in enumerate(faces.crops or ()):
        gallery.offer(seconds[int(faces.frame[i])], crop, classes[best[i]], float(features.probabilities[i, best[i]]))


def _portray(portraits: Portraits, faces: Faces) -> None:
    """The largest face of a person is seen best, and of two as large the surer one."""
    if faces.track is None:
        return
    clearness = (faces.boxes[:, 2] - faces.boxes[:, 0]) * (faces.boxes[:, 3] - faces.boxes[:, 1]) * faces.scores
    for person, crop, clear in zip(faces.track.tolist(), faces.crops or (), clearness.tolist(), strict=True):
        portraits.offer(person, crop, clear)


def _summary(clip: Clip, video: Video, table: FaceTable, n_wanted: int) -> VideoRow:
    mean = table.mean()
    n_frames = len(table.frame_starts())
    return VideoRow(
        video=clip.id,
        error="; ".join(_remarks(video, n_wanted, n_frames)),
        seconds=video.duration,
        frames=n_frames,
        face_frames=len(np.unique(table.frame[table.face >= 0])),
        faces=int((table.face >= 0).sum()),
        mean=mean,
        affect=table.mean_affect(),
        dominant="" if np.isnan(mean).any() else table.classes[int(mean.argmax())],
    )


def _remarks(video: Video, n_wanted: int, n_frames: int) -> Iterator[str]:
    if video.truncated_at is not None:
        yield f"truncated: the data ends at {video.truncated_at:.3f} s"
    if not n_wanted:
        yield "no frame in the range asked for"
    elif n_frames < n_wanted:
        yield f"{n_wanted - n_frames} of {n_wanted} frames could not be decoded"
