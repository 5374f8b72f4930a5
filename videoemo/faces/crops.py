"""Faces cut out of their frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from videoemo.errors import InputError
from videoemo.faces.alignment import aligned
from videoemo.faces.networks import FloatArray
from videoemo.records import Faces, Frames

__all__ = ["KINDS", "crop"]

Picture = npt.NDArray[np.uint8]


def crop(frames: Frames, faces: Faces, *, kind: str, size: int, scale: float = 1.0, align: bool = False) -> Faces:
    """Cut the faces out of the frames they were found in.

    Parameters
    ----------
    frames : holding every frame the faces name.
    faces : m faces.
    kind : "box", the box rounded to whole pixels, inside the frame, without a margin; "square", about the box's centre and `scale` times as
        high, where it leaves the frame filled with the frame's nearest pixel, which is kinder to a network than black.
    size : the side of aligned crops in px; the others keep the frame's pixels, for the extractor to resize.
    align : instead of `kind`, turn, scale and shift the face so that its landmarks come to lie where ArcFace wants them.

    Returns
    -------
    The same faces with `crops`, m arrays uint8 (h, w, 3), RGB. Those that lie inside their frame are views of it: who keeps one keeps the frame.

    Raises
    ------
    InputError : another `kind`, a size below 1, or a face of a frame that is not given.
    """
    if kind not in KINDS:
        raise InputError(f"there is no crop of kind {kind!r}: give one of {', '.join(KINDS)}")
    if size < 1:
        raise InputError(f"the size of a crop is {size} px: give 1 or more")
    place = {int(index): i for i, index in enumerate(frames.index)}
    missing = sorted(set(faces.frame.tolist()) - set(place))
    if missing:
        raise InputError(f"frame {missing[0]} has faces and is not among the {len(frames)} frames given: give the frames the faces were found in")
    pictures = (frames.rgb[place[index]] for index in faces.frame.tolist())
    if align:
        return replace(faces, crops=tuple(aligned(rgb, points, size=size) for rgb, points in zip(pictures, faces.landmarks, strict=True)))
    return replace(faces, crops=tuple(KINDS[kind](rgb, box, scale) for rgb, box in zip(pictures, faces.boxes, strict=True)))


def _box(rgb: Picture, box: FloatArray, _: float) -> Picture:
    height, width, _ = rgb.shape
    x1, y1, x2, y2 = np.rint(box).astype(int)
    x1, y1 = np.clip(x1, 0, width - 1), np.clip(y1, 0, height - 1)
    x2, y2 = np.clip(x2, x1 + 1, width), np.clip(y2, y1 + 1, height)
    return rgb[y1:y2, x1:x2]


def _square(rgb: Picture, box: FloatArray, scale: float) -> Picture:
    height, width, _ = rgb.shape
    x1, y1, x2, y2 = box.astype(float)
    side = max(1, round(scale * (y2 - y1)))
    top, left = round((y1 + y2 - side) / 2), round((x1 + x2 - side) / 2)
    if top >= 0 and left >= 0 and top + side <= height and left + side <= width:
        return rgb[top : top + side, left : left + side]
    rows, columns = (np.clip(start + np.arange(side), 0, length - 1) for start, length in ((top, height), (left, width)))
    return rgb[np.ix_(rows, columns)]


KINDS: dict[str, Callable[[Picture, FloatArray, float], Picture]] = {"box": _box, "square": _square}
