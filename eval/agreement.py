"""Whether anything is lost for speed: what `score` finds, beside a full search of every frame in float32 by the reference engine.

    python eval/agreement.py --json FILE [--extractor NAME] [--frames N]
    python eval/agreement.py --table FILE

Clips of $VIDEOEMO_SHARED/media. Boxes match at an intersection over union of 0.5 or more, one to one, within a frame; a box of ours counts as right
too if the reference has it in the frame before or after. --table puts FILE into eval/README.md. Exit status 1 when a bar is missed, or on an error.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from measure.clips import shared, shortened
from measure.detections import Agreement, compare, detect
from measure.results import rounded
from measure.settings import settings
from measure.table import rewrite, table

from videoemo.errors import VideoemoError
from videoemo.provenance import write_json
from videoemo.recipes import change
from videoemo.settings import build

CLIPS = ("woman_360p.mp4", "group_1080p.mp4", "single_face.mp4", "vfr_noface_face.mov")
# What makes a pipeline the reference.
REFERENCE = {"engine": "torch", "precision": "float32", "full_search": 0.0}
README = Path(__file__).with_name("README.md")


@dataclass(frozen=True, kw_only=True)
class Results:
    """All that is in the file."""

    command: str
    extractor: str
    clips: tuple[Agreement, ...]


def measure(extractor: str | None, frames: int | None) -> tuple[Agreement, ...]:
    """Each clip, or its beginning."""
    ours = settings(extractor)
    reference = change(ours, **REFERENCE)
    found = []
    with tempfile.TemporaryDirectory() as temporary:
        for name in CLIPS:
            path = shortened(shared(name), Path(temporary) / name, frames=frames) if frames else shared(name)
            found.append(compare(name, detect(path, ours), detect(path, reference)))
            print(found[-1], file=sys.stderr, flush=True)
    return tuple(found)


def markdown(results: Results) -> str:
    """A row a clip."""
    head = (
        *(
            "clip",
            "faces, ours / reference",
            "precision (0.98)",
            "recall (0.98)",
            "cosine, least (0.995)",
            "1st percentile",
            "mean",
            "share from 0.995",
        ),
        *("same class (99 %)", "means differ by (0.01)", "missed"),
    )
    rows = [
        (
            one.clip,
            f"{one.ours} / {one.reference}",
            f"{one.precision:.4f}",
            f"{one.recall:.4f}",
            f"{one.cosine_least:.5f}",
            f"{one.cosine_first_percentile:.5f}",
            f"{one.cosine_mean:.5f}",
            f"{one.close:.2%}",
            f"{one.same_class:.2%}",
            f"{one.mean_difference:.4f}",
            ", ".join(one.missed) or "nothing",
        )
        for one in results.clips
    ]
    said = (
        f"Made by `{results.command}`: what `score` finds with {results.extractor}, against a full search of every frame in float32 torch "
        "(in brackets: bars)."
    )
    return f"{said}\n\n{table(head, rows)}\n"


def load(path: Path) -> Results:
    """The results of a file.

    Raises
    ------
    RecipeError : it says something it may not.
    """
    return build(Results, json.loads(path.read_text(encoding="utf-8")), where=str(path))


_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--json", "path", type=_FILE, help="File for the results.")
@click.option("--extractor", help="The network: its name, or the path of its card; else the one that ships.")
@click.option("--frames", type=click.IntRange(min=1), help="Only the first frames of each clip: for a quick look.")
@click.option("--table", "shown", type=_FILE, help="Put the results of a file into eval/README.md, and measure nothing.")
def main(*, path: Path | None, extractor: str | None, frames: int | None, shown: Path | None) -> None:
    """Measure, and print the figures as a table.

    Exit status: 0 nothing is lost; 1 a bar is missed, or something could not be measured; 2 wrong usage.
    """
    if (path is None) == (shown is None):
        raise click.UsageError("give --json FILE or --table FILE")
    try:
        if shown is not None:
            rewrite(README, "agreement", markdown(load(shown)))
            return
        assert path is not None
        options = [f"--extractor {Path(extractor).stem}"] if extractor else []
        command = " ".join(["python eval/agreement.py --json FILE", *options, *([f"--frames {frames}"] if frames else [])])
        results = Results(command=command, extractor=settings(extractor).extractor, clips=measure(extractor, frames))
        write_json(path, rounded(asdict(results)))
        print(markdown(results), end="")
        sys.exit(any(one.missed for one in results.clips))
    except VideoemoError as exc:
        raise click.ClickException(" ".join(str(exc).split())) from exc


if __name__ == "__main__":
    main()
