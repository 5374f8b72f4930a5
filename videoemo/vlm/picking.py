"""Which pictures of a scored video are asked about: a few good faces of each person, or frames; and
the pictures themselves, decoded as they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.errors import InputError
from videoemo.faces.crop import crop_faces
from videoemo.records import Faces
from videoemo.results import VideoResults
from videoemo.results.scored_video import probe_scored
from videoemo.tables.faces import FaceTable
from videoemo.video import frames_at
from videoemo.vlm.task import FaceChoice, Picture

__all__ = ["pick_faces", "pick_frames", "pictures_of"]

# Degrees up to which a head counts as seen from the front.
_FRONTAL = 30.0


def pick_faces(table: FaceTable, choice: FaceChoice) -> npt.NDArray[np.intp]:
    """Rows of the faces that are asked about, ascending.

    Of each person, and of each stretch of time, up to `choice.per_track`: the faces of the stretch
    are divided into so many equal parts by time, and each gives its best one. That is the sharpest
    one of those seen from the front, or else the one that is turned away least.
    """
    picked: list[int] = []
    for track in np.unique(table.track[table.track >= 0]).tolist():
        rows = np.flatnonzero(table.track == track)
        stretches = (table.seconds[rows] - table.seconds[0]) // choice.stretch
        for stretch in np.unique(stretches):
            theirs = rows[stretches == stretch]
            parts = np.array_split(theirs, min(choice.per_track, len(theirs)))
            picked += [int(part[_best(table.quality[part])]) for part in parts]
    return np.array(sorted(picked), np.intp)


def pick_frames(table: FaceTable, choice: FaceChoice) -> npt.NDArray[np.intp]:
    """Rows of the frames that are asked about, one each, ascending: like `pick_faces`, the best
    being the one with most faces, of equals the first. Frames without a face are left out.
    """
    starts = table.frame_starts()
    rows = np.diff(starts, append=len(table.frame))
    some = table.face[starts] >= 0
    starts, n_faces = starts[some], rows[some]
    stretches = (table.seconds[starts] - table.seconds[:1]) // choice.stretch
    picked = []
    for stretch in np.unique(stretches):
        theirs = np.flatnonzero(stretches == stretch)
        for part in np.array_split(theirs, min(choice.per_track, len(theirs))):
            picked.append(int(starts[part[n_faces[part].argmax()]]))
    return np.array(picked, np.intp)


def pictures_of(
    one: VideoResults, rows: npt.NDArray[np.intp], *, margin: float | None
) -> Iterator[Picture]:
    """Pictures of some rows of a video's faces, in their order, each uint8 (h, w, 3).

    Parameters
    ----------
    one : VideoResults
        The video.
    rows : intp (n,)
        Of its table, ascending.
    margin : float or None
        The side of a face's crop over the height of its box; None for whole frames.

    Raises
    ------
    InputError
        The video was moved, or is not the one that was scored.
    VideoError
        It cannot be read.
    """
    if not len(rows):
        return
    source = one.source()
    if source.status != "same" or source.path is None:
        raise InputError(source.reason)
    yield from _decoded(one, source.path, rows, margin)


def _decoded(
    one: VideoResults, path: Path, rows: npt.NDArray[np.intp], margin: float | None
) -> Iterator[Picture]:
    table, sampling = one.table, one.pipeline.sampling
    video = probe_scored(path, one)
    wanted, given = np.unique(table.frame[rows]), 0
    decoded = frames_at(video, wanted, decoder=sampling.decoder, max_pixels=sampling.max_pixels)
    for batch in decoded:
        here = rows[np.isin(table.frame[rows], batch.index)]
        given += len(here)
        if margin is None:
            place = {int(index): i for i, index in enumerate(batch.index)}
            yield from (batch.rgb[place[int(index)]].copy() for index in table.frame[here])
            continue
        x, y, width, height = table.boxes[here].T
        faces = Faces(
            boxes=np.column_stack([x, y, x + width, y + height]),
            scores=table.scores[here],
            landmarks=np.zeros((len(here), 5, 2), np.float32),
            frame=table.frame[here],
        )
        crops = crop_faces(batch, faces, kind="square", size=1, scale=margin).crops
        # Copies: a view would keep its batch in memory.
        yield from (crop.copy() for crop in crops or ())
    if given != len(rows):
        raise InputError(f"{path}: {len(rows) - given} of {len(rows)} pictures cannot be decoded")


def _best(quality: npt.NDArray[np.float32]) -> int:
    """The best of some faces, by the columns of `QUALITY`; one without any comes last."""
    sharpness, yaw, pitch, _ = quality.T
    turned = np.fmax(np.abs(yaw), np.abs(pitch))
    away = np.where(np.isnan(turned), np.inf, np.where(turned <= _FRONTAL, 0, turned))
    return int(np.lexsort([-np.nan_to_num(sharpness), away])[0])
