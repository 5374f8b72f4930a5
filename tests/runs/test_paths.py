"""Where results lie: those of each video in a folder of its own, in the way of no file."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from tests.support.layouts import make
from videoemo.errors import InputError
from videoemo.features.embeddings import EMBEDDINGS
from videoemo.runs.state.paths import (
    ANNOTATED_FILES,
    ASSETS,
    COMPARE,
    FOUND,
    INDEX,
    INDEX_DATA,
    LABELLED,
    OWN_FILES,
    SCORED,
    check_result_folders,
    failure_file,
    lease_folder,
    result_folder,
)
from videoemo.scoring.outputs import REPLACED
from videoemo.tables.corrections import CORRECTIONS
from videoemo.tables.results_folder import MARKER

OUT = Path("out")


@pytest.mark.parametrize("name", ["a.mp4", "day 1/ü.mp4", "results/a", "x.results", "faces.mp4"])
def test_the_folder_of_a_video_has_its_name(name: str) -> None:
    assert result_folder(OUT, name) == OUT / name


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("overview.png", "overview.png.results"),
        ("Overview.PNG", "Overview.PNG.results"),
        ("videos.csv/a.mp4", "videos.csv.results/a.mp4"),
        ("day/timeline.png", "day/timeline.png.results"),
        ("tracks.csv", "tracks.csv.results"),
        (".videoemo", ".videoemo.results"),
        (".videoemo/a.mp4", ".videoemo.results/a.mp4"),
        (".VideoEmo-results", ".VideoEmo-results.results"),
        ("overview.png.results", "overview.png.results.results"),
        ("errors.csv ", "errors.csv .results"),
        ("assets/a.mp4", "assets.results/a.mp4"),
        ("report.html", "report.html.results"),
        ("compare/a.mp4", "compare.results/a.mp4"),
    ],
)
def test_the_folder_of_a_video_by_the_name_of_a_file_of_ours_has_another(
    name: str, folder: str
) -> None:
    assert result_folder(OUT, name) == OUT / folder


def test_no_two_videos_have_one_folder() -> None:
    names = [name + n * ".results" for name in (*OWN_FILES, MARKER, "a.mp4") for n in range(4)]
    folders = {result_folder(OUT, name).name.casefold() for name in names}
    assert len(folders) == len(names)
    assert not folders & {*OWN_FILES, MARKER, ".videoemo"}


def test_the_names_of_all_files_that_are_written_are_known() -> None:
    tables = {"videos.csv", "errors.csv", "overview.png", *LABELLED, *FOUND}
    pages = {INDEX, INDEX_DATA, ASSETS, COMPARE}
    own = {*REPLACED, *tables, EMBEDDINGS, CORRECTIONS, *pages, *ANNOTATED_FILES, SCORED}
    assert own == OWN_FILES


@pytest.mark.parametrize("name", ["../a.mp4", "a/../../b", ""])
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="rename the video"):
        result_folder(OUT, name)


def test_names_that_a_file_system_may_hold_to_be_one_are_worked_on_one_after_the_other() -> None:
    assert lease_folder(OUT, "A.mp4") == lease_folder(OUT, "a.MP4")
    assert lease_folder(OUT, "\u00e9.mp4") == lease_folder(OUT, "e\u0301.mp4")
    assert lease_folder(OUT, "a.mp4") != lease_folder(OUT, "b.mp4")
    assert failure_file(OUT, "A.mp4") != failure_file(OUT, "a.mp4")


def test_there_is_a_place_in_a_new_folder_and_beside_results_of_before(tmp_path: Path) -> None:
    check_result_folders(tmp_path / "new", ["a.mp4", "b/c.mp4"])
    make(tmp_path, "a.mp4/faces.parquet", "videos.csv", "notes.txt")
    check_result_folders(tmp_path, ["a.mp4", "b/c.mp4", "overview.png"])


@pytest.mark.parametrize(
    ("there", "clip_id", "named"),
    [
        ("a.mp4", "a.mp4", "a.mp4"),
        ("day", "day/a.mp4", "day"),
        ("overview.png/x", "b.mp4", "overview.png"),
    ],
)
def test_a_file_in_the_way_is_named_before_the_work(
    tmp_path: Path, there: str, clip_id: str, named: str
) -> None:
    make(tmp_path, there)
    with pytest.raises(InputError, match=f"no place for .*{PurePosixPath(named)}.*with -o"):
        check_result_folders(tmp_path, ["b.mp4", clip_id])


def test_a_link_in_the_place_of_results_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out" / "a.mp4").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match=r"no place for the results of .a\.mp4."):
        check_result_folders(tmp_path / "out", ["a.mp4"])
