"""Pictures of faces shown to an extractor, and what became of those in which it saw none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from videoemo.datasets.faces.crops import Cropper
from videoemo.errors import InputError, VideoError
from videoemo.inference.extractor import Extractor
from videoemo.inference.picture_faces import load_picture_faces, read_picture
from videoemo.records import Features
from videoemo.util.messages import count_noun, first_names, one_line
from videoemo.zoo.cards import Card

__all__ = ["SeenFaces", "make_cropper", "see_faces"]

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class SeenFaces:
    """What an extractor says of the faces in pictures.

    Parameters
    ----------
    rows : int64 (m,)
        The pictures in which there is a face.
    features : Features
        Of those m.
    missed : int64 (k,)
        The pictures in which none is found.
    broken : tuple of str
        The pictures that cannot be read, and why.
    """

    rows: npt.NDArray[np.int64]
    features: Features
    missed: npt.NDArray[np.int64]
    broken: tuple[str, ...]

    def notes(self) -> list[str]:
        """What was not seen, a line each."""
        notes = [f"no face found in {count_noun(len(self.missed), 'picture')}"]
        if self.broken:
            n = count_noun(len(self.broken), "picture")
            notes.append(f"cannot be read: {n}: {first_names(self.broken)}")
        return notes


def make_cropper(kind: str, card: Card) -> Cropper:
    """How faces are cropped from pictures for a network.

    Parameters
    ----------
    kind : {"detector", "whole"}
        The largest face that `score` finds, cropped as the card says; or the picture as it is.
    card : Card
        Of the network.
    """
    if kind == "whole":
        return lambda rgb: rgb
    finder = load_picture_faces()

    def crop(rgb: Picture) -> Picture | None:
        found = finder(rgb)
        return None if found is None else found.crop_for(card)

    return crop


def see_faces(paths: Sequence[Path], extractor: Extractor, crop: Cropper) -> SeenFaces:
    """Show the face in each picture to an extractor.

    Raises
    ------
    InputError
        In none of the pictures is a face.
    """
    rows: list[int] = []
    missed: list[int] = []
    broken: list[str] = []

    def crops() -> Iterator[Picture]:
        shown = tqdm(paths, desc="pictures", leave=False, disable=None, dynamic_ncols=True)
        for row, path in enumerate(shown):
            try:
                face = crop(read_picture(path))
            except (InputError, VideoError) as exc:
                broken.append(f"{path.name}: {one_line(exc).removeprefix(f'{path}: ')}")
                continue
            (missed if face is None else rows).append(row)
            if face is not None:
                yield face

    features = extractor(crops())
    if not rows:
        reason = f": {broken[0]}" if broken else ""
        raise InputError(f"no face in any of {count_noun(len(paths), 'picture')}{reason}")
    return SeenFaces(np.array(rows), features, np.array(missed, np.int64), tuple(broken))
