"""An even grid as a table of its own."""

from __future__ import annotations

from pathlib import Path

from tests.support.results import MadeUp, write_results
from tests.support.rows import rows
from videoemo.exports.grid import export_grid
from videoemo.results import load_results
from videoemo.tables.faces import FaceTable


def written(table: FaceTable, folder: Path, rate: float | None) -> str:
    video = load_results(write_results(folder / "out", {"a.mp4": MadeUp(table)})).video("a.mp4")
    (file,) = export_grid(video, rate).files
    assert file.path.name == "a.grid.csv"
    file.write(file.path)
    return file.path.read_text(encoding="utf-8")


def test_there_is_a_row_a_cell_of_each_person_empty_where_nobody_is_seen(tmp_path: Path) -> None:
    table = rows([(0, 0.0, 0, 1.0), (1, 0.5, None, 0), (2, 1.0, 0, 0.25), (2, 1.0, 3, 0.5)])
    assert written(table, tmp_path, 2.0) == (
        "track,seconds,happiness,sadness\n"
        "0,0.000000,1.000000,0.000000\n"
        "0,0.500000,,\n"
        "0,1.000000,0.250000,0.750000\n"
        "3,1.000000,0.500000,0.500000\n"
    )


def test_without_a_rate_there_are_ten_cells_a_second(tmp_path: Path) -> None:
    table = rows([(0, 0.0, 0, 1.0), (1, 1.0, 0, 1.0)])
    assert len(written(table, tmp_path, None).splitlines()) == 1 + 20


def test_a_video_without_a_face_has_a_heading(tmp_path: Path) -> None:
    assert written(rows([(0, 0.0, None, 0)]), tmp_path, 5.0) == "track,seconds,happiness,sadness\n"
