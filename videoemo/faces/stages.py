"""The three stages of MTCNN (Zhang et al., "Joint face detection and alignment using multitask cascaded convolutional networks", 2016).

Each looks at pictures and hands candidates on. The arithmetic (a width that counts the last pixel here
and not there, truncation, the overlaps of suppression) follows facenet-pytorch 2.5.3, `models/utils/detect_face.py`, so as to find what it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from videoemo.faces.networks import FloatArray, IntArray, ONet, PNet, RNet
from videoemo.faces.pooling import Divided, Grids, Pictures, pool, pool_boxes
from videoemo.faces.suppression import suppress

__all__ = [
    "ROUGHLY",
    "STEP",
    "WINDOW",
    "Candidates",
    "Fired",
    "Seen",
    "at_least",
    "confirm",
    "contend",
    "level_size",
    "look",
    "propose",
    "proposed",
    "refine",
]

# What the networks see: P-Net's window and the step between its windows, R-Net's and O-Net's picture, px.
WINDOW = 12
STEP = 2
RNET_SIZE = 24
ONET_SIZE = 48
# O-Net's answers to a picture: offsets, score, landmarks.
ONET_HEADS: tuple[tuple[int, ...], ...] = ((4,), (), (10,))

# What O-Net says in less precision is off by less than this, in log-odds: bfloat16 has eight binary digits, so that rounding
# alone makes the difference of two numbers from 8 to 16 wrong by up to 1/16.
ROUGHLY = 0.2

# Crops given to R- and O-Net at once: 70 MB in O-Net's first layer; more is no faster.
MAX_CROPS = 128

# Pictures -> one array a head, one row a picture.
Network = Callable[[FloatArray], tuple[FloatArray, ...]]


class Candidates(NamedTuple):
    """Boxes float32 (m, 4) in px, which may leave the frame; scores float32 (m,); frame int64 (m,), the place of each box's frame."""

    boxes: FloatArray
    scores: FloatArray
    frame: IntArray

    def at(self, chosen: npt.NDArray[np.intp]) -> Candidates:
        """Some of them."""
        return Candidates(self.boxes[chosen], self.scores[chosen], self.frame[chosen])


class Seen(NamedTuple):
    """m candidates, and float32 (m, 3, 48, 48), -1 to 1, of each the picture that O-Net looks at."""

    candidates: Candidates
    crops: FloatArray

    def at(self, chosen: npt.NDArray[np.intp]) -> Seen:
        """Some of them."""
        return Seen(self.candidates.at(chosen), self.crops[chosen])

    def parts(self) -> Iterator[FloatArray]:
        """The pictures, some at a time."""
        return (self.crops[part] for part in _parts(len(self.crops)))


class Fired(NamedTuple):
    """Windows in which P-Net sees a face: place of the frame, level, row and column in steps of 2 px of the level; score, offsets (m, 4)."""

    frame: IntArray
    level: IntArray
    row: IntArray
    column: IntArray
    scores: FloatArray
    offsets: FloatArray


def propose(frames: Pictures, *, pnet: PNet, scales: Sequence[float], threshold: float) -> Candidates:
    """P-Net over every level of the pyramid of whole frames, all of one size."""
    height, width, _ = frames[0].shape
    sizes = [level_size(frames, scale) for scale in scales]
    levels = pool(frames, [Grids(np.arange(len(frames)), Divided(0, width, wide), Divided(0, height, tall), wide, tall) for tall, wide in sizes])
    fired = []
    for level, pixels in enumerate(levels):
        offsets, probability = pnet(pixels)
        frame, row, column = at_least(threshold, probability)
        scores, moves = probability[frame, row, column], offsets[frame, :, row, column]
        fired.append(Fired(frame, np.full(len(frame), level), row, column, scores, moves))
    return proposed(fired, scales=scales)


def at_least(threshold: float, probability: FloatArray) -> tuple[npt.NDArray[np.intp], ...]:
    """Where it is no less: the places on each axis, as `np.nonzero` gives them, which takes ten times as long on three axes as on one."""
    return np.unravel_index(np.flatnonzero(probability >= threshold), probability.shape)


def proposed(parts: Sequence[Fired], *, scales: Sequence[float]) -> Candidates:
    """The candidates that windows stand for, the surest of those that lie on one another."""
    fired = Fired(*(np.concatenate(part) for part in zip(*parts, strict=True)))
    corner = np.stack([fired.column, fired.row], axis=1).astype(np.float32) * STEP  # (m, 2)
    scale = np.array(scales, np.float32)[fired.level, None]  # (m, 1)
    windows = np.floor(np.concatenate([corner + 1, corner + WINDOW], axis=1) / scale)
    kept = suppress(windows, fired.scores, frame=fired.frame * len(scales) + fired.level, threshold=0.5)
    kept = kept[np.argsort(fired.level[kept], kind="stable")]  # of equal scores in two levels the earlier level's wins
    kept = kept[suppress(windows[kept], fired.scores[kept], frame=fired.frame[kept], threshold=0.7)]
    moved = _moved(windows[kept], fired.offsets[kept], last_pixel=0)
    return Candidates(_square(moved), fired.scores[kept], fired.frame[kept])


def level_size(frames: Pictures, scale: float) -> tuple[int, int]:
    """Height and width of a level of the pyramid, px."""
    height, width, _ = frames[0].shape
    return int(height * scale + 1), int(width * scale + 1)


def refine(frames: Pictures, candidates: Candidates, *, rnet: RNet, threshold: float) -> Candidates:
    """R-Net over the candidates of P-Net."""
    candidates, pixels = _inside(frames, candidates)
    parts = (pool_boxes(frames, pixels[part], picture=candidates.frame[part], size=RNET_SIZE) for part in _parts(len(pixels)))
    offsets, scores = _asked(rnet, parts, heads=((4,), ()))
    passed = np.flatnonzero(scores > threshold)
    passed = passed[suppress(candidates.boxes[passed], scores[passed], frame=candidates.frame[passed], threshold=0.7)]
    moved = _moved(candidates.boxes[passed], offsets[passed], last_pixel=1)
    return Candidates(_square(moved), scores[passed], candidates.frame[passed])


def look(frames: Pictures, candidates: Candidates) -> Seen:
    """The candidates of R-Net as O-Net sees them, in either precision."""
    candidates, pixels = _inside(frames, candidates)
    return Seen(candidates, pool_boxes(frames, pixels, picture=candidates.frame, size=ONET_SIZE))


def contend(seen: Seen, *, onet: ONet, threshold: float) -> Seen:
    """Those that `confirm` may keep, for all that O-Net in less precision can tell."""
    candidates, (offsets, scores, _) = seen.candidates, _asked(onet, seen.parts(), heads=ONET_HEADS)
    odds = _log_odds(scores)
    possible = np.flatnonzero(odds > _log_odds(np.array(threshold, np.float32)) - ROUGHLY)
    boxes = _moved(candidates.boxes[possible], offsets[possible], last_pixel=1)
    kept = suppress(boxes, odds[possible], frame=candidates.frame[possible], threshold=0.7, of_smaller=True, margin=ROUGHLY)
    return seen.at(possible[np.sort(kept)])


def confirm(seen: Seen, *, onet: ONet, threshold: float) -> tuple[Candidates, FloatArray]:
    """O-Net over the candidates of R-Net: the faces and their landmarks, float32 (m, 5, 2), x and y in px."""
    offsets, scores, points = _asked(onet, seen.parts(), heads=ONET_HEADS)
    passed = np.flatnonzero(scores > threshold)
    candidates, scores = seen.candidates.at(passed), scores[passed]
    boxes = candidates.boxes
    sides = boxes[:, 2:] - boxes[:, :2] + 1  # (m, 2)
    landmarks = sides[:, None] * points[passed].reshape(-1, 2, 5).transpose(0, 2, 1) + boxes[:, None, :2] - 1  # (m, 5, 2)
    boxes = _moved(boxes, offsets[passed], last_pixel=1)
    kept = suppress(boxes, scores, frame=candidates.frame, threshold=0.7, of_smaller=True)
    return Candidates(boxes, scores, candidates.frame).at(kept), landmarks[kept]


def _inside(frames: Pictures, candidates: Candidates) -> tuple[Candidates, IntArray]:
    """The candidates that lie on their frame, and the pixels that they take in, (m, 4)."""
    height, width, _ = frames[0].shape
    whole = np.trunc(candidates.boxes).astype(np.int64)
    # facenet-pytorch counts pixels from 1, and takes the first and the last one in.
    start = np.maximum(whole[:, :2] - 1, 0)
    stop = np.minimum(whole[:, 2:], [width, height])
    inside = np.flatnonzero((stop > start).all(axis=1))
    inside = inside[np.argsort(candidates.frame[inside], kind="stable")]  # frame by frame, of which no more than a few are looked at at once
    return candidates.at(inside), np.concatenate([start, stop], axis=1)[inside]


def _parts(n: int) -> Iterator[slice]:
    """Some of n crops at a time."""
    return (slice(first, first + MAX_CROPS) for first in range(0, n, MAX_CROPS))


def _asked(network: Network, parts: Iterable[FloatArray], *, heads: tuple[tuple[int, ...], ...]) -> list[FloatArray]:
    """What the network says of each crop: one array a head, of the shapes named."""
    answers: list[tuple[FloatArray, ...]] = [tuple(np.empty((0, *head), np.float32) for head in heads)]
    answers += map(network, parts)
    return [np.concatenate(answer) for answer in zip(*answers, strict=True)]


def _log_odds(probability: FloatArray) -> FloatArray:
    """Of probabilities; of those that float32 hardly tells from 0 or 1, the same."""
    least = np.float32(1e-7)
    probability = probability.clip(least, 1 - least)
    return np.asarray(np.log(probability / (1 - probability)))


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
