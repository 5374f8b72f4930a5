"""A row of a report's index: what is said of a video in the list of all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from videoemo.report.course import course
from videoemo.tables.videos import VideoRow
from videoemo.util.text import printable

if TYPE_CHECKING:
    from videoemo.results import VideoResults

__all__ = ["Gist", "IndexRow", "gists"]

# What a mean of 1 is in a row.
_WHOLE = 255
_DIGITS, _COURSE = re.compile(r"[0-9a-f]{0,64}"), re.compile(r"([^\x00-@][0-9]|--)*")


@dataclass(frozen=True)
class Gist:
    """What a row says that takes the whole faces table to know.

    Parameters
    ----------
    made_from : str
        The state of the results that it was made from, in hexadecimal digits.
    persons : int
        The number of tracks.
    course : str
        As `course.course` has it.
    """

    made_from: str
    persons: int
    course: str

    @classmethod
    def of(cls, video: VideoResults, made_from: str) -> Self:
        """The gist of a video."""
        persons = len(np.unique(video.table.track[video.table.track >= 0]))
        return cls(made_from, persons, course(video.table.per_frame()))


@dataclass(frozen=True, kw_only=True)
class IndexRow:
    """A row of the index; these are its columns, in this order.

    Parameters
    ----------
    video : str
        The video's id, as it is shown.
    status : {"ok", "failed"}
        Whether it could be scored.
    note : str
        Why it failed, or what the reader should know of it.
    seconds : float or None
        Its duration.
    coverage : float or None
        The share of the sampled frames that have a face, 0 to 1.
    dominant : str
        As in videos.csv.
    means : tuple of int
        The mean of each class in 255ths; none where there are no means.
    page, picture : str
        The addresses of its page and of its thumbnail from the index; empty where there is none.
    persons, course, made_from : int, str, str
        As in `Gist`.
    """

    video: str
    status: str
    note: str
    seconds: float | None
    coverage: float | None
    dominant: str
    means: tuple[int, ...]
    page: str = ""
    picture: str = ""
    persons: int = 0
    course: str = ""
    made_from: str = ""

    @classmethod
    def of(
        cls, row: VideoRow, *, page: str = "", picture: str = "", gist: Gist | None = None
    ) -> Self:
        """The row of a video, by its row of videos.csv."""
        mean = np.empty(0) if row.mean is None or np.isnan(row.mean).any() else row.mean
        known = gist or Gist("", 0, "")
        return cls(
            video=printable(row.video),
            status=row.status,
            note=printable(row.error),
            seconds=None if row.seconds is None else round(row.seconds, 3),
            coverage=None if row.coverage is None else round(row.coverage, 4),
            dominant=printable(row.dominant),
            means=tuple(np.round(mean * _WHOLE).astype(int).tolist()),
            page=page,
            picture=picture,
            persons=known.persons,
            course=known.course,
            made_from=known.made_from,
        )

    def parts(self) -> tuple[Any, ...]:
        """The row without names, as the index has it."""
        return astuple(self)


def gists(rows: Sequence[object]) -> dict[str, Gist]:
    """The gists in rows of an index, which may come from anywhere, by the addresses of the pages;
    what is not as it was written is left out.
    """
    names = [field.name for field in fields(IndexRow)]
    found = {}
    for row in rows:
        if isinstance(row, list) and len(row) == len(names):
            parts = dict(zip(names, row, strict=True))
            page, made_from, persons, course = (
                parts[name] for name in ("page", "made_from", "persons", "course")
            )
            texts = all(isinstance(text, str) for text in (page, made_from, course))
            if (
                texts
                and _DIGITS.fullmatch(made_from)
                and _COURSE.fullmatch(course)
                and type(persons) is int
                and persons >= 0
            ):
                found[page] = Gist(made_from, persons, course)
    return found
