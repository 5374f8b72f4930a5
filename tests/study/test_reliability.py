"""Agreement of raters and videoemo, over made-up results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from tests.support.exports import EMOTIONS, exported, faces_showing
from tests.support.results import MadeUp, write_results
from videoemo.errors import InputError
from videoemo.results import Results, load_results
from videoemo.study.agreement import Agreement
from videoemo.study.design import read_design
from videoemo.study.observe import observe
from videoemo.study.reliability import Reliability, reliability
from videoemo.study.reliability_shown import reliability_shown
from videoemo.tables.columns import Columns
from videoemo.util.files import write_json

# Of four videos: happiness is 4, neutral 5, sadness 6; 25 frames a second.
SHOWN = {
    "a.mp4": {0: "5" * 50 + "4" * 50},
    "b.mp4": {0: "4" * 25 + "5" * 75},
    "c.mp4": {0: "5" * 60 + "6" * 40},
    "d.mp4": {0: "6" * 30 + "5" * 70, 1: "." * 10 + "4" * 40 + "." * 20 + "5" * 30},
}
CONDITIONS = {"a.mp4": "one", "b.mp4": "one", "c.mp4": "two", "d.mp4": "two"}


@pytest.fixture
def results(tmp_path: Path) -> Results:
    columns = Columns(EMOTIONS, ("valence",), None)
    videos = {
        name: MadeUp(faces_showing(shown, values=("valence",))) for name, shown in SHOWN.items()
    }
    return load_results(write_results(tmp_path / "out", videos, columns=columns))


def agreed(results: Results, columns: str, cells: dict[str, str]) -> Reliability | None:
    """Of a design with these further columns, and cells of videos in them."""
    path = results.path.parent / "design.csv"
    lines = [f"{name},{condition},0{cells.get(name, '')}" for name, condition in CONDITIONS.items()]
    path.write_text("\n".join([f"video,condition,track{columns}", *lines]), encoding="utf-8")
    observations, _ = observe(results, read_design(path, by="condition"), min_coverage=0)
    return reliability(results, observations, resamples=100, seed=0)


def coded(results: Results, name: str, rows: Sequence[tuple[float, float, str]]) -> str:
    path = results.path.parent / name
    lines = [f"{start},{stop},{word}" for start, stop, word in rows]
    path.write_text("\n".join(["start,stop,expression", *lines]), encoding="utf-8")
    return f",{name}"


def row(of: Reliability | None, measure: str, coded_by: str = "anna", **others: str) -> Agreement:
    assert of is not None
    wanted = {"measure": measure, "coded_by": coded_by, **others}
    (found,) = (
        one for one in of.rows if all(getattr(one, name) == value for name, value in wanted.items())
    )
    return found


@pytest.mark.parametrize("program", ["elan", "boris"])
def test_what_was_exported_agrees_perfectly(results: Results, program: str) -> None:
    cells = {
        name: f",{exported(results.video(name), program)[0].relative_to(results.path.parent)}"
        for name in SHOWN
    }
    of = agreed(results, ",codes_anna", cells)
    assert of is not None
    kappa = row(of, "kappa")
    assert (kappa.value, kappa.low, kappa.high) == (1, 1, 1)
    assert (kappa.units, kappa.n, kappa.found_by) == (4, 160, "videoemo")
    assert row(of, "alpha").value == 1
    assert {one.value for one in of.rows if one.measure in ("precision", "recall")} == {1}
    assert {one.value for one in of.rows if one.measure == "confusion"} == {0, 1}
    assert of.remarks == ()


def test_our_own_episodes_agree_perfectly(results: Results) -> None:
    of = agreed(results, ",codes_anna", {name: f",out/{name}/expressions.csv" for name in SHOWN})
    assert row(of, "kappa").value == 1


def test_kappa_is_that_of_the_labels_in_steps_of_a_tenth_of_a_second(results: Results) -> None:
    cells = {
        "a.mp4": coded(results, "a.csv", [(0, 1, "neutral"), (1, 4, "happiness")]),
        "b.mp4": coded(
            results, "b.csv", [(0, 1, "Happiness"), (1, 3.5, "fear"), (3.5, 4, "neutral")]
        ),
    }
    of = agreed(results, ",codes_anna", {**dict.fromkeys(SHOWN, ","), **cells})
    ours = "5" * 20 + "4" * 20 + "4" * 10 + "5" * 30
    hers = "5" * 10 + "4" * 30 + "4" * 10 + "3" * 25 + "5" * 5
    assert row(of, "kappa").value == pytest.approx(cohen_kappa_score([*ours], [*hers]))
    assert row(of, "kappa").n == 80
    assert row(of, "confusion", coded="happiness", found="neutral").value == pytest.approx(0.25)
    # Of hers 1 to 4 s and ours 2 to 4 s two thirds are common.
    assert row(of, "recall", coded="happiness").value == 1
    assert row(of, "precision", found="neutral").n == 2
    assert row(of, "precision", found="neutral").value == 0.5


def test_where_a_rater_never_codes_neutral_what_is_left_is_neutral(results: Results) -> None:
    cells = {
        "a.mp4": coded(results, "a.csv", [(2, 4, "happiness")]),
        "b.mp4": coded(results, "b.csv", [(0, 1, "happiness")]),
        "c.mp4": coded(results, "c.csv", []),
        "d.mp4": ",",
    }
    of = agreed(results, ",codes_anna", cells)
    assert row(of, "kappa").n == 120
    assert row(of, "confusion", coded="neutral", found="sadness").value == pytest.approx(16 / 90)
    assert of is not None
    assert any("Where anna coded nothing, this counts as neutral" in one for one in of.sentences)


def test_who_is_not_coded_is_not_compared_and_it_is_said(results: Results) -> None:
    path = exported(results.video("a.mp4"), "elan")[0]
    text = path.read_text("utf-8").replace("person 0", "person 1")
    (results.path.parent / "a.eaf").write_text(text, "utf-8")
    rows = [(0, 4, "neutral")]
    cells = {**dict.fromkeys(SHOWN, ","), "a.mp4": ",a.eaf", "b.mp4": coded(results, "b.csv", rows)}
    of = agreed(results, ",codes_anna", cells)
    assert of is not None
    assert row(of, "kappa").units == 1
    assert of.remarks == ("not compared, since there are no codes: person 0 of a.mp4 in a.eaf",)


def test_raters_are_compared_with_each_other(results: Results) -> None:
    hers = coded(results, "a1.csv", [(0, 2, "neutral"), (2, 4, "happiness")])
    his = coded(results, "a2.csv", [(0, 3, "neutral"), (3, 4, "happiness")])
    cells = {**dict.fromkeys(SHOWN, ",,,"), "a.mp4": f"{hers}{his}{hers}"}
    of = agreed(results, ",codes_anna,codes_ben,codes_eva", cells)
    assert of is not None
    assert of.raters == ("anna", "ben", "eva")
    assert row(of, "kappa", found_by="ben").value == pytest.approx(0.5)
    assert row(of, "kappa", found_by="eva").value == 1
    assert row(of, "alpha", coded_by="all raters").n == 120
    assert np.isnan(row(of, "kappa", found_by="ben").low)  # of one unit


def test_valence_is_compared_where_it_is_rated(results: Results) -> None:
    (results.path.parent / "v.csv").write_text("start,stop,valence\n0,2,0.25\n2,4,0.75\n", "utf-8")
    of = agreed(results, ",codes_anna", {**dict.fromkeys(SHOWN, ","), "a.mp4": ",v.csv"})
    assert of is not None
    assert {one.measure for one in of.rows} == {"icc_valence", "alpha_valence"}
    assert row(of, "icc_valence").n == 40


def test_what_is_left_out_is_said(results: Results) -> None:
    rows = [(0, 2, "neutral"), (2, 3, "smirk"), (9, 12, "fear"), (3, 4, "happiness")]
    cells = {**dict.fromkeys(SHOWN, ","), "a.mp4": coded(results, "a.csv", rows)}
    of = agreed(results, ",codes_anna", cells)
    assert of is not None
    assert of.remarks == (
        f"codes that name no expression left out: smirk (1); expressions are {', '.join(EMOTIONS)}",
        "1 code of a.mp4 beyond its end left out",
    )
    assert "1 code of a.mp4 beyond its end left out." in of.sentences


def test_codes_without_any_expression_are_refused(results: Results) -> None:
    cells = {**dict.fromkeys(SHOWN, ","), "a.mp4": coded(results, "a.csv", [(0, 1, "smirk")])}
    with pytest.raises(InputError, match=r"no code of .*a\.csv names an expression, .* smirk"):
        agreed(results, ",codes_anna", cells)


def test_a_design_without_codes_has_no_reliability(results: Results) -> None:
    assert agreed(results, "", {}) is None


def test_the_page_shows_every_figure(results: Results) -> None:
    cells = {
        "a.mp4": coded(results, "a.csv", [(0, 1, "neutral"), (1, 4, "happiness")]),
        "b.mp4": coded(results, "b.csv", [(0, 1, "happiness"), (1, 4, "neutral")]),
    }
    of = agreed(results, ",codes_anna", {**dict.fromkeys(SHOWN, ","), **cells})
    assert of is not None
    shown = reliability_shown(of)
    ((who, units, kappa, *_),) = shown.overall
    assert (who, units) == ("anna, videoemo", "2")
    assert kappa.startswith(f"{row(of, 'kappa').value:.2f} [")
    assert shown.confusions[0][1] == ("happiness", "neutral")
    assert [line[:2] for line in shown.confusions[0][2]] == [("happiness", "40"), ("neutral", "40")]
    assert shown.events[0][:3] == ("anna", "happiness", "2")
    heading, rows = of.table()
    assert len({len(heading), *map(len, rows)}) == 1


@pytest.mark.parametrize("program", ["elan", "boris"])
@pytest.mark.parametrize("is_free", [True, False], ids=["free clock", "clock"])
def test_times_are_those_of_the_program_that_codes(
    tmp_path: Path, program: str, is_free: bool
) -> None:
    table = faces_showing(SHOWN["a.mp4"], seconds=1.4 + np.arange(100) / 25)
    videos = dict.fromkeys(SHOWN, MadeUp(table))
    write_results(tmp_path / "out", videos, columns=Columns(EMOTIONS, (), None))
    results = load_results(tmp_path / "out")
    for one in results.scored:
        clock = {"clock_start": 1.36, "clock_is_free": is_free}
        write_json(one.folder / "summary.json", one.summary | clock)
    results = load_results(tmp_path / "out")
    path = exported(results.video("a.mp4"), program)[0].relative_to(tmp_path)
    of = agreed(results, ",codes_anna", {**dict.fromkeys(SHOWN, ","), "a.mp4": f",{path}"})
    assert row(of, "kappa").value == 1
    assert row(of, "kappa").n in (40, 41)


def test_a_picture_is_one_step(tmp_path: Path) -> None:
    videos = {
        name: MadeUp(faces_showing({0: "4" if name < "c" else "5"}, seconds=np.zeros(1)))
        for name in SHOWN
    }
    results = load_results(
        write_results(tmp_path / "out", videos, columns=Columns(EMOTIONS, (), None))
    )
    cells = {
        name: coded(results, f"{name}.csv", [(0, int(name > "b"), "happiness")]) for name in SHOWN
    }
    of = agreed(
        results, ",codes_anna", {**cells, "d.mp4": coded(results, "d", [(0, 0, "neutral")])}
    )
    assert row(of, "kappa").n == 4
    assert row(of, "kappa").value == pytest.approx(0.5)
    assert row(of, "precision", found="neutral").value == 0.5
