"""What the networks do with some frames of a video: faces are found, cut out and read. It needs nothing but what it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from videoemo import faces as face_room
from videoemo.cards import Card
from videoemo.engines.runtime import Runtime
from videoemo.extractor import Extractor, open_extractor
from videoemo.recipes import Pipeline
from videoemo.records import Faces, Features, Frames
from videoemo.serving import runtime_of

__all__ = ["Looked", "Looker", "load_looker"]

T = TypeVar("T")

# Engine -> the module that runs the detector in it; only that one is imported.
_DETECTORS = {"openvino": "mtcnn_openvino", "torch": "mtcnn_torch"}


class Looked(NamedTuple, Generic[T]):
    """What was seen, and the seconds that it took to find faces and to read them."""

    seen: T
    find: float
    express: float = 0.0


@dataclass(frozen=True)
class Looker:
    """The networks, and how they are used.

    Parameters
    ----------
    networks : the detector's.
    extractor : what reads the faces.
    search : how they are looked for.
    selection : which are kept, see `faces.select`.
    align : whether they are cut out aligned, see `faces.crop`.
    pictures : whether their crops are wanted. They may have to travel to another process, which takes as long as to read how sharp they are.
    """

    networks: face_room.Networks
    extractor: Extractor
    search: face_room.Search
    selection: str
    align: bool
    pictures: bool

    def whole(self, whole: face_room.Whole) -> Looked[Faces]:
        """The faces of the frames that are to be searched whole."""
        started = perf_counter()
        return Looked(face_room.search_whole(whole, networks=self.networks, search=self.search), perf_counter() - started)

    def stretch(self, stretch: face_room.Stretch) -> Looked[list[tuple[Faces, Features]]]:
        """The faces of each part of a stretch, those selected, with their quality and, where wanted, their crops, and what each expresses."""
        started = perf_counter()
        found = face_room.search_stretch(stretch, networks=self.networks, search=self.search)
        parts = [self._cut_out(part, faces) for part, faces in zip(stretch.parts, found, strict=True)]
        cut_out = perf_counter()
        sharpness: list[float] = []
        features = self.extractor(_measured((crop for faces in parts for crop in faces.crops or ()), sharpness))
        quality = face_room.quality(np.concatenate([faces.landmarks for faces in parts]), sharpness)
        read, start = [], 0
        for faces in parts:
            theirs = slice(start, start + len(faces))
            read.append((replace(faces, quality=quality[theirs], crops=faces.crops if self.pictures else None), features[theirs]))
            start = theirs.stop
        return Looked(read, cut_out - started, perf_counter() - cut_out)

    def _cut_out(self, frames: Frames, found: Faces) -> Faces:
        card = self.extractor.card
        selected = face_room.select(found, self.selection)
        return face_room.crop(frames, selected, kind=card.crop, size=card.input_size, scale=card.crop_scale, align=self.align)


def _measured(crops: Iterable[npt.NDArray[np.uint8]], sharpness: list[float]) -> Iterator[npt.NDArray[np.uint8]]:
    """The same crops; how sharp each is, is told just before it is taken, so that its pixels need come but once from the memory."""
    for crop in crops:
        sharpness.append(face_room.sharpness(crop))
        yield crop


def load_looker(pipeline: Pipeline, card: Card, weights: Path) -> Looker:
    """The networks of a pipeline, with the extractor that serves it.

    Raises
    ------
    InputError : what the pipeline asks for is not here.
    WeightsError : weights that are missing or damaged.
    """
    how = runtime_of(pipeline)
    load_networks: Callable[[Runtime], face_room.Networks] = import_module(f"videoemo.engines.{_DETECTORS[how.engine]}").load_networks
    return Looker(
        load_networks(how),
        open_extractor(card, weights, how),
        face_room.Search(pipeline.min_face, pipeline.thresholds, pipeline.pyramid_factor, pipeline.order),
        pipeline.faces,
        card.align if pipeline.align is None else pipeline.align,
        pipeline.pictures,
    )
