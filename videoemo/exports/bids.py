"""BIDS: results as a derivative dataset, one for the whole folder, of version 1.11.1."""

from __future__ import annotations

import gzip
import math
from functools import partial
from pathlib import Path
from typing import Any

from videoemo._version import __version__
from videoemo.exports.bids_names import bids_names
from videoemo.exports.export_file import Exported, ExportFile
from videoemo.exports.grid import GRID, cells_of, grids_of
from videoemo.exports.text_file import write_lines
from videoemo.exports.track_grid import TrackGrid
from videoemo.results import VideoResults
from videoemo.util.files import atomic_write, write_json
from videoemo.util.text import escape

__all__ = ["export_bids"]

_FOLDER = Path("derivatives", "videoemo")
_DESCRIPTION = {
    "Name": "Displayed facial expressions by videoemo",
    "BIDSVersion": "1.11.1",
    "DatasetType": "derivative",
    "GeneratedBy": [{"Name": "videoemo", "Version": __version__}],
}
_README = """\
# Displayed facial expressions

Made by `videoemo export --format bids` from videos. `*_events.tsv` has a row an episode of what a
person displays, `*_physio.tsv.gz` of a person evenly spaced means of probabilities. Their JSON says
of which video they are; `person0` is track 0 in its tables. What a face displays is not what a
person feels.
"""
_EVENTS = {
    "duration": {"Description": "Until the next sampled frame after it", "Units": "s"},
    "trial_type": {"Description": "Displayed expression that leads, as a network sees it"},
    "person": {"Description": "Person who displays it: the number in _recording-person"},
    "frames": {"Description": "Number of sampled frames"},
    "mean": {"Description": "Mean probability of the expression, 0 to 1"},
}
_ATTRIBUTES = {
    "age": "Mean apparent age, as a network guesses it from the face, in years",
    "gender": "Mean probability that the face looks male to a network, 0 to 1",
}
_MISSING = "n/a"


def export_bids(video: VideoResults, grid: float | None) -> Exported:
    """One video's part of a derivative dataset, `derivatives/videoemo` in the folder of results.

    Its episodes are events; what each person displays is a recording of `PhysioType` generic, which
    has to be evenly sampled, and so is the grid.

    Parameters
    ----------
    video : VideoResults
        The video.
    grid : float or None
        Samples a second of the recordings; None for `GRID`.
    """
    root = video.out / _FOLDER
    name = bids_names(video.names)[video.name]
    folder, stem = root / name.folder, name.stem
    rate = GRID if grid is None else grid
    files = [
        _json(root / "dataset_description.json", _DESCRIPTION),
        ExportFile(root / "README.md", partial(write_lines, _README.splitlines())),
        ExportFile(folder / f"{stem}_events.tsv", partial(_write_events, video)),
        _json(folder / f"{stem}_events.json", _events(video)),
    ]
    grids = grids_of(video, grid)
    for one in grids:
        recording = f"{stem}_recording-person{one.track}_physio"
        files += [
            ExportFile(folder / f"{recording}.tsv.gz", partial(_write_recording, one)),
            _json(folder / f"{recording}.json", _about(video, one, rate)),
        ]
    return Exported(tuple(files), () if grids else ("no face, and so no events",))


def _json(path: Path, content: dict[str, Any]) -> ExportFile:
    return ExportFile(path, partial(write_json, content=content))


def _events(video: VideoResults) -> dict[str, Any]:
    """What the columns of events are; which video it is stands there, too: older validators allow
    nothing else.
    """
    about = {"Description": f"Beginning, by the clock of the video {video.name}", "Units": "s"}
    return {"onset": about, **_EVENTS}


def _write_events(video: VideoResults, path: Path) -> None:
    episodes = sorted(video.episodes, key=lambda one: (one.start, one.track))
    rows = (
        (
            f"{one.start:.6f}",
            f"{one.seconds:.6f}",
            escape(one.expression),
            f"person{one.track}",
            str(one.frames),
            _MISSING if math.isnan(one.mean) else f"{one.mean:.6f}",
        )
        for one in episodes
    )
    write_lines(map("\t".join, (("onset", *_EVENTS), *rows)), path)


def _write_recording(grid: TrackGrid, path: Path) -> None:
    """Without a header, as BIDS has it; the same bytes each time."""
    with (
        atomic_write(path) as part,
        part.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed,
    ):
        for cells in cells_of(grid, missing=_MISSING):
            packed.write(("\t".join(cells) + "\n").encode())


def _about(video: VideoResults, grid: TrackGrid, rate: float) -> dict[str, Any]:
    """What goes with a recording."""
    classes = {
        name: {"Description": f"Mean probability that {name} is displayed, 0 to 1"}
        for name in video.columns.classes
    }
    values = {
        name: {"Description": _ATTRIBUTES.get(name, f"Mean displayed {name}, -1 to 1")}
        for name in video.columns.values
    }
    return {
        **classes,
        **values,
        "Description": f"What is displayed in the video {video.name}",
        "SamplingFrequency": rate,
        "StartTime": round(float(grid.seconds[0]), 6),
        "Columns": [*classes, *values],
        "PhysioType": "generic",
    }
