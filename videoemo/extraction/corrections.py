"""Labelled clips from corrections: what somebody put right in a folder of results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from videoemo.config.extraction import ExtractionRecipe
from videoemo.config.pipeline import change_pipeline
from videoemo.datasets.clips import LabelledClips
from videoemo.errors import InputError
from videoemo.records import Clip, Stretch
from videoemo.results import VideoResults, load_results
from videoemo.tables.faces import FaceTable
from videoemo.util.arrays import Int64Array
from videoemo.util.messages import brief, count_noun

__all__ = ["corrected_clips"]


def corrected_clips(
    recipe: ExtractionRecipe, root: Path, *, extractor: str | None = None
) -> tuple[LabelledClips, ExtractionRecipe]:
    """Clips of the corrected expressions in a folder of results.

    A clip is a stretch of consecutive sampled frames in which one person has one corrected
    expression, its label; the video is its group, so that no fold parts the clips of one. What was
    not corrected is no label: nobody may have looked at it.

    Parameters
    ----------
    recipe : ExtractionRecipe
        Of the dataset.
    root : Path
        The folder of results.
    extractor : str or None
        The extractor in place of that of the results.

    Returns
    -------
    LabelledClips
        The clips, and what is left out.
    ExtractionRecipe
        With the pipeline of the results.

    Raises
    ------
    InputError
        There are no results, or no corrected expression among them.
    """
    results = load_results(root)
    clips: list[Clip] = []
    problems: list[str] = []
    corrected = [video for video in results.scored if video.corrections is not None]
    for video in corrected:
        source = video.source()
        found = list(_clips(video, recipe))
        missing = len(video.corrections.missing(video.detected)) if video.corrections else 0
        if missing:
            problems.append(
                f"{brief(video.name)}: {count_noun(missing, 'corrected frame')} not among those "
                "sampled; left out"
            )
        if source.path is None or source.status != "same":
            n = count_noun(len(found), "clip")
            problems.append(f"{brief(video.name)}: {source.reason}; {n} left out")
        else:
            clips += [replace(clip, path=source.path) for clip in found]
    if not clips:
        first = f"; the first of {len(problems)} problems: {problems[0]}" if problems else ""
        raise InputError(
            f"no corrected expression in {str(root)!r}: correct some, and take them back with "
            f"videoemo import-corrections{first}"
        )
    pipeline = corrected[0].pipeline
    if extractor is not None:
        pipeline = change_pipeline(pipeline, extractor=extractor)
    return LabelledClips(tuple(clips), tuple(problems)), replace(recipe, pipeline=pipeline)


def _clips(video: VideoResults, recipe: ExtractionRecipe) -> Iterator[Clip]:
    """The stretches of each person, in the order of time."""
    assert video.corrections is not None
    labels = {
        key: label
        for key, text in video.corrections.expressions.items()
        if (label := recipe.dataset.label(text)) is not None
    }
    table = video.table
    sampled = table.frame[table.frame_starts()]
    keys = zip(table.frame.tolist(), table.track.tolist(), strict=True)
    of_row = np.array([labels.get(key, "") for key in keys], object)
    rows = np.flatnonzero(of_row != "")
    rows = rows[np.lexsort([table.frame[rows], table.track[rows]])]
    place = np.searchsorted(sampled, table.frame[rows])
    apart = (
        (np.diff(table.track[rows]) != 0)
        | (np.diff(place) != 1)
        | (of_row[rows[1:]] != of_row[rows[:-1]])
    )
    for theirs in np.split(rows, np.flatnonzero(apart) + 1) if len(rows) else ():
        yield _clip(video.name, str(of_row[theirs[0]]), table, theirs)


def _clip(video: str, label: str, table: FaceTable, rows: Int64Array) -> Clip:
    x, y, width, height = table.boxes[rows].T
    boxes = np.column_stack([x, y, x + width, y + height])
    stretch = Stretch(table.frame[rows], table.seconds[rows], boxes)
    begins, ends = table.seconds[rows[[0, -1]]].tolist()
    name = f"{video}#{table.track[rows[0]]}@{begins:.3f}-{ends:.3f}"
    return Clip(Path(video), name, label=label, group=video, stretch=stretch)
