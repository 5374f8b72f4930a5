"""videoemo as its users get it: decode, detect, embed, with networks that are loaded once.

python -m eval.support.ours EXTRACTOR
"""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from eval.support.harness import Run, serve
from eval.support.settings import settings
from videoemo.inference.models import load_for_pipeline
from videoemo.inference.resolve import resolve_runtime
from videoemo.records import Clip
from videoemo.scoring.video import score_video
from videoemo.util.cpu import n_threads
from videoemo.util.timings import StageTimer
from videoemo.util.versions import versions


def load() -> tuple[Run, dict[str, Any]]:
    """The networks."""
    pipeline = settings(*sys.argv[1:])
    networks = load_for_pipeline(pipeline)

    def run(clip: Path) -> dict[str, Any]:
        timer = StageTimer()
        scored = score_video(Clip(clip, clip.name), pipeline, networks, timer=timer)
        return {"frames": scored.row.frames, "faces": scored.row.faces, "stages": timer.seconds}

    chosen = resolve_runtime(pipeline)
    found = {**versions(), "openvino": metadata.version("openvino"), "precision": chosen.precision}
    return run, {
        "versions": {name: version for name, version in found.items() if version},
        "threads": {chosen.engine: n_threads()},
    }


if __name__ == "__main__":
    serve(load)
