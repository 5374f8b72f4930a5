"""The stages of an analysis: what they give of frames alone, and which one an error arose in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.support.faces import at_times
from videoemo.analysis.stages import AnalyzedFrames, analyze_frames
from videoemo.config.pipeline import load_pipeline
from videoemo.errors import UnreadableVideoError
from videoemo.inference.fake import CLASSES, fake_analyzer
from videoemo.inference.local import InlineExecutor
from videoemo.records import Frames
from videoemo.util.timings import STAGES, StageTimer, stage_of

N = 40
GREEN = CLASSES.index("happiness")


def frames() -> Frames:
    """A white face that stays, and from half of the time on a greenish one beside it."""
    rgb = np.zeros((N, 200, 300, 3), np.uint8)
    rgb[:, 60:100, 60:100] = 255
    rgb[N // 2 :, 60:100, 200:240] = (240, 255, 240)
    return at_times(rgb)


def batches(size: int = 8) -> Iterator[Frames]:
    whole = frames()
    return (whole[start : start + size] for start in range(0, N, size))


def analyze(given: Iterator[Frames], executor: Any = None, **others: Any) -> list[AnalyzedFrames]:
    executor = InlineExecutor(fake_analyzer()) if executor is None else executor
    return list(analyze_frames(given, executor, load_pipeline(), **others))


def test_every_frame_comes_out_in_order_with_its_faces_tracked_and_read() -> None:
    analyzed = analyze(batches())
    assert np.concatenate([one.frames.index for one in analyzed]).tolist() == list(range(N))
    track = np.concatenate([one.faces.track for one in analyzed if one.faces.track is not None])
    assert np.bincount(track).tolist() == [N, N // 2]
    probabilities = np.concatenate([one.features.probabilities for one in analyzed])
    assert (probabilities[track == 1].argmax(axis=1) == GREEN).all()


def test_how_many_frames_come_need_not_be_known() -> None:
    for known, unknown in zip(analyze(batches(), n_frames=N), analyze(batches()), strict=False):
        assert known.frames.index[0] == unknown.frames.index[0]
    one, other = (
        np.concatenate([part.faces.boxes for part in analyze(batches(), n_frames=n)])
        for n in (N, None)
    )
    np.testing.assert_array_equal(one, other)


def test_the_next_frames_are_asked_for_only_as_they_are_needed() -> None:
    asked = []

    def coming() -> Iterator[Frames]:
        for batch in batches(size=4):
            asked.append(len(batch))
            yield batch

    analyzed = analyze_frames(coming(), InlineExecutor(fake_analyzer()), load_pipeline())
    next(analyzed)
    analyzed.close()  # type: ignore[attr-defined]
    assert sum(asked) < N


def test_the_times_of_cuts_are_told() -> None:
    rgb = np.concatenate([np.full((6, 90, 160, 3), grey, np.uint8) for grey in (20, 220, 90)])
    whole, cuts = at_times(rgb), list[float]()
    analyze((whole[start : start + 4] for start in range(0, 18, 4)), cuts=cuts)
    assert cuts == whole.seconds[[6, 12]].tolist()


def test_the_work_of_each_stage_is_added_up() -> None:
    timer = StageTimer()
    analyze(batches(), timer=timer)
    worked = {stage for stage, seconds in timer.seconds.items() if seconds > 0}
    assert worked == {*STAGES} - {"probe", "write"}


def fails(*_: Any, **__: Any) -> Any:
    raise ZeroDivisionError


def broken() -> Iterator[Frames]:
    yield from batches()
    raise UnreadableVideoError("a.mp4: its end is missing")


@pytest.mark.parametrize("stage", ["decode", "detect", "crop", "embed", "track"])
def test_an_error_names_the_stage_it_arose_in(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    replaced = {
        "detect": "videoemo.inference.face_analyzer.detect_keyframes",
        "crop": "videoemo.inference.face_analyzer.crop_faces",
        "embed": "videoemo.inference.face_analyzer.face_quality",
        "track": "videoemo.faces.tracking.tracker.Tracker.update",
    }
    if stage in replaced:
        monkeypatch.setattr(replaced[stage], fails)
    with pytest.raises((ZeroDivisionError, UnreadableVideoError)) as raised:
        analyze(broken() if stage == "decode" else batches())
    assert stage_of(raised.value) == stage


def test_of_nested_stages_the_innermost_is_named() -> None:
    timer = StageTimer()
    with pytest.raises(ZeroDivisionError) as raised, timer.stage("write"), timer.stage("embed"):
        fails()
    assert stage_of(raised.value) == "embed"
