"""How many videos are worked on at a time, where nobody says it."""

from __future__ import annotations

import pytest

from videoemo.analysis.jobs import choose_jobs
from videoemo.config.pipeline import change_pipeline, load_pipeline


@pytest.mark.parametrize(
    ("processors", "sizes", "expected"),
    [
        (2, [100] * 20, 2),
        (2, [100], 1),
        (2, [5000, *[100] * 20], 1),  # all others would long be done
        (2, [100] * 7, 1),
        (4, [100] * 12, 2),  # not 3, of which none could have the fourth
        (1, [100] * 20, 1),
    ],
)
def test_as_many_as_stay_busy_to_the_end(
    processors: int, sizes: list[int], expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("videoemo.analysis.jobs.n_threads", lambda: processors)
    assert choose_jobs(sizes, load_pipeline(), jobs=None, cluster=None) == expected


def test_what_is_asked_for_holds() -> None:
    assert choose_jobs([100] * 20, load_pipeline(), jobs=3, cluster=None) == 3


def test_a_graphics_processor_is_given_one_video_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("videoemo.analysis.jobs.n_threads", lambda: 2)
    pipeline = change_pipeline(load_pipeline(), device="cuda")
    assert choose_jobs([100] * 20, pipeline, jobs=None, cluster=None) == 1
    assert choose_jobs([], load_pipeline(), jobs=None, cluster=None) == 1
