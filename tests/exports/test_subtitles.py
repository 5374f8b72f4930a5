"""Subtitles: WebVTT and SRT."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from tests.support.exports import exported, faces_showing, results_of
from videoemo.exports.webvtt import timestamp

TIMES = re.compile(r"(\d{2,}:\d\d:\d\d[.,]\d{3}) --> (\d{2,}:\d\d:\d\d[.,]\d{3})")
ODD = ("a --> b", "<i>&nbsp;", "{\\an8}x", "\u559c", "neutral")


def cues(text: str, arrow: str = "-->") -> list[tuple[str, str, list[str]]]:
    """Times and lines of each cue; a block without times is none."""
    found = []
    for block in re.split(r"\n\n+", text.strip("\n")):
        lines = block.split("\n")
        at = next((i for i, line in enumerate(lines) if arrow in line), None)
        if at is not None:
            matched = TIMES.fullmatch(lines[at])
            assert matched, lines[at]
            found.append((matched[1], matched[2], lines[at + 1 :]))
    return found


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0, "00:00:00.000"), (3_723_004, "01:02:03.004"), (360_000_000, "100:00:00.000")],
)
def test_hours_have_two_digits_or_more(milliseconds: int, text: str) -> None:
    assert timestamp(milliseconds, point=".") == text


def test_webvtt_has_a_cue_an_episode_in_the_order_of_time(tmp_path: Path) -> None:
    displayed = {0: "4" * 40 + "5" * 40, 1: "6" * 20 + "." * 20 + "4" * 40}
    path, _ = exported(results_of(tmp_path, faces_showing(displayed)), "webvtt")
    text = path.read_text(encoding="utf-8")
    assert (path.name, text.split("\n\n")[0]) == ("interview.vtt", "WEBVTT")
    assert cues(text) == [
        ("00:00:00.000", "00:00:01.600", ["<v person 0>happiness"]),
        ("00:00:00.000", "00:00:00.800", ["<v person 1>sadness"]),
        ("00:00:01.600", "00:00:03.200", ["<v person 0>neutral"]),
        ("00:00:01.600", "00:00:03.200", ["<v person 1>happiness"]),
    ]


def test_srt_has_all_persons_of_a_moment_in_one_cue(tmp_path: Path) -> None:
    displayed = {0: "4" * 40 + "5" * 40, 1: "6" * 20 + "." * 20 + "4" * 40}
    path, _ = exported(results_of(tmp_path, faces_showing(displayed)), "srt")
    text = path.read_text(encoding="utf-8")
    assert cues(text) == [
        ("00:00:00,000", "00:00:00,800", ["person 0: happiness", "person 1: sadness"]),
        ("00:00:00,800", "00:00:01,600", ["person 0: happiness"]),
        ("00:00:01,600", "00:00:03,200", ["person 0: neutral", "person 1: happiness"]),
    ]
    assert [block.split("\n")[0] for block in text.strip().split("\n\n")] == ["1", "2", "3"]


@pytest.mark.parametrize("name", ["webvtt", "srt"])
def test_no_name_of_a_class_is_taken_for_times_or_mark_up(tmp_path: Path, name: str) -> None:
    displayed = {0: "".join(str(i) * 10 for i in range(5))}
    video = results_of(tmp_path, faces_showing(displayed, classes=ODD))
    text = exported(video, name)[0].read_text(encoding="utf-8")
    assert text.count("-->") == len(cues(text)) == 5
    shown = re.sub(r"<v person \d+>|person \d+: ", "", text)
    assert not set(shown.replace("-->", "")) & set("<>")
    assert "{" not in shown or name == "webvtt"


@pytest.mark.parametrize("name", ["webvtt", "srt"])
def test_a_video_without_a_face_has_no_cues(tmp_path: Path, name: str) -> None:
    path, remarks = exported(results_of(tmp_path, faces_showing({0: "." * 9})), name)
    assert cues(path.read_text(encoding="utf-8")) == []
    assert remarks == ("no face, and so no annotations",)


def test_what_lasts_less_than_a_millisecond_is_said_to_be_left_out(tmp_path: Path) -> None:
    seconds = np.concatenate([np.arange(10) / 25, 0.4 + np.arange(30) / 100_000])
    table = faces_showing({0: "4" * 10 + "." * 20 + "5" * 10}, seconds=seconds)
    path, remarks = exported(results_of(tmp_path, table), "webvtt")
    assert [text for *_, text in cues(path.read_text("utf-8"))] == [["<v person 0>happiness"]]
    assert any("less than a millisecond" in remark for remark in remarks)
