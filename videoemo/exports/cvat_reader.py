"""Reader of CVAT's annotations ("CVAT for video 1.1"), which may come from anybody.

Expat runs on them part by part. A document type, and so every entity and external reference, is
refused; bytes, boxes and texts are bounded.
"""

from __future__ import annotations

import sys
import zipfile
import zlib
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.parsers import expat

import numpy as np
import numpy.typing as npt

from videoemo.errors import InputError
from videoemo.util.arrays import Float64Array, Int64Array
from videoemo.util.messages import reason_of, shown
from videoemo.util.regular_files import open_regular
from videoemo.util.xml_events import xml_parser

__all__ = ["LABEL", "NEW_PERSON", "CvatAnnotations", "CvatTrack", "Shown", "read_cvat"]

# What a face is called in a task.
LABEL = "face"
# The number of a person who was added, until somebody gives another.
NEW_PERSON = -1
# In place of a number that a box does not say.
_AS_BEFORE = -2
# Bytes of XML: of an hour with ten persons, every frame of which has a box, it is 300 million.
_MOST_BYTES = 1024 * 1024 * 1024
_BLOCK = 1024 * 1024
# Characters of one text that is looked at, and levels of elements within each other.
_LONGEST_TEXT, _DEEPEST = 4096, 32
# Above every frame of a video; and above every number of a person, so that new ones find room.
_MOST, _MOST_PERSONS = 2**31, 500_000
# Pixels beyond which no box lies.
_FAR = 1e6
_SIDES = ("xtl", "ytl", "xbr", "ybr")
_ZIP = b"PK\x03\x04"
_VERSION = "1.1"


@dataclass(frozen=True)
class Shown:
    """Boxes that CVAT shows of a track in some frames.

    Parameters
    ----------
    at : int64 (k,)
        Which of the frames asked for have one.
    boxes : float64 (k, 4)
        x1, y1, x2, y2 in CVAT's pixels.
    person : int64 (k,)
        The number of the person, or `NEW_PERSON`.
    expression : tuple of str
        k texts, as they stand there.
    listed : bool (k,)
        Whether the box stands there, or lies between two that do.
    """

    at: Int64Array
    boxes: Float64Array
    person: Int64Array
    expression: tuple[str, ...]
    listed: npt.NDArray[np.bool_]


@dataclass
class CvatTrack:
    """Track of CVAT's: boxes in some frames, in the order in which they stand there."""

    frame: array[int] = field(default_factory=lambda: array("q"))
    outside: array[int] = field(default_factory=lambda: array("b"))
    box: array[float] = field(default_factory=lambda: array("d"))
    person: array[int] = field(default_factory=lambda: array("q"))
    expression: list[str | None] = field(default_factory=list)

    def add(self, box: dict[str, str], attributes: dict[str, str]) -> None:
        """Add a box, from its attributes in the XML and from those of CVAT's that follow.

        Raises
        ------
        ValueError
            A value that no box has.
        """
        frame = _whole(box, "frame", low=0)
        sides = [_real(box, side) for side in _SIDES]
        if not (sides[0] < sides[2] and sides[1] < sides[3]):
            raise ValueError(f"frame {frame}: a box without an area")
        self.frame.append(frame)
        self.outside.append(box.get("outside", "0") == "1")
        self.box.extend(sides)
        said = "person" in attributes
        person = _whole(attributes, "person", low=NEW_PERSON) if said else _AS_BEFORE
        if person >= _MOST_PERSONS:
            raise ValueError(f"person: expected numbers below {_MOST_PERSONS:,}, got {person:,}")
        self.person.append(person)
        text = attributes.get("expression")
        self.expression.append(None if text is None else sys.intern(text))

    def complete(self) -> None:
        """Complete what boxes do not say, which is as in the box before.

        Raises
        ------
        ValueError
            It is not said before either, or a frame is there twice.
        """
        order = sorted(range(len(self.frame)), key=self.frame.__getitem__)
        person, expression = _AS_BEFORE, ""
        for row, following in zip(order, [*order[1:], None], strict=True):
            if following is not None and self.frame[row] == self.frame[following]:
                raise ValueError(f"frame {self.frame[row]}: a track that has it twice")
            if self.person[row] == _AS_BEFORE:
                self.person[row] = person
            if self.person[row] == _AS_BEFORE:
                raise ValueError(
                    f"frame {self.frame[row]}: a face without the attribute person, which the "
                    "labels have that `videoemo export --format cvat` writes"
                )
            person = self.person[row]
            said = self.expression[row]
            expression = self.expression[row] = expression if said is None else said

    def shown(self, frames: Int64Array) -> Shown:
        """Boxes of some frames, as CVAT shows them.

        In a frame between two boxes a track is shown where it is in the earlier one, on the way
        from it to the later one; behind the last box where that is. CVAT writes the boxes of such
        frames, too (`keyframe="0"`); programs that write less are understood as well.

        Parameters
        ----------
        frames : int64 (n,)
            The frames, ascending.
        """
        listed = np.array(self.frame, np.int64)
        order = np.argsort(listed, kind="stable")
        listed = listed[order]
        before = np.searchsorted(listed, frames, side="right") - 1
        outside = np.array(self.outside, np.bool_)[order]
        at = np.flatnonzero((before >= 0) & ~outside[before.clip(0)])
        first = before[at]
        second = (first + 1).clip(max=len(listed) - 1)
        # Where the later one is not shown the earlier one stays where it is.
        second = np.where(outside[second], first, second)
        length = listed[second] - listed[first]
        share = (frames[at] - listed[first]) / np.where(length == 0, 1, length)
        share = np.where(length == 0, 0, share)[:, None]
        boxes = np.array(self.box, np.float64).reshape(-1, 4)[order]
        rows = order[first].tolist()
        return Shown(
            at,
            boxes[first] * (1 - share) + boxes[second] * share,
            np.array(self.person, np.int64)[order][first],
            tuple(self.expression[row] or "" for row in rows),
            listed[first] == frames[at],
        )


@dataclass
class CvatAnnotations:
    """Annotations of a task, or of a job of one.

    Parameters
    ----------
    source : str
        The name of the video's file; empty where it is not said.
    size : tuple of (int, int) or None
        Width and height of its frames in CVAT's pixels; None where they are not said.
    first, last, step : int or None
        The frames that the task has: from the first to the last, every `step`-th; None where it is
        not said.
    complete : bool
        Whether CVAT wrote it, and so every frame in which a track is shown.
    tracks : list of CvatTrack
        The faces.
    others : int
        How many tracks and shapes are of other labels or kinds.
    """

    source: str = ""
    size: tuple[int, int] | None = None
    first: int | None = None
    last: int | None = None
    step: int | None = None
    complete: bool = False
    tracks: list[CvatTrack] = field(default_factory=list)
    others: int = 0

    def has(self, frames: Int64Array) -> npt.NDArray[np.bool_]:
        """Which of some frames the task has, and so somebody may have looked at, (n,).

        A frame that was taken out of the task is one that CVAT left out although a track goes on
        over it.

        Parameters
        ----------
        frames : int64 (n,)
            The frames, ascending.
        """
        first = self.first or 0
        last = _MOST if self.last is None else self.last
        inside = (first <= frames) & (frames <= last) & ((frames - first) % (self.step or 1) == 0)
        for track in self.tracks if self.complete else ():
            shown = track.shown(frames)
            inside[shown.at[~shown.listed]] = False
        return np.asarray(inside)


def read_cvat(path: Path) -> CvatAnnotations:
    """Read annotations in the format "CVAT for video 1.1".

    Parameters
    ----------
    path : Path
        The XML, or the ZIP with `annotations.xml` in it that CVAT gives.

    Raises
    ------
    InputError
        It cannot be read, or is something else; the message says where.
    """
    reader = _Reader()
    parser = xml_parser(reader)
    try:
        with _open(path) as file:
            size = 0
            while block := file.read(_BLOCK):
                size += len(block)
                if size > _MOST_BYTES:
                    raise ValueError(f"more than {_MOST_BYTES:,} bytes of XML")
                parser.Parse(block, False)
                if size - max(parser.CurrentByteIndex, 0) > 2 * _BLOCK:
                    raise ValueError(f"one element of more than {_BLOCK:,} bytes")
            parser.Parse(b"", True)
        reader.finish()
    except (ValueError, LookupError, expat.ExpatError) as exc:
        line = f"line {parser.CurrentLineNumber}: " if parser.CurrentByteIndex > 0 else ""
        reason = expat.ErrorString(exc.code) if isinstance(exc, expat.ExpatError) else str(exc)
        raise InputError(f"{str(path)!r}: {line}{reason}; {_ADVICE}") from exc
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError) as exc:
        raise InputError(f"cannot read {str(path)!r}: {reason_of(exc)}") from exc
    return reader.found


_ADVICE = 'export the task from CVAT as "CVAT for video 1.1"'


@contextmanager
def _open(path: Path) -> Iterator[IO[bytes]]:
    """The XML itself, or that in a ZIP."""
    with open_regular(path) as file:
        zipped = file.read(len(_ZIP)) == _ZIP
        file.seek(0)
        if not zipped:
            yield file
            return
        with zipfile.ZipFile(file) as archive:
            names = [name for name in archive.namelist() if name.endswith(".xml")]
            if len(names) != 1:
                raise ValueError(f"expected one XML file in it, got {len(names):,}")
            with archive.open(names[0]) as inside:
                yield inside


class _Reader:
    """Handlers of Expat that collect annotations."""

    def __init__(self) -> None:
        self.found = CvatAnnotations()
        self._open: list[str] = []
        self._text = ""
        self._version = ""
        self._size: dict[str, int] = {}
        self._track: CvatTrack | None = None
        # Of the open box, and of the attribute in it.
        self._box: dict[str, str] | None = None
        self._attributes: dict[str, str] = {}
        self._attribute = ""

    def refuse_doctype(self, *declared: object) -> None:
        raise ValueError("it declares a document type, which CVAT's files do not")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._open and name != "annotations":
            raise ValueError(f"expected annotations, got {shown(name)}")
        if len(self._open) >= _DEEPEST:
            raise ValueError(f"elements within each other, more than {_DEEPEST} deep")
        self._open.append(name)
        self._text = ""
        if len(self._open) == 2:
            self._start_of_annotations(name, attributes)
        elif len(self._open) == 3 and self._track is not None:
            self._start_of_track(name, attributes)
        elif len(self._open) == 4 and self._box is not None and name == "attribute":
            self._attribute = attributes.get("name", "")

    def text(self, data: str) -> None:
        if len(self._text) <= _LONGEST_TEXT:
            self._text += data[: _LONGEST_TEXT + 1]

    def end(self, name: str) -> None:
        depth, text = len(self._open), self._text.strip()
        if self._open[1:2] == ["meta"]:
            self._end_in_meta(self._open[2:], text)
        elif depth == 2 and name == "version":
            self._version = text
        elif depth == 2 and name == "track":
            self._end_of_track()
        elif depth == 3 and name == "box" and self._box is not None:
            self._end_of_box()
        elif depth == 4 and name == "attribute" and self._box is not None:
            if len(text) > _LONGEST_TEXT:
                raise ValueError(f"an attribute of more than {_LONGEST_TEXT:,} characters")
            self._attributes[self._attribute] = text
        self._open.pop()
        self._text = ""

    def finish(self) -> None:
        if self._version != _VERSION:
            raise ValueError(f"expected version {_VERSION}, got {shown(self._version)}")
        if {"width", "height"} <= self._size.keys():
            self.found.size = self._size["width"], self._size["height"]

    def _start_of_annotations(self, name: str, attributes: dict[str, str]) -> None:
        if name == "image":
            raise ValueError('it is in the format "CVAT for images"')
        if name == "track" and attributes.get("label") == LABEL:
            self._track = CvatTrack()
        elif name not in ("version", "meta"):
            self.found.others += 1

    def _start_of_track(self, name: str, attributes: dict[str, str]) -> None:
        if name == "box":
            self._box, self._attributes = attributes, {}
        else:
            self.found.others += 1

    def _end_of_box(self) -> None:
        assert self._track is not None
        assert self._box is not None
        self._track.add(self._box, self._attributes)
        self._box = None

    def _end_of_track(self) -> None:
        track, self._track = self._track, None
        if track is not None and track.frame:
            track.complete()
            self.found.tracks.append(track)

    def _end_in_meta(self, where: list[str], text: str) -> None:
        """What the meta element says: of a task, or of a job."""
        found, name = self.found, where[-1] if where else ""
        if where[:1] == ["project"]:
            raise ValueError("it is of a whole project, not of one task")
        if name == "source" and where in (["source"], ["task", "source"], ["job", "source"]):
            found.source = text
        elif where == ["dumped"]:
            found.complete = True
        elif name in ("width", "height") and where[-2:-1] == ["original_size"]:
            self._size[name] = _whole({name: text}, name, low=1)
        elif where[:1] in (["task"], ["job"]) and len(where) == 2:
            if name == "start_frame":
                found.first = _whole({name: text}, name, low=0)
            elif name == "stop_frame":
                found.last = _whole({name: text}, name, low=0)
            elif name == "frame_filter" and text:
                found.step = _whole({name: text.removeprefix("step=").strip()}, name, low=1)


def _whole(given: dict[str, str], name: str, *, low: int) -> int:
    text = given.get(name, "")
    # Of digits alone: Python takes others for numbers, too.
    digits = text.removeprefix("-")
    value = int(text) if digits.isascii() and digits.isdecimal() and len(digits) <= 10 else None
    if value is None or not low <= value < _MOST:
        raise ValueError(f"{name}: expected a whole number from {low}, got {shown(text)}")
    return value


def _real(given: dict[str, str], name: str) -> float:
    text = given.get(name, "")
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not -_FAR <= value <= _FAR:
        raise ValueError(f"{name}: expected pixels, got {shown(text)}")
    return value
