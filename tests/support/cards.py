"""A made-up network: its bytes and its card."""

from __future__ import annotations

import hashlib

import numpy as np

from tests.support.heads import heads
from videoemo.zoo.cards import Card, Source

# More than one of the pieces in which a file arrives.
WEIGHTS = np.random.default_rng(0).bytes(600_000)
URL_PATH = "/someone/networks/main/onnx/toy.onnx"


def toy_card(base: str | None = None, **changes: object) -> Card:
    """A card named `toy`; with the base address of a server, one that can be fetched."""
    facts: dict[str, object] = {
        "name": "toy",
        "file": "toy.onnx",
        "format": "onnx",
        "sha256": hashlib.sha256(WEIGHTS).hexdigest(),
        "source": base
        and Source(repository="someone/networks", revision="main", path="onnx/toy.onnx", base=base),
        "architecture": "toynet",
        "crop": "box",
        "input_size": 32,
        "colour": "rgb",
        "mean": (0.5, 0.5, 0.5),
        "std": (0.5, 0.5, 0.5),
        "outputs": heads(("negative", "positive"), size=64),
        "temperature": 1.0,
        "licence": "Apache-2.0",
        "origin": "made up",
        "trained_on": "nothing",
        "figures": "none",
    }
    return Card(**(facts | changes))  # type: ignore[arg-type]
