"""The tables of all videos of a run as DataFrames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING

from videoemo.results.video import VideoResults
from videoemo.tables.columns import Columns
from videoemo.tables.expressions import Episode
from videoemo.tables.faces import face_table
from videoemo.tables.labels import LABEL_COLUMNS
from videoemo.tables.read import TEXT_COLUMNS
from videoemo.tables.stacked import stack, with_videos
from videoemo.tables.tracks import tracks_columns
from videoemo.tables.videos import VideosTable
from videoemo.util.columns import empty_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "expressions_frame",
    "faces_frame",
    "group_frame",
    "labels_frame",
    "tracks_frame",
    "videos_frame",
]


def videos_frame(listing: VideosTable) -> pd.DataFrame:
    """A row a video, as in videos.csv: text, empty where there is none; numbers, NaN where there
    is none.
    """
    import pandas as pd

    cells = {name: pd.Series(given, dtype=object) for name, given in listing.cells.items()}
    return pd.DataFrame(
        {
            name: given if name in TEXT_COLUMNS else pd.to_numeric(given)
            for name, given in cells.items()
        }
    )


def faces_frame(videos: Sequence[VideoResults], columns: Columns) -> pd.DataFrame:
    """A row a face a sampled frame, as in faces.parquet."""
    empty = face_table([], columns.classes, columns.values, looked_at=columns.looked_at).to_arrow()
    return stack({one.name: one.table.to_arrow() for one in _copies(videos)}, empty)


def tracks_frame(videos: Sequence[VideoResults], columns: Columns) -> pd.DataFrame:
    """A row a person, as in tracks.csv."""
    empty = empty_table(tracks_columns(columns))
    return stack({one.name: one.tracks for one in _copies(videos)}, empty)


def expressions_frame(videos: Sequence[VideoResults]) -> pd.DataFrame:
    """A row an episode, as in expressions.csv."""
    import pandas as pd

    episodes = {one.name: one.episodes for one in _copies(videos)}
    rows = [asdict(episode) for theirs in episodes.values() for episode in theirs]
    table = pd.DataFrame(rows, columns=[field.name for field in fields(Episode)])
    return with_videos(table, {name: len(theirs) for name, theirs in episodes.items()})


def group_frame(videos: Sequence[VideoResults], columns: Columns) -> pd.DataFrame:
    """A row a sampled frame, as in group.parquet."""
    from videoemo.group import group_columns

    series = {one.name: one.group_series for one in _copies(videos)}
    tables = {name: table for name, table in series.items() if table is not None}
    return stack(tables, empty_table(group_columns(columns.classes)))


def labels_frame(videos: Sequence[VideoResults]) -> pd.DataFrame:
    """A row a picture that a vision-language model was asked about, as in labels.parquet, with the
    classes of all tasks; `attrs` has what answered about each video.
    """
    import pandas as pd

    tables = {one.name: one.labels for one in _copies(videos)}
    labelled = {name: table for name, table in tables.items() if table is not None}
    frames = [
        pd.DataFrame(
            {
                "frame": table.frame,
                "seconds": table.seconds,
                "track": pd.arrays.IntegerArray(table.track, table.track < 0),
                "label": table.labels,
                "reason": table.answers.reasons,
                **dict(zip(table.classes, table.answers.probabilities.T, strict=True)),
            }
        )
        for table in labelled.values()
    ]
    empty = pd.DataFrame(columns=list(LABEL_COLUMNS))
    found = pd.concat(frames, ignore_index=True) if frames else empty
    found.attrs["about"] = {name: table.about for name, table in labelled.items()}
    return with_videos(found, {name: len(table.frame) for name, table in labelled.items()})


def _copies(videos: Sequence[VideoResults]) -> Iterator[VideoResults]:
    """Copies, with which goes what was read of each: there may be thousands."""
    return map(replace, videos)
