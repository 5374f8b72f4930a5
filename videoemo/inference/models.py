"""The networks of a pipeline, loaded once and used for every video."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Self

from videoemo.config.pipeline import Pipeline
from videoemo.inference.executor import Executor
from videoemo.inference.extractor import open_extractor
from videoemo.inference.face_analyzer import load_face_analyzer
from videoemo.inference.face_identifier import FaceIdentifier
from videoemo.inference.local import InlineExecutor, ThreadExecutor
from videoemo.inference.processes import ProcessExecutor, can_share_memory
from videoemo.inference.resolve import Resolved, resolve
from videoemo.inference.trial import try_network
from videoemo.runs.workers.interfaces import Limits
from videoemo.tables.windows import ClipPredictor
from videoemo.util.cpu import n_threads
from videoemo.util.terminal import say
from videoemo.zoo.cards import Card

__all__ = ["LoadedNetworks", "begin_loading", "load_for_pipeline", "make_executor"]


@dataclass(frozen=True)
class LoadedNetworks:
    """The networks at work; as a context manager it ends what it has started.

    Parameters
    ----------
    card : Card
        Of the extractor, with the heads alone of which `score` tells.
    executor : Executor
        What runs the networks.
    predictor : ClipPredictor or None
        What classifies a whole video, and each window of it, from the embeddings of its faces.
    identifier : FaceIdentifier or None
        What re-identifies persons, where the pipeline names a network for that.
    """

    card: Card
    executor: Executor
    predictor: ClipPredictor | None = None
    identifier: FaceIdentifier | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.executor.close()


def load_for_pipeline(
    pipeline: Pipeline, *, processes: bool = True, trial: bool = False
) -> LoadedNetworks:
    """Load the networks of a pipeline: `begin_loading`, and wait until they are there.

    Parameters
    ----------
    pipeline, processes, trial : Pipeline, bool, bool
        See `begin_loading`.

    Raises
    ------
    VideoemoError
        As `begin_loading` and `Executor.wait` do.
    """
    networks = begin_loading(pipeline, processes=processes, trial=trial)
    networks.executor.wait()
    return networks


def begin_loading(
    pipeline: Pipeline, *, processes: bool = True, trial: bool = False
) -> LoadedNetworks:
    """Begin to load the networks of a pipeline; its extractor for offline use where the one asked
    for cannot be had, with a line on standard error.

    Their executor is to be waited for before it is used. Where it is one of processes, this process
    can do something else meanwhile.

    Parameters
    ----------
    pipeline : Pipeline
        The settings.
    processes : bool, default=True
        Whether processes may be started for them, which long videos gain from.
    trial : bool, default=False
        Whether a network that is not published is tried in a process of its own first, where this
        one is not a worker, which may be ended at any moment.

    Raises
    ------
    InputError
        Unknown extractor.
    FetchError
        The extractor is not here and cannot be had, and there is none for offline use.
    WeightsError
        Weights that are missing or damaged.
    WorkerError
        A process cannot be started.
    """
    resolved = resolve(pipeline, notice=lambda text: say(f"notice: {text}", error=True))
    runtime, reid = resolved.runtime, resolved.reid
    for card, weights in [(resolved.card, resolved.weights), *([reid] if reid else [])]:
        if trial:
            try_network(card, weights, runtime, resolved.pipeline.limits)
    # Before a network is opened in this process, which would begin threads: see `can_fork`.
    executor = make_executor(resolved, processes=processes)
    try:
        identifier = FaceIdentifier(open_extractor(*reid, runtime, heads=())) if reid else None
    except BaseException:
        executor.close()
        raise
    return LoadedNetworks(resolved.scored, executor, identifier=identifier)


def make_executor(resolved: Resolved, *, processes: bool = True) -> Executor:
    """The executor that is fastest on this machine; it is to be waited for.

    On a processor of several cores that is one of processes: threads of one Python process wait for
    each other, and a network that is spread over two cores takes a sixth more of their time than
    two networks that have one each.

    Parameters
    ----------
    resolved : Resolved
        The networks.
    processes : bool, default=True
        Whether it may be one of processes, which take half a second to start.

    Raises
    ------
    InputError
        What the pipeline asks for is not here.
    WeightsError
        Weights that are missing or damaged.
    WorkerError
        A process cannot be started.
    """
    load = partial(load_face_analyzer, resolved)
    if n_threads() == 1:
        return InlineExecutor(load())
    if processes and can_share_memory() and resolved.runtime.engine == "openvino":
        limits = resolved.pipeline.limits
        bounds = Limits(
            memory=limits.memory, load_timeout=limits.load_timeout, load_memory=limits.load_memory
        )
        return ProcessExecutor(load, limits=bounds)
    return ThreadExecutor(load())
