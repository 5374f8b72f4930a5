"""Results that appear whole or not at all, and what became of each video."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from videoemo.tables import VideoRow
from videoemo.work.leases import Lease
from videoemo.work.rows import Failure

__all__ = ["State", "publishing", "state", "write_failed", "writing"]


@dataclass(frozen=True)
class State:
    """What is known of a video.

    Parameters
    ----------
    kind : `done`; `failed`, with the same key; `new`; `changed`, done with another key; `incomplete`, an output is missing or damaged.
    row : of a video that is done.
    failure : of one that failed.
    reasons : what changed, is missing or is damaged, in words.
    """

    kind: Literal["done", "failed", "new", "changed", "incomplete"]
    row: VideoRow | None = None
    failure: Failure | None = None
    reasons: tuple[str, ...] = ()


def state(out: Path, clip_id: str, key: dict[str, Any], *, outputs: Sequence[str], verify: bool) -> State:
    """What became of a video: done when its outputs exist, load, and carry the same key (in summary.json, under `key`).

    Parameters
    ----------
    outputs : the files it must have beside summary.json, such as `faces.parquet`, `timeline.png`.
    verify : open each and read it whole; otherwise only its first and last bytes are looked at, and summary.json.

    Raises
    ------
    InputError : an id that would lie outside the output folder.
    """
    raise NotImplementedError


@contextmanager
def writing(lease: Lease) -> Iterator[Path]:
    """Yield an empty folder for a video's outputs; on success it becomes the video's folder in one step, and an older one goes.

    Its summary.json must have `key`, and the fields of `row_fields`.

    Raises
    ------
    LeaseLostError : another run took the video over meanwhile; nothing of this one is left.
    OutputError : it cannot be written (no space, no permission); an older result stands as it was.
    """
    raise NotImplementedError
    yield


@contextmanager
def publishing(lease: Lease) -> Iterator[Path]:
    """Yield an empty folder for the tables of the whole run (a lease of `RUN`); on success each file in it replaces its namesake in `out`.

    Raises
    ------
    LeaseLostError : another run took over meanwhile.
    OutputError : they cannot be written.
    """
    raise NotImplementedError
    yield


def write_failed(lease: Lease, failure: Failure, key: dict[str, Any]) -> None:
    """Keep a failure with its key, so that a resume does not try again; an older result of the video stands as it was.

    Raises
    ------
    LeaseLostError, OutputError : as in `writing`.
    """
    raise NotImplementedError
