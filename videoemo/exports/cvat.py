"""CVAT, to put right what was found: annotations ("CVAT for video 1.1"), and the labels of a task
that takes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np

from videoemo.exports.cvat_faces import (
    UNLABELLED,
    cvat_expression,
    cvat_pixels,
)
from videoemo.exports.cvat_reader import LABEL, NEW_PERSON
from videoemo.exports.export_file import Exported, ExportFile
from videoemo.exports.names import beside_tables
from videoemo.exports.text_file import write_lines
from videoemo.exports.xml_text import content
from videoemo.results import VideoResults
from videoemo.tables.expressions import expressions_of
from videoemo.util.arrays import Float64Array, Int64Array

__all__ = ["export_cvat"]

# The largest number of a person that a task allows; where more were found, so many above them.
_MOST_PERSONS, _FREE_PERSONS = 9999, 1000


def export_cvat(video: VideoResults, grid: float | None) -> Exported:
    """One video's faces for CVAT: `interview.cvat.xml`, and `interview.cvat-labels.json`, which
    belongs into the raw view of a new task's labels.

    Parameters
    ----------
    video : VideoResults
        The video, corrected where somebody has put it right before.
    grid : float or None
        Not used.
    """
    labels = _labels(video)
    return Exported(
        (
            ExportFile(beside_tables(video, ".cvat.xml"), partial(_write_xml, video)),
            ExportFile(beside_tables(video, ".cvat-labels.json"), partial(write_lines, [labels])),
        ),
        () if (video.table.face >= 0).any() else ("no face, and so no tracks",),
    )


def _labels(video: VideoResults) -> str:
    """Constructor of the labels, as CVAT's own "Raw" view has it."""
    expressions = dict.fromkeys([UNLABELLED, *map(cvat_expression, video.columns.classes)])
    most = max(_MOST_PERSONS, int(video.table.track.max(initial=0)) + _FREE_PERSONS)
    attributes = [
        {
            "name": "expression",
            "input_type": "select",
            "mutable": True,
            "values": list(expressions),
            "default_value": UNLABELLED,
        },
        {
            "name": "person",
            "input_type": "number",
            "mutable": False,
            "values": [str(NEW_PERSON), str(most), "1"],
            "default_value": str(NEW_PERSON),
        },
    ]
    return json.dumps([{"name": LABEL, "attributes": attributes}], ensure_ascii=False, indent=2)


def _write_xml(video: VideoResults, path: Path) -> None:
    write_lines(_lines(video), path)


def _lines(video: VideoResults) -> Iterator[str]:
    pixels, table = cvat_pixels(video), video.table
    boxes = pixels.to_cvat(table.boxes.astype(np.float64))
    expressions = shown_expressions(video)
    sampled = table.frame[table.frame_starts()]
    name = PurePosixPath(video.name).name
    width, height = pixels.size
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield "<annotations>"
    yield " <version>1.1</version>"
    yield f" <meta><task><name>{content(video.name)}</name><original_size><width>{width}</width>"
    yield f"  <height>{height}</height></original_size><source>{content(name)}</source>"
    yield " </task></meta>"
    tracks = np.unique(table.track[table.face >= 0]).tolist()
    for number, track in enumerate(tracks):
        rows = np.flatnonzero((table.track == track) & (table.face >= 0))
        yield f' <track id="{number}" label="{LABEL}" source="auto">'
        yield from _track(track, rows, table.frame, sampled, boxes, expressions)
        yield " </track>"
    yield "</annotations>"


def _track(
    track: int,
    rows: Int64Array,
    frame: Int64Array,
    sampled: Int64Array,
    boxes: Float64Array,
    expressions: Sequence[str],
) -> Iterator[str]:
    """Boxes of one person: each a keyframe, since CVAT reads no others, and one that is outside in
    the sampled frame after each run, since CVAT would show the last box to the end of the video.

    An expression is said where it changes. CVAT lets it hold until then, and so what a reviewer
    says in its place.
    """
    places = np.searchsorted(sampled, frame[rows])
    followed = np.append(np.diff(places) == 1, False)
    person = f'<attribute name="person">{track}</attribute>'
    before = None
    for row, place, goes_on in zip(rows.tolist(), places.tolist(), followed.tolist(), strict=True):
        expression, said = expressions[row], person
        if expression != before:
            named = content(cvat_expression(expression))
            said += f'<attribute name="expression">{named}</attribute>'
        yield _box(int(frame[row]), boxes[row].tolist(), said, outside=False)
        before = expression
        if not goes_on and place + 1 < len(sampled):
            yield _box(int(sampled[place + 1]), boxes[row].tolist(), person, outside=True)


def _box(frame: int, corners: Sequence[float], said: str, *, outside: bool) -> str:
    x1, y1, x2, y2 = corners
    return (
        f'  <box frame="{frame}" keyframe="1" outside="{int(outside)}" occluded="0" '
        f'xtl="{x1:.2f}" ytl="{y1:.2f}" xbr="{x2:.2f}" ybr="{y2:.2f}" z_order="0">{said}</box>'
    )


def shown_expressions(video: VideoResults) -> list[str]:
    """Expression of each row of a video's table, as a reviewer is to see it: the corrected one, or
    that of the episode in which the face was found; empty without one.
    """
    detected = video.detected
    found = expressions_of(detected.track, detected.seconds, video.detected_episodes)
    if video.corrections is None:
        return found
    placed, corrected = video.corrections.placed(detected), video.corrections.expression
    return [
        (corrected[own] if own >= 0 else "") or (found[row] if row >= 0 else "")
        for row, own in zip(placed.found.tolist(), placed.own.tolist(), strict=True)
    ]
