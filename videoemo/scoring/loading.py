"""What a worker that scores loads before its first video, in an order in which nothing waits.

A run's parent reads this module, and imports none of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from videoemo.config.pipeline import Pipeline
from videoemo.runs.job import Work
from videoemo.util.pyarrow_import import import_pyarrow_alone

if TYPE_CHECKING:
    from videoemo.classification.model_file import FittedClassifier

__all__ = ["load_work"]


def load_work(
    pipeline: Pipeline, ran: dict[str, Any], classifier: FittedClassifier | None, out: Path
) -> Work:
    """Load the networks, and what writes results while they load.

    Parameters
    ----------
    pipeline, ran, classifier, out : Pipeline, dict, FittedClassifier or None, Path
        See `videoemo.scoring.task.prepare`.

    Raises
    ------
    VideoemoError
        The networks cannot be loaded.
    """
    from videoemo.inference.models import begin_loading

    networks = begin_loading(pipeline)
    import_pyarrow_alone()
    from videoemo.scoring.task import prepare

    networks.executor.wait()
    return prepare(pipeline, networks, ran, classifier, out)
