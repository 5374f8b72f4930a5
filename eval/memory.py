"""Peak memory of `videoemo score` on a short clip and on the same clip ten times as long: it must
not grow with the length.

    python -m eval.memory VIDEO [--every 25] [--minutes 1,10]

VIDEO is looped, without coding it anew, to each length. The peak is of all processes of a run
together, sampled ten times a second.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from eval.support.clips import looped
from eval.support.command import command
from eval.support.command_line import score


@command(__doc__)
@click.argument("video", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--every", type=click.IntRange(min=1), default=25, show_default=True)
@click.option("--minutes", default="1,10", show_default=True, help="The lengths, with commas.")
def main(*, video: Path, every: int, minutes: str) -> None:
    """Print the peak for each length and the growth."""
    try:
        lengths = sorted(float(length) for length in minutes.split(","))
    except ValueError as exc:
        raise click.BadParameter(
            f"{minutes!r}: give numbers, such as 1,10", param_hint="--minutes"
        ) from exc
    first = None
    with tempfile.TemporaryDirectory() as folder:
        for length in lengths:
            clip = looped(video, Path(folder) / f"{length:g}.mp4", minutes=length)
            peak = score(clip, "--every", str(every), memory=True).peak_mib
            first = first or peak
            print(f"{length:6g} min: peak {peak:7.0f} MiB, {peak / first - 1:+.1%}", flush=True)


if __name__ == "__main__":
    main()
