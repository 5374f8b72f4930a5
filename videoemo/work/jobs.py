"""What travels from a run to its workers."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from videoemo.cards import find_card
from videoemo.engines.mtcnn_weights import SHA256
from videoemo.errors import WorkerError
from videoemo.recipes import Pipeline
from videoemo.records import Clip
from videoemo.work.keys import differences, make_key, settings_key

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


def load_elsewhere(load: Callable[[], Any], pipeline: Pipeline, settings: dict[str, Any]) -> Callable[[Job, Callable[[int, float], None]], Any]:
    """What `load` gives, for a worker that may be on another machine; the work refuses a video or an output folder that this one does not see.

    Parameters
    ----------
    settings : `keys.settings_key` of the pipeline, where the run was started.

    Raises
    ------
    WorkerError : results would not be the same here; and by the work: a folder is not there, which is no fault of the video's.
    """
    here = platform.node()
    own = settings_key(pipeline, find_card(pipeline.extractor)[0], SHA256) | {"model": settings["model"]}  # the one thing that travels
    others = differences(make_key({}, settings), make_key({}, own))
    if others:
        raise WorkerError(f"the results of {here} would be others than those of the machine that started the run: {'; '.join(others)}")
    work = load()

    def work_where_seen(job: Job, report: Callable[[int, float], None]) -> Any:
        for folder in (job.clip.path.parent, job.folder):
            if not folder.is_dir():
                raise WorkerError(f"no folder {folder.absolute()} on {here}: a cluster needs the same paths on every machine, on a shared folder")
        return work(job, report)

    return work_where_seen
