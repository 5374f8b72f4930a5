"""The command `demo`."""

from __future__ import annotations

from pathlib import Path

import click

from videoemo.cli import options
from videoemo.util.terminal import say

__all__ = ["demo"]


@click.command()
@click.option(
    "-o",
    "--out",
    type=options.GivenPath(),
    default="videoemo-demo",
    show_default=True,
    help="Folder for the results.",
)
def demo(out: Path) -> int:
    """Score a short clip made on the spot.

    It needs nothing but the install: the clip is drawn from a portrait that Matplotlib ships.
    """
    from videoemo.cli.demo_clip import course_table, write_clip
    from videoemo.cli.report import report_on
    from videoemo.cli.score import print_run
    from videoemo.config.pipeline import load_pipeline
    from videoemo.runs.plan import Resume
    from videoemo.runs.progress import ConsoleProgress
    from videoemo.runs.state.paths import PAGE
    from videoemo.scoring.folder import score_folder

    clip, progress = write_clip(out / "clip" / "portrait.mp4"), ConsoleProgress()
    run = score_folder([clip], out, load_pipeline(), progress=progress, resume=Resume(redo=True))
    status = print_run(run, out)
    if status == 0:
        results = out / clip.name
        say("", *course_table(results / "faces.parquet").splitlines(), "")
        say(f"the clip:       {clip}", f"over time:      {results / 'timeline.png'}")
        say(f"the group:      {results / 'group.png'}", f"all videos:     {out / 'overview.png'}")
        say("", "now your own videos:  videoemo score FOLDER -o RESULTS --report", "")
        status = report_on(out, progress)
        say(f"open in a browser:  {results / PAGE}")
    return status
