"""videoemo as its users get it: decode, find, read, with models that are loaded once.

python -m eval.measure.ours EXTRACTOR
"""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from eval.measure.serving import Run, serve
from eval.measure.settings import settings
from videoemo.networks import load_models
from videoemo.pipeline import score_video
from videoemo.processors import threads
from videoemo.provenance import versions
from videoemo.records import Clip
from videoemo.serving import runtime_of


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
