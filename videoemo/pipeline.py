"""One video to its tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from videoemo.effort import Effort
from videoemo.expressions import expressions, sampled
from videoemo.faces.selection import areas
from videoemo.galleries import Galleries
from videoemo.kept import Kept
from videoemo.networks import Models
from videoemo.persons import longest, only
from videoemo.recipes import Pipeline
from videoemo.records import Clip, Faces, Features, Frames
from videoemo.smoothing import smooth
from videoemo.tables import LOW_COVERAGE, FaceTable, VideoRow, face_table
from videoemo.thumbnails import Portraits, Thumbnail
from videoemo.tracking import tracked
from videoemo.video import Video, probe
from videoemo.windows import Window, over_time

__all__ = ["Scored", "score_video"]


@dataclass(frozen=True)
class Scored:
    """One video's results.

    Parameters
    ----------
    video : what its container says.
    table : its faces.
    row : its summary.
    thumbnails, portraits : faces of its clearest moments, and one of each person, for pictures; none where none are drawn.
    windows : what a fitted classifier says of the video, window by window; empty where there is none.
    effort : what went into it.
    """

    video: Video
    table: FaceTable
    row: VideoRow
    thumbnails: list[Thumbnail]
    portraits: Portraits
    windows: list[Window]
    effort: Effort


def score_video(clip: Clip, pipeline: Pipeline, models: Models, *, progress: Callable[[int, float], None] | None = None) -> Scored:
    """Find the faces of a video's sampled frames and what each expresses.

    Parameters
    ----------
    progress : called after each batch with the number of frames it held and the share of the video that is done, 0 to 1.

    Raises
    ------
    VideoError : the video cannot be read.
    """
    effort = Effort()
    video = probe(clip.path, fps=pipeline.fps, max_pixels=pipeline.max_pixels)
    wanted = sampled(video, pipeline)
    first, last = (video.seconds[wanted[0]], video.seconds[wanted[-1]]) if len(wanted) else (0.0, 0.0)
    one_person = pipeline.faces == "track:longest"
    galleries = Galleries(float(last - first), first=float(first), wait=pipeline.track_gap)
    kept = Kept(models.card.embedding)
    portraits = Portraits()
    windows: list[Window] = []

    def shown() -> Iterator[tuple[Frames, Faces, Features]]:
        found = expressions(video, pipeline, models, effort=effort, progress=progress)
        for batch, faces, features in tracked(found, pipeline, effort):
            if pipeline.pictures:
                _offer(galleries, batch, faces, features, models.card.classes, apart=one_person)
                _portray(portraits, faces)
            if models.classify is not None:
                kept.add(faces, features)
            yield batch, faces, features

    table = face_table(shown(), models.card.classes, affect=models.card.valence_arousal)
    person = longest(table.track) if one_person else None
    if person is not None:
        table = only(table, person)
    if pipeline.smooth_tables:
        table = smooth(table, pipeline.smoothing)
    row = _summary(clip, video, table, n_missing=len(wanted) - effort.frames, n_wanted=len(wanted), min_coverage=pipeline.min_coverage)
    if models.classify is not None:
        frame, _, vectors = kept.of(person)
        row = replace(row, prediction=models.classify(frame, vectors))
        windows = over_time(models.classify, table, (frame, vectors), length=pipeline.prediction_window, step=pipeline.prediction_step)
    return Scored(video, table, row, galleries.chosen(person or 0), portraits, windows, effort)


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
    clearness = areas(faces) * faces.scores
    for person, crop, clear in zip(faces.track.tolist(), faces.crops, clearness.tolist(), strict=True):
        portraits.offer(person, crop, clear)


def _summary(clip: Clip, video: Video, table: FaceTable, *, n_missing: int, n_wanted: int, min_coverage: float) -> VideoRow:
    mean = table.mean()
    n_frames = len(table.frame_starts())
    row = VideoRow(
        video=clip.id,
        error="; ".join(_remarks(video, n_wanted, n_missing)),
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


def _remarks(video: Video, n_wanted: int, n_missing: int) -> Iterator[str]:
    if video.truncated_at is not None:
        yield f"truncated: the data ends at {video.truncated_at:.3f} s"
    if not n_wanted:
        yield "no frame in the range asked for"
    elif n_missing:
        yield f"{n_missing} of {n_wanted} frames could not be decoded"
