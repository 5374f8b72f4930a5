"""CVAT's XML from anybody: what it holds, and what is refused, in one line that says where."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from videoemo.errors import InputError
from videoemo.exports import cvat_reader
from videoemo.exports.cvat_reader import read_cvat

BOX = (
    '<box frame="{}" keyframe="{}" outside="{}" occluded="0" xtl="{}.00" ytl="2.00" xbr="30.00" '
    'ybr="40.00" z_order="0"><attribute name="expression">happiness</attribute>'
    '<attribute name="person">0</attribute></box>\n'
)
META = (
    "<meta><task><id>1</id><name>mine</name><start_frame>2</start_frame><stop_frame>9</stop_frame>"
    "<frame_filter>step=2</frame_filter><labels><label><name>face</name><attributes><attribute>"
    "<name>person</name></attribute></attributes></label></labels><original_size><width>640</width>"
    "<height>480</height></original_size></task><source>a.mp4</source></meta>"
)
GOOD = (
    '<?xml version="1.0" encoding="utf-8"?>\n<annotations><version>1.1</version>'
    + META
    + '<track id="0" label="face">'
    + BOX.format(2, 1, 0, 0)
    + BOX.format(6, 1, 0, 8)
    + BOX.format(8, 1, 1, 8)
    + '<points frame="2"/></track><track id="1" label="hand"><box frame="1"/></track></annotations>'
)


def refused(content: str | bytes, folder: Path) -> str:
    path = folder / "corrected.xml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as told:
        read_cvat(path)
    (line,) = str(told.value).splitlines()
    assert len(line) < 600
    return line


def test_the_task_its_frames_and_its_tracks_are_read(tmp_path: Path) -> None:
    (tmp_path / "c.xml").write_text(GOOD)
    found = read_cvat(tmp_path / "c.xml")
    assert (found.source, found.size, len(found.tracks)) == ("a.mp4", (640, 480), 1)
    assert found.others == 2  # points, and a hand
    assert np.flatnonzero(found.has(np.arange(20))).tolist() == [2, 4, 6, 8]


def test_the_source_of_a_task_stands_within_it_or_beside_it(tmp_path: Path) -> None:
    inside = GOOD.replace("</task><source>a.mp4</source>", "<source>b.mp4</source></task>")
    (tmp_path / "c.xml").write_text(inside)
    assert read_cvat(tmp_path / "c.xml").source == "b.mp4"


def test_between_two_boxes_a_track_is_on_its_way_and_outside_it_is_not_shown(
    tmp_path: Path,
) -> None:
    (tmp_path / "c.xml").write_text(GOOD)
    shown = read_cvat(tmp_path / "c.xml").tracks[0].shown(np.arange(12))
    assert shown.at.tolist() == [2, 3, 4, 5, 6, 7]
    assert shown.boxes[:, 0].tolist() == [0, 2, 4, 6, 8, 8]
    assert set(shown.expression) == {"happiness"}


def test_what_a_box_does_not_say_is_as_before(tmp_path: Path) -> None:
    first, second = GOOD.split("</box>", 1)
    attributes = '<attribute name="expression">happiness</attribute>'
    less = second.replace(attributes, "").replace('<attribute name="person">0</attribute>', "")
    (tmp_path / "c.xml").write_text(f"{first}</box>{less}")
    shown = read_cvat(tmp_path / "c.xml").tracks[0].shown(np.arange(12))
    assert (set(shown.expression), set(shown.person.tolist())) == ({"happiness"}, {0})


def test_the_zip_that_cvat_gives_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "task.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("annotations.xml", GOOD)
    assert len(read_cvat(tmp_path / "task.zip").tracks) == 1


def test_another_encoding_is_read(tmp_path: Path) -> None:
    text = GOOD.replace("utf-8", "utf-16").replace("a.mp4", "\u00e9.mp4")
    (tmp_path / "c.xml").write_bytes(text.encode("utf-16"))
    assert read_cvat(tmp_path / "c.xml").source == "\u00e9.mp4"


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (("<annotations>", "<!DOCTYPE a [<!ENTITY x 'y'>]><annotations>"), "a document type"),
        (("<annotations>", "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><annotations>"), "a document"),
        (("a.mp4", "&x;"), "line 2: undefined entity"),
        (("</annotations>", ""), "no element found"),
        (("1.1<", "1.2<"), "expected version 1.1, got '1.2'"),
        (('<track id="1" label="hand">', '<image id="0"/><track>'), '"CVAT for images"'),
        (("<task>", "<project>"), "a whole project"),
        (('frame="6"', 'frame="2"'), "frame 2: a track that has it twice"),
        (('frame="6"', 'frame="-6"'), "line 3: frame: expected a whole number from 0, got '-6'"),
        (('frame="6"', 'frame="\u0663"'), "frame: expected a whole number from 0"),
        (('frame="6"', f'frame="{9 * 5000}"'.replace("45000", "9" * 5000)), "frame: expected"),
        (('xtl="8.00"', 'xtl="nan"'), "xtl: expected pixels, got 'nan'"),
        (('xtl="8.00"', 'xtl="1e9"'), "xtl: expected pixels"),
        (('xtl="8.00"', 'xtl="30"'), "frame 6: a box without an area"),
        (('<attribute name="person">0</attribute>', ""), "without the attribute person"),
        ((">0</attribute>", ">anna</attribute>"), "person: expected a whole number from -1"),
        ((">0</attribute>", ">500000</attribute>"), "person: expected numbers below 500,000"),
        (("happiness", "x" * 10_000), "an attribute of more than"),
        (("<labels>", 60 * "<a>"), "elements within each other"),
        (('label="face"', f'label="face" more="{"x" * 4_000_000}"'), "one element of more than"),
    ],
    ids=lambda value: None,
)
def test_what_cvat_does_not_write_is_refused(
    tmp_path: Path, change: tuple[str, str], wrong: str
) -> None:
    assert wrong in refused(GOOD.replace(*change), tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no XML",
        b"\x00" * 100,
        b"\xff\xfe\xff",
        b"<a/>",
        b"<?xml version='1.0' encoding='u2f'?><a/>",
    ],
)
def test_what_is_no_annotation_is_refused(tmp_path: Path, content: bytes) -> None:
    assert 'export the task from CVAT as "CVAT for video 1.1"' in refused(content, tmp_path)


def test_a_zip_of_something_else_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "corrected.xml", "w") as archive:
        archive.writestr("gt.txt", "1")
    content = (tmp_path / "corrected.xml").read_bytes()
    assert "expected one XML file in it, got 0" in refused(content, tmp_path)
    assert "cannot read" in refused(content[:40], tmp_path)


def test_more_than_fits_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cvat_reader, "_MOST_BYTES", 1_000_000)
    with zipfile.ZipFile(tmp_path / "corrected.xml", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("annotations.xml", GOOD[:100] + " " * 5_000_000)
    content = (tmp_path / "corrected.xml").read_bytes()
    assert len(content) < 10_000
    assert "more than 1,000,000 bytes of XML" in refused(content, tmp_path)


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    for path in (tmp_path / "none.xml", tmp_path):
        with pytest.raises(InputError, match="cannot read"):
            read_cvat(path)
