"""Attempt at one job, whose failure does not end the others."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from videoemo.errors import InputError, LostError, OutputError, VideoError
from videoemo.records import Clip
from videoemo.runs.workers.interfaces import WorkerCrash
from videoemo.tables.summary import Failure
from videoemo.util.messages import one_line
from videoemo.util.timings import stage_of

__all__ = ["attempt"]

T = TypeVar("T")

# The stage of a failure that arose in none.
_NO_STAGE = "unknown"


def attempt(clip: Clip, work: Callable[[], T]) -> T | Failure | WorkerCrash:
    """Attempt the work on a clip.

    Parameters
    ----------
    clip : Clip
        The clip, for a failure's row.
    work : callable
        Does it, and gives the result.

    Returns
    -------
    object or Failure or WorkerCrash
        The result; or why and in which stage it failed; or that a process died that did part of it.

    Raises
    ------
    OutputError
        A result could not be written: no other could either.
    """
    try:
        return work()
    except (VideoError, InputError) as exc:  # InputError: gone since the folder was read
        return Failure(clip.id, stage_of(exc) or _NO_STAGE, type(exc).__name__, str(exc))
    except LostError as exc:
        return WorkerCrash("killed", str(exc))
    except OutputError:
        raise
    except Exception as exc:
        # A fault of ours or of a decoder: this video's row says where, and the others go on. The
        # second part of the trace is that in another process.
        trace = [*traceback.extract_tb(exc.__traceback__), *getattr(exc, "trace", ())]
        frame = trace[-1]
        reason = one_line(f"{type(exc).__name__}: {exc}")
        message = (
            f"unexpected {reason} (at {Path(frame.filename).name}:{frame.lineno}); please report it"
        )
        return Failure(clip.id, stage_of(exc) or _NO_STAGE, type(exc).__name__, message)
