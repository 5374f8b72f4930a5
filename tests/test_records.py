from __future__ import annotations

import numpy as np
import pytest

from videoemo.records import Faces, Features, Frames


def faces(n: int) -> Faces:
    return Faces(
        boxes=np.zeros((n, 4), np.float32),
        scores=np.linspace(0, 1, n, dtype=np.float32),
        landmarks=np.zeros((n, 5, 2), np.float32),
        frame=np.arange(n),
        crops=tuple(np.full((1, 1, 3), i, np.uint8) for i in range(n)),
    )


@pytest.mark.parametrize("index", [slice(1, 3), np.array([1, 2]), np.array([False, True, True, False])], ids=["slice", "integers", "mask"])
def test_indexing_gives_the_same_type_with_every_field_chosen(index: object) -> None:
    chosen = faces(4)[index]  # type: ignore[index]
    assert isinstance(chosen, Faces)
    assert chosen.frame.tolist() == [1, 2]
    assert chosen.crops is not None
    assert [crop[0, 0, 0] for crop in chosen.crops] == [1, 2]


def test_fields_that_are_absent_stay_absent() -> None:
    features = Features(np.zeros((3, 2), np.float32), np.zeros((3, 8), np.float32))
    assert features[:2].valence is None


def test_repr_shows_shapes_and_not_arrays() -> None:
    frames = Frames(np.zeros((2, 4, 6, 3), np.uint8), np.zeros(2), np.zeros(2, np.int64))
    assert repr(frames) == "Frames(rgb=uint8[2, 4, 6, 3], seconds=float64[2], index=int64[2])"


def test_a_wrong_shape_is_told_with_what_was_expected_and_given() -> None:
    with pytest.raises(ValueError, match=r"Frames.rgb: expected uint8 \(any, any, any, 3\), got uint8 \(2, 4, 6\)"):
        Frames(np.zeros((2, 4, 6), np.uint8), np.zeros(2), np.zeros(2, np.int64))


def test_arrays_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="different lengths"):
        Features(np.zeros((3, 2), np.float32), np.zeros((2, 8), np.float32))


def test_as_many_crops_as_boxes() -> None:
    with pytest.raises(ValueError, match="expected 2 crops, got 1"):
        Faces(
            np.zeros((2, 4), np.float32),
            np.zeros(2, np.float32),
            np.zeros((2, 5, 2), np.float32),
            np.zeros(2, np.int64),
            (np.zeros((1, 1, 3), np.uint8),),
        )
