"""The report of a study in Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from eval.support.browser import visit
from tests.support.studies import write_study
from videoemo.study.compare import compare

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    happiness = {f"{letter}{i}.mp4": 0.3 + i / 50 for letter in "ab" for i in range(4)}
    evil = {name: f"{name[0]} <img src=x onerror=alert(1)>" + 9 * " long" for name in happiness}
    folder = tmp_path_factory.mktemp("study")
    results, design = write_study(folder, happiness, columns={"condition": evil})
    return compare(results, design, by="condition").folder / "report.html"


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_asks_for_nothing_and_fits(
    browser: Browser, page: Path, width: int, colours: Literal["light", "dark"]
) -> None:
    with visit(browser, width=width, colours=colours) as seen:
        seen.page.goto(page.absolute().as_uri())
        seen.page.wait_for_load_state("load")
        drawn = "[...document.images].every(one => one.complete && one.naturalWidth > 0)"
        assert seen.page.evaluate("document.images.length") > 2
        assert seen.page.evaluate(drawn)
        assert seen.page.evaluate("document.documentElement.scrollWidth") == width
        asked = [address for address in seen.requests if not address.startswith("data:")]
    assert asked == [page.absolute().as_uri()]
    assert (seen.complaints, seen.dialogs) == ([], [])
