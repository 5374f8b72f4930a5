"""Fake networks: a whole analyzer without weights, for tests and for trying out the stages.

A face is a bright square in a dark one of twice its side; what it displays is told by its colour.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from videoemo.faces.detection.networks import Networks
from videoemo.faces.detection.settings import DetectionSettings
from videoemo.inference.extractor import Extractor
from videoemo.inference.face_analyzer import FaceAnalyzer
from videoemo.util.arrays import Float32Array
from videoemo.zoo.cards import Card
from videoemo.zoo.heads import Head

__all__ = ["LANDMARKS", "fake_analyzer", "fake_card", "fake_networks"]

# As fractions of the box: five x, five y.
LANDMARKS = np.array([0.3, 0.7, 0.5, 0.35, 0.65, 0.4, 0.4, 0.6, 0.8, 0.8], np.float32)
# A class for each colour channel that may be the brightest.
CLASSES = ("anger", "happiness", "sadness")
SIDE = 8


def fake_networks(*, grow: float = 0.0) -> Networks:
    """A detector whose probability of a face is how much brighter the inner half of a square is
    than its rim.

    Parameters
    ----------
    grow : float, default=0.0
        By how much of its length O-Net moves each side of a box outwards.
    """

    def pnet(x: Float32Array) -> tuple[Float32Array, Float32Array]:
        windows = sliding_window_view(x.mean(axis=1), (12, 12), axis=(1, 2))[:, ::2, ::2]
        probability = _likeness(windows)  # (n, h, w)
        return np.zeros((len(x), 4, *probability.shape[1:]), np.float32), probability

    def rnet(x: Float32Array) -> tuple[Float32Array, Float32Array]:
        return np.zeros((len(x), 4), np.float32), _likeness(x.mean(axis=1))

    def onet(x: Float32Array) -> tuple[Float32Array, Float32Array, Float32Array]:
        offsets = np.full((len(x), 4), grow, np.float32) * np.array([-1, -1, 1, 1], np.float32)
        return offsets, _likeness(x.mean(axis=1)), np.tile(LANDMARKS, (len(x), 1))

    return Networks(pnet, rnet, onet)


def fake_card() -> Card:
    """The card of the fake extractor."""
    return Card(
        name="fake",
        file="fake.onnx",
        format="onnx",
        sha256="0" * 64,
        architecture="fake",
        crop="box",
        input_size=SIDE,
        colour="rgb",
        mean=(0.0, 0.0, 0.0),
        std=(1.0, 1.0, 1.0),
        outputs=(
            Head(name="expression", kind="classes", labels=CLASSES),
            Head(name="embedding", kind="embedding", size=3),
        ),
        temperature=1.0,
        licence="none",
        origin="made up",
        trained_on="nothing",
        figures="none",
    )


def fake_analyzer(*, faces: str = "all", crops: bool = False) -> FaceAnalyzer:
    """A face analyzer of fake networks; its embeddings are the mean colours of crops.

    Parameters
    ----------
    faces : str, default="all"
        Which are kept, see `select_faces`.
    crops : bool, default=False
        Whether crops are given back.
    """

    def network(x: Float32Array) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        colour = x.mean(axis=(2, 3))  # (n, 3)
        return colour, 10 * colour

    extractor = Extractor(fake_card(), network)
    return FaceAnalyzer(fake_networks(), extractor, DetectionSettings(), faces, False, crops)


def _likeness(pictures: Float32Array) -> Float32Array:
    """How much brighter the inner half of square pictures (..., side, side) is than their rim, 0 to
    1.
    """
    side = pictures.shape[-1]
    distance = np.abs(np.arange(side) - (side - 1) / 2) / side  # (side,), 0 to 1/2 at the rim
    distance = np.maximum(distance[:, None], distance)  # (side, side)
    inner, rim = pictures[..., distance < 1 / 4], pictures[..., distance > 1 / 3]
    share: Float32Array = np.clip((inner.mean(axis=-1) - rim.mean(axis=-1)) / 2, 0, 1)
    return share.astype(np.float32)
