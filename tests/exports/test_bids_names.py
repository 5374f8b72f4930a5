"""Videos' names in BIDS: taken where they are there, else made, each once."""

from __future__ import annotations

import pytest

from videoemo.exports.bids_names import bids_label, bids_names


def stems(*videos: str) -> list[str]:
    return [name.stem for name in bids_names(videos).values()]


@pytest.mark.parametrize(
    ("video", "stem", "folder"),
    [
        ("anna.mp4", "sub-anna_task-video", "sub-anna/beh"),
        ("group 1/Anna B.mp4", "sub-group1AnnaB_task-video", "sub-group1AnnaB/beh"),
        ("sub-01/clip.mp4", "sub-01_task-video", "sub-01/beh"),
        (
            "sub-01/ses-pre/beh/sub-01_ses-pre_task-rest_run-2.mp4",
            "sub-01_ses-pre_task-rest_run-2",
            "sub-01/ses-pre/beh",
        ),
        ("sub-01_acq-left_task-x_video.mp4", "sub-01_task-x_acq-left", "sub-01/beh"),
        ("caf\u00e9.mp4", "sub-cafe_task-video", "sub-cafe/beh"),
        ("\u0432\u0438\u0434\u0435\u043e.mp4", "sub-video_task-video", "sub-video/beh"),
        ("2024.05.01", "sub-20240501_task-video", "sub-20240501/beh"),
        ("../../evil.mp4", "sub-evil_task-video", "sub-evil/beh"),
        ("sub-.mp4", "sub-sub_task-video", "sub-sub/beh"),
    ],
)
def test_a_video_has_a_subject(video: str, stem: str, folder: str) -> None:
    name = bids_names((video,))[video]
    assert (name.stem, str(name.folder)) == (stem, folder)


def test_names_that_would_be_the_same_are_numbered() -> None:
    assert stems("a-b.mp4", "ab.mp4", "AB.mp4", "ab2.mp4", "a_b.avi") == [
        "sub-ab_task-video",
        "sub-ab3_task-video",
        "sub-AB4_task-video",
        "sub-ab2_task-video",
        "sub-ab5_task-video",
    ]


def test_videos_of_one_subject_are_its_runs_all_of_them() -> None:
    assert stems("sub-01/a.mp4", "sub-01/b.mp4", "sub-01/sub-01_run-2.mp4", "sub-02/a.mp4") == [
        "sub-01_task-video_run-1",
        "sub-01_task-video_run-3",
        "sub-01_task-video_run-2",
        "sub-02_task-video",
    ]


def test_a_run_that_is_there_twice_gets_another_number() -> None:
    assert stems("x/sub-1_run-01.mp4", "y/sub-1_run-1.mp4", "SUB-1.mp4", "sub-1_run-x.mp4") == [
        "sub-1_task-video_run-01",
        "sub-1_task-video_run-2",
        "sub-SUB1_task-video",
        "sub-1_task-video_run-3",
    ]


def test_no_name_is_a_part_of_another() -> None:
    """BIDS would take the file of one video for one about several."""
    assert stems("sub-1_task-x.mp4", "sub-1_task-x_acq-left.mp4", "sub-1_task-x_run-4.avi") == [
        "sub-1_task-x_acq-none_run-1",
        "sub-1_task-x_acq-left",
        "sub-1_task-x_acq-none_run-4",
    ]


def test_many_videos_of_one_name_keep_apart() -> None:
    videos = tuple(f"{'-' * n}.mp4" for n in range(1, 500))
    assert len(set(stems(*videos))) == len(videos)


def test_a_label_is_of_letters_and_digits() -> None:
    assert bids_label("\u00c5 b_c-\u00e9!\u4e2d") == "Abce"
