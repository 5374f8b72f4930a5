"""One video to its results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.analysis.face_buffer import EmbeddingBuffer
from videoemo.analysis.stages import AnalyzedFrames, make_reid
from videoemo.analysis.thumbnails import Portraits
from videoemo.analysis.track_thumbnails import TrackThumbnails
from videoemo.analysis.video import ProgressReport, SampledVideo, analyze_video, sample_video
from videoemo.classification.sliding import sliding_windows
from videoemo.config.pipeline import Pipeline
from videoemo.faces.tracking.identity import IdentityGallery
from videoemo.group import GroupAffect, group_affect
from videoemo.inference.models import LoadedNetworks
from videoemo.records import Clip, Faces
from videoemo.tables.expressions import Episode, episodes, leading_classes
from videoemo.tables.faces import FaceTable, face_table
from videoemo.tables.identities import Identities
from videoemo.tables.smoothing import smooth
from videoemo.tables.thumbnails import Thumbnail
from videoemo.tables.tracks import longest_track, select_track
from videoemo.tables.video_row import mean_weights, video_row
from videoemo.tables.videos import VideoRow
from videoemo.tables.windows import Window
from videoemo.util.boxes import area
from videoemo.util.timings import StageTimer
from videoemo.video import Video

__all__ = ["Scored", "score_video"]

# So many sizes of frames are told.
MAX_SIZES = 4
# So many persons stand for a video in a list.
MAX_PORTRAITS = 3


@dataclass(frozen=True)
class Scored:
    """One video's results.

    Parameters
    ----------
    pipeline : Pipeline
        What they were made with.
    video : Video
        What its container says.
    other_sizes : list of tuple of (int, int)
        Width and height of frames that were scaled to the size of the first, in px.
    table : FaceTable
        Its faces.
    cuts : tuple of float
        The times of its cuts, in seconds: of the first frame of each shot but the first.
    row : VideoRow
        Its summary.
    thumbnails : list of Thumbnail
        Faces of its clearest moments, for pictures; none where none are drawn.
    portraits : Portraits
        A face of each person, likewise.
    windows : list of Window
        What a fitted classifier says of it, window by window; empty where there is none.
    scores : tuple of str
        The columns of that classifier's scores.
    identities : Identities or None
        The embeddings of its persons, where they are asked for.
    """

    pipeline: Pipeline
    video: Video
    other_sizes: list[tuple[int, int]]
    table: FaceTable
    cuts: tuple[float, ...]
    row: VideoRow
    thumbnails: list[Thumbnail]
    portraits: Portraits
    windows: list[Window]
    scores: tuple[str, ...]
    identities: Identities | None

    @cached_property
    def smoothed(self) -> FaceTable:
        """The table smoothed along tracks, as pictures show it."""
        return smooth(self.table, self.pipeline.tracking.smoothing)

    @cached_property
    def episodes(self) -> list[Episode]:
        """The episodes of each person's expressions."""
        tracking = self.pipeline.tracking
        return episodes(
            self.table,
            leading_classes(self.smoothed),
            min_run=tracking.min_run,
            longest_step=tracking.track_gap,
            cuts=self.cuts,
        )

    def presentation(self) -> dict[str, Any]:
        """What was undone to show frames as players do, in the words of summary.json; empty for
        most videos.
        """
        sizes = [list(size) for size in self.other_sizes]
        return {**self.video.presentation.undone(), **({"other_sizes": sizes} if sizes else {})}

    @cached_property
    def main_portraits(self) -> list[npt.NDArray[np.uint8]]:
        """The portraits of the persons seen longest, three at most, in the order of their tracks;
        none where no pictures are drawn.
        """
        tracks, rows = np.unique(self.table.track[self.table.track >= 0], return_counts=True)
        longest = sorted(tracks[np.argsort(-rows, kind="stable")[:MAX_PORTRAITS]].tolist())
        portraits = self.portraits.chosen()
        return [portraits[track] for track in longest if track in portraits]

    @cached_property
    def weights(self) -> npt.NDArray[np.float64] | None:
        """The weights of the rows in means by time; None where every face weighs the same."""
        return mean_weights(self.table, self.pipeline.tracking)

    @cached_property
    def group(self) -> GroupAffect:
        """What its persons display together."""
        group = self.pipeline.group
        return group_affect(
            self.table,
            window=group.group_window,
            synchrony_window=group.synchrony_window,
            synchrony_lag=group.synchrony_lag,
        )


def score_video(
    clip: Clip,
    pipeline: Pipeline,
    networks: LoadedNetworks,
    *,
    timer: StageTimer | None = None,
    progress: ProgressReport | None = None,
) -> Scored:
    """Score one video: every face in every sampled frame, and what each displays.

    Parameters
    ----------
    clip : Clip
        The video.
    pipeline : Pipeline
        The settings.
    networks : LoadedNetworks
        What detects and reads faces; where it has a predictor, the video is classified, too.
    timer : StageTimer or None
        Where the work of each stage is added up.
    progress : callable or None
        Called after each batch with the number of frames it held and the share of the video that is
        done, 0 to 1.

    Raises
    ------
    VideoError
        The video cannot be read.
    """
    timer = StageTimer() if timer is None else timer
    card, predictor = networks.card, networks.predictor
    sampled = sample_video(clip, pipeline, timer)
    one_person = pipeline.detection.faces == "track:longest"
    first, last = _range(sampled)
    thumbnails = TrackThumbnails(last - first, first=first, wait=pipeline.tracking.track_gap)
    portraits, buffer = Portraits(), EmbeddingBuffer(card.embedding)
    reid = make_reid(pipeline, networks.identifier)

    def analyzed() -> Iterator[AnalyzedFrames]:
        for batch in analyze_video(
            sampled, pipeline, networks, timer=timer, progress=progress, reid=reid
        ):
            if pipeline.outputs.pictures:
                _offer(thumbnails, batch, card.classes, apart=one_person)
                _portray(portraits, batch.faces)
            if predictor is not None:
                buffer.add(batch.faces, batch.features)
            yield batch

    table = face_table(
        analyzed(), card.classes, card.number_names, looked_at=pipeline.network.reuse > 0
    )
    with timer.stage("write"):
        track = longest_track(table.track) if one_person else None
        if track is not None:
            table = select_track(table, track)
        if pipeline.tracking.smooth_tables:
            table = smooth(table, pipeline.tracking.smoothing)
        row = video_row(
            table,
            pipeline.tracking,
            video=clip.id,
            seconds=sampled.video.duration,
            error="; ".join(_remarks(sampled)),
        )
        windows = list[Window]()
        if predictor is not None:
            frame, _, embedding = buffer.of(track)
            row = replace(row, prediction=predictor(frame, embedding))
            windows = sliding_windows(
                predictor,
                table,
                (frame, embedding),
                length=pipeline.prediction.prediction_window,
                step=pipeline.prediction.prediction_step,
            )
        scores = () if predictor is None else predictor.scores
        chosen = thumbnails.chosen(track or 0)
        identities = None
        if pipeline.outputs.keep_embeddings and isinstance(reid, IdentityGallery):
            identities = _identities(reid, table)
    return Scored(
        pipeline,
        sampled.video,
        sampled.other_sizes,
        table,
        tuple(sampled.cuts),
        row,
        chosen,
        portraits,
        windows,
        scores,
        identities,
    )


def _identities(gallery: IdentityGallery, table: FaceTable) -> Identities:
    """The embeddings of the persons of a table."""
    track = np.unique(table.track[table.track >= 0])
    known = gallery.identities(track.tolist())
    return Identities(
        track,
        np.array([one.n_faces for one in known], np.int64),
        np.array([one.embedding for one in known], np.float32).reshape(len(track), gallery.length),
    )


def _range(sampled: SampledVideo) -> tuple[float, float]:
    """Seconds of the first and the last frame asked for."""
    if not len(sampled.index):
        return 0.0, 0.0
    first, last = sampled.video.seconds[sampled.index[[0, -1]]].tolist()
    return first, last


def _offer(
    thumbnails: TrackThumbnails, batch: AnalyzedFrames, classes: tuple[str, ...], *, apart: bool
) -> None:
    """Offer the faces for the thumbnails: all as one person's, or each person's apart."""
    frames, faces, features = batch
    seconds = dict(zip(frames.index.tolist(), frames.seconds.tolist(), strict=True))
    best = features.probabilities.argmax(axis=1) if len(features) else np.empty(0, np.intp)
    for i, crop in enumerate(faces.crops or ()):
        person = int(faces.track[i]) if apart and faces.track is not None else 0
        thumbnails.offer(
            person,
            seconds[int(faces.frame[i])],
            crop,
            classes[best[i]],
            float(features.probabilities[i, best[i]]),
        )


def _portray(portraits: Portraits, faces: Faces) -> None:
    """The largest face of a person is seen best, and of two as large the surer one."""
    if faces.track is None or faces.crops is None:
        return
    clearness = area(faces.boxes) * faces.scores
    for person, crop, clear in zip(
        faces.track.tolist(), faces.crops, clearness.tolist(), strict=True
    ):
        portraits.offer(person, crop, clear)


def _remarks(sampled: SampledVideo) -> Iterator[str]:
    yield from sampled.video.remarks
    if sampled.video.truncated_at is not None:
        yield f"truncated: the data ends at {sampled.video.truncated_at:.3f} s"
    if sampled.other_sizes:
        video = sampled.video
        others = ", ".join(f"{width}x{height}" for width, height in sampled.other_sizes[:MAX_SIZES])
        more = ", ..." if len(sampled.other_sizes) > MAX_SIZES else ""
        yield (
            f"frames of other sizes ({others}{more}) were scaled to {video.width}x{video.height}, "
            "that of the first"
        )
    if not len(sampled.index):
        yield "no frame in the range asked for"
    elif sampled.n_missing:
        yield f"{sampled.n_missing} of {len(sampled.index)} frames could not be decoded"
