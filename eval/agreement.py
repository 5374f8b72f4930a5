"""Whether anything is lost for speed: what `score` finds, beside a full search of every frame in
float32 by the reference engine.

    python -m eval.agreement --json FILE [--extractor NAME] [--frames N]
    python -m eval.agreement --table FILE

Clips of $VIDEOEMO_SHARED/media. Boxes match at an intersection over union of 0.5 or more, one to
one, within a frame; a box of ours counts as right too if the reference has it in the frame before
or after. --table puts FILE into eval/README.md.

Exit status: 0 nothing is lost; 1 a bar is missed, or something could not be measured; 2 wrong
usage.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from eval.support.clips import shared, shortened
from eval.support.command import command, say
from eval.support.detections import Agreement, compare, detect
from eval.support.machine import machine
from eval.support.markdown import rewrite, table
from eval.support.results import Machine, rounded
from eval.support.settings import settings
from videoemo.config.pipeline import change_pipeline
from videoemo.config.toml import build_record
from videoemo.util.files import write_json

CLIPS = ("woman_360p.mp4", "group_1080p.mp4", "single_face.mp4", "vfr_noface_face.mov")
# What makes a pipeline the reference.
REFERENCE = {"engine": "torch", "precision": "float32", "full_search": 0.0}
README = Path(__file__).with_name("README.md")


@dataclass(frozen=True, kw_only=True)
class Results:
    """All that is in the file."""

    command: str
    machine: Machine
    extractor: str
    clips: tuple[Agreement, ...]


def measure(extractor: str | None, frames: int | None) -> tuple[Agreement, ...]:
    """Each clip, or its beginning."""
    ours = settings(extractor)
    reference = change_pipeline(ours, **REFERENCE)
    found = []
    with tempfile.TemporaryDirectory() as temporary:
        for name in CLIPS:
            path = (
                shortened(shared(name), Path(temporary) / name, frames=frames)
                if frames
                else shared(name)
            )
            found.append(compare(name, detect(path, ours), detect(path, reference)))
            say(str(found[-1]))
    return tuple(found)


def markdown(results: Results) -> str:
    """A row a clip."""
    head = (
        "clip",
        "faces, ours / reference",
        "precision (0.99)",
        "recall (0.99)",
        "cosine, least",
        "1st percentile",
        "mean (0.995)",
        "share from 0.995",
        "same class (99 %)",
        "means differ by (0.01)",
        "missed",
    )
    rows = [
        (
            one.clip,
            f"{one.ours} / {one.reference}",
            f"{one.precision:.4f}",
            f"{one.recall:.4f}",
            f"{one.cosine_least:.4f}",
            f"{one.cosine_first_percentile:.4f}",
            f"{one.cosine_mean:.4f}",
            f"{one.close:.2%}",
            f"{one.same_class:.2%}",
            f"{one.mean_difference:.4f}",
            ", ".join(one.missed) or "nothing",
        )
        for one in results.clips
    ]
    said = (
        f"Made by `{results.command}` on {results.machine.cpu}: what `score` finds with "
        f"{results.extractor}, against a full search of every frame in float32 torch (in brackets: "
        "bars)."
    )
    return f"{said}\n\n{table(head, rows)}\n"


def load(path: Path) -> Results:
    """The results of a file.

    Raises
    ------
    RecipeError
        It says something it may not.
    """
    return build_record(Results, json.loads(path.read_text(encoding="utf-8")), where=str(path))


_FILE = click.Path(path_type=Path, dir_okay=False)


@command(__doc__)
@click.option("--json", "path", type=_FILE, help="File for the results.")
@click.option(
    "--extractor", help="The network: its name, or the path of its card; else the one that ships."
)
@click.option(
    "--frames",
    type=click.IntRange(min=1),
    help="Only the first frames of each clip: for a quick try, not for figures.",
)
@click.option(
    "--table",
    "shown",
    type=_FILE,
    help="Put the results of a file into eval/README.md, and measure nothing.",
)
def main(
    *, path: Path | None, extractor: str | None, frames: int | None, shown: Path | None
) -> None:
    """Measure, and print the figures as a table."""
    if (path is None) == (shown is None):
        raise click.UsageError("give --json FILE or --table FILE")
    if shown is not None:
        rewrite(README, "agreement", markdown(load(shown)))
        return
    assert path is not None
    options = [f"--extractor {Path(extractor).stem}"] if extractor else []
    options += [f"--frames {frames}"] if frames else []
    results = Results(
        command=" ".join(["python -m eval.agreement --json FILE", *options]),
        machine=machine(),
        extractor=settings(extractor).network.extractor,
        clips=measure(extractor, frames),
    )
    write_json(path, rounded(asdict(results)))
    # As it is in the file: what is printed now is what --table will say.
    print(markdown(load(path)), end="")
    sys.exit(any(one.missed for one in results.clips))


if __name__ == "__main__":
    main()
