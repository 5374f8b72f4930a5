"""Which faces `select` keeps."""

from __future__ import annotations

import numpy as np
import pytest

from videoemo.errors import InputError
from videoemo.faces.select import select_faces
from videoemo.records import Faces

# Frame 4: a small sure face and a large doubtful one; frame 2: one face.
FACES = Faces(
    boxes=np.array([[0, 0, 10, 10], [0, 0, 50, 50], [5, 5, 20, 20]], np.float32),
    scores=np.array([0.9, 0.8, 0.7], np.float32),
    landmarks=np.zeros((3, 5, 2), np.float32),
    frame=np.array([4, 4, 2]),
)


def test_largest_keeps_the_largest_box_of_each_frame() -> None:
    assert select_faces(FACES, "largest").scores.tolist() == FACES.scores[[1, 2]].tolist()


def test_score_keeps_the_surest_face_of_each_frame() -> None:
    assert select_faces(FACES, "score").scores.tolist() == FACES.scores[[0, 2]].tolist()


def test_all_keeps_all() -> None:
    assert select_faces(FACES, "all").scores.tolist() == FACES.scores.tolist()


@pytest.mark.parametrize("which", ["largest", "score"])
def test_of_equals_the_first_is_kept(which: str) -> None:
    twins = Faces(
        np.tile(FACES.boxes[:1], (2, 1)),
        np.ones(2, np.float32),
        np.arange(20, dtype=np.float32).reshape(2, 5, 2),
        np.array([1, 1]),
    )
    assert select_faces(twins, which).landmarks[0, 0, 0] == 0


@pytest.mark.parametrize("which", ["largest", "score", "all"])
def test_from_no_faces_none_are_kept(which: str) -> None:
    assert len(select_faces(FACES[:0], which)) == 0


def test_crops_go_with_their_faces() -> None:
    crops = tuple(np.full((1, 1, 3), i, np.uint8) for i in range(3))
    chosen = select_faces(
        Faces(FACES.boxes, FACES.scores, FACES.landmarks, FACES.frame, crops), "largest"
    )
    assert chosen.crops is not None
    assert [int(crop[0, 0, 0]) for crop in chosen.crops] == [1, 2]


def test_another_choice_is_refused_with_the_choices() -> None:
    with pytest.raises(InputError, match="largest, score, all"):
        select_faces(FACES, "youngest")
