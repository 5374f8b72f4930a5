"""Made-up results of a size: a video of so many persons, and an index of so many videos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from eval.support.clips import looped
from videoemo.analysis.fingerprint import settings_key
from videoemo.config.pipeline import Pipeline
from videoemo.group import group_affect, write_group_series, write_synchrony
from videoemo.inference.resolve import Resolved
from videoemo.report.course import STRETCHES
from videoemo.report.index_row import Gist, IndexRow
from videoemo.runs.state.fingerprint import make_key, video_key
from videoemo.runs.state.leases import Leases
from videoemo.runs.state.results import writing
from videoemo.scoring.provenance import video_location
from videoemo.scoring.run_tables import Run, write_run_tables
from videoemo.tables.columns import Columns
from videoemo.tables.expressions import episodes, leading_classes, write_expressions
from videoemo.tables.faces import FaceTable, write_faces
from videoemo.tables.results_folder import mark_results_folder
from videoemo.tables.smoothing import smooth
from videoemo.tables.summary import Failure, to_summary
from videoemo.tables.tracks import write_tracks
from videoemo.tables.videos import VideoRow
from videoemo.util.files import write_json

__all__ = ["faces", "index_rows", "write_results", "write_video"]

RATE = 25
WIDTH, HEIGHT = 640, 360
# How far a probability's logarithm strays from one frame to the next, is drawn back, and is off in
# each frame; and how many pixels a box is off, as those of detectors are.
STRAYS, BACK, OFF, BOX_OFF = 0.15, 0.01, 0.3, 0.7


def write_video(path: Path, *, minutes: float) -> Path:
    """Write a video of so many minutes: ten seconds of a moving gradient at most, over and over."""
    short = path.with_name("short.mp4")
    with av.open(str(short), "w") as container:
        stream: Any = container.add_stream("libx264", rate=RATE, options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        ramp = np.add.outer(np.arange(HEIGHT), np.arange(WIDTH)) // 8
        for i in range(round(min(10.0, 60 * minutes) * RATE)):
            grey = ((ramp + i) % 256).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(np.repeat(grey[..., None], 3, axis=2), "rgb24")
            frame.pts, frame.time_base = i, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    looped(short, path, minutes=minutes)
    short.unlink()
    return path


def faces(minutes: float, persons: int, classes: tuple[str, ...], seed: int = 0) -> FaceTable:
    """A faces table of persons who are always there, side by side, and whose expressions stray."""
    rng, n = np.random.default_rng(seed), round(minutes * 60 * RATE)
    frame = np.repeat(np.arange(n, dtype=np.int64), persons)
    person = np.tile(np.arange(persons, dtype=np.int64), n)
    room = WIDTH / persons
    left = person * room + 0.1 * room + 0.05 * room * np.sin(frame / 40 + person)
    boxes = np.column_stack([left, 0 * left + 120, 0 * left + 0.7 * room, 0 * left + 80])
    boxes += rng.normal(scale=BOX_OFF, size=boxes.shape)
    return FaceTable(
        frame=frame,
        seconds=frame / RATE,
        face=person.copy(),
        track=person,
        boxes=boxes.astype(np.float32),
        scores=np.full(len(frame), 0.99, np.float32),
        quality=np.zeros((len(frame), 4), np.float32),
        probabilities=_straying(rng, n, persons, len(classes)).reshape(-1, len(classes)),
        classes=classes,
    )


def write_results(out: Path, videos: Mapping[Path, FaceTable], resolved: Resolved) -> None:
    """Write the results of videos of one network as a run leaves them, pictures left out."""
    pipeline = resolved.pipeline
    columns = Columns(next(iter(videos.values())).classes, (), None)
    ran = {"pipeline": asdict(pipeline), "extractor": asdict(resolved.card)}
    rows: list[VideoRow | Failure] = []
    out.mkdir(parents=True, exist_ok=True)
    mark_results_folder(out)
    with Leases(out) as leases:
        for video, table in videos.items():
            lease = leases.take(video.name)
            assert lease is not None
            with writing(lease) as place:
                key = make_key(video_key(video, whole=False), settings_key(resolved))
                about = {"key": key, **video_location(video, out / video.name), **ran}
                rows.append(_write_video(place, video.name, table, pipeline, about))
        run = Run.from_results(rows, seconds=1.0, before=0)
        write_run_tables(run, out, leases, columns=columns, pictures=False, ran=ran)


def _write_video(
    place: Path, name: str, table: FaceTable, pipeline: Pipeline, about: dict[str, Any]
) -> VideoRow:
    row, tracking, group = _row(name, table), pipeline.tracking, pipeline.group
    series = smooth(table, tracking.smoothing)
    leading = leading_classes(series)
    spans = episodes(
        table, leading, min_run=tracking.min_run, longest_step=tracking.track_gap, cuts=()
    )
    affect = group_affect(
        table,
        window=group.group_window,
        synchrony_window=group.synchrony_window,
        synchrony_lag=group.synchrony_lag,
    )
    write_faces(table, place / "faces.parquet")
    write_tracks(table, place / "tracks.csv", series=series)
    write_expressions(spans, place / "expressions.csv")
    write_group_series(affect.series, table.classes, place / "group.parquet")
    write_synchrony(affect.pairs, place / "synchrony.csv")
    summary = {"group": affect.summary(), "cuts": [], "width": WIDTH, "height": HEIGHT, **about}
    write_json(place / "summary.json", to_summary(row, table.classes) | summary)
    return row


def index_rows(n: int, classes: tuple[str, ...], *, thumbnails: Sequence[str]) -> list[IndexRow]:
    """Rows of an index of so many videos, whose pages are not there, with thumbnails in turns."""
    rng, rows = np.random.default_rng(0), []
    for i in range(n):
        mean = rng.dirichlet(np.ones(len(classes))).astype(np.float32)
        leads = rng.choice(len(classes), size=STRETCHES, p=mean / mean.sum(dtype=np.float64))
        course = "".join(f"{chr(ord('A') + lead)}{rng.integers(10)}" for lead in leads.tolist())
        row = VideoRow(
            video=f"day {i // 100:03d}/participant {i:05d}.mp4",
            seconds=float(rng.exponential(300)),
            frames=1000,
            face_frames=int(rng.integers(1001)),
            faces=1000,
            mean=mean,
            dominant=classes[int(mean.argmax())],
        )
        gist = Gist(f"{i:016x}", int(rng.integers(1, 6)), course)
        rows.append(
            IndexRow.of(
                row, page=f"{i}/report.html", picture=thumbnails[i % len(thumbnails)], gist=gist
            )
        )
    return rows


def _straying(
    rng: np.random.Generator, n: int, persons: int, classes: int
) -> npt.NDArray[np.float32]:
    """Probabilities, (n, persons, classes), that wander and sum to 1."""
    from scipy.signal import lfilter

    steps = rng.normal(scale=STRAYS, size=(n, persons, classes))
    logits = 3 * lfilter([1.0], [1.0, BACK - 1], steps, axis=0)
    logits += rng.normal(scale=OFF, size=logits.shape)
    shares = np.exp(logits - logits.max(axis=2, keepdims=True))
    probabilities: npt.NDArray[np.float32] = (shares / shares.sum(axis=2, keepdims=True)).astype(
        np.float32
    )
    return probabilities


def _row(name: str, table: FaceTable) -> VideoRow:
    frames, mean = len(table.frame_starts()), table.mean()
    return VideoRow(
        video=name,
        seconds=frames / RATE,
        frames=frames,
        face_frames=frames,
        faces=len(table.frame),
        longest_gap=0.0,
        mean=mean,
        dominant=table.classes[int(mean.argmax())],
    )
