"""Measures equal what pandas says of the tables of a run."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.support.results import MadeUp, write_results
from tests.support.rows import rows
from tests.support.units import observation
from videoemo.config.pipeline import Pipeline, load_pipeline
from videoemo.results import Results, load_results
from videoemo.study.design import read_design
from videoemo.study.measures import Measures, measures
from videoemo.study.observe import observe
from videoemo.tables.expressions import Episode
from videoemo.tables.faces import FaceTable

VIDEOS = ("a1", "a2", "b1", "b2")
KINDS = ("mean", "peak", "share", "first", "episodes", "length")
ONSET = 1.0


def wandering(seed: int) -> FaceTable:
    """A person who wanders between happiness and sadness, unseen at times; frames are uneven."""
    rng = np.random.default_rng(seed)
    seconds = np.cumsum(rng.uniform(0.02, 0.2, 120))
    level = np.clip(0.5 + np.cumsum(rng.normal(0, 0.15, 120)), 0, 1)
    seen = rng.random(120) > 0.1
    return rows(
        [
            (i, float(seconds[i]), 0 if seen[i] else None, float(level[i]) if seen[i] else 0.0)
            for i in range(120)
        ]
    )


def run(folder: Path, pipeline: Pipeline | None = None) -> Results:
    videos = {name: MadeUp(wandering(seed)) for seed, name in enumerate(VIDEOS)}
    return load_results(write_results(folder / "out", videos, pipeline=pipeline))


def measured(folder: Path, results: Results, *, onset: float | None = None) -> pd.DataFrame:
    """A row a video, a column a measure."""
    design = folder / "design.csv"
    lines = "".join(f"{name},{name[0]},{onset or 0}\n" for name in VIDEOS)
    design.write_text(f"video,condition,start\n{lines}", encoding="utf-8")
    read = read_design(design, by="condition", onset=None if onset is None else "start")
    found, left_out = observe(results, read, min_coverage=0)
    assert not left_out
    made = measures(found)
    return pd.DataFrame(made.values, list(made.units), list(made.names))


def assert_equal(given: pd.Series[float], expected: pd.Series[float]) -> None:
    np.testing.assert_allclose(given, expected.reindex(VIDEOS), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("expression", ["happiness", "sadness"])
def test_measures_equal_what_pandas_says_of_the_tables(tmp_path: Path, expression: str) -> None:
    results = run(tmp_path)
    made = measured(tmp_path, results)
    faces, theirs = results.faces, results.expressions
    theirs["seconds"] = theirs["stop"] - theirs["start"]
    begins = faces.groupby("video")["seconds"].min()
    lasted = theirs.pivot_table("seconds", "video", "expression", aggfunc="sum", fill_value=0)
    total = lasted.sum(axis=1)
    n = theirs.pivot_table("seconds", "video", "expression", aggfunc="count", fill_value=0)
    of_it = theirs[theirs["expression"] == expression].groupby("video")

    assert_equal(made[f"mean_{expression}"], faces.groupby("video")[expression].mean())
    assert_equal(made[f"share_{expression}"], lasted[expression] / total)
    assert_equal(made[f"first_{expression}"], of_it["start"].min() - begins)
    assert_equal(made[f"episodes_{expression}"], n[expression] / (total / 60))
    assert_equal(made[f"length_{expression}"], of_it["seconds"].mean())
    smoothed = {video.name: video.smoothed.to_arrow().to_pandas() for video in results.scored}
    assert_equal(made[f"peak_{expression}"], pd.concat(smoothed)[expression].groupby(level=0).max())


def test_measures_from_an_onset_equal_what_pandas_says_of_what_comes_after(tmp_path: Path) -> None:
    results = run(tmp_path)
    made = measured(tmp_path, results, onset=ONSET)
    faces, theirs = results.faces, results.expressions
    assert_equal(
        made["mean_happiness"],
        faces[faces["seconds"] >= ONSET].groupby("video")["happiness"].mean(),
    )
    after = theirs[theirs["stop"] > ONSET].assign(start=theirs["start"].clip(lower=ONSET))
    after["seconds"] = after["stop"] - after["start"]
    happy = after[after["expression"] == "happiness"].groupby("video")
    assert_equal(made["first_happiness"], happy["start"].min() - ONSET)
    lasted = after.pivot_table("seconds", "video", "expression", aggfunc="sum", fill_value=0)
    assert_equal(made["share_happiness"], lasted["happiness"] / lasted.sum(axis=1))


def test_valence_is_that_of_the_tables(tmp_path: Path) -> None:
    results = run(tmp_path)
    made = measured(tmp_path, results)
    faces = results.faces
    valence = 0.81 * faces["happiness"] - 0.63 * faces["sadness"]
    assert_equal(made["mean_valence"], valence.groupby(faces["video"]).mean())
    assert_equal(
        made["peak_valence"], 0.81 * made["peak_happiness"] - 0.63 * (1 - made["peak_happiness"])
    )


def test_where_the_run_takes_means_by_time_so_do_measures(tmp_path: Path) -> None:
    pipeline = load_pipeline()
    by_time = replace(pipeline, tracking=replace(pipeline.tracking, mean_by="time"))
    results = run(tmp_path, by_time)
    made = measured(tmp_path, results)
    for video in results.scored:
        table = video.table
        shown = np.append(np.diff(table.seconds), np.median(np.diff(table.seconds)))
        seen = table.face >= 0
        expected = np.average(table.probabilities[seen, 0], weights=shown[seen])
        assert made.loc[video.name, "mean_happiness"] == pytest.approx(expected, rel=1e-6)


def test_there_is_a_measure_of_each_kind_and_expression(tmp_path: Path) -> None:
    made = measured(tmp_path, run(tmp_path))
    levels = ("happiness", "sadness", "valence")
    assert list(made.columns) == [
        f"{kind}_{name}"
        for kind in KINDS
        for name in (levels if kind in ("mean", "peak") else levels[:2])
    ]


def value(made: Measures, unit: str, name: str) -> float:
    return float(made.values[made.units.index(unit), made.names.index(name)])


def happy(start: float, stop: float, expression: str = "happiness") -> Episode:
    return Episode(0, expression, start, stop, frames=1, mean=0.9)


def test_who_never_displays_an_expression_has_no_time_to_it() -> None:
    made = measures([observation("p", "a", [0, 1], [0.9, 0.9], episodes=[happy(0, 2)])])
    assert value(made, "p", "first_happiness") == 0
    assert math.isnan(value(made, "p", "first_sadness"))
    assert math.isnan(value(made, "p", "length_sadness"))
    assert value(made, "p", "share_sadness") == value(made, "p", "episodes_sadness") == 0


def test_a_picture_has_means_and_shares_alone() -> None:
    made = measures([observation("p", "a", [0], [0.9], episodes=[happy(0, 0)])])
    assert value(made, "p", "share_happiness") == 1
    assert value(made, "p", "mean_happiness") == pytest.approx(0.9)
    known = [name for name in made.names if not math.isnan(value(made, "p", name))]
    assert {name.partition("_")[0] for name in known} == {"mean", "share"}


def test_several_videos_of_a_unit_in_a_condition_are_averaged_over_what_is_known() -> None:
    made = measures(
        [
            observation("p", "a", [0, 1], [0.9, 0.9], episodes=[happy(1, 2)]),
            observation("p", "a", [0, 1], [0.5, math.nan], episodes=[happy(0, 1, "sadness")]),
            observation("q", "a", [0, 1], [0.1, 0.1], episodes=[happy(0, 2, "sadness")]),
        ]
    )
    assert (made.units, made.conditions) == (("p", "q"), ("a", "a"))
    assert value(made, "p", "mean_happiness") == pytest.approx(0.7)
    assert value(made, "p", "first_happiness") == 1
    assert made.coverage.tolist() == [0.75, 1]


def test_a_baseline_is_subtracted_from_means_and_peaks() -> None:
    made = measures(
        [observation("p", "a", [0, 1], [0.5, 0.9], episodes=[happy(0, 2)], baseline=0.4)]
    )
    assert value(made, "p", "mean_happiness") == pytest.approx(0.3)
    assert value(made, "p", "peak_happiness") == pytest.approx(0.5)
    assert value(made, "p", "share_happiness") == 1
