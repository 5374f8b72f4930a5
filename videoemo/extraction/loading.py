"""What a worker that extracts loads before its first clip, in an order in which nothing waits.

A run's parent reads this module, and imports none of it.
"""

from __future__ import annotations

from videoemo.config.pipeline import Pipeline, change_pipeline
from videoemo.runs.job import Work
from videoemo.util.pyarrow_import import import_pyarrow_alone

__all__ = ["load_work"]


def load_work(pipeline: Pipeline) -> Work:
    """Load the networks, and what writes embeddings while they load.

    Parameters
    ----------
    pipeline : Pipeline
        With the extractor that serves.

    Raises
    ------
    VideoemoError
        The networks cannot be loaded.
    """
    from videoemo.inference.models import begin_loading

    networks = begin_loading(change_pipeline(pipeline, pictures=False))  # none is drawn
    import_pyarrow_alone()
    from videoemo.extraction.task import prepare

    networks.executor.wait()
    return prepare(pipeline, networks)
