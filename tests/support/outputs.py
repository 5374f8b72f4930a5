"""What a run has written."""

from __future__ import annotations

import csv
from pathlib import Path

from videoemo.tables.results_folder import MARKER


def contents(out: Path) -> dict[str, bytes]:
    """Every file of a run, hidden ones too, but for the marker of its folder; of a summary, which
    holds durations, that it is there.
    """
    files = (path for path in out.rglob("*") if path.is_file() and path.name != MARKER)
    return {
        str(path.relative_to(out)): b"" if path.name == "summary.json" else path.read_bytes()
        for path in files
    }


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
