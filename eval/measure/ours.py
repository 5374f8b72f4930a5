"""videoemo as its users get it: decode, find, read, with models that are loaded once.

python -m eval.measure.ours EXTRACTOR
"""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from eval.measure.serving import Run, serve
from videoemo.ahead import threads
from videoemo.networks import load_models
from videoemo.pipeline import score_video
from videoemo.provenance import versions
from videoemo.recipes import Pipeline, change, load_pipeline
from videoemo.records import Clip
from videoemo.serving import runtime_of

__all__ = ["settings"]


def settings(extractor: str | None = None) -> Pipeline:
    """What is measured: every frame, all faces, smallest face 40 px, no pictures; the rest as `score` has it.

    Parameters
    ----------
    extractor : None for the one that ships.
    """
    return change(load_pipeline(), every=1, faces="all", min_face=40, pictures=False, extractor=extractor)


def load() -> tuple[Run, dict[str, Any]]:
    """The models."""
    pipeline = settings(*sys.argv[1:])
    models = load_models(pipeline)

    def run(clip: Path) -> dict[str, Any]:
        scored = score_video(Clip(clip, clip.name), pipeline, models)
        return {"frames": scored.row.frames, "faces": scored.row.faces, "stages": scored.effort.seconds}

    chosen = runtime_of(pipeline)
    found = {**versions(), "openvino": metadata.version("openvino"), "precision": chosen.precision}
    return run, {"versions": {name: version for name, version in found.items() if version}, "threads": {chosen.engine: threads()}}


if __name__ == "__main__":
    serve(load)
