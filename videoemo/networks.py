"""The networks of a pipeline, loaded once and used for every video."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Self

from videoemo.cards import Card
from videoemo.hands import Hands, hands_of
from videoemo.recipes import Pipeline
from videoemo.serving import serving
from videoemo.windows import Classify

__all__ = ["Models", "load_models"]


@dataclass(frozen=True)
class Models:
    """What is loaded once and used for every video; as a context it ends what it has started.

    Parameters
    ----------
    card : of the extractor.
    hands : what finds and reads faces with the networks.
    classify : what says of a whole video, and of each window of it, from the vectors of its faces, what it is; or None.
    """

    card: Card
    hands: Hands
    classify: Classify | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.hands.close()


def load_models(pipeline: Pipeline, *, beside: bool = True) -> Models:
    """The detector and the extractor of a pipeline; where that cannot be had, its extractor for offline use, and a line on standard error.

    Parameters
    ----------
    beside : whether processes may be started for them, which long videos gain from.

    Raises
    ------
    InputError : unknown extractor.
    FetchError : the extractor is not here and cannot be had, and there is none for offline use.
    WeightsError : weights that are missing or damaged.
    WorkerError : a process cannot be started.
    """
    served, card, weights = serving(pipeline, notice=lambda text: print(f"notice: {text}", file=sys.stderr))
    return Models(card, hands_of(served, card, weights, beside=beside))
