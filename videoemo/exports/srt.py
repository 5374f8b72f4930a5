"""SubRip's subtitles: what all persons display at a moment in one cue, since in many players a cue
ends the one before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from videoemo.exports.export_file import Exported
from videoemo.exports.spans import Row, moments, person_rows, remarks_on
from videoemo.exports.text_file import export_lines
from videoemo.exports.webvtt import timestamp
from videoemo.results import VideoResults
from videoemo.util.text import escape

__all__ = ["export_srt"]

# Players take <...> and {...} for mark-up, and there is no way to escape them; --> parts times.
_PLAIN = str.maketrans({"<": "\u2039", ">": "\u203a", "{": "(", "}": ")"})


def export_srt(video: VideoResults, grid: float | None) -> Exported:
    """One video's episodes as SRT: `interview.srt`.

    Parameters
    ----------
    video : VideoResults
        The video.
    grid : float or None
        Not used.
    """
    persons = person_rows(video)
    return export_lines(video, ".srt", partial(_lines, persons), remarks_on(video, persons))


def _lines(persons: Sequence[Row]) -> Iterator[str]:
    for n, moment in enumerate(moments(persons), start=1):
        start, stop = (timestamp(time, point=",") for time in (moment.start, moment.stop))
        yield from (str(n), f"{start} --> {stop}")
        for name, text in moment.displayed.items():
            yield f"{name}: {escape(text).translate(_PLAIN)}"
        yield ""
