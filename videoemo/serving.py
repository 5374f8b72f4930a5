"""What serves a pipeline: the network it asks for, or, where that cannot be had, its one for offline use; and what runs it here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from videoemo.cards import Card, find_card
from videoemo.engines.formats import require_known
from videoemo.engines.runtime import Runtime, runtime
from videoemo.errors import FetchError
from videoemo.recipes import Pipeline
from videoemo.zoo.fetch import fetch

__all__ = ["runtime_of", "serving", "weights_of"]


def weights_of(name: str) -> tuple[Card, Path]:
    """A network's card and its weights, which are here, fetched if need be, and as the card says. Nothing is loaded.

    Raises
    ------
    InputError : no such network.
    FetchError : its weights are not here and cannot be had.
    WeightsError : they are missing, damaged or of a kind that is not read.
    """
    card, weights = find_card(name)
    require_known(weights)
    return card, fetch(card, weights)


def serving(pipeline: Pipeline, *, notice: Callable[[str], None]) -> tuple[Pipeline, Card, Path]:
    """The pipeline with the extractor that serves, and that one's card and weights, as `weights_of` gives them.

    Parameters
    ----------
    notice : takes a line where another serves than the one asked for.

    Raises
    ------
    InputError : unknown extractor.
    FetchError : it is not here and cannot be had, and there is none for offline use.
    WeightsError : weights that are missing, damaged or of a kind that is not read.
    """
    try:
        return pipeline, *weights_of(pipeline.extractor)
    except FetchError as exc:
        if pipeline.extractor_offline is None:
            raise
        how = f"to get it: videoemo models fetch {pipeline.extractor}"
        notice(f"{pipeline.extractor_offline} serves in place of {pipeline.extractor} ({exc}); {how}")
        return serving(replace(pipeline, extractor=pipeline.extractor_offline, extractor_offline=None), notice=notice)


def runtime_of(pipeline: Pipeline) -> Runtime:
    """What runs a pipeline's networks on this machine.

    Raises
    ------
    InputError : what it asks for is not here.
    """
    return runtime(engine=pipeline.engine, device=pipeline.device, precision=pipeline.precision)
