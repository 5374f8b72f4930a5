"""What ran: versions, settings, checksums, so that a result can be traced and made again."""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from videoemo._version import __version__
from videoemo.cards import Card
from videoemo.files import whole
from videoemo.recipes import Pipeline
from videoemo.serving import runtime_of

__all__ = ["LIBRARIES", "extractor_of", "versions", "what_ran", "write_json"]

# Those whose version can change a result.
LIBRARIES = ("av", "decord", "facenet-pytorch", "numpy", "opencv-python-headless", "openvino", "pillow", "timm", "torch")


def versions() -> dict[str, str | None]:
    """The version of videoemo, of Python and of each library; None for one that is not installed."""
    found: dict[str, str | None] = {"videoemo": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    return found


def extractor_of(card: Card) -> dict[str, str]:
    """What a file of features, or a model fitted on them, says of the network they are of."""
    return {"name": card.name, "checksum": card.checksum, "licence": card.licence, "origin": card.origin, "trained_on": card.trained_on}


def what_ran(pipeline: Pipeline, card: Card, detector: dict[str, str]) -> dict[str, Any]:
    """The settings and networks of a run.

    Parameters
    ----------
    detector : the SHA-256 of each of the detector's weight files, by file name.
    """
    return {
        "command": ["videoemo", *sys.argv[1:]] if Path(sys.argv[0]).stem == "videoemo" else None,
        "versions": versions(),
        "pipeline": asdict(pipeline),
        "runtime": asdict(runtime_of(pipeline)),
        "extractor": asdict(card),
        "detector": {"name": "MTCNN", "sha256": detector},
        "reading": "displayed expression as a network sees it, not a felt emotion",
    }


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file whole.

    Raises
    ------
    OutputError : it cannot be written.
    """
    with whole(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
