"""What `find` writes: who was found, what they display, and the frames that were shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from videoemo.plots import found_sheet
from videoemo.results import VideoResults
from videoemo.runs.state.paths import FOUND, FOUND_PICTURE, inside
from videoemo.tables.faces import FaceTable
from videoemo.tables.found import FoundRow, write_found
from videoemo.util.files import write_csv, write_json
from videoemo.vlm.finding import AskedFrame, Finding

__all__ = ["FoundFiles"]

_EPISODES = ("video", "track", "expression", "start", "stop", "frames", "mean")
_FAILED = "failed"


class FoundFiles:
    """The files of one description: found.png as videos are added, the tables in the end.

    Parameters
    ----------
    out : Path
        The folder of the run.
    description : str
        Who was looked for.
    """

    def __init__(self, out: Path, description: str) -> None:
        self._out, self._description = out, description
        self._rows, self._episodes = list[FoundRow](), list[tuple[object, ...]]()

    def add(self, found: Finding, one: VideoResults) -> None:
        """Add what was found in a video, and write its found.png where a frame was shown.

        Raises
        ------
        InputError
            The results of the video are damaged.
        OutputError
            The picture cannot be written.
        """
        rows, episodes = list(self._found(found, one)), list(_displayed(found, one))
        folder = inside(self._out, one.folder, what=f"{str(one.folder)!r}")
        if found.asked:
            self._draw(folder / FOUND_PICTURE, found)
        else:
            (folder / FOUND_PICTURE).unlink(missing_ok=True)
        self._rows += rows
        self._episodes += episodes

    def add_failed(self, video: str, reason: str) -> None:
        """Add a video that could not be looked at."""
        self._rows.append(
            FoundRow(video=video, description=self._description, reason=_FAILED, remark=reason)
        )

    def write(self, about: dict[str, Any]) -> None:
        """Write found.csv, found_expressions.csv and found.json.

        Parameters
        ----------
        about : dict of str to object
            Who was asked, when, and how.

        Raises
        ------
        OutputError
            A file cannot be written.
        """
        table, expressions, record = (self._out / name for name in FOUND)
        write_csv(expressions, _EPISODES, self._episodes)
        write_json(record, {"description": self._description, **about})
        write_found(self._rows, table)

    def _found(self, found: Finding, one: VideoResults) -> Iterator[FoundRow]:
        """A row a track of the person, or one without a track."""
        verdict, table = found.verdict, one.table
        row = FoundRow(
            video=one.name,
            description=self._description,
            reason=verdict.reason,
            asked=len(found.asked),
            answered=sum(not each.vote.reason for each in found.asked),
            remark=found.remark,
        )
        if not verdict.tracks:
            yield row
        tracks = one.tracks.select(["track", "dominant"]).to_pylist()
        dominant = {row["track"]: row["dominant"] for row in tracks}
        for track in verdict.tracks:
            tally, seen = verdict.tallies[track], table.seconds[table.track == track]
            yield replace(
                row,
                track=track,
                votes=tally.chosen,
                shown=tally.shown,
                first=float(seen.min()),
                last=float(seen.max()),
                frames=len(seen),
                spans=_spans(table, track),
                dominant=dominant[track],
            )

    def _draw(self, path: Path, found: Finding) -> None:
        remark = [found.remark] if found.remark else []
        found_sheet(
            path,
            [self._description, f"{found.video}: {found.verdict}", *remark],
            [each.picture for each in found.asked],
            list(map(_caption, found.asked)),
        )


def _displayed(found: Finding, one: VideoResults) -> Iterator[tuple[object, ...]]:
    """The episodes of the person, as the run has them."""
    for episode in one.episodes:
        if episode.track in found.verdict.tracks:
            yield (
                *(one.name, episode.track, episode.expression),
                *(_seconds(episode.start), _seconds(episode.stop), episode.frames),
                f"{episode.mean:.6f}",
            )


def _caption(asked: AskedFrame) -> str:
    vote, seconds = asked.vote, f"{asked.frame.seconds:.2f} s"
    if vote.reason:
        return f"{seconds}: {vote.reason}"
    who = "nobody" if vote.chosen is None else f"which is track {vote.chosen}"
    return f"{seconds}: {asked.said}, {who}"


def _spans(table: FaceTable, track: int) -> str:
    """The stretches of consecutive sampled frames in which a track is seen, in seconds."""
    starts = table.frame_starts()
    frames, seconds = table.frame[starts], table.seconds[starts]
    seen = np.flatnonzero(np.isin(frames, table.frame[table.track == track]))
    stretches = np.split(seen, np.flatnonzero(np.diff(seen) > 1) + 1)
    return "; ".join(
        f"{_seconds(seconds[part[0]])}-{_seconds(seconds[part[-1]])}" for part in stretches
    )


def _seconds(value: float) -> str:
    return f"{value:.6f}"
