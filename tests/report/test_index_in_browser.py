"""The index in a real browser: sorted, filtered, and nothing runs that comes from a name."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from eval.support.browser import Visit
from videoemo.report.assets import write_assets
from videoemo.report.index import index_data, index_page
from videoemo.report.index_row import IndexRow
from videoemo.tables.videos import LOW_COVERAGE

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

Open = Callable[..., Visit]

CLASSES = ("happiness", "neutral", "sadness")
EVIL = "<img src=x onerror=\"document.title='run'\">.mp4"
VIDEOS = [
    ("b.mp4", 0.5, "happiness", (200, 40, 15)),
    ("day 1/a10.mp4", 1.0, "sadness", (10, 20, 225)),
    ("day 1/a9.mp4", 0.04, LOW_COVERAGE, (90, 85, 80)),
    (EVIL, 0.9, "happiness", (150, 60, 45)),
    ("empty.mp4", 0.0, "", ()),
]


def row(name: str, coverage: float, dominant: str, means: tuple[int, ...]) -> IndexRow:
    return IndexRow(
        video=name,
        status="ok",
        note="truncated" if name == "b.mp4" else "",
        seconds=60 * coverage + 1,
        coverage=coverage,
        dominant=dominant,
        means=means,
        persons=1 if coverage else 0,
        course="A9A5--B3" if coverage else "",
        page="nowhere.html",
    )


def failed(name: str) -> IndexRow:
    return IndexRow(
        video=name,
        status="failed",
        note="no decoder can open it <b>",
        seconds=None,
        coverage=None,
        dominant="",
        means=(),
    )


def written(out: Path, rows: Sequence[IndexRow], *, embed: bool = False) -> Path:
    """The index of these rows."""
    write_assets(out)
    (out / "index.js").write_text(index_data(rows, CLASSES))
    (out / "index.html").write_text(index_page(rows, CLASSES, embed=embed))
    return out / "index.html"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [row(*video) for video in VIDEOS]
    return written(tmp_path_factory.mktemp("out"), [*rows, failed("broken.avi")])


def names(page: Page) -> list[str]:
    """The names of the videos that are listed, in their order."""
    texts: list[str] = page.get_by_role("rowheader").all_inner_texts()
    return [text.split("\n")[0] for text in texts]


def count(page: Page) -> str:
    told: str = page.get_by_role("status").inner_text()
    return told


def test_all_are_listed_with_what_failed_and_why(opened: Open, index: Path) -> None:
    page = opened(index).page
    assert names(page) == [*(name for name, *_ in VIDEOS), "broken.avi"]
    assert count(page) == "6 videos"
    broken = page.get_by_role("row").filter(has_text="broken.avi")
    assert "failed: no decoder can open it <b>" in broken.inner_text()
    assert broken.get_by_role("link").count() == 0
    first = page.get_by_role("row").filter(has_text="b.mp4").first
    assert "truncated" in first.inner_text()
    assert "50 %" in first.inner_text()
    told = "over time: happiness 50 %, no face 25 %, neutral 25 %"
    assert first.get_by_role("img", name=told).count() == 1


def test_a_name_is_text_and_runs_nothing(opened: Open, index: Path) -> None:
    page = opened(index).page
    assert EVIL in names(page)
    assert page.title() == "Displayed expressions in 6 videos"
    assert page.locator("img").count() == 0


def test_what_had_got_into_the_page_all_the_same_would_not_run(opened: Open, index: Path) -> None:
    seen = opened(index)
    seen.page.evaluate(
        "const made = document.createElement('script');"
        "made.textContent = \"document.title = 'run'\"; document.body.append(made);"
    )
    assert seen.page.title() != "run"
    assert "Content Security Policy" in seen.complaints.pop()


def test_it_sorts_by_a_column_and_the_other_way_round(opened: Open, index: Path) -> None:
    page = opened(index).page
    heading = page.get_by_role("columnheader", name="face in")
    heading.get_by_role("button").click()
    by_coverage = ["day 1/a10.mp4", EVIL, "b.mp4", "day 1/a9.mp4", "empty.mp4", "broken.avi"]
    assert names(page) == by_coverage
    assert heading.get_attribute("aria-sort") == "descending"
    heading.get_by_role("button").press("Enter")
    assert names(page) == [*by_coverage[-2::-1], "broken.avi"]  # what is not known stays last
    assert heading.get_attribute("aria-sort") == "ascending"


def test_it_sorts_by_the_mean_of_an_expression(opened: Open, index: Path) -> None:
    page = opened(index).page
    page.get_by_label("Sort by").select_option("mean of sadness")
    assert names(page)[:3] == ["day 1/a10.mp4", "day 1/a9.mp4", EVIL]


@pytest.mark.parametrize(
    ("label", "option", "listed"),
    [
        ("Dominant", "happiness (2)", ["b.mp4", EVIL]),
        ("Face in", "less than 10 %", ["day 1/a9.mp4", "empty.mp4"]),
        ("Face in", "90 % or more", ["day 1/a10.mp4", EVIL]),
        ("State", "failed (1)", ["broken.avi"]),
        ("State", "without a face (1)", ["empty.mp4"]),
        ("State", "of low coverage (1)", ["day 1/a9.mp4"]),
        ("State", "with a remark (1)", ["b.mp4"]),
    ],
    ids=["dominant", "covered little", "covered well", "failed", "faceless", "sparse", "remark"],
)
def test_it_filters(opened: Open, index: Path, label: str, option: str, listed: list[str]) -> None:
    page = opened(index).page
    page.get_by_label(label).select_option(option)
    assert names(page) == listed
    assert count(page) == f"{len(listed)} of 6 videos"


def test_it_searches_by_name_from_the_keyboard(opened: Open, index: Path) -> None:
    page = opened(index).page
    page.keyboard.press("/")
    page.keyboard.type("DAY 1")
    assert names(page) == ["day 1/a10.mp4", "day 1/a9.mp4"]
    page.keyboard.type("x")
    assert names(page) == []
    assert page.get_by_text("No video is like that.").is_visible()
    page.get_by_role("button", name="show all").click()
    assert len(names(page)) == 6
    assert page.get_by_label("Name").evaluate("field => field === document.activeElement")


def test_who_comes_back_from_a_video_finds_the_list_as_it_was(opened: Open, index: Path) -> None:
    (index.parent / "nowhere.html").write_text("a page")
    page = opened(index).page
    page.get_by_label("Dominant").select_option("happiness (2)")
    page.get_by_label("Name").fill("mp4")
    page.get_by_label("Sort by").select_option("mean of happiness")
    page.get_by_role("button", name="reversed").click()
    before = names(page)
    page.get_by_role("link", name="b.mp4").click()
    page.go_back()
    page.wait_for_selector("html[data-ready]")
    assert names(page) == before == [EVIL, "b.mp4"]
    assert page.get_by_label("Name").input_value() == "mp4"
    page.get_by_role("button", name="clear").click()
    assert page.url == index.as_uri()


def test_an_address_that_asks_for_what_is_not_there_shows_all(opened: Open, index: Path) -> None:
    page = opened(index).page
    page.goto(f"{index.as_uri()}#dominant=99&kind=constructor&sort=__proto__&first=1e9&coverage=x")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert count(page) == "6 videos"


def test_two_hundred_are_drawn_at_a_time(opened: Open, tmp_path: Path) -> None:
    rows = [row(f"{n}.mp4", 0.5, "neutral", (0, 255, 0)) for n in range(450)]
    page = opened(written(tmp_path, rows)).page
    assert len(names(page)) == 200
    assert count(page) == "450 videos, of which 1 to 200 are shown"
    page.get_by_role("button", name="later").click()
    page.get_by_role("button", name="later").click()
    assert names(page) == [f"{n}.mp4" for n in range(400, 450)]
    assert page.get_by_role("button", name="later").is_disabled()
    page.get_by_label("Name").fill("7.mp4")
    assert len(names(page)) == 45
    assert not page.get_by_role("navigation").is_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_into_the_window(opened: Open, index: Path, width: int) -> None:
    page = opened(index, width=width, colours="dark").page
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != (
        "rgb(255, 255, 255)"
    )
    # A list of cards is still a table to who hears it; the cell of a picture goes where there is
    # none.
    assert page.get_by_role("row").filter(has_text="a10.mp4").get_by_role("cell").count() >= 5


def test_where_all_failed_they_are_listed(opened: Open, tmp_path: Path) -> None:
    page = opened(written(tmp_path, [failed("a.mp4"), failed("b.mp4")])).page
    assert names(page) == ["a.mp4", "b.mp4"]
    assert "2 failed" in page.get_by_role("banner").inner_text()


def test_where_there_is_no_video_it_says_so(opened: Open, tmp_path: Path) -> None:
    page = opened(written(tmp_path, [])).page
    assert "0 videos" in page.get_by_role("banner").inner_text()
    assert page.get_by_text("There is no video in these results.").is_visible()
    assert not page.get_by_role("search").is_visible()


def test_embedded_it_needs_no_other_file(opened: Open, tmp_path: Path) -> None:
    rows = [row(*video) for video in VIDEOS]
    alone = tmp_path / "mailed.html"
    shutil.copy(written(tmp_path / "out", rows, embed=True), alone)
    shutil.rmtree(tmp_path / "out")
    seen = opened(alone)
    assert names(seen.page) == [name for name, *_ in VIDEOS]
    assert seen.requests == [alone.as_uri()]
