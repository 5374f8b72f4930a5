"""Annotations of MNE-Python, as text: what a person displays, beside EEG or MEG.

Not as CSV, whose onsets MNE takes for milliseconds from the first one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from videoemo.exports.export_file import Exported
from videoemo.exports.spans import person
from videoemo.exports.text_file import export_lines
from videoemo.results import VideoResults
from videoemo.tables.expressions import Episode
from videoemo.util.text import escape

__all__ = ["export_mne"]

# What ends a column or a line to MNE's reader.
_PLAIN = str.maketrans({",": ";", "#": "_"})
# How a description begins by which MNE leaves data out.
_MARKS = ("bad", "edge")


def export_mne(video: VideoResults, grid: float | None) -> Exported:
    """One video's episodes for MNE: `interview.mne.txt`, in seconds of the video's own clock.

    Parameters
    ----------
    video : VideoResults
        The video.
    grid : float or None
        Not used.
    """
    episodes = sorted(video.episodes, key=lambda one: (one.start, one.track))
    remarks = () if episodes else ("no face, and so no annotations",)
    return export_lines(video, ".mne.txt", partial(_lines, episodes), remarks)


def _lines(episodes: list[Episode]) -> Iterator[str]:
    yield "# MNE-Annotations"
    yield "# onset, duration, description"
    for one in episodes:
        yield f"{one.start:.6f},{one.stop - one.start:.6f},{_description(one)}"


def _description(episode: Episode) -> str:
    """Such as `happiness/person 0`, of which either part selects; in ASCII, all that MNE reads."""
    text = escape(episode.expression).translate(_PLAIN)
    text = text.encode("ascii", "backslashreplace").decode("ascii")
    parts = [text, person(episode.track)]
    return "/".join(reversed(parts) if text.lower().startswith(_MARKS) else parts)
