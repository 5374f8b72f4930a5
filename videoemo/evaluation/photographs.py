"""Photographs of people, embedded in several crops, as recognition is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.pictures import FilePictures
from videoemo.errors import InputError
from videoemo.inference.extractor import Extractor
from videoemo.inference.picture_faces import FoundFace, load_picture_faces, read_picture
from videoemo.util.messages import count_noun
from videoemo.zoo.cards import Card

__all__ = ["CROPS", "CROP_NAMES", "Embedded", "embed_photographs", "paths_of"]

Picture = npt.NDArray[np.uint8]

# The side of LFW's own photographs in px, and of the centre that shows the face.
_SIDE, _CENTRE = 250, 128


@dataclass(frozen=True)
class Embedded:
    """Photographs embedded in several crops.

    Parameters
    ----------
    vectors : dict of str to float32 (n, d)
        The embeddings of each crop, by its name in `CROPS`.
    missed : int
        In how many photographs no face was found: their centre is taken in every crop.
    """

    vectors: dict[str, npt.NDArray[np.float32]]
    missed: int

    @property
    def note(self) -> str:
        """What was not found, in a line."""
        where = "" if not self.missed else ": there the centre is taken"
        return f"no face found in {count_noun(self.missed, 'photograph')}{where}"


def _centre(rgb: Picture) -> Picture:
    """The central 128 px of LFW's own photographs, which have 250; others are crops of faces
    already, and taken whole.
    """
    if rgb.shape[:2] != (_SIDE, _SIDE):
        return rgb
    start = (_SIDE - _CENTRE) // 2
    return rgb[start : start + _CENTRE, start : start + _CENTRE]


def _box(found: FoundFace, card: Card) -> Picture:
    return found.crop("box", size=card.input_size)


# The crops of a photograph by their names; the first needs no face to be found.
CROPS: dict[str, Callable[[FoundFace, Card], Picture] | None] = {
    "centre": None,
    "detector": _box,
    "card": lambda found, card: found.crop_for(card),
}


CROP_NAMES = {
    "centre": "centre crop",
    "detector": "MTCNN crop without margin",
    "card": "the crop of the card",
}


def paths_of(faces: LabelledFaces) -> list[Path]:
    """Where photographs are.

    Raises
    ------
    InputError
        They are in no files.
    """
    pictures = faces.pictures
    if not isinstance(pictures, FilePictures):
        raise InputError("photographs of people are files: give a folder of them")
    return [pictures.path(row) for row in range(len(faces))]


def embed_photographs(
    paths: Sequence[Path], extractor: Extractor, crops: Sequence[str]
) -> Embedded:
    """Embed photographs in several crops.

    Parameters
    ----------
    paths : sequence of Path
        The n photographs.
    extractor : Extractor
        Embeds them.
    crops : sequence of str
        Names of `CROPS`: `centre`, the centre of the photograph; `detector`, the largest face's box
        without a margin; `card`, the face as the extractor's card wants it.

    Raises
    ------
    InputError, VideoError
        A photograph cannot be read.
    """
    finder = None if list(crops) == ["centre"] else load_picture_faces()
    card, missed = extractor.card, 0

    def cropped() -> Iterator[Picture]:
        nonlocal missed
        for path in tqdm(paths, desc="photographs", leave=False, disable=None, dynamic_ncols=True):
            rgb = read_picture(path)
            found = None if finder is None else finder(rgb)
            missed += finder is not None and found is None
            for name in crops:
                crop = CROPS[name]
                yield _centre(rgb) if crop is None or found is None else crop(found, card)

    embedding = extractor(cropped()).embedding.reshape(len(paths), len(crops), -1)
    return Embedded({name: embedding[:, i] for i, name in enumerate(crops)}, missed)
