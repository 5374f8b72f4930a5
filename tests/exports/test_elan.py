"""ELAN's annotation files: read back by pympi, and of the form that the schema asks for."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pympi.Elan import Eaf

from tests.support.exports import exported, faces_showing, results_of
from videoemo.results import VideoResults

# Of EAF 3.0, the elements that are written, in the order of its schema.
ORDER = [
    "HEADER",
    "TIME_ORDER",
    "TIER",
    "LINGUISTIC_TYPE",
    "LANGUAGE",
    "CONTROLLED_VOCABULARY",
]
ODD = ("a --> b", "<i>&'", "\u559c\u3073 #1", "]]>", "happiness", "neutral")


@pytest.fixture
def two(tmp_path: Path) -> VideoResults:
    """Two persons, one of whom is away for a while, and a cut."""
    displayed = {0: "4" * 40 + "5" * 40, 1: "6" * 20 + "." * 20 + "4" * 40}
    return results_of(tmp_path / "out", faces_showing(displayed), cuts=(1.6,))


def tiers(path: Path) -> dict[str, list[tuple[int, int, str]]]:
    eaf = Eaf(str(path))
    return {name: eaf.get_annotation_data_for_tier(name) for name in eaf.get_tier_names()}


def check(path: Path) -> ElementTree.Element:
    """What the schema asks for beside the names: order, ids and references, times."""
    root = ElementTree.parse(path).getroot()
    names = [element.tag for element in root]
    assert names == sorted(names, key=ORDER.index)
    assert {"HEADER", "TIME_ORDER"} <= set(names)
    times = {slot.attrib["TIME_SLOT_ID"]: int(slot.attrib["TIME_VALUE"]) for slot in root[1]}
    assert len(times) == len(root[1])
    assert list(times.values()) == sorted(times.values())
    assert all(0 <= time < 2**32 for time in times.values())
    entries = {entry.attrib["CVE_ID"]: entry[0].text for entry in root.iter("CV_ENTRY_ML")}
    kinds = {
        kind.attrib["LINGUISTIC_TYPE_ID"]: kind.attrib for kind in root.iter("LINGUISTIC_TYPE")
    }
    vocabularies = {one.attrib["CV_ID"] for one in root.iter("CONTROLLED_VOCABULARY")}
    assert {kind["CONTROLLED_VOCABULARY_REF"] for kind in kinds.values()} == vocabularies
    ids, used = [], []
    for tier in root.iter("TIER"):
        assert tier.attrib["LINGUISTIC_TYPE_REF"] in kinds
        spans = []
        for one in tier.iter("ALIGNABLE_ANNOTATION"):
            given = one.attrib
            ids.append(given["ANNOTATION_ID"])
            used += [given["TIME_SLOT_REF1"], given["TIME_SLOT_REF2"]]
            spans.append((times[given["TIME_SLOT_REF1"]], times[given["TIME_SLOT_REF2"]]))
            assert one[0].text == entries[given["CVE_REF"]]
        assert all(start < stop for start, stop in spans)
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert len(set(ids)) == len(ids)
    assert sorted(used) == sorted(times)
    assert root[0].find("PROPERTY[@NAME='lastUsedAnnotationId']").text == str(len(ids))  # type: ignore[union-attr]
    return root


def test_pympi_reads_a_tier_a_person_one_of_the_group_and_one_of_the_cuts(
    two: VideoResults,
) -> None:
    path, _ = exported(two, "elan")
    check(path)
    assert (path.name, tiers(path)) == (
        "interview.eaf",
        {
            "person 0": [(0, 1600, "happiness"), (1600, 3200, "neutral")],
            "person 1": [(0, 800, "sadness"), (1600, 3200, "happiness")],
            "group": [(0, 800, "neutral"), (800, 1600, "positive"), (1600, 3200, "neutral")],
            "cuts": [(1600, 1640, "cut")],
        },
    )


def test_the_video_is_named_by_its_path_and_from_the_file(tmp_path: Path) -> None:
    source = tmp_path / "my & own.MOV"
    source.write_bytes(b"a video")
    video = results_of(tmp_path / "out", faces_showing({0: "4" * 30}), path=source)
    path, remarks = exported(video, "elan")
    media = check(path).find("HEADER/MEDIA_DESCRIPTOR")
    assert media is not None
    assert media.attrib == {
        "MEDIA_URL": f"file:///{source.as_posix().lstrip('/')}",
        "MIME_TYPE": "video/quicktime",
        "RELATIVE_MEDIA_URL": "../../my & own.MOV",
    }
    assert remarks == ()
    source.write_bytes(b"another one")
    assert "another file is where the video was when it was scored" in exported(video, "elan")[1]


def test_classes_of_any_name_stand_in_xml(tmp_path: Path) -> None:
    displayed = {0: "".join(str(i) * 10 for i in range(4)), 1: "4" * 40}
    video = results_of(tmp_path / "out", faces_showing(displayed, classes=ODD))
    path, _ = exported(video, "elan")
    check(path)
    assert [text for *_, text in tiers(path)["person 0"]] == [
        *("a --> b", "<i>&'", "\u559c\u3073 #1", "]]>")
    ]


def test_a_video_without_a_face_gives_a_valid_file_without_annotations(tmp_path: Path) -> None:
    path, remarks = exported(results_of(tmp_path, faces_showing({0: "." * 9})), "elan")
    check(path)
    assert tiers(path) == {}
    assert "no face, and so no annotations" in remarks


def test_a_single_frame_lasts_no_time(tmp_path: Path) -> None:
    path, remarks = exported(results_of(tmp_path, faces_showing({0: "4"})), "elan")
    check(path)
    assert tiers(path) == {"person 0": []}
    assert any("lasts no time" in remark for remark in remarks)


def test_the_same_results_give_the_same_bytes(two: VideoResults) -> None:
    first = exported(two, "elan")[0].read_bytes()
    assert exported(two, "elan")[0].read_bytes() == first
