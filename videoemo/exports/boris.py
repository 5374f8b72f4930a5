"""A project of BORIS with one observation: a subject a person, a state a displayed expression.

After BORIS 10.0.2, whose project format is 7.0.
"""

from __future__ import annotations

import json
import string
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from videoemo._version import __version__
from videoemo.exports.export_file import Exported
from videoemo.exports.media import Media, find_media
from videoemo.exports.names import stem
from videoemo.exports.spans import Row, person_rows, remarks_on
from videoemo.exports.text_file import export_lines
from videoemo.results import VideoResults
from videoemo.results.clock import clock_start

__all__ = ["export_boris"]

_ENDING = ".boris"
# Required of an observation, and the same for the same results.
_DATE = "2026-01-01T00:00:00"
# What parts codes in its lists, and modifiers.
_PLAIN = str.maketrans({",": ";", "|": "/"})
# In place of the number of a frame.
_NO_FRAME = "NA"


def export_boris(video: VideoResults, grid: float | None) -> Exported:
    """One video as a project of BORIS: `interview.boris`.

    Parameters
    ----------
    video : VideoResults
        The video.
    grid : float or None
        Not used.
    """
    # It plays by mpv, whose times begin with the file, whatever its clock says.
    persons, media = person_rows(video, origin=clock_start(video)), find_media(video)
    remarks = [*remarks_on(video, persons), *filter(None, [media.remark])]
    if "files" in video.summary["key"]["video"]:
        remarks.append("a folder of pictures, which BORIS does not play as a video")
    return export_lines(video, _ENDING, partial(_lines, video, media, persons), remarks)


def _lines(video: VideoResults, media: Media, persons: Sequence[Row]) -> list[str]:
    # In ASCII: on Windows BORIS reads it in the system's own encoding.
    return [json.dumps(_project(video, media, persons), indent=1)]


def _project(video: VideoResults, media: Media, persons: Sequence[Row]) -> dict[str, Any]:
    displayed = (span.text for row in persons for span in row.spans)
    codes = _codes(dict.fromkeys([*video.columns.classes, *displayed]))
    name = stem(video.name, _ENDING)
    return {
        "time_format": "hh:mm:ss",
        "project_date": _DATE,
        "project_name": name,
        "project_description": f"Displayed expressions, by videoemo {__version__}",
        "project_format_version": "7.0",
        "subjects_conf": {
            str(n): {"key": str(n) if n < 10 else "", "name": row.name, "description": ""}
            for n, row in enumerate(persons)
        },
        "behaviors_conf": _behaviors(list(codes.values())),
        "observations": {name: _observation(video, media, persons, codes)},
        "behavioral_categories": [],
        "behavioral_categories_config": {},
        "independent_variables": {},
        "coding_map": {},
        "behaviors_coding_map": [],
        "converters": {},
    }


def _behaviors(codes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """States, of which one excludes the others; each with a letter of its own where there is one,
    if possible its first.
    """
    keys: dict[str, str] = {}
    for code in codes:
        letters = (*code.lower(), *string.ascii_lowercase)
        free = (
            one for one in letters if one in string.ascii_lowercase and one not in keys.values()
        )
        keys[code] = next(free, "")
    return {
        str(n): {
            "type": "State event",
            "key": keys[code],
            "code": code,
            "description": "",
            "color": "",
            "category": "",
            "modifiers": {},
            "excluded": ",".join(other for other in codes if other != code),
            "coding map": "",
        }
        for n, code in enumerate(codes)
    }


def _observation(
    video: VideoResults, media: Media, persons: Sequence[Row], codes: dict[str, str]
) -> dict[str, Any]:
    file = media.relative or media.path
    return {
        "file": {"1": [file]},
        "type": "MEDIA",
        "date": _DATE,
        "description": "",
        "time offset": 0.0,
        "events": _events(persons, codes),
        "observation time interval": [0, 0],
        "independent_variables": {},
        "close_behaviors_between_videos": False,
        "visualize_spectrogram": False,
        "visualize_waveform": False,
        "media_info": {
            "length": {file: video.row.seconds},
            "fps": {file: round(_rate(video), 3)},
            "hasVideo": {file: True},
            "hasAudio": {file: True},  # not known; with False BORIS would not look for any
            "offset": {"1": 0.0},
            "display": {file: "Nothing"},  # of spectrogram and waveform
        },
    }


def _events(persons: Sequence[Row], codes: dict[str, str]) -> list[list[Any]]:
    """Two a state, its start and its stop: time, subject, code, modifier, comment, frame."""
    events = [
        [time / 1000, row.name, codes[span.text], "", "", _NO_FRAME]
        for row in persons
        for span in row.spans
        for time in (span.start, span.stop)
    ]
    return sorted(events, key=lambda event: event[:3])


def _rate(video: VideoResults) -> float:
    """Frames a second, all presented ones, on average."""
    faces = video.table
    if len(faces.frame) < 2 or faces.seconds[-1] <= faces.seconds[0]:
        return 0.0
    frames, seconds = (float(one[-1] - one[0]) for one in (faces.frame, faces.seconds))
    return frames / seconds


def _codes(expressions: Iterable[str]) -> dict[str, str]:
    """A code each, without what BORIS parts codes by; no two alike."""
    codes: dict[str, str] = {}
    for expression in expressions:
        code = expression.translate(_PLAIN)
        while code in codes.values():
            code += "'"
        codes[expression] = code
    return codes
