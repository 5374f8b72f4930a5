"""The child's side of a measurement: load once, then work through a clip each time it is asked to,
and say how long that took.

Questions and answers are JSON objects, one a line, on standard input and output; what libraries
print goes to standard error. Run in the peers' environments too, so it knows nothing of videoemo.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

__all__ = ["Run", "cores", "pictures", "serve"]

# A clip's path -> what was done with it: `frames`, `faces`, and what else is worth knowing.
Run = Callable[[Path], Mapping[str, Any]]


def serve(load: Callable[[], tuple[Run, Mapping[str, Any]]]) -> None:
    """Answer until standard input ends.

    Parameters
    ----------
    load : callable
        Makes everything ready, and says what was loaded: `versions`, `threads`.
    """
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        run, facts = load()
        _print(answers, facts)
        for line in sys.stdin:
            started = time.perf_counter()
            done = run(Path(json.loads(line)["clip"]))
            _print(answers, {"seconds": time.perf_counter() - started, **done})


def pictures(clip: Path) -> Iterator[Any]:
    """The frames of a clip as OpenCV gives them, uint8 (h, w, 3), BGR."""
    import cv2

    capture = cv2.VideoCapture(str(clip))
    while True:
        there, bgr = capture.read()
        if not there:
            return
        yield bgr


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _print(answers: Any, fields: Mapping[str, Any]) -> None:
    print(json.dumps(dict(fields)), file=answers, flush=True)
