"""Which network serves a pipeline: the one it asks for, or, where that cannot be had, its one for offline use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from videoemo.cards import Card, find_card
from videoemo.engines.formats import require_known
from videoemo.errors import FetchError
from videoemo.recipes import Pipeline
from videoemo.zoo.fetch import fetch

__all__ = ["serving"]


def serving(pipeline: Pipeline, *, notice: Callable[[str], None]) -> tuple[Pipeline, Card]:
    """The pipeline with the extractor that serves, whose weights are here and as its card says, and that card. Nothing is loaded.

    Parameters
    ----------
    notice : takes a line where another serves than the one asked for.

    Raises
    ------
    InputError : unknown extractor.
    FetchError : it is not here and cannot be had, and there is none for offline use.
    WeightsError : weights that are missing, damaged or of a kind that is not read.
    """
    card, weights = find_card(pipeline.extractor)
    require_known(weights)
    try:
        fetch(card, weights)
    except FetchError as exc:
        if pipeline.extractor_offline is None:
            raise
        how = f"to get it: videoemo models fetch {pipeline.extractor}"
        notice(f"{pipeline.extractor_offline} serves in place of {pipeline.extractor} ({exc}); {how}")
        return serving(replace(pipeline, extractor=pipeline.extractor_offline, extractor_offline=None), notice=notice)
    return pipeline, card
