"""Designs: what is read, what the unit is, and what is refused."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path

import pytest

from tests.support.damage import mutated, rewrite
from tests.support.refusals import is_refused
from videoemo.errors import InputError
from videoemo.study.design import Design, read_design

DESIGN = "video,condition\na.mp4,x\nb.mp4,y\n"


def design_of(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "design.csv"
    path.write_text(text, encoding="utf-8")
    return path


def read(tmp_path: Path, text: str, *, by: str = "condition", **options: str) -> Design:
    return read_design(design_of(tmp_path, text), by=by, **options)  # type: ignore[arg-type]


def test_a_row_names_a_video_a_condition_and_whatever_else(tmp_path: Path) -> None:
    text = (
        "video,condition,start,codes_ann,codes,age\na.mp4,x,1.5,ann/a.txt,c.csv,31\nb.mp4,y,,,,\n"
    )
    design = read(tmp_path, text, onset="start")
    first, second = design.rows
    assert (first.video, first.condition, first.onset, first.line) == ("a.mp4", "x", 1.5, 2)
    assert first.codes == (("ann", tmp_path / "ann" / "a.txt"), ("", tmp_path / "c.csv"))
    assert (design.others, first.others) == (("age",), {"age": "31"})
    assert second.codes == ()
    assert math.isnan(second.onset)


@pytest.mark.parametrize(
    ("cell", "track"),
    [("", "longest"), ("longest", "longest"), ("Each", "each"), ("3", 3), ("0.0", 0)],
)
def test_who_of_a_video_is_meant_says_the_track(
    tmp_path: Path, cell: str, track: int | str
) -> None:
    text = f"video,track,condition\na.mp4,{cell},x\nb.mp4,,y\n"
    assert read(tmp_path, text).rows[0].track == track


@pytest.mark.parametrize(
    ("columns", "options", "unit", "said"),
    [
        ("participant,person", {"unit": "person"}, "person", "as --unit asks for"),
        ("participant,person", {}, "participant", "since the design has such a column"),
        ("person,name", {}, "video", "right only where no person is in two videos"),
        ("participant,person", {"of": "groups"}, "video", "one group each"),
    ],
)
def test_what_the_unit_is_is_asked_for_or_inferred_and_said(
    tmp_path: Path, columns: str, options: dict[str, str], unit: str, said: str
) -> None:
    text = f"video,{columns},condition\na.mp4,p1,q1,x\nb.mp4,p2,q2,y\n"
    design = read(tmp_path, text, **options)
    assert design.unit == unit
    assert f"The unit is the {unit}, " in design.unit_said
    assert said in design.unit_said


def test_units_that_are_compared_with_themselves_are_those_of_within(tmp_path: Path) -> None:
    text = "video,who,condition\na.mp4,p1,x\nb.mp4,p1,y\n"
    design = read(tmp_path, text, within="who")
    assert (design.unit, design.within) == ("who", "who")
    assert [(row.unit, row.within) for row in design.rows] == [("p1", "p1")] * 2
    assert read(tmp_path, text, within="who", unit="who").rows == design.rows


def test_names_of_videos_are_those_of_videos_csv(tmp_path: Path) -> None:
    design = read(tmp_path, "video,condition\n'=a\\xe9.mp4,x\n'b.mp4,y\n")
    assert [row.video for row in design.rows] == ["=a\udce9.mp4", "b.mp4"]


def test_a_spreadsheet_may_write_semicolons_a_mark_and_empty_columns(tmp_path: Path) -> None:
    path = tmp_path / "design.csv"
    path.write_bytes(b"\xef\xbb\xbfvideo;condition;;\r\na.mp4;x;;\r\n;;;\r\nb.mp4;y;;\r\n")
    rows = read_design(path, by="condition").rows
    assert [(row.line, row.video, row.condition) for row in rows] == [
        (2, "a.mp4", "x"),
        (4, "b.mp4", "y"),
    ]


def test_of_groups_rows_of_one_video_are_one(tmp_path: Path) -> None:
    text = "video,track,condition,age\na.mp4,0,x,20\na.mp4,1,x,30\nb.mp4,,y,\n"
    assert [row.video for row in read(tmp_path, text, of="groups").rows] == ["a.mp4", "b.mp4"]
    with pytest.raises(InputError, match=r"line 3: 'a\.mp4' is in line 2 with another unit"):
        read(tmp_path, text.replace("1,x", "1,y"), of="groups")


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", {}, "no video in .*expected a heading with the columns video and condition"),
        ("video,condition\n", {}, "no video in "),
        ("clip,condition\na,x\n", {}, "no column 'video' .the videos.*allowed: clip, condition"),
        ("video,conditon\na,x\n", {}, "no column 'condition' .--by.; did you mean 'conditon'"),
        (DESIGN, {"unit": "who"}, "no column 'who' .--unit.; allowed: video, condition"),
        (DESIGN, {"within": "who"}, "no column 'who' .--within"),
        (DESIGN, {"onset": "who"}, "no column 'who' .--onset"),
        ("video,condition,condition\na,x,y\n", {}, "has the column 'condition' twice"),
        (DESIGN + "c.mp4\n", {}, "line 4: expected 2 values .video, condition., got 1"),
        (DESIGN + "c.mp4,\n", {}, "line 4, column 'condition': it is empty"),
        (DESIGN + ",x\n", {}, "line 4, column 'video': it is empty"),
        (DESIGN + "a.mp4,x\n", {}, "line 4: 'a.mp4' with 'longest' is in line 2 already"),
        ("video,condition\na,x\nb,x\n", {}, "column 'condition': all of it is 'x'"),
        (
            "video,condition,participant\na,x,\nb,y,p\n",
            {},
            "line 2, column 'participant': it is empty",
        ),
        (
            "video,condition,start\na,x,soon\nb,y,1\n",
            {"onset": "start"},
            "line 2, column 'start': expected seconds such as 12.5, got 'soon'",
        ),
        (
            "video,condition,start\na,x,nan\nb,y,1\n",
            {"onset": "start"},
            "line 2, column 'start': expected seconds",
        ),
        (
            "video,condition,track\na,x,left\nb,y,1\n",
            {},
            "line 2, column 'track': expected a number as in tracks.csv, longest or each",
        ),
        (
            "video,condition,track\na,x,1\na,x,1\nb,y,1\n",
            {},
            "line 3: 'a' with track 1 is in line 2 already",
        ),
        (
            "video,condition,participant\na,x,p\nb,y,p\nc,y,q\n",
            {},
            "participant 'p' is in 2 conditions .x, y.: compare each with itself by --within",
        ),
        (
            "video,condition,who\na,x,p\nb,y,q\n",
            {"within": "who"},
            "no who is in two conditions: compare groups of them by --unit who",
        ),
        (
            "video,condition,who,pair\na,x,p,1\nb,y,q,1\n",
            {"within": "pair", "unit": "who"},
            "--unit who and --within pair: .* give --within pair alone",
        ),
    ],
)
def test_what_a_design_lacks_is_said_in_one_line(
    tmp_path: Path, text: str, options: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message) as info:
        read(tmp_path, text, **options)
    assert "\n" not in str(info.value)


def test_a_design_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*design\.csv'"):
        read_design(tmp_path / "design.csv", by="condition")


def test_a_damaged_design_is_read_or_refused_in_one_line(tmp_path: Path) -> None:
    text = b"video,who,condition,start,track,codes\na,p,x,1.5,0,c.txt\nb,p,y,0,each,\nc,q,x,,,\n"
    path, n_refused = tmp_path / "design.csv", 0
    for content in mutated(text, seed=1, n=200):
        rewrite(path, content)
        n_refused += is_refused(
            partial(read_design, path, by="condition", within="who", onset="start")
        )
    assert n_refused > 100
