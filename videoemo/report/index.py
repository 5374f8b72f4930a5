"""The index of a report: one page with a row a video, of which a script draws a part at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

from videoemo.report.colours import class_colours
from videoemo.report.index_row import Gist, IndexRow, gists
from videoemo.report.page import Part, asset, render_page
from videoemo.runs.state.paths import ASSETS, INDEX_DATA
from videoemo.tables.videos import LOW_COVERAGE
from videoemo.util.json_files import parse_json
from videoemo.util.messages import count_noun
from videoemo.util.regular_files import read_regular
from videoemo.util.text import printable

__all__ = ["index_data", "index_page", "known_gists"]

# How the script with the data begins and ends; between them is a row a line.
_HEAD, _TAIL = "window.videoemoIndex = ", "]};\n"
# Bytes of it: far above what a browser could show.
_LARGEST = 1024 * 1024 * 1024


def index_page(
    rows: Sequence[IndexRow], classes: Sequence[str], *, embed: bool, study: str = ""
) -> str:
    """The index as a page of HTML.

    Parameters
    ----------
    rows : sequence of IndexRow
        One a video, in path order.
    classes : sequence of str
        The names of the classes.
    embed : bool
        Whether it holds all it needs, the data too.
    study : str, default=""
        The address of the report of a study of the videos; empty for none.
    """
    scored = [row for row in rows if row.status == "ok"]
    failed = len(rows) - len(scored)
    kinds = [
        ("all", "all", len(rows)),
        ("scored", "scored", len(scored)),
        ("failed", "failed", failed),
        ("faceless", "without a face", sum(not row.dominant for row in scored)),
        ("sparse", "of low coverage", sum(row.dominant == LOW_COVERAGE for row in scored)),
        ("remark", "with a remark", sum(bool(row.note) for row in scored)),
    ]
    leading = [row.dominant for row in scored]
    return render_page(
        "index.html",
        scripts=[
            Part(INDEX_DATA, lambda: index_data(rows, classes)),
            asset("index-page.js", folder=ASSETS),
        ],
        styles=[asset(name, folder=ASSETS) for name in ("base.css", "index-page.css")],
        embed=embed,
        title=f"Displayed expressions in {count_noun(len(rows), 'video')}",
        facts=[(f"{n:,}", what) for kind, what, n in kinds if n and kind != "all"],
        kinds=[(kind, what, f"{n:,}") for kind, what, n in kinds if n or kind in ("all", "failed")],
        dominants=[(name, f"{leading.count(name):,}") for name in map(printable, classes)],
        failed=failed,
        study=study,
    )


def index_data(rows: Sequence[IndexRow], classes: Sequence[str]) -> str:
    """The script that gives the index its rows; it can stand in a file, and within a page.

    Parameters
    ----------
    rows, classes : sequence of IndexRow, sequence of str
        As for `index_page`.
    """
    about = {
        "classes": [printable(name) for name in classes],
        "colours": [colour.fill for colour in class_colours(classes).values()],
        "columns": [field.name for field in fields(IndexRow)],
        "low_coverage": LOW_COVERAGE,
        "rows": [],
    }
    lines = ",\n".join(_json(row.parts()) for row in rows)
    return f"{_HEAD}{_json(about).removesuffix(']}')}\n{lines}\n{_TAIL}"


def known_gists(out: Path) -> dict[str, Gist]:
    """What the index of an earlier report knows of the videos, by the addresses of their pages;
    nothing where there is none, or none that can be read.
    """
    try:
        script = read_regular(out / INDEX_DATA, most=_LARGEST, follow_links=False)
    except (OSError, ValueError):
        return {}
    rows = []
    for line in script.splitlines():
        with suppress(ValueError):
            rows.append(parse_json(line.removesuffix(b",")))
    return gists(rows)


def _json(content: object) -> str:
    """In ASCII, without what would end a script within a page."""
    return json.dumps(content, separators=(",", ":")).replace("<", "\\u003c")
