"""The three stages of MTCNN (Zhang et al., "Joint face detection and alignment using multitask cascaded convolutional networks", 2016).

Each looks at frames through their summed-area tables and hands candidates on. The arithmetic (a width that counts the last pixel here
and not there, truncation, the overlaps of suppression) follows facenet-pytorch 2.5.3, `models/utils/detect_face.py`, so as to find what it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from videoemo.faces.networks import FloatArray, ONet, PNet, RNet
from videoemo.faces.pooling import pool_boxes, pool_frames
from videoemo.faces.suppression import of_smaller, suppress

__all__ = ["WINDOW", "Candidates", "confirm", "propose", "refine"]

# What the networks see: P-Net's window and the step between its windows, R-Net's and O-Net's picture, px.
WINDOW = 12
STEP = 2
RNET_SIZE = 24
ONET_SIZE = 48

# Crops given to R- and O-Net at once: 70 MB in O-Net's first layer; more is no faster.
MAX_CROPS = 128

Table = npt.NDArray[np.int32]


class Candidates(NamedTuple):
    """Boxes float32 (m, 4) in px, which may leave the frame; scores float32 (m,); frame int64 (m,), the place of each box's frame."""

    boxes: FloatArray
    scores: FloatArray
    frame: npt.NDArray[np.int64]


def propose(sums: Table, *, pnet: PNet, scales: Sequence[float], threshold: float) -> Candidates:
    """P-Net over every level of the pyramid."""
    boxes, scores, offsets, frame = [], [], [], []
    for scale in scales:
        height, width = (int(side * scale + 1) for side in (sums.shape[1] - 1, sums.shape[2] - 1))
        level_offsets, probability = pnet(_normalized(pool_frames(sums, height=height, width=width)))
        in_frame, row, column = np.nonzero(probability >= threshold)
        corner = np.stack([column, row], axis=1).astype(np.float32) * STEP  # (m, 2)
        windows = np.floor(np.concatenate([corner + 1, corner + WINDOW], axis=1) / np.float32(scale))
        level_scores = probability[in_frame, row, column]
        kept = suppress(windows, level_scores, frame=in_frame, threshold=0.5)
        boxes.append(windows[kept])
        scores.append(level_scores[kept])
        offsets.append(level_offsets.transpose(0, 2, 3, 1)[in_frame[kept], row[kept], column[kept]])
        frame.append(in_frame[kept])
    found = Candidates(np.concatenate(boxes), np.concatenate(scores), np.concatenate(frame))
    kept = suppress(found.boxes, found.scores, frame=found.frame, threshold=0.7)
    moved = _moved(found.boxes[kept], np.concatenate(offsets)[kept], last_pixel=0)
    return Candidates(_square(moved), found.scores[kept], found.frame[kept])


def refine(sums: Table, candidates: Candidates, *, rnet: RNet, threshold: float) -> Candidates:
    """R-Net over the candidates of P-Net."""
    candidates, (offsets, scores) = _judged(sums, candidates, rnet, size=RNET_SIZE, heads=((4,), ()))
    passed = np.flatnonzero(scores > threshold)
    passed = passed[suppress(candidates.boxes[passed], scores[passed], frame=candidates.frame[passed], threshold=0.7)]
    moved = _moved(candidates.boxes[passed], offsets[passed], last_pixel=1)
    return Candidates(_square(moved), scores[passed], candidates.frame[passed])


def confirm(sums: Table, candidates: Candidates, *, onet: ONet, threshold: float) -> tuple[Candidates, FloatArray]:
    """O-Net over the candidates of R-Net: the faces and their landmarks, float32 (m, 5, 2), x and y in px."""
    candidates, (offsets, scores, points) = _judged(sums, candidates, onet, size=ONET_SIZE, heads=((4,), (), (10,)))
    passed = np.flatnonzero(scores > threshold)
    boxes, scores, frame = candidates.boxes[passed], scores[passed], candidates.frame[passed]
    sides = boxes[:, 2:] - boxes[:, :2] + 1  # (m, 2)
    landmarks = sides[:, None] * points[passed].reshape(-1, 2, 5).transpose(0, 2, 1) + boxes[:, None, :2] - 1  # (m, 5, 2)
    boxes = _moved(boxes, offsets[passed], last_pixel=1)
    kept = suppress(boxes, scores, frame=frame, threshold=0.7, overlap=of_smaller)
    return Candidates(boxes[kept], scores[kept], frame[kept]), landmarks[kept]


def _judged(
    sums: Table, candidates: Candidates, network: Callable[[FloatArray], tuple[FloatArray, ...]], *, size: int, heads: tuple[tuple[int, ...], ...]
) -> tuple[Candidates, list[FloatArray]]:
    """The candidates that lie on their frame, and what the network says of each: one array a head, of the shapes named."""
    frame_size = np.array(sums.shape[2:0:-1]) - 1  # width, height
    whole = np.trunc(candidates.boxes).astype(np.int64)
    # facenet-pytorch counts pixels from 1, and takes the first and the last one in.
    start = np.maximum(whole[:, :2], 1) - 1
    stop = np.minimum(whole[:, 2:], frame_size)
    inside = np.flatnonzero((stop > start).all(axis=1))
    candidates = Candidates(candidates.boxes[inside], candidates.scores[inside], candidates.frame[inside])
    pixels = np.concatenate([start, stop], axis=1)[inside]

    answers: list[tuple[FloatArray, ...]] = [tuple(np.empty((0, *head), np.float32) for head in heads)]
    for first in range(0, len(pixels), MAX_CROPS):
        part = slice(first, first + MAX_CROPS)
        answers.append(network(_normalized(pool_boxes(sums, pixels[part], frame=candidates.frame[part], size=size))))
    return candidates, [np.concatenate(answer) for answer in zip(*answers, strict=True)]


def _normalized(pixels: FloatArray) -> FloatArray:
    """0 to 255 -> -1 to 1, in place."""
    pixels -= 127.5
    pixels /= 128
    return pixels


def _moved(boxes: FloatArray, offsets: FloatArray, *, last_pixel: int) -> FloatArray:
    """Boxes shifted by a network's offsets, fractions of the sides; `last_pixel` is 1 where the side counts it."""
    sides = boxes[:, 2:] - boxes[:, :2] + last_pixel  # (m, 2)
    return boxes + offsets * np.tile(sides, 2)


def _square(boxes: FloatArray) -> FloatArray:
    """The shorter side made as long as the longer, about the same centre."""
    sides = boxes[:, 2:] - boxes[:, :2]  # (m, 2)
    side = sides.max(axis=1, keepdims=True)
    start = boxes[:, :2] + sides * np.float32(0.5) - side * np.float32(0.5)
    return np.concatenate([start, start + side], axis=1)
