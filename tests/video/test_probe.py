"""What a container says, before its frames are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tests.support.clips import write_clip, write_sound
from videoemo.errors import (
    EmptyVideoError,
    InputError,
    TooLargeVideoError,
    UnreadableVideoError,
    VideoemoError,
)
from videoemo.video import probe

UNEVEN = [0, 1, 3, 6, 10, 15, 21, 28, 36, 45]


def test_size_times_and_duration(clip: Path) -> None:
    video = probe(clip)
    assert (video.width, video.height, video.n_frames) == (64, 48, 40)
    assert video.presentation.undone() == {}
    assert_allclose(video.seconds, np.arange(40) / 25)
    assert video.duration == pytest.approx(1.6)


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.ts"])
def test_uneven_times_are_the_containers(tmp_path: Path, name: str) -> None:
    seconds = probe(write_clip(tmp_path / name, n=10, ticks=UNEVEN)).seconds
    assert_allclose(seconds - seconds[0], np.array(UNEVEN) / 25, atol=1e-3)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_a_clock_that_starts_late_is_kept(tmp_path: Path, name: str) -> None:
    assert probe(write_clip(tmp_path / name, n=10, ticks=range(50, 60))).seconds[
        0
    ] == pytest.approx(2.0)


def test_frames_cut_by_an_edit_list_are_not_presented(tmp_path: Path) -> None:
    assert_allclose(
        probe(write_clip(tmp_path / "a.mp4", n=20, ticks=range(-5, 15))).seconds, np.arange(15) / 25
    )


@pytest.mark.parametrize("codec", ["mpeg4", "libx264"])
def test_times_of_an_avi_with_reordered_frames_are_even(tmp_path: Path, codec: str) -> None:
    video = probe(write_clip(tmp_path / "a.avi", n=20, codec=codec, options={"bf": "2"}))
    assert_allclose(video.seconds, np.arange(20) / 25)


def test_a_raw_stream_without_times_is_timed_by_its_rate(tmp_path: Path) -> None:
    assert_allclose(probe(write_clip(tmp_path / "a.h264", n=20)).seconds, np.arange(20) / 25)


@pytest.mark.parametrize(("rotation", "size"), [(90, (48, 64)), (180, (64, 48)), (270, (48, 64))])
def test_a_turned_video_has_the_size_it_is_presented_in(
    tmp_path: Path, rotation: int, size: tuple[int, int]
) -> None:
    video = probe(write_clip(tmp_path / "a.mp4", n=2, rotation=rotation))
    assert (video.presentation.rotation, video.width, video.height) == (rotation, *size)


def whole(path: Path) -> list[Path]:
    return [
        write_clip(path / "a.mp4"),
        write_clip(path / "sound.mp4", audio=2.0),
        write_clip(path / "edit.mp4", ticks=range(-5, 15)),
        write_clip(
            path / "fragments.mp4", container_options={"movflags": "frag_keyframe+empty_moov"}
        ),
        write_clip(path / "a.mov"),
        write_clip(path / "a.mkv", audio=2.0),
        write_clip(path / "live.mkv", container_options={"live": "1"}),
        write_clip(path / "a.webm", codec="libvpx-vp9"),
        write_clip(path / "a.avi", codec="mpeg4"),
        write_clip(path / "sound.avi", codec="mpeg4", audio=2.0),
        write_clip(path / "a.ts", audio=2.0),
        write_clip(path / "a.mpg", codec="mpeg2video"),
        write_clip(path / "a.flv"),
        write_clip(path / "a.wmv", codec="wmv2"),
        write_clip(path / "a.gif", codec="gif", pix_fmt="rgb8"),
    ]


def test_no_whole_file_is_called_cut(tmp_path: Path) -> None:
    assert {path.name: probe(path).truncated_at for path in whole(tmp_path)} == {
        path.name: None for path in whole(tmp_path)
    }


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.mp4", "libx264", {"movflags": "faststart"}),
        ("a.mkv", "libx264", {}),
        ("a.avi", "mpeg4", {}),
    ],
)
def test_a_file_cut_in_the_middle_says_where(
    tmp_path: Path, name: str, codec: str, options: dict[str, str]
) -> None:
    path = write_clip(tmp_path / name, n=100, codec=codec, container_options=options, audio=4.0)
    data = path.read_bytes()
    frames_from = max(0, data.find(b"mdat"))
    path.write_bytes(data[: frames_from + (len(data) - frames_from) * 6 // 10])
    video = probe(path)
    assert video.truncated_at == pytest.approx(video.seconds[-1] + 1 / 25)
    assert 1 < video.n_frames < 100


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        probe(tmp_path / "none.mp4")


def test_a_folder_needs_a_rate(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="fps"):
        probe(tmp_path)


def test_a_text_file_is_no_video(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("hello\n" * 100)
    with pytest.raises(UnreadableVideoError, match="not those of a video"):
        probe(tmp_path / "a.mp4")


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"")
    with pytest.raises(UnreadableVideoError, match="empty"):
        probe(tmp_path / "a.mp4")


@pytest.mark.parametrize("kept", [0.3, 0.7, 0.95])
def test_a_file_cut_before_its_index_says_so(tmp_path: Path, kept: float) -> None:
    path = write_clip(tmp_path / "a.mp4")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    with pytest.raises(UnreadableVideoError, match="before its index"):
        probe(path)


def test_sound_alone_is_an_empty_video(tmp_path: Path) -> None:
    with pytest.raises(EmptyVideoError, match="audio"):
        probe(write_sound(tmp_path / "a.mp4"))


def test_a_stream_without_frames_is_an_empty_video(tmp_path: Path) -> None:
    with pytest.raises(EmptyVideoError, match="no frames"):
        probe(write_clip(tmp_path / "a.avi", n=0, codec="mpeg4"))


def test_large_frames_are_refused(clip: Path) -> None:
    with pytest.raises(TooLargeVideoError, match="64x48"):
        probe(clip, max_pixels=64 * 48 - 1)


def test_frames_of_the_limit_are_taken(clip: Path) -> None:
    assert probe(clip, max_pixels=64 * 48).n_frames == 40


def test_a_name_with_a_colon_is_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_clip(tmp_path / "12:30.mp4", n=3)
    monkeypatch.chdir(tmp_path)
    assert probe("12:30.mp4").n_frames == 3


def test_errors_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("hello")
    with pytest.raises(VideoemoError) as raised:
        probe(tmp_path / "a.mp4")
    assert "\n" not in str(raised.value)
    assert "Errno" not in str(raised.value)


@pytest.mark.shared
def test_real_clips_have_their_presented_frames(shared: Path) -> None:
    edited, uneven = (
        probe(shared / "media/no_face.mp4"),
        probe(shared / "media/vfr_noface_face.mov"),
    )
    assert (edited.n_frames, edited.seconds[0]) == (95, 0.0)
    assert (uneven.n_frames, uneven.seconds[-1]) == (169, pytest.approx(6.3453, abs=1e-3))


@pytest.mark.shared
def test_no_real_clip_is_called_cut(shared: Path) -> None:
    assert {probe(path).truncated_at for path in (shared / "media").glob("*.m*")} == {None}
