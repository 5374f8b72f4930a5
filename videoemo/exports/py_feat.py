"""py-feat's table of faces, which its `read_feat` turns into a `Fex`.

Columns as of py-feat 2.1.5: what it reads by name, and by what it tells its two kinds of tables
apart.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from videoemo.exports.export_file import Exported, ExportFile
from videoemo.exports.media import find_media
from videoemo.exports.names import beside_tables
from videoemo.records import QUALITY
from videoemo.results import VideoResults
from videoemo.results.clock import clock_origin
from videoemo.tables.faces import FaceTable
from videoemo.util.files import write_arrow_csv
from videoemo.util.text import to_cell

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["export_py_feat"]

# py-feat's emotions by our classes: in tables of its first detector, and in those of its second,
# for which it takes any table with valence and arousal.
_FIRST = {
    name: name
    for name in ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
}
_SECOND = {
    "neutral": "Neutral",
    "happiness": "Happy",
    "sadness": "Sad",
    "surprise": "Surprise",
    "fear": "Fear",
    "disgust": "Disgust",
    "anger": "Anger",
}
_BOX = ("FaceRectX", "FaceRectY", "FaceRectWidth", "FaceRectHeight")
# With these in its name a column is an action unit, or a point of a mesh, to py-feat.
_ACTION_UNIT, _MESH = "AU", "mesh_x_"


def export_py_feat(video: VideoResults, grid: float | None) -> Exported:
    """One video's faces for py-feat: `interview.py-feat.csv`.

    Parameters
    ----------
    video : VideoResults
        The video.
    grid : float or None
        Not used.
    """
    named = {*video.columns.classes, *video.columns.values}
    emotions = _SECOND if {"valence", "arousal"} <= named else _FIRST
    missing = [ours for ours, theirs in emotions.items() if not named & {ours, theirs}]
    remarks = ["no action units and no landmarks, which no network here gives"]
    if missing:
        remarks.append(f"the network does not know {', '.join(missing)}: columns left empty")
    if video.corrections is not None and video.corrections.expressions:
        remarks.append("corrected expressions count as a probability of 1")
    if not (video.table.face >= 0).any():
        remarks.append("no face: a row a frame, with nothing but the frame")
    write = partial(_write, video, emotions)
    return Exported((ExportFile(beside_tables(video, ".py-feat.csv"), write),), tuple(remarks))


def _write(video: VideoResults, emotions: dict[str, str], path: Path) -> None:
    write_arrow_csv(_table(video, emotions), path)


def _table(video: VideoResults, emotions: dict[str, str]) -> pa.Table:
    import pyarrow as pa

    faces = video.table
    n, empty = len(faces.frame), faces.face < 0
    angles = dict(zip(QUALITY, faces.quality.T, strict=True))
    nothing = pa.nulls(n, pa.float32())
    columns = dict(zip(faces.classes, _probabilities(video).T, strict=True)) | faces.values

    def of_faces(values: npt.NDArray[np.float32]) -> pa.Array:
        return pa.array(values, mask=empty | np.isnan(values))

    expressions = {}
    for ours, theirs in emotions.items():
        name = ours if ours in columns else theirs
        expressions[theirs] = of_faces(columns.pop(name)) if name in columns else nothing
    persons = [None if track < 0 else f"Person_{track}" for track in faces.track.tolist()]
    named = {
        "input": pa.repeat(pa.scalar(to_cell(find_media(video).path)), n),
        "frame": pa.array(faces.frame),
        "approx_time": pa.array(_clock(faces, clock_origin(video))),
        **{name: of_faces(side) for name, side in zip(_BOX, faces.boxes.T, strict=True)},
        "FaceScore": of_faces(faces.scores),
        **{name: of_faces(angles[name.lower()]) for name in ("Pitch", "Roll", "Yaw")},
        **dict.fromkeys(("X", "Y", "Z"), nothing),
        **expressions,
        "Identity": pa.array(persons, pa.string()),
        "seconds": pa.array(faces.seconds),
    }
    for name, values in columns.items():
        named[_free(name, named)] = of_faces(values)
    return pa.table(named)


def _probabilities(video: VideoResults) -> npt.NDArray[np.float32]:
    """As the network gave them, (n, c); 1 for an expression that somebody corrected."""
    faces = video.table
    probabilities = faces.probabilities.copy()
    if video.corrections is not None:
        corrected = video.corrections.expressions
        for i, place in enumerate(zip(faces.frame.tolist(), faces.track.tolist(), strict=True)):
            if place in corrected:
                probabilities[i] = [name == corrected[place] for name in faces.classes]
    return probabilities


def _clock(faces: FaceTable, origin: float) -> list[str]:
    """Times as py-feat writes them: minutes and seconds, rounded down."""
    clocks = (divmod(max(int(seconds), 0), 60) for seconds in (faces.seconds - origin).tolist())
    return [f"{minutes:02d}:{seconds:02d}" for minutes, seconds in clocks]


def _free(name: str, taken: dict[str, pa.Array]) -> str:
    """A name for a column of ours that py-feat takes for none of its own."""
    if _ACTION_UNIT in name:
        name = name.lower()
    while name in taken or name.startswith(_MESH):
        name = f"videoemo {name}"
    return name
