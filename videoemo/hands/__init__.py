"""Hands: what looks at frames with the networks, beside the thread that reads the video and puts the results together.

On a processor of several cores they are processes: threads of one Python process wait for each other, and a network that is spread over two
cores takes a sixth more of their time than two that have one each.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from videoemo.cards import Card
from videoemo.hands._beside import Beside, can_share
from videoemo.hands._hands import Hands, in_order
from videoemo.hands._here import Here, Threads
from videoemo.looking import load_looker
from videoemo.processors import threads
from videoemo.recipes import Pipeline
from videoemo.serving import runtime_of

__all__ = ["Beside", "Hands", "Here", "hands_of", "in_order"]


def hands_of(pipeline: Pipeline, card: Card, weights: Path, *, beside: bool = True) -> Hands:
    """The hands for a pipeline on this machine, with the extractor that serves it loaded.

    Parameters
    ----------
    beside : whether they may be processes, which take half a second to start.

    Raises
    ------
    InputError : what the pipeline asks for is not here.
    WeightsError : weights that are missing or damaged.
    WorkerError : a process cannot be started, or ended while it loaded.
    """
    load = partial(load_looker, pipeline, card, weights)
    if threads() == 1:
        return Here(load())
    if beside and can_share() and runtime_of(pipeline).engine == "openvino":
        return Beside(load)
    return Threads(load())
