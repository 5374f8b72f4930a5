"""A face is looked at again when something in it changed since its last look, and only then."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.faces import at_times
from videoemo.faces.last_looks import PATCH, LastLooks, Looks, largest_change, patch_of
from videoemo.records import Faces

THRESHOLD = 4.0
N = 40
LEFT, RIGHT = (10, 10, 50, 50), (110, 10, 150, 50)


def face(*, mouth: int = 0, light: float = 0.0) -> npt.NDArray[np.float32]:
    """A patch: a face of two eyes whose mouth is open by so many of its 32 rows."""
    patch = np.full((PATCH, PATCH), 150 + light, np.float32)
    patch[8:11, 6:12] = patch[8:11, 20:26] = 60
    patch[24 : 24 + mouth, 11:21] = 40
    return patch


def looks(
    patches: list[npt.NDArray[np.float32]],
    *,
    boxes: list[tuple[int, int, int, int]] | None = None,
    frame: list[int] | None = None,
    cut: int | None = None,
    size: int = N,
) -> Looks:
    """What is looked at of faces, one a frame and in one place unless it is said otherwise; with a
    frame in which the whole picture changes; in batches of frames.
    """
    m = len(patches)
    numbers = np.array(range(m) if frame is None else frame, np.int64)
    n = int(numbers.max()) + 1
    rgb = np.full((n, 90, 160, 3), 90, np.uint8)
    if cut is not None:
        rgb[cut:] = 220
    frames = at_times(rgb)
    faces = Faces(
        np.array([LEFT] * m if boxes is None else boxes, np.float32),
        np.ones(m, np.float32),
        np.zeros((m, 5, 2), np.float32),
        numbers,
    )
    last, parts = LastLooks(THRESHOLD), []
    for start in range(0, n, size):
        rows = (numbers >= start) & (numbers < start + size)
        given = np.array(patches, np.float32)[rows]
        parts.append(last.update(frames[start : start + size], faces[rows], given))
    return Looks(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def test_a_face_that_is_still_is_looked_at_once() -> None:
    found = looks([face()] * N)
    assert np.flatnonzero(found.looked_at).tolist() == [0]
    assert found.number.tolist() == [0] * N


def test_noise_of_a_camera_does_not_count() -> None:
    noise = np.random.default_rng(0).normal(0, 1, (N, PATCH, PATCH)).astype(np.float32)
    assert looks([face() + one for one in noise]).looked_at.sum() == 1


def test_a_mouth_that_opens_a_little_is_seen_though_the_face_hardly_changes() -> None:
    change = np.abs(face(mouth=1) - face()).mean()
    assert change < THRESHOLD / 3
    found = looks([face()] * 5 + [face(mouth=1)] * 5 + [face()] * 5)
    assert np.flatnonzero(found.looked_at).tolist() == [0, 5, 10]


@pytest.mark.parametrize("at", [(0, 0), (14, 13), (15, 15), (28, 28)], ids=str)
def test_a_change_counts_the_same_wherever_it_is(at: tuple[int, int]) -> None:
    changed = face()
    changed[at[0] : at[0] + 4, at[1] : at[1] + 4] += 20
    assert largest_change(face(), changed) == 20


def test_a_slow_drift_is_noticed_as_soon_as_it_passes_the_threshold() -> None:
    found = looks([face(light=0.75 * i) for i in range(N)])
    steps = np.diff(np.flatnonzero(found.looked_at))
    assert (steps == 6).all()  # 5 * 0.75 is no more than 4, 6 * 0.75 is
    assert found.number.tolist() == [i // 6 for i in range(N)]


def test_a_face_that_goes_back_is_compared_with_its_last_look_and_not_with_an_earlier_one() -> None:
    found = looks([face(light=light) for light in (0, 10, 0, 3, 4, 5)])
    assert found.looked_at.tolist() == [True, True, True, False, False, True]


def test_the_threshold_itself_is_no_change() -> None:
    assert looks([face(), face(light=THRESHOLD)]).looked_at.tolist() == [True, False]


def test_each_face_has_a_last_look_of_its_own() -> None:
    """Two alike side by side, of whom one changes; they come in any order."""
    found = looks(
        [face(), face(), face(), face(mouth=3), face(), face(mouth=3), face(mouth=3), face()],
        boxes=[LEFT, RIGHT, LEFT, RIGHT, LEFT, RIGHT, RIGHT, LEFT],
        frame=[0, 0, 1, 1, 2, 2, 3, 3],
    )
    assert found.number.tolist() == [0, 1, 0, 2, 0, 2, 2, 0]
    assert np.flatnonzero(found.looked_at).tolist() == [0, 1, 3]


def test_a_face_elsewhere_is_another_one() -> None:
    assert looks([face()] * 3, boxes=[LEFT, RIGHT, RIGHT]).looked_at.tolist() == [True, True, False]


def test_a_face_that_was_away_for_a_frame_is_looked_at() -> None:
    assert looks([face()] * 3, frame=[0, 1, 3]).looked_at.tolist() == [True, False, True]


def test_a_cut_ends_all_looks() -> None:
    assert np.flatnonzero(looks([face()] * 12, cut=6).looked_at).tolist() == [0, 6]


@pytest.mark.parametrize("size", [1, 7, N])
def test_batches_make_no_difference(size: int) -> None:
    patches = [face(mouth=i // 5 % 3, light=0.3 * i) for i in range(N)]
    found, whole = looks(patches, size=size, cut=21), looks(patches, cut=21)
    assert 1 < whole.looked_at.sum() < N
    np.testing.assert_array_equal(found.number, whole.number)
    np.testing.assert_array_equal(found.looked_at, whole.looked_at)


def test_frames_without_a_face_have_nothing_to_look_at() -> None:
    nobody = Faces(
        np.empty((0, 4), np.float32),
        np.empty(0, np.float32),
        np.empty((0, 5, 2), np.float32),
        np.empty(0, np.int64),
    )
    frames = at_times(np.zeros((3, 90, 160, 3), np.uint8))
    found = LastLooks(THRESHOLD).update(frames, nobody, np.empty((0, PATCH, PATCH), np.float32))
    assert [len(column) for column in found] == [0, 0]


def test_a_patch_is_the_mean_of_the_pixels() -> None:
    grey = np.arange(64 * 64, dtype=np.float32).reshape(64, 64)
    patch = patch_of(grey)
    assert patch.shape == (PATCH, PATCH)
    assert patch[3, 5] == grey[6:8, 10:12].mean()
