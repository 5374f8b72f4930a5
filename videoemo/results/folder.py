"""A folder of results: what `videoemo score` or `merge` wrote into OUT."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from videoemo.errors import InputError
from videoemo.results.frames import (
    expressions_frame,
    faces_frame,
    group_frame,
    labels_frame,
    tracks_frame,
    videos_frame,
)
from videoemo.results.html import results_html
from videoemo.results.record import read_record, read_videos_table
from videoemo.results.video import VideoResults
from videoemo.tables.columns import Columns
from videoemo.tables.failures import read_failures
from videoemo.tables.summary import Failure
from videoemo.tables.videos import VideoRow, VideosTable
from videoemo.util.json_files import read_object
from videoemo.util.messages import brief, count_noun, first_names, reason_of, shown

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["Results", "load_results"]


@dataclass(frozen=True, eq=False)
class Results:
    """Results of a run.

    Tables are read when they are asked for, once, and checked. One that is missing or damaged
    raises InputError, which names it.

    Parameters
    ----------
    path : Path
        The folder.
    columns : Columns
        Its classes, the network's values and the classifier's scores.
    rows : list of VideoRow
        Those of videos.csv: every video, failed ones too, in path order.
    listing : VideosTable
        The same as it stands in videos.csv.
    """

    path: Path
    columns: Columns
    rows: list[VideoRow] = field(repr=False)
    listing: VideosTable = field(repr=False)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """What summary.json says of the run."""
        try:
            return read_object(self.path / "summary.json")
        except (OSError, ValueError) as exc:
            raise self._damage("summary.json", reason_of(exc)) from exc

    @cached_property
    def failures(self) -> list[Failure]:
        """Why videos failed, in path order."""
        failed = [row.video for row in self.rows if row.failed]
        if not failed:
            return []
        try:
            failures = read_failures(self.path / "errors.csv")
        except (OSError, ValueError) as exc:
            raise self._damage("errors.csv", reason_of(exc)) from exc
        if [failure.video for failure in failures] != failed:
            raise self._damage("errors.csv", "it names other videos than videos.csv")
        return failures

    @cached_property
    def scored(self) -> list[VideoResults]:
        """The results of the videos that did not fail, in path order."""
        names = tuple(self.listing.videos)
        return [
            VideoResults(self.path, row, self.columns, names) for row in self.rows if not row.failed
        ]

    @cached_property
    def videos(self) -> pd.DataFrame:
        """A row a video, failed ones too, as in videos.csv."""
        return videos_frame(self.listing)

    @cached_property
    def faces(self) -> pd.DataFrame:
        """A row a face a sampled frame of every video, as in faces.parquet, behind a column
        `video`.
        """
        return faces_frame(self.scored, self.columns)

    @cached_property
    def tracks(self) -> pd.DataFrame:
        """A row a person of every video, as in tracks.csv, behind a column `video`."""
        return tracks_frame(self.scored, self.columns)

    @cached_property
    def expressions(self) -> pd.DataFrame:
        """A row an episode of every video, as in expressions.csv, behind a column `video`."""
        return expressions_frame(self.scored)

    @cached_property
    def group(self) -> pd.DataFrame:
        """A row a sampled frame of every video, as in group.parquet, behind a column `video`."""
        return group_frame(self.scored, self.columns)

    @cached_property
    def labels(self) -> pd.DataFrame:
        """A row a picture that `label` asked about, of every video, as in labels.parquet, behind a
        column `video`; `.attrs["about"]` says what answered, by video.
        """
        return labels_frame(self.scored)

    def plot_timeline(self, video: str) -> Figure:
        """Draw a video over time, as its timeline.png shows it, without the faces.

        Parameters
        ----------
        video : str
            Its name, as for `video`.

        Returns
        -------
        matplotlib.figure.Figure
            A notebook shows it.

        Raises
        ------
        InputError
            There is no such video, or its tables are damaged; or it has more classes than a picture
            has colours.
        """
        from videoemo.plots import MOST_CLASSES, video_timeline

        found = self.video(video)
        if len(self.columns.classes) > MOST_CLASSES:
            raise InputError(
                f"no timeline of {len(self.columns.classes)} classes is drawn: of at most "
                f"{MOST_CLASSES} the colours can be told apart"
            )
        return video_timeline(None, found.smoothed, found.corrected_row)

    def _repr_html_(self) -> str:
        return results_html(self.path, self.rows)

    def video(self, name: str) -> VideoResults:
        """The results of one video.

        Parameters
        ----------
        name : str
            As in the column `video` of videos.csv: its path within the folder that was scored.

        Raises
        ------
        InputError
            There is no such video, or it failed.
        """
        found = self._by_name.get(name)
        if found is not None:
            return found
        failed = next((row for row in self.rows if row.video == name), None)
        if failed is not None:
            raise InputError(f"{brief(name)} could not be scored: {brief(failed.error)}")
        raise InputError(f"no results of {shown(name)} in {str(self.path)!r}; {self._near(name)}")

    @cached_property
    def _by_name(self) -> dict[str, VideoResults]:
        return {one.name: one for one in self.scored}

    def _near(self, name: object) -> str:
        """What the reader may have meant, among thousands of names."""
        if not self._by_name:
            return "no video of it was scored"
        near = difflib.get_close_matches(str(name), self._by_name, n=1)
        if near:
            return f"did you mean {shown(near[0])}?"
        return f"it has {count_noun(len(self._by_name), 'video')}: {first_names(self._by_name)}"

    def _damage(self, name: str, reason: str) -> InputError:
        return InputError(
            f"{str(self.path / name)!r} is missing or damaged ({reason}): run `score` again with "
            "the same -o; what is done is kept"
        )


def load_results(path: str | os.PathLike[str]) -> Results:
    """Load the results of a run, as `videoemo score` or `videoemo merge` wrote them.

    Of a folder of ten thousand videos only one table is read; all others are when they are asked
    for.

    Parameters
    ----------
    path : str or Path
        The folder that was given as -o.

    Returns
    -------
    Results
        With the tables as DataFrames: `videos`, `faces`, `tracks`, `expressions`, `group`.

    Raises
    ------
    InputError
        There are no results of a finished run, or they are damaged, or of another version of
        videoemo.

    Examples
    --------
    >>> import videoemo
    >>> results = videoemo.load_results("results")  # doctest: +SKIP
    >>> results.expressions.groupby("expression")["frames"].sum()  # doctest: +SKIP
    """
    out = Path(path)
    table = read_videos_table(out)
    columns = _columns(out, table)
    try:
        rows = table.rows(columns)
    except ValueError as exc:
        raise InputError(
            f"{str(out / 'videos.csv')!r} is damaged ({reason_of(exc)}): run `score` again with "
            "the same -o; what is done is kept"
        ) from exc
    return Results(out, columns, rows, table)


def _columns(out: Path, table: VideosTable) -> Columns:
    """By the first video whose record can be read: those that cannot say so when they are asked
    for.
    """
    first: InputError | None = None
    for video in table.videos:
        try:
            return read_record(out, video, table.outputs, table.scores).columns
        except InputError as exc:
            first = first or exc
    if first is not None:
        raise first
    return Columns(tuple(table.outputs), (), table.scores)  # of no video at all
