"""The command `annotate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from videoemo.cli import options
from videoemo.runs.workers.start import start_ahead
from videoemo.util.messages import count_noun
from videoemo.util.terminal import say

if TYPE_CHECKING:
    from videoemo.annotation.folder import Annotated
    from videoemo.results import Results
    from videoemo.runs.progress import Progress

__all__ = ["annotate"]


@click.command(no_args_is_help=False)
@click.argument("path", metavar="VIDEO|OUT", type=options.GivenPath())
@options.out
@click.option("--bars", is_flag=True, help="Draw a bar for the probability of each expression.")
@click.option(
    "--cover",
    type=click.Choice(["faces", "others"]),
    help="Cover faces: all of them, or the others than those of --spare.",
)
@click.option(
    "--spare",
    type=click.IntRange(min=0),
    multiple=True,
    metavar="TRACK",
    help="Do not cover the person of this number in tracks.csv; may be given several times.",
)
@click.option("--mosaic", is_flag=True, help="Cover with six coloured cells, not with grey.")
@click.option("--sound", is_flag=True, help="Copy the sound; voices can be recognised.")
@click.option(
    "--pipeline",
    type=options.NAME,
    metavar="FILE",
    help="Settings with which VIDEO is scored: a TOML file with the keys to change.",
)
@options.jobs
@click.option("--redo", is_flag=True, help="Do again what an earlier run has done.")
@click.option(
    "--log-json",
    is_flag=True,
    help="Progress for machines: one JSON object a line, on standard error.",
)
def annotate(
    path: Path,
    out: Path,
    bars: bool,
    cover: Literal["faces", "others"] | None,
    spare: tuple[int, ...],
    mosaic: bool,
    sound: bool,
    pipeline: str | None,
    jobs: int | None,
    redo: bool,
    log_json: bool,
) -> int:
    """Draw boxes, tracks and expressions into videos, and cover faces.

    OUT is a folder of results, of which every video is annotated; a VIDEO is scored first, into a
    folder `scored`. The folder of -o gets a folder a video with `annotated.mp4`, or `covered.mp4`
    where faces are covered: H.264, with the times of the original. To cover faces, every frame is
    searched anew. That makes nobody anonymous: body, clothes, place and voice remain. What an
    earlier run did with the same results and options is not done again.
    """
    # A folder's worker annotates; that of a video scores it first.
    start_ahead("videoemo.annotation.task" if path.is_dir() else "videoemo.inference.models")
    from videoemo.annotation.folder import annotate as annotate_results
    from videoemo.annotation.style import Style
    from videoemo.runs.progress import ConsoleProgress, JsonProgress

    style = Style(bars=bars, cover=cover, spare=spare, mosaic=mosaic, sound=sound)
    progress = JsonProgress() if log_json else ConsoleProgress()
    results = _results(path, out, pipeline, progress)
    if results is None:
        return options.FAILED_VIDEOS
    done = annotate_results(results, out, style, progress=progress, jobs=jobs or 1, redo=redo)
    _print(done, out, sound=sound)
    return options.FAILED_VIDEOS if done.failures else 0


def _results(path: Path, out: Path, pipeline: str | None, progress: Progress) -> Results | None:
    """The results in a folder, or those of a video that is scored now; None where it cannot be."""
    from videoemo.annotation.folder import require_no_results
    from videoemo.config.pipeline import load_pipeline
    from videoemo.results import load_results
    from videoemo.runs.state.paths import SCORED
    from videoemo.scoring.folder import score_folder

    if path.is_dir():
        if pipeline is not None:
            raise click.UsageError("--pipeline: the results tell with which settings; leave it out")
        return load_results(path)
    require_no_results(out)
    scored = out / SCORED
    run = score_folder([path], scored, load_pipeline(pipeline), progress=progress)
    return None if run.failures else load_results(scored)


def _print(done: Annotated, out: Path, *, sound: bool) -> None:
    """Print what became of a run."""
    videos = count_noun(len(done.rows), "video")
    frames = count_noun(sum(row.frames or 0 for row in done.rows), "frame")
    say(f"{videos} annotated, {len(done.failures)} failed: {frames} in {done.seconds:.1f} s")
    if done.before:
        say(f"{done.before:,} of them before; --redo does them again")
    if done.covered:
        counts, by_track = done.covered, done.covered["frames_by_track"]
        alone = "of these a face was covered by its track alone, since none was found"
        say(
            f"faces covered: {counts['faces']:,} in {count_noun(counts['frames'], 'frame')}"
            f"{f'; in {by_track:,} {alone}' if by_track else ''}",
            f"what remains: body, clothes, place{' and voice' if sound else ''}; look at the video "
            "before you show it",
        )
    if done.rows:
        say(f"videos in {out}: a folder each, with {done.file}")
