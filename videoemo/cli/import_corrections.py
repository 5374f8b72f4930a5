"""The command `import-corrections`."""

from __future__ import annotations

from pathlib import Path

import click

from videoemo.cli import options
from videoemo.util.messages import count_noun
from videoemo.util.terminal import say

__all__ = ["import_corrections"]


@click.command("import-corrections")
@click.argument("corrected", metavar="CORRECTED", type=options.GivenPath())
@click.argument("out", metavar="OUT", type=options.GivenPath())
@click.option(
    "--video",
    "name",
    type=options.NAME,
    metavar="NAME",
    help="Of which video, as in videos.csv; else the one whose file the task has.",
)
@click.option(
    "--redo",
    is_flag=True,
    help="Take back earlier corrections of frames that CORRECTED has as they were found.",
)
def import_corrections(corrected: Path, out: Path, name: str | None, redo: bool) -> int:
    """Take back from CVAT what somebody put right.

    CORRECTED is what CVAT exports of a task as "CVAT for video 1.1", XML or ZIP; OUT the folder of
    results that `score` wrote. Boxes, persons and expressions that differ from what was found go to
    corrections.csv beside the video's tables, which no run overwrites.
    """
    from videoemo.exports.cvat_import import keep_review, review, reviewed_video
    from videoemo.exports.cvat_reader import read_cvat
    from videoemo.results import load_results

    annotations = read_cvat(corrected)
    found = review(annotations, reviewed_video(load_results(out), annotations, name))
    kept = keep_review(found, redo=redo)
    for n, what in (
        (annotations.others, "tracks or shapes that are no boxes of faces"),
        (found.unseen, "tracks that lie between sampled frames alone"),
    ):
        if n:
            say(f"notice: left out: {n:,} {what}", error=True)
    if not annotations.tracks:
        say("notice: it shows no face at all, as a task without annotations does", error=True)
    video = found.video
    if kept is None:
        say(f"{video.name} is as it was found: no corrections")
        return 0
    changed, all_frames = len(found.corrections.frames), len(found.frames)
    say(
        f"{changed:,} of {count_noun(all_frames, 'frame')} corrected, "
        f"{count_noun(len(found.corrections.expressions), 'expression')} among that, in "
        f"{video.folder / 'corrections.csv'}"
    )
    return 0
