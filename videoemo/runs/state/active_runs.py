"""Records of the runs at work on an output folder: runs with different settings never work there at
the same time, as the folder would end with results of both.

A record is the file OUT/.videoemo/runs/<token>.json of a live run, which holds its settings. Its
owner renews it as it does its leases; that of a dead owner is removed by the next run.
"""

from __future__ import annotations

import json
import os
import platform
from contextlib import suppress
from pathlib import Path
from typing import Any

from videoemo.errors import InputError, OutputError
from videoemo.runs.state.fingerprint import explain_differences, make_key
from videoemo.runs.state.owner_tokens import find_token, new_token
from videoemo.runs.state.paths import runs_folder
from videoemo.runs.state.stale import StaleOwners
from videoemo.util.json_files import read_object
from videoemo.util.messages import one_line
from videoemo.util.text import escape, map_text

__all__ = ["join"]

# Differing settings that a message names, and characters of one, and of the name of a machine.
_NAMED, _SHOWN = 3, 60
# A run that ends removes the folder where it is empty; more often than this is no accident.
_TRIES = 10


def join(out: Path, settings: dict[str, Any], stale: StaleOwners) -> Path:
    """Record the settings of this run, unless a run with others is at work; only one run at a time
    may do so.

    Parameters
    ----------
    out : Path
        The output folder.
    settings : dict of str to object
        What the results depend on beside the videos.
    stale : StaleOwners
        Of the output folder's leases.

    Returns
    -------
    Path
        The record, to be renewed, and removed in the end.

    Raises
    ------
    InputError
        A run with other settings is at work.
    OutputError
        A live run's record cannot be read.
    OSError
        The record cannot be written.
    """
    for _ in range(_TRIES - 1):
        with suppress(FileNotFoundError):
            return _join(out, settings, stale)
    return _join(out, settings, stale)


def _join(out: Path, settings: dict[str, Any], stale: StaleOwners) -> Path:
    folder = runs_folder(out)
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.iterdir()):
        if find_token(path.name) is None:
            continue  # none of ours
        if not stale.has_live_owner(path):
            stale.remove(path)
        elif path.suffix == ".json":
            _require_same_settings(out, path, settings)
    return _write(folder, stale.machine, settings)


def _write(folder: Path, machine: str, settings: dict[str, Any]) -> Path:
    token = new_token(machine)
    record, unfinished = folder / f"{token}.json", folder / f"{token}.new"
    content = {"host": platform.node(), "pid": os.getpid(), "settings": settings}
    try:
        unfinished.write_text(json.dumps(map_text(escape, content)), encoding="utf-8")
        unfinished.replace(record)
    finally:
        unfinished.unlink(missing_ok=True)
    return record


def _require_same_settings(out: Path, record: Path, settings: dict[str, Any]) -> None:
    try:
        other = read_object(record)
        theirs, pid, host = other["settings"], int(other["pid"]), str(other["host"])
        differences = explain_differences(make_key({}, theirs), make_key({}, settings))
    except FileNotFoundError:
        return  # it ended just now
    except (OSError, ValueError, LookupError, TypeError, ArithmeticError, RecursionError) as exc:
        raise OutputError(
            f"a run is at work in {str(out)!r}, and its settings cannot be read ({one_line(exc)}): "
            f"wait until it has ended, or give another folder with -o; if none is, remove {record}"
        ) from exc
    if differences:
        named = [ascii(one_line(one, limit=_SHOWN))[1:-1] for one in differences[:_NAMED]]
        more = f"; and {len(differences) - _NAMED} more" * (len(differences) > _NAMED)
        raise InputError(
            f"a run with other settings is at work in {str(out)!r} (process {pid} on "
            f"{host[:_SHOWN]!a}; from its to yours: {'; '.join(named)}{more}): wait until it has "
            "ended, or give another folder with -o"
        )
