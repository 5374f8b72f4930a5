"""The registry of formats: every program that results can be taken to, and what writes its files.

A new format is a module with one function, and a line of `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from videoemo.errors import InputError
from videoemo.exports.bids import export_bids
from videoemo.exports.boris import export_boris
from videoemo.exports.cvat import export_cvat
from videoemo.exports.elan import export_elan
from videoemo.exports.export_file import Exported
from videoemo.exports.grid import export_grid
from videoemo.exports.mne import export_mne
from videoemo.exports.py_feat import export_py_feat
from videoemo.exports.srt import export_srt
from videoemo.exports.webvtt import export_webvtt
from videoemo.results import VideoResults
from videoemo.util.messages import did_you_mean, shown

__all__ = ["FORMATS", "Format", "find_formats"]


@dataclass(frozen=True)
class Format:
    """Format of another program.

    Parameters
    ----------
    name : str
        Of the format, as `--format` has it.
    files : str
        What is written of `interview.mp4`, for messages.
    export : callable
        Gives the files of a video, from its results and from the rate of an even grid in Hz, or
        None.
    """

    name: str
    files: str
    export: Callable[[VideoResults, float | None], Exported]


FORMATS = (
    Format("elan", "interview.eaf", export_elan),
    Format("boris", "interview.boris", export_boris),
    Format("py-feat", "interview.py-feat.csv", export_py_feat),
    Format("webvtt", "interview.vtt", export_webvtt),
    Format("srt", "interview.srt", export_srt),
    Format("mne", "interview.mne.txt", export_mne),
    Format("cvat", "interview.cvat.xml", export_cvat),
    Format("bids", "derivatives/videoemo", export_bids),
    Format("grid", "interview.grid.csv", export_grid),
)


def find_formats(names: Sequence[str]) -> list[Format]:
    """The formats by these names, each once.

    Raises
    ------
    InputError
        There is none of a name; the message has the nearest.
    """
    known = {one.name: one for one in FORMATS}
    for name in names:
        if name not in known:
            raise InputError(f"no format {shown(name)}: {did_you_mean(name, known)}")
    return [known[name] for name in dict.fromkeys(names)]
