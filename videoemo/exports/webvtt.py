"""WebVTT, the subtitles of browsers and players: a cue an episode, with its person as the voice.

WebVTT: The Web Video Text Tracks Format, W3C.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from videoemo.exports.export_file import Exported
from videoemo.exports.spans import Row, person_rows, remarks_on
from videoemo.exports.text_file import export_lines
from videoemo.exports.xml_text import content
from videoemo.results import VideoResults

__all__ = ["export_webvtt", "timestamp"]


def export_webvtt(video: VideoResults, grid: float | None) -> Exported:
    """One video's episodes as WebVTT: `interview.vtt`.

    Parameters
    ----------
    video : VideoResults
        The video.
    grid : float or None
        Not used.
    """
    persons = person_rows(video)
    return export_lines(video, ".vtt", partial(_lines, persons), remarks_on(video, persons))


def timestamp(milliseconds: int, *, point: str) -> str:
    """Time of a subtitle, such as `01:02:03.450`; hours have two digits or more.

    Parameters
    ----------
    milliseconds : int
        From 0.
    point : str
        What stands before the milliseconds.
    """
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{point}{rest:03d}"


def _lines(persons: Sequence[Row]) -> Iterator[str]:
    yield "WEBVTT"
    cues = ((span.start, i, span) for i, row in enumerate(persons) for span in row.spans)
    for _, i, span in sorted(cues, key=lambda cue: cue[:2]):
        start, stop = (timestamp(time, point=".") for time in (span.start, span.stop))
        # With > as &gt; no line holds an arrow, which would be a cue's times.
        yield from ("", f"{start} --> {stop}", f"<v {persons[i].name}>{content(span.text)}")
