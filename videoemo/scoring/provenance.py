"""Provenance of a run: versions, settings, checksums, so that it can be traced and repeated."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from videoemo.inference.resolve import Resolved
from videoemo.util.versions import versions

__all__ = ["run_provenance"]


def run_provenance(resolved: Resolved) -> dict[str, Any]:
    """What summary.json says of a run: the command, versions, settings and networks."""
    return {
        "command": ["videoemo", *sys.argv[1:]] if Path(sys.argv[0]).stem == "videoemo" else None,
        "versions": versions(),
        "pipeline": asdict(resolved.pipeline),
        "runtime": asdict(resolved.runtime),
        "extractor": asdict(resolved.card),
        "detector": asdict(resolved.detector),
        "reading": "displayed expression as a network sees it, not a felt emotion",
    }
