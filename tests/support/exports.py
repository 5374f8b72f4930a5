"""Results of a made-up video, to be exported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tests.support.results import MadeUp, write_results
from videoemo.exports.formats import find_formats
from videoemo.results import VideoResults, load_results
from videoemo.tables.columns import Columns
from videoemo.tables.faces import FaceTable

EMOTIONS = (
    *("anger", "contempt", "disgust", "fear"),
    *("happiness", "neutral", "sadness", "surprise"),
)


def faces_showing(
    displayed: Mapping[int, str],
    *,
    classes: Sequence[str] = EMOTIONS,
    values: Sequence[str] = (),
    seconds: npt.NDArray[np.float64] | None = None,
) -> FaceTable:
    """Faces of persons by track: a digit a frame, which class is displayed, or `.` where the person
    is not seen; 25 frames a second.
    """
    n = len(next(iter(displayed.values())))
    given = []
    for at in range(n):
        seen = [(track, row[at]) for track, row in displayed.items() if row[at] != "."]
        given += [(at, i, track, int(best)) for i, (track, best) in enumerate(seen)]
        given += [] if seen else [(at, -1, -1, 0)]
    frame, face, track, best = np.array(given, np.int64).reshape(-1, 4).T
    times = np.arange(n) / 25 if seconds is None else seconds
    nothing = np.where(face < 0, np.float32(np.nan), np.float32(0))
    others = np.float32(0.2 / (len(classes) - 1))
    leading = np.eye(len(classes), dtype=np.float32)[best] * (np.float32(0.8) - others)
    return FaceTable(
        frame=frame,
        seconds=times[frame],
        face=face,
        track=track,
        boxes=np.array([10, 20, 30, 40], np.float32) + nothing[:, None],
        scores=np.float32(0.9) + nothing,
        quality=np.array([100, 1, 2, 3], np.float32) + nothing[:, None],
        probabilities=leading + others + nothing[:, None],
        classes=tuple(classes),
        values=dict.fromkeys(values, np.float32(0.25) + nothing),
    )


def results_of(
    folder: Path,
    table: FaceTable,
    *,
    name: str = "interview.mp4",
    path: Path = Path("/nowhere/interview.mp4"),
    cuts: tuple[float, ...] = (),
) -> VideoResults:
    """The results of one video, written and read back."""
    columns = Columns(table.classes, tuple(table.values), None)
    write_results(folder, {name: MadeUp(table, path, cuts)}, columns=columns)
    return load_results(folder).video(name)


def exported(video: VideoResults, name: str) -> tuple[Path, tuple[str, ...]]:
    """The one file of a video in a format, and the remarks."""
    (chosen,) = find_formats([name])
    export = chosen.export(video, None)
    (file,) = export.files
    file.write(file.path)
    return file.path, export.remarks
