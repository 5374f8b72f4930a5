"""The page of a video."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.clips import write_clip
from tests.support.packed import unpacked
from tests.support.results import MadeUp, two_persons, write_results
from tests.support.rows import rows
from videoemo.report.video_data import BOX_PARTS, as_script
from videoemo.report.video_page import write_embedded_video_page, write_video_page
from videoemo.results import load_results
from videoemo.results.video import VideoResults
from videoemo.tables.found import FoundRow, write_found

EVIL = "<img src=x onerror=alert(1)></script>.mp4"


def results(tmp_path: Path, **made: Any) -> VideoResults:
    made = {"table": two_persons(), "path": tmp_path / "a.mp4", **made}
    if not made["path"].exists():
        write_clip(made["path"])
    return load_results(write_results(tmp_path / "out", {"a.mp4": MadeUp(**made)})).scored[0]


def data(folder: Path) -> dict[str, Any]:
    text = (folder / "report.js").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text.removeprefix("globalThis.videoemoData = ")[:-2])
    return content


def test_a_page_has_its_data_beside_it_and_the_scripts_above(tmp_path: Path) -> None:
    page = write_video_page(results(tmp_path))
    text = page.read_text(encoding="utf-8")
    scripts = re.findall(r'<script src="([^"]*)"', text)
    assert scripts[0] == "report.js"
    assert {name.rpartition("/")[0] for name in scripts[1:]} == {"../assets"}
    assert all((page.parent / name).is_file() for name in scripts)
    assert 'href="../index.html"' in text


def test_what_the_page_shows_is_what_the_tables_hold(tmp_path: Path) -> None:
    video = results(tmp_path)
    content = data(write_video_page(video).parent)
    columns, table = unpacked(content), video.table
    assert [one["track"] for one in content["tracks"]] == [0, 1]
    assert np.array_equal(columns["seconds"], table.seconds[table.frame_starts()])
    unit = max(video.width, video.height) / BOX_PARTS
    for person in content["tracks"]:
        of_page = slice(person["first"], person["first"] + person["rows"])
        of_table = table.track == person["track"]
        assert np.array_equal(columns["frame"][columns["at"][of_page]], table.frame[of_table])
        for name, box in zip(("x", "y", "width", "height"), table.boxes[of_table].T, strict=True):
            assert np.abs(columns[name][of_page] * unit - box).max() <= unit / 2 + 1e-4


def test_a_face_is_told_by_the_episode_that_it_is_in(tmp_path: Path) -> None:
    video = results(tmp_path)
    columns = unpacked(data(write_video_page(video).parent))
    classes, first = video.columns.classes, columns["leads"][:50]
    sad, happy = (episode for episode in video.episodes if episode.track == 0)
    assert [classes[first[0]], classes[first[-1]]] == [sad.expression, happy.expression]
    assert (np.diff(first.astype(int)) != 0).sum() == 1


def test_of_the_data_nothing_stands_in_the_text_of_the_page(tmp_path: Path) -> None:
    text = write_video_page(results(tmp_path, error="x")).read_text(encoding="utf-8")
    assert len(text) < 12_000
    assert "sadness" not in text


@pytest.mark.parametrize("evil", [EVIL, "a\u2028b{{ 1 + 1 }}", "caf\udce9"])
def test_texts_are_text(tmp_path: Path, evil: str) -> None:
    page = write_video_page(results(tmp_path, error=evil))
    text = page.read_text(encoding="utf-8")
    assert "<img src=x" not in text
    assert "{{" not in text.replace("{{ 1 + 1 }}", "")
    script = as_script("a", {"b": evil})
    assert script.isascii()
    assert "<" not in script


def test_a_video_without_a_face_has_a_page_that_says_so(tmp_path: Path) -> None:
    video = results(tmp_path, table=rows([(i, i * 0.04, None, 0.0) for i in range(20)]))
    text = write_video_page(video).read_text(encoding="utf-8")
    assert "No face was found in this video" in text
    assert 'id="plane"' not in text


def test_of_a_picture_there_is_a_table_and_no_course(tmp_path: Path) -> None:
    text = write_video_page(results(tmp_path, table=rows([(0, 0.0, 0, 0.7)]))).read_text("utf-8")
    assert 'id="faces"' in text
    assert 'id="plane"' not in text
    assert "bokeh" not in text


def test_a_video_that_is_gone_has_a_page_that_says_so(tmp_path: Path) -> None:
    video = results(tmp_path)
    (tmp_path / "a.mp4").unlink()
    text = write_video_page(video).read_text(encoding="utf-8")
    assert "The video is not shown: no video at" in text
    assert "<video" not in text


def test_an_embedded_page_holds_no_other_file_than_the_video_that_was_scored(
    tmp_path: Path,
) -> None:
    video, path = results(tmp_path), tmp_path / "mail.html"
    write_clip(tmp_path / "a.mp4", first=100)
    write_embedded_video_page(video, path)
    text = path.read_text()
    assert "is not the video that was scored" in text
    assert "videoemoMedia =" not in text


def test_an_embedded_page_leaves_out_a_video_that_is_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("videoemo.report.video_page._MOST_HELD", 100)
    path = tmp_path / "mail.html"
    write_embedded_video_page(results(tmp_path), path)
    text = path.read_text()
    assert "The video is not in this page" in text
    assert "videoemoMedia =" not in text


def test_an_embedded_page_asks_for_no_file(tmp_path: Path) -> None:
    path = tmp_path / "mail.html"
    write_embedded_video_page(results(tmp_path), path)
    text = path.read_text(encoding="utf-8")
    markup = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", text, flags=re.DOTALL)
    assert not re.search(r'\b(?:src|href)="(?!#)', markup)
    assert "videoemoMedia" in text


def test_the_same_results_give_the_same_page(tmp_path: Path) -> None:
    video = results(tmp_path)
    page = write_video_page(video)
    first = page.read_bytes(), (page.parent / "report.js").read_bytes()
    write_video_page(load_results(tmp_path / "out").scored[0])
    assert (page.read_bytes(), (page.parent / "report.js").read_bytes()) == first


def test_who_fits_a_description_is_shown_as_long_as_its_frames_are_there(tmp_path: Path) -> None:
    video = results(tmp_path)
    row = FoundRow(video="a.mp4", description="<b>the red shirt", votes=5, shown=6, track=1)
    others = [replace(row, video="b.mp4"), replace(row, track=None, votes=None, reason="no answer")]
    write_found([replace(row, spans="0.0-1.0"), *others], video.out / "found.csv")
    assert 'id="found"' not in write_video_page(video).read_text(encoding="utf-8")
    (video.folder / "found.png").touch()
    text = write_video_page(replace(video)).read_text(encoding="utf-8")
    assert 'id="found"' in text
    assert text.count("&lt;b&gt;the red shirt") == 2
    assert "5 of 6 frames" in text
    assert "nobody" in text
    assert "<b>the red" not in text
