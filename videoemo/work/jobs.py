"""What travels from a run to its workers."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from videoemo.cards import find_card
from videoemo.errors import WeightsError, WorkerError
from videoemo.recipes import Pipeline
from videoemo.records import Clip

if TYPE_CHECKING:
    from videoemo.model import Model

__all__ = ["VECTORS", "Job", "load_elsewhere", "load_scoring", "load_vectors"]

# What `vectors.prepare` writes beside summary.json.
VECTORS = "vectors.parquet"


@dataclass(frozen=True)
class Job:
    """A video to score.

    Parameters
    ----------
    folder : where its outputs go.
    key : what the result depends on, for its summary.
    """

    clip: Clip
    folder: Path
    key: dict[str, Any]


def load_scoring(pipeline: Pipeline, ran: dict[str, Any], model: Model | None) -> Callable[[Job, Callable[[int, float], None]], Any]:
    """`scoring.prepare`, with what it needs imported in the worker alone."""
    from videoemo.scoring import prepare

    return prepare(pipeline, ran, model)


def load_vectors(pipeline: Pipeline) -> Callable[[Job, Callable[[int, float], None]], Any]:
    """`vectors.prepare`, likewise."""
    from videoemo.vectors import prepare

    return prepare(pipeline)


def load_elsewhere(load: Callable[[], Any], extractor: str, checksum: str) -> Callable[[Job, Callable[[int, float], None]], Any]:
    """What `load` gives, for a worker that may be on another machine; the work refuses a video or an output folder that this one does not see.

    Parameters
    ----------
    extractor, checksum : the network's name in the pipeline, and its checksum where the run was started.

    Raises
    ------
    WeightsError : the network of that name is another one here.
    WorkerError : by the work: a folder is not there, which is no fault of the video's.
    """
    here, work = platform.node(), load()
    if find_card(extractor)[0].checksum != checksum:
        raise WeightsError(f"the network {extractor} on {here} is another one than where the run was started; import the same one on every machine")

    def work_where_seen(job: Job, report: Callable[[int, float], None]) -> Any:
        for folder in (job.clip.path.parent, job.folder):
            if not folder.is_dir():
                raise WorkerError(f"no folder {folder.absolute()} on {here}: a cluster needs the same paths on every machine, on a shared folder")
        return work(job, report)

    return work_where_seen
