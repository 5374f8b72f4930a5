"""What is measured of ours."""

from __future__ import annotations

from videoemo.config.pipeline import Pipeline, change_pipeline, load_pipeline

__all__ = ["settings"]


def settings(extractor: str | None = None) -> Pipeline:
    """What is measured: every frame, all faces, smallest face 40 px, no pictures; the rest as
    `score` has it.

    Parameters
    ----------
    extractor : str or None
        None for the one that ships.
    """
    pipeline = change_pipeline(load_pipeline(), every=1, faces="all", min_face=40, pictures=False)
    return pipeline if extractor is None else change_pipeline(pipeline, extractor=extractor)
