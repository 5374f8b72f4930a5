from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from videoemo.records import Answers, Faces, Features, FeatureTable, Frames


def faces(n: int) -> Faces:
    return Faces(
        boxes=np.zeros((n, 4), np.float32),
        scores=np.linspace(0, 1, n, dtype=np.float32),
        landmarks=np.zeros((n, 5, 2), np.float32),
        frame=np.arange(n),
        crops=tuple(np.full((1, 1, 3), i, np.uint8) for i in range(n)),
    )


@pytest.mark.parametrize(
    "index",
    [slice(1, 3), np.array([1, 2]), np.array([False, True, True, False])],
    ids=["slice", "integers", "mask"],
)
def test_indexing_gives_the_same_type_with_every_field_chosen(index: object) -> None:
    chosen = faces(4)[index]  # type: ignore[index]
    assert isinstance(chosen, Faces)
    assert chosen.frame.tolist() == [1, 2]
    assert chosen.crops is not None
    assert [crop[0, 0, 0] for crop in chosen.crops] == [1, 2]


def test_fields_that_are_absent_stay_absent() -> None:
    assert faces(3)[:2].track is None


def features(n: int = 3, *, values: dict[str, npt.NDArray[np.float32]]) -> Features:
    return Features(np.zeros((n, 2), np.float32), np.zeros((n, 8), np.float32), values)


def test_values_are_chosen_by_name_with_their_faces() -> None:
    chosen = features(values={"valence": np.arange(3, dtype=np.float32)})[np.array([2, 0])]
    assert {name: value.tolist() for name, value in chosen.values.items()} == {"valence": [2, 0]}


@pytest.mark.parametrize(
    "value", [np.zeros(2, np.float32), np.zeros((3, 1), np.float32), np.zeros(3)], ids=str
)
def test_a_value_of_another_shape_or_type_is_refused(value: npt.NDArray[np.float32]) -> None:
    with pytest.raises(ValueError, match=r"Features.values\['valence'\]: expected float32 \(3,\)"):
        features(values={"valence": value})


def test_what_is_said_of_a_whole_table_is_not_chosen_from() -> None:
    names, numbers = np.array(["a", "b"]), np.ones(2, np.int64)
    told = {"dataset": "toy", "versions": {"numpy": "2"}}
    rows = np.zeros((2, 4), np.float32)
    table = FeatureTable(rows, names, names, names, names, numbers, numbers, told)
    assert table[:1].provenance == told


def test_repr_shows_shapes_and_not_arrays() -> None:
    frames = Frames(np.zeros((2, 4, 6, 3), np.uint8), np.zeros(2), np.zeros(2, np.int64))
    assert repr(frames) == "Frames(rgb=uint8[2, 4, 6, 3], seconds=float64[2], index=int64[2])"


def test_a_wrong_shape_is_told_with_what_was_expected_and_given() -> None:
    with pytest.raises(
        ValueError, match=r"Frames.rgb: expected uint8 \(any, any, any, 3\), got uint8 \(2, 4, 6\)"
    ):
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


def answers(reasons: tuple[str, ...] = ("", "refused")) -> Answers:
    return Answers(np.array([[0, 1], [np.nan, np.nan]], np.float32), reasons)


def test_answers_are_chosen_with_their_reasons() -> None:
    assert answers()[np.array([False, True])].reasons == ("refused",)
    assert answers().answered.tolist() == [True, False]


@pytest.mark.parametrize("reasons", [("", ""), ("refused", "refused"), ("",)], ids=str)
def test_an_answer_has_either_probabilities_or_a_reason(reasons: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"Answers\.reasons"):
        answers(reasons)
