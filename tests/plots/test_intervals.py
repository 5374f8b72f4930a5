from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.support.pixels import Pixels, pixels, where
from videoemo.metrics.bootstrap import Estimate
from videoemo.plots import IntervalColumn, IntervalRow, intervals
from videoemo.plots._intervals import LEFT, ROW, TOP
from videoemo.plots._palette import BLUE, KNOWN, RGB, ink


def estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(*map(np.asarray, (value, low, high)))


def draw(path: Path, *rows: IntervalRow, column: IntervalColumn | None = None) -> Pixels:
    intervals(
        path,
        name="a network",
        facts=[],
        rows=rows,
        columns=[column or IntervalColumn("recall", "%", 0.0, 1.0)],
        notes=[],
    )
    return pixels(path)


def middle(picture: Pixels, colour: RGB, *, row: int = 0) -> float:
    """Where the dot of a row is, from 0 at the left of the column."""
    top = TOP + 8 + row * ROW
    return float(np.flatnonzero(where(picture[top : top + ROW, LEFT:], colour).any(axis=0)).mean())


def test_a_higher_share_is_further_right(tmp_path: Path) -> None:
    rows = [IntervalRow(f"{i}", "", (estimate(i / 4, np.nan, np.nan),)) for i in range(5)]
    picture = draw(tmp_path / "a.png", *rows)
    places = [middle(picture, ink(BLUE), row=i) for i in range(5)]
    assert np.diff(places) == pytest.approx(np.diff(places)[0], abs=2)
    assert np.diff(places)[0] > 100


def test_an_expression_has_its_colour(tmp_path: Path) -> None:
    row = IntervalRow("women", "", (estimate(0.5, 0.2, 0.8),), colour="happiness")
    picture = draw(tmp_path / "a.png", row)
    assert where(picture[TOP : TOP + 2 * ROW, LEFT:], ink(KNOWN["happiness"])).sum() > 50


def test_what_is_not_known_has_no_dot(tmp_path: Path) -> None:
    row = IntervalRow("nobody", "", (estimate(np.nan, np.nan, np.nan),))
    picture = draw(tmp_path / "a.png", row, column=IntervalColumn("AUC"))
    assert not where(picture[TOP:, LEFT:], ink(BLUE)).any()


def test_a_row_has_an_estimate_a_column(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="women: expected 1 estimates"):
        draw(tmp_path / "a.png", IntervalRow("women", "", ()))
