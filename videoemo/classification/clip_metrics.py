"""How good predictions of clips are, how sure that is, and by how much they beat others on the
same clips.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.metrics.bootstrap import Estimate, Metric, difference, estimate, resample
from videoemo.metrics.classification import accuracy, confusion, macro_f1, uar

__all__ = ["METRICS", "ClipMetrics", "Comparison", "clip_metrics", "summary"]

Labels = npt.NDArray[np.int64]

METRICS: Mapping[str, Metric] = {
    "accuracy": accuracy,
    "uar": uar,
    "macro_f1": macro_f1,
}


@dataclass(frozen=True)
class Comparison:
    """Another classifier on the same clips.

    Parameters
    ----------
    name : str
        The classifier's.
    right : int
        Clips whose label it predicted.
    metrics : dict of str to Estimate
        Its own figures.
    lead : dict of str to Estimate
        The evaluated classifier's figures less its own, each pair on the same resamples.
    """

    name: str
    right: int
    metrics: dict[str, Estimate]
    lead: dict[str, Estimate]


@dataclass(frozen=True)
class ClipMetrics:
    """How good predictions of some clips are.

    Parameters
    ----------
    over : str
        `all clips` or `with a face`.
    counts : int64 (c, c)
        A row a label, a column a prediction.
    shares : ndarray (c, c)
        Each row of the counts by its sum, 0 to 1; NaN for a class without a clip.
    metrics : dict of str to Estimate
        Accuracy, UAR and macro-F1, 0 to 1.
    rivals : tuple of Comparison
        The baseline, and the classifier compared with.
    n_units : int
        How many clips, or groups, the intervals were drawn from.
    """

    over: str
    counts: npt.NDArray[np.int64]
    shares: Estimate
    metrics: dict[str, Estimate]
    rivals: tuple[Comparison, ...]
    n_units: int

    @property
    def right(self) -> int:
        """Clips whose label was predicted."""
        return int(np.trace(self.counts))

    @property
    def clips(self) -> int:
        """Clips in all."""
        return int(self.counts.sum())


def clip_metrics(
    over: str,
    names: Sequence[str],
    labels: Labels,
    answers: Sequence[Labels],
    *,
    n_classes: int,
    groups: Labels | None,
) -> ClipMetrics:
    """The figures of the first of some classifiers' answers, and its lead over the others.

    Parameters
    ----------
    over : str
        `all clips` or `with a face`.
    names : sequence of str
        Of the classifiers.
    labels, answers : int64 (n,)
        0 to n_classes - 1.
    groups : int64 (n,) or None
        The group of each clip, or None.
    """
    ours, *others = (
        resample(labels, answer, n_classes=n_classes, groups=groups) for answer in answers
    )
    return ClipMetrics(
        over=over,
        counts=confusion(labels, answers[0], n_classes),
        shares=estimate(_shares, ours),
        metrics={key: estimate(metric, ours) for key, metric in METRICS.items()},
        rivals=tuple(
            Comparison(
                name=name,
                right=int((answer == labels).sum()),
                metrics={key: estimate(metric, theirs) for key, metric in METRICS.items()},
                lead={key: difference(metric, ours, theirs) for key, metric in METRICS.items()},
            )
            for name, answer, theirs in zip(names[1:], answers[1:], others, strict=True)
        ),
        n_units=len(labels) if groups is None else len(np.unique(groups)),
    )


def _shares(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Each row of confusion matrices, (m, c, c), by its sum, NaN for a class without a clip."""
    total = counts.sum(axis=-1, keepdims=True)
    return np.where(total > 0, counts / np.maximum(total, 1), np.nan)


def summary(figures: ClipMetrics) -> dict[str, Any]:
    """Figures as plain values."""
    return {
        "over": figures.over,
        "clips": figures.clips,
        "right": figures.right,
        **{key: _plain(found) for key, found in figures.metrics.items()},
        "confusion": {"counts": figures.counts.tolist(), "shares": _plain(figures.shares)},
        "rivals": [
            {
                "classifier": rival.name,
                "right": rival.right,
                **{key: _plain(found) for key, found in rival.metrics.items()},
                "lead": {
                    key: {**_plain(found), "more_than_noise": found.differs}
                    for key, found in rival.lead.items()
                },
            }
            for rival in figures.rivals
        ],
    }


def _plain(found: Estimate) -> dict[str, Any]:
    """An estimate as plain values, None for NaN, which JSON has not."""
    return {
        key: _rounded(np.asarray(getattr(found, key)).tolist()) for key in ("value", "low", "high")
    }


def _rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [_rounded(inner) for inner in value]
    return None if np.isnan(value) else round(value, 6)
