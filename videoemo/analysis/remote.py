"""Work on another machine of a cluster: it must give the same results, and see the same folders."""

from __future__ import annotations

import platform
from collections.abc import Callable
from typing import Any

from videoemo.analysis.fingerprint import settings_key
from videoemo.config.pipeline import Pipeline
from videoemo.errors import WorkerError
from videoemo.inference.resolve import resolve
from videoemo.runs.job import Job, Work
from videoemo.runs.state.fingerprint import explain_differences, make_key

__all__ = ["load_remote"]


def load_remote(load: Callable[[], Work], pipeline: Pipeline, settings: dict[str, Any]) -> Work:
    """Load the work of a run on a machine that may be another than the run's.

    Parameters
    ----------
    load : callable
        Loads the work.
    pipeline : Pipeline
        Of the run, with the extractor that serves.
    settings : dict of str to object
        The run's `settings_key`, made where the run was started.

    Returns
    -------
    callable
        The work; it raises a WorkerError where a video's folder, or that of the results, is not
        there, which is no fault of the video's.

    Raises
    ------
    WorkerError
        Results would not be the same here.
    """
    here = platform.node()
    # The classifier is the one thing that travels with the work.
    own = settings_key(resolve(pipeline, notice=_ignore), classifier=settings["classifier"])
    others = explain_differences(make_key({}, settings), make_key({}, own))
    if others:
        raise WorkerError(
            f"the results of {here} would be others than those of the machine that started the "
            f"run: {'; '.join(others)}"
        )
    work = load()

    def work_where_seen(job: Job, report: Callable[[int, float], None]) -> Any:
        for folder in (job.clip.path.parent, job.folder):
            if not folder.is_dir():
                raise WorkerError(
                    f"no folder {folder.absolute()} on {here}: a cluster needs the same paths on "
                    "every machine, on a shared folder"
                )
        return work(job, report)

    return work_where_seen


def _ignore(notice: str) -> None:
    """The run has said already which extractor serves."""
