"""What a results folder holds of older runs: said in one line, or removed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from videoemo.config.pipeline import Pipeline
from videoemo.runs.plan import Plan
from videoemo.runs.state.leases import Leases
from videoemo.runs.state.paths import FOUND_PICTURE, LABELS, PAGE_FILES
from videoemo.runs.surplus import Surplus, find_surplus, prune
from videoemo.scoring.outputs import wanted_outputs
from videoemo.util.messages import count_noun, first_names

__all__ = ["surplus_line", "tell_or_prune"]


def surplus_line(plan: Plan, pipeline: Pipeline, *, classifier: bool) -> str | None:
    """Line on what the output folder holds and a run does not make; None where it holds no more.

    Parameters
    ----------
    plan : Plan
        Of the run.
    pipeline : Pipeline
        Its settings.
    classifier : bool
        Whether it has a fitted classifier.
    """
    found = _find(plan, pipeline, classifier=classifier)
    return _line(found, plan.out) if found else None


def tell_or_prune(
    plan: Plan,
    pipeline: Pipeline,
    leases: Leases,
    *,
    classifier: bool,
    remove: bool,
    notice: Callable[[str], None],
) -> None:
    """Say what the output folder holds and a run does not make, or remove it.

    Parameters
    ----------
    plan : Plan
        Of the run, whose videos are done.
    pipeline : Pipeline
        Its settings.
    leases : Leases
        Of the run.
    classifier : bool
        Whether it has a fitted classifier.
    remove : bool
        Whether to remove it.
    notice : callable
        Called with a line, where there is something.

    Raises
    ------
    OutputError
        It cannot be removed.
    """
    found = _find(plan, pipeline, classifier=classifier)
    if found and not remove:
        notice(_line(found, plan.out))
    elif found:
        kept = prune(found, plan.out, leases)
        removed = [one for one in found if one not in kept]
        if removed:
            notice(f"removed, since this run does not make them: {_named(removed)}")
        if kept:
            notice(
                f"another run is at work in {str(plan.out)!r}, and may count on them: kept are "
                f"{_named(kept)}"
            )


def _find(plan: Plan, pipeline: Pipeline, *, classifier: bool) -> list[Surplus]:
    outputs = wanted_outputs(pipeline, classifier=classifier)
    return find_surplus(
        plan,
        wanted={
            "summary.json",
            LABELS,
            FOUND_PICTURE,
            *PAGE_FILES,
            *(output.name for output in outputs),
        },
        tables=() if pipeline.outputs.pictures else ("overview.png",),
    )


def _line(found: Sequence[Surplus], out: Path) -> str:
    return (
        f"{str(out)!r} still holds what this run does not make: {_named(found)}; --prune removes "
        "that"
    )


def _named(found: Sequence[Surplus]) -> str:
    return f"{count_noun(len(found), 'result')} ({first_names(one.name for one in found)})"
