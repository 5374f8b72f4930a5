"""Video files are written with their source's times, whole, and with what was asked for alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from tests.support.clips import number, write_clip
from videoemo.errors import OutputError, UnreadableVideoError, VideoError
from videoemo.records import Frames
from videoemo.video import Video, find_encoder, frames, probe, write_video
from videoemo.video.writing.encoders import ENCODERS, Encoder
from videoemo.video.writing.writer import WrittenVideo

UNEVEN = [0, 1, 2, 7, 8, 20, 21, 22, 40, 90]


def copy(source: Path, path: Path, **options: Any) -> WrittenVideo:
    video = probe(source)
    return write_video(path, video, frames(video), **{"encoder": find_encoder(), **options})


def boxes(path: Path) -> list[bytes]:
    """The names of a file's outermost boxes."""
    found, content = [], path.read_bytes()
    while content:
        found.append(content[4:8])
        content = content[int.from_bytes(content[:4], "big") :]
    return found


def streams(path: Path) -> dict[str, str]:
    with av.open(str(path)) as container:
        return {stream.type: stream.codec_context.name for stream in container.streams}


@pytest.mark.parametrize(
    ("suffix", "options"),
    [
        (".mp4", {}),
        (".mp4", {"ticks": UNEVEN}),
        (".mkv", {"ticks": [tick + 50 for tick in UNEVEN]}),
        (".mov", {"ticks": UNEVEN, "rate": 30000, "options": {"bf": "0"}}),
        (".ts", {}),
        (".avi", {"codec": "mpeg4"}),
        (".gif", {"codec": "gif", "pix_fmt": "rgb8", "ticks": UNEVEN}),
    ],
    ids=["even", "uneven", "late", "fine", "no index", "without times", "gif"],
)
def test_frames_keep_their_times_and_last_as_long(
    tmp_path: Path, suffix: str, options: dict[str, Any]
) -> None:
    source = write_clip(tmp_path / f"a{suffix}", n=10, **options)
    written = copy(source, tmp_path / "b.mp4")
    before, after = probe(source), probe(tmp_path / "b.mp4")
    assert_array_equal(after.seconds, before.seconds)
    assert after.duration == pytest.approx(before.duration, abs=1e-9)
    assert [number(rgb) for batch in frames(after) for rgb in batch.rgb] == list(range(10))
    assert (written.n_frames, written.shift, written.remarks) == (10, 0, ())


def test_times_below_zero_are_moved_and_that_is_said(tmp_path: Path) -> None:
    source = write_clip(
        tmp_path / "a.mkv",
        n=10,
        ticks=range(-5, 5),
        options={"bf": "0"},
        container_options={"avoid_negative_ts": "disabled"},
        audio=0.5,
    )
    written = copy(source, tmp_path / "b.mp4", sound=True)
    assert_array_equal(probe(tmp_path / "b.mp4").seconds, np.arange(10) / 25)
    assert written.shift == 0.2
    assert written.remarks == ("its times begin before 0: all are 0.2 s later",)
    with av.open(str(tmp_path / "b.mp4")) as out:
        stream: Any = out.streams.audio[0]
        assert stream.start_time * stream.time_base >= 0.17


def test_it_is_h264_that_browsers_play_with_its_index_in_front(tmp_path: Path) -> None:
    copy(write_clip(tmp_path / "a.mp4", audio=1.0), tmp_path / "b.mp4")
    with av.open(str(tmp_path / "b.mp4")) as out:
        [video] = out.streams
        context: Any = video.codec_context
        assert (context.name, context.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
    names = boxes(tmp_path / "b.mp4")
    assert names.index(b"moov") < names.index(b"mdat")


def test_colours_are_those_that_were_given(tmp_path: Path) -> None:
    video = probe(write_clip(tmp_path / "a.mp4", n=1))
    rgb = np.zeros((1, 48, 64, 3), np.uint8)
    rgb[:, :, :32], rgb[:, :, 32:] = (230, 30, 60), (20, 140, 240)
    given = Frames(rgb, video.seconds, np.zeros(1, np.int64))
    write_video(tmp_path / "b.mp4", video, [given], encoder=find_encoder())
    [read] = frames(tmp_path / "b.mp4")
    for x in (16, 48):
        assert np.abs(read.rgb[0, 24, x].astype(int) - rgb[0, 24, x]).max() < 6


def test_odd_sizes_get_a_column_and_a_row_more(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "a.mkv", codec="ffv1", size=(63, 47), n=2)
    written = copy(source, tmp_path / "b.mp4")
    assert (written.width, written.height) == (64, 48)
    assert next(frames(tmp_path / "b.mp4")).rgb.shape[1:] == (48, 64, 3)


def test_larger_frames_are_made_smaller_in_their_own_shape(tmp_path: Path) -> None:
    written = copy(write_clip(tmp_path / "a.mp4", size=(400, 226)), tmp_path / "b.mp4", height=100)
    assert (written.width, written.height) == (178, 100)
    written = copy(tmp_path / "b.mp4", tmp_path / "c.mp4", height=200)
    assert (written.width, written.height) == (178, 100)


@pytest.mark.parametrize(("suffix", "codec"), [(".mp4", "libx264"), (".avi", "mpeg4")])
def test_sound_comes_along_when_asked_for(tmp_path: Path, suffix: str, codec: str) -> None:
    source = write_clip(tmp_path / f"a{suffix}", n=50, codec=codec, audio=2.0)
    assert copy(source, tmp_path / "b.mp4", sound=True).sound
    assert streams(tmp_path / "b.mp4") == {"video": "h264", "audio": "aac"}
    with av.open(str(source)) as before, av.open(str(tmp_path / "b.mp4")) as after:
        packets = [
            [bytes(packet) for packet in file.demux(audio=0) if packet.size]
            for file in (before, after)
        ]
        stream: Any = after.streams.audio[0]
        assert stream.duration * stream.time_base > 1.9
    assert (packets[0] == packets[1]) == (suffix == ".mp4")  # AAC is not encoded anew
    assert not copy(source, tmp_path / "c.mp4").sound
    assert streams(tmp_path / "c.mp4") == {"video": "h264"}


def test_sound_whose_ticks_are_coarse_comes_along(tmp_path: Path) -> None:
    # A frame of MPEG audio is a tick of AVI, and no whole number of AAC's frames.
    source = write_clip(tmp_path / "a.avi", codec="mpeg4", audio=0.8, audio_codec="mp3")
    assert copy(source, tmp_path / "b.mp4", sound=True).remarks == ()
    with av.open(str(tmp_path / "b.mp4")) as written:
        starts = [packet.pts or 0 for packet in written.demux(audio=0) if packet.size]
    assert set(np.diff(starts).tolist()) == {1024}


def test_sound_that_is_not_there_is_said_to_be_none(tmp_path: Path) -> None:
    written = copy(write_clip(tmp_path / "a.mp4"), tmp_path / "b.mp4", sound=True)
    assert (written.sound, written.remarks) == (False, ("it has no sound",))


def test_vp9_in_webm_serves_where_there_is_no_h264(tmp_path: Path) -> None:
    # The first ones as where PyAV was built without them.
    encoder = find_encoder([Encoder("libnone264"), *ENCODERS[-1:]])
    source = write_clip(tmp_path / "a.mp4", n=10, ticks=UNEVEN, audio=1.0)
    written = copy(source, tmp_path / "b.webm", encoder=encoder, sound=True)
    assert encoder.suffix == ".webm"
    assert streams(tmp_path / "b.webm") == {"video": "vp9", "audio": "opus"}
    assert_array_equal(probe(tmp_path / "b.webm").seconds, probe(source).seconds)
    assert written.remarks == (
        "this install of PyAV has no libx264: libvpx-vp9 serves in its place",
    )


def test_no_encoder_at_all_is_one_line() -> None:
    with pytest.raises(OutputError, match=r"no encoder .* \(looked for libnone264\): install"):
        find_encoder([Encoder("libnone264")])


def test_a_file_that_cannot_be_finished_is_not_there(tmp_path: Path) -> None:
    video = probe(write_clip(tmp_path / "a.mp4"))

    def broken(batches: Iterator[Frames]) -> Iterator[Frames]:
        yield next(batches)
        raise UnreadableVideoError("gone")

    with pytest.raises(UnreadableVideoError, match="gone"):
        write_video(
            tmp_path / "out" / "b.mp4", video, broken(frames(video)), encoder=find_encoder()
        )
    assert list((tmp_path / "out").iterdir()) == []


def test_a_video_of_which_nothing_comes_is_refused(tmp_path: Path) -> None:
    video: Video = probe(write_clip(tmp_path / "a.mp4"))
    with pytest.raises(UnreadableVideoError, match="none of its frames can be decoded"):
        write_video(tmp_path / "b.mp4", video, [], encoder=find_encoder())
    assert not (tmp_path / "b.mp4").exists()


def test_frames_that_the_encoder_does_not_take_are_told(tmp_path: Path) -> None:
    video = replace(probe(write_clip(tmp_path / "a.mp4", n=1)), width=17000, height=4)
    frame = Frames(np.zeros((1, 4, 17000, 3), np.uint8), video.seconds, np.zeros(1, np.int64))
    with pytest.raises(VideoError, match="libx264 cannot encode its frames of 17000x4 pixels"):
        write_video(tmp_path / "b.mp4", video, [frame], encoder=find_encoder())
    assert not (tmp_path / "b.mp4").exists()


def test_a_missing_frame_makes_the_one_before_last_longer(tmp_path: Path) -> None:
    video = probe(write_clip(tmp_path / "a.mp4", n=10))
    kept = (batch[np.array([0, 1, 2, 4, 5, 6, 7, 8])] for batch in frames(video))
    written = write_video(tmp_path / "b.mp4", video, kept, encoder=find_encoder())
    after = probe(tmp_path / "b.mp4")
    assert_array_equal(after.seconds, np.array([0, 1, 2, 4, 5, 6, 7, 8]) / 25)
    assert after.duration == video.duration
    assert written.remarks == ("2 of 10 frames could not be decoded",)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["vfr_noface_face.mov", "no_face.mp4"])
def test_real_clips_keep_their_times_and_their_sound(
    tmp_path: Path, shared: Path, name: str
) -> None:
    source = shared / "media" / name
    written = copy(source, tmp_path / "b.mp4", height=120, sound=True)
    before, after = probe(source), probe(tmp_path / "b.mp4")
    assert_array_equal(after.seconds, before.seconds)
    assert after.duration == before.duration
    assert written.sound
