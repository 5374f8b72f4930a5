"""`videoemo.score`: videos scored in the user's own process, into a table."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from videoemo.config.pipeline import Pipeline, change_pipeline, load_pipeline
from videoemo.datasets.clips import PICTURES, find_clips
from videoemo.errors import InputError, VideoError
from videoemo.inference.models import LoadedNetworks, load_for_pipeline
from videoemo.records import Clip
from videoemo.runs.attempt import attempt
from videoemo.runs.workers.interfaces import WorkerCrash
from videoemo.scoring.video import score_video
from videoemo.tables.stacked import with_videos
from videoemo.tables.summary import Failure
from videoemo.util.messages import count_noun
from videoemo.util.terminal import say
from videoemo.util.text import printable
from videoemo.zoo.cards import require_expression
from videoemo.zoo.scored import heads_notice

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["score"]


def score(
    path: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    pipeline: str | None = None,
    errors: Literal["raise", "skip"] = "skip",
    **settings: Any,
) -> pd.DataFrame:
    """Score a video, a picture, or several: the faces table that `videoemo score` writes.

    Parameters
    ----------
    path : str, Path, or iterable of them
        The video, the folder, or several of them; the table of a folder, or of several, begins with
        a column `video`.
    pipeline : str or None
        The name or path of a pipeline, by default `score`.
    errors : {"skip", "raise"}
        What becomes of a video of several that cannot be read: it is left out, with a warning, and
        stands in `.attrs["errors"]`, a list of (video, reason); or its error is raised. A video
        that was given alone always raises it.
    **settings : object
        Any key of the pipeline, such as `faces="largest"`, `every=5`, `fps=2.0`, `min_face=60`,
        NumPy's numbers too; None unsets one that may be left out.

    Returns
    -------
    pandas.DataFrame
        One row a face a sampled frame: frame, seconds, face, track (the number of its person), x,
        y, width, height (px), score, sharpness, yaw, pitch and roll (degrees), then the probability
        of each class (0 to 1), and with `reuse` looked_at; a frame without a face keeps one row
        whose face columns are missing.

    Raises
    ------
    InputError
        The path, or a setting, cannot be used.
    VideoError
        A video cannot be read.

    Examples
    --------
    >>> import videoemo
    >>> faces = videoemo.score("interview.mp4", every=5)  # doctest: +SKIP
    """
    import pandas as pd

    if errors not in ("raise", "skip"):
        raise InputError(f"errors: allowed are 'raise' and 'skip', got {errors!r}")
    paths = list(_paths(path))
    chosen = change_pipeline(load_pipeline(pipeline), **settings)
    clips = find_clips(paths, picture_folders=chosen.sampling.fps is not None)
    alone = isinstance(path, str | os.PathLike) and [clip.path for clip in clips] == paths
    videos = any(clip.path.suffix.lower() not in PICTURES for clip in clips)
    tables: dict[str, pd.DataFrame] = {}
    failed: list[tuple[str, str]] = []
    with load_for_pipeline(chosen, processes=videos, trial=True) as networks:
        require_expression(networks.card)
        if chosen.network.heads:
            say(f"notice: {heads_notice(chosen.network.heads)}", error=True)
        for clip in clips:
            work = partial(_table, clip, chosen, networks)
            found = work() if alone or errors == "raise" else attempt(clip, work)
            match found:
                case Failure():
                    failed.append((clip.id, found.message))
                case WorkerCrash():
                    failed.append((clip.id, found.reason))
                case _:
                    tables[clip.id] = found
    if not tables:
        raise VideoError(f"none of {count_noun(len(clips), 'video')} can be read; {_named(failed)}")
    if alone:
        return tables[clips[0].id]
    if failed:
        warnings.warn(
            f"left out {count_noun(len(failed), 'video')}; {_named(failed)}", stacklevel=2
        )
    table = pd.concat(tables.values(), ignore_index=True)
    table = with_videos(table, {name: len(part) for name, part in tables.items()})
    table.attrs["errors"] = failed
    return table


def _paths(given: Any) -> Iterator[Path]:
    """The paths given.

    Raises
    ------
    InputError
        It is something else.
    """
    several = isinstance(given, Iterable) and not isinstance(given, str | bytes | os.PathLike)
    n_paths = 0
    for one in given if several else [given]:
        if not isinstance(one, str | os.PathLike) or isinstance(os.fspath(one), bytes):
            raise InputError(
                f"path: expected the path of a file or folder, or several, got {_kind(one)}; "
                "pictures in memory: videoemo.load_extractor()(crops)"
            )
        if not os.fspath(one):
            raise InputError("path: it is empty; give '.' for the working folder")
        if "://" in os.fspath(one):
            raise InputError(
                f"path: {os.fspath(one)!r} is an address: fetch it first, give the file"
            )
        n_paths += 1
        yield Path(one)
    if not n_paths:
        raise InputError("path: expected the path of a file or folder, or several, got none")


def _kind(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"


def _named(failed: list[tuple[str, str]]) -> str:
    """The first of the videos that failed, and where the others are named."""
    video, reason = failed[0]
    return f"the first: {printable(video)}: {printable(reason)}"


def _table(clip: Clip, pipeline: Pipeline, networks: LoadedNetworks) -> pd.DataFrame:
    table: pd.DataFrame = score_video(clip, pipeline, networks).table.to_arrow().to_pandas()
    return table
