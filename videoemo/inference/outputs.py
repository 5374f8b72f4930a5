"""Raw outputs of a network to features, head by head."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from videoemo.records import Features
from videoemo.zoo.cards import Card
from videoemo.zoo.heads import EXPRESSION

__all__ = ["expected_level", "features_of"]

Rows = npt.NDArray[np.float32]


def features_of(
    card: Card, embedding: Rows, outputs: Rows, *, heads: Collection[str] | None = None
) -> Features:
    """What a card's heads say, or some of them, from embeddings (m, d) and raw outputs (m, w)."""
    probabilities = np.empty((len(embedding), 0), np.float32)
    values: dict[str, Rows] = {}
    distributions: dict[str, Rows] = {}
    start = 0
    for head in card.outputs:
        raw = outputs[:, start : start + head.width]
        start += head.width
        if heads is not None and head.name not in heads:
            continue
        match head.kind:
            case "classes" if head.name == EXPRESSION:
                probabilities = _softmax(raw / np.float32(card.temperature))
            case "classes":
                distributions[head.name] = _softmax(raw)
            case "expected":
                distributions[head.name] = _softmax(raw)
                values[head.name] = expected_level(
                    distributions[head.name], head.most_probable or 1
                )
            case "binary":
                values[head.name] = _sigmoid(raw[:, 0])
            case "value":
                values[head.name] = np.clip(raw[:, 0], head.low, head.high)
    return Features(embedding, probabilities, values, distributions)


def expected_level(distribution: Rows, most_probable: int) -> Rows:
    """The expected level: the mean of the most probable levels, weighted by their probabilities
    (the seed paper's equation 1, arXiv 2103.17107, section III).

    Parameters
    ----------
    distribution : float32 (m, k)
        The probability of each of the levels 0 to k - 1.
    most_probable : int
        How many of them count, L: 1 gives the most probable one, k the mean of all.

    Returns
    -------
    float32 (m,)
        0 to k - 1.
    """
    # Of equally probable ones the lower first.
    levels = np.argsort(-distribution, axis=1, kind="stable")[:, :most_probable]  # (m, L)
    weights = np.take_along_axis(distribution, levels, axis=1)
    return np.asarray((levels * weights).sum(axis=1) / weights.sum(axis=1), np.float32)


def _softmax(logits: Rows) -> Rows:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def _sigmoid(logits: Rows) -> Rows:
    # Of the side where nothing overflows.
    powers = np.exp(-np.abs(logits))
    return np.asarray(np.where(logits >= 0, 1, powers) / (1 + powers), np.float32)
