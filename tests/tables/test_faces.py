from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.support.rows import rows
from videoemo.records import QUALITY, Faces, Features, Frames
from videoemo.tables.columns import Columns
from videoemo.tables.faces import (
    FaceTable,
    check_faces_csv,
    face_table,
    read_faces,
    write_faces,
    write_faces_csv,
)
from videoemo.tables.tracks import select_track
from videoemo.tables.videos import VideoRow, write_videos

CLASSES = ("negative", "neutral", "positive")


def frames(*index: int) -> Frames:
    return Frames(
        np.zeros((len(index), 4, 4, 3), np.uint8), np.array(index) / 10, np.array(index, np.int64)
    )


def faces(*frame: int) -> tuple[Faces, Features]:
    n = len(frame)
    boxes = np.tile(np.array([1, 2, 11, 22], np.float32), (n, 1))
    probabilities = np.zeros((n, 3), np.float32)
    probabilities[:, 2], probabilities[:, 0] = (
        np.linspace(0.9, 0.5, n),
        1 - np.linspace(0.9, 0.5, n),
    )
    quality = np.tile(np.array([120, 10, -5, 2], np.float32), (n, 1))
    plain = Faces(
        boxes,
        np.full(n, 0.99, np.float32),
        np.zeros((n, 5, 2), np.float32),
        np.array(frame, np.int64),
    )
    found = replace(plain, track=np.arange(n) + 4, quality=quality)
    return found, Features(np.zeros((n, 2), np.float32), probabilities)


@pytest.fixture
def table() -> FaceTable:
    """Frames 0, 2, 4 in one batch and 6, 8 in another: two faces in 0, none in 2, one in 4, none in
    6, three in 8.
    """
    return face_table(
        [(frames(0, 2, 4), *faces(0, 0, 4)), (frames(6, 8), *faces(8, 8, 8))], CLASSES
    )


def test_one_row_a_face_a_frame_and_one_for_a_frame_without(table: FaceTable) -> None:
    assert table.frame.tolist() == [0, 0, 2, 4, 6, 8, 8, 8]
    assert table.face.tolist() == [0, 1, -1, 0, -1, 0, 1, 2]
    assert table.track.tolist() == [4, 5, -1, 6, -1, 4, 5, 6]
    assert table.seconds.tolist() == [0.0, 0.0, 0.2, 0.4, 0.6, 0.8, 0.8, 0.8]


def test_boxes_are_x_y_width_height(table: FaceTable) -> None:
    assert table.boxes[0].tolist() == [1, 2, 10, 20]


def test_the_parquet_file_has_the_contracts_columns_and_nulls_without_a_face(
    table: FaceTable, tmp_path: Path
) -> None:
    write_faces(table, tmp_path / "faces.parquet")
    read = pd.read_parquet(tmp_path / "faces.parquet")
    assert list(read.columns) == [
        "frame",
        "seconds",
        "face",
        "track",
        "x",
        "y",
        "width",
        "height",
        "score",
        *QUALITY,
        *CLASSES,
    ]
    own = read[["face", "track", "x", "score", "yaw", "positive"]]
    assert own.isna().all(axis=1).tolist() == [
        False,
        False,
        True,
        False,
        True,
        False,
        False,
        False,
    ]
    assert not (tmp_path / "faces.csv").exists()


def test_valence_and_arousal_follow_the_classes_where_the_network_gives_them(
    tmp_path: Path,
) -> None:
    found, features = faces(0, 0, 4)
    affect = np.array([[0.5, -0.25], [0.1, 0.75], [-1, 1]], np.float32)
    told = replace(features, values={"arousal": affect[:, 1], "valence": affect[:, 0]})
    table = face_table([(frames(0, 2, 4), found, told)], CLASSES, ("valence", "arousal"))
    write_faces(table, tmp_path / "faces.parquet")
    read = pd.read_parquet(tmp_path / "faces.parquet")
    assert list(read.columns[-5:]) == [*CLASSES, "valence", "arousal"]
    np.testing.assert_array_equal(
        read[["valence", "arousal"]].to_numpy(np.float32),
        [*affect[:2], [np.nan, np.nan], affect[2]],
    )
    assert table.mean_values() == pytest.approx(
        dict(zip(("valence", "arousal"), affect.mean(axis=0), strict=True)), abs=1e-7
    )


def test_values_of_another_length_are_refused(table: FaceTable) -> None:
    with pytest.raises(ValueError, match=r"FaceTable.values\['valence'\]: expected \(8,\), got"):
        replace(table, values={"valence": np.zeros(7, np.float32)})


def test_a_network_without_them_gives_no_such_columns(table: FaceTable) -> None:
    assert (table.values, table.mean_values()) == ({}, {})
    assert "valence" not in table.to_arrow().column_names


LOOKED_AT = [True, False, None, True, None, False, True, False]


@pytest.fixture
def looked(table: FaceTable) -> FaceTable:
    """The same faces, of which three were looked at."""
    first, second = faces(0, 0, 4), faces(8, 8, 8)
    of_first, of_second = np.array([True, False, True]), np.array([False, True, False])
    return face_table(
        [
            (frames(0, 2, 4), first[0], replace(first[1], looked_at=of_first)),
            (frames(6, 8), second[0], replace(second[1], looked_at=of_second)),
        ],
        CLASSES,
        looked_at=True,
    )


def test_the_last_column_says_which_faces_were_looked_at(looked: FaceTable, tmp_path: Path) -> None:
    columns = Columns(CLASSES, (), None, looked_at=True)
    write_faces(looked, tmp_path / "faces.parquet")
    write_faces_csv(looked, tmp_path / "faces.csv")
    assert looked.to_arrow().column_names[-1] == "looked_at"
    assert looked.to_arrow()["looked_at"].to_pylist() == LOOKED_AT
    read = read_faces(tmp_path / "faces.parquet", columns)
    np.testing.assert_array_equal(read.looked_at, looked.looked_at)
    np.testing.assert_array_equal(read.probabilities, looked.probabilities)
    check_faces_csv(tmp_path / "faces.csv", columns)


@pytest.mark.parametrize("there", [True, False])
def test_that_column_is_there_where_it_has_to_be_and_nowhere_else(
    table: FaceTable, looked: FaceTable, tmp_path: Path, there: bool
) -> None:
    write_faces(looked if there else table, tmp_path / "faces.parquet")
    with pytest.raises(ValueError, match="column 17: expected"):
        read_faces(tmp_path / "faces.parquet", Columns(CLASSES, (), None, looked_at=not there))


def test_it_goes_with_the_faces_of_one_person(looked: FaceTable) -> None:
    alone = select_track(looked, 5)
    assert alone.looked_at is not None
    assert alone.looked_at.tolist() == [False, False, False, False, True]
    assert alone.to_arrow()["looked_at"].to_pylist() == [False, None, None, None, True]


def test_one_of_another_length_is_refused(table: FaceTable) -> None:
    with pytest.raises(ValueError, match=r"FaceTable.looked_at: expected \(8,\), got \(7,\)"):
        replace(table, looked_at=np.ones(7, np.bool_))


def test_the_csv_file_says_the_same_with_empty_fields(table: FaceTable, tmp_path: Path) -> None:
    write_faces(table, tmp_path / "faces.parquet")
    write_faces_csv(table, tmp_path / "faces.csv")
    lines = (tmp_path / "faces.csv").read_text().splitlines()
    assert lines[0] == (
        "frame,seconds,face,track,x,y,width,height,score,sharpness,yaw,pitch,roll,negative,neutral,"
        "positive"
    )
    assert lines[3] == "2,0.2,,,,,,,,,,,,,,"
    pd.testing.assert_frame_equal(
        pd.read_csv(tmp_path / "faces.csv"),
        pd.read_parquet(tmp_path / "faces.parquet"),
        check_dtype=False,
    )


def test_the_same_table_gives_the_same_bytes(table: FaceTable, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_faces(table, tmp_path / name / "faces.parquet")
        write_faces_csv(table, tmp_path / name / "faces.csv")
    for file in ("faces.parquet", "faces.csv"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_the_mean_is_over_all_faces(table: FaceTable) -> None:
    found = table.probabilities[table.face >= 0]
    assert np.allclose(table.mean(), found.mean(axis=0))


def test_the_course_is_the_mean_over_the_faces_of_each_frame(table: FaceTable) -> None:
    course = table.per_frame()
    assert course.seconds.tolist() == [0.0, 0.2, 0.4, 0.6, 0.8]
    assert course.n_faces.tolist() == [2, 0, 1, 0, 3]
    assert np.allclose(course.probabilities[0], table.probabilities[:2].mean(axis=0))
    assert np.isnan(course.probabilities[[1, 3]]).all()


def test_a_video_of_no_frames_has_an_empty_table_and_no_mean() -> None:
    table = face_table([], CLASSES)
    assert (len(table.frame), len(table.per_frame().seconds)) == (0, 0)
    assert np.isnan(table.mean()).all()


def test_faces_that_come_in_another_order_of_frames_find_their_frame() -> None:
    table = face_table([(frames(0, 2), *faces(2, 0))], CLASSES)
    assert table.frame.tolist() == [0, 2]
    assert np.allclose(table.probabilities[:, 2], [0.5, 0.9])


def test_videos_csv_has_the_mean_valence_and_arousal_where_the_network_gives_them(
    tmp_path: Path,
) -> None:
    mean, values = np.array([0, 0.25, 0.75], np.float32), {"arousal": -0.25, "valence": 0.5}
    given = [
        VideoRow(video="a", mean=mean, values=values),
        VideoRow(video="b", status="failed", error="no video"),
    ]
    write_videos(given, CLASSES, tmp_path / "videos.csv", values=("valence", "arousal"))
    read = [line.split(",")[10:] for line in (tmp_path / "videos.csv").read_text().splitlines()]
    assert read == [
        [*CLASSES, "valence", "arousal"],
        ["0.000000", "0.250000", "0.750000", "0.500000", "-0.250000"],
        [""] * 5,
    ]


def test_videos_csv_has_a_row_a_video_and_blanks_where_nothing_is_known(tmp_path: Path) -> None:
    given = [
        VideoRow(
            video='a, "b".mp4',
            seconds=1.5,
            frames=2,
            face_frames=1,
            faces=1,
            mean=np.array([0, 0.25, 0.75], np.float32),
            dominant="positive",
        ),
        VideoRow(
            video="c.mp4",
            seconds=1.5,
            frames=2,
            face_frames=0,
            faces=0,
            longest_gap=0.75,
            mean=np.full(3, np.nan, np.float32),
        ),
        VideoRow(video="d.mp4", status="failed", error="not a video"),
    ]
    write_videos(given, CLASSES, tmp_path / "videos.csv")
    with (tmp_path / "videos.csv").open(newline="") as file:
        read = list(csv.reader(file))
    assert read == [
        [
            "video",
            "status",
            "error",
            "seconds",
            "frames",
            "face_frames",
            "faces",
            "coverage",
            "longest_gap",
            "dominant",
            *CLASSES,
        ],
        [
            'a, "b".mp4',
            "ok",
            "",
            "1.500000",
            "2",
            "1",
            "1",
            "0.500000",
            "",
            "positive",
            "0.000000",
            "0.250000",
            "0.750000",
        ],
        ["c.mp4", "ok", "", "1.500000", "2", "0", "0", "0.000000", "0.750000", "", "", "", ""],
        ["d.mp4", "failed", "not a video", "", "", "", "", "", "", "", "", "", ""],
    ]


@pytest.mark.parametrize(
    ("has_face", "gap"),
    [
        ("xxxx", 0.0),
        ("x..x.x", 0.2),
        ("...x", 0.3),
        ("xx..", 0.1),
        ("....", 0.3),
        (".", 0.0),
        ("", 0.0),
    ],
)
def test_the_longest_gap_lasts_until_the_next_face_or_the_last_frame(
    has_face: str, gap: float
) -> None:
    table = rows([(i, i / 10, 0 if one == "x" else None, 0.5) for i, one in enumerate(has_face)])
    assert table.longest_gap() == pytest.approx(gap)


def test_faces_that_nobody_followed_make_no_table() -> None:
    found, features = faces(0)
    with pytest.raises(ValueError, match="nobody followed"):
        face_table([(frames(0), replace(found, track=None), features)], CLASSES)
