"""Codes by hand, as ELAN and BORIS write them, or a person."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from videoemo.errors import InputError
from videoemo.study.codes import Code, read_codes

ELAN_HEADING = (
    "Tier\tParticipant\tBegin Time - hh:mm:ss.ms\tBegin Time - ss.msec\tEnd Time - hh:mm:ss.ms\t"
    "End Time - ss.msec\tDuration - hh:mm:ss.ms\tDuration - ss.msec\tAnnotation"
)
ELAN_ROW = "anna\t\t00:00:01.480\t1.480\t00:01:02.000\t62.000\t00:01:00.520\t60.520\thappiness"
EAF = """<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="" DATE="2026-01-01T00:00:00+00:00" FORMAT="3.0" VERSION="3.0">
<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds"></HEADER>
<TIME_ORDER><TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="1480"/>
<TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="62000"/><TIME_SLOT TIME_SLOT_ID="ts3"/></TIME_ORDER>
<TIER TIER_ID="smiles" PARTICIPANT="p1" ANNOTATOR="anna" LINGUISTIC_TYPE_REF="t">
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2">
<ANNOTATION_VALUE>happi&#110;ess</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="ts2" TIME_SLOT_REF2="ts3">
<ANNOTATION_VALUE>fear</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
<TIER TIER_ID="kinds" PARENT_REF="smiles" LINGUISTIC_TYPE_REF="u">
<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a3" ANNOTATION_REF="a1">
<ANNOTATION_VALUE>surprise</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION></TIER>
</ANNOTATION_DOCUMENT>
"""
BORIS_HEADING = (
    "Observation id,Observation date,Media file name,Subject,Behavior,Behavior type,Start (s),"
    "Stop (s),Duration (s),Comment start"
)


def written(tmp_path: Path, text: str, name: str = "codes.txt") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def times(path: Path) -> list[tuple[int, int, str]]:
    return [(one.start, one.stop, one.word) for one in read_codes(path).codes]


def test_a_table_of_ones_own(tmp_path: Path) -> None:
    path = written(
        tmp_path, "rater,start,stop,expression,valence\nanna,0,1.5,happiness,0.5\nben,1.5,2,,-1\n"
    )
    first, second = read_codes(path).codes
    assert first == Code(0, 1500, "happiness", 0.5, rater="anna")
    assert (second.rater, second.word, second.valence) == ("ben", "", -1)


def test_decimal_commas_behind_semicolons(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeffStart;Stop;Expression\n0,25;1,5;neutral\n")
    assert times(path) == [(250, 1500, "neutral")]


def test_a_track_is_a_person(tmp_path: Path) -> None:
    path = written(tmp_path, "track,expression,start,stop\n1,fear,0,1\n")
    assert read_codes(path).codes[0].subject == "person 1"


@pytest.mark.parametrize(
    "text",
    [
        f"{ELAN_HEADING}\n{ELAN_ROW}\n",
        f'"#file:///a b.eaf\n{ELAN_HEADING}\n{ELAN_ROW}\n',
        f"{ELAN_ROW}\n",
        "anna\t1.480\t62.000\t60.520\thappiness\n",
        "anna\t\t1480\t62000\t60520\thappiness\n",
        "Begin Time - msec\tEnd Time - msec\tanna\tben\n1480\t62000\thappiness\t\n",
    ],
    ids=["heading", "files", "no heading", "seconds", "milliseconds", "a column a tier"],
)
def test_tab_delimited_text_of_elan(tmp_path: Path, text: str) -> None:
    (code,) = read_codes(written(tmp_path, text)).codes
    assert (code.start, code.stop, code.word, code.tier) == (1480, 62000, "happiness", "anna")
    assert (code.subject, code.rater) == ("", "")
    assert math.isnan(code.valence)


def test_a_document_of_elan(tmp_path: Path) -> None:
    codes = read_codes(written(tmp_path, EAF, "a.eaf"))
    first, second = codes.codes
    assert (first.start, first.stop, first.word) == (1480, 62000, "happiness")
    assert (first.subject, first.rater, first.tier) == ("p1", "anna", "smiles")
    assert (second.start, second.stop, second.word) == (1480, 62000, "surprise")
    assert codes.points == 1  # the end of one is not known


@pytest.mark.parametrize("delimiter", [",", "\t"], ids=["CSV", "TSV"])
def test_aggregated_events_of_boris(tmp_path: Path, delimiter: str) -> None:
    rows = [
        "o1,2026-01-01 00:00:00,v/a.mp4,No focal subject,happiness,STATE,1.480,62.000,60.520,",
        'o1,2026-01-01 00:00:00,v/a.mp4,p1,fear,POINT,3.000,3.000,NA,"he says ""oh"""',
    ]
    text = "\n".join([BORIS_HEADING, *rows]).replace(",", delimiter)
    codes = read_codes(written(tmp_path, text))
    (code,) = codes.codes
    assert (code.start, code.stop, code.word, code.subject) == (1480, 62000, "happiness", "")
    assert code.sources == ("o1", "v/a.mp4")
    assert (codes.points, codes.from_file) == (1, True)


def project(events: list[list[object]]) -> str:
    behaviors = {
        "0": {"type": "State event", "code": "happiness"},
        "1": {"type": "Point event", "code": "blink"},
    }
    observation = {"file": {"1": ["v/a.mp4"]}, "events": events}
    return json.dumps({"behaviors_conf": behaviors, "observations": {"o1": observation}})


def test_a_project_of_boris(tmp_path: Path) -> None:
    events: list[list[object]] = [
        [1.48, "p1", "happiness", "", ""],
        [2, "p1", "blink", "", ""],
        [62.0, "p1", "happiness", "", ""],
    ]
    codes = read_codes(written(tmp_path, project(events), "a.boris"))
    (code,) = codes.codes
    assert (code.start, code.stop, code.word, code.subject) == (1480, 62000, "happiness", "p1")
    assert code.sources == ("o1", "v/a.mp4")
    assert codes.points == 1


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "", "holds no codes"),
        ("a.csv", "from,to,what\n0,1,fear\n", "expected the columns start, stop and expression"),
        ("a.csv", "start,stop,expression\n0,soon,fear\n", "line 2: start and stop: expected a num"),
        ("a.csv", "start,stop,expression\n0,inf,fear\n", "line 2: start and stop: expected a time"),
        ("a.csv", "start,stop,expression\n2,1,fear\n", "it stops at '1', before it starts at '2'"),
        ("a.csv", "start,stop,valence\n0,1,7\n", "valence: expected numbers from -1 to 1, got '7'"),
        ("a.csv", "start,stop,expression\n0,1,fear,x\n", "line 2: expected 3 values"),
        ("a.txt", "anna\thello\tworld\n", "line 1: expected tier, begin, end, duration"),
        ("a.eaf", "<html></html>", "expected ANNOTATION_DOCUMENT, got 'html'"),
        ("a.eaf", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "declares a document type"),
        ("a.eaf", "<ANNOTATION_DOCUMENT>", "line 1: no element found"),
        ("a.eaf", '<?xml version="1.0" encoding="u2f"?><a/>', "unknown encoding: u2f"),
        ("a.boris", "[]", "expected a JSON object"),
        ("a.boris", "{}", "behaviors_conf: expected objects"),
        ("a.boris", project([[1, "p1", "happiness", "", ""]]), "starts at 1 s does not stop"),
        ("a.boris", project([[1, "p1"]]), "expected an event of five values"),
    ],
)
def test_bad_files_are_refused_in_one_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    path = written(tmp_path, text, name)
    with pytest.raises(InputError) as caught:
        read_codes(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["a.csv", "a.eaf", "a.boris"])
def test_a_file_that_is_not_there_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=f"cannot read .*{name}"):
        read_codes(tmp_path / name)
