"""Labeled Faces in the Wild (Huang et al. 2007): who is seen, and pairs of the same and of
different people.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.pictures import FilePictures
from videoemo.datasets.faces.rows import read_columns
from videoemo.errors import TrainingError
from videoemo.labels import AFFECTNET_8
from videoemo.util.leftovers import is_leftover
from videoemo.util.messages import first_names, reason_of, shown
from videoemo.util.regular_files import read_regular

__all__ = ["Pair", "load_lfw_expressions", "load_lfw_people", "read_pairs"]

# <Person>_<number of the photograph, four digits>.
_NAME = re.compile(r"(.+)_\d{4}\.\w+")

# LFW's own lists have up to 160,000.
_MOST_BYTES = 2**24

# The names of two photographs, without folder and suffix, and whether both show one person.
Pair = tuple[str, str, bool]


def load_lfw_people(path: Path, people: Path | None, *, centre: float = 1.0) -> LabelledFaces:
    """Load faces labelled with who is seen.

    Parameters
    ----------
    path : Path
        The folder with a folder a person, or one with `index.csv` (columns image and identity) and
        `images`.
    people : Path or None
        A list of people such as peopleDevTrain.txt, for these alone.
    centre : float, default=1.0
        The share of each side, about the centre, in which the face is.

    Raises
    ------
    TrainingError
        A file, a folder or a column is missing, or the list names somebody of whom there is no
        photograph.
    """
    if (path / "index.csv").is_file():
        index = read_columns(path / "index.csv", ("image", "identity"), what="LFW's index")
        names, persons = [f"images/{name}" for name in index["image"]], index["identity"]
    else:
        names = _photographs(path)
        persons = [name.split("/")[0] for name in names]
    wanted = set(persons) if people is None else _people(people, set(persons))
    rows = [row for row, person in enumerate(persons) if person in wanted]
    classes = sorted(wanted)
    number = {person: i for i, person in enumerate(classes)}
    return LabelledFaces(
        FilePictures(path, [names[row] for row in rows], centre=centre),
        None,
        np.array([number[persons[row]] for row in rows], np.int64),
        tuple(classes),
        tuple(persons[row] for row in rows),
    )


def load_lfw_expressions(
    path: Path, labels: Path | None, *, contempt: bool, centre: float = 1.0
) -> LabelledFaces:
    """Load faces labelled with an expression; the groups are people.

    Parameters
    ----------
    path : Path
        As for people.
    labels : Path or None
        A CSV with the columns image and expression, such as `Aaron_Sorkin_0001.jpg,happiness`; None
        for those of `index.csv`. A picture without an expression is not used.
    contempt : bool
        Whether contempt is a class.
    centre : float, default=1.0
        As for people.

    Raises
    ------
    TrainingError
        A file, a folder or a column is missing, or an expression is not known.
    """
    file = labels or path / "index.csv"
    columns = read_columns(file, ("image", "expression"), what="LFW's expressions")
    classes = tuple(name for name in AFFECTNET_8 if contempt or name != "contempt")
    unknown = sorted(set(columns["expression"]) - {*AFFECTNET_8, ""})
    if unknown:
        raise TrainingError(
            f"{file}: unknown expression {shown(unknown[0])}; allowed: {', '.join(AFFECTNET_8)}"
        )
    flat = (path / "index.csv").is_file()
    people = [_person(name, file) for name in columns["image"]]
    names = [
        f"images/{name}" if flat else f"{person}/{name}"
        for name, person in zip(columns["image"], people, strict=True)
    ]
    found = [classes.index(text) if text in classes else -1 for text in columns["expression"]]
    return LabelledFaces(
        FilePictures(path, names, centre=centre),
        None,
        np.array(found, np.int64),
        classes,
        tuple(people),
    )


def read_pairs(path: Path) -> list[list[Pair]]:
    """Read pairs.txt, pairsDevTrain.txt or pairsDevTest.txt.

    The first line has the number of folds, where there are several, and that of the pairs of each
    kind in a fold; then come those of the same person (`name number number`) and those of two
    (`name number name number`), fold by fold.

    Returns
    -------
    list of list of Pair
        The pairs of each fold.

    Raises
    ------
    TrainingError
        It cannot be read, or is of another form.
    """
    head, *lines = _lines(path)
    try:
        n_folds, each = map(int, head) if len(head) == 2 else (1, int(head[0]))
        pairs = [_pair(line) for line in lines]
    except (ValueError, IndexError) as exc:
        raise TrainingError(f"{path}: not in the form of LFW's pairs: {exc}") from exc
    kinds = ([True] * each + [False] * each) * n_folds
    if [same for _, _, same in pairs] != kinds:
        raise TrainingError(
            f"{path}: expected {n_folds} times {each} pairs of one person and {each} of two, got "
            f"{len(pairs)} pairs: is the file whole?"
        )
    return [pairs[2 * each * fold : 2 * each * (fold + 1)] for fold in range(n_folds)]


def _pair(line: Sequence[str]) -> Pair:
    if len(line) not in (3, 4):
        raise ValueError(f"expected a line of 3 or 4 cells, got {shown(list(line))}")
    a, first, *others = line
    b, second = (a, others[0]) if len(others) == 1 else others
    return f"{a}_{int(first):04}", f"{b}_{int(second):04}", len(line) == 3


def _photographs(path: Path) -> list[str]:
    folders = [
        folder
        for folder in (sorted(path.iterdir()) if path.is_dir() else [])
        if folder.is_dir() and not is_leftover(folder.name)
    ]
    empty = [folder.name for folder in folders if not any(folder.iterdir())]
    if empty and len(empty) < len(folders):
        raise TrainingError(
            f"{path}: no photograph of {len(empty):,} people ({first_names(empty)}): is the layout "
            "whole?"
        )
    names = [
        file.relative_to(path).as_posix()
        for folder in folders
        for file in sorted(folder.iterdir())
        if _NAME.fullmatch(file.name) and not is_leftover(file.name)
    ]
    if not names:
        raise TrainingError(
            f"{path}: expected LFW's photographs as <Person>/<Person>_0001.jpg, or an index.csv"
        )
    return names


def _person(name: str, file: Path) -> str:
    found = _NAME.fullmatch(name)
    if found is None:
        raise TrainingError(
            f"{file}: expected photographs named <Person>_0001.jpg, got {shown(name)}"
        )
    return found[1]


def _people(path: Path, there: set[str]) -> set[str]:
    """The people of a list: a line each, with how many photographs there are; first, how many."""
    people = {line[0] for line in _lines(path) if len(line) == 2}
    missing = sorted(people - there)
    if not people or missing:
        raise TrainingError(
            f"{path}: {len(missing):,} of {len(people):,} people have no photograph"
            + (f", the first {shown(missing[0])}" if missing else "")
            + ": is the layout whole?"
        )
    return people


def _lines(path: Path) -> list[list[str]]:
    """The cells of each line."""
    try:
        text = read_regular(path, most=_MOST_BYTES).decode("utf-8")
    except (OSError, ValueError) as exc:
        raise TrainingError(f"cannot read {path}: {reason_of(exc)}") from exc
    return [line.split() for line in text.splitlines() if line.strip()] or [[""]]
