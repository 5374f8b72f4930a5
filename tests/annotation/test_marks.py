"""What is drawn in a frame is what the table says of it, or lies between what it says beside it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tests.support.rows import rows
from videoemo.annotation.marks import Marks
from videoemo.tables.expressions import Episode
from videoemo.tables.faces import FaceTable

SECONDS = np.arange(21) / 10


def marks(
    table: FaceTable,
    *,
    episodes: Sequence[Episode] = (),
    cuts: Sequence[float] = (),
    longest_step: float = 2.0,
) -> Marks:
    return Marks(
        table,
        SECONDS,
        episodes=episodes,
        probabilities=table.probabilities,
        cuts=cuts,
        longest_step=longest_step,
    )


def moving(frames: Sequence[int], *, without: Sequence[int] = ()) -> FaceTable:
    """Person 0 in some sampled frames; away in some of them. Its box moves by 10 px a frame."""
    table = rows([(i, i / 10, None if i in without else 0, 0.5) for i in frames])
    table.boxes[:, 0] = [np.nan if i in without else 10 * i for i in frames]
    return table


def shown(found: Marks) -> dict[int, list[float]]:
    """The left sides of the boxes in each frame that has some."""
    lefts = {i: [float(mark.box[0]) for mark in found.at(i)] for i in range(len(SECONDS))}
    return {i: left for i, left in lefts.items() if left}


def test_a_sampled_frame_shows_the_boxes_of_the_table() -> None:
    found = marks(rows([(0, 0.0, 0, 0.1), (0, 0.0, 3, 0.9), (1, 0.1, None, 0), (2, 0.2, 3, 0.9)]))
    assert {(m.track, *m.box.tolist()) for m in found.at(0)} == {
        (0, 0, 0, 20, 30),
        (3, 30, 0, 50, 30),
    }
    assert found.at(1) == []
    assert [m.track for m in found.at(2)] == [3]


def test_between_sampled_frames_a_box_goes_evenly_from_one_to_the_next() -> None:
    assert shown(marks(moving([0, 4, 8]))) == {i: [10.0 * i] for i in range(9)} | {
        9: [80.0],
        10: [80.0],
    }


def test_a_person_who_goes_is_shown_up_to_halfway_to_the_frame_without() -> None:
    found = shown(marks(moving([0, 4, 8, 12, 16], without=[8, 16])))
    assert found == {0: [0], 1: [10], 2: [20], 3: [30], 4: [40], 5: [40], 6: [40]} | {
        11: [120],
        12: [120],
        13: [120],
        14: [120],
    }


def test_no_box_goes_across_a_cut() -> None:
    found = shown(marks(moving([0, 4, 8]), cuts=[0.3]))
    assert found[2] == [0.0]
    assert found[3] == [40.0]


def test_no_box_goes_across_a_pause() -> None:
    found = shown(marks(moving([0, 10, 20]), longest_step=0.4))
    assert sorted(found) == [0, 1, 2, 9, 10, 11, 12, 19, 20]


def test_a_face_has_the_expression_of_the_episode_it_is_in() -> None:
    table = moving([0, 4, 8])
    episodes = [Episode(0, "sadness", 0.0, 0.4, 1, 0.5), Episode(0, "happiness", 0.4, 1.2, 2, 0.5)]
    found = marks(table, episodes=episodes)
    assert [found.at(i)[0].expression for i in (0, 1, 3, 4, 9)] == [
        *("sadness", "sadness", "happiness", "happiness", "happiness"),
    ]


def test_a_face_that_is_in_no_episode_has_no_expression() -> None:
    assert marks(moving([0])).at(0)[0].expression == ""


@pytest.mark.parametrize("table", [rows([]), rows([(0, 0.0, None, 0), (1, 0.1, None, 0)])])
def test_without_a_face_nothing_is_shown(table: FaceTable) -> None:
    assert shown(marks(table)) == {}
