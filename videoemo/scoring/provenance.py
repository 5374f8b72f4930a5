"""Provenance of a run: versions, settings, checksums, so that it can be traced and repeated."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from videoemo.inference.resolve import Resolved
from videoemo.util.versions import versions
from videoemo.zoo.scored import embedding_card

__all__ = ["run_provenance", "video_location"]


def run_provenance(resolved: Resolved) -> dict[str, Any]:
    """What summary.json says of a run: the command, versions, settings and networks."""
    reid = resolved.reid
    return {
        "command": ["videoemo", *sys.argv[1:]] if Path(sys.argv[0]).stem == "videoemo" else None,
        "versions": versions(),
        "pipeline": asdict(resolved.pipeline),
        "runtime": asdict(resolved.runtime),
        "extractor": asdict(resolved.scored),
        **({} if reid is None else {"reid_network": asdict(embedding_card(reid[0]))}),
        "detector": asdict(resolved.detector),
        "reading": "displayed expression as a network sees it, not a felt emotion",
    }


def video_location(video: Path, folder: Path) -> dict[str, str]:
    """Where summary.json says that a video was, so that a report finds it again.

    Parameters
    ----------
    video : Path
        The file or folder.
    folder : Path
        Of its results.

    Returns
    -------
    dict of str to str
        `path`, absolute, and `relative_path`, from the folder of its results, with `/`, which holds
        where both are moved together; none from one drive of Windows to another.
    """
    found = {"path": str(video.absolute())}
    try:
        relative = os.path.relpath(os.path.realpath(video), os.path.realpath(folder))
    except ValueError:  # on another drive
        return found
    return {**found, "relative_path": Path(relative).as_posix()}
