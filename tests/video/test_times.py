"""Frames are counted in the order they are presented, whatever the times of their packets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest
from numpy.testing import assert_allclose

from tests.support.clips import number, write_clip
from videoemo.errors import UnreadableVideoError
from videoemo.video import frames, probe
from videoemo.video.times import packets
from videoemo.video.times import stream_times as times_module

Time = int | None
# Of more than two files libav reads but two.
MATROSKA = (".mkv", ".webm")
FRAGMENTS = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}


def read(path: Path, **options: Any) -> tuple[list[int], list[int], npt.NDArray[np.float64]]:
    """Indices, the numbers that the frames tell, and their times."""
    batches = list(frames(path, **options))
    return (
        [int(i) for batch in batches for i in batch.index],
        [number(rgb) for batch in batches for rgb in batch.rgb],
        np.concatenate([batch.seconds for batch in batches]),
    )


def check(path: Path, seconds: Sequence[float] | npt.NDArray[np.float64], *said: str) -> None:
    """All frames come, once, in order, with these times; and what was repaired is said."""
    video = probe(path)
    n = len(seconds)
    index, told, times = read(path)
    assert (index, told) == (list(range(n)), list(range(n)))
    assert_allclose(times, seconds, atol=2e-3)
    for decoder in ("opencv", "decord"):
        with pytest.raises(UnreadableVideoError):
            read(path, decoder=decoder)
    assert [note for note, part in zip(video.remarks, said, strict=True) if part not in note] == []


def join(path: Path, *parts: Path) -> Path:
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def remux(
    source: Path, target: Path, times: Callable[[int, Time, Time], tuple[Time, Time]]
) -> Path:
    """Write the packets of a clip with other times: number, pts, dts -> pts, dts."""
    with av.open(str(source)) as there, av.open(str(target), "w") as out:
        stream = out.add_stream_from_template(there.streams.video[0])
        for i, packet in enumerate(p for p in there.demux(video=0) if p.size):
            packet.pts, packet.dts = times(i, packet.pts, packet.dts)
            packet.stream = stream
            out.mux(packet)
    return target


@pytest.mark.parametrize(
    ("suffix", "codec", "options"),
    [
        (".ts", "libx264", {"bf": "0"}),
        (".ts", "libx264", {"bf": "2"}),
        (".mpg", "mpeg2video", {"bf": "0"}),
        (".mpg", "mpeg2video", {"bf": "2"}),
        (".mp4", "libx264", {"bf": "2"}),
        (".mkv", "libx264", {"bf": "2"}),
        (".webm", "libvpx", {}),
    ],
)
def test_recordings_joined_end_to_end_go_on(
    tmp_path: Path, suffix: str, codec: str, options: dict[str, str]
) -> None:
    parts = [
        write_clip(
            tmp_path / f"{first}{suffix}",
            n=20,
            first=first,
            codec=codec,
            options=options | {"g": "10"},
            container_options=FRAGMENTS if suffix == ".mp4" else {},
        )
        for first in (0, 20, 40)[: 2 if suffix in MATROSKA else 3]
    ]
    start, n = probe(parts[0]).seconds[0], len(parts)
    check(
        join(tmp_path / f"all{suffix}", *parts),
        start + np.arange(20 * n) / 25,
        f"the clock begins anew {n - 1} time",
    )


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [(".mp4", "libx264"), (".flv", "libx264"), (".wmv", "wmv2"), (".ivf", "libvpx")],
)
def test_a_recording_that_is_not_read_is_told(tmp_path: Path, suffix: str, codec: str) -> None:
    parts = [write_clip(tmp_path / f"{i}{suffix}", n=5, codec=codec) for i in range(2)]
    (remark,) = probe(join(tmp_path / f"all{suffix}", *parts)).remarks
    assert remark.startswith("another recording follows in the same file and is not read")
    assert probe(parts[0]).remarks == ()


@pytest.mark.parametrize("together", [2, 3])
@pytest.mark.parametrize("bf", ["0", "2"])
def test_frames_without_times_of_their_own_are_counted(
    tmp_path: Path, together: int, bf: str
) -> None:
    source = write_clip(tmp_path / "a.ts", n=42, options={"bf": bf})
    start = probe(source).seconds[0]
    path = tmp_path / "few.ts"
    with av.open(str(source)) as there, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(there.streams.video[0])
        held = [packet for packet in there.demux(video=0) if packet.size]
        for first in range(0, len(held), together):
            group = held[first : first + together]
            packet: Any = av.Packet(b"".join(bytes(one) for one in group))
            packet.pts, packet.dts = group[0].pts, group[0].dts
            packet.time_base, packet.stream = group[0].time_base, stream
            packet.is_keyframe = group[0].is_keyframe
            out.mux(packet)
    first_time = probe(path).seconds[0]
    assert first_time == pytest.approx(start, abs=1.5)
    check(path, first_time + np.arange(42) / 25, "had no time, or a wrong one: filled in at 25 fr")


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts", ".flv"])
def test_times_of_decoding_are_put_in_order(tmp_path: Path, suffix: str) -> None:
    source = write_clip(tmp_path / "a.mp4", n=30, options={"bf": "2"})

    def decoding(i: int, pts: Time, dts: Time) -> tuple[Time, Time]:
        return i * 512, i * 512

    path = remux(source, tmp_path / f"no{suffix}", decoding)
    check(
        path,
        probe(path).seconds[0] + np.arange(30) / 25,
        "times of decoding are given for those of presentation",
    )


def test_a_clock_that_starts_below_zero_is_counted_backwards(tmp_path: Path) -> None:
    path = write_clip(
        tmp_path / "a.mkv",
        n=40,
        ticks=range(-20, 20),
        options={"bf": "0"},
        container_options={"avoid_negative_ts": "disabled"},
    )
    check(path, np.arange(-20, 20) / 25, "20 of 40 frames had no time")


def test_a_single_wrong_time_moves_no_other_frame(tmp_path: Path) -> None:
    parts = [
        write_clip(tmp_path / "0.ts", n=20, options={"bf": "0"}),
        write_clip(tmp_path / "1.ts", n=1, first=20, ticks=[25 * 3600 * 5]),
        write_clip(tmp_path / "2.ts", n=20, first=21, ticks=range(21, 41), options={"bf": "0"}),
    ]
    start = probe(parts[0]).seconds[0]
    check(join(tmp_path / "all.ts", *parts), start + np.arange(41) / 25, "1 of 41 frames")


def test_frames_closer_than_the_clocks_ticks_are_told_apart(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mkv", n=40, rate=4000, options={"bf": "0"})  # ticks of 1 ms
    check(path, np.arange(40) / 4000, "filled in at 4000 frames a second")


def test_a_time_given_twice_is_that_of_one_frame(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "a.mp4", n=20, options={"bf": "0"})

    def twice(i: int, pts: Time, dts: Time) -> tuple[Time, Time]:
        assert pts is not None
        return (pts - 512, pts - 512) if i == 10 else (pts, pts)

    path = remux(source, tmp_path / "a.mkv", twice)
    check(path, np.array([*range(10), 10, *range(11, 20)]) / 25, "1 of 20 frames")


@pytest.mark.parametrize(
    ("suffix", "codec", "options"),
    [
        (".h264", "libx264", {}),
        (".hevc", "libx265", {"x265-params": "log-level=none"}),
        (".m2v", "mpeg2video", {}),
        (".m4v", "mpeg4", {}),
    ],
)
def test_a_raw_stream_has_the_rate_in_its_own_header(
    tmp_path: Path, suffix: str, codec: str, options: dict[str, str]
) -> None:
    path = write_clip(
        tmp_path / f"a{suffix}",
        n=30,
        rate=60,
        codec=codec,
        options=options,
        container_format={".m4v": "m4v"}.get(suffix),
    )
    video = probe(path)
    assert_allclose(video.seconds, np.arange(30) / 60, atol=1e-5)
    assert video.duration == pytest.approx(0.5)
    assert video.remarks == ()
    assert read(path)[1] == list(range(30))


def test_a_rate_that_nothing_says_is_said_to_be_assumed(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mjpeg", n=5, rate=60, codec="mjpeg", pix_fmt="yuvj420p")
    assert_allclose(probe(path).seconds, np.arange(5) / 25)
    assert probe(path).remarks == (
        "no times and no rate are given: 25 frames a second are assumed",
    )


def test_a_stream_of_pictures_that_says_its_rate_has_it(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.y4m", n=5, rate=60, codec="wrapped_avframe")
    assert_allclose(probe(path).seconds, np.arange(5) / 60)


@pytest.mark.parametrize(
    ("codec", "shown", "suffix"),
    [("libvpx", 0x10, ".webm"), ("libvpx", 0x10, ".avi"), ("libvpx-vp9", 0x02, ".webm")],
)
def test_hidden_frames_are_none_that_cannot_be_decoded(
    tmp_path: Path, codec: str, shown: int, suffix: str
) -> None:
    source = write_clip(tmp_path / "a.webm", n=20, codec=codec, options={"g": "1"})
    path = tmp_path / f"hidden{suffix}"
    with av.open(str(source)) as there, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(there.streams.video[0])
        for i, packet in enumerate(one for one in there.demux(video=0) if one.size):
            data = bytearray(packet)
            data[0] &= ~shown
            hidden: Any = av.Packet(bytes(data))
            hidden.pts = hidden.dts = (packet.pts or 0) - 1 if i else 0
            hidden.time_base, hidden.stream = packet.time_base, stream
            hidden.is_keyframe = True
            packet.stream = stream
            out.mux([hidden, packet] if i % 5 == 3 else packet)
    video = probe(path)
    assert (video.n_frames, read(path)[1], video.remarks) == (20, list(range(20)), ())


def test_headers_of_theora_are_no_frames() -> None:
    # There is no encoder for it here: a header's first byte, and a frame's (6.1 and 7.1).
    assert [packets.SHOWS["theora"](data) for data in (b"\x80theora", b"\x81theora", b"\x3f")] == [
        False,
        False,
        True,
    ]


def test_a_frame_that_cannot_be_decoded_is_missing_where_packets_name_frames(
    tmp_path: Path,
) -> None:
    parts = [
        write_clip(tmp_path / f"{i}.ts", n=20, first=20 * i, options={"bf": "0", "g": "1"})
        for i in range(2)
    ]
    path = join(tmp_path / "all.ts", *parts)
    with av.open(str(path)) as container:
        packet = [one for one in container.demux(video=0) if one.size][7]
        assert packet.pos is not None
        first = packet.pos
    data = bytearray(path.read_bytes())
    slices = data.index(b"\x00\x00\x01\x65", first)  # an IDR picture
    data[slices + 4 : slices + 40] = bytes(36)
    path.write_bytes(data)
    index, told, _ = read(path)
    assert probe(path).n_frames == 40
    assert index == told == [i for i in range(40) if i != 7]


def test_frames_that_their_times_name_are_not_decoded_for_their_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(times_module, "decode_order", None)
    for name, codec in {
        "a.mp4": "libx264",
        "a.mkv": "libx264",
        "a.mov": "libx265",
        "a.webm": "libvpx-vp9",
        "a.ts": "libx264",
        "a.flv": "libx264",
        "a.avi": "mpeg4",
        "a.mpg": "mpeg2video",
    }.items():
        options = {"bf": "2"} if codec not in ("libvpx-vp9", "libx265") else {}
        assert probe(write_clip(tmp_path / name, n=30, codec=codec, options=options)).timed == (
            name != "a.avi"
        )


def test_the_end_of_a_clock_is_no_gap(tmp_path: Path) -> None:
    # libav takes a time before the first for one after the clock's 26 hours.
    parts = [
        write_clip(tmp_path / "0.ts", n=20, ticks=range(25_000, 25_020)),
        write_clip(tmp_path / "1.ts", n=20, first=20),
    ]
    start = probe(parts[0]).seconds[0]
    check(
        join(tmp_path / "all.ts", *parts),
        start + np.arange(40) / 25,
        "the clock begins anew 1 time",
    )


def test_a_clock_starts_with_the_earliest_stream(tmp_path: Path) -> None:
    late = range(100, 120)
    alone = probe(write_clip(tmp_path / "alone.mkv", ticks=late))
    assert alone.clock_start == alone.seconds[0] == 4
    heard = probe(write_clip(tmp_path / "heard.mkv", ticks=late, audio=5.0))
    assert (heard.clock_start, heard.seconds[0]) == (0, 4)
    assert not heard.clock_is_free
    assert probe(write_clip(tmp_path / "a.ts")).clock_is_free
