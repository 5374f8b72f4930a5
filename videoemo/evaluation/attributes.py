"""Attributes: how well the heads of age, gender and ethnicity agree with labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from videoemo.config.face_protocol import AttributesProtocol
from videoemo.datasets.faces.attributes import AttributeFaces
from videoemo.errors import InputError
from videoemo.evaluation.attribute_groups import age_group, attribute_groups, look_alike_units
from videoemo.evaluation.attributes_report import AttributesReport, GroupMeans, Measure
from videoemo.evaluation.faces import see_labelled
from videoemo.inference.extractor import Extractor
from videoemo.inference.outputs import expected_level
from videoemo.labels import ETHNICITIES, FAIRFACE_ETHNICITIES, GENDERS
from videoemo.metrics.bootstrap import Estimate
from videoemo.metrics.classification import confusion, macro_f1
from videoemo.metrics.shares import share_estimate
from videoemo.metrics.sums_bootstrap import sums_estimate
from videoemo.records import Features
from videoemo.zoo.heads import Head

__all__ = ["judge_attributes"]

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# The heads that are judged: of which kind they have to be, with which labels.
_HEADS: dict[str, tuple[str, tuple[str, ...]]] = {
    "gender": ("binary", GENDERS),
    "age": ("expected", ()),
    "ethnicity": ("classes", ETHNICITIES),
}


@dataclass(frozen=True)
class _Measured:
    """A measure with its value for each face, float64 (n,), NaN where the label is not known."""

    measure: Measure
    values: npt.NDArray[np.float64]


def judge_attributes(
    protocol: AttributesProtocol, faces: AttributeFaces, extractor: Extractor
) -> AttributesReport:
    """Judge the attributes that an extractor gives against labels.

    Raises
    ------
    InputError
        The extractor has no head of an attribute, or one with other labels than the faces have.
    """
    heads = _heads(extractor)
    if faces.ethnicities != ETHNICITIES:
        faces = faces.regrouped(FAIRFACE_ETHNICITIES, ETHNICITIES)
    features = see_labelled(extractor, faces.pictures)
    measured = list(_measures(heads, features, faces, protocol.age_groups))
    unit = look_alike_units(faces)

    def means(by: str, group: str, rows: Mask) -> GroupMeans:
        found = tuple(_mean(one, unit, rows, protocol) for one in measured)
        return GroupMeans(by, group, int(rows.sum()), found)

    enough, fewer = attribute_groups(faces, protocol.age_groups, least=protocol.least_faces)
    return AttributesReport(
        extractor.card,
        protocol,
        tuple(one.measure for one in measured),
        means("", "", np.ones(len(faces), bool)),
        _ethnicity_f1(features, faces) if "ethnicity" in heads else None,
        tuple(means(*group) for group in enough),
        tuple(fewer),
    )


def _heads(extractor: Extractor) -> dict[str, Head]:
    """The heads of attributes that can be judged, by their names."""
    heads = {head.name: head for head in extractor.card.outputs if head.name in _HEADS}
    name = extractor.card.name
    if not heads:
        raise InputError(
            f"{name} has no head of {', '.join(_HEADS)}: give a network with one as --extractor"
        )
    for head in heads.values():
        kind, labels = _HEADS[head.name]
        if (head.kind, head.labels) != (kind, labels):
            raise InputError(
                f"{name}: expected {head.name} of kind {kind} {', '.join(labels)}, got "
                f"{head.kind} {', '.join(head.labels)}"
            )
    return heads


def _measures(
    heads: dict[str, Head], features: Features, faces: AttributeFaces, starts: Sequence[int]
) -> Iterator[_Measured]:
    """What is measured of each face."""
    if "gender" in heads:
        male = features.values["gender"] >= (heads["gender"].threshold or 0.0)
        yield _right("gender", male.astype(np.int64), faces.gender)
    if "age" in heads:
        distribution = features.distributions["age"]
        most, levels = heads["age"].most_probable or 1, distribution.shape[1]
        ways = {
            f"mean of the {most} most probable": most,
            "the most probable": 1,
            f"mean of all {levels}": levels,
        }
        years = {way: expected_level(distribution, n) for way, n in ways.items()}
        for way, told in years.items():
            yield _missed(f"age, {way}", told, faces.age)
        group = np.where(faces.age < 0, -1, age_group(faces.age, starts))
        for way, told in years.items():
            yield _right(f"age group, {way}", age_group(told, starts), group)
    if "ethnicity" in heads:
        told = features.distributions["ethnicity"].argmax(axis=1)
        yield _right("ethnicity", told, faces.ethnicity)


def _right(name: str, told: Rows, labels: Rows) -> _Measured:
    """Whether each label was told; the best one answer is the most frequent label."""
    known = labels >= 0
    best = float(np.bincount(labels[known]).max() / known.sum()) if known.any() else np.nan
    values = np.where(known, told == labels, np.nan)
    return _Measured(Measure(name, "right", best), values)


def _missed(name: str, told: npt.NDArray[np.float32], labels: Rows) -> _Measured:
    """By how many years each age was missed; the best one answer is the median age."""
    known = labels >= 0
    ages = labels[known]
    best = float(np.abs(ages - np.median(ages)).mean()) if known.any() else np.nan
    values = np.where(known, np.abs(told.astype(np.float64) - labels), np.nan)
    return _Measured(Measure(name, "years", best), values)


def _mean(one: _Measured, unit: Rows, rows: Mask, protocol: AttributesProtocol) -> Estimate:
    """The mean over some faces, with its interval over units."""
    known = rows & ~np.isnan(one.values)
    values, units = one.values[known], unit[known]
    if one.measure.unit == "right" or not len(values):
        return share_estimate(values > 0, units)
    number = np.unique(units, return_inverse=True)[1]
    sums = np.column_stack([np.bincount(number, values), np.bincount(number).astype(np.float64)])
    return sums_estimate(
        lambda both: both[0] / both[1], sums, resamples=protocol.resamples, seed=protocol.seed
    )


def _ethnicity_f1(features: Features, faces: AttributeFaces) -> float:
    known = faces.ethnicity >= 0
    told = features.distributions["ethnicity"].argmax(axis=1)
    return float(macro_f1(confusion(faces.ethnicity[known], told[known], len(faces.ethnicities))))
