"""The page of a video in a real browser: it plays, a click seeks, and the boxes are those that
faces.parquet has of the very frame that is shown.

Each frame of the clip tells its own number, which is read from what the browser shows.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import pytest
from PIL import Image

from eval.support.browser import Visit
from tests.support.clips import number, write_clip
from tests.support.results import MadeUp, write_results
from tests.support.rows import rows
from videoemo.report.write import write_report
from videoemo.runs.progress import JsonProgress
from videoemo.tables.faces import FaceTable

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

Open = Callable[..., Visit]

SIZE = (640, 360)  # as `write_results` has it
# Of a clip whose frames come at all distances, in 25ths of a second: the last is shown for one.
UNEVEN = [0, 1, 2, 5, 6, 14, 15, 17, 30, 31, 32, 33, 34, 41, 60, 61, 63, 70, 71, 75]
EVIL = "<img src=x onerror=\"document.title='run'\">.mp4"
# A box on the page is in 4096ths of the longer side of the frame.
EXACT = 0.5 * SIZE[0] / 4096 + 0.01


def faces(seconds: list[float], *, every: int = 1, first: int = 0) -> FaceTable:
    """Person 0 in all sampled frames, person 1 in every third; their boxes move with each frame."""
    given = [
        (i, seconds[i], track, 0.9 if track else 0.1)
        for i in range(first, len(seconds), every)
        for track in ((0, 1) if i % 3 == 0 else (0,))
    ]
    table = rows(given)
    left = 20.3 + 12 * table.frame + 300 * table.track
    boxes = np.column_stack([left, 0 * left + 230.7, 0 * left + 60, 0 * left + 90.2])
    return replace(table, boxes=boxes.astype(np.float32))


def written(
    folder: Path, name: str, *, ticks: list[int], every: int = 1, first: int = 0, **clip: Any
) -> Path:
    """The page of a clip whose frames come at these times, sampled from the one of a number on."""
    video = write_clip(folder / "clip.mp4", n=len(ticks), ticks=ticks, size=SIZE, **clip)
    video = video.rename(folder / name)
    table = faces([tick / 25 for tick in ticks], every=every, first=first)
    out = write_results(folder / "out", {name: MadeUp(table, path=video)})
    assert write_report(out, progress=JsonProgress()).missing == {}
    return out / name / "report.html"


@pytest.fixture(scope="module")
def even(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("even"), "a.mp4", ticks=list(range(50)))


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    options = {"bf": "0"}
    return written(tmp_path_factory.mktemp("uneven"), EVIL, ticks=UNEVEN, options=options)


def shown(page: Page) -> int:
    """The number that the frame on the screen tells."""
    picture = page.locator("#screen").screenshot()
    with Image.open(io.BytesIO(picture)) as image:
        return number(np.asarray(image.convert("RGB")))


def drawn(page: Page) -> list[dict[str, Any]]:
    """The boxes that are drawn, by person."""
    boxes: list[dict[str, Any]] = page.evaluate("videoemo.page.boxes.drawn")
    return sorted(boxes, key=lambda box: box["track"])


def of_frame(report: Path, frame: int) -> npt.NDArray[np.float64]:
    """What faces.parquet has of a frame, (n, 5): track, x, y, width, height."""
    table = pq.read_table(report.with_name("faces.parquet")).to_pandas()
    found = table[table["frame"] == frame][["track", "x", "y", "width", "height"]]
    values: npt.NDArray[np.float64] = found.sort_values("track").to_numpy(np.float64)
    return values


def go_to(page: Page, seconds: float) -> None:
    """Seek, and wait until the frame is there."""
    page.evaluate("seconds => videoemo.page.player.seek(seconds)", seconds)
    page.wait_for_function(
        "seconds => Math.abs(videoemo.page.player.shown - seconds) < 0.002", arg=seconds
    )


def assert_right_boxes(page: Page, report: Path) -> int:
    """The boxes drawn are those of the frame that is shown; its number."""
    frame = shown(page)
    boxes = drawn(page)
    assert {box["frame"] for box in boxes} == {frame}
    told = [[box[name] for name in ("track", "x", "y", "width", "height")] for box in boxes]
    np.testing.assert_allclose(told, of_frame(report, frame), atol=EXACT)
    return frame


def test_the_boxes_are_those_of_the_frame_shown(opened: Open, even: Path) -> None:
    page = opened(even).page
    for frame in (0, 7, 24, 49):
        go_to(page, frame / 25)
        assert assert_right_boxes(page, even) == frame


def test_so_they_are_where_frames_come_at_all_distances(opened: Open, uneven: Path) -> None:
    page = opened(uneven).page
    for frame in (0, 5, 8, 14, 18):
        go_to(page, UNEVEN[frame] / 25)
        assert assert_right_boxes(page, uneven) == frame
    # Between two frames the earlier one is shown.
    page.evaluate("videoemo.page.player.seek(1.0)")
    page.wait_for_function("() => Math.abs(videoemo.page.player.shown - 17 / 25) < 0.002")
    assert assert_right_boxes(page, uneven) == 7


def test_where_a_browser_misses_the_frame_the_boxes_are_those_of_the_one_it_shows(
    opened: Open, tmp_path: Path
) -> None:
    # Of frames that are stored in another order than shown, at uneven times, Chromium takes some to
    # last longer than they do, and shows them for the next.
    report = written(tmp_path, "a.mp4", ticks=UNEVEN, options={"bf": "3"})
    page = opened(report).page
    for frame in (3, 7, 12):
        page.evaluate("seconds => videoemo.page.player.seek(seconds)", UNEVEN[frame] / 25)
        page.wait_for_function("() => !document.getElementById('video').seeking")
        page.wait_for_timeout(300)  # until the frame is on the screen
        assert_right_boxes(page, report)


def test_a_box_is_where_it_says_on_the_screen(opened: Open, even: Path) -> None:
    page = opened(even).page
    go_to(page, 10 / 25)
    _, x, y, width, height = of_frame(even, 10)[0]
    with Image.open(io.BytesIO(page.locator("#screen").screenshot())) as image:
        seen = np.asarray(image.convert("RGB")).astype(int)
    page.locator("#show-boxes").click()
    with Image.open(io.BytesIO(page.locator("#screen").screenshot())) as image:
        without = np.asarray(image.convert("RGB")).astype(int)
    differs = np.abs(seen - without).max(axis=2) > 60
    scale = seen.shape[1] / SIZE[0]
    below = round((y + height / 2) * scale)  # a row through its middle, below the label
    columns = np.flatnonzero(differs[below]) / scale
    assert abs(columns.min() - x) < 3
    assert abs(columns.max() - (x + width)) < 3


def test_it_plays_and_the_boxes_go_along(opened: Open, even: Path) -> None:
    page = opened(even).page
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => videoemo.page.player.shown > 0.4")
    page.keyboard.press("Space")
    page.wait_for_function("() => document.getElementById('video').paused")
    page.wait_for_timeout(100)  # the frame that was on its way
    assert assert_right_boxes(page, even) >= 10
    assert page.evaluate("videoemo.page.player.time === videoemo.page.player.shown")


def test_the_video_stays_in_sight_beside_its_course(opened: Open, even: Path) -> None:
    page = opened(even).page
    page.set_viewport_size({"width": 1280, "height": 400})
    page.locator("#lanes [data-track='1']").scroll_into_view_if_needed()
    page.mouse.wheel(0, 2000)
    page.wait_for_selector("#screen.aside")
    assert_right_boxes(page, even)
    page.mouse.wheel(0, -5000)
    page.wait_for_selector("#screen:not(.aside)")


@pytest.mark.parametrize("where", ["#ruler", "#group", "#lanes [data-track='1']"])
def test_a_click_in_the_course_seeks(opened: Open, uneven: Path, where: str) -> None:
    page = opened(uneven).page
    plane = page.locator("#plane").bounding_box()
    assert plane is not None
    page.locator(where).click(position={"x": 0.75 * plane["width"], "y": 15})
    page.wait_for_function("() => videoemo.page.player.shown > 1")
    time = page.evaluate("videoemo.page.player.time")
    assert time == pytest.approx(0.75 * 3, abs=0.2)
    frame = assert_right_boxes(page, uneven)
    assert UNEVEN[frame] / 25 <= time < UNEVEN[frame + 1] / 25
    cursor = page.locator("#cursor").bounding_box()
    assert cursor is not None
    assert cursor["x"] == pytest.approx(plane["x"] + plane["width"] * 0.75, abs=3)


def test_the_keyboard_goes_from_frame_to_frame(opened: Open, uneven: Path) -> None:
    page = opened(uneven).page
    for key, frame in ((".", 1), (".", 2), (".", 3), (",", 2)):
        page.keyboard.press(key)
        seconds = UNEVEN[frame] / 25
        page.wait_for_function(
            "seconds => Math.abs(videoemo.page.player.shown - seconds) < 0.002", arg=seconds
        )
        assert assert_right_boxes(page, uneven) == frame


def test_a_person_can_be_switched_off_and_named(opened: Open, even: Path) -> None:
    page = opened(even).page
    assert [box["track"] for box in drawn(page)] == [0, 1]
    page.get_by_label("Show person 0").uncheck()
    assert [box["track"] for box in drawn(page)] == [1]
    assert not page.locator("#lanes [data-track='0']").is_visible()
    page.get_by_label("Name of person 1").fill(EVIL)
    page.get_by_label("Name of person 1").press("Enter")
    assert EVIL[:60] in page.locator("#lanes [data-track='1'] b").inner_text()
    page.get_by_label("Show person 0").check()
    assert [box["track"] for box in drawn(page)] == [0, 1]


def test_a_name_that_is_markup_runs_nothing(opened: Open, uneven: Path) -> None:
    seen = opened(uneven)
    assert seen.page.title() == f"{EVIL} · videoemo"
    assert seen.page.get_by_role("heading", name=EVIL).count() == 1
    policy = seen.page.locator("meta[http-equiv='Content-Security-Policy']").get_attribute(
        "content"
    )
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    seen.page.evaluate(
        "const made = document.createElement('script');"
        "made.textContent = \"document.title = 'run'\"; document.body.append(made);"
    )
    assert seen.page.title() != "run"
    assert "Content Security Policy" in seen.complaints.pop()


def test_from_the_index_to_the_page_and_back(opened: Open, uneven: Path) -> None:
    page = opened(uneven.parents[1] / "index.html").page
    page.get_by_role("link", name=EVIL).click()
    page.wait_for_selector("#screen")
    page.get_by_role("link", name="All videos").click()
    page.wait_for_selector("#rows tr")


def test_boxes_of_frames_that_were_not_sampled_are_those_of_the_last_one(
    opened: Open, tmp_path: Path
) -> None:
    report = written(tmp_path, "a.mp4", ticks=list(range(20)), every=4)
    page = opened(report).page
    go_to(page, 6 / 25)
    assert shown(page) == 6
    assert {box["frame"] for box in drawn(page)} == {4}


def test_boxes_are_right_where_the_clock_begins_late(opened: Open, tmp_path: Path) -> None:
    report = written(tmp_path, "a.mp4", ticks=[63 + tick for tick in range(30)])
    page = opened(report).page
    go_to(page, (63 + 12) / 25)
    assert assert_right_boxes(page, report) == 12


def test_where_a_part_was_sampled_the_page_begins_there(opened: Open, tmp_path: Path) -> None:
    report = written(tmp_path, "a.mp4", ticks=list(range(30)), first=15)
    page = opened(report).page
    page.wait_for_function("() => Math.abs(videoemo.page.player.shown - 0.6) < 0.002")
    assert assert_right_boxes(page, report) == 15


def test_over_another_file_no_boxes_are_drawn(opened: Open, tmp_path: Path) -> None:
    report = written(tmp_path, "a.mp4", ticks=list(range(20)))
    write_clip(tmp_path / "a.mp4", n=20, first=100, size=SIZE)
    out = report.parents[1]
    assert write_report(out, progress=JsonProgress()).written == 1
    page = opened(report).page
    go_to(page, 6 / 25)
    assert shown(page) == 106
    assert drawn(page) == []
    assert "No boxes are drawn" in page.get_by_role("banner").inner_text()


def test_where_the_video_is_gone_the_course_is_there(opened: Open, tmp_path: Path) -> None:
    report = written(tmp_path, "a.mp4", ticks=list(range(20)))
    (tmp_path / "a.mp4").unlink()
    write_report(report.parents[1], progress=JsonProgress())
    page = opened(report).page
    assert "The video is not shown" in page.get_by_role("banner").inner_text()
    assert page.locator("#lanes [data-track='0']").is_visible()


@pytest.mark.parametrize("codec", ["mpeg4"])
def test_a_copy_of_a_video_that_browsers_do_not_play_has_its_times(
    opened: Open, tmp_path: Path, codec: str
) -> None:
    report = written(tmp_path, "a.mp4", ticks=UNEVEN, codec=codec)
    assert (report.parent / "proxy.mp4").is_file()
    page = opened(report).page
    for frame in (0, 8, 14):
        go_to(page, UNEVEN[frame] / 25)
        assert assert_right_boxes(page, report) == frame


@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_into_the_window(opened: Open, even: Path, width: int) -> None:
    page = opened(even, width=width, colours="dark").page
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_embedded_it_is_one_file_that_plays(opened: Open, even: Path, tmp_path: Path) -> None:
    out = write_results(
        tmp_path / "out",
        {"a.mp4": MadeUp(faces([i / 25 for i in range(50)]), path=even.parents[2] / "a.mp4")},
    )
    write_report(out, progress=JsonProgress(), embed=True)
    alone = (out / "a.mp4" / "report.html").rename(tmp_path / "mailed.html")
    seen = opened(alone)
    go_to(seen.page, 24 / 25)
    assert assert_right_boxes(seen.page, even) == 24
    files = [address for address in seen.requests if address.startswith("file:")]
    assert files == [alone.as_uri()]
