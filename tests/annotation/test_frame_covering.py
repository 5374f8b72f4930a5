"""What is found in a covered video is covered too, but for what is spared."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from numpy.testing import assert_array_equal

from tests.support.clips import write_clip
from tests.support.covers import boxes, one
from videoemo.annotation.covering import Covers
from videoemo.annotation.frame_covering import FrameCovering
from videoemo.config.pipeline import load_pipeline
from videoemo.faces.detection.keyframes import Keyframes
from videoemo.inference.face_analyzer import Timed
from videoemo.records import Faces, Frames

# Frames of the original; the second one could not be searched.
SEARCHED = np.array([0, 2, 3])
NONE = one()[:0]


class Detector:
    """Finds in each frame of a video what it is told: the left side of a face, and its score."""

    n_ahead = 1

    def __init__(self, found: dict[int, tuple[float, float]]) -> None:
        self.found = found

    def wait(self) -> None:
        """It has nothing to load."""

    def empty(self, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
        return np.empty(shape, np.uint8)

    def submit(self, function: Callable[..., Any], argument: Any) -> Future[Any]:
        frames, positions = Keyframes(*argument)
        there = [i for i in frames.index[positions].tolist() if i in self.found]
        faces = Faces(
            boxes=boxes([(0, 0, self.found[i][0]) for i in there]),
            scores=np.array([self.found[i][1] for i in there], np.float32),
            landmarks=np.zeros((len(there), 5, 2), np.float32),
            frame=np.array(there, np.int64),
        )
        future: Future[Timed[Faces]] = Future()
        future.set_result(Timed(faces, {}))
        return future

    def close(self) -> None: ...


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A covered video, of the frames that were searched."""
    return write_clip(tmp_path / "covered.mp4", n=len(SEARCHED), size=(160, 120))


def searched(
    written: Path, found: dict[int, tuple[float, float]], covers: Covers = NONE
) -> tuple[FrameCovering, bool]:
    covering = FrameCovering(SEARCHED, covers, Detector(found), load_pipeline(), False)
    shares: list[float] = []
    again = covering.search(written, progress=lambda n, share: shares.append(share))
    assert shares[-1] == 1
    return covering, again


def covered(covering: FrameCovering) -> dict[int, npt.NDArray[np.uint8]]:
    """The pictures that come of black ones, by frame."""
    index = np.arange(4)
    black = Frames(np.zeros((4, 200, 300, 3), np.uint8), np.arange(4, dtype=np.float64), index)
    done = covering.cover_again(covering.cover([black]))
    return {
        i: rgb for batch in done for i, rgb in zip(batch.index.tolist(), batch.rgb, strict=True)
    }


def is_grey(rgb: npt.NDArray[np.uint8], left: int) -> bool:
    return bool((rgb[100:130, left : left + 20] == 128).all())


def test_a_face_found_in_what_was_written_is_covered_in_its_frame_of_the_original(
    written: Path,
) -> None:
    covering, again = searched(written, {1: (200, 0.9)}, one())
    pictures = covered(covering)
    assert again
    assert is_grey(pictures[0], 50)
    assert is_grey(pictures[2], 200)
    assert not pictures[3].any()
    assert covering.counts()["found_again"] == covering.counts()["left"] == 1


def test_where_nothing_is_found_the_video_stays_as_it_is(written: Path) -> None:
    covering, again = searched(written, {}, one())
    assert not again
    assert covering.counts()["found_again"] == covering.counts()["left"] == 0


def test_what_was_found_once_stays_covered(written: Path) -> None:
    covering, _ = searched(written, {1: (200, 0.9)})
    covering.executor = Detector({2: (100, 0.9)})
    covering.search(written, progress=lambda n, share: None)
    pictures = covered(covering)
    assert is_grey(pictures[2], 200)
    assert is_grey(pictures[3], 100)


def test_a_doubtful_face_alone_is_no_reason_to_write_again(written: Path) -> None:
    covering, again = searched(written, {0: (50, 0.6)})
    assert not again
    assert is_grey(covered(covering)[0], 50)


def test_what_is_less_likely_a_face_than_not_is_not_covered(written: Path) -> None:
    covering, again = searched(written, {0: (50, 0.4)})
    assert not again
    assert not covered(covering)[0].any()


def test_what_lies_on_a_face_that_is_spared_is_left_as_it_is(written: Path) -> None:
    covering, again = searched(written, {0: (52, 0.9)}, one(spared=True))
    assert not again
    assert not covered(covering)[0].any()


@pytest.mark.parametrize(("score", "hidden"), [(0.6, False), (0.9, True)])
def test_only_a_sure_face_found_again_hides_one_that_is_spared(
    written: Path, score: float, hidden: bool
) -> None:
    covering, _ = searched(written, {0: (65, score)}, one(spared=True))
    assert covered(covering)[0][100:130, 50:70].any() == hidden


def test_a_frame_that_was_not_searched_is_not_handed_out(written: Path) -> None:
    covering, _ = searched(written, {})
    assert_array_equal(list(covered(covering)), SEARCHED)
