from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.support.rows import rows
from videoemo.tables.faces import FaceTable
from videoemo.tables.smoothing import smooth
from videoemo.tables.tracks import longest_track, select_track, write_tracks

# Person 0 in frames 0 to 3, away in 2; person 1 in frames 1 to 4; nobody in 5.
ZERO = [(0, 0.0, 0, 1.0), (1, 0.1, 0, 0.8), (3, 0.3, 0, 0.6)]
ONE = [(1, 0.1, 1, 0.2), (2, 0.2, 1, 0.2), (3, 0.3, 1, 0.1), (4, 0.4, 1, 0.1)]
TABLE = rows([*sorted(ZERO + ONE), (5, 0.5, None, 0.0)])


def written(table: FaceTable, path: Path, *, smoothing: float = 0.0) -> list[dict[str, str]]:
    write_tracks(table, path / "tracks.csv", series=smooth(table, smoothing))
    with (path / "tracks.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_there_is_one_row_a_person_with_all_that_is_known_of_them(tmp_path: Path) -> None:
    zero, one = written(TABLE, tmp_path)
    places = ["x", "y", "width", "height", "score", "sharpness", "yaw", "pitch", "roll"]
    assert list(zero) == [
        "track",
        "first",
        "last",
        "frames",
        "coverage",
        *places,
        "happiness",
        "sadness",
        "dominant",
        "changes",
    ]
    assert {
        key: zero[key] for key in ("track", "first", "last", "frames", "coverage", "dominant")
    } == {
        "track": "0",
        "first": "0.000000",
        "last": "0.300000",
        "frames": "3",
        "coverage": "0.750000",
        "dominant": "happiness",
    }
    assert float(zero["happiness"]) == pytest.approx(0.8)
    assert (one["x"], one["width"], one["height"], one["score"], one["yaw"]) == (
        "10.000",
        "20.000",
        "30.000",
        "0.900",
        "10.000",
    )
    assert (one["track"], one["dominant"]) == ("1", "sadness")


def test_changes_count_how_often_another_class_leads(tmp_path: Path) -> None:
    happiness = [0.9, 0.9, 0.1, 0.1, 0.9, 0.9]
    table = rows([(i, float(i), 0, share) for i, share in enumerate(happiness)])
    assert written(table, tmp_path)[0]["changes"] == "2"


def test_a_flicker_that_smoothing_takes_away_is_no_change(tmp_path: Path) -> None:
    table = rows([(i, 0.04 * i, 0, 0.4 if i == 10 else 0.7) for i in range(20)])
    assert written(table, tmp_path)[0]["changes"] == "2"
    assert written(table, tmp_path, smoothing=0.2)[0]["changes"] == "0"


def test_a_video_without_faces_has_no_rows(tmp_path: Path) -> None:
    assert written(rows([(0, 0.0, None, 0.0)]), tmp_path) == []


@pytest.mark.parametrize(
    ("track", "person"),
    [([0, 1, 1, 0, 1, -1], 1), ([2, 0, 0, 2], 0), ([-1, -1], -1), ([], -1)],
    ids=str,
)
def test_the_longest_is_the_person_of_most_faces_and_of_equals_the_first(
    track: list[int], person: int
) -> None:
    assert longest_track(np.array(track, np.int64)) == person


def test_one_persons_table_keeps_every_frame() -> None:
    table = select_track(TABLE, 0)
    assert table.frame.tolist() == [0, 1, 2, 3, 4, 5]
    assert table.face.tolist() == [0, 0, -1, 0, -1, -1]
    assert table.track.tolist() == [0, 0, -1, 0, -1, -1]
    np.testing.assert_allclose(
        table.probabilities[:, 0], [1, 0.8, np.nan, 0.6, np.nan, np.nan], atol=1e-6
    )
    assert np.isnan(table.boxes[[2, 4, 5]]).all()


def test_one_persons_values_are_kept_and_the_others_gone() -> None:
    given = np.arange(len(TABLE.frame), dtype=np.float32)
    values = select_track(replace(TABLE, values={"valence": given}), 0).values["valence"]
    np.testing.assert_array_equal(np.isnan(values), [False, False, True, False, True, True])
    assert values[[0, 1, 3]].tolist() == given[(TABLE.track == 0)].tolist()


def test_a_persons_values_are_the_means_over_their_faces(tmp_path: Path) -> None:
    given = np.where(TABLE.track == 0, 0.25, -0.5).astype(np.float32)
    zero, one = written(replace(TABLE, values={"valence": given}), tmp_path)
    assert (zero["valence"], one["valence"]) == ("0.250000", "-0.500000")


def test_nobodys_table_has_no_face() -> None:
    table = select_track(rows([(0, 0.0, None, 0.0), (1, 0.1, None, 0.0)]), -1)
    assert table.face.tolist() == [-1, -1]
