"""Identification: whose photograph is it, of people one photograph of each of whom is known."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.config.face_protocol import IdentificationProtocol
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.errors import InputError
from videoemo.evaluation.photographs import CROP_NAMES, Embedded, embed_photographs, paths_of
from videoemo.evaluation.recognition_report import draw_accuracies, plain_accuracies
from videoemo.evaluation.report_file import write_report
from videoemo.evaluation.text import count_people
from videoemo.inference.extractor import Extractor
from videoemo.metrics.identity import identification, known_and_asked
from videoemo.util.messages import count_noun
from videoemo.zoo.cards import Card

__all__ = ["IdentificationReport", "identify"]


@dataclass(frozen=True)
class IdentificationReport:
    """How well an extractor's embeddings tell people apart.

    Parameters
    ----------
    card : Card
        Of the network.
    protocol : IdentificationProtocol
        How it was judged.
    people, photographs, singles : int
        How many people have two photographs or more, how many photographs these are, and how many
        people were left out with one.
    embedded : Embedded
        The photographs.
    accuracies : dict of str to float64 (splits,)
        For each crop, the accuracy in each split.
    """

    card: Card
    protocol: IdentificationProtocol
    people: int
    photographs: int
    singles: int
    embedded: Embedded
    accuracies: dict[str, npt.NDArray[np.float64]]

    def lines(self) -> list[str]:
        """The report as a small table for a terminal."""
        rows = [
            f"{CROP_NAMES[crop]:32}{of_splits.mean():>8.1%}{of_splits.std(ddof=1):>9.1%}"
            for crop, of_splits in self.accuracies.items()
        ]
        return [
            f"{self.card.name} on {self.photographs:,} photographs of {self.people:,} people: one "
            "random photograph of each is known, whose are the others?",
            f"{count_noun(len(next(iter(self.accuracies.values()))), 'split'):32}{'right':>8}"
            f"{'sd':>9}",
            *rows,
            f"{'guessing':32}{1 / self.people:>8.1%}",
            f"left out: {count_people(self.singles)} with one photograph",
            self.embedded.note,
        ]

    def write(self, folder: Path) -> None:
        """Write report.json and identification.png.

        Raises
        ------
        OutputError
            A file cannot be written.
        """
        found = {
            "people": self.people,
            "photographs": self.photographs,
            "people_with_one": self.singles,
            "no_face_found": self.embedded.missed,
            "accuracies": plain_accuracies(self.accuracies),
            "extractor": asdict(self.card),
        }
        write_report(folder, self.protocol, found)
        draw_accuracies(
            folder / "identification.png",
            name=self.card.name,
            asked=f"whose of {self.people:,} people is it, of whom one photograph each is known?",
            accuracies=self.accuracies,
            spreads=[float(found.std(ddof=1)) for found in self.accuracies.values()],
            spread=f"a standard deviation of {self.protocol.splits} random splits",
            guessing=1 / self.people,
        )


def identify(
    protocol: IdentificationProtocol, faces: LabelledFaces, extractor: Extractor
) -> IdentificationReport:
    """Judge an extractor by whose photographs it takes those of some people for.

    Raises
    ------
    InputError
        Fewer than two people have two photographs or more, or a photograph cannot be read.
    """
    counts = faces.counts()[faces.labels]
    several = faces.take(np.flatnonzero(counts > 1))
    people = several.labels
    n_people = len(np.unique(people))
    singles = int((counts == 1).sum())
    if n_people < 2:
        raise InputError(
            f"{count_people(n_people)} with two photographs or more, and {singles:,} with one: two "
            "people or more have to have two"
        )
    embedded = embed_photographs(paths_of(several), extractor, protocol.crops)
    rng = np.random.default_rng(protocol.seed)
    splits = [known_and_asked(people, rng) for _ in range(protocol.splits)]
    accuracies = {
        crop: np.array([identification(vectors, people, *split) for split in splits])
        for crop, vectors in embedded.vectors.items()
    }
    return IdentificationReport(
        extractor.card, protocol, n_people, len(people), singles, embedded, accuracies
    )
