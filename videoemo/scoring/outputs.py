"""The registry of outputs: every file that is written of a scored video, in the order of writing.

A new output is a function that writes it, and a line of `OUTPUTS`. What draws or needs a heavy
library is imported when it is called: a run's parent, which opens no video, reads this registry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from videoemo.config.pipeline import Pipeline
from videoemo.runs.state.integrity import PNG, FileCheck, csv_check, parquet_check
from videoemo.runs.state.paths import FOUND_PICTURE, LABELS, PAGE_FILES
from videoemo.tables.columns import Columns

if TYPE_CHECKING:
    from videoemo.scoring.video import Scored

__all__ = ["NAMES", "OUTPUTS", "REPLACED", "Output", "wanted_outputs"]


@dataclass(frozen=True)
class Output:
    """A file of a video's results.

    Parameters
    ----------
    name : str
        Of the file.
    wanted : callable
        Whether a run writes it, from its pipeline and from whether it has a fitted classifier.
    write : callable
        Writes it, from a scored video to a path.
    check : callable
        How a whole file is known, from the columns of the run.
    has : callable or None
        Whether a video has it, from the scored video; None for every video.
    """

    name: str
    wanted: Callable[[Pipeline, bool], bool]
    write: Callable[[Scored, Path], None]
    check: Callable[[Columns], FileCheck]
    has: Callable[[Scored], bool] | None = None

    @property
    def required(self) -> bool:
        """Whether every scored video has it, whatever the settings."""
        return self.wanted is _always and self.has is None


def wanted_outputs(pipeline: Pipeline, *, classifier: bool) -> list[Output]:
    """The outputs that a run writes.

    Parameters
    ----------
    pipeline : Pipeline
        The settings.
    classifier : bool
        Whether the run has a fitted classifier.
    """
    return [output for output in OUTPUTS if output.wanted(pipeline, classifier)]


def _write_faces(scored: Scored, path: Path) -> None:
    from videoemo.tables.faces import write_faces

    write_faces(scored.table, path)


def _write_faces_csv(scored: Scored, path: Path) -> None:
    from videoemo.tables.faces import write_faces_csv

    write_faces_csv(scored.table, path)


def _write_tracks(scored: Scored, path: Path) -> None:
    from videoemo.tables.tracks import write_tracks

    write_tracks(scored.table, path, series=scored.smoothed, weights=scored.weights)


def _write_expressions(scored: Scored, path: Path) -> None:
    from videoemo.tables.expressions import write_expressions

    write_expressions(scored.episodes, path)


def _write_windows(scored: Scored, path: Path) -> None:
    from videoemo.tables.windows import write_windows

    write_windows(scored.windows, scored.scores, path)


def _write_identities(scored: Scored, path: Path) -> None:
    from videoemo.tables.identities import write_identities

    assert scored.identities is not None
    write_identities(scored.identities, path)


def _draw_timeline(scored: Scored, path: Path) -> None:
    from videoemo.plots import video_timeline

    video_timeline(path, scored.smoothed, scored.row, thumbnails=scored.thumbnails)


def _draw_thumbnail(scored: Scored, path: Path) -> None:
    from videoemo.plots import thumbnail

    thumbnail(path, scored.main_portraits)


def _write_group(scored: Scored, path: Path) -> None:
    from videoemo.group import write_group_series

    write_group_series(scored.group.series, scored.table.classes, path)


def _write_synchrony(scored: Scored, path: Path) -> None:
    from videoemo.group import write_synchrony

    write_synchrony(scored.group.pairs, path)


def _draw_group(scored: Scored, path: Path) -> None:
    from videoemo.group import face_affect
    from videoemo.plots import group

    group(
        path,
        replace(scored.group, faces=face_affect(scored.smoothed)),
        name=scored.row.video,
        portraits=scored.portraits.chosen(),
        windows=scored.windows,
        smoothed=scored.smoothed.smoothed,
        notice=scored.row.error or None,
    )


def _check_faces(columns: Columns) -> FileCheck:
    from videoemo.tables.faces import read_faces

    return parquet_check(partial(read_faces, columns=columns))


def _check_faces_csv(columns: Columns) -> FileCheck:
    from videoemo.tables.faces import check_faces_csv

    return csv_check(partial(check_faces_csv, columns=columns))


def _check_tracks(columns: Columns) -> FileCheck:
    from videoemo.tables.tracks import read_tracks

    return csv_check(partial(read_tracks, columns=columns))


def _check_expressions(columns: Columns) -> FileCheck:
    from videoemo.tables.expressions import check_expressions

    return csv_check(partial(check_expressions, columns=columns))


def _check_windows(columns: Columns) -> FileCheck:
    from videoemo.tables.windows import check_windows

    return csv_check(partial(check_windows, columns=columns))


def _check_identities(columns: Columns) -> FileCheck:
    from videoemo.tables.identities import check_identities

    return parquet_check(check_identities)


def _check_group(columns: Columns) -> FileCheck:
    from videoemo.group import read_group_series

    return parquet_check(partial(read_group_series, classes=columns.classes))


def _check_synchrony(columns: Columns) -> FileCheck:
    from videoemo.group import check_synchrony

    return csv_check(check_synchrony)


def _check_picture(columns: Columns) -> FileCheck:
    return PNG


def _always(pipeline: Pipeline, classifier: bool) -> bool:
    return True


def _csv(pipeline: Pipeline, classifier: bool) -> bool:
    return pipeline.outputs.csv


def _classified(pipeline: Pipeline, classifier: bool) -> bool:
    return classifier


def _keep_embeddings(pipeline: Pipeline, classifier: bool) -> bool:
    return pipeline.outputs.keep_embeddings


def _pictures(pipeline: Pipeline, classifier: bool) -> bool:
    return pipeline.outputs.pictures


def _group(pipeline: Pipeline, classifier: bool) -> bool:
    return pipeline.outputs.group


def _group_pictures(pipeline: Pipeline, classifier: bool) -> bool:
    return pipeline.outputs.group and pipeline.outputs.pictures


def _has_pairs(scored: Scored) -> bool:
    return bool(scored.group.pairs)


def _has_portraits(scored: Scored) -> bool:
    return bool(scored.main_portraits)


def _has_group_picture(scored: Scored) -> bool:
    return scored.group.has_picture()


OUTPUTS = (
    Output("faces.parquet", _always, _write_faces, _check_faces),
    Output("faces.csv", _csv, _write_faces_csv, _check_faces_csv),
    Output("tracks.csv", _always, _write_tracks, _check_tracks),
    Output("expressions.csv", _always, _write_expressions, _check_expressions),
    Output("windows.csv", _classified, _write_windows, _check_windows),
    Output("identities.parquet", _keep_embeddings, _write_identities, _check_identities),
    Output("timeline.png", _pictures, _draw_timeline, _check_picture),
    Output("thumbnail.png", _pictures, _draw_thumbnail, _check_picture, has=_has_portraits),
    Output("group.parquet", _group, _write_group, _check_group),
    Output("synchrony.csv", _group, _write_synchrony, _check_synchrony, has=_has_pairs),
    Output("group.png", _group_pictures, _draw_group, _check_picture, has=_has_group_picture),
)
# All files of a video's results; summary.json, written last, says that they are whole.
NAMES = frozenset([*(output.name for output in OUTPUTS), "summary.json"])
# All files that go when new results take the place of old ones: a page of a report shows the old,
# and so do what `label` and `find` wrote, which is asked for again from what they kept.
REPLACED = NAMES.union(PAGE_FILES, [LABELS, FOUND_PICTURE])
