from __future__ import annotations

import numpy as np
import pytest

from tests.support.people import Scene, every
from videoemo.faces.tracking.reid import AppearanceGallery


def persons(told: list[dict[str, int]], name: str) -> list[int]:
    """The numbers that one person was given, in order of time, each once in a row."""
    numbers = [frame[name] for frame in told if name in frame]
    return [number for i, number in enumerate(numbers) if i == 0 or number != numbers[i - 1]]


def test_persons_are_numbered_as_they_appear_from_left_to_right() -> None:
    both = {"right": (220.0, 90.0), "left": (80.0, 90.0)}
    later = {**both, "late": (30.0, 90.0)}
    told = Scene([both] * 3 + [later] * 3, every(6)).tracks()
    assert told[-1] == {"left": 0, "right": 1, "late": 2}


@pytest.mark.parametrize("alike", [False, True], ids=["different", "alike"])
def test_two_who_walk_past_each_other_keep_their_numbers(alike: bool) -> None:
    # Alike ones are told apart by their motion alone.
    walk = [{"a": (40 + 8.0 * i, 80.0), "b": (280 - 8.0 * i, 92.0)} for i in range(31)]
    told = Scene(walk, every(31), alike=alike).tracks()
    assert (persons(told, "a"), persons(told, "b")) == ([0], [1])


def test_one_who_is_hidden_while_another_walks_by_is_the_same_after() -> None:
    def at(i: int) -> dict[str, tuple[float, float]]:
        passing = {"passing": (20 + 6.0 * i, 90.0)}
        hidden = abs(20 + 6.0 * i - 160) < 50
        return passing if hidden else {"still": (160.0, 85.0), **passing}

    told = Scene([at(i) for i in range(48)], every(48)).tracks()
    assert any("still" not in frame for frame in told)
    assert (persons(told, "still"), persons(told, "passing")) == ([1], [0])


def test_a_moving_person_is_met_again_where_the_motion_leads() -> None:
    # Two alike, one above the other; one goes on unseen for half a second and comes out where only
    # its motion tells who it is.
    def at(i: int) -> dict[str, tuple[float, float]]:
        walker = {} if 10 <= i < 20 else {"walker": (40 + 7.0 * i, 60.0)}
        return {**walker, "still": (110.0, 130.0)}

    told = Scene([at(i) for i in range(30)], every(30), alike=True).tracks()
    assert (persons(told, "walker"), persons(told, "still")) == ([0], [1])


@pytest.mark.parametrize(("gap", "numbers"), [(2.0, [0]), (1.0, [0, 1])])
def test_one_who_is_away_is_waited_for_in_seconds(gap: float, numbers: list[int]) -> None:
    here: dict[str, tuple[float, float]] = {"a": (160.0, 90.0)}
    # Three frames at 25 a second, then 1.5 s in which there is only one frame, then three more.
    told = Scene(
        [here, here, here, {}, here, here, here], [0.0, 0.04, 0.08, 0.8, 1.58, 1.62, 1.66]
    ).tracks(gap=gap)
    assert persons(told, "a") == numbers


def test_someone_else_in_the_place_of_one_who_left_is_a_new_person() -> None:
    told = Scene(
        [{"a": (160.0, 90.0)}] * 8 + [{}] * 5 + [{"b": (166.0, 92.0)}] * 5, every(18)
    ).tracks()
    assert (persons(told, "a"), persons(told, "b")) == ([0], [1])


def test_a_cut_ends_every_track() -> None:
    here = {"a": (160.0, 90.0)}
    told = Scene([here] * 10, every(10), shots=[100] * 5 + [200] * 5).tracks()
    assert [frame["a"] for frame in told] == [0] * 5 + [1] * 5


def test_across_cuts_persons_are_recognised_by_their_vectors_if_asked_for() -> None:
    here = {"a": (60.0, 90.0), "b": (250.0, 90.0)}
    there = {"a": (240.0, 80.0), "b": (70.0, 100.0), "c": (160.0, 90.0)}
    told = Scene([here] * 5 + [there] * 5, every(10), shots=[100] * 5 + [200] * 5).tracks(
        reid=AppearanceGallery(0.95)
    )
    assert told[-1] == {"a": 0, "b": 1, "c": 2}


def test_a_false_face_for_one_frame_takes_a_number_and_nothing_else() -> None:
    calm = {"a": (100.0, 90.0), "b": (240.0, 90.0)}
    told = Scene(
        [calm] * 4
        + [{**calm, "false": (112.0, 66.0)}]
        + [calm] * 4
        + [{**calm, "late": (170.0, 150.0)}],
        every(10),
    ).tracks()
    assert told[4] == {"a": 0, "b": 1, "false": 2}
    assert told[-1] == {"a": 0, "b": 1, "late": 3}


@pytest.mark.parametrize("step", [2, 5])
def test_persons_are_the_same_in_every_nth_frame(step: int) -> None:
    walk = [{"a": (40 + 4.0 * i, 70.0), "b": (280 - 4.0 * i, 110.0)} for i in range(50)]
    told = Scene(walk[::step], every(50)[::step]).tracks()
    assert (persons(told, "a"), persons(told, "b")) == ([0], [1])


def test_numbers_do_not_depend_on_how_frames_are_batched() -> None:
    rng = np.random.default_rng(5)
    where = {name: rng.uniform([30, 40], [290, 140]) for name in "abcdef"}
    seen = []
    for _ in range(60):
        where = {
            name: np.clip(place + rng.normal(0, 6, 2), [20, 20], [300, 160])
            for name, place in where.items()
        }
        seen.append(
            {name: (float(x), float(y)) for name, (x, y) in where.items() if rng.random() < 0.7}
        )
    scene = Scene(seen, every(60))
    alone = scene.tracks(batch=1)
    assert len({number for frame in alone for number in frame.values()}) >= 6
    assert scene.tracks(batch=7) == alone == scene.tracks(batch=60)


@pytest.mark.parametrize(
    "seconds", [[0.0, 0.0, 0.0], [0.4, 0.2, 0.0]], ids=["all one", "going back"]
)
def test_times_that_do_not_ascend_are_borne(seconds: list[float]) -> None:
    here = {"a": (100.0, 90.0), "b": (240.0, 90.0)}
    assert Scene([here] * 3, seconds).tracks() == [{"a": 0, "b": 1}] * 3


def test_a_video_without_faces_has_no_persons() -> None:
    assert Scene([{}, {}, {}], every(3)).tracks() == [{}, {}, {}]
