"""Faces as CVAT has them: in its pixels, each with an expression and a person."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from videoemo.results import VideoResults
from videoemo.results.record import damaged
from videoemo.util.arrays import Float64Array
from videoemo.util.text import escape

__all__ = ["UNLABELLED", "CvatPixels", "cvat_expression", "cvat_pixels"]

# What CVAT gives to a face that is added, until somebody says what it displays.
UNLABELLED = "unlabelled"


@dataclass(frozen=True)
class CvatPixels:
    """How CVAT shows frames: turned as players do, but uncropped and with their pixels as they are
    stored, which need not be square.

    Parameters
    ----------
    scale : tuple of (float, float)
        A pixel of CVAT's, across and down, in pixels of the presented frame.
    offset : tuple of (float, float)
        The corner of the presented frame, in CVAT's pixels.
    size : tuple of (int, int)
        Width and height of CVAT's frames.
    """

    scale: tuple[float, float]
    offset: tuple[float, float]
    size: tuple[int, int]

    def to_cvat(self, boxes: Float64Array) -> Float64Array:
        """x, y, width, height as presented to x1, y1, x2, y2 in CVAT's pixels, (n, 4)."""
        corners = np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)
        return np.asarray(corners / np.tile(self.scale, 2) + np.tile(self.offset, 2))

    def from_cvat(self, corners: Float64Array) -> Float64Array:
        """The way back, (n, 4)."""
        presented = (corners - np.tile(self.offset, 2)) * np.tile(self.scale, 2)
        return np.concatenate([presented[:, :2], presented[:, 2:] - presented[:, :2]], axis=1)


def cvat_pixels(video: VideoResults) -> CvatPixels:
    """Pixels of a video in CVAT.

    Raises
    ------
    InputError
        Its results say nothing of how it is presented that could be so.
    """
    ratio, crop, turns = _presentation(video)
    # The longer side of a pixel counts, so that none is lost.
    scale = (max(float(ratio), 1.0), max(1 / float(ratio), 1.0))
    for _ in range(turns):
        crop = [*crop[1:], crop[0]]  # a quarter turned counter-clockwise, the right side is on top
        scale = (scale[1], scale[0])
    left, top, right, bottom = crop
    width = round(video.width / scale[0]) + left + right
    height = round(video.height / scale[1]) + top + bottom
    return CvatPixels(scale, (left, top), (width, height))


def _presentation(video: VideoResults) -> tuple[Fraction, list[int], int]:
    """Width of a stored pixel over its height; what is cut off at the left, the top, the right and
    the bottom; and quarter turns counter-clockwise after that.
    """
    given = video.summary.get("presentation", {})
    try:
        ratio = Fraction(*map(int, given.get("sample_aspect_ratio", "1:1").split(":")))
        left, top, right, bottom = map(int, given.get("crop", (0, 0, 0, 0)))
        turns = int(given.get("rotation", 0)) // 90 % 4
        if ratio <= 0:
            raise ValueError("sample_aspect_ratio: expected numbers above 0")
    except (ValueError, TypeError, AttributeError, ZeroDivisionError) as exc:
        raise damaged(video.out, video.name, "summary.json: presentation") from exc
    return ratio, [left, top, right, bottom], turns


def cvat_expression(expression: str) -> str:
    """Name of an expression among the values of CVAT's attribute; they are kept a line each."""
    return escape(expression).strip() or UNLABELLED
