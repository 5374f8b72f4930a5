"""The three stages of MTCNN (Zhang et al., "Joint face detection and alignment using multitask
cascaded convolutional networks", 2016).

Each gets pictures and passes candidates on to the next. The arithmetic (a width that counts the
last pixel here and not there, truncation, the overlaps of non-maximum suppression) follows
facenet-pytorch 2.5.3, `models/utils/detect_face.py`, so as to find what it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from videoemo.faces.detection.networks import ONet, PNet, RNet
from videoemo.faces.detection.nms import batched_nms
from videoemo.faces.detection.pooling import BinnedAxis, Pictures, PoolingGrids, pool, pool_boxes
from videoemo.util.arrays import Float32Array, Int64Array

__all__ = [
    "BF16_LOGIT_MARGIN",
    "STEP",
    "WINDOW",
    "Candidates",
    "Hits",
    "OnetInput",
    "crop_for_onet",
    "hits_to_candidates",
    "indices_at_least",
    "level_size",
    "run_onet",
    "run_pnet",
    "run_rnet",
    "shortlist",
]

# The inputs of the networks, px: P-Net's window and the step between its windows, the pictures of
# R-Net and O-Net.
WINDOW = 12
STEP = 2
RNET_SIZE = 24
ONET_SIZE = 48
# The shapes of O-Net's outputs of one picture: offsets, score, landmarks.
ONET_HEADS: tuple[tuple[int, ...], ...] = ((4,), (), (10,))

# The log-odds of O-Net in bfloat16 are off by less than this: it has eight binary digits, so that
# rounding alone makes the difference of two numbers from 8 to 16 wrong by up to 1/16.
BF16_LOGIT_MARGIN = 0.2

# Crops in one batch of R- and O-Net: 4 MB in R-Net's first layer, 9 MB in O-Net's. With 128 each
# process of a run takes 70 MiB more, and a crop of O-Net as long (rough 125 us, with 16 128; exact
# 220 and 213). With 16 R-Net takes 38 us a crop, with 32 36, with 64 34, but at each number that it
# has not yet met 2.5 ms more.
RNET_BATCH, ONET_BATCH = 32, 16

# Pictures -> one array a head, one row a picture.
Network = Callable[[Float32Array], tuple[Float32Array, ...]]


class Candidates(NamedTuple):
    """Boxes that may hold a face.

    Parameters
    ----------
    boxes : float32 (m, 4)
        x1, y1, x2, y2 in px; they may leave the frame.
    scores : float32 (m,)
        The last network's probability of a face, 0 to 1.
    position : int64 (m,)
        The position of each box's frame among the frames given.
    """

    boxes: Float32Array
    scores: Float32Array
    position: Int64Array

    def take(self, rows: npt.NDArray[np.intp]) -> Candidates:
        """Take the candidates of some rows."""
        return Candidates(self.boxes[rows], self.scores[rows], self.position[rows])


class OnetInput(NamedTuple):
    """Candidates with O-Net's input of each.

    Parameters
    ----------
    candidates : Candidates
        m candidates.
    crops : float32 (m, 3, 48, 48)
        Their pictures, -1 to 1.
    """

    candidates: Candidates
    crops: Float32Array

    def take(self, rows: npt.NDArray[np.intp]) -> OnetInput:
        """Take the inputs of some rows."""
        return OnetInput(self.candidates.take(rows), self.crops[rows])

    def batches(self) -> Iterator[Float32Array]:
        """Batches of up to `ONET_BATCH` crops."""
        return (self.crops[batch] for batch in _batches(len(self.crops), ONET_BATCH))


class Hits(NamedTuple):
    """P-Net's windows that score at or above the threshold.

    Parameters
    ----------
    position : int64 (m,)
        The position of the frame among the frames given.
    level : int64 (m,)
        The level of the pyramid.
    row, column : int64 (m,)
        In steps of 2 px of the level.
    scores : float32 (m,)
        Probability of a face.
    offsets : float32 (m, 4)
        Fractions of the window's side.
    """

    position: Int64Array
    level: Int64Array
    row: Int64Array
    column: Int64Array
    scores: Float32Array
    offsets: Float32Array


def run_pnet(
    frames: Pictures, *, pnet: PNet, scales: Sequence[float], threshold: float
) -> Candidates:
    """Run P-Net over every level of the pyramid of whole frames.

    Parameters
    ----------
    frames : sequence of uint8 (h, w, 3)
        Pictures of one size.
    pnet : callable
        See `Networks.pnet`.
    scales : sequence of float
        Of the levels, see `DetectionSettings.scales`.
    threshold : float
        The least probability of a face, 0 to 1.
    """
    height, width, _ = frames[0].shape
    sizes = [level_size(frames, scale) for scale in scales]
    levels = pool(
        frames,
        [
            PoolingGrids(
                np.arange(len(frames)),
                BinnedAxis(0, width, wide),
                BinnedAxis(0, height, tall),
                wide,
                tall,
            )
            for tall, wide in sizes
        ],
    )
    hits = []
    for level, pixels in enumerate(levels):
        offsets, probability = pnet(pixels)
        position, row, column = indices_at_least(threshold, probability)
        scores, deltas = probability[position, row, column], offsets[position, :, row, column]
        of_level = np.full(len(position), level)
        hits.append(Hits(position, of_level, row, column, scores, deltas))
    return hits_to_candidates(hits, scales=scales)


def indices_at_least(
    threshold: float, probability: Float32Array
) -> tuple[npt.NDArray[np.intp], ...]:
    """Indices of the values at or above a threshold, one array an axis.

    As `np.nonzero` of the comparison, which takes ten times as long on three axes as on one.
    """
    return np.unravel_index(np.flatnonzero(probability >= threshold), probability.shape)


def hits_to_candidates(parts: Sequence[Hits], *, scales: Sequence[float]) -> Candidates:
    """Turn P-Net's hits into candidates: non-maximum suppression, box regression, squares.

    Parameters
    ----------
    parts : sequence of Hits
        One or more.
    scales : sequence of float
        Of the levels of the pyramid.
    """
    hits = Hits(*(np.concatenate(part) for part in zip(*parts, strict=True)))
    corner = np.stack([hits.column, hits.row], axis=1).astype(np.float32) * STEP  # (m, 2)
    scale = np.array(scales, np.float32)[hits.level, None]  # (m, 1)
    windows = np.floor(np.concatenate([corner + 1, corner + WINDOW], axis=1) / scale)
    kept = batched_nms(
        windows, hits.scores, batch_index=hits.position * len(scales) + hits.level, threshold=0.5
    )
    # Of equal scores in two levels the earlier level's wins.
    kept = kept[np.argsort(hits.level[kept], kind="stable")]
    kept = kept[
        batched_nms(
            windows[kept], hits.scores[kept], batch_index=hits.position[kept], threshold=0.7
        )
    ]
    boxes = _regress(windows[kept], hits.offsets[kept], last_pixel=0)
    return Candidates(_to_square(boxes), hits.scores[kept], hits.position[kept])


def level_size(frames: Pictures, scale: float) -> tuple[int, int]:
    """Height and width of the level of the pyramid at a scale, px."""
    height, width, _ = frames[0].shape
    return int(height * scale + 1), int(width * scale + 1)


def run_rnet(
    frames: Pictures, candidates: Candidates, *, rnet: RNet, threshold: float
) -> Candidates:
    """Run R-Net over the candidates of P-Net.

    Parameters
    ----------
    frames : sequence of uint8 (h, w, 3)
        Pictures of one size.
    candidates : Candidates
        Of P-Net.
    rnet : callable
        See `Networks.rnet`.
    threshold : float
        The probability above which a candidate is kept, 0 to 1.
    """
    candidates, pixels = _clip_to_frame(frames, candidates)
    crops = (
        pool_boxes(frames, pixels[batch], picture=candidates.position[batch], size=RNET_SIZE)
        for batch in _batches(len(pixels), RNET_BATCH)
    )
    offsets, scores = _run_batches(rnet, crops, heads=((4,), ()))
    passed = np.flatnonzero(scores > threshold)
    passed = passed[
        batched_nms(
            candidates.boxes[passed],
            scores[passed],
            batch_index=candidates.position[passed],
            threshold=0.7,
        )
    ]
    boxes = _regress(candidates.boxes[passed], offsets[passed], last_pixel=1)
    return Candidates(_to_square(boxes), scores[passed], candidates.position[passed])


def crop_for_onet(frames: Pictures, candidates: Candidates) -> OnetInput:
    """Crop the candidates of R-Net for O-Net, in either precision."""
    candidates, pixels = _clip_to_frame(frames, candidates)
    return OnetInput(
        candidates, pool_boxes(frames, pixels, picture=candidates.position, size=ONET_SIZE)
    )


def shortlist(crops: OnetInput, *, onet: ONet, threshold: float) -> OnetInput:
    """Rule out, with O-Net in lower precision, candidates that `run_onet` would not keep.

    Parameters
    ----------
    crops : OnetInput
        Of the candidates of R-Net.
    onet : callable
        See `Networks.rough_onet`; its log-odds are off by up to `BF16_LOGIT_MARGIN`.
    threshold : float
        The probability above which `run_onet` keeps a face, 0 to 1.

    Returns
    -------
    OnetInput
        All that `run_onet` may keep, in the same order.
    """
    candidates = crops.candidates
    offsets, scores, _ = _run_batches(onet, crops.batches(), heads=ONET_HEADS)
    odds = _log_odds(scores)
    possible = np.flatnonzero(odds > _log_odds(np.array(threshold, np.float32)) - BF16_LOGIT_MARGIN)
    boxes = _regress(candidates.boxes[possible], offsets[possible], last_pixel=1)
    kept = batched_nms(
        boxes,
        odds[possible],
        batch_index=candidates.position[possible],
        threshold=0.7,
        use_iom=True,
        margin=BF16_LOGIT_MARGIN,
    )
    return crops.take(possible[np.sort(kept)])


def run_onet(crops: OnetInput, *, onet: ONet, threshold: float) -> tuple[Candidates, Float32Array]:
    """Run O-Net over the candidates of R-Net.

    Parameters
    ----------
    crops : OnetInput
        Of the candidates.
    onet : callable
        See `Networks.onet`.
    threshold : float
        The probability above which a face is kept, 0 to 1.

    Returns
    -------
    tuple of (Candidates, float32 (m, 5, 2))
        The faces and their landmarks, x and y in px.
    """
    offsets, scores, points = _run_batches(onet, crops.batches(), heads=ONET_HEADS)
    passed = np.flatnonzero(scores > threshold)
    candidates, scores = crops.candidates.take(passed), scores[passed]
    boxes = candidates.boxes
    sides = boxes[:, 2:] - boxes[:, :2] + 1  # (m, 2)
    # (m, 5, 2)
    landmarks = (
        sides[:, None] * points[passed].reshape(-1, 2, 5).transpose(0, 2, 1)
        + boxes[:, None, :2]
        - 1
    )
    boxes = _regress(boxes, offsets[passed], last_pixel=1)
    kept = batched_nms(boxes, scores, batch_index=candidates.position, threshold=0.7, use_iom=True)
    return Candidates(boxes, scores, candidates.position).take(kept), landmarks[kept]


def _clip_to_frame(frames: Pictures, candidates: Candidates) -> tuple[Candidates, Int64Array]:
    """Candidates that lie on their frame, and their boxes clipped to whole pixels of it, (m, 4)."""
    height, width, _ = frames[0].shape
    whole = np.trunc(candidates.boxes).astype(np.int64)
    # facenet-pytorch counts pixels from 1, and takes the first and the last one in.
    start = np.maximum(whole[:, :2] - 1, 0)
    stop = np.minimum(whole[:, 2:], [width, height])
    inside = np.flatnonzero((stop > start).all(axis=1))
    # Frame by frame, so that a batch is cropped from no more than a few frames.
    inside = inside[np.argsort(candidates.position[inside], kind="stable")]
    return candidates.take(inside), np.concatenate([start, stop], axis=1)[inside]


def _batches(n: int, size: int) -> Iterator[slice]:
    """Slices of up to `size` of n crops."""
    return (slice(first, first + size) for first in range(0, n, size))


def _run_batches(
    network: Network, batches: Iterable[Float32Array], *, heads: tuple[tuple[int, ...], ...]
) -> list[Float32Array]:
    """Outputs of a network over batches, one array a head; `heads` are the shapes of one row."""
    outputs: list[tuple[Float32Array, ...]] = [
        tuple(np.empty((0, *head), np.float32) for head in heads)
    ]
    outputs += map(network, batches)
    return [np.concatenate(output) for output in zip(*outputs, strict=True)]


def _log_odds(probability: Float32Array) -> Float32Array:
    """Log-odds of probabilities, finite for those that float32 hardly tells from 0 or 1."""
    least = np.float32(1e-7)
    probability = probability.clip(least, 1 - least)
    return np.asarray(np.log(probability / (1 - probability)))


def _regress(boxes: Float32Array, offsets: Float32Array, *, last_pixel: int) -> Float32Array:
    """Bounding-box regression: boxes shifted by a network's offsets, fractions of the sides;
    `last_pixel` is 1 where the side counts it.
    """
    sides = boxes[:, 2:] - boxes[:, :2] + last_pixel  # (m, 2)
    return boxes + offsets * np.tile(sides, 2)


def _to_square(boxes: Float32Array) -> Float32Array:
    """Squares of the longer side about the centres of boxes."""
    sides = boxes[:, 2:] - boxes[:, :2]  # (m, 2)
    side = sides.max(axis=1, keepdims=True)
    start = boxes[:, :2] + sides * np.float32(0.5) - side * np.float32(0.5)
    return np.concatenate([start, start + side], axis=1)
