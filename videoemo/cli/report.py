"""The command `report`, and what `score --report` adds to a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from videoemo.cli import options
from videoemo.util.messages import count_noun
from videoemo.util.terminal import say

if TYPE_CHECKING:
    from videoemo.runs.progress import Progress

__all__ = ["report", "report_on"]


@click.command()
@click.argument("out", metavar="OUT", type=options.GivenPath())
@click.option(
    "--embed",
    is_flag=True,
    help="Make each page one file that holds all it needs, a small copy of the video too: to mail.",
)
def report(out: Path, embed: bool) -> int:
    """Write a report for the browser of the results in OUT.

    OUT is the folder that `score -o` or `merge -o` named. It gets index.html, a list of all videos
    to sort and filter, and each video's folder report.html: the video with its faces marked, beside
    what they display over time. Nothing is computed again. A page that is as it should be stays.
    """
    from videoemo.runs.progress import ConsoleProgress

    return report_on(out, ConsoleProgress(), embed=embed)


def report_on(out: Path, progress: Progress, *, embed: bool = False) -> int:
    """Write the report of a folder of results, and say where it is.

    Parameters
    ----------
    out : Path
        The folder.
    progress : Progress
        Called with how it goes.
    embed : bool, default=False
        As for `write_report`.

    Returns
    -------
    int
        The exit status.
    """
    from videoemo.report.write import write_report

    written = write_report(out, progress=progress, embed=embed)
    pages = count_noun(written.pages, "page")
    as_before = written.pages - written.written
    say(f"report: {written.index}, with {pages}{f', {as_before:,} as before' if as_before else ''}")
    if written.missing:
        say(f"without a page: {count_noun(len(written.missing), 'video')}; the index says why")
    return options.FAILED_VIDEOS if written.missing else 0
