"""What a video's page shows, as a script that gives it: no data stands in the page's text."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.report.colours import class_colours
from videoemo.report.columns import Column, pack, shares
from videoemo.report.media import Media
from videoemo.report.moments import moments
from videoemo.results.clock import clock_origin
from videoemo.results.video import VideoResults
from videoemo.tables.faces import FaceTable
from videoemo.util.text import printable

__all__ = ["as_script", "video_data"]

# Boxes are in so many parts of the longer side of a frame.
BOX_PARTS = 4096
# A column of valences, -1 to 1, is in 10,000ths; NaN is the lowest number there is.
VALENCE, NO_VALENCE = 10_000, np.iinfo(np.int16).min
NO_CLASS = 255
# Times of episodes are read from a table with six decimals.
ROUNDING = 1e-6


def as_script(name: str, content: dict[str, Any]) -> str:
    """A script that sets a global variable to an object, whatever its texts hold.

    Parameters
    ----------
    name : str
        Of the variable.
    content : dict of str to object
        The object, as JSON can have it.
    """
    # In ASCII nothing ends a line, or an element of the page.
    text = json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return f"globalThis.{name} = {text.replace('<', chr(92) + 'u003c')};\n"


def video_data(video: VideoResults, media: Media) -> dict[str, Any]:
    """All that a video's page shows.

    Parameters
    ----------
    video : VideoResults
        Its results.
    media : Media
        How the video itself is shown.

    Raises
    ------
    InputError
        A table is missing or damaged.
    """
    table = video.smoothed
    colours = class_colours(table.classes)
    rows = _rows_by_track(table)
    return {
        "video": printable(video.name),
        "width": video.width,
        "height": video.height,
        "media": asdict(media),
        "classes": [{"name": printable(name), **asdict(colours[name])} for name in table.classes],
        "tracks": _tracks(table, rows),
        "step": video.step,
        "hold": _hold(video),
        "origin": clock_origin(video),
        "boxUnit": max(video.width, video.height) / BOX_PARTS,
        "moments": [asdict(moment) for moment in moments(video)],
        **pack({**_faces(video, table, rows), **_episodes(video), **_group(video)}),
    }


def _rows_by_track(table: FaceTable) -> npt.NDArray[np.intp]:
    """The rows with a face, by track, then by time."""
    found = np.flatnonzero(table.face >= 0)
    return np.asarray(found[np.argsort(table.track[found], kind="stable")])


def _tracks(table: FaceTable, rows: npt.NDArray[np.intp]) -> list[dict[str, Any]]:
    """Each person: its track, and which of the rows are its."""
    tracks, first, counts = np.unique(table.track[rows], return_index=True, return_counts=True)
    return [
        {"track": track, "first": at, "rows": n}
        for track, at, n in zip(tracks.tolist(), first.tolist(), counts.tolist(), strict=True)
    ]


def _hold(video: VideoResults) -> float:
    """For how many seconds a sampled frame stands for those after it that were not sampled: until
    the next one, where those between are left out because nothing changes; else no longer than
    two steps.
    """
    return 1e9 if video.pipeline.sampling.skip_still else 2 * video.step


def _faces(video: VideoResults, table: FaceTable, rows: npt.NDArray[np.intp]) -> dict[str, Column]:
    starts = table.frame_starts()
    position = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(table.frame)))
    unit = max(video.width, video.height) / BOX_PARTS
    low, high = np.iinfo(np.int16).min, np.iinfo(np.int16).max
    boxes = np.clip(np.rint(table.boxes[rows] / unit), low, high).astype(np.int16)  # (m, 4)
    parts = dict(zip(("x", "y", "width", "height"), boxes.T, strict=True))
    return {
        "frame": table.frame[starts].astype(np.int32),
        "seconds": table.seconds[starts],
        "at": position[rows].astype(np.int32),
        **parts,
        "leads": _leads(video, table, rows),
        **{f"p{i}": shares(one) for i, one in enumerate(table.probabilities[rows].T)},
    }


def _leads(
    video: VideoResults, table: FaceTable, rows: npt.NDArray[np.intp]
) -> npt.NDArray[np.uint8]:
    """The class of the episode that each face is in, as expressions.csv has it."""
    leads = np.full(len(rows), NO_CLASS, np.uint8)
    if not video.episodes:
        return leads
    track, start, stop = (
        np.array([getattr(one, name) for one in video.episodes], np.float64)
        for name in ("track", "start", "stop")
    )
    number = {name: i for i, name in enumerate(table.classes)}
    of = np.array([number[one.expression] for one in video.episodes], np.uint8)
    tracks, first, counts = np.unique(table.track[rows], return_index=True, return_counts=True)
    for person, at, n in zip(tracks.tolist(), first.tolist(), counts.tolist(), strict=True):
        theirs = np.flatnonzero(track == person)
        if not len(theirs):
            continue
        seconds = table.seconds[rows[at : at + n]]
        place = np.searchsorted(start[theirs], seconds + ROUNDING, side="right") - 1
        inside = (place >= 0) & (seconds < stop[theirs[place]] - ROUNDING)
        # The last frame of a video may have no length.
        inside |= (place >= 0) & (np.abs(seconds - start[theirs[place]]) <= ROUNDING)
        leads[at : at + n] = np.where(inside, of[theirs[place]], NO_CLASS)
    return leads


def _episodes(video: VideoResults) -> dict[str, Column]:
    number = {name: i for i, name in enumerate(video.columns.classes)}
    found = video.episodes
    return {
        "episodeTrack": np.array([one.track for one in found], np.int32),
        "episodeClass": np.array([number[one.expression] for one in found], np.uint8),
        "episodeStart": np.array([one.start for one in found], np.float64),
        "episodeStop": np.array([one.stop for one in found], np.float64),
        "episodeFrames": np.array([one.frames for one in found], np.int32),
        "episodeMean": shares(np.array([one.mean for one in found], np.float64)),
    }


def _group(video: VideoResults) -> dict[str, Column]:
    """The group's course, frame by frame; none of a single person."""
    series = video.group_series
    persons = np.unique(video.table.track[video.table.track >= 0])
    if series is None or len(persons) < 2:
        return {}
    named = {
        name: series[name].to_numpy(zero_copy_only=False).astype(np.float64)
        for name in ("positive", "neutral", "negative", "valence_smoothed", "dispersion")
    }
    return {
        **{name: shares(named[name]) for name in ("positive", "neutral", "negative")},
        "valence": _valences(named["valence_smoothed"]),
        "dispersion": _valences(named["dispersion"]),
    }


def _valences(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int16]:
    known = np.rint(np.nan_to_num(np.clip(values, -1, 1)) * VALENCE)
    return np.where(np.isnan(values), NO_VALENCE, known).astype(np.int16)
