"""A report in words: for a terminal, and as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from videoemo.classification.clip_metrics import ClipMetrics
from videoemo.classification.evaluate import ClipsReport
from videoemo.metrics.bootstrap import RESAMPLES, Estimate

__all__ = ["format_margin", "format_share", "report_lines", "report_markdown"]

TITLES = {"accuracy": "accuracy", "uar": "UAR", "macro_f1": "macro-F1"}


def report_lines(report: ClipsReport) -> list[str]:
    """The report for a terminal: a table of figures with their intervals, then what they
    rest on.
    """
    rows = [("", "right / n", *TITLES.values()), *_rows(report)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    table = [
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
        )
        for row in rows
    ]
    return [
        f"{report.classifier} on {report.provenance['dataset']}: {report.folds.how}",
        *table,
        f"recall: {', '.join(_recalls(report))}",
        *_notes(report),
    ]


def report_markdown(report: ClipsReport) -> str:
    """The report as a Markdown page: the same figures, and the confusion matrix."""
    figures, classes = report.figures[0], [_cell(name) for name in report.classes]
    parts = [
        [f"# {report.classifier} on {report.provenance['dataset']}"],
        [f"{report.folds.how[0].upper()}{report.folds.how[1:]}."],
        _table(["", "right / n", *TITLES.values()], _rows(report)),
        [f"- {note}" for note in _notes(report)],
        [
            "## Confusion matrix",
            "",
            (
                f"All {figures.clips} clips; rows are labels, columns predictions: count, share of "
                "the row (its 95 % interval)."
            ),
        ],
        _table(
            ["label", *classes],
            [[name, *_matrix_row(figures, row)] for row, name in enumerate(classes)],
        ),
    ]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _rows(report: ClipsReport) -> Iterator[tuple[str, ...]]:
    """Over all clips, then over those with a face: the classifier, each rival, and the lead
    over it.
    """
    for figures in report.figures:
        yield (
            f"{report.classifier}, {figures.over}",
            f"{figures.right} / {figures.clips}",
            *(format_share(figures.metrics[key]) for key in TITLES),
        )
        for rival in figures.rivals:
            yield (
                f"{rival.name}, {figures.over}",
                f"{rival.right} / {figures.clips}",
                *(format_share(rival.metrics[key]) for key in TITLES),
            )
            yield (
                f"lead over {rival.name}, {figures.over}",
                "",
                *(format_margin(rival.lead[key]) for key in TITLES),
            )


def format_share(found: Estimate) -> str:
    """`59.3 % (54.3 to 64.0)`."""
    return (
        f"{100 * found.value:.1f} %"
        if np.isnan(found.low)
        else f"{100 * found.value:.1f} % ({100 * found.low:.1f} to {100 * found.high:.1f})"
    )


def format_margin(found: Estimate) -> str:
    """`+43.0 (38.1 to 48.0)`, in points; a tilde marks one that is no more than noise."""
    if np.isnan(found.low):
        return f"~ {100 * found.value:+.1f}"
    return (
        f"{'' if found.differs else '~ '}{100 * found.value:+.1f} ({100 * found.low:+.1f} "
        f"to {100 * found.high:+.1f})"
    )


def _recalls(report: ClipsReport) -> Iterator[str]:
    counts = report.figures[0].counts
    for name, right, total in zip(
        report.classes, counts.diagonal().tolist(), counts.sum(axis=1).tolist(), strict=True
    ):
        yield f"{name} {right} / {total}"


def _notes(report: ClipsReport) -> Iterator[str]:
    """What the figures rest on."""
    if report.chosen:
        times = Counter(report.chosen)
        yield "chosen: " + "; ".join(
            text if len(report.chosen) == 1 else f"{text} ({n} of {len(report.chosen)})"
            for text, n in times.items()
        )
    whole = report.figures[0]
    what = "groups" if report.grouped else "clips"
    if whole.n_units > 1:
        yield (
            f"in brackets: 95 % intervals, percentiles of {RESAMPLES} resamples of "
            f"{whole.n_units} {what}"
        )
    else:
        yield f"no intervals: one of the {what} only"
    for rival in whole.rivals:
        noise = [TITLES[key] for key, found in rival.lead.items() if not found.differs]
        verdict = f"no more than noise in {', '.join(noise)} (~)" if noise else "more than noise"
        yield (
            f"lead over {rival.name}, in points, by resamples of the same clips for both: {verdict}"
        )
    if len(report.figures) == 1:
        yield "no clip has a face"


def _matrix_row(figures: ClipMetrics, row: int) -> Iterator[str]:
    for column, count in enumerate(figures.counts[row].tolist()):
        share, low, high = (
            100 * ends[row, column]
            for ends in (figures.shares.value, figures.shares.low, figures.shares.high)
        )
        interval = "" if np.isnan(low) else f" ({low:.0f} to {high:.0f})"
        yield "0" if count == 0 else f"{count}, {share:.0f} %{interval}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def _cell(text: str) -> str:
    """A name that ends no cell."""
    return text.replace("|", "\\|")
