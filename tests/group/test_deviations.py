"""Who differs from the group, and the persons' courses on one grid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.support.face_tables import faces_of
from videoemo.group import deviations, valence_series

# A second and more, at 25 frames a second.
LONG = 30


class TestStandings:
    def test_a_smiling_person_among_the_sad_differs(self) -> None:
        found = deviations(
            faces_of({0: "s" * LONG, 1: "s" * LONG, 2: "h" * LONG, 3: "s" * LONG, 4: "s" * LONG})
        )
        assert [one.differs for one in found] == [False, False, True, False, False]
        assert found[2].difference == pytest.approx(1.4)

    def test_whoever_comes_when_all_smile_does_not_differ(self) -> None:
        absent, here = "." * LONG, "h" * LONG
        found = deviations(
            faces_of(
                {0: "s" * LONG + here, 1: "s" * LONG + here, 2: "s" * LONG + here, 3: absent + here}
            )
        )
        assert [one.differs for one in found] == [False] * 4
        assert found[3].valence == pytest.approx(0.8)

    def test_persons_who_all_differ_from_each_other_have_no_outlier(self) -> None:
        found = deviations(
            faces_of(
                {
                    0: "s" * LONG,
                    1: "n" * LONG,
                    2: "h" * LONG,
                    3: "n" * LONG,
                    4: "sn" * (LONG // 2),
                    5: "hn" * (LONG // 2),
                }
            )
        )
        assert not any(one.differs for one in found)

    def test_a_trifle_is_no_difference(self) -> None:
        faces = faces_of(
            {person: letter * LONG for person, letter in enumerate("nnnnh")},
            valence={"h": 0.1, "n": 0.0, "s": 0.0},
        )
        assert not any(one.differs for one in deviations(faces))

    @pytest.mark.parametrize("n", [1, 2, 3])
    def test_fewer_than_four_are_not_judged(self, n: int) -> None:
        found = deviations(faces_of(dict.fromkeys(range(n), "h" * LONG)))
        assert [(one.score, one.differs) for one in found] == [(None, None)] * n

    def test_a_person_seen_for_less_than_a_second_is_not_judged(self) -> None:
        displayed = dict.fromkeys(range(4), "s" * LONG) | {4: "h" * 24 + "." * (LONG - 24)}
        assert [one.differs for one in deviations(faces_of(displayed))] == [False] * 4 + [None]

    def test_two_differ_from_each_other_not_from_a_group(self) -> None:
        found = deviations(faces_of({0: "h" * LONG, 1: "s" * LONG}))
        assert [one.difference for one in found] == [None, None]

    def test_faces_of_nobody_are_left_out(self) -> None:
        faces = faces_of({0: "h" * LONG, 1: "s" * LONG})
        assert [
            one.track
            for one in deviations(replace(faces, track=np.where(faces.track == 1, -1, faces.track)))
        ] == [0]

    def test_a_video_without_a_face(self) -> None:
        assert deviations(faces_of({0: "..."})) == []


class TestCourses:
    def test_a_cell_is_the_mean_of_its_frames(self) -> None:
        found = valence_series(faces_of({0: "hhnnss"}, step=0.05))
        assert (found.step, found.values[0].tolist()) == (0.1, [0.8, 0.0, -0.6])

    def test_a_cell_without_the_person_is_empty(self) -> None:
        found = valence_series(faces_of({0: "hh..hh", 1: "ssssss"}, step=0.05))
        assert found.values == pytest.approx(
            np.array([[0.8, np.nan, 0.8], [-0.6, -0.6, -0.6]]), nan_ok=True
        )

    def test_frames_further_apart_have_a_cell_each(self) -> None:
        found = valence_series(faces_of({0: "hns."}, step=0.5))
        assert (found.step, found.values[0].tolist()[:3]) == (0.5, [0.8, 0.0, -0.6])

    @pytest.mark.parametrize("step", [0.2, 1 / 3, 0.7])
    def test_times_that_are_a_little_early_keep_their_cells(self, step: float) -> None:
        faces = faces_of({0: "hs" * 50}, step=step)
        early = valence_series(replace(faces, seconds=faces.seconds - np.arange(100) % 2 * 0.001))
        assert early.values[0, :20].tolist() == [0.8, -0.6] * 10

    def test_a_long_video_has_longer_cells(self) -> None:
        found = valence_series(faces_of({0: "h" * 9000}, step=1.0))
        assert found.values.shape[1] == 8192
        assert found.step > 1

    def test_the_twelve_seen_longest_are_taken_in_their_order(self) -> None:
        displayed = dict.fromkeys(range(14), "h" * 20)
        displayed[3], displayed[7] = "h" * 10 + "." * 10, "." * 10 + "h" * 10
        assert valence_series(faces_of(displayed)).persons.tolist() == [
            0,
            1,
            2,
            4,
            5,
            6,
            8,
            9,
            10,
            11,
            12,
            13,
        ]

    @pytest.mark.parametrize(
        "displayed", ["", "h", "..."], ids=["no frame", "one frame", "no face"]
    )
    def test_where_there_is_no_course_there_is_none(self, displayed: str) -> None:
        assert valence_series(faces_of({0: displayed})).values.size == 0
