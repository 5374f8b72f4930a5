"""Studies of groups, and studies whose design names codes by hand."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from tests.support.exports import exported, faces_showing
from tests.support.results import MadeUp, write_results
from tests.support.studies import write_design
from videoemo.config.comparing import load_comparing
from videoemo.results import load_results
from videoemo.study.compare import compare
from videoemo.tables.columns import Columns

OURS = load_comparing()
QUICK = replace(OURS, statistics=replace(OURS.statistics, permutations=200, resamples=100))
CLASSES = ("happiness", "neutral")
# Two persons in each: in `a` both are neutral, in `b` one smiles for a while.
NAMES = [f"{condition}{i}.mp4" for condition in "ab" for i in range(4)]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    shown = {
        name: {0: "1" * 100, 1: "1" * 50 + "01"[name < "b"] * (50 - 3 * i) + "1" * 3 * i}
        for i, name in enumerate(NAMES)
    }
    videos = {
        name: MadeUp(faces_showing(displayed, classes=CLASSES)) for name, displayed in shown.items()
    }
    columns = Columns(CLASSES, (), None)
    return write_results(tmp_path / "results", videos, columns=columns)


def test_groups_are_compared_by_what_they_display_together(results: Path, tmp_path: Path) -> None:
    lines = [["video", "condition"], *([name, name[0]] for name in NAMES)]
    design = write_design(tmp_path / "design.csv", lines)
    study = compare(results, design, by="condition", settings=QUICK, of="groups")
    assert study.units == {"a": 4, "b": 4}
    measured = pd.read_csv(results / "compare" / "measures.csv")
    assert [*measured["measure"].unique()] == [
        *("valence", "dispersion", "agreement", "positive", "neutral", "negative", "synchrony"),
    ]
    means = measured.groupby(["condition", "measure"])["value"].mean()
    assert means["a", "agreement"] == pytest.approx(1)
    assert float(means["b", "agreement"]) < 0.9
    assert means["a", "positive"] == 0
    compared = pd.read_csv(results / "compare" / "comparison.csv").set_index("measure")
    assert compared["difference"].to_dict()["dispersion"] > 0
    assert compared["note"].to_dict()["synchrony"]
    assert set(pd.read_csv(results / "compare" / "course.csv")["measure"]) == {
        *("valence", "dispersion", "agreement", "positive", "neutral", "negative")
    }


def test_codes_of_a_design_are_held_against_what_was_found(results: Path, tmp_path: Path) -> None:
    lines = [["video", "condition", "track", "codes_<b>ann</b>", "codes_eve"]]
    for name in NAMES:
        path = exported(load_results(results).video(name), "elan")[0]
        lines.append([name, name[0], "1", str(path.relative_to(tmp_path)), ""])
    (tmp_path / "eve.csv").write_text("start,stop,expression\n0,4,neutral\n", encoding="utf-8")
    lines[-1][-1] = "eve.csv"
    design = write_design(tmp_path / "design.csv", lines)
    study = compare(results, design, by="condition", settings=QUICK)
    assert study.reliability is not None
    with (results / "compare" / "reliability.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(study.reliability.rows)
    kappa = next(row for row in rows if row["coded_by"] == "<b>ann</b>")
    assert (kappa["found_by"], kappa["value"], kappa["units"]) == ("videoemo", "1.000000", "8")
    (eve,) = (row for row in rows if row["measure"] == "kappa" and row["coded_by"] == "eve")
    assert (eve["units"], eve["low"]) == ("1", "")
    page = (results / "compare" / "report.html").read_text(encoding="utf-8")
    assert "Agreement with codes by hand" in page
    assert "&lt;b&gt;ann&lt;/b&gt;, videoemo" in page
    assert "<b>ann" not in page
    methods = (results / "compare" / "methods.txt").read_text(encoding="utf-8")
    assert "Kappa of <b>ann</b> and videoemo was 1.00 [1.00, 1.00]." in methods
    assert "Hayes, A. F. and Krippendorff, K. (2007)" in methods
