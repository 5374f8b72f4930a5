"""The command `compare`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from videoemo.cli import options
from videoemo.util.messages import count_noun
from videoemo.util.terminal import say

if TYPE_CHECKING:
    from videoemo.study.comparison import Comparison
    from videoemo.study.record import Study

__all__ = ["compare"]

# Rows that are printed; all are in comparison.csv.
_MOST = 10


class _Stretch(click.types.StringParamType):
    """A stretch of time, `START:STOP` in seconds."""

    name = "stretch"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Convert to two numbers."""
        try:
            start, stop = map(float, value.split(":"))
        except ValueError:
            start = stop = math.nan
        if not -math.inf < start < stop < math.inf:
            self.fail(f"expected START:STOP in seconds, such as -1:0, got {value!r}", param, ctx)
        return start, stop


@click.command()
@click.argument("out", metavar="OUT", type=options.GivenPath())
@click.option(
    "--design",
    type=options.GivenPath(),
    required=True,
    metavar="FILE",
    help="A CSV file with a row a video: a column `video`, and who and what it shows.",
)
@click.option("--by", type=options.NAME, required=True, metavar="COLUMN", help="The conditions.")
@click.option(
    "--unit",
    type=options.NAME,
    metavar="COLUMN",
    help="Who is independent of the others, such as participant; else inferred, and said.",
)
@click.option(
    "--within",
    type=options.NAME,
    metavar="COLUMN",
    help="The units that are in several conditions, such as participant: they are paired.",
)
@click.option(
    "--onset",
    type=options.NAME,
    metavar="COLUMN",
    help="The second of each video from which times count; else its beginning.",
)
@click.option(
    "--baseline",
    type=_Stretch(),
    metavar="START:STOP",
    help="Subtract the mean of these seconds from the onset, such as -1:0.",
)
@click.option(
    "--of",
    type=click.Choice(["persons", "groups"]),
    default="persons",
    help="Compare what persons display, or what those of a video display together.",
)
@click.option(
    "--settings",
    type=options.NAME,
    metavar="FILE",
    help="A TOML file with the keys of pipelines/study/compare.toml to change.",
)
def compare(
    out: Path,
    design: Path,
    by: str,
    unit: str | None,
    within: str | None,
    onset: str | None,
    baseline: tuple[float, float] | None,
    of: Literal["persons", "groups"],
    settings: str | None,
) -> int:
    """Compare conditions over units: courses with bands, measures with tests, a report.

    OUT is a folder of results. Its folder `compare` gets report.html, tables, figures and the
    sentences of a methods section. The unit is a participant or a video, never a frame or a face.
    What a face displays is not what a person feels.
    """
    from videoemo.config.comparing import load_comparing
    from videoemo.runs.progress import ConsoleProgress
    from videoemo.study.compare import compare as compare_conditions

    study = compare_conditions(
        out,
        design,
        by=by,
        unit=unit,
        within=within,
        onset=onset,
        baseline=baseline,
        of=of,
        settings=load_comparing(settings),
        notice=ConsoleProgress().notice,
    )
    _tell(study)
    return 0


def _tell(study: Study) -> None:
    say(study.design.unit_said)
    say(", ".join(f"{name}: {count_noun(n, 'unit')}" for name, n in study.units.items()))
    for reason in study.reasons:
        say(f"left out: {reason}")
    coded = () if study.reliability is None else study.reliability.remarks
    for remark in (*study.remarks, *coded):
        say(f"notice: {remark}", error=True)
    level, found = study.settings.statistics.level, study.found
    tested = sum(not math.isnan(one.p) for one in study.comparisons)
    of = count_noun(tested, "comparison")
    say(f"{len(found):,} of {of} differ at the family-wise level {level:g}")
    for one in found[:_MOST]:
        say(f"  {_line(one, several=len(study.conditions) > 2)}")
    if len(found) > _MOST:
        say(f"  and {len(found) - _MOST:,} more in comparison.csv")
    if study.bands is not None:
        say(f"courses differ in {count_noun(len(study.clusters), 'time span')}")
    say(f"report: {study.folder / 'report.html'}")


def _line(one: Comparison, *, several: bool) -> str:
    pair = f" ({one.b} less {one.a})" if several else ""
    p = "< 0.001" if one.p_holm < 0.001 else f"= {one.p_holm:.3f}"
    return (
        f"{one.measure}{pair}: {one.mean_a:.3f} {one.a}, {one.mean_b:.3f} {one.b}; difference "
        f"{one.difference:+.3f} [{one.low:.3f}, {one.high:.3f}], g {one.hedges_g:.2f}, p {p}"
    )
