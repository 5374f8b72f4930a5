"""Faces that did not change keep, to the bit, what their last look gave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.faces import at_times
from videoemo.analysis.stages import analyze_frames
from videoemo.config.pipeline import change_pipeline, load_pipeline
from videoemo.inference.extractor import Extractor
from videoemo.inference.face_analyzer import FaceAnalyzer
from videoemo.inference.fake import CLASSES, fake_analyzer
from videoemo.inference.local import InlineExecutor, ThreadExecutor
from videoemo.records import Faces, Features, Frames
from videoemo.util.timings import StageTimer, stage_of

N = 60
RED, GREEN = CLASSES.index("anger"), CLASSES.index("happiness")
# The frame from which the second face has another mouth, and that of a cut.
CHANGED, CUT = 25, 45


def frames() -> Frames:
    """Two faces that stay, a reddish and a greenish one; the second one's mouth opens; at last a
    cut, after which the picture is light but for them.
    """
    rgb = np.zeros((N, 200, 300, 3), np.uint8)
    rgb[CUT:, :, 150:] = 130
    rgb[CUT:, :30] = rgb[CUT:, 150:] = 130
    rgb[:, 40:120, 40:120] = rgb[:, 40:120, 186:266] = 0
    rgb[:, 60:100, 60:100] = (255, 235, 235)
    rgb[:, 60:100, 206:246] = (235, 255, 235)
    rgb[CHANGED:, 88:92, 220:232] = 120
    return at_times(rgb)


@dataclass
class Counted:
    """An analyzer's executor, and how many crops its network was given."""

    executor: Any
    crops: list[int] = field(default_factory=list)


def counted(kind: Any = InlineExecutor, **settings: Any) -> Counted:
    analyzer = fake_analyzer(**settings)
    network, crops = analyzer.extractor.network, list[int]()

    def seen(x: npt.NDArray[np.float32]) -> Any:
        crops.append(len(x))
        return network(x)

    extractor = Extractor(analyzer.extractor.card, seen)
    counting = FaceAnalyzer(
        analyzer.networks,
        extractor,
        analyzer.detection,
        analyzer.selection,
        analyzer.align,
        analyzer.crops,
    )
    return Counted(kind(counting), crops)


def analyze(
    given: Frames,
    executor: Any,
    *,
    reuse: float = 4.0,
    size: int = 8,
    n_frames: int | None = None,
    timer: StageTimer | None = None,
) -> tuple[Faces, Features]:
    """All faces and features, with frames in batches."""
    batches: Iterator[Frames] = (given[i : i + size] for i in range(0, len(given), size))
    pipeline = change_pipeline(load_pipeline(), reuse=reuse)
    found = list(analyze_frames(batches, executor, pipeline, n_frames=n_frames, timer=timer))
    assert sum(len(one.frames) for one in found) == len(given)
    faces, features = [one.faces for one in found], [one.features for one in found]
    return (
        Faces(
            np.concatenate([one.boxes for one in faces]),
            np.concatenate([one.scores for one in faces]),
            np.concatenate([one.landmarks for one in faces]),
            np.concatenate([one.frame for one in faces]),
            track=np.concatenate([one.track for one in faces if one.track is not None]),
            quality=np.concatenate([one.quality for one in faces if one.quality is not None]),
        ),
        Features(
            np.concatenate([one.embedding for one in features]),
            np.concatenate([one.probabilities for one in features]),
            looked_at=np.concatenate(
                [one.looked_at for one in features if one.looked_at is not None]
            )
            if reuse
            else None,
        ),
    )


def test_only_faces_that_changed_are_looked_at() -> None:
    counting = counted()
    faces, features = analyze(frames(), counting.executor)
    assert len(faces) == 2 * N
    looked_at = features.looked_at
    assert looked_at is not None
    left = faces.boxes[:, 0] < 150
    assert faces.frame[looked_at & left].tolist() == [0, CUT]
    assert faces.frame[looked_at & ~left].tolist() == [0, CHANGED, CUT]
    assert sum(counting.crops) == 5


def test_what_is_kept_is_what_the_last_look_gave() -> None:
    faces, features = analyze(frames(), counted().executor)
    own_faces, own = analyze(frames(), counted().executor, reuse=0.0)
    np.testing.assert_array_equal(faces.boxes, own_faces.boxes)
    np.testing.assert_array_equal(faces.quality, own_faces.quality)
    assert features.looked_at is not None
    for place in (faces.boxes[:, 0] < 150, faces.boxes[:, 0] >= 150):
        rows = np.flatnonzero(place)
        looks = np.maximum.accumulate(np.where(features.looked_at[rows], rows, 0))
        np.testing.assert_array_equal(features.embedding[rows], own.embedding[looks])
        np.testing.assert_array_equal(features.probabilities[rows], own.probabilities[looks])


def test_a_face_that_drifts_keeps_the_vector_of_its_last_look_and_not_of_the_frame_before() -> None:
    given = frames()[:20]
    given.rgb[:, 60:100, 60:100] -= np.arange(20, dtype=np.uint8)[:, None, None, None]
    faces, features = analyze(given, counted().executor)
    own = analyze(given, counted().executor, reuse=0.0)[1]
    rows = np.flatnonzero(faces.boxes[:, 0] < 150)
    assert features.looked_at is not None
    assert np.flatnonzero(features.looked_at[rows]).tolist() == [0, 5, 10, 15]
    looks = np.repeat(rows[::5], 5)
    np.testing.assert_array_equal(features.embedding[rows], own.embedding[looks])


@pytest.fixture(scope="module")
def expected() -> tuple[Faces, Features]:
    """What is found in batches of eight, in this thread."""
    return analyze(frames(), counted().executor)


@pytest.mark.parametrize("size", [1, 7, N])
@pytest.mark.parametrize("n_frames", [N, None], ids=str)
@pytest.mark.parametrize("kind", [InlineExecutor, ThreadExecutor])
def test_batches_and_executors_make_no_difference(
    expected: tuple[Faces, Features], size: int, n_frames: int | None, kind: Any
) -> None:
    counting = counted(kind)
    found = analyze(frames(), counting.executor, size=size, n_frames=n_frames)
    counting.executor.close()
    for name in ("frame", "track", "boxes"):
        np.testing.assert_array_equal(getattr(found[0], name), getattr(expected[0], name))
    for name in ("embedding", "probabilities", "looked_at"):
        np.testing.assert_array_equal(getattr(found[1], name), getattr(expected[1], name))


def test_the_next_video_begins_without_memory() -> None:
    counting = counted()
    first, second = (analyze(frames()[:9], counting.executor)[1] for _ in range(2))
    np.testing.assert_array_equal(first.looked_at, second.looked_at)
    assert sum(counting.crops) == 4


def test_one_face_a_frame_and_its_crop_go_on_as_before() -> None:
    counting = counted(faces="largest", crops=True)
    pipeline = change_pipeline(load_pipeline(), reuse=4.0)
    found = list(analyze_frames(iter([frames()[:9]]), counting.executor, pipeline))
    assert sum(len(one.faces.crops or ()) for one in found) == 9
    assert sum(counting.crops) == 1


def test_frames_without_a_face_are_handed_on() -> None:
    given = at_times(np.zeros((12, 90, 160, 3), np.uint8))
    faces, features = analyze(given, counted().executor)
    assert (len(faces), features.embedding.shape) == (0, (0, 3))


def test_with_0_nothing_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("videoemo.faces.last_looks.LastLooks.update")
    counting = counted()
    analyze(frames()[:9], counting.executor, reuse=0.0)
    assert sum(counting.crops) == 18


def fails(*_: Any, **__: Any) -> Any:
    raise ZeroDivisionError


def test_an_error_names_its_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("videoemo.faces.last_looks.LastLooks.update", fails)
    with pytest.raises(ZeroDivisionError) as raised:
        analyze(frames()[:9], counted().executor)
    assert stage_of(raised.value) == "embed"
