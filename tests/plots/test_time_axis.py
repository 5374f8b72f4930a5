"""The time axis: labels never touch each other, whatever the clock."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from videoemo.plots._canvas import Canvas, open_canvas, text_width
from videoemo.plots._time_axis import time_axis

EPOCH = 1_700_000_000.0


class Recorded(Canvas):
    """A page that keeps where words are."""

    def __init__(self) -> None:
        super().__init__(1500, 200)
        self.words: list[tuple[float, float, str]] = []

    def text(self, x: float, y: float, words: str, **given: Any) -> float:
        width = text_width(words, size=given["size"])
        left = x - {"center": width / 2, "right": width}[given["align"]]
        self.words.append((left, left + width, words))
        return width


def axis(first: float, last: float) -> tuple[list[tuple[float, float, str]], list[str]]:
    sheet = Recorded()
    notes = time_axis(
        sheet, (first, last), left=172, right=1382, top=10, bottom=100, unit_right=120
    )
    return sheet.words, notes


@pytest.mark.parametrize("first", [0.0, -1.0, -0.001, 86399.9, -5e5, EPOCH, EPOCH + 0.2, 4.1e9])
@pytest.mark.parametrize(
    "length", [0.004, 0.04, 2.002, 19.7, 119, 3599, 7300, 36001, 86400, 172800, 2592001, 9e7, 2e9]
)
def test_labels_do_not_touch(first: float, length: float) -> None:
    words, _ = axis(first, first + length)
    assert len(words) >= 2  # the unit, and a time
    placed = sorted(words)
    assert all(after[0] - before[1] >= 8 for before, after in pairwise(placed))
    assert placed[0][0] >= 0
    assert placed[-1][1] <= 1500


def test_a_clock_of_1970_is_shown_from_its_first_second_and_says_so() -> None:
    words, notes = axis(EPOCH, EPOCH + 2)
    assert notes == ["times: after 1,700,000,000 s"]
    assert {"0", "1", "2", "seconds"} <= {word for _, _, word in words}


def test_days_are_days() -> None:
    words, notes = axis(0.0, 30 * 86400.0)
    assert notes == []
    assert {"0d", "5d", "30d", "days"} <= {word for _, _, word in words}


def test_the_times_of_an_ordinary_video_are_what_they_were(tmp_path: Path) -> None:
    with open_canvas(tmp_path / "a.png", width=1500, height=200):
        words, _ = axis(0.0, 60.0)
    assert [word for _, _, word in words] == [
        *("0", "10", "20", "30", "40", "50", "60", "seconds"),
    ]
