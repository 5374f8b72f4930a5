"""WebVTT as a browser reads it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from eval.support.browser import visit
from tests.support.exports import exported, faces_showing, results_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

# Read as the track of a video: the times of each cue, and its text without mark-up.
READ = """text => new Promise((resolve, reject) => {
    const track = document.createElement("track");
    track.onload = () => resolve([...track.track.cues].map(
        cue => [cue.startTime, cue.endTime, cue.getCueAsHTML().firstChild.title,
                cue.getCueAsHTML().textContent]));
    track.onerror = () => reject(new Error("the browser takes it for no WebVTT"));
    track.src = "data:text/vtt;charset=utf-8," + encodeURIComponent(text);
    document.body.appendChild(document.createElement("video")).append(track);
    track.track.mode = "hidden";
})"""


def read(browser: Browser, path: Path) -> list[list[float | str]]:
    with visit(browser) as opened:
        cues: list[list[float | str]] = opened.page.evaluate(READ, path.read_text("utf-8"))
    return cues


def test_a_browser_reads_every_cue_with_its_person_and_its_text(
    browser: Browser, tmp_path: Path
) -> None:
    classes = ("a --> b", "<i>&nbsp;", "\u559c", "neutral")
    displayed = {0: "0" * 20 + "2" * 20, 1: "1" * 20 + "." * 10 + "3" * 10}
    video = results_of(tmp_path, faces_showing(displayed, classes=classes))
    assert read(browser, exported(video, "webvtt")[0]) == [
        [0, 0.8, "person 0", "a --> b"],
        [0, 0.8, "person 1", "<i>&nbsp;"],
        [0.8, 1.6, "person 0", "\u559c"],
        [1.2, 1.6, "person 1", "neutral"],
    ]


def test_a_browser_reads_a_file_without_cues(browser: Browser, tmp_path: Path) -> None:
    video = results_of(tmp_path, faces_showing({0: "." * 9}))
    assert read(browser, exported(video, "webvtt")[0]) == []
