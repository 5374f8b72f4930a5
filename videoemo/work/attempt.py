"""One piece of work that may fail without an end to the others."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from videoemo.errors import InputError, LostError, OutputError, VideoError
from videoemo.records import Clip
from videoemo.work.crew import Lost
from videoemo.work.rows import Failure

__all__ = ["attempt"]

T = TypeVar("T")

# A part of the path of a fault's source, and the stage of the work that it belongs to.
_STAGES = {"video": "read", "faces": "find", "engines": "express", "plots": "write"}


def attempt(clip: Clip, work: Callable[[], T]) -> T | Failure | Lost:
    """The result of some work on a clip, or why it failed, or that it was lost with a process that did part of it.

    Raises
    ------
    OutputError : a result could not be written: no other could either.
    """
    try:
        return work()
    except (VideoError, InputError) as exc:  # InputError: gone since the folder was read
        return Failure(clip.id, "read", type(exc).__name__, str(exc))
    except LostError as exc:
        return Lost("killed", str(exc))
    except OutputError:
        raise
    except Exception as exc:  # a fault of ours or of a decoder: this video's row says where, and the others go on
        trace = [*traceback.extract_tb(exc.__traceback__), *getattr(exc, "trace", ())]  # the latter: in another process
        place = trace[-1]
        reason = " ".join(f"{type(exc).__name__}: {exc}".split())
        message = f"unexpected {reason} (at {Path(place.filename).name}:{place.lineno}); please report it"
        return Failure(clip.id, _stage(trace), type(exc).__name__, message)


def _stage(trace: Sequence[traceback.FrameSummary]) -> str:
    """The stage of the innermost of our own folders that the fault came through; `work` between them."""
    folders = [Path(frame.filename).parent.name for frame in trace]
    return next((_STAGES[folder] for folder in reversed(folders) if folder in _STAGES), "work")
