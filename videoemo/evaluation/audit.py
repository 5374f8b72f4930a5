"""Audit: how well an extractor recognises each expression, by groups of people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.config.face_protocol import AuditProtocol
from videoemo.datasets.faces.draws import held_out
from videoemo.datasets.faces.index import FaceIndex, read_index
from videoemo.errors import InputError
from videoemo.evaluation.audit_report import AuditReport, Gap, GroupFigures
from videoemo.evaluation.groups import Group, groups_by
from videoemo.evaluation.pictures import make_cropper, see_faces
from videoemo.inference.extractor import Extractor
from videoemo.metrics.ranking import auc_estimate
from videoemo.metrics.shares import share_difference, share_estimate
from videoemo.metrics.sums_bootstrap import sums_estimate
from videoemo.util.messages import count_noun
from videoemo.zoo.cards import require_expression

__all__ = ["audit"]


@dataclass(frozen=True)
class _Judged:
    """Faces with their labels, and what an extractor said of them.

    Parameters
    ----------
    probabilities : float32 (n, c)
        Of the extractor's c classes.
    labels : int64 (n,)
        The class of each.
    people : int64 (n,)
        Equal for faces of one person.
    """

    probabilities: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]
    people: npt.NDArray[np.int64]

    def __getitem__(self, rows: npt.NDArray[np.bool_]) -> _Judged:
        return _Judged(self.probabilities[rows], self.labels[rows], self.people[rows])

    @property
    def n_people(self) -> int:
        """How many persons there are."""
        return len(np.unique(self.people))


def audit(protocol: AuditProtocol, root: Path, extractor: Extractor) -> AuditReport:
    """Audit an extractor on the pictures of an index.

    Raises
    ------
    InputError
        The extractor tells no expressions, the index cannot be read, none of its expressions is
        known to the extractor, or no face is found.
    """
    require_expression(extractor.card)
    path = root / protocol.index
    index, left_out = _known(_asked(protocol, path), path, extractor)
    seen = see_faces(index.paths, extractor, make_cropper(protocol.crop, extractor.card))
    columns = {name: texts[seen.rows] for name, texts in index.columns.items()}
    faces = _Judged(
        seen.features.probabilities,
        np.array([extractor.classes.index(name) for name in columns["expression"].tolist()]),
        np.unique(columns.get("person", seen.rows), return_inverse=True)[1],
    )
    everybody = Group("", "", np.ones(len(seen.rows), bool))
    groups = [everybody]
    for by in (by for by in protocol.groups if by in columns):
        for group in groups_by(by, columns[by], protocol.age_bands):
            n = faces[group.rows].n_people
            if n >= protocol.least_people:
                groups.append(group)
            else:
                left_out.append(f"left out: {by} {group.name}: {count_noun(n, 'person')}")
    for k, name in enumerate(extractor.classes):
        n = faces[faces.labels == k].n_people
        if 0 < n < protocol.least_people:
            left_out.append(f"left out: {name}: {count_noun(n, 'person')}")
    figures = [
        figure
        for k in np.unique(faces.labels).tolist()
        for group in groups
        if (figure := _figures(k, group, faces[group.rows], extractor, protocol)) is not None
    ]
    return AuditReport(
        extractor.card,
        protocol,
        seen,
        faces.n_people,
        tuple(figures),
        tuple(_gaps(figures)),
        tuple(left_out),
        root.resolve().name,
    )


def _asked(protocol: AuditProtocol, path: Path) -> FaceIndex:
    """The pictures of the people whom the protocol asks for."""
    if protocol.held_out is None:
        return read_index(path, wanted=("expression",))
    index = read_index(path, wanted=("expression", "person"))
    people, held = index.columns["person"].tolist(), protocol.held_out
    rows = held_out(people, share=held.share, seed=held.seed)
    if not rows.any():
        raise InputError(f"{path}: none of its people is held out by a share of {held.share}")
    return index[rows]


def _known(index: FaceIndex, path: Path, extractor: Extractor) -> tuple[FaceIndex, list[str]]:
    """The pictures whose expression the extractor knows, and a line for each other expression."""
    expressions = index.columns["expression"]
    known = np.isin(expressions, extractor.classes)
    name = extractor.card.name
    if not known.any():
        raise InputError(
            f"{path}: {name} knows none of its expressions, only {', '.join(extractor.classes)}"
        )
    return index[known], [
        f"left out: {count_noun(int(n), 'picture')} "
        + (f"of {other}, which {name} does not know" if other else "without an expression")
        for other, n in zip(*np.unique(expressions[~known], return_counts=True), strict=True)
    ]


def _figures(
    k: int, group: Group, faces: _Judged, extractor: Extractor, protocol: AuditProtocol
) -> GroupFigures | None:
    """How well class k is recognised among the faces of a group; None of too few people."""
    of_class = faces.labels == k
    shown = faces[of_class]
    if shown.n_people < protocol.least_people:
        return None
    resamples, seed = protocol.resamples, protocol.seed
    said = faces.probabilities[:, k].astype(np.float64)
    unit = np.unique(faces.people, return_inverse=True)[1]
    excess, counts = np.bincount(unit, said - of_class), np.bincount(unit).astype(np.float64)
    return GroupFigures(
        extractor.classes[k],
        group.by,
        group.name,
        shown.n_people,
        len(shown.labels),
        share_estimate(shown.probabilities.argmax(1) == k, shown.people),
        auc_estimate(said, of_class, faces.people, resamples=resamples, seed=seed),
        sums_estimate(
            lambda sums: sums[0] / sums[1],
            np.column_stack([excess, counts]),  # (people, 2)
            resamples=resamples,
            seed=seed,
        ),
    )


def _gaps(figures: list[GroupFigures]) -> Iterator[Gap]:
    """The largest difference in recall, for each expression and each way to group people."""
    for (label, by), found in groupby(figures, key=lambda figure: (figure.label, figure.by)):
        ordered = sorted(found, key=lambda figure: float(figure.recall.value))
        if by and len(ordered) > 1:
            low, high = ordered[0], ordered[-1]
            difference = share_difference(high.recall, low.recall)
            yield Gap(label, by, high.group, low.group, difference)
