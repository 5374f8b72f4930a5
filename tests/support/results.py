"""A folder of results as a finished run leaves it, of made-up tables: no network, no video."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.support.rows import CLASSES, rows
from videoemo.config.pipeline import Pipeline, load_pipeline
from videoemo.group import group_affect, write_group_series
from videoemo.runs.state.fingerprint import make_key, video_key
from videoemo.runs.state.leases import Leases
from videoemo.runs.state.results import write_failure, writing
from videoemo.scoring.outputs import REPLACED
from videoemo.scoring.provenance import video_location
from videoemo.scoring.run_tables import Run, write_run_tables
from videoemo.tables.columns import Columns
from videoemo.tables.expressions import episodes, leading_classes, write_expressions
from videoemo.tables.faces import SCHEMA, FaceTable, write_faces
from videoemo.tables.results_folder import mark_results_folder
from videoemo.tables.smoothing import smooth
from videoemo.tables.summary import Failure, to_summary
from videoemo.tables.tracks import write_tracks
from videoemo.tables.videos import VideoRow
from videoemo.util.files import write_json

COLUMNS = Columns(CLASSES, (), None)


@dataclass(frozen=True)
class MadeUp:
    """A video that was scored: its faces, and the file that was."""

    table: FaceTable
    path: Path = Path("/nowhere/a.mp4")
    cuts: tuple[float, ...] = ()
    error: str = ""
    size: tuple[int, int] = (640, 360)


def two_persons(n: int = 50, *, step: float = 0.04) -> FaceTable:
    """Person 0 is sad, then happy; person 1 is happy, and in the last fifth of the frames away."""
    return rows(
        [
            (i, i * step, track, 0.9 if track or i >= n // 2 else 0.2)
            for i in range(n)
            for track in ((0, 1) if i < n - n // 5 else (0,))
        ]
    )


def write_results(
    out: Path,
    videos: Mapping[str, MadeUp],
    *,
    failures: Sequence[Failure] = (),
    pipeline: Pipeline | None = None,
    columns: Columns = COLUMNS,
) -> Path:
    """Write the results of a run, pictures left out."""
    pipeline = load_pipeline() if pipeline is None else pipeline
    ran = {"pipeline": asdict(pipeline)}
    out.mkdir(parents=True, exist_ok=True)
    mark_results_folder(out)
    results: list[VideoRow | Failure] = []
    with Leases(out, own_files=REPLACED) as leases:
        for name, video in videos.items():
            lease = leases.take(name)
            assert lease is not None
            with writing(lease) as place:
                folder = out.joinpath(name)
                results.append(_write_video(place, folder, name, video, pipeline, ran))
        for failure in failures:
            lease = leases.take(failure.video)
            assert lease is not None
            write_failure(lease, failure, make_key({"unreadable": "no file"}, _settings(columns)))
            results.append(failure)
        run = Run.from_results(results, seconds=1.0, before=0)
        write_run_tables(run, out, leases, columns=columns, pictures=False, ran=ran)
    return out


def _settings(columns: Columns) -> dict[str, Any]:
    heads = [
        {"name": "expression", "kind": "classes", "labels": list(columns.classes)},
        {"name": "embedding", "kind": "embedding", "labels": [], "size": 8},
        *({"name": name, "kind": "value", "low": -1.0, "high": 1.0} for name in columns.values),
    ]
    return {"schema": SCHEMA, "extractor": {"outputs": heads}}


def _write_video(
    place: Path, folder: Path, name: str, video: MadeUp, pipeline: Pipeline, ran: dict[str, Any]
) -> VideoRow:
    table, tracking = video.table, pipeline.tracking
    frames, mean = len(table.frame_starts()), table.mean()
    row = VideoRow(
        video=name,
        error=video.error,
        seconds=float(table.seconds[-1] - table.seconds[0]) if frames else 0.0,
        frames=frames,
        face_frames=len(np.unique(table.frame[table.face >= 0])),
        faces=int((table.face >= 0).sum()),
        longest_gap=table.longest_gap(),
        mean=mean,
        values=table.mean_values(),
        dominant="" if np.isnan(mean).any() else table.classes[int(mean.argmax())],
    )
    series = smooth(table, tracking.smoothing)
    found = episodes(
        table,
        leading_classes(series),
        min_run=tracking.min_run,
        longest_step=tracking.track_gap,
        cuts=video.cuts,
    )
    group = group_affect(table, window=1.0, synchrony_window=10.0, synchrony_lag=0.5)
    write_faces(table, place / "faces.parquet")
    write_tracks(table, place / "tracks.csv", series=series)
    write_expressions(found, place / "expressions.csv")
    if pipeline.outputs.group:
        write_group_series(group.series, table.classes, place / "group.parquet")
    content = {
        "cuts": list(video.cuts),
        **video_location(video.path, folder),
        "width": video.size[0],
        "height": video.size[1],
        "key": make_key(
            video_key(video.path, whole=False),
            _settings(Columns(table.classes, tuple(table.values), None)),
        ),
    }
    write_json(place / "summary.json", to_summary(row, table.classes) | content | ran)
    return row
