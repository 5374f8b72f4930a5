"""What a notebook shows of a folder of results."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from videoemo.tables.videos import VideoRow
from videoemo.util.messages import brief, count_noun

__all__ = ["results_html"]

# Rows shown; `videos` has all.
_MOST_ROWS = 10
_HEADINGS = ("video", "seconds", "faces", "coverage", "dominant")


def results_html(path: Path, rows: Sequence[VideoRow]) -> str:
    """A folder of results as HTML: how many videos there are, and the first of them.

    Names are escaped, and colours are those of the page that it is shown on, dark or light.

    Parameters
    ----------
    path : Path
        The folder.
    rows : sequence of VideoRow
        Its videos.
    """
    failed = sum(row.failed for row in rows)
    faces = sum(row.faces or 0 for row in rows)
    counts = f"{count_noun(len(rows), 'video')}, {failed:,} failed, {count_noun(faces, 'face')}"
    shown = rows[:_MOST_ROWS]
    left_out = len(rows) - len(shown)
    more = f"<p>and {left_out:,} more in <code>.videos</code></p>" if left_out else ""
    headings = "".join(f'<th scope="col">{name}</th>' for name in _HEADINGS)
    return (
        f"<div><p><b>videoemo results</b> in <code>{escape(brief(str(path)))}</code>: {counts}</p>"
        f"<table><thead><tr>{headings}</tr></thead>"
        f"<tbody>{''.join(map(_row, shown))}</tbody></table>{more}</div>"
    )


def _row(row: VideoRow) -> str:
    name = f'<th scope="row">{escape(brief(row.video))}</th>'
    if row.failed:
        return f'<tr>{name}<td colspan="{len(_HEADINGS) - 1}">{escape(brief(row.error))}</td></tr>'
    cells = (
        "" if row.seconds is None else f"{row.seconds:.1f}",
        "" if row.faces is None else f"{row.faces:,}",
        "" if row.coverage is None else f"{row.coverage:.0%}",
        escape(brief(row.dominant)),
    )
    return f"<tr>{name}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
