from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.support.commands import Run
from tests.support.indexed_faces import colour_extractor, write_index
from videoemo.config.face_protocol import AuditProtocol, HeldOut, load_face_protocol
from videoemo.datasets.faces.draws import held_out
from videoemo.errors import InputError
from videoemo.evaluation.audit import audit
from videoemo.evaluation.audit_report import AuditReport, GroupFigures


def protocol(**given: object) -> AuditProtocol:
    shipped = load_face_protocol("audit")
    assert isinstance(shipped, AuditProtocol)
    return replace(shipped, crop="whole", resamples=200, **given)  # type: ignore[arg-type]


def person(i: int, gender: str, expression: str, shown: str, **more: str) -> dict[str, str]:
    known = {"person": f"p{i}", "gender": gender, "expression": expression, "shown": shown}
    return {**known, **more}


def ten_each() -> list[dict[str, str]]:
    """Ten women and ten men; two of ten happy women and six of ten happy men look angry."""
    rows: list[dict[str, str]] = []
    for gender, wrong in (("female", 2), ("male", 6)):
        for i in range(10):
            of = len(rows)
            look = "anger" if i < wrong else "happiness"
            rows.append(person(of, gender, "happiness", look, ethnicity="b" if i < 3 else "a"))
            rows.append(person(of, gender, "sadness", "sadness", ethnicity="b" if i < 3 else "a"))
    return rows


def figures(report: AuditReport, label: str, by: str = "") -> dict[str, GroupFigures]:
    return {f.group: f for f in report.figures if (f.label, f.by) == (label, by)}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> AuditReport:
    root = write_index(tmp_path_factory.mktemp("people"), ten_each())
    return audit(protocol(), root, colour_extractor())


def test_recall_is_the_share_of_a_groups_faces_with_an_expression_that_are_called_it(
    report: AuditReport,
) -> None:
    of_gender = figures(report, "happiness", "gender")
    assert [float(f.recall.value) for f in of_gender.values()] == pytest.approx([0.8, 0.4])
    assert float(figures(report, "happiness")[""].recall.value) == pytest.approx(0.6)
    assert {f.people for f in of_gender.values()} == {10}
    assert float(figures(report, "sadness")[""].recall.value) == 1


def test_the_largest_gap_names_the_groups(report: AuditReport) -> None:
    gap = next(g for g in report.gaps if (g.label, g.by) == ("happiness", "gender"))
    assert (gap.high, gap.low) == ("female", "male")
    assert float(gap.difference.value) == pytest.approx(0.4)
    assert gap.difference.low < 0.4 < gap.difference.high


def test_calibration_is_what_is_said_less_what_is(report: AuditReport) -> None:
    # A colour is said with a probability of 0.998: 8 of 20 faces of men, or 10 of 20, are happy.
    of_men = figures(report, "happiness", "gender")["male"]
    assert float(of_men.calibration.value) == pytest.approx(4 / 20 - 10 / 20, abs=0.01)


def test_the_area_compares_with_the_other_faces_of_the_group(report: AuditReport) -> None:
    # Men who look angry are given less of happiness than those who look sad.
    of_men = figures(report, "happiness", "gender")["male"]
    assert float(of_men.auc.value) == pytest.approx(0.4)


def test_groups_of_few_people_and_unknown_expressions_are_left_out_and_said(
    tmp_path: Path,
) -> None:
    rows = [
        *ten_each(),
        *(person(90 + i, "other", "happiness", "happiness", ethnicity="a") for i in range(4)),
        person(99, "female", "awe", "happiness", ethnicity="a"),
        person(99, "female", "", "happiness", ethnicity="a"),
    ]
    report = audit(protocol(), write_index(tmp_path / "data", rows), colour_extractor())
    assert set(figures(report, "happiness", "gender")) == {"female", "male"}
    assert report.left_out == (
        "left out: 1 picture without an expression",
        "left out: 1 picture of awe, which fake does not know",
        "left out: gender other: 4 persons",
    )


def test_only_people_whom_trainings_hold_out_are_asked_for_where_the_protocol_says_so(
    tmp_path: Path,
) -> None:
    root = write_index(tmp_path / "data", ten_each())
    report = audit(protocol(held_out=HeldOut(share=0.5, seed=1)), root, colour_extractor())
    drawn = held_out([f"p{2 * i}" for i in range(20)], share=0.5, seed=1)
    assert 0 < drawn.sum() < 20
    assert report.people == drawn.sum()


def test_broken_and_missing_pictures_are_counted_and_named(tmp_path: Path) -> None:
    broken = [person(90 + i, "female", "sadness", "broken", ethnicity="a") for i in range(2)]
    root = write_index(tmp_path / "data", [*ten_each(), *broken])
    (root / "images" / "41.png").unlink()
    report = audit(protocol(), root, colour_extractor())
    assert len(report.seen.broken) == 2
    assert "cannot be read: 2 pictures: 40.png" in report.lines()[-1]
    assert "41.png" in report.lines()[-1]


def test_age_is_told_in_bands_from_young_to_old(tmp_path: Path) -> None:
    rows = [row | {"age": str(9 + 3 * (i // 2))} for i, row in enumerate(ten_each())]
    root = write_index(tmp_path / "data", rows)
    report = audit(protocol(age_bands=(30, 60)), root, colour_extractor())
    found = {name: f.faces for name, f in figures(report, "sadness", "age").items()}
    assert list(found.items()) == [("under 30", 7), ("30 to 59", 10)]  # 3 are 60 and over


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no row"),
        ("image,person\n0.png,a\n", "no column 'expression'"),
        (
            "image,expression\n9.png,happiness\n",
            "no face in any of 1 picture: 9.png: no such file",
        ),
        ("image,expression\n../0.png,happiness\n", "below its folder, got '../0.png'"),
        ("image,expression\n0.png,happiness\n0.png,anger\n", "line 3: '0.png' is there twice"),
        ("image,expression\n0.png,awe\n", "fake knows none of its expressions, only anger"),
        ("image,expression,age\n0.png,anger,old\n", "age: expected numbers of years, got 'old'"),
        ("image,expression,age\n0.png,anger,999\n", "age: expected 0 to 120 years, got '999'"),
    ],
)
def test_an_index_that_cannot_be_used_says_why(tmp_path: Path, text: str, message: str) -> None:
    root = write_index(tmp_path / "data", [person(0, "female", "happiness", "happiness")])
    (root / "index.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        audit(protocol(), root, colour_extractor())


def test_the_command_prints_a_line_a_group_and_writes_no_person(
    videoemo: Run, tmp_path: Path
) -> None:
    root = write_index(tmp_path / "data", ten_each())
    mine = tmp_path / "mine.toml"
    text = Path("eval/protocols/audit.toml").read_text(encoding="utf-8")
    mine.write_text(text.replace('crop = "detector"', 'crop = "whole"'), encoding="utf-8")
    status, out, err = videoemo(
        "evaluate", "--protocol", mine, "--data", root, "-o", tmp_path / "out"
    )
    assert (status, err) == (0, "")
    assert out.startswith("ferplus-small on 40 faces of 20 people")
    assert "  gender female " in out
    assert (tmp_path / "out" / "audit.png").is_file()
    text = (tmp_path / "out" / "report.json").read_text()
    assert json.loads(text)["people"] == 20
    assert "p1" not in text


@pytest.mark.shared
def test_the_londoners_are_found_and_their_neutral_faces_stay_neutral(
    videoemo: Run, shared: Path
) -> None:
    _, out, _ = videoemo("evaluate", "--protocol", "audit", "--data", shared / "data/faces/london")
    assert "no face found in 0 pictures" in out
    neutral = next(line for line in out.splitlines() if line.startswith("neutral"))
    assert float(neutral.split()[3]) >= 97


def test_the_figures_are_the_same_every_time(report: AuditReport, tmp_path: Path) -> None:
    again = audit(protocol(), write_index(tmp_path / "data", ten_each()), colour_extractor())
    assert again.lines() == report.lines()
    assert np.isfinite(float(again.figures[0].auc.low))
