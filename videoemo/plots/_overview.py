"""The picture of a folder: a row for each video."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from videoemo.plots._canvas import Canvas, open_canvas
from videoemo.plots._format import count, percent
from videoemo.plots._frame import MARGIN, WIDTH, footer
from videoemo.plots._palette import BAND, GREY, INK, RGB, WHITE, colours, ink, ink_on, mix
from videoemo.tables.videos import LOW_COVERAGE, VideoRow

__all__ = ["overview"]

# What one picture holds and a reader can take in; the table has them all.
MOST = 60
# A mean below this is shaded, not written.
LEAST_WRITTEN = 0.1

TOP, PITCH, HEIGHT, GUTTER = 170, 38, 35, 3
CELLS, DOMINANT, SHARE = 430, 1262, WIDTH - MARGIN
# The column of a fitted classifier's prediction takes its room from the names.
PREDICTION = 150


def overview(path: Path, *, videos: Sequence[VideoRow], classes: Sequence[str]) -> None:
    """Draw a folder as a PNG: a row for each of the first 60 videos, with a shaded cell for the
    mean of each class.

    Parameters
    ----------
    path : Path
        Where the PNG is written.
    videos : sequence of VideoRow
        In the order in which they are to be listed.
    classes : sequence of str
        c names, at most 10.

    Raises
    ------
    ValueError
        Too many classes.
    OutputError
        The picture cannot be written.
    """
    palette = colours(tuple(classes))
    shown, more = videos[:MOST], max(len(videos) - MOST, 0)
    bottom = TOP + PITCH * len(shown) + (PITCH if more else 0)
    predicted = any(video.prediction is not None for video in videos)
    left, right = (edge - (PREDICTION if predicted else 0) for edge in (CELLS, DOMINANT))
    with open_canvas(path, width=WIDTH, height=bottom + 90) as sheet:
        _head(sheet, videos, palette, left=left, right=right)
        if predicted:
            sheet.text(right + PREDICTION + 16, TOP - 12, "predicted", colour=GREY, size=17)
        for row, video in enumerate(shown):
            y = TOP + PITCH * row
            sheet.text(
                MARGIN,
                y + 24,
                video.video,
                colour=INK if video.dominant else GREY,
                size=18,
                room=left - MARGIN - 16,
            )
            if video.dominant:
                _cells(sheet, video, palette, y=y, left=left, right=right)
            else:
                sheet.box(
                    left, y, (SHARE if video.failed else right - GUTTER) - left, HEIGHT, colour=BAND
                )
                sheet.text(
                    left + 14, y + 24, _lack(video), colour=GREY, size=18, room=SHARE - left - 28
                )
            if video.prediction is not None:
                sheet.text(
                    right + PREDICTION + 16,
                    y + 24,
                    video.prediction.label,
                    size=18,
                    bold=True,
                    room=PREDICTION - 24,
                )
            if video.frames:
                sheet.text(
                    SHARE,
                    y + 24,
                    percent(video.face_frames or 0, video.frames),
                    colour=GREY,
                    size=18,
                    align="right",
                )
        if more:
            sheet.text(MARGIN, bottom - 8, f"and {more:,} more in videos.csv", colour=GREY, size=18)
        footer(
            sheet,
            ["cells: mean probability over all faces", "face in: share of the sampled frames"],
        )


def _head(
    sheet: Canvas, videos: Sequence[VideoRow], palette: dict[str, RGB], *, left: float, right: float
) -> None:
    """How many videos there are, and the names of the columns."""
    sheet.text(MARGIN, 56, count(len(videos), "video"), size=28, bold=True)
    failed = sum(video.failed for video in videos)
    faceless = sum(not video.failed and not video.dominant for video in videos)
    remarks = sum(not video.failed and bool(video.error) for video in videos)
    sparse = sum(video.dominant == LOW_COVERAGE for video in videos)
    kinds = (
        (failed, "failed"),
        (faceless, "without a face"),
        (sparse, "of low coverage"),
        (remarks, "with a remark in videos.csv"),
    )
    sheet.text(
        MARGIN,
        94,
        ", ".join(["displayed expressions", *(f"{n:,} {kind}" for n, kind in kinds if n)]),
        colour=GREY,
    )
    width = (right - left) / len(palette)
    for column, (label, colour) in enumerate(palette.items()):
        sheet.text(
            left + (column + 0.5) * width,
            TOP - 12,
            label,
            colour=ink(colour),
            size=17,
            align="center",
            room=width - 6,
        )
    sheet.text(right + 16, TOP - 12, "dominant", colour=GREY, size=17)
    sheet.text(SHARE, TOP - 12, "face in", colour=GREY, size=17, align="right")


def _cells(
    sheet: Canvas, video: VideoRow, palette: dict[str, RGB], *, y: float, left: float, right: float
) -> None:
    """What the faces of one video express."""
    width = (right - left) / len(palette)
    for column, (share, colour) in enumerate(
        zip(np.asarray(video.mean).tolist(), palette.values(), strict=True)
    ):
        shade = mix(colour, WHITE, share=share)
        sheet.box(left + column * width, y, width - GUTTER, HEIGHT, colour=shade)
        if share >= LEAST_WRITTEN:
            sheet.text(
                left + (column + 0.5) * width,
                y + 24,
                f"{share:.2f}",
                colour=ink_on(shade),
                size=18,
                align="center",
            )
    named = video.dominant in palette
    sheet.text(
        right + 16,
        y + 24,
        video.dominant,
        colour=ink(palette[video.dominant]) if named else GREY,
        size=18,
        bold=named,
    )


def _lack(video: VideoRow) -> str:
    """Why a video has no cells."""
    if video.failed:
        return f"failed: {video.error}"
    return (
        f"no face in {count(video.frames, 'sampled frame')}" if video.frames else "no sampled frame"
    )
