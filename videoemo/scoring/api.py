"""`videoemo.score`: videos scored in the user's own process, into a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from videoemo.config.pipeline import change_pipeline, load_pipeline
from videoemo.datasets.clips import PICTURES, find_clips
from videoemo.inference.models import load_for_pipeline
from videoemo.scoring.video import score_video

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["score"]


def score(path: str | Path, *, pipeline: str | None = None, **settings: Any) -> pd.DataFrame:
    """Score a video, a picture, or a folder of them: the faces table that `videoemo score` writes.

    Parameters
    ----------
    path : str or Path
        The video or folder; a folder's table begins with a column `video`.
    pipeline : str or None
        The name or path of a pipeline, by default `score`.
    **settings : object
        Any key of the pipeline, such as `faces="largest"`, `every=5`, `fps=2.0`, `min_face=60`;
        None unsets one that may be left out.

    Returns
    -------
    pandas.DataFrame
        One row a face a sampled frame: frame, seconds, face, track (the number of its person), x,
        y, width, height (px), score, sharpness, yaw, pitch and roll (degrees), then the probability
        of each class (0 to 1); a frame without a face keeps one row whose face columns are missing.

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

    chosen = change_pipeline(load_pipeline(pipeline), **settings)
    clips = find_clips([Path(path)], picture_folders=chosen.sampling.fps is not None)
    videos = any(clip.path.suffix.lower() not in PICTURES for clip in clips)
    with load_for_pipeline(chosen, processes=videos) as networks:
        tables: dict[str, pd.DataFrame] = {
            clip.id: score_video(clip, chosen, networks).table.to_arrow().to_pandas()
            for clip in clips
        }
    if len(clips) == 1 and clips[0].path == Path(path):
        return tables[clips[0].id]
    return pd.concat(tables, names=["video"]).reset_index(level="video").reset_index(drop=True)
