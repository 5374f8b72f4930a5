"""The picture of one video: what its faces express over time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from videoemo.plots._format import count, percent
from videoemo.plots._frame import Subject
from videoemo.plots._palette import colours
from videoemo.plots._series import time_series
from videoemo.plots._single_frame import message, single_frame
from videoemo.plots._timeline_bands import bands
from videoemo.tables.faces import FaceTable
from videoemo.tables.thumbnails import Thumbnail
from videoemo.tables.videos import VideoRow

__all__ = ["timeline", "video_timeline"]


def timeline(
    path: Path | None,
    *,
    name: str,
    classes: Sequence[str],
    seconds: npt.NDArray[np.float64],
    probabilities: npt.NDArray[np.float32],
    n_faces: npt.NDArray[np.int64],
    mean: npt.NDArray[np.float32],
    dominant: str,
    thumbnails: Sequence[Thumbnail],
    notice: str | None = None,
    smoothed: float = 0.0,
) -> Figure:
    """Draw one video: a band for each class over time, the clearest faces above; bars
    where there is one frame only.

    Parameters
    ----------
    path : Path or None
        Where it is written as a PNG; None where it is not.
    name : str
        The title.
    classes : sequence of str
        c names, at most 10.
    seconds : float64 (n,)
        Times of the sampled frames.
    probabilities : float32 (n, c)
        0 to 1, the mean over the faces of each frame; NaN rows where no face was found.
    n_faces : int (n,)
        Faces found in each frame.
    mean : float32 (c,)
        The video's mean probability of each class; NaN where it has no face.
    dominant : str
        The class with the highest mean, empty where the video has no face, or `LOW_COVERAGE`.
    thumbnails : sequence of Thumbnail
        Faces to show, all of one side, labelled with one of the classes; where they are too many
        for the width some are left out.
    notice : str or None
        A warning to show at the top, such as `truncated at 12.3 s`.
    smoothed : float, default=0.0
        The time constant in seconds with which the probabilities were smoothed along each person's
        track; 0 where they were not.

    Returns
    -------
    matplotlib.figure.Figure
        The same, to be shown; without thumbnails also at another size.

    Raises
    ------
    ValueError
        Arrays of shapes that do not agree, or too many classes, or times that are not finite.
    OutputError
        The picture cannot be written.
    """
    n, c = len(seconds), len(classes)
    if not (
        seconds.shape == n_faces.shape == (n,)
        and probabilities.shape == (n, c)
        and mean.shape == (c,)
    ):
        given = f"{seconds.shape}, {probabilities.shape}, {n_faces.shape}, {mean.shape}"
        raise ValueError(
            f"seconds, probabilities, n_faces, mean: expected shapes ({n},), ({n}, {c}), ({n},), "
            f"({c},), got {given}"
        )
    if not np.isfinite(seconds).all():
        raise ValueError("seconds: expected finite times, got some that are not")
    face_frames = int(np.isfinite(probabilities.sum(axis=1)).sum())
    most = int(n_faces.max(initial=0))
    moments = np.unique(seconds).size
    subject = Subject(
        name=name,
        palette=colours(tuple(classes)),
        mean=mean,
        dominant=dominant,
        thumbnails=thumbnails,
        facts=f"{count(n, 'sampled frame')}, "
        + (f"a face in {percent(face_frames, n)}" if moments > 1 else count(most, "face")),
        notice=notice,
    )
    if not n:
        page = message(subject, statement="no frame could be sampled")
    elif not face_frames:
        page = message(subject, statement="no face found")
    elif moments == 1:
        page = single_frame(subject, notes=[f"mean over {most} faces"] if most > 1 else [])
    else:
        notes = [f"mean over the faces of a frame (up to {most})"] if most > 1 else []
        notes += [f"smoothed along each person's track, {smoothed:g} s"] if smoothed else []
        page = bands(subject, time_series(seconds, probabilities), notes=notes)
    if path is not None:
        page.write(path)
    return page.figure()


def video_timeline(
    path: Path | None, table: FaceTable, row: VideoRow, *, thumbnails: Sequence[Thumbnail] = ()
) -> Figure:
    """Draw one video by its tables, see `timeline`.

    Parameters
    ----------
    table : FaceTable
        Its faces, smoothed or not.
    row : VideoRow
        Its row of videos.csv; it did not fail.
    """
    series = table.per_frame()
    assert row.mean is not None  # a scored video has a mean, if only of NaN
    return timeline(
        path,
        name=row.video,
        classes=table.classes,
        seconds=series.seconds,
        probabilities=series.probabilities,
        n_faces=series.n_faces,
        mean=row.mean,
        dominant=row.dominant,
        thumbnails=thumbnails,
        smoothed=table.smoothed,
        notice=row.error or None,
    )
