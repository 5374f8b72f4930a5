"""What is asked about a picture: a question with the classes of its answer, from the files in
pipelines/label.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from videoemo.config.asking import PictureSettings, ServerSettings
from videoemo.config.toml import build_record, find_settings, read_toml, require, settings_dir
from videoemo.records import Answers
from videoemo.tables.labels import LABEL_COLUMNS
from videoemo.vlm.protected import asked_by_answers, asked_by_question

__all__ = [
    "FaceChoice",
    "LabelSettings",
    "Labeller",
    "Task",
    "load_labelling",
    "load_task",
    "normalise",
]

Picture = npt.NDArray[np.uint8]

_KIND = "pipelines/label"


@dataclass(frozen=True, kw_only=True)
class Task:
    """A question about a picture, and the classes of its answer.

    Parameters
    ----------
    question : str
        As it is put to the model.
    classes : tuple of str
        The c classes, as the tables name them.
    answers : tuple of str, default=()
        What the model calls each class, where that is another word; empty for the classes' names.
    sees : {"face", "frame"}, default="face"
        What a picture shows: one face, or a whole frame.
    unsure : str, default="unsure"
        What the model answers where it cannot tell.
    """

    question: str
    classes: tuple[str, ...]
    answers: tuple[str, ...] = ()
    sees: Literal["face", "frame"] = "face"
    unsure: str = "unsure"

    def __post_init__(self) -> None:
        require(bool(self.question.strip()), "question", "texts", self.question)
        n = len(self.classes)
        require(2 <= n <= 100, "classes", "2 to 100 names", f"{n}")
        require(len(set(self.classes)) == n, "classes", "names that differ", self.classes)
        taken = set(LABEL_COLUMNS).intersection(self.classes)
        others = f"names other than {', '.join(LABEL_COLUMNS)}, which are columns already"
        require(not taken, "classes", others, self.classes)
        given = len(self.answers)
        require(given in (0, n), "answers", f"{n}, one a class, or none", f"{given}")
        said = [normalise(word) for word in (*self.words, self.unsure)]
        require(
            all(said) and len(set(said)) == len(said),
            "answers" if self.answers else "classes",
            f"names of letters that differ from each other and from {self.unsure!r}",
            self.words,
        )

    @property
    def words(self) -> tuple[str, ...]:
        """What the model calls each of the c classes."""
        return self.answers or self.classes

    @property
    def protected(self) -> str:
        """What it asks about a person that is never asked: `race`, `gender` or `age`; empty for
        none.
        """
        answers = (*self.classes, *self.words)
        return asked_by_question(self.question) or asked_by_answers(self.question, answers)


@dataclass(frozen=True, kw_only=True)
class FaceChoice:
    """Settings of which pictures of a person are asked about; pipelines/label/expression.toml
    explains each key.
    """

    per_track: int
    stretch: float
    margin: float

    def __post_init__(self) -> None:
        whole = "whole numbers from 1 to 1000"
        require(1 <= self.per_track <= 1000, "per_track", whole, self.per_track)
        require(0 < self.stretch <= 10**6, "stretch", "seconds above 0", self.stretch)
        require(1 <= self.margin <= 4, "margin", "numbers from 1 to 4", self.margin)


@dataclass(frozen=True, kw_only=True)
class LabelSettings:
    """Settings of `videoemo label`; pipelines/label/expression.toml explains each key."""

    task: Task
    faces: FaceChoice
    picture: PictureSettings
    server: ServerSettings


class Labeller(Protocol):
    """What answers a task's question about pictures."""

    def __call__(self, pictures: Sequence[Picture]) -> Answers:
        """Answer about m pictures, each uint8 (h, w, 3), RGB.

        Returns
        -------
        Answers
            m rows, a column a class of the task.
        """
        ...


def load_labelling(name: str = "expression") -> LabelSettings:
    """Load what is asked, about which pictures, and how.

    Parameters
    ----------
    name : str, default="expression"
        A name in pipelines/label, or the path of a TOML file; what it does not give is as in
        `expression.toml`, but for the keys of its task.

    Raises
    ------
    InputError
        There is none.
    RecipeError
        The file has an unknown key, or a value out of range.
    """
    ours = read_toml(settings_dir(_KIND) / "expression.toml")
    path = find_settings(name, _KIND)
    tables: dict[str, Any] = {table: keys for table, keys in ours.items() if table != "task"}
    for table, given in read_toml(path).items():
        both = isinstance(given, Mapping) and isinstance(tables.get(table), Mapping)
        tables[table] = {**tables[table], **given} if both else given
    return build_record(LabelSettings, tables, where=str(path))


def load_task(name: str = "expression") -> Task:
    """Load a task; see `load_labelling`.

    Raises
    ------
    InputError, RecipeError
        As `load_labelling`.
    """
    return load_labelling(name).task


def normalise(word: str) -> str:
    """A word as answers are compared: its letters and digits alone, whatever their case."""
    return "".join(filter(str.isalnum, word.casefold()))
