"""A frozen network: face crops in, penultimate vectors and class probabilities out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from videoemo.cards import Card, find_card, verified
from videoemo.engines import Network
from videoemo.recipes import load_pipeline
from videoemo.records import Features

__all__ = ["Extractor", "load_extractor", "preprocess"]

# Bounds the memory of one pass through the network.
_BATCH = 32


class Extractor:
    """A network with its card; call it on crops.

    Attributes
    ----------
    card : what it is and where it comes from.
    classes : the class names, in the order of the columns of `Features.probabilities`.

    Examples
    --------
    >>> import numpy as np, videoemo
    >>> extractor = videoemo.load_extractor()
    >>> extractor([np.zeros((90, 80, 3), np.uint8)]).probabilities.shape
    (1, 8)
    """

    def __init__(self, card: Card, network: Network) -> None:
        self.card = card
        self.classes = card.classes
        self._network = network

    def __call__(self, crops: Sequence[npt.NDArray[np.uint8]]) -> Features:
        """Features of RGB crops, uint8 (h, w, 3), of any size; one row a crop, in their order.

        Raises
        ------
        ValueError : a crop of another shape or type.
        """
        embeddings = [np.empty((0, self.card.embedding), np.float32)]
        logits = [np.empty((0, len(self.classes)), np.float32)]
        for start in range(0, len(crops), _BATCH):
            batch = np.stack([preprocess(crop, self.card) for crop in crops[start : start + _BATCH]])
            embedding, scores = self._network(batch)
            embeddings.append(embedding)
            logits.append(scores)
        return Features(np.concatenate(embeddings), _softmax(np.concatenate(logits) / np.float32(self.card.temperature)))


def load_extractor(name: str | None = None) -> Extractor:
    """A network by its card's name, or the path of a card of your own; without a name, the one that `score` uses.

    Raises
    ------
    InputError : no such network.
    WeightsError : its weights are missing or damaged.
    """
    if name is None:
        name = load_pipeline().extractor
    card, weights = find_card(name)
    verified(weights, card.sha256)
    from videoemo.engines.timm_torch import load_network

    return Extractor(card, load_network(card, weights))


def preprocess(crop: npt.NDArray[np.uint8], card: Card) -> npt.NDArray[np.float32]:
    """One crop as the network wants it: float32 (channels, side, side).

    Pillow's bilinear filter widens with the reduction, so it does not alias; every engine uses this function.
    """
    if crop.dtype != np.uint8 or crop.ndim != 3 or crop.shape[2] != 3 or 0 in crop.shape:
        raise ValueError(f"expected a crop uint8 (h, w, 3), got {crop.dtype} {crop.shape}")
    image = Image.fromarray(np.ascontiguousarray(crop))
    if card.colour == "grey":
        image = image.convert("L")
    if card.detail is not None and min(image.size) > card.detail:
        image = image.resize((card.detail, card.detail), Image.Resampling.BILINEAR)
    image = image.resize((card.input_size, card.input_size), Image.Resampling.BILINEAR)
    pixels = np.asarray(image, np.float32).reshape(card.input_size, card.input_size, -1) / np.float32(255)
    normalised = (pixels - np.array(card.mean, np.float32)) / np.array(card.std, np.float32)
    return np.ascontiguousarray(normalised.transpose(2, 0, 1))


def _softmax(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
