from __future__ import annotations

import numpy as np

from tests.support.rows import rows
from videoemo.tables.faces import FaceTable
from videoemo.vlm.picking import pick_faces, pick_frames
from videoemo.vlm.task import FaceChoice

CHOICE = FaceChoice(per_track=2, stretch=1.0, margin=1.3)


def table(n: int = 40) -> FaceTable:
    """Two persons, ten frames a second; frame 3 has nobody."""
    return rows(
        [(i, i * 0.1, track, 0.5) for i in range(n) for track in ((0, 1) if i != 3 else (None,))]
    )


def test_each_stretch_of_each_person_gives_some_faces_apart_in_time() -> None:
    made = table()
    picked = pick_faces(made, CHOICE)
    for track in (0, 1):
        theirs = picked[made.track[picked] == track]
        assert np.bincount((made.seconds[theirs] + 1e-6).astype(int)).tolist() == [2, 2, 2, 2]
        assert (np.diff(made.frame[theirs]) > 1).all()


def test_sharp_faces_seen_from_the_front_come_first() -> None:
    made = table(10)
    made.quality[:, 0] = 1
    made.quality[4, 0] = 500  # in the first half; and sharper ones that look away
    made.quality[5], made.quality[2] = [900, 80, 0, 0], [900, 0, 80, 0]
    assert 4 in pick_faces(made, CHOICE)
    assert not {2, 5} & set(pick_faces(made, CHOICE).tolist())


def test_a_face_without_quality_is_taken_where_there_is_no_other() -> None:
    made = rows([(0, 0.0, 0, 0.5)])
    made.quality[:] = np.nan
    assert pick_faces(made, CHOICE).tolist() == [0]


def test_frames_are_those_with_most_faces() -> None:
    made = rows([(0, 0.0, 0, 0.5), (1, 0.1, 0, 0.5), (1, 0.1, 1, 0.5), (2, 0.2, None, 0.5)])
    one = FaceChoice(per_track=1, stretch=1.0, margin=1.3)
    assert pick_frames(made, one).tolist() == [1]


def test_of_nothing_nothing_is_picked() -> None:
    made = rows([(0, 0.0, None, 0.5)])
    assert len(pick_faces(made, CHOICE)) == len(pick_frames(made, CHOICE)) == 0
