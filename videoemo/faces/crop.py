"""Face crops: parts of frames about boxes, or aligned faces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from videoemo.errors import InputError
from videoemo.faces.align import align_face
from videoemo.records import Faces, Frames
from videoemo.util.arrays import Float32Array

__all__ = ["KINDS", "crop_faces"]

Picture = npt.NDArray[np.uint8]


def crop_faces(
    frames: Frames, faces: Faces, *, kind: str, size: int, scale: float = 1.0, align: bool = False
) -> Faces:
    """Crop faces from the frames in which they were found.

    Parameters
    ----------
    frames : Frames
        Every frame that `faces.frame` names.
    faces : Faces
        m faces.
    kind : str
        "box", the box rounded to whole pixels, inside the frame, without a margin; "square", a
        square about the box's centre, filled with the frame's nearest pixel where it leaves the
        frame, which is kinder to a network than black.
    size : int
        The side of aligned crops in px; the others keep the frame's pixels, for the extractor
        to resize.
    scale : float, default=1.0
        The side of a square over the height of its box.
    align : bool, default=False
        Instead of `kind`, align the face to ArcFace's template by its landmarks.

    Returns
    -------
    Faces
        The same faces with `crops`, m arrays uint8 (h, w, 3), RGB. Crops inside their frame are
        views, which keep the frame in memory.

    Raises
    ------
    InputError
        An unknown `kind`, a size below 1, or a face of a frame that is not given.
    """
    if kind not in KINDS:
        raise InputError(f"there is no crop of kind {kind!r}: give one of {', '.join(KINDS)}")
    if size < 1:
        raise InputError(f"the size of a crop is {size} px: give 1 or more")
    position = {int(index): i for i, index in enumerate(frames.index)}
    missing = sorted(set(faces.frame.tolist()) - set(position))
    if missing:
        raise InputError(
            f"frame {missing[0]} has faces and is not among the {len(frames)} frames given: give "
            "the frames the faces were found in"
        )
    pictures = (frames.rgb[position[index]] for index in faces.frame.tolist())
    if align:
        return replace(
            faces,
            crops=tuple(
                align_face(rgb, points, size=size)
                for rgb, points in zip(pictures, faces.landmarks, strict=True)
            ),
        )
    return replace(
        faces,
        crops=tuple(
            KINDS[kind](rgb, box, scale) for rgb, box in zip(pictures, faces.boxes, strict=True)
        ),
    )


def _box(rgb: Picture, box: Float32Array, _: float) -> Picture:
    height, width, _ = rgb.shape
    x1, y1, x2, y2 = np.rint(box).astype(int)
    x1, y1 = np.clip(x1, 0, width - 1), np.clip(y1, 0, height - 1)
    x2, y2 = np.clip(x2, x1 + 1, width), np.clip(y2, y1 + 1, height)
    return rgb[y1:y2, x1:x2]


def _square(rgb: Picture, box: Float32Array, scale: float) -> Picture:
    height, width, _ = rgb.shape
    x1, y1, x2, y2 = box.astype(float)
    side = max(1, round(scale * (y2 - y1)))
    top, left = round((y1 + y2 - side) / 2), round((x1 + x2 - side) / 2)
    if top >= 0 and left >= 0 and top + side <= height and left + side <= width:
        return rgb[top : top + side, left : left + side]
    rows, columns = (
        np.clip(start + np.arange(side), 0, length - 1)
        for start, length in ((top, height), (left, width))
    )
    return rgb[np.ix_(rows, columns)]


KINDS: dict[str, Callable[[Picture, Float32Array, float], Picture]] = {
    "box": _box,
    "square": _square,
}
