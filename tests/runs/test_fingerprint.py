from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.resolved import resolved
from videoemo.analysis.fingerprint import settings_key
from videoemo.config.pipeline import change_pipeline, load_pipeline
from videoemo.runs.state.fingerprint import equal, explain_differences, make_key, video_key
from videoemo.zoo.cards import find_card

DETECTOR = {"pnet.pt": "0" * 64}
LENGTH = 300_000


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "a.mp4"
    path.write_bytes(bytes(LENGTH))
    return path


def overwrite(path: Path, at: int) -> None:
    """Another byte, at the same time of modification."""
    about = path.stat()
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"x")
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))


def settings(**changed: Any) -> dict[str, Any]:
    return make_key({}, settings_key(resolved(change_pipeline(load_pipeline(), **changed))))


def test_a_video_is_its_size_time_and_ends(video: Path) -> None:
    key = video_key(video, whole=False)
    assert (list(key), key["size"], key["modified"]) == (
        ["size", "modified", "ends"],
        LENGTH,
        video.stat().st_mtime_ns,
    )


@pytest.mark.parametrize("at", [0, 65_535, LENGTH - 65_536, LENGTH - 1])
def test_a_change_at_either_end_is_another_video(video: Path, at: int) -> None:
    before = video_key(video, whole=False)
    overwrite(video, at)
    assert video_key(video, whole=False) != before


def test_a_change_in_the_middle_is_seen_by_the_full_hash_alone(video: Path) -> None:
    ends, whole = video_key(video, whole=False), video_key(video, whole=True)
    overwrite(video, LENGTH // 2)
    assert video_key(video, whole=False) == ends
    assert video_key(video, whole=True) != whole


@pytest.mark.parametrize("length", [0, 1, 65_536, 65_537, 131_072])
def test_a_short_file_is_hashed_to_its_last_byte(tmp_path: Path, length: int) -> None:
    (tmp_path / "a.mp4").write_bytes(bytes(length))
    before = video_key(tmp_path / "a.mp4", whole=False)
    if length:
        overwrite(tmp_path / "a.mp4", length - 1)
        assert video_key(tmp_path / "a.mp4", whole=False)["ends"] != before["ends"]
    assert before["size"] == length


def test_another_time_is_another_video(video: Path) -> None:
    before = video_key(video, whole=False)
    os.utime(video, ns=(0, before["modified"] + 1))
    assert video_key(video, whole=False) != before


def add_picture(folder: Path) -> None:
    (folder / "3.png").write_bytes(b"three")


def rename_picture(folder: Path) -> None:
    (folder / "2.png").rename(folder / "3.png")


def grow_picture(folder: Path) -> None:
    (folder / "2.png").write_bytes(b"two and more")


@pytest.mark.parametrize("alter", [add_picture, rename_picture, grow_picture])
def test_a_folder_of_pictures_is_keyed_by_its_files(
    tmp_path: Path, alter: Callable[[Path], None]
) -> None:
    for name in ("1.png", "2.png"):
        (tmp_path / name).write_bytes(b"two")
    before = video_key(tmp_path, whole=False)
    assert video_key(tmp_path, whole=False) == before
    alter(tmp_path)
    assert video_key(tmp_path, whole=False) != before


def test_what_a_picture_of_a_folder_holds_is_in_the_full_hash(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(bytes(10_000))
    before = video_key(tmp_path, whole=True)
    overwrite(tmp_path / "1.png", 5_000)
    assert video_key(tmp_path, whole=False).items() <= before.items()
    assert video_key(tmp_path, whole=True) != before


@pytest.mark.parametrize("at", [0, 9_000])
def test_a_picture_of_the_same_size_and_time_is_told_by_its_ends(tmp_path: Path, at: int) -> None:
    for name in ("1.png", "2.png"):
        (tmp_path / name).write_bytes(bytes(10_000))
    before = video_key(tmp_path, whole=False)
    overwrite(tmp_path / "2.png", at)
    assert video_key(tmp_path, whole=False)["ends"] != before["ends"]


def test_hidden_files_of_a_folder_do_not_count(tmp_path: Path) -> None:
    before = video_key(tmp_path, whole=True)
    (tmp_path / ".DS_Store").write_text("x")
    assert video_key(tmp_path, whole=True) == before


def test_a_link_to_nowhere_has_a_key_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").symlink_to(tmp_path / "gone.mp4")
    assert video_key(tmp_path / "a.mp4", whole=False) == {"unreadable": "No such file or directory"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names on this system")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.mp4")
    assert video_key(tmp_path / "a.mp4", whole=False) == {"unreadable": "it is no regular file"}


@pytest.mark.parametrize(
    "changed",
    [
        {"min_face": 60},
        {"every": 2},
        {"fps": 2.0},
        {"thresholds": (0.5, 0.7, 0.7)},
        {"decoder": "pyav"},
        {"stream": 1},
        {"faces": "largest"},
        {"reuse": 4.0},
    ],
    ids=str,
)
def test_a_setting_that_changes_the_table_changes_the_key(changed: dict[str, Any]) -> None:
    assert not equal(settings(), settings(**changed))


@pytest.mark.parametrize("changed", [{"pictures": False}, {"csv": True}, {"timeout": 5.0}], ids=str)
def test_a_setting_that_does_not_leaves_it(changed: dict[str, Any]) -> None:
    assert equal(settings(), settings(**changed))


def test_a_result_of_a_version_without_reuse_is_one_with_reuse_off() -> None:
    before = settings()
    del before["settings"]["reuse"]
    assert equal(before, settings())


def test_another_preprocessing_of_the_same_weights_is_another_key() -> None:
    card = find_card("ferplus-small")[0]
    keys = [
        make_key({}, settings_key(resolved(card=one)))
        for one in (card, replace(card, temperature=2 * card.temperature))
    ]
    assert explain_differences(*keys) == [
        f"extractor.temperature was {card.temperature}, is {2 * card.temperature}"
    ]


def test_another_classifier_is_another_key() -> None:
    classified = make_key({}, settings_key(resolved(), classifier="ab" * 32))
    assert explain_differences(settings(), classified) == [
        "classifier was not set, is abababababab"
    ]


def test_differences_are_said_in_words() -> None:
    assert explain_differences(settings(), settings(fps=2.0, min_face=60)) == [
        "fps was not set, is 2.0",
        "min_face was 40, is 60",
    ]


def test_lists_are_said_in_words() -> None:
    words = explain_differences(settings(), settings(thresholds=(0.5, 0.7, 0.7)))
    assert words == ["thresholds was 0.6, 0.7, 0.7, is 0.5, 0.7, 0.7"]
    nobody, somebody = (make_key({}, {"spare": tracks}) for tracks in ([], [0, 3]))
    assert explain_differences(nobody, somebody) == ["spare was none, is 0, 3"]


def test_a_setting_that_one_version_does_not_know_is_a_difference() -> None:
    assert explain_differences(
        {"video": {}, "settings": {"old": 1}}, {"video": {}, "settings": {"new": 2}}
    ) == [
        "new was not set, is 2",
        "old was 1, is not set",
    ]


def test_a_changed_video_is_said_in_the_same_words_whatever_changed() -> None:
    assert explain_differences(make_key({"size": 3}, {}), make_key({"size": 4}, {})) == [
        "the video has changed"
    ]


def test_a_full_hash_counts_where_both_have_one() -> None:
    plain, one, other = (
        make_key({"size": 3} | more, {}) for more in ({}, {"sha256": "a"}, {"sha256": "b"})
    )
    assert [equal(plain, one), equal(one, plain), equal(one, one), equal(one, other)] == [
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    "there", [None, 3, [], {}, {"video": {}}, {"video": 3, "settings": {}}], ids=str
)
def test_what_is_no_key_is_never_the_same(there: Any) -> None:
    assert explain_differences(there, make_key({}, {})) == [
        "the result does not say what it was made from"
    ]
