"""The command `export`."""

from __future__ import annotations

from pathlib import Path

import click

from videoemo.cli import options
from videoemo.util.messages import count_noun, first_names
from videoemo.util.terminal import say

__all__ = ["export"]


@click.command()
@click.argument("out", metavar="OUT", type=options.GivenPath())
@click.option(
    "--format",
    "names",
    metavar="NAME",
    type=options.NAME,
    multiple=True,
    help="The format; may be given several times.",
)
@click.option(
    "--grid",
    type=float,
    metavar="HZ",
    help="Evenly spaced means of each person, so many a second; bids has as many (else 10).",
)
@click.option(
    "--redo",
    is_flag=True,
    help="Replace files that are there and would be written otherwise, such as edited ones.",
)
def export(out: Path, names: tuple[str, ...], grid: float | None, redo: bool) -> int:
    """Take results to other programs, in files of their own formats beside the tables.

    \b
    elan     ELAN; readelan and phonfieldwork in R: interview.eaf
    boris    BORIS: interview.boris
    py-feat  read_feat of py-feat: interview.py-feat.csv
    webvtt   browsers and players: interview.vtt
    srt      players and editors of video: interview.srt
    mne      read_annotations of MNE-Python: interview.mne.txt
    cvat     CVAT, to correct what was found (import-corrections takes it back): interview.cvat.xml
    bids     BIDS derivatives, events and recordings: derivatives/videoemo in OUT
    grid     a table of evenly spaced means, which --grid writes, too: interview.grid.csv

    OUT is the folder of results that `score` wrote.
    """
    from videoemo.exports.export import export_results
    from videoemo.exports.formats import find_formats
    from videoemo.results import load_results
    from videoemo.runs.progress import ConsoleProgress

    wanted = [*names, "grid"] if grid is not None else names
    if not wanted:
        raise click.UsageError("Missing option '--format', or '--grid'")
    progress = ConsoleProgress()
    run = export_results(
        load_results(out), find_formats(wanted), grid=grid, redo=redo, notice=progress.notice
    )
    for remark, about in run.remarks.items():
        progress.notice(f"{first_names(about.videos)}: {remark} ({', '.join(about.formats)})")
    for video, reason in run.failed.items():
        say(f"failed: {video}: {reason}", error=True)
    if run.kept:
        progress.notice(
            f"kept: {count_noun(len(run.kept), 'file')} that would be written otherwise now, "
            f"perhaps edited ({first_names(run.kept)}); --redo replaces them"
        )
    same = f", {len(run.unchanged):,} were there" if run.unchanged else ""
    example = f", such as {run.written[0]}" if run.written else ""
    say(f"{count_noun(len(run.written), 'file')} written beside the tables{example}{same}")
    return options.FAILED_VIDEOS if run.failed or run.kept else 0
