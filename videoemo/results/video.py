"""The results of one video, each read when it is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from videoemo.config.pipeline import Pipeline
from videoemo.config.toml import build_record
from videoemo.errors import InputError, RecipeError
from videoemo.results.record import Record, damaged, read_corrections_of, read_record
from videoemo.results.source import Source, find_source
from videoemo.runs.state.paths import FOUND, FOUND_PICTURE, LABELS, result_folder
from videoemo.tables.columns import Columns
from videoemo.tables.corrections import Corrections
from videoemo.tables.expressions import Episode, episodes, leading_classes, read_expressions
from videoemo.tables.faces import FaceTable, read_faces
from videoemo.tables.found import FoundRow, read_found
from videoemo.tables.labels import LabelTable, read_labels
from videoemo.tables.smoothing import smooth
from videoemo.tables.tracks import read_tracks, write_tracks
from videoemo.tables.video_row import mean_weights, video_row
from videoemo.tables.videos import VideoRow
from videoemo.util.arrays import Int64Array
from videoemo.util.messages import reason_of, shown

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from videoemo.group import Pair

__all__ = ["VideoResults"]

# Pixels of a side: above what any format of pictures allows.
_MOST_PIXELS = 2**31


@dataclass(frozen=True, eq=False)
class VideoResults:
    """Results of one video.

    Files are read when they are asked for, once, and checked: an attribute whose file is missing
    or damaged raises InputError.

    Parameters
    ----------
    out : Path
        The folder of the run.
    row : VideoRow
        Its row of videos.csv.
    columns : Columns
        Of the run.
    names : tuple of str
        Those of all videos of the run.
    """

    out: Path
    row: VideoRow
    columns: Columns
    names: tuple[str, ...] = field(repr=False)

    @property
    def name(self) -> str:
        """The video's id: its path within the folder that was scored."""
        return self.row.video

    @cached_property
    def folder(self) -> Path:
        """The folder of its results, below that of the run."""
        folder = result_folder(self.out, self.name)
        if folder.is_symlink():
            raise damaged(self.out, self.name, "its folder is a link")
        return folder

    @property
    def summary(self) -> dict[str, Any]:
        """What summary.json holds."""
        return self._record.content

    @cached_property
    def pipeline(self) -> Pipeline:
        """The settings with which it was scored."""
        given = self.summary.get("pipeline")
        if not (isinstance(given, dict) and all(isinstance(one, dict) for one in given.values())):
            raise self._damage(f"summary.json: pipeline: expected tables, got {shown(given)}")
        tables = {
            name: {key: value for key, value in table.items() if value is not None}
            for name, table in given.items()
        }
        # It held for the machine that ran; this one may have no way to keep to it.
        tables.get("limits", {}).pop("memory", None)
        try:
            return build_record(Pipeline, tables, where="pipeline")
        except RecipeError as exc:
            raise self._damage(f"summary.json: {exc}") from exc

    @property
    def width(self) -> int:
        """The width of its frames as they are presented, in px."""
        return self._side("width")

    @property
    def height(self) -> int:
        """The height of its frames as they are presented, in px."""
        return self._side("height")

    @cached_property
    def cuts(self) -> tuple[float, ...]:
        """The times of the first frames of its shots but the first one, in seconds, ascending."""
        given = self.summary.get("cuts")
        if not (isinstance(given, list) and all(type(one) in (int, float) for one in given)):
            raise self._damage(f"summary.json: cuts: expected seconds, got {shown(given)}")
        if sorted(given) != given:
            raise self._damage("summary.json: cuts: expected times that do not fall")
        return tuple(map(float, given))

    @cached_property
    def corrections(self) -> Corrections | None:
        """What somebody put right by hand, in corrections.csv; None for nothing."""
        return read_corrections_of(self.out, self.name, self.columns)

    @cached_property
    def detected(self) -> FaceTable:
        """Its faces as they were found, without corrections."""
        with self._file("faces.parquet") as path:
            table = read_faces(path, self.columns)
            self._require_count("frames", len(table.frame_starts()))
            self._require_count("faces", int((table.face >= 0).sum()))
        return table

    @cached_property
    def detected_episodes(self) -> list[Episode]:
        """The episodes of each person's expressions, by track, then by time, without
        corrections.
        """
        with self._file("expressions.csv") as path:
            return read_expressions(path, self.columns)

    @cached_property
    def table(self) -> FaceTable:
        """Its faces, corrected where there are corrections."""
        return self.detected if self.corrections is None else self.corrections.apply(self.detected)

    @cached_property
    def corrected_row(self) -> VideoRow:
        """`row`; of a corrected video with the counts and means of the corrected faces."""
        if self.corrections is None:
            return self.row
        made = video_row(
            self.table,
            self.pipeline.tracking,
            video=self.name,
            seconds=self.row.seconds,
            error=self.row.error,
        )
        return replace(made, prediction=self.row.prediction)

    @cached_property
    def corrections_remark(self) -> str:
        """What corrections are left out, in a sentence without the video's name; empty where all
        are in the table.
        """
        n = 0 if self.corrections is None else len(self.corrections.missing(self.detected))
        if not n:
            return ""
        frames = f"{n:,} frames that are" if n > 1 else "1 frame that is"
        return (
            f"what was put right in {frames} no longer sampled, as with another --fps, is left out"
        )

    @cached_property
    def smoothed(self) -> FaceTable:
        """Its faces, smoothed along tracks as pictures show them."""
        return smooth(self.table, self.pipeline.tracking.smoothing)

    @cached_property
    def leads(self) -> Int64Array:
        """The class that leads in each row of `table`, by its index in the classes, or the one that
        somebody put in its place, (n,); -1 where there is none.
        """
        table = self.table
        leads = leading_classes(self.smoothed)
        corrected = {} if self.corrections is None else self.corrections.expressions
        if corrected:
            rows = zip(table.frame.tolist(), table.track.tolist(), strict=True)
            for row, (frame, track) in enumerate(rows):
                if (frame, track) in corrected:
                    leads[row] = table.classes.index(corrected[frame, track])
        return leads

    @cached_property
    def episodes(self) -> list[Episode]:
        """The episodes of each person's expressions, by track, then by time; of a corrected video
        made anew.
        """
        if self.corrections is None:
            return self.detected_episodes
        tracking = self.pipeline.tracking
        return episodes(
            self.table,
            self.leads,
            min_run=tracking.min_run,
            longest_step=tracking.track_gap,
            cuts=self.cuts,
        )

    @cached_property
    def tracks(self) -> pa.Table:
        """Its persons, a row each, with the columns of tracks.csv; of a corrected video made
        anew.
        """
        if self.corrections is None:
            with self._file("tracks.csv") as path:
                return read_tracks(path, self.columns)
        tracking = self.pipeline.tracking
        weights = mean_weights(self.table, tracking)
        with TemporaryDirectory() as folder:
            path = Path(folder, "tracks.csv")
            write_tracks(self.table, path, series=self.smoothed, weights=weights)
            return read_tracks(path, self.columns)

    @cached_property
    def group_series(self) -> pa.Table | None:
        """What its persons display together, a row a sampled frame, with the columns of
        group.parquet; of a corrected video made anew. None where the run wrote no tables of groups.
        """
        from videoemo.group import face_affect, group_series, group_table, read_group_series

        if not self.pipeline.outputs.group:
            return None
        if self.corrections is None:
            with self._file("group.parquet") as path:
                series = read_group_series(path, self.columns.classes)
                self._require_count("frames", series.num_rows)
            return series
        window = self.pipeline.group.group_window
        made = group_series(face_affect(self.table), window=window)
        return group_table(made, self.columns.classes)

    @cached_property
    def group(self) -> pd.DataFrame | None:
        """`group_series` as pandas has it."""
        return None if self.group_series is None else self.group_series.to_pandas()

    @cached_property
    def pairs(self) -> list[Pair]:
        """Every two persons who were compared, as in synchrony.csv; none where there is no such
        file. Corrections do not change them.
        """
        from videoemo.group import read_synchrony

        with self._file("synchrony.csv") as path:
            return read_synchrony(path) if os.path.lexists(path) else []

    @cached_property
    def labels(self) -> LabelTable | None:
        """What a vision-language model answered about its pictures, as in labels.parquet; None
        where it was not asked.
        """
        with self._file(LABELS) as path:
            return read_labels(path) if os.path.lexists(path) else None

    @cached_property
    def found(self) -> list[FoundRow]:
        """Who in it fits the description that was looked for last, or why nobody does, as in
        found.csv of the run; nothing where nobody was looked for since it was scored.
        """
        path = self.out / FOUND[0]
        if not (os.path.lexists(self.folder / FOUND_PICTURE) and os.path.lexists(path)):
            return []
        with self._file(FOUND[0]):
            state = path.stat(follow_symlinks=False)
            return list(_found_by_video(path, state.st_mtime_ns, state.st_size).get(self.name, ()))

    @cached_property
    def step(self) -> float:
        """The median step from one sampled frame to the next, in seconds; 0 of a single frame."""
        seconds = self.table.seconds[self.table.frame_starts()]
        return float(np.median(np.diff(seconds))) if len(seconds) > 1 else 0.0

    def source(self) -> Source:
        """The video itself: where it is now, and whether it is still the one that was scored.

        It is looked for where it lay from its results, and else where it lay when it was scored.
        """
        with self._file("summary.json"):
            return find_source(self.folder, self.summary)

    @cached_property
    def _record(self) -> Record:
        outputs = [*self.columns.classes, *self.columns.values]
        record = read_record(self.out, self.name, outputs, self.columns.scores)
        if not isinstance(record.result, VideoRow):
            raise self._damage("videos.csv says that it was scored, its record that it failed")
        for name in ("frames", "face_frames", "faces"):
            listed, found = getattr(self.row, name), getattr(record.result, name)
            if listed != found:
                raise self._damage(
                    f"{name}: {found} in summary.json, {listed} in videos.csv, as where a later "
                    "run was interrupted"
                )
        if record.columns != self.columns:
            raise self._damage("its classes and values are others than those of the run")
        return record

    def _require_count(self, name: str, n: int) -> None:
        """A table is that of this video, and of the same run."""
        listed = getattr(self.row, name)
        if n != listed:
            raise ValueError(f"{name}: expected {listed} as in videos.csv, got {n}")

    def _side(self, name: str) -> int:
        given = self.summary.get(name)
        if type(given) is not int or not 1 <= given < _MOST_PIXELS:
            raise self._damage(f"summary.json: {name}: expected pixels, got {shown(given)}")
        return given

    @contextmanager
    def _file(self, name: str) -> Iterator[Path]:
        """The path of a file of its results, to read it: what is wrong with it is said."""
        try:
            yield self.folder / name
        except FileNotFoundError as exc:
            raise self._damage(f"{name} is missing") from exc
        except (OSError, ValueError) as exc:
            raise self._damage(f"{name}: {reason_of(exc)}") from exc

    def _damage(self, reason: str) -> InputError:
        return damaged(self.out, self.name, reason)


@lru_cache(maxsize=1)
def _found_by_video(path: Path, changed: int, size: int) -> dict[str, list[FoundRow]]:
    """The rows of a found.csv, read once for all videos, as long as it is the same file."""
    found: dict[str, list[FoundRow]] = {}
    for row in read_found(path):
        found.setdefault(row.video, []).append(row)
    return found
