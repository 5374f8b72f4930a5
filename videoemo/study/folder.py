"""The folder of a study: written whole, in place of an older one, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from videoemo.errors import InputError, OutputError
from videoemo.runs.state.paths import COMPARE, inside
from videoemo.util.leftovers import is_leftover
from videoemo.util.messages import first_names, reason_of

__all__ = ["FILES", "check_place", "replacing"]

# What a study may consist of, in the order in which it is listed.
FILES = (
    "report.html",
    "course.png",
    "course.svg",
    "measures.png",
    "measures.svg",
    "comparison.csv",
    "measures.csv",
    "course.csv",
    "clusters.csv",
    "reliability.csv",
    "left_out.csv",
    "methods.txt",
    "study.json",
)


def check_place(out: Path) -> Path:
    """Place of a study in a folder of results, once it is certain that nothing else is there.

    Parameters
    ----------
    out : Path
        The folder of results.

    Raises
    ------
    InputError
        A file is there, a link, or a folder that holds what no study does.
    """
    target = inside(out, out / COMPARE, what=f"the folder {COMPARE!r}")
    if target.is_symlink() or (os.path.lexists(target) and not target.is_dir()):
        raise InputError(f"no place for the comparison: {str(target)!r} is no folder: move it")
    try:
        names = sorted(os.listdir(target)) if target.is_dir() else []  # noqa: PTH208 - names alone
    except OSError as exc:
        raise InputError(f"cannot read {str(target)!r}: {reason_of(exc)}") from exc
    others = [name for name in names if name not in FILES and not is_leftover(name)]
    if others:
        raise InputError(
            f"{str(target)!r} holds what no comparison wrote ({first_names(others)}): move it, "
            "since the folder is replaced"
        )
    return target


@contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """Write a study: yields an empty folder, which on success takes the place of an older one.

    Parameters
    ----------
    out : Path
        The folder of results.

    Raises
    ------
    InputError
        See `check_place`.
    OutputError
        It cannot be written; an older one is unchanged.
    """
    target = check_place(out)
    new, old = (out / f".{COMPARE}.{os.getpid()}.{kind}" for kind in ("part", "old"))
    try:
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        yield new
        check_place(out)
        if target.exists():
            target.rename(old)
        try:
            new.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    except OSError as exc:
        raise OutputError(f"cannot write {target}: {exc.strerror or exc}") from exc
    finally:
        shutil.rmtree(new, ignore_errors=True)
