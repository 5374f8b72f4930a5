"""One video to its tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import TypeVar

import numpy as np

from videoemo import faces as face_room
from videoemo.extractor import Extractor, load_extractor
from videoemo.recipes import Pipeline
from videoemo.records import Clip, Faces, Features, Frames
from videoemo.sampling import sample
from videoemo.tables import FaceTable, VideoRow, face_table
from videoemo.thumbnails import Gallery
from videoemo.video import Video, frames, probe

__all__ = ["Models", "Scored", "load_models", "score_video"]

T = TypeVar("T")


@dataclass(frozen=True)
class Models:
    """What is loaded once and used for every video."""

    networks: face_room.Networks
    extractor: Extractor
    detector: dict[str, str]  # SHA-256 by weight file


@dataclass(frozen=True)
class Scored:
    """One video's results.

    Parameters
    ----------
    video : what its container says.
    table : its faces.
    row : its summary.
    gallery : thumbnails of its clearest moments.
    stages : seconds of work in each stage: read, find, express.
    """

    video: Video
    table: FaceTable
    row: VideoRow
    gallery: Gallery
    stages: dict[str, float]


def load_models(pipeline: Pipeline) -> Models:
    """The detector and the extractor of a pipeline.

    Raises
    ------
    InputError : unknown extractor.
    WeightsError : weights that are missing or damaged.
    """
    extractor = load_extractor(pipeline.extractor)
    from videoemo.engines.mtcnn_torch import SHA256, load_networks

    return Models(load_networks(), extractor, SHA256)


def score_video(clip: Clip, pipeline: Pipeline, models: Models, *, progress: Callable[[int, float], None] | None = None) -> Scored:
    """Find the faces of a video's sampled frames and what each expresses.

    Parameters
    ----------
    progress : called after each batch with the number of frames it held and the share of the video that is done, 0 to 1.

    Raises
    ------
    VideoError : the video cannot be read.
    """
    stages = dict.fromkeys(("read", "find", "express"), 0.0)
    video = probe(clip.path, fps=pipeline.fps, max_pixels=pipeline.max_pixels)
    fps = None if video.pictures else pipeline.fps  # a folder's fps is the rate its pictures were taken at
    wanted = sample(video.seconds, every=pipeline.every, fps=fps, start=pipeline.start, end=pipeline.end)
    first, last = (video.seconds[wanted[0]], video.seconds[wanted[-1]]) if len(wanted) else (0.0, 0.0)
    gallery = Gallery(float(last - first), first=float(first))

    def batches() -> Iterator[tuple[Frames, Faces, Features]]:
        reading = frames(
            video,
            every=pipeline.every,
            fps=fps,
            start=pipeline.start,
            end=pipeline.end,
            decoder=pipeline.decoder,
            max_pixels=pipeline.max_pixels,
        )
        done = 0
        for batch in _timed(reading, stages):
            started = perf_counter()
            faces = _faces(batch, pipeline, models)
            found = perf_counter()
            features = models.extractor(faces.crops or ())
            stages["find"] += found - started
            stages["express"] += perf_counter() - found
            _offer(gallery, batch, faces, features, models.extractor.classes)
            done += len(batch)
            if progress is not None:
                progress(len(batch), done / len(wanted))
            yield batch, faces, features

    table = face_table(batches(), models.extractor.classes)
    return Scored(video, table, _summary(clip, video, table, len(wanted)), gallery, stages)


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
    return face_room.crop(batch, face_room.select(found, pipeline.faces), kind=card.crop, size=card.input_size, align=pipeline.align)


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
        dominant="" if np.isnan(mean).any() else table.classes[int(mean.argmax())],
    )


def _remarks(video: Video, n_wanted: int, n_frames: int) -> Iterator[str]:
    if video.truncated_at is not None:
        yield f"truncated: the data ends at {video.truncated_at:.3f} s"
    if not n_wanted:
        yield "no frame in the range asked for"
    elif n_frames < n_wanted:
        yield f"{n_wanted - n_frames} of {n_wanted} frames could not be decoded"
