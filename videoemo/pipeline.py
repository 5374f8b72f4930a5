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
from videoemo.ahead import ahead
from videoemo.engines.runtime import Runtime
from videoemo.extractor import Extractor, open_extractor
from videoemo.galleries import Galleries
from videoemo.kept import Kept
from videoemo.persons import longest, only
from videoemo.recipes import Pipeline
from videoemo.records import Clip, Faces, Features, Frames
from videoemo.sampling import sample
from videoemo.serving import runtime_of, serving
from videoemo.smoothing import smooth
from videoemo.stillness import moving
from videoemo.tables import LOW_COVERAGE, FaceTable, VideoRow, face_table
from videoemo.thumbnails import Portraits, Thumbnail
from videoemo.tracking import tracked
from videoemo.video import Video, frames, probe
from videoemo.windows import Classify, Window, over_time

__all__ = ["Models", "Scored", "expressions", "load_models", "score_video"]

T = TypeVar("T")

# Batches that wait between two stages: enough that neither waits for the other, few enough that memory stays small.
_AHEAD = 2


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
    thumbnails : of its clearest moments.
    portraits : a face of each person.
    windows : what a fitted classifier says of the video, window by window; empty where there is none.
    stages : seconds of work in each stage: read, find, express, track.
    """

    video: Video
    table: FaceTable
    row: VideoRow
    thumbnails: list[Thumbnail]
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
    runtime = runtime_of(pipeline)
    _, card, weights = serving(pipeline, notice=lambda text: print(f"notice: {text}", file=sys.stderr))
    return Models(_detector(runtime), open_extractor(card, weights, runtime))


def _detector(runtime: Runtime) -> face_room.Networks:
    if runtime.engine == "openvino":
        from videoemo.engines.mtcnn_openvino import load_networks

        return load_networks()
    from videoemo.engines import mtcnn_torch

    return mtcnn_torch.load_networks(runtime)


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
    one_person = pipeline.faces == "track:longest"
    galleries = Galleries(float(last - first), first=float(first), wait=pipeline.track_gap)
    kept = Kept(models.extractor.card.embedding)
    portraits = Portraits()
    windows: list[Window] = []

    def shown() -> Iterator[tuple[Frames, Faces, Features]]:
        found = expressions(video, pipeline, models, stages=stages, progress=progress)
        for batch, faces, features in tracked(found, pipeline, stages=stages):
            _offer(galleries, batch, faces, features, models.extractor.classes, apart=one_person)
            _portray(portraits, faces)
            if models.classify is not None:
                kept.add(faces, features)
            yield batch, faces, features

    table = face_table(shown(), models.extractor.classes, affect=models.extractor.card.valence_arousal)
    person = longest(table.track) if one_person else None
    if person is not None:
        table = only(table, person)
    if pipeline.smooth_tables:
        table = smooth(table, pipeline.smoothing)
    row = _summary(clip, video, table, len(wanted), min_coverage=pipeline.min_coverage)
    if models.classify is not None:
        frame, _, vectors = kept.of(person)
        row = replace(row, prediction=models.classify(frame, vectors))
        windows = over_time(models.classify, table, (frame, vectors), length=pipeline.prediction_window, step=pipeline.prediction_step)
    return Scored(video, table, row, galleries.chosen(person or 0), portraits, windows, stages)


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
    wanted = _wanted(video, pipeline)
    reading = frames(
        video,
        every=pipeline.every,
        fps=_sampling_rate(video, pipeline),
        start=pipeline.start,
        end=pipeline.end,
        decoder=pipeline.decoder,
        max_pixels=pipeline.max_pixels,
    )
    # Four stages at a time: while the faces of some frames are looked at, those of the next are found, first in some frames and then between
    # them, and the next but one are decoded.
    look = _Looking(pipeline, models)
    read = ahead(_timed(moving(reading, threshold=pipeline.skip_still), spent, "read"), n=_AHEAD)
    searched = ahead(_timed(look.now_and_then(_timed(read, spent, "find", sign=-1)), spent, "find"), n=_AHEAD)
    found = ahead(_timed(look.between(_timed(searched, spent, "find", sign=-1)), spent, "find"), n=_AHEAD)
    for batch, faces in found:
        started = perf_counter()
        features = models.extractor(faces.crops or ())
        spent["express"] += perf_counter() - started
        if progress is not None:
            progress(len(batch), int(np.searchsorted(wanted, batch.index[-1], side="right")) / len(wanted))
        yield batch, faces, features


def _sampling_rate(video: Video, pipeline: Pipeline) -> float | None:
    """A folder's fps is the rate its pictures were taken at, and no rate of sampling."""
    return None if video.pictures else pipeline.fps


def _wanted(video: Video, pipeline: Pipeline) -> npt.NDArray[np.int64]:
    return sample(video.seconds, every=pipeline.every, fps=_sampling_rate(video, pipeline), start=pipeline.start, end=pipeline.end)


class _Looking:
    """The two steps in which faces are found, and how they are cropped."""

    def __init__(self, pipeline: Pipeline, models: Models) -> None:
        self._search = face_room.Search(pipeline.min_face, pipeline.thresholds, pipeline.pyramid_factor, pipeline.order)
        self._pipeline, self._networks, self._card = pipeline, models.networks, models.extractor.card

    def now_and_then(self, batches: Iterator[Frames]) -> Iterator[face_room.Searched]:
        seconds = self._pipeline.full_search
        return face_room.search_now_and_then(batches, networks=self._networks, search=self._search, full_search=seconds)

    def between(self, searched: Iterator[face_room.Searched]) -> Iterator[tuple[Frames, Faces]]:
        card = self._card
        align = card.align if self._pipeline.align is None else self._pipeline.align
        for batch, found in face_room.search_between(searched, networks=self._networks, search=self._search):
            chosen = face_room.select(found, self._pipeline.faces)
            yield batch, face_room.crop(batch, chosen, kind=card.crop, size=card.input_size, scale=card.crop_scale, align=align)


def _timed(items: Iterator[T], spent: dict[str, float], stage: str, *, sign: int = 1) -> Iterator[T]:
    """The items, with the seconds that each takes to come added to what a stage has spent; taken off where they come from the stage before."""
    while True:
        started = perf_counter()
        item = next(items, None)
        spent[stage] += sign * (perf_counter() - started)
        if item is None:
            return
        yield item


def _offer(galleries: Galleries, batch: Frames, faces: Faces, features: Features, classes: tuple[str, ...], *, apart: bool) -> None:
    """Offer the faces for the thumbnails: all as one person's, or each person's apart."""
    seconds = dict(zip(batch.index.tolist(), batch.seconds.tolist(), strict=True))
    best = features.probabilities.argmax(axis=1) if len(features) else np.empty(0, np.intp)
    for i, crop in enumerate(faces.crops or ()):
        person = int(faces.track[i]) if apart and faces.track is not None else 0
        galleries.offer(person, seconds[int(faces.frame[i])], crop, classes[best[i]], float(features.probabilities[i, best[i]]))


def _portray(portraits: Portraits, faces: Faces) -> None:
    """The largest face of a person is seen best, and of two as large the surer one."""
    if faces.track is None or faces.crops is None:
        return
    clearness = (faces.boxes[:, 2] - faces.boxes[:, 0]) * (faces.boxes[:, 3] - faces.boxes[:, 1]) * faces.scores
    for person, crop, clear in zip(faces.track.tolist(), faces.crops, clearness.tolist(), strict=True):
        portraits.offer(person, crop, clear)


def _summary(clip: Clip, video: Video, table: FaceTable, n_wanted: int, *, min_coverage: float) -> VideoRow:
    mean = table.mean()
    n_frames = len(table.frame_starts())
    row = VideoRow(
        video=clip.id,
        error="; ".join(_remarks(video, n_wanted, n_frames)),
        seconds=video.duration,
        frames=n_frames,
        face_frames=len(np.unique(table.frame[table.face >= 0])),
        faces=int((table.face >= 0).sum()),
        longest_gap=table.longest_gap(),
        mean=mean,
        affect=table.mean_affect(),
        dominant="" if np.isnan(mean).any() else table.classes[int(mean.argmax())],
    )
    too_little = bool(row.dominant) and row.coverage is not None and row.coverage < min_coverage
    return replace(row, dominant=LOW_COVERAGE) if too_little else row


def _remarks(video: Video, n_wanted: int, n_frames: int) -> Iterator[str]:
    if video.truncated_at is not None:
        yield f"truncated: the data ends at {video.truncated_at:.3f} s"
    if not n_wanted:
        yield "no frame in the range asked for"
    elif n_frames < n_wanted:
        yield f"{n_wanted - n_frames} of {n_wanted} frames could not be decoded"
