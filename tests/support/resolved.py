"""Networks resolved without looking for weights."""

from __future__ import annotations

from pathlib import Path

from videoemo.config.pipeline import Pipeline, load_pipeline
from videoemo.inference.resolve import Resolved, resolve_runtime
from videoemo.zoo.cards import Card, find_card
from videoemo.zoo.detectors import MTCNN

__all__ = ["resolved"]


def resolved(pipeline: Pipeline | None = None, card: Card | None = None) -> Resolved:
    """A pipeline, by default that of `score`, with the card of its extractor or another one."""
    pipeline = load_pipeline() if pipeline is None else pipeline
    card = find_card(pipeline.network.extractor)[0] if card is None else card
    return Resolved(pipeline, card, Path(card.file), resolve_runtime(pipeline), MTCNN)
