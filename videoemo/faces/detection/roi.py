"""Regions of interest (ROI): P-Net where faces are expected, instead of on whole frames.

P-Net gets patches of those levels of the pyramid at which the expected faces fill its window. A
patch is aligned with its level to the pixel and to P-Net's step, so that P-Net gives for it what it
gives for the whole level.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from videoemo.faces.detection.networks import PNet
from videoemo.faces.detection.pooling import BinnedAxis, Pictures, PoolingGrids, pool
from videoemo.faces.detection.stages import (
    STEP,
    WINDOW,
    Candidates,
    Hits,
    hits_to_candidates,
    indices_at_least,
    level_size,
)
from videoemo.util.arrays import Float32Array, Int64Array

__all__ = ["RegionsOfInterest", "drifted", "run_pnet_in_rois"]

# The side of a patch, px of its level: windows up to (PATCH - WINDOW) / 2 px from the expected
# position are in it.
PATCH = 32
# P-Net's windows, as multiples of the side of the expected face: what the search of a whole frame
# keeps of a face begins with one of these, but for 1 of 1,758 faces of seventeen clips. From 0.3 to
# 2.2 it does for each, and R-Net gets 5 % more candidates of group_1080p.mp4, 42 % of
# woman_360p.mp4. Up to 1.7, faces smaller than the smallest window are lost: three of four in
# classroom.gif.
SMALLEST, LARGEST = 0.4, 2.0
# A face has drifted whose centre is farther than so many of its sides from every expected one, or
# whose side differs by more than this factor.
MAX_OFFSET, MAX_RESIZE = 0.25, 1.25
# Patches in one batch of P-Net: 40 MB in its first layer.
MAX_PATCHES = 1024


class RegionsOfInterest(NamedTuple):
    """Boxes of frames in which faces are searched for.

    Parameters
    ----------
    boxes : float32 (m, 4)
        x1, y1, x2, y2 in px.
    position : int64 (m,)
        The position of each box's frame among the frames given.
    """

    boxes: Float32Array
    position: Int64Array


def run_pnet_in_rois(
    frames: Pictures,
    rois: RegionsOfInterest,
    *,
    pnet: PNet,
    scales: Sequence[float],
    threshold: float,
) -> Candidates:
    """Run P-Net in regions of interest.

    Parameters
    ----------
    frames : sequence of uint8 (h, w, 3)
        Pictures of one size.
    rois : RegionsOfInterest
        The regions; `rois.position` counts the frames.
    pnet : callable
        See `Networks.pnet`.
    scales : sequence of float
        Of the levels of the pyramid, see `DetectionSettings.scales`.
    threshold : float
        The least probability of a face, 0 to 1.
    """
    height, width, _ = frames[0].shape
    centre, side = _centres(rois)
    window = WINDOW / np.array(scales) / side  # (m, levels), of the face's side
    # A face larger than any window: the largest.
    window[:, -1] = np.where(window[:, -1] < SMALLEST, 1, window[:, -1])
    roi, level = np.nonzero((window >= SMALLEST) & (window <= LARGEST))
    # (p, 2): width, height
    size = np.array([level_size(frames, scale)[::-1] for scale in scales])[level]
    # Patches begin at even pixels, where P-Net's windows do, and end with their level, where
    # P-Net's last windows are cut.
    furthest = np.maximum(-(-(size - PATCH) // STEP) * STEP, 0)
    origin = (
        np.rint((centre[roi] * np.array(scales)[level, None] - PATCH / 2) / STEP).astype(np.int64)
        * STEP
    )
    origin = origin.clip(0, furthest)
    extent = np.minimum(size - origin, PATCH)
    by_extent = [np.flatnonzero((extent == one).all(axis=1)) for one in np.unique(extent, axis=0)]
    groups = []
    for patches in by_extent:
        (left, top), (wide, tall), (columns, rows) = (
            origin[patches].T,
            size[patches].T,
            extent[patches[0]].tolist(),
        )
        groups.append(
            PoolingGrids(
                rois.position[roi[patches]],
                BinnedAxis(0, width, wide, left),
                BinnedAxis(0, height, tall, top),
                columns,
                rows,
            )
        )
    hits = [_no_hits()]
    for patches, group, pixels in zip(by_extent, groups, pool(frames, groups), strict=True):
        for start in range(0, len(patches), MAX_PATCHES):
            offsets, probability = pnet(pixels[start : start + MAX_PATCHES])
            patch, row, column = indices_at_least(threshold, probability)
            corner = origin[patches[start + patch]] // STEP
            hits.append(
                Hits(
                    group.picture[start + patch],
                    level[patches[start + patch]],
                    corner[:, 1] + row,
                    corner[:, 0] + column,
                    probability[patch, row, column],
                    offsets[patch, :, row, column],
                )
            )
    return hits_to_candidates(hits, scales=scales)


def drifted(faces: RegionsOfInterest, rois: RegionsOfInterest) -> npt.NDArray[np.bool_]:
    """Mask of the faces that lie away from every region of interest, bool (m,).

    P-Net may have got only a part of such a face.

    Parameters
    ----------
    faces : RegionsOfInterest
        The boxes of m faces.
    rois : RegionsOfInterest
        Where they were searched for.
    """
    (centre, side), (expected, size) = _centres(faces), _centres(rois)
    offset = np.abs(centre[:, None] - expected).max(axis=2)  # (m, rois)
    resize = np.maximum(side, size.T) / np.minimum(side, size.T)
    same_frame = faces.position[:, None] == rois.position
    near = (offset <= MAX_OFFSET * side) & (resize <= MAX_RESIZE) & same_frame
    mask: npt.NDArray[np.bool_] = ~near.any(axis=1)
    return mask


def _centres(rois: RegionsOfInterest) -> tuple[Float32Array, Float32Array]:
    """Centres (m, 2) and longer sides (m, 1) of the boxes, px."""
    sides = rois.boxes[:, 2:] - rois.boxes[:, :2]
    return rois.boxes[:, :2] + sides * np.float32(0.5), sides.max(axis=1, keepdims=True)


def _no_hits() -> Hits:
    none = np.empty(0, np.int64)
    return Hits(none, none, none, none, np.empty(0, np.float32), np.empty((0, 4), np.float32))
