"""Persons recognised by a network of its own: here the mean colour of a face."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.people import Scene, every
from videoemo.faces.crop import crop_faces
from videoemo.faces.tracking.identity import IdentityGallery
from videoemo.faces.tracking.reid import AppearanceGallery
from videoemo.records import Faces, Frames

Crop = npt.NDArray[np.uint8]


class Colours:
    """Knows persons by their colour, and counts the faces that it is asked for."""

    length = 3

    def __init__(self) -> None:
        self.n_embedded = 0

    def crop(self, frames: Frames, faces: Faces) -> Sequence[Crop]:
        return crop_faces(frames, faces, kind="box", size=1).crops or ()

    def embed(self, crops: Sequence[Crop]) -> npt.NDArray[np.float64]:
        self.n_embedded += len(crops)
        rows = np.stack([crop.mean(axis=(0, 1)) - 128 for crop in crops])
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


HERE = {"a": (60.0, 90.0), "b": (250.0, 90.0)}
THERE = {"a": (240.0, 80.0), "b": (70.0, 100.0), "c": (160.0, 90.0)}
CUT = Scene([HERE] * 5 + [THERE] * 5, every(10), shots=[100] * 5 + [200] * 5)


@pytest.fixture
def colours() -> Colours:
    return Colours()


@pytest.fixture
def gallery(colours: Colours) -> IdentityGallery:
    return IdentityGallery(0.95, colours)


def test_who_is_there_after_a_cut_keeps_the_number_and_who_is_new_gets_one(
    gallery: IdentityGallery,
) -> None:
    assert CUT.tracks(reid=gallery)[-1] == {"a": 0, "b": 1, "c": 2}


def test_who_comes_back_after_leaving_keeps_the_number(gallery: IdentityGallery) -> None:
    here, nobody = {"a": (60.0, 90.0)}, dict[str, tuple[float, float]]()
    back = {"a": (250.0, 60.0), "b": (60.0, 90.0)}
    told = Scene([here] * 3 + [nobody] * 5 + [back] * 3, every(11, 0.5)).tracks(gap=1, reid=gallery)
    assert told[-1] == {"a": 0, "b": 1}


def test_the_extractor_which_does_not_know_persons_is_not_asked(gallery: IdentityGallery) -> None:
    # Their embeddings by the extractor are one and the same; their colours are not.
    class Alike(Scene):
        def _vector(self, name: str) -> npt.NDArray[np.float64]:
            return np.ones(8)

    scene = Alike(CUT.seen, CUT.seconds, CUT.shots)
    assert scene.tracks(reid=AppearanceGallery(0.95))[-1] != {"a": 0, "b": 1, "c": 2}
    assert scene.tracks(reid=gallery)[-1] == {"a": 0, "b": 1, "c": 2}


def test_in_a_shot_that_nobody_leaves_the_network_never_runs(
    gallery: IdentityGallery, colours: Colours
) -> None:
    later = {**HERE, "c": (160.0, 90.0)}
    Scene([HERE] * 20 + [later] * 20, every(40)).tracks(reid=gallery)
    assert colours.n_embedded == 0


def test_of_a_track_the_1st_4th_and_16th_face_are_embedded_once_somebody_comes(
    gallery: IdentityGallery, colours: Colours
) -> None:
    one = {"a": (160.0, 90.0)}
    Scene([one] * 30, every(30), shots=[100] * 20 + [200] * 10).tracks(reid=gallery)
    assert colours.n_embedded == 3 + 1
    (person,) = gallery.identities([0])  # it has gone on: its 4th face after the cut is its 24th
    assert (person.n_faces, colours.n_embedded) == (4, 4)
    assert np.linalg.norm(person.embedding) == pytest.approx(1)


def test_a_person_is_recognised_again_and_again(gallery: IdentityGallery) -> None:
    shots = np.repeat([100, 200, 60, 160, 110], 4).tolist()
    told = Scene([HERE] * 20, every(20), shots=shots).tracks(reid=gallery)
    assert told[-1] == {"a": 0, "b": 1}


def test_numbers_do_not_depend_on_how_frames_are_batched() -> None:
    told = [CUT.tracks(batch=n, reid=IdentityGallery(0.95, Colours())) for n in (1, 3, 10)]
    assert told[0] == told[1] == told[2]
