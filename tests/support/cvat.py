"""CVAT, as far as its files go: what it reads of annotations, and what it writes of them.

`load` keeps to what CVAT documents and does of "CVAT for video 1.1": only tracks count, of which
only boxes with keyframe="1"; a track is shown until it is outside; attributes hold until a later
keyframe has others, but for the person, which is the track's. `dump` writes every frame that is
shown with all attributes, those between keyframes with keyframe="0", as CVAT does.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from xml.etree import ElementTree

from videoemo.util.files import atomic_write

Corners = tuple[float, float, float, float]


@dataclass(frozen=True)
class Box:
    """A box of a track; of a keyframe with the attributes that change there."""

    frame: int
    corners: Corners
    attributes: dict[str, str]
    outside: bool = False


@dataclass
class Track:
    """A track of a task: its keyframes by frame."""

    boxes: dict[int, Box] = field(default_factory=dict)
    person: str = "-1"

    def say(self, expression: str, *, frames: range) -> None:
        """Give an expression to some frames, which are keyframes, and take it back after them."""
        after = self.at(frames.stop)
        self.boxes[frames.start] = self._saying(frames.start, expression)
        for frame in frames[1:]:
            self.boxes[frame] = replace(self.boxes[frame], attributes={})
        if after is not None:
            was = after.attributes["expression"]
            self.boxes[frames.stop] = self._saying(frames.stop, was)

    def split(self, frames: range, *, person: str) -> Track:
        """Make some frames a track of another person."""
        shown = {
            frame: replace(box, attributes={"expression": box.attributes["expression"]})
            for frame in frames
            if (box := self.at(frame)) is not None
        }
        after = replace(shown[frames[-1]], frame=frames.stop, outside=True)
        self.boxes.setdefault(frames.stop, after)
        for frame in frames:
            self.boxes[frame] = replace(self.boxes[frame], outside=True)
        return Track({**shown, frames.stop: after}, person)

    def _saying(self, frame: int, expression: str) -> Box:
        return replace(self.boxes[frame], attributes={"expression": expression})

    def at(self, frame: int) -> Box | None:
        """What is shown of it in a frame."""
        before = max((one for one in self.boxes if one <= frame), default=None)
        if before is None or self.boxes[before].outside:
            return None
        here = self.boxes[before]
        attributes = {"person": self.person}
        for one in sorted(self.boxes):
            attributes |= self.boxes[one].attributes if one <= frame else {}
        here = replace(here, attributes=attributes)
        after = min((one for one in self.boxes if one > frame), default=None)
        if after is None or self.boxes[after].outside or before == frame:
            return replace(here, frame=frame)
        share = (frame - before) / (after - before)
        x1, y1, x2, y2 = (
            one + (other - one) * share
            for one, other in zip(here.corners, self.boxes[after].corners, strict=True)
        )
        return replace(here, frame=frame, corners=(x1, y1, x2, y2))


def load(path: Path) -> list[Track]:
    """The tracks that CVAT makes of a file."""
    tracks: list[Track] = []
    for track in ElementTree.parse(path).getroot().iter("track"):
        assert track.attrib["label"] == "face"
        kept = Track()
        for box in track.iter("box"):
            if box.attrib["keyframe"] != "1":
                continue
            x1, y1, x2, y2 = (float(box.attrib[side]) for side in ("xtl", "ytl", "xbr", "ybr"))
            attributes = {one.attrib["name"]: one.text or "" for one in box.iter("attribute")}
            kept.person = attributes.pop("person", kept.person)
            outside = box.attrib["outside"] == "1"
            frame = int(box.attrib["frame"])
            kept.boxes[frame] = Box(frame, (x1, y1, x2, y2), attributes, outside)
        tracks.append(kept)
    return tracks


def dump(
    path: Path,
    tracks: list[Track],
    *,
    frames: range,
    source: str = "a.mp4",
    taken_out: Collection[int] = (),
    size: tuple[int, int] = (640, 360),
) -> Path:
    """The file that CVAT writes of the tracks of a task."""
    root = ElementTree.Element("annotations")
    ElementTree.SubElement(root, "version").text = "1.1"
    meta = ElementTree.SubElement(root, "meta")
    task = ElementTree.SubElement(meta, "task")
    about = {"id": "7", "name": "my task", "start_frame": frames.start, "stop_frame": frames[-1]}
    for name, value in about.items():
        ElementTree.SubElement(task, name).text = str(value)
    ElementTree.SubElement(task, "frame_filter").text = f"step={frames.step}"
    original = ElementTree.SubElement(task, "original_size")
    for name, side in zip(("width", "height"), size, strict=True):
        ElementTree.SubElement(original, name).text = str(side)
    ElementTree.SubElement(task, "source").text = source
    ElementTree.SubElement(meta, "dumped").text = "2026-01-01 00:00:00.000000+00:00"
    for number, track in enumerate(tracks):
        element = ElementTree.SubElement(root, "track", id=str(number), label="face")
        for frame in (one for one in frames if one not in taken_out):
            box, key = track.at(frame), track.boxes.get(frame)
            gone = key is not None and key.outside
            shown = replace(key, attributes={"person": track.person}) if key and gone else box
            if shown is not None:
                _dump_box(element, shown, keyframe=frame in track.boxes)
    with atomic_write(path) as temporary:
        ElementTree.ElementTree(root).write(temporary, encoding="utf-8", xml_declaration=True)
    return path


def _dump_box(track: ElementTree.Element, box: Box, *, keyframe: bool) -> None:
    sides = dict(zip(("xtl", "ytl", "xbr", "ybr"), map("{:.2f}".format, box.corners), strict=True))
    flags = {"keyframe": str(int(keyframe)), "outside": str(int(box.outside)), "occluded": "0"}
    about = {"frame": str(box.frame), **flags, **sides}
    element = ElementTree.SubElement(track, "box", about)
    for name, value in box.attributes.items():
        ElementTree.SubElement(element, "attribute", name=name).text = value
