"""How large a report is, and how soon it is open in a browser: the page of a long video of many
persons, and the index of many videos, both made up.

    python -m eval.report [--minutes 60] [--persons 10] [--videos 10000] [--runs 5]

It needs Chromium and playwright (pip install 'videoemo[browser]'). A page is open when all is drawn
that the window shows; each time is that of a new profile, the network off. Printed are medians,
in brackets the least and the most; and in MB (a million bytes) what a page loads beside its video.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import click
import numpy as np

from eval.support.browser import chromium, find_chromium, visit
from eval.support.command import command, say
from eval.support.made_up import faces, index_rows, write_results, write_video
from eval.support.markdown import table
from videoemo.config.pipeline import load_pipeline
from videoemo.datasets.suffixes import VIDEOS
from videoemo.errors import InputError
from videoemo.inference.resolve import resolve
from videoemo.plots import thumbnail
from videoemo.report.assets import write_assets
from videoemo.report.index import index_data, index_page
from videoemo.report.video_page import write_video_page
from videoemo.results import load_results
from videoemo.runs.state.paths import INDEX, INDEX_DATA, PAGE

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# What is asked of a page: seconds, and MB beside the video.
MOST_SECONDS, MOST_MB = 3.0, 15.0
# Two frames after the script is done all has been painted.
PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@command(__doc__)
@click.option("--minutes", type=click.FloatRange(min=0.1), default=60.0, show_default=True)
@click.option("--persons", type=click.IntRange(min=1, max=100), default=10, show_default=True)
@click.option("--videos", type=click.IntRange(min=1), default=10_000, show_default=True)
@click.option("--runs", type=click.IntRange(min=1), default=5, show_default=True)
def main(*, minutes: float, persons: int, videos: int, runs: int) -> None:
    """Print the sizes and times as a table."""
    if find_chromium() is None:
        raise InputError("no Chromium is installed: install one, such as Debian's chromium")
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        say(f"making up {minutes:g} minutes of {persons} persons")
        page, seconds = _video_page(Path(folder) / "video", minutes, persons)
        index = _index(Path(folder) / "index", videos)
        rows = [
            _measured(f"page of {minutes:g} min, {persons} persons", browser, page, runs=runs),
            _measured(f"index of {videos:,} videos", browser, index, runs=runs),
        ]
        version = browser.version
    print(f"Chromium {version}; at most {MOST_SECONDS:g} s and {MOST_MB:g} MB are asked for.\n")
    print(table(["page", "open, s", "MB", "as asked"], rows))
    print(f"\nThe page took {seconds:.1f} s to write.")


def _video_page(folder: Path, minutes: float, persons: int) -> tuple[Path, float]:
    """The page of a made-up video, and the seconds it took to write."""
    folder.mkdir()
    resolved = resolve(load_pipeline(), notice=say)
    video = write_video(folder / "a.mp4", minutes=minutes)
    made = faces(minutes, persons, tuple(resolved.card.classes))
    write_results(folder / "out", {video: made}, resolved)
    started = perf_counter()
    write_video_page(load_results(folder / "out").video(video.name))
    return folder / "out" / video.name / PAGE, perf_counter() - started


def _index(folder: Path, videos: int) -> Path:
    """The index of so many made-up videos; 50 thumbnails are theirs in turns."""
    write_assets(folder)
    rng = np.random.default_rng(0)
    for i in range(50):
        noise = rng.integers(0, 256, (48, 48, 3), dtype=np.uint8)
        thumbnail(folder / f"{i}.png", [noise] * (1 + i % 3))
    classes = tuple(resolve(load_pipeline(), notice=say).card.classes)
    rows = index_rows(videos, classes, thumbnails=[f"{i}.png" for i in range(50)])
    for name, text in (
        (INDEX_DATA, index_data(rows, classes)),
        (INDEX, index_page(rows, classes, embed=False)),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    return folder / INDEX


def _measured(name: str, browser: Browser, page: Path, *, runs: int) -> list[str]:
    """A row of the table."""
    visits = [_opened(browser, page) for _ in range(runs)]
    seconds, mb = [one[0] for one in visits], max(one[1] for one in visits) / 1e6
    median = statistics.median(seconds)
    right = "yes" if median < MOST_SECONDS and mb < MOST_MB else "no"
    spread = f"{median:.2f} ({min(seconds):.2f} to {max(seconds):.2f})"
    return [name, spread, f"{mb:.1f}", right]


def _opened(browser: Browser, page: Path) -> tuple[float, int]:
    """The seconds until a page is drawn, and the bytes of all that it loads but its video."""
    with visit(browser) as seen:
        started = perf_counter()
        seen.page.goto(page.as_uri(), wait_until="commit")
        seen.page.wait_for_selector("html[data-ready]", timeout=60_000)
        seen.page.evaluate(PAINTED)
        seconds = perf_counter() - started
        wrong = [*seen.complaints, *seen.far()]
        if wrong:
            raise InputError(f"{page}: {wrong[0]}")
        files = {Path(unquote(urlsplit(address).path)) for address in seen.requests}
    return seconds, sum(path.stat().st_size for path in files if path.suffix not in VIDEOS)


if __name__ == "__main__":
    main()
