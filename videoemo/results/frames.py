"""The tables of all videos of a run as DataFrames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from videoemo.results.video import VideoResults
from videoemo.tables.columns import Columns
from videoemo.tables.expressions import Episode
from videoemo.tables.faces import face_table
from videoemo.tables.read import TEXT_COLUMNS
from videoemo.tables.stacked import stack, with_videos
from videoemo.tables.tracks import tracks_columns
from videoemo.tables.videos import VideosTable
from videoemo.util.columns import empty_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["expressions_frame", "faces_frame", "group_frame", "tracks_frame", "videos_frame"]


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
    empty = face_table([], columns.classes, columns.values).to_arrow()
    return stack({one.name: one.table.to_arrow() for one in videos}, empty)


def tracks_frame(videos: Sequence[VideoResults], columns: Columns) -> pd.DataFrame:
    """A row a person, as in tracks.csv."""
    return stack({one.name: one.tracks for one in videos}, empty_table(tracks_columns(columns)))


def expressions_frame(videos: Sequence[VideoResults]) -> pd.DataFrame:
    """A row an episode, as in expressions.csv."""
    import pandas as pd

    rows = [asdict(episode) for one in videos for episode in one.episodes]
    table = pd.DataFrame(rows, columns=[field.name for field in fields(Episode)])
    return with_videos(table, {one.name: len(one.episodes) for one in videos})


def group_frame(videos: Sequence[VideoResults], columns: Columns) -> pd.DataFrame:
    """A row a sampled frame, as in group.parquet."""
    from videoemo.group import group_columns

    tables = {one.name: one.group_series for one in videos if one.group_series is not None}
    return stack(tables, empty_table(group_columns(columns.classes)))
