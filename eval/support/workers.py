"""The parent's side of a measurement: worker processes that load once and are asked for a timed
pass over a clip at a time.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eval.support.process_tree import cpu_seconds
from videoemo.errors import VideoemoError

__all__ = ["ROOT", "Worker", "keep_to", "kept_to"]

ROOT = Path(__file__).parents[2]  # the checkout's, where `python -m eval...` is run


class Worker:
    """A process that runs `python -m eval.support.<module>`, which calls `harness.serve`; it is
    waited for until it is loaded.

    Parameters
    ----------
    python : Path
        The interpreter, of videoemo's environment or a peer's.
    environment : dict of str to str or None
        Variables besides those of this process.

    Attributes
    ----------
    facts : object
        What it says of itself.
    """

    def __init__(
        self, python: Path, module: str, *arguments: str, environment: dict[str, str] | None = None
    ) -> None:
        self._name = module
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            [str(python), "-m", f"eval.support.{module}", *arguments],
            cwd=ROOT,
            env=os.environ | (environment or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            encoding="utf-8",
        )
        self.facts = self._answer()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def __call__(self, clip: Path) -> dict[str, Any]:
        """One pass over a clip, with the `cpu_seconds` of the process and its descendants.

        Raises
        ------
        VideoemoError
            The process ended.
        """
        assert self._process.stdin is not None
        before = cpu_seconds(self._process.pid)
        print(json.dumps({"clip": str(clip)}), file=self._process.stdin, flush=True)
        answer = self._answer()
        return {"cpu_seconds": cpu_seconds(self._process.pid) - before, **answer}

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            status = self._process.wait()
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace").strip().splitlines()
            self.__exit__()
            raise VideoemoError(f"{self._name} ended with status {status}: {' | '.join(said[-3:])}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def keep_to(n_cores: int) -> None:
    """Let this process, and those that it starts, use only so many processor cores, where the
    system can do that.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:n_cores])


@contextmanager
def kept_to(n_cores: int) -> Iterator[None]:
    """The same for a while.

    Raises
    ------
    VideoemoError
        It has fewer, or the system cannot do that.
    """
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < n_cores:
        raise VideoemoError(f"cannot keep to {n_cores} processor cores here")
    before = os.sched_getaffinity(0)
    keep_to(n_cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
