"""What a video's result depends on: two results with the same key are the same to the byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from videoemo.cards import Card
from videoemo.recipes import Pipeline

__all__ = ["differences", "make_key", "same", "settings_key", "video_key"]


def video_key(path: Path, *, whole: bool) -> dict[str, Any]:
    """What a video is: its size in bytes, its modification time, the SHA-256 of its first and last 64 KiB.

    Take it before the video is read: one that changes meanwhile is then done again by the next run.
    It never raises: a path that cannot be looked at has a key that says why (`unreadable`), so that its failure holds until it can be.

    Parameters
    ----------
    path : a file, or a folder of numbered pictures, which is keyed by the names, sizes and times of all its files.
    whole : add the SHA-256 of all bytes.
    """
    raise NotImplementedError


def settings_key(pipeline: Pipeline, card: Card, detector: dict[str, str], *, model: dict[str, Any] | None = None) -> dict[str, Any]:
    """The settings and networks that a result depends on; not what only says which outputs are written, or how long to wait.

    Parameters
    ----------
    card : of the extractor that serves.
    detector : the SHA-256 of each of the detector's weight files, by file name.
    model : `ClipClassifier.provenance()`, where each video is classified.
    """
    raise NotImplementedError


def make_key(video: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    """The whole key, as it stands under `key` in a video's summary.json."""
    raise NotImplementedError


def same(there: Any, here: dict[str, Any]) -> bool:
    """Whether two keys are of the same result. A full hash counts where both have one."""
    raise NotImplementedError


def differences(there: Any, here: dict[str, Any]) -> list[str]:
    """In words, what differs between the key of a result that is there and the one it would have now: `min_face was 40, is 60`."""
    raise NotImplementedError
