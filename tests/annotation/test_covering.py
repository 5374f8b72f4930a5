"""Faces that were found are covered, and so are the gaps of their tracks; those spared are not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.covers import Face, boxes, one
from videoemo.annotation.covering import Covers, covers_of, paint
from videoemo.annotation.placed import Placed
from videoemo.annotation.search import FoundFaces

STEP = 0.1
NONE: list[Face] = []


def arrays(faces: Sequence[Face]) -> tuple[npt.NDArray[np.int64], ...]:
    return tuple(np.array([face[i] for face in faces], np.int64) for i in (0, 1))


def found(faces: Sequence[Face], *, n: int = 61, cuts: tuple[float, ...] = ()) -> FoundFaces:
    ordered = sorted(faces, key=lambda face: (face[1], face[0]))
    frame, track = arrays(ordered)
    seconds, sure = np.arange(n, dtype=np.float64) * STEP, np.ones(len(ordered), np.float32)
    return FoundFaces(np.arange(n), seconds, cuts, frame, track, boxes(ordered), sure)


def results(faces: Sequence[Face]) -> Placed:
    ordered = sorted(faces)
    frame, track = arrays(ordered)
    own = np.arange(len(ordered))
    return Placed(frame, track, boxes(ordered), own, own)


def covers(
    faces: Sequence[Face],
    *,
    known: Sequence[Face] = NONE,
    spare: Sequence[int] = (),
    gap: float = 2.0,
    cuts: tuple[float, ...] = (),
) -> Covers:
    given = found(faces, cuts=cuts)
    return covers_of(given, results(known), spare=spare, gap=gap, sure=0.7)


def covered(given: Covers) -> list[int]:
    frames: list[int] = given.frame[~given.spared].tolist()
    return frames


def test_every_face_is_covered_in_its_frame() -> None:
    faces = [(i, track, 50.0 * track) for i in range(3) for track in (0, 1)]
    given = covers(faces)
    for i in range(3):
        assert sorted(given.at(i).boxes[:, 0].tolist()) == [0.0, 50.0]
        assert given.at(i).detected.all()


def test_a_gap_of_a_track_is_filled_from_both_ends() -> None:
    given = covers([(0, 0, 0.0), (10, 0, 100.0)])
    lefts = {i: given.at(i).boxes[:, 0].tolist() for i in range(11)}
    assert lefts == {i: [pytest.approx(10.0 * i)] for i in range(11)}
    assert given.frame[given.detected].tolist() == [0, 10]


def test_a_gap_that_is_longer_than_a_track_is_waited_for_is_held_at_either_end() -> None:
    # Half a second after the one, and before the other.
    assert covered(covers([(10, 0, 0.0), (40, 0, 100.0)])) == [*range(5, 16), *range(35, 46)]


def test_nothing_is_covered_across_a_cut() -> None:
    given = covers([(10, 0, 0.0), (14, 0, 100.0)], cuts=(1.2,))
    assert covered(given) == [*range(5, 12), *range(12, 20)]
    assert given.at(11).boxes[0, 0] == 0
    assert given.at(12).boxes[0, 0] == 100


def test_a_face_of_the_results_that_is_not_found_again_is_covered_too() -> None:
    given = covers([(0, 0, 0.0)], known=[(0, 4, 2.0), (0, 5, 200.0), (30, 5, 200.0)])
    assert given.at(0).boxes[:, 0].tolist() == [0.0, 200.0]
    assert given.at(30).boxes[:, 0].tolist() == [200.0]
    assert not given.at(30).detected.any()


def test_the_track_that_is_spared_is_that_of_the_results_whatever_its_number_now() -> None:
    faces = [(i, track, 200.0 * track) for i in range(5) for track in (0, 1)]
    known = [(i, 7 if track == 0 else 3, 200.0 * track + 4) for i, track, _ in faces]
    given = covers(faces, known=known, spare=[7])
    assert [given.at(i).boxes[~given.at(i).spared, 0].tolist() for i in range(5)] == [[200.0]] * 5


def test_a_person_spared_is_so_between_sampled_frames_where_the_results_lose_sight() -> None:
    faces = [(i, 0, 0.0) for i in range(20)]
    known = [(i, 7, 0.0) for i in (*range(5), *range(15, 20))]
    assert covered(covers(faces, known=known, spare=[7])) == []


@pytest.mark.parametrize(
    "known",
    [
        [(i, 7 if i < 5 else 8, 0.0) for i in (*range(5), *range(15, 20))],
        [(i, 7, 0.0) for i in range(5)],
    ],
    ids=["another person after it", "nobody after it"],
)
def test_in_doubt_a_face_is_covered(known: Sequence[Face]) -> None:
    given = covers([(i, 0, 0.0) for i in range(20)], known=known, spare=[7])
    assert set(covered(given)) >= set(range(5, 20))
    assert not set(covered(given)) & set(range(4))


def test_a_face_beside_the_one_spared_is_covered() -> None:
    given = covers([(0, 0, 0.0), (0, 1, 30.0)], known=[(0, 7, 0.0)], spare=[7])
    assert given.at(0).boxes[~given.at(0).spared, 0].tolist() == [30.0]


def test_of_two_faces_on_the_box_of_the_one_spared_the_nearer_is_spared() -> None:
    given = covers([(0, 0, 3.0), (0, 1, 8.0)], known=[(0, 7, 2.0)], spare=[7])
    assert given.at(0).boxes[~given.at(0).spared, 0].tolist() == [8.0]


def test_without_a_face_nothing_is_covered() -> None:
    assert covers([]).counts() == {"faces": 0, "frames": 0, "frames_by_track": 0}


def test_what_is_covered_is_counted() -> None:
    given = covers([(10, 0, 0.0), (12, 0, 0.0), (10, 1, 200.0)], known=[(10, 7, 200.0)], spare=[7])
    # Half a second before and after, and the frame between.
    assert given.counts() == {"faces": 2, "frames": 13, "frames_by_track": 11}


PICTURE = np.random.default_rng(0).integers(0, 120, (200, 160, 3)).astype(np.uint8)
CHANGED = (slice(93, 138), slice(45, 75))  # 30 x 45 about the middle of 50, 100, 70, 130


def both(a: Covers, b: Covers) -> Covers:
    pairs = zip(a._parts().values(), b._parts().values(), strict=True)
    return Covers(*(np.concatenate(pair) for pair in pairs))


def painted(given: Covers, *, mosaic: bool = False) -> npt.NDArray[np.uint8]:
    rgb = PICTURE.copy()
    paint(rgb, given, mosaic=mosaic)
    return rgb


def test_a_cover_is_grey_and_half_as_large_again_as_the_face() -> None:
    rgb = painted(one())
    changed = (rgb != PICTURE).any(axis=2)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    # 100 to 130, and 7.5 more at either end; whole pixels.
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (92, 137, 45, 74)
    assert (rgb[changed] == 128).all()


def test_a_mosaic_has_at_most_eight_cells() -> None:
    rgb = painted(one(), mosaic=True)
    region = rgb[CHANGED].reshape(-1, 3)
    assert 2 <= len(np.unique(region, axis=0)) <= 8
    # Each is a mean: of noise, they are near each other.
    assert int(region.max()) - int(region.min()) < 40


def test_a_cover_at_the_edge_stays_in_the_picture() -> None:
    rgb = painted(one(left=-10), mosaic=True)
    assert (rgb[100:130, :10] != PICTURE[100:130, :10]).any(axis=2).all()
    assert (rgb[:, 20:] == PICTURE[:, 20:]).all()


def test_what_covers_a_doubtful_face_does_not_hide_one_that_is_spared() -> None:
    rgb = painted(both(one(spared=True), one(sure=False, left=55)))
    assert (rgb[100:130, 50:70] == PICTURE[100:130, 50:70]).all()
    assert (rgb[100:130, 71:80] == 128).all()


def test_a_face_that_was_found_is_covered_though_it_lies_on_one_that_is_spared() -> None:
    rgb = painted(both(one(spared=True), one(left=55)))
    assert (rgb[100:130, 51:80] == 128).all()
