"""The right frames at the right times, whichever decoder reads."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tests.support.clips import number, picture, write_clip, write_long_clip
from videoemo.errors import InputError, TooLargeVideoError, UnreadableVideoError
from videoemo.video import DECODERS, frames, probe
from videoemo.video._sampling import sample

Read = tuple[list[int], list[npt.NDArray[np.uint8]], npt.NDArray[np.float64]]


def read(path: Path, **options: Any) -> Read:
    """Indices, pictures and times of all that comes."""
    batches = list(frames(path, **options))
    index = [int(i) for batch in batches for i in batch.index]
    seconds = np.concatenate([batch.seconds for batch in batches]) if batches else np.zeros(0)
    return index, [rgb for batch in batches for rgb in batch.rgb], seconds


def numbers(path: Path, **options: Any) -> tuple[list[int], list[int]]:
    """Indices of all that comes, and the numbers its frames tell."""
    index, pictures, _ = read(path, **options)
    return index, [number(rgb) for rgb in pictures]


# name: suffix, what to write, the decoders that refuse it, and so give way to another
KINDS: dict[str, tuple[str, dict[str, Any], set[str]]] = {
    "mp4": (".mp4", {}, set()),
    "mkv": (".mkv", {}, set()),
    "webm": (".webm", {"codec": "libvpx-vp9"}, set()),
    "av1": (".webm", {"codec": "libsvtav1"}, {"opencv", "decord"}),
    "hevc": (".mp4", {"codec": "libx265", "options": {"x265-params": "log-level=none"}}, set()),
    "xvid": (".avi", {"codec": "mpeg4", "options": {"bf": "2"}}, {"decord"}),
    "h264 in avi": (".avi", {}, {"decord"}),
    "raw": (".h264", {}, {"opencv", "decord"}),
    "ts": (".ts", {}, {"decord"}),
    "mpeg": (".mpg", {"codec": "mpeg2video", "options": {"bf": "2"}}, {"decord"}),
    "gif": (".gif", {"codec": "gif", "pix_fmt": "rgb8"}, {"decord"}),
    "wmv": (".wmv", {"codec": "wmv2"}, {"decord"}),
    "fragments": (".mp4", {"container_options": {"movflags": "frag_keyframe+empty_moov"}}, set()),
    "late start": (".mp4", {"ticks": range(50, 70)}, set()),
    "uneven": (".mkv", {"ticks": [i * (i + 1) // 2 for i in range(20)]}, set()),
    "odd size": (".mp4", {"size": (67, 49), "pix_fmt": "yuv444p"}, set()),
    "grey": (".mp4", {"pix_fmt": "gray"}, set()),
    "10 bits": (".mp4", {"pix_fmt": "yuv420p10le"}, set()),
    "interlaced": (".ts", {"options": {"x264-params": "tff=1"}}, {"opencv", "decord"}),
    "open gop": (".mp4", {"options": {"x264-params": "open-gop=1:keyint=8:bframes=3"}}, set()),
}
READABLE = [
    pytest.param(kind, decoder, id=f"{kind}-{decoder}")
    for kind, (_, _, refusing) in KINDS.items()
    for decoder in ("auto", *DECODERS)
    if decoder not in refusing
]
REFUSED = [
    pytest.param(kind, decoder, id=f"{kind}-{decoder}")
    for kind, (_, _, refusing) in KINDS.items()
    for decoder in sorted(refusing)
]


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("kinds")
    return {
        kind: write_clip(folder / f"{kind}{suffix}", **options)
        for kind, (suffix, options, _) in KINDS.items()
    }


@pytest.fixture(scope="module")
def read_whole(kinds: dict[str, Path]) -> Callable[[str, str], Read]:
    """All that comes of a kind by a decoder, which reads it once."""
    return cache(lambda kind, decoder: read(kinds[kind], decoder=decoder))


@pytest.mark.parametrize(("kind", "decoder"), READABLE)
def test_every_frame_comes_with_its_index(
    read_whole: Callable[[str, str], Read], kind: str, decoder: str
) -> None:
    index, pictures, _ = read_whole(kind, decoder)
    assert index == [number(rgb) for rgb in pictures] == list(range(20))


@pytest.mark.parametrize(("kind", "decoder"), READABLE)
def test_times_are_the_containers(
    kinds: dict[str, Path], read_whole: Callable[[str, str], Read], kind: str, decoder: str
) -> None:
    assert_array_equal(read_whole(kind, decoder)[2], probe(kinds[kind]).seconds)


@pytest.mark.parametrize(("kind", "decoder"), READABLE)
def test_pictures_are_those_of_the_first_decoder(
    read_whole: Callable[[str, str], Read], kind: str, decoder: str
) -> None:
    ours, reference = (
        np.stack(read_whole(kind, name)[1]).astype(int) for name in (decoder, "pyav")
    )
    # Grey levels: they round differently.
    assert np.abs(ours - reference).mean(axis=(1, 2, 3)).max() < 2


@pytest.mark.parametrize(("kind", "decoder"), REFUSED)
def test_what_a_decoder_would_get_wrong_it_refuses(
    kinds: dict[str, Path], kind: str, decoder: str
) -> None:
    with pytest.raises(UnreadableVideoError):
        read(kinds[kind], decoder=decoder)


@pytest.mark.parametrize("kind", ["mp4", "webm", "xvid", "hevc", "odd size", "10 bits"])
def test_colours_are_those_written(kinds: dict[str, Path], kind: str) -> None:
    rgb = read(kinds[kind])[1][3]
    low = slice(rgb.shape[0] * 5 // 8, None)
    assert_allclose(rgb[low, 4:24].mean(axis=(0, 1)), [200, 40, 40], atol=12)
    assert_allclose(rgb[low, -24:-4].mean(axis=(0, 1)), [40, 40, 200], atol=12)


@pytest.mark.parametrize("decoder", ["pyav", "opencv"])
def test_frames_cut_by_an_edit_list_do_not_come(tmp_path: Path, decoder: str) -> None:
    path = write_clip(tmp_path / "a.mp4", n=20, ticks=range(-5, 15))
    assert numbers(path, decoder=decoder) == (list(range(15)), list(range(5, 20)))


@pytest.mark.parametrize("rotation", [90, 180, 270])
@pytest.mark.parametrize("decoder", ["pyav", "opencv"])
def test_frames_are_turned_as_flagged(tmp_path: Path, rotation: int, decoder: str) -> None:
    rgb = read(write_clip(tmp_path / "a.mp4", n=1, rotation=rotation), decoder=decoder)[1][0]
    turned = np.rot90(picture(0), rotation // 90).astype(int)
    assert np.abs(rgb - turned).mean() < 10


def test_frames_are_mirrored_as_flagged(tmp_path: Path) -> None:
    rgb = read(write_clip(tmp_path / "a.mp4", n=1, mirrored=True))[1][0]
    assert np.abs(rgb - picture(0)[:, ::-1].astype(int)).mean() < 10


@pytest.mark.parametrize("decoder", ["opencv", "decord"])
def test_a_decoder_that_does_not_mirror_refuses(tmp_path: Path, decoder: str) -> None:
    with pytest.raises(UnreadableVideoError):
        read(write_clip(tmp_path / "a.mp4", n=1, mirrored=True), decoder=decoder)


OPTIONS: list[dict[str, Any]] = [
    {"every": 7},
    {"every": 30},
    {"fps": 2},
    {"start": 3.0},
    {"start": 1.0, "end": 1.2},
    {"every": 20, "start": 2.1},
]


@pytest.fixture(scope="module")
def long_clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """150 frames each, a keyframe about every 20."""
    folder = tmp_path_factory.mktemp("long")
    g = {"g": "20"}
    made: dict[str, dict[str, Any]] = {
        "plain.mp4": {"options": g},
        "plain.mkv": {"options": g},
        "plain.webm": {"codec": "libvpx-vp9", "options": g},
        "open.mp4": {"options": {"x264-params": "open-gop=1:keyint=20:bframes=3"}},
        "refresh.mp4": {"options": {"x264-params": "intra-refresh=1:keyint=20"}},
        "short.mp4": {"options": {"g": "3", "bf": "2"}},
        "plain.ts": {"options": g},
        "plain.mpg": {"codec": "mpeg2video", "options": {"bf": "2", **g}},
        "plain.avi": {"codec": "mpeg4", "options": {"bf": "2", **g}},
    }
    return {name: write_clip(folder / name, n=150, **options) for name, options in made.items()}


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize(
    "name",
    [
        "plain.mp4",
        "plain.mkv",
        "plain.webm",
        "open.mp4",
        "refresh.mp4",
        "short.mp4",
        "plain.ts",
        "plain.mpg",
        "plain.avi",
    ],
)
def test_wanted_frames_are_the_right_ones_after_a_jump(
    long_clips: dict[str, Path], name: str, options: dict[str, Any]
) -> None:
    wanted = sample(probe(long_clips[name]).seconds, **options).tolist()
    assert numbers(long_clips[name], **options) == (wanted, wanted)


@pytest.mark.parametrize("decoder", ["opencv", "decord"])
def test_wanted_frames_are_the_same_by_the_other_decoders(
    long_clips: dict[str, Path], decoder: str
) -> None:
    assert (
        numbers(long_clips["plain.mp4"], decoder=decoder, every=30, start=1.0)
        == ([25, 55, 85, 115, 145],) * 2
    )


def test_frames_of_a_probed_video_are_those_of_its_path(clip: Path) -> None:
    assert [int(i) for batch in frames(probe(clip), every=9) for i in batch.index] == [
        0,
        9,
        18,
        27,
        36,
    ]


def test_a_range_without_frames_gives_no_batch(clip: Path) -> None:
    assert list(frames(clip, start=100)) == []


def test_a_batch_of_a_short_video_has_at_most_32_frames(clip: Path) -> None:
    assert [len(batch) for batch in frames(clip)] == [32, 8]


@pytest.mark.parametrize(("n", "lengths"), [(320, [40] * 8), (600, [64] * 9 + [24])])
def test_a_batch_of_a_long_video_is_an_eighth_of_it_or_64_frames(
    tmp_path: Path, n: int, lengths: list[int]
) -> None:
    path = write_long_clip(tmp_path / "a.mp4", n=n, size=(64, 48))
    assert [len(batch) for batch in frames(path)] == lengths


def test_a_batch_of_large_frames_is_bounded_in_bytes(tmp_path: Path) -> None:
    path = write_long_clip(tmp_path / "a.mp4", n=12, size=(1920, 1088))
    assert [len(batch) for batch in frames(path)] == [3] * 4


def test_a_change_to_too_large_a_size_is_refused(tmp_path: Path) -> None:
    both = tmp_path / "both.h264"
    parts = [
        write_clip(tmp_path / f"{i}.h264", n=5, size=size).read_bytes()
        for i, size in enumerate([(64, 48), (96, 80)])
    ]
    both.write_bytes(b"".join(parts))
    with pytest.raises(TooLargeVideoError, match="96x80"):
        list(frames(both, max_pixels=64 * 48))


@pytest.mark.parametrize("decoder", ["pyav", "opencv"])
def test_a_cut_file_gives_its_frames_up_to_the_cut(tmp_path: Path, decoder: str) -> None:
    path = write_clip(
        tmp_path / "a.mp4", n=40, options={"bf": "0"}, container_options={"movflags": "faststart"}
    )
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 8 // 10])
    index, told = numbers(path, decoder=decoder)
    assert 3 < len(index) < 40
    assert index == told == list(range(probe(path).n_frames))


def test_an_unknown_decoder_is_refused_with_those_known(clip: Path) -> None:
    with pytest.raises(InputError, match="auto, pyav, opencv, decord"):
        frames(clip, decoder="ffmpeg")


def test_options_are_checked_before_the_first_frame_is_asked_for(clip: Path) -> None:
    with pytest.raises(InputError, match="one of the two"):
        frames(clip, every=2, fps=3)


def test_large_frames_are_refused_before_the_first_is_asked_for(clip: Path) -> None:
    with pytest.raises(TooLargeVideoError):
        frames(probe(clip), max_pixels=100)


def test_messages_of_libav_are_off_whoever_turned_them_on(clip: Path) -> None:
    # As importing torchvision 0.25 does: with them PyAV's threads may wait for each other for ever.
    av.logging.set_level(av.logging.ERROR)
    assert len(read(clip)[0]) == 40
    assert av.logging.get_level() is None


@pytest.mark.shared
def test_an_edit_list_of_a_real_clip_is_followed(shared: Path) -> None:
    assert read(shared / "media/no_face.mp4", every=10)[0] == list(range(0, 95, 10))


@pytest.mark.shared
def test_real_times_agree_between_decoders(shared: Path) -> None:
    path = shared / "media/vfr_noface_face.mov"
    # Its rate changes at 3.9 s.
    times = [read(path, decoder=decoder, every=5, end=4.6)[2] for decoder in DECODERS]
    assert_array_equal(times, [times[0]] * 3)
