"""Jobs, which a run sends to its workers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from videoemo.records import Clip

__all__ = ["Job", "Work"]


@dataclass(frozen=True)
class Job:
    """Job of a worker: one video.

    Parameters
    ----------
    clip : Clip
        The video.
    folder : Path
        Where its outputs go.
    key : dict of str to object
        What the result depends on, for its summary; see `fingerprint.make_key`.
    """

    clip: Clip
    folder: Path
    key: dict[str, Any]


# Does a job in a worker, and reports the frames done and the share of the video, 0 to 1; gives the
# video's row, a failure, or a crash of a process of its own.
Work = Callable[[Job, Callable[[int, float], None]], Any]
