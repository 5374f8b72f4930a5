"""Measures of groups."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.exports import EMOTIONS, faces_showing
from tests.support.results import MadeUp, write_results
from videoemo.group import Pair, write_synchrony
from videoemo.results import Results, load_results
from videoemo.study.design import read_design
from videoemo.study.groups import group_measures
from videoemo.study.measures import Measures
from videoemo.study.observe import observe
from videoemo.tables.columns import Columns

# In the first half one is alone.
SHOWN = {0: "4" * 50 + "45" * 25, 1: "." * 50 + "4" * 50}


@pytest.fixture
def results(tmp_path: Path) -> Results:
    videos = {name: MadeUp(faces_showing(SHOWN)) for name in "abcd"}
    columns = Columns(EMOTIONS, (), None)
    return load_results(write_results(tmp_path / "out", videos, columns=columns))


def measured(results: Results, *, baseline: tuple[float, float] | None = None) -> Measures:
    path = results.path.parent / "design.csv"
    path.write_text("video,condition,onset\na,x,2\nb,x,2\nc,y,2\nd,y,2\n", encoding="utf-8")
    design = read_design(path, by="condition", onset="onset", of="groups")
    observations, _ = observe(results, design, min_coverage=0, of="groups", baseline=baseline)
    return group_measures(results, observations)


def test_a_measure_is_the_mean_of_the_table_where_two_are_seen(results: Results) -> None:
    made = measured(results)
    assert made.units == ("a", "b", "c", "d")
    table = results.video("a").group
    assert table is not None
    both = table[(table["faces"] > 1) & (table["seconds"] >= 2)]
    for name in ("valence", "dispersion", "agreement", "positive", "neutral", "negative"):
        value = made.values[0, made.names.index(name)]
        assert value == pytest.approx(both[name].mean(), rel=1e-5), name
    assert made.values[0, made.names.index("positive")] == pytest.approx(0.75)


def test_synchrony_is_the_share_of_pairs_above_chance(results: Results) -> None:
    pairs = [
        Pair(0, second, 9.0, 0.5, 0.0 if beaten else None, p, p, None)
        for second, (beaten, p) in enumerate([(True, 0.01), (False, 0.5), (False, 0.9)], start=1)
    ]
    write_synchrony(pairs, results.video("a").folder / "synchrony.csv")
    made = measured(results)
    synchrony = made.values[:, made.names.index("synchrony")]
    assert synchrony[0] == pytest.approx(1 / 3)
    assert synchrony[1] != synchrony[1]  # nobody could be compared


def test_a_baseline_is_subtracted_from_what_is_displayed_and_not_from_synchrony(
    results: Results,
) -> None:
    plain, corrected = measured(results), measured(results, baseline=(0, 1))
    at = plain.names.index("valence")
    table = results.video("a").group
    assert table is not None
    before = table[(table["faces"] > 1) & (table["seconds"] >= 2) & (table["seconds"] < 3)]
    expected = plain.values[0, at] - before["valence"].mean()
    assert corrected.values[0, at] == pytest.approx(expected, abs=1e-6)
