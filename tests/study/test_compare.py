"""From a folder of results and a design to the folder of a study."""

from __future__ import annotations

import csv
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.support.outputs import contents, files
from tests.support.studies import write_study
from videoemo.config.comparing import load_comparing
from videoemo.errors import InputError
from videoemo.study.compare import compare
from videoemo.study.folder import FILES
from videoemo.study.record import Study

OURS = load_comparing()
QUICK = replace(OURS, statistics=replace(OURS.statistics, permutations=300, resamples=100))
# Five videos a condition; the second is happier.
TWO = {
    f"{letter}{i}.mp4": mean + i / 50 for letter, mean in (("a", 0.2), ("b", 0.7)) for i in range(5)
}


def run(results: Path, design: Path, **given: Any) -> Study:
    return compare(results, design, by="condition", settings=QUICK, **given)


@pytest.fixture
def unwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is computed alone, without files."""
    monkeypatch.setattr("videoemo.study.compare._write", lambda *_: None)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Study]:
    """Results with the files of their study, to be left as they are; the design, and the study."""
    results, design = write_study(tmp_path_factory.mktemp("whole"), TWO)
    return results, design, run(results, design)


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / "compare" / name)


def test_a_study_is_written_whole(whole: tuple[Path, Path, Study]) -> None:
    results, _, study = whole
    assert study.units == {"a": 5, "b": 5}
    there = set(FILES) - {"reliability.csv"}
    assert set(files(results / "compare")) == there
    page = (results / "compare" / "report.html").read_text(encoding="utf-8")
    assert "a and b compared" in page
    assert set(re.findall(r'<a href="([^"#]+)"', page)) == there - {"report.html"}
    found = {one.measure for one in study.found}
    assert {"mean_happiness", "mean_sadness"} <= found

    # The sentences of the methods are true.
    text = (results / "compare" / "methods.txt").read_text(encoding="utf-8")
    tests = int((~np.isnan([one.p for one in study.comparisons])).sum())
    for told in (
        "Displayed facial expressions were read with videoemo",
        "not what the person feels",
        "10 units counted: 5 in a and 5 in b.",
        "100 resamples",
        "300 permutations",
        f"All {tests} tests are one family",
        "the family-wise level is 0.05",
        "Maris, E. and Oostenveld, R. (2007)",
    ):
        assert told in text


def test_measures_are_a_row_a_unit_a_condition_and_a_measure(tmp_path: Path) -> None:
    names = [f"{person}{film}.mp4" for person in "pqrst" for film in "ab"]
    columns = {
        "condition": {name: name[1] for name in names},
        "participant": {name: name[0] for name in names},
        "age": {name: str(20 + ord(name[0])) for name in names},
        "value": dict.fromkeys(names, "=1+1"),
        "take": {name: name for name in names},
    }
    happiness = {name: 0.3 + 0.3 * (name[1] == "b") for name in names}
    results, design = write_study(tmp_path, happiness, columns=columns)
    study = run(results, design, within="participant")
    measured = table(results, "measures.csv")
    key = ["unit", "condition", "measure"]
    assert list(measured.columns) == [
        "unit",
        "within",
        *key[1:],
        "value",
        "coverage",
        "age",
        "design_value",
        "take",
    ]
    assert not measured.duplicated(key).any()
    assert len(measured) == 10 * len(study.measures.names)
    assert set(measured["design_value"]) == {"'=1+1"}
    means = measured.query("measure == 'mean_happiness'").pivot(
        index="unit", columns="condition", values="value"
    )
    compared = table(results, "comparison.csv").set_index("measure").loc["mean_happiness"]
    assert compared["difference"] == pytest.approx((means["b"] - means["a"]).mean(), abs=1e-5)
    assert (compared["n_a"], compared["n_b"]) == (5, 5)


def test_a_study_is_the_same_each_time_and_stays_where_the_next_one_fails(
    whole: tuple[Path, Path, Study], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, design, _ = whole
    results = shutil.copytree(written, tmp_path / "results")
    before = contents(results)
    run(results, design)
    assert contents(results) == before

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("videoemo.study.compare.study_page", full)
    with pytest.raises(Exception, match="No space left"):
        run(results, design)
    assert contents(results) == before


def test_what_is_somebody_elses_is_not_replaced(tmp_path: Path) -> None:
    results, design = write_study(tmp_path, TWO)
    (results / "compare").mkdir()
    (results / "compare" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds what no comparison wrote \(notes.txt\)"):
        run(results, design)
    assert files(results / "compare") == ["notes.txt"]


def test_a_link_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    results, design = write_study(tmp_path, TWO)
    (tmp_path / "elsewhere").mkdir()
    (results / "compare").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="compare"):
        run(results, design)
    assert files(tmp_path / "elsewhere") == []


def test_pictures_have_no_course(tmp_path: Path) -> None:
    results, design = write_study(tmp_path, TWO, n=1)
    study = run(results, design)
    assert study.bands is None
    assert not {"course.csv", "clusters.csv", "course.png"} & set(files(results / "compare"))
    assert "no course" in (results / "compare" / "methods.txt").read_text()


def test_names_stand_as_text_in_the_page_and_in_cells(tmp_path: Path) -> None:
    evil = {"a": "=<script>alert(1)</script>", "b": "</style><img src=x onerror=alert(1)>"}
    columns = {"condition": {name: evil[name[0]] for name in TWO}}
    results, design = write_study(tmp_path, TWO, columns=columns)
    run(results, design)
    page = (results / "compare" / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert "default-src &#39;none&#39;" in policy[1]
    with (results / "compare" / "comparison.csv").open(newline="") as file:
        cells = {row["a"] for row in csv.DictReader(file)}
    assert cells == {f"'{evil['a']}"}


@pytest.mark.usefixtures("unwritten")
def test_videos_that_were_scored_in_several_ways_are_said(tmp_path: Path) -> None:
    import json

    results, design = write_study(tmp_path, TWO)
    summary = results / "a0.mp4" / "summary.json"
    content = json.loads(summary.read_text())
    content["pipeline"]["sampling"]["every"] = 5
    summary.write_text(json.dumps(content))
    study = run(results, design)
    assert "several settings" in study.remarks[0]


@pytest.mark.usefixtures("unwritten")
def test_units_that_are_not_in_every_condition_are_said(tmp_path: Path) -> None:
    names = [f"{person}{film}.mp4" for person in "pqrst" for film in "abc"][:-1]
    columns = {
        "condition": {name: name[1] for name in names},
        "participant": {name: name[0] for name in names},
    }
    results, design = write_study(tmp_path, dict.fromkeys(names, 0.4), columns=columns)
    study = run(results, design, within="participant")
    assert any("1 unit of 5 is not in every condition (t)" in one for one in study.remarks)


@pytest.mark.usefixtures("unwritten")
def test_too_few_permutations_for_so_many_tests_are_said(tmp_path: Path) -> None:
    many = {f"{letter}{i}.mp4": 0.3 + i / 50 for letter in "ab" for i in range(9)}
    results, design = write_study(tmp_path, many)
    few = replace(QUICK, statistics=replace(QUICK.statistics, permutations=100, level=0.01))
    study = compare(results, design, by="condition", settings=few)
    assert any("raise permutations" in one for one in study.remarks)


@pytest.mark.usefixtures("unwritten")
def test_too_few_units_for_any_test_are_said(tmp_path: Path) -> None:
    few = {name: mean for name, mean in TWO.items() if name[1] < "3"}
    results, design = write_study(tmp_path, few)
    study = run(results, design)
    assert any("the smallest p that 3 and 3 units can have is 0.1" in one for one in study.remarks)


@pytest.mark.usefixtures("unwritten")
def test_too_many_conditions_are_refused(tmp_path: Path) -> None:
    names = [f"{i:02}{letter}.mp4" for i in range(11) for letter in "ab"]
    columns = {"condition": {name: name[:2] for name in names}}
    results, design = write_study(tmp_path, dict.fromkeys(names, 0.4), columns=columns, n=5)
    with pytest.raises(InputError, match="'condition' has 11 conditions, at most 10"):
        run(results, design)
