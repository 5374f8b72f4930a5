"""Indices of pictures: a CSV with a row a picture, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.errors import InputError
from videoemo.util.messages import shown
from videoemo.util.text_tables import read_text_table

__all__ = ["FaceIndex", "read_index"]

Texts = npt.NDArray[np.str_]

# The column that names a picture, and what else the one that names its person may be called.
_IMAGE, _PERSON, _IDENTITY = "image", "person", "identity"


@dataclass(frozen=True)
class FaceIndex:
    """Pictures of faces, with what is known of each.

    Parameters
    ----------
    paths : tuple of Path
        n pictures.
    columns : dict of str to str (n,)
        Texts by the name of their column, empty where not known; who is seen is in `person`.
    """

    paths: tuple[Path, ...]
    columns: dict[str, Texts]

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, rows: npt.NDArray[np.bool_]) -> FaceIndex:
        """Those of some rows."""
        return FaceIndex(
            tuple(path for path, row in zip(self.paths, rows.tolist(), strict=True) if row),
            {name: texts[rows] for name, texts in self.columns.items()},
        )


def read_index(path: Path, *, wanted: tuple[str, ...]) -> FaceIndex:
    """Read an index of pictures.

    A picture lies beside the index, or in a folder `images` beside it; whether it is there is seen
    when it is read. The column `person` may be
    called `identity`; a picture without a person is of one of its own.

    Parameters
    ----------
    path : Path
        A CSV or TSV with the column `image`.
    wanted : tuple of str
        Columns that have to be there beside it.

    Raises
    ------
    InputError
        It cannot be read, has no row, lacks a column, or names a picture twice, or one that is not
        below its folder.
    """
    rows = read_text_table(path)
    if not rows:
        raise InputError(f"{str(path)!r} has no row")
    columns = [_PERSON if name == _IDENTITY else name for name in rows[0][1]]
    missing = [name for name in (_IMAGE, *wanted) if name not in columns]
    if missing:
        raise InputError(
            f"{str(path)!r} has no column {missing[0]!r}: it has {', '.join(map(shown, columns))}"
        )
    texts = {
        name: np.array(values, np.str_)
        for name, values in zip(
            columns, zip(*(row.values() for _, row in rows), strict=True), strict=True
        )
    }
    images = texts.pop(_IMAGE)
    if _PERSON in texts:
        own = np.array([f"\0{i}" for i in range(len(images))])
        texts[_PERSON] = np.where(texts[_PERSON] == "", own, texts[_PERSON])
    return FaceIndex(_paths(path, images, [line for line, _ in rows]), texts)


def _paths(index: Path, images: Texts, lines: list[int]) -> tuple[Path, ...]:
    """Where the pictures are, or would be."""
    beside, below = index.parent, index.parent / "images"
    seen: set[str] = set()
    paths = []
    for image, line in zip(images.tolist(), lines, strict=True):
        where = f"{str(index)!r} line {line}"
        if image in seen:
            raise InputError(f"{where}: {shown(image)} is there twice: remove one row")
        if not image or Path(image).is_absolute() or ".." in Path(image).parts:
            raise InputError(f"{where}: expected a picture below its folder, got {shown(image)}")
        seen.add(image)
        paths.append(
            next((f / image for f in (beside, below) if (f / image).is_file()), below / image)
        )
    return tuple(paths)
