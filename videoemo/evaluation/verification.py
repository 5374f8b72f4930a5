"""Verification: do two photographs show one person?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.config.face_protocol import VerificationProtocol
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.lfw import Pair, read_pairs
from videoemo.errors import InputError
from videoemo.evaluation.photographs import CROP_NAMES, Embedded, embed_photographs, paths_of
from videoemo.evaluation.recognition_report import draw_accuracies, plain_accuracies
from videoemo.evaluation.report_file import write_report
from videoemo.inference.extractor import Extractor
from videoemo.metrics.identity import verification
from videoemo.metrics.ranking import auc
from videoemo.util.messages import count_noun, shown
from videoemo.zoo.cards import Card

__all__ = ["Pairs", "VerificationReport", "draw_pairs", "find_pairs", "verify"]

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Pairs:
    """Pairs of photographs.

    Parameters
    ----------
    rows : int64 (n, 2)
        Of the two photographs of each.
    same : bool (n,)
        Whether they are of one person.
    folds : int64 (n,)
        The fold of each.
    how : str
        Where they are from, in words.
    """

    rows: Rows
    same: npt.NDArray[np.bool_]
    folds: Rows
    how: str


@dataclass(frozen=True)
class VerificationReport:
    """How well an extractor's embeddings tell whether two photographs show one person.

    Parameters
    ----------
    card : Card
        Of the network.
    protocol : VerificationProtocol
        How it was judged.
    pairs : Pairs
        Of photographs.
    embedded : Embedded
        The photographs.
    accuracies : dict of str to float64 (folds,)
        For each crop, the accuracy in each fold.
    areas : dict of str to float
        For each crop, the area under the ROC curve of all pairs.
    """

    card: Card
    protocol: VerificationProtocol
    pairs: Pairs
    embedded: Embedded
    accuracies: dict[str, npt.NDArray[np.float64]]
    areas: dict[str, float]

    def lines(self) -> list[str]:
        """The report as a small table for a terminal."""
        n, k = len(self.pairs.same), int(self.pairs.folds.max()) + 1
        rows = [
            f"{CROP_NAMES[crop]:32}{found.mean():>8.1%}{_standard_error(found):>9.1%}"
            f"{self.areas[crop]:>8.3f}"
            for crop, found in self.accuracies.items()
        ]
        return [
            f"{self.card.name} on {n:,} pairs of photographs, {self.pairs.how}: do both show one "
            "person?",
            f"{count_noun(k, 'fold'):32}{'right':>8}{'se':>9}{'AUC':>8}",
            *rows,
            f"{'guessing':32}{self._guessing:>8.1%}",
            self.embedded.note,
        ]

    def write(self, folder: Path) -> None:
        """Write report.json and verification.png.

        Raises
        ------
        OutputError
            A file cannot be written.
        """
        found = {
            "pairs": len(self.pairs.same),
            "of_one_person": int(self.pairs.same.sum()),
            "how": self.pairs.how,
            "no_face_found": self.embedded.missed,
            "accuracies": plain_accuracies(self.accuracies),
            "auc": {crop: round(area, 6) for crop, area in self.areas.items()},
            "extractor": asdict(self.card),
        }
        write_report(folder, self.protocol, found)
        draw_accuracies(
            folder / "verification.png",
            name=self.card.name,
            asked=f"do both show one person? {len(self.pairs.same):,} pairs of photographs",
            accuracies=self.accuracies,
            spreads=[_standard_error(found) for found in self.accuracies.values()],
            spread=f"a standard error over {int(self.pairs.folds.max()) + 1} folds",
            guessing=self._guessing,
        )

    @property
    def _guessing(self) -> float:
        share = float(self.pairs.same.mean())
        return max(share, 1 - share)


def verify(
    protocol: VerificationProtocol, faces: LabelledFaces, extractor: Extractor, *, root: Path
) -> VerificationReport:
    """Judge an extractor by pairs of photographs; where `root` has no file of pairs they are drawn.

    Raises
    ------
    InputError
        There are too few people or photographs, or a photograph cannot be read.
    TrainingError
        The file of pairs cannot be read.
    """
    listed = root / protocol.pairs
    if listed.is_file():
        whole = protocol.data.part == (0, 100)
        pairs = find_pairs(read_pairs(listed), faces, protocol.pairs, whole=whole)
    else:
        pairs = draw_pairs(faces, folds=protocol.folds, each=protocol.each, seed=protocol.seed)
    used, rows = np.unique(pairs.rows, return_inverse=True)
    embedded = embed_photographs(paths_of(faces.take(used)), extractor, protocol.crops)
    accuracies, areas = {}, {}
    for crop, vectors in embedded.vectors.items():
        similarity = _cosines(vectors, rows.reshape(-1, 2))
        accuracies[crop] = verification(similarity, pairs.same, pairs.folds)
        areas[crop] = auc(similarity, pairs.same)
    return VerificationReport(extractor.card, protocol, pairs, embedded, accuracies, areas)


def find_pairs(
    listed: Sequence[Sequence[Pair]], faces: LabelledFaces, name: str, *, whole: bool
) -> Pairs:
    """The pairs of a list.

    Parameters
    ----------
    listed : sequence of sequence of Pair
        Those of each fold.
    faces : LabelledFaces
        The photographs.
    name : str
        Of the list.
    whole : bool
        Whether all photographs have to be there; else pairs without are left out.

    Raises
    ------
    InputError
        A photograph is not there, or there are fewer than two folds.
    """
    number = {Path(faces.pictures.name(row)).stem: row for row in range(len(faces))}
    rows, same, folds = [], [], []
    for fold, of_fold in enumerate(listed):
        for first, second, one_person in of_fold:
            missing = [photograph for photograph in (first, second) if photograph not in number]
            if missing and whole:
                raise InputError(
                    f"{name} names {shown(missing[0])}, which is not there: is the layout whole?"
                )
            if not missing:
                rows.append([number[first], number[second]])
                same.append(one_person)
                folds.append(fold)
    if len(set(folds)) < 2:
        raise InputError(f"{name} has {count_noun(len(listed), 'fold')}: two or more are needed")
    numbered = np.unique(folds, return_inverse=True)[1].astype(np.int64)
    return Pairs(np.array(rows, np.int64), np.array(same, bool), numbered, f"those of {name}")


def draw_pairs(faces: LabelledFaces, *, folds: int, each: int, seed: int) -> Pairs:
    """Draw pairs, as many of one person as of two; nobody is in two folds.

    Parameters
    ----------
    faces : LabelledFaces
        The photographs.
    folds, each : int
        How many folds, and pairs of each kind in a fold; fewer where a fold has fewer of one
        person.
    seed : int
        Of the drawing.

    Raises
    ------
    InputError
        A fold has no person with two photographs, or a single person.
    """
    rng = np.random.default_rng(seed)
    fold_of = rng.permutation(len(faces.classes)) % folds  # (people,)
    of_one = [
        [pair for person in np.flatnonzero(fold_of == fold) for pair in _of(faces, int(person))]
        for fold in range(folds)
    ]
    n = min(each, *map(len, of_one))
    rows, same, number = [], [], []
    for fold in range(folds):
        there = np.flatnonzero(fold_of[faces.labels] == fold)
        if not n or len(np.unique(faces.labels[there])) < 2:
            raise InputError(
                f"too few people for {folds} folds: each needs two people, one of whom has two "
                "photographs; lower folds in the protocol's TOML"
            )
        chosen = rng.choice(len(of_one[fold]), n, replace=False)
        rows += [of_one[fold][i] for i in chosen.tolist()]
        rows += _of_two(faces, there, n, rng)
        same += [True] * n + [False] * n
        number += [fold] * (2 * n)
    how = f"{n} of one person and {n} of two in each fold, drawn"
    return Pairs(np.array(rows, np.int64), np.array(same), np.array(number, np.int64), how)


def _standard_error(accuracies: npt.NDArray[np.float64]) -> float:
    return float(accuracies.std(ddof=1) / len(accuracies) ** 0.5)


def _of(faces: LabelledFaces, person: int) -> list[tuple[int, int]]:
    """All pairs of photographs of one person."""
    return list(combinations(np.flatnonzero(faces.labels == person).tolist(), 2))


def _of_two(
    faces: LabelledFaces, there: Rows, n: int, rng: np.random.Generator
) -> list[tuple[int, int]]:
    """Random pairs of photographs of two persons; one may be drawn twice."""
    drawn: list[tuple[int, int]] = []
    while len(drawn) < n:
        first, second = rng.choice(there, 2, replace=False).tolist()
        if faces.labels[first] != faces.labels[second]:
            drawn.append((first, second))
    return drawn


def _cosines(vectors: npt.NDArray[np.float32], rows: Rows) -> npt.NDArray[np.float32]:
    """Of the two vectors of each pair, float32 (n,)."""
    a, b = vectors[rows[:, 0]], vectors[rows[:, 1]]
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return np.asarray((a * b).sum(axis=1) / np.maximum(lengths, np.finfo(np.float32).tiny))
