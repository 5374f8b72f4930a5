"""What is measured of ours."""

from __future__ import annotations

from videoemo.recipes import Pipeline, change, load_pipeline

__all__ = ["settings"]


def settings(extractor: str | None = None) -> Pipeline:
    """What is measured: every frame, all faces, smallest face 40 px, no pictures; the rest as `score` has it.

    Parameters
    ----------
    extractor : None for the one that ships.
    """
    return change(load_pipeline(), every=1, faces="all", min_face=40, pictures=False, extractor=extractor)
