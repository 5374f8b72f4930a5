"""A pipeline's networks resolved on this machine: which serves, where its weights lie, and what
runs it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from videoemo.backends.runtime import Runtime, runtime
from videoemo.config.pipeline import Pipeline
from videoemo.errors import FetchError
from videoemo.zoo.cards import Card, find_card
from videoemo.zoo.detectors import MTCNN, Detector
from videoemo.zoo.fetch import fetch
from videoemo.zoo.formats import require_known_format
from videoemo.zoo.scored import scored_card

__all__ = ["Resolved", "resolve", "resolve_runtime", "resolve_weights"]


@dataclass(frozen=True)
class Resolved:
    """The networks of a pipeline on this machine. Nothing is loaded yet.

    Parameters
    ----------
    pipeline : Pipeline
        With the extractor that serves.
    card : Card
        Of the extractor.
    weights : Path
        Of the extractor; as the card says.
    runtime : Runtime
        What runs the networks.
    detector : Detector
        What finds the faces.
    reid : tuple of (Card, Path) or None
        The network for re-identification and its weights, where the pipeline has one.
    """

    pipeline: Pipeline
    card: Card
    weights: Path
    runtime: Runtime
    detector: Detector
    reid: tuple[Card, Path] | None = None

    @cached_property
    def scored(self) -> Card:
        """The extractor's card with no other heads than those of which `score` tells."""
        return scored_card(self.card, self.pipeline.network.heads)


def resolve(pipeline: Pipeline, *, notice: Callable[[str], None]) -> Resolved:
    """Resolve the networks of a pipeline; its extractor for offline use where the one asked for
    cannot be had.

    Parameters
    ----------
    pipeline : Pipeline
        The settings.
    notice : callable
        Takes a line where another extractor serves than the one asked for.

    Raises
    ------
    InputError
        An unknown network, one without the heads asked for, or an engine that is not here.
    FetchError
        A network is not here and cannot be had, and there is none for offline use.
    WeightsError
        Weights that are missing, damaged or of a kind that is not read.
    """
    network = pipeline.network
    try:
        card, weights = resolve_weights(network.extractor)
    except FetchError as exc:
        if network.extractor_offline is None:
            raise
        how = f"to get it: videoemo models fetch {network.extractor}"
        notice(f"{network.extractor_offline} serves in place of {network.extractor} ({exc}); {how}")
        offline = replace(network, extractor=network.extractor_offline, extractor_offline=None)
        return resolve(replace(pipeline, network=offline), notice=notice)
    name = pipeline.tracking.reid_network
    reid = None if name is None else resolve_weights(name)
    resolved = Resolved(pipeline, card, weights, resolve_runtime(pipeline), MTCNN, reid)
    _ = resolved.scored  # raises here what it raises
    return resolved


def resolve_weights(name: str) -> tuple[Card, Path]:
    """A network's card and its weights, fetched if need be, their checksum verified.

    Parameters
    ----------
    name : str
        Of the network, or the path of a card.

    Raises
    ------
    InputError
        No such network.
    FetchError
        Its weights are not here and cannot be had.
    WeightsError
        They are missing, damaged or of a kind that is not read.
    """
    card, weights = find_card(name)
    require_known_format(weights)
    return card, fetch(card, weights)


def resolve_runtime(pipeline: Pipeline) -> Runtime:
    """What runs a pipeline's networks on this machine.

    Raises
    ------
    InputError
        What it asks for is not here.
    """
    network = pipeline.network
    return runtime(engine=network.engine, device=network.device, precision=network.precision)
