"""The page of a video: `report.html` in the folder of its results, and what it reads."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from videoemo.plots._format import clock, count, percent
from videoemo.report.addresses import address
from videoemo.report.assets import CHARTS, write_assets
from videoemo.report.media import CountFrames, Media, show_video
from videoemo.report.page import Part, asset, render_page
from videoemo.report.video_data import as_script, video_data
from videoemo.results.video import VideoResults
from videoemo.runs.state.paths import ASSETS, INDEX, PAGE, PAGE_DATA
from videoemo.tables.labels import person_labels
from videoemo.util.files import atomic_write
from videoemo.util.text import printable

__all__ = ["write_embedded_video_page", "write_video_page"]

# Own scripts, in the order in which they build on each other. Only a page with a course needs what
# draws one.
_COURSE = (*("style-nonce.js", CHARTS, "charts.js", "strips.js", "gestures.js", "course.js"),)
_SCRIPTS = (
    *("columns.js", "format.js", "model.js", "player.js", "boxes.js", "persons.js", "lists.js"),
    *("controls.js", "video.js"),
)
_STYLES = ("base.css", "video.css")
# A page that holds its video holds one of so many bytes as it is; and none whose copy has more than
# so many: browsers have no longer texts than half a thousand million characters, and mail far less.
_MOST_BYTES, _MOST_HELD = 4 * 1024 * 1024, 64 * 1024 * 1024


def write_video_page(video: VideoResults, *, progress: CountFrames | None = None) -> Path:
    """Write the page of a video: `report.html` and its data, `report.js`, into the folder of its
    results, what all pages use into `OUT/assets`, and a copy of the video where browsers do not
    show it as it is.

    Everything on it is from the results; nothing is computed again. It needs no network, and works
    from disk.

    Parameters
    ----------
    video : VideoResults
        Its results.
    progress : callable or None
        Called while a copy is written, with the number of frames of a batch and the share of the
        video that is done.

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    InputError
        Its results are missing or damaged.
    OutputError
        A file cannot be written.
    """
    media, _ = show_video(video, progress=progress)
    data = as_script("videoemoData", video_data(video, media))
    write_assets(video.out)
    folder = address(video.out / ASSETS, start=video.folder)
    text = _render(
        video,
        media,
        data=[Part(PAGE_DATA, lambda: data)],
        folder=folder,
        index=address(video.out / INDEX, start=video.folder),
    )
    _write(video.folder / PAGE_DATA, data)
    _write(video.folder / PAGE, text)
    return video.folder / PAGE


def write_embedded_video_page(
    video: VideoResults, path: Path, *, progress: CountFrames | None = None
) -> None:
    """Write the page of a video as one file that holds all, to be mailed: the scripts, the data,
    and the video, small.

    Parameters
    ----------
    video : VideoResults
        Its results.
    path : Path
        The page.
    progress : callable or None
        As `write_video_page`.

    Raises
    ------
    InputError, OutputError
        As `write_video_page`.
    """
    media, shown = show_video(video, most_bytes=_MOST_BYTES, progress=progress)
    why = None if shown is None else _why_not_held(video, shown)
    if why is not None:
        media, shown = replace(media, kind="none", address="", boxes=False, notice=why), None
    data = as_script("videoemoData", video_data(video, media))
    parts = [Part("", lambda: data)]
    if shown is not None:
        held = as_script("videoemoMedia", _held(shown))
        parts.append(Part("", lambda: held))
    _write(path, _render(video, media, data=parts, folder="", index="", embed=True))


def _why_not_held(video: VideoResults, shown: Path) -> str | None:
    """Why a page that goes to others does not hold a file, in words; None where it does."""
    source = video.source()
    if source.status != "same":
        # Whatever that file is, nobody has meant to send it.
        return f"The video is not in this page: {source.reason}."
    size = shown.stat().st_size
    if size <= _MOST_HELD:
        return None
    return (
        f"The video is not in this page: as a small copy it has {size / 1e6:,.0f} MB, and at most "
        f"{_MOST_HELD / 1e6:,.0f} MB are put in. It is on the page beside its results."
    )


def _render(
    video: VideoResults,
    media: Media,
    *,
    data: Sequence[Part],
    folder: str,
    index: str,
    embed: bool = False,
) -> str:
    faces = bool((video.table.face >= 0).any())
    scripts = (*_COURSE, *_SCRIPTS) if faces and not _is_still(video) else _SCRIPTS
    return render_page(
        "video.html",
        scripts=[*data, *(asset(name, folder=folder) for name in scripts)],
        styles=[asset(name, folder=folder) for name in _STYLES],
        embed=embed,
        name=printable(video.name),
        index=index,
        facts=_facts(video),
        notices=[printable(text) for text in _notices(video, media)],
        faces=faces,
        labels=_labels(video),
        found=_found(video),
        still=_is_still(video),
        media=media,
        width=video.width,
        height=video.height,
    )


def _is_still(video: VideoResults) -> bool:
    """Whether nothing is known of it over time, as of a picture."""
    return len(video.table.frame_starts()) < 2


def _facts(video: VideoResults) -> list[tuple[str, str]]:
    """What is to be known of the video at a glance: a figure, and what it is of."""
    row, table = video.corrected_row, video.table
    persons = len(set(table.track[table.face >= 0].tolist()))
    seconds = row.seconds or 0.0
    facts = [_figure(count(persons, "person"))]
    if not _is_still(video):
        unit = " s" if seconds < 120 else ""
        facts = [
            (clock(round(seconds, 1), longest=seconds) + unit, "long"),
            _figure(count(row.frames or 0, "sampled frame")),
            *facts,
        ]
    if row.frames and not _is_still(video):
        facts.append((percent(row.face_frames or 0, row.frames), "of the frames with a face"))
    if row.dominant:
        facts.append((printable(row.dominant), "displayed most"))
    return facts


def _labels(video: VideoResults) -> list[tuple[str, str, str, str]]:
    """What a vision-language model answered: about whom, which class, of how many pictures, and why
    others have no answer.
    """
    if video.labels is None:
        return []
    return [
        (
            "the frames" if one.track is None else str(one.track),
            printable(one.label) or "no answer",
            f"{percent(round(one.answered * (one.share or 0)), one.asked)} of {one.asked:,}",
            printable(one.reasons),
        )
        for one in person_labels(video.name, video.labels, {})
    ]


def _found(video: VideoResults) -> list[tuple[str, str, str, str, str]]:
    """Who fits the description that was looked for: the description, the person, in how many
    frames they were named, the seconds in which they are seen, and what else is to be known.
    """
    return [
        (
            printable(one.description),
            "nobody" if one.track is None else str(one.track),
            "" if one.votes is None else f"{one.votes:,} of {count(one.shown or 0, 'frame')}",
            printable(one.spans),
            printable("; ".join(filter(None, (one.reason, one.remark)))),
        )
        for one in video.found
    ]


def _figure(text: str) -> tuple[str, str]:
    number, _, noun = text.partition(" ")
    return number, noun


def _notices(video: VideoResults, media: Media) -> list[str]:
    notices = [video.row.error, media.notice]
    if video.corrections is not None:
        left_out = video.corrections_remark
        notices.append(
            "Corrected by hand: boxes, persons and expressions of some frames"
            + (f"; {left_out}." if left_out else ".")
        )
    return [text for text in notices if text]


def _held(path: Path) -> dict[str, Any]:
    """A file as an object for a script."""
    # Browsers know MOV by this name alone.
    suffix = ".mp4" if path.suffix.lower() in (".m4v", ".mov") else path.suffix
    kind = mimetypes.guess_type(f"a{suffix}")[0] or "application/octet-stream"
    return {"type": kind, "data": base64.b64encode(path.read_bytes()).decode()}


def _write(path: Path, text: str) -> None:
    with atomic_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
