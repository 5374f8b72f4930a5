"""What a notebook shows of results."""

from __future__ import annotations

from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import videoemo
from tests.support.results import MadeUp, two_persons, write_results
from tests.support.rows import rows
from videoemo.tables.summary import Failure

EVIL = "<img src=x onerror=alert(1)>\u202e.mp4"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert {name for name, _ in attrs} <= {"scope", "colspan"}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_notebook_shows_counts_and_the_first_videos_with_names_escaped(tmp_path: Path) -> None:
    videos = {EVIL: MadeUp(two_persons(10)), "b.mp4": MadeUp(two_persons(10))}
    failure = Failure("c.mp4", "probe", "UnreadableVideoError", "<b>no</b> decoder")
    html = videoemo.load_results(write_results(tmp_path, videos, failures=[failure]))._repr_html_()
    page = Tags()
    page.feed(html)
    assert "3 videos, 1 failed, 36 faces" in page.text
    assert "<img src=x onerror=alert(1)>" in page.text
    assert "<b>no</b> decoder" in page.text
    assert page.tags.count("tr") == 4
    assert set(page.tags) <= {"div", "p", "b", "code", "table", "thead", "tbody", "tr", "th", "td"}
    assert "\u202e" not in html
    assert "color" not in html  # those of the page, dark or light


def test_a_notebook_shows_few_of_many_videos(tmp_path: Path) -> None:
    videos = {f"{i:02}.mp4": MadeUp(two_persons(2)) for i in range(13)}
    html = videoemo.load_results(write_results(tmp_path, videos))._repr_html_()
    assert html.count("<tr>") == 11
    assert "and 3 more" in html


def test_a_timeline_is_drawn_from_the_results(tmp_path: Path) -> None:
    out = write_results(tmp_path, {"a.mp4": MadeUp(two_persons())})
    figure = videoemo.load_results(out).plot_timeline("a.mp4")
    png = figure._repr_png_()  # type: ignore[attr-defined]
    page = np.asarray(Image.open(BytesIO(png)).convert("RGB"))
    assert page.shape[1] == 1500
    small = BytesIO()
    figure.savefig(small, dpi=36)
    halved = np.asarray(Image.open(small).convert("RGB").resize(page.shape[1::-1]))
    # The same picture at another size: nothing is cut off or moved.
    assert np.abs(halved.astype(int) - page).mean() < 8


@pytest.mark.parametrize("track", [None, 0])
def test_a_video_of_one_frame_or_without_a_face_is_drawn_too(
    tmp_path: Path, track: int | None
) -> None:
    out = write_results(tmp_path, {"a.mp4": MadeUp(rows([(0, 0.0, track, 0.7)]))})
    assert videoemo.load_results(out).plot_timeline("a.mp4").get_size_inches()[0] > 20
