"""What is presented is what is decoded: pixels made square, crops, sizes, matrices, alpha."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.video.reformatter import Colorspace
from numpy.testing import assert_allclose

from tests.support.clips import Picture, number, picture, write_clip
from tests.support.frames import read, write_frames
from videoemo.errors import TooLargeVideoError, UnreadableVideoError
from videoemo.video import probe


def error(rgb: Picture, wanted: Picture) -> float:
    """Mean difference of two pictures, in grey levels."""
    assert rgb.shape == wanted.shape
    return float(np.abs(rgb.astype(int) - wanted).mean())


WIDE = {"sample_aspect_ratio": Fraction(4, 3)}
NARROW = {"sample_aspect_ratio": Fraction(1, 3)}


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.ts", "a.h264"])
@pytest.mark.parametrize(
    ("context", "size", "presented"),
    [(WIDE, (72, 96), (96, 96)), (NARROW, (96, 32), (96, 96))],
    ids=["wide", "narrow"],
)
def test_pixels_are_made_square_and_none_is_lost(
    tmp_path: Path,
    name: str,
    context: dict[str, Any],
    size: tuple[int, int],
    presented: tuple[int, int],
) -> None:
    path = write_clip(tmp_path / name, n=12, size=size, context=context)
    video = probe(path)
    assert (video.width, video.height) == presented
    found = read(path)
    assert [number(rgb) for rgb in found] == list(range(12))
    assert error(found[1], picture(1, size=presented)) < 10
    assert set(video.presentation.undone()) == {"sample_aspect_ratio"}


@pytest.mark.parametrize(("codec", "name"), [("mpeg2video", "a.mpg"), ("dvvideo", "a.dv")])
def test_pixels_of_old_cameras_are_made_square(tmp_path: Path, codec: str, name: str) -> None:
    path = write_clip(
        tmp_path / name,
        n=2,
        size=(720, 576),
        codec=codec,
        context={"sample_aspect_ratio": Fraction(64, 45)},
    )
    assert read(path)[0].shape == (576, 1024, 3)


@pytest.mark.parametrize("ratio", [Fraction(1, 1000), Fraction(4000, 1)], ids=str)
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_an_absurd_aspect_ratio_is_ignored(tmp_path: Path, name: str, ratio: Fraction) -> None:
    path = write_clip(tmp_path / name, n=1, context={"sample_aspect_ratio": ratio})
    assert read(path)[0].shape == (48, 64, 3)


def test_the_limit_of_pixels_is_that_of_the_size_presented(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", n=1, context=WIDE)
    with pytest.raises(TooLargeVideoError, match="85x48"):
        probe(path, max_pixels=64 * 48)


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv"])
@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_frames_are_turned_and_mirrored_after_pixels_are_square(
    tmp_path: Path, name: str, rotation: int, mirrored: bool
) -> None:
    upright = np.rot90(picture(5, size=(64, 48)), rotation // 90)
    wanted = upright[:, ::-1] if mirrored else upright
    path = write_clip(
        tmp_path / name,
        n=6,
        size=(48, 48),
        rotation=rotation,
        mirrored=mirrored,
        context=WIDE,
    )
    video = probe(path)
    assert error(read(path)[5], wanted) < 10
    assert (video.height, video.width) == wanted.shape[:2]


def test_a_matrix_of_zeros_turns_nothing(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", n=1)
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    data[at : at + 36] = bytes(36)
    path.write_bytes(data)
    assert error(read(path)[0], picture(0)) < 10


def test_frames_of_another_size_are_scaled_to_the_first(tmp_path: Path) -> None:
    path = joined(tmp_path, {"size": (64, 48)}, {"size": (96, 72)}, {"size": (64, 48)})
    sizes: set[tuple[int, int]] = set()
    found = read(path, sizes=sizes)
    assert [number(rgb) for rgb in found] == [0, 1, 2] * 3
    assert {rgb.shape for rgb in found} == {(48, 64, 3)}
    assert sizes == {(64, 48), (96, 72)}
    assert error(found[4], picture(1)) < 10


def test_frames_of_another_shape_are_fitted_into_the_first(tmp_path: Path) -> None:
    path = joined(tmp_path, {"size": (64, 48)}, {"size": (48, 96)})
    last = read(path)[-1]
    assert not last[:, :20].any()
    assert not last[:, 44:].any()
    assert error(last[:, 20:44], picture(2, size=(24, 48))) < 12


def test_pixels_that_change_their_shape_keep_the_first_size(tmp_path: Path) -> None:
    # 64x48 at 1:1 is 4:3, at 2:1 it is 8:3: half as high in the same width.
    path = joined(
        tmp_path,
        {"context": {"sample_aspect_ratio": Fraction(1)}},
        {"context": {"sample_aspect_ratio": Fraction(2)}},
    )
    found = read(path)
    assert [number(rgb) for rgb in found[:3]] == [0, 1, 2]
    for i, rgb in enumerate(found[3:]):
        assert rgb[:11].max() < 20
        assert rgb[37:].max() < 20
        assert error(rgb[12:36], picture(i, size=(64, 24))) < 14


def joined(folder: Path, *parts: dict[str, Any]) -> Path:
    """Streams of three frames each, one after the other."""
    data = [
        write_clip(folder / "part.h264", n=3, options={"bf": "0"}, **part).read_bytes()
        for part in parts
    ]
    path = folder / "joined.h264"
    path.write_bytes(b"".join(data))
    return path


def test_a_crop_of_mp4_is_followed(tmp_path: Path) -> None:
    path = with_clean_aperture(tmp_path, [40, 1, 30, 1, 4, 1, -3, 1])
    video = probe(path)
    assert video.presentation.undone()["crop"] == [16, 6, 8, 12]
    assert (video.width, video.height) == (40, 30)
    assert error(read(path)[0], picture(0)[6:36, 16:56]) < 10


def test_a_crop_is_cut_off_before_pixels_are_square(tmp_path: Path) -> None:
    path = with_clean_aperture(tmp_path, [48, 1, 48, 1, 0, 1, 0, 1], context=WIDE)
    assert read(path)[0].shape == (48, 64, 3)


@pytest.mark.parametrize(
    "numbers",
    [
        [0, 1, 30, 1, 0, 1, 0, 1],
        [40, 0, 30, 1, 0, 0, 0, 1],
        [80, 1, 30, 1, 0, 1, 0, 1],
        [40, 1, 30, 1, 40, 1, 0, 1],
        [1, 9, 1, 9, 0, 1, 0, 1],
    ],
    ids=str,
)
def test_a_crop_that_leaves_nothing_is_ignored(tmp_path: Path, numbers: list[int]) -> None:
    path = with_clean_aperture(tmp_path, numbers)
    assert read(path)[0].shape == (48, 64, 3)


def with_clean_aperture(
    folder: Path, numbers: list[int], *, context: dict[str, Any] | None = None
) -> Path:
    """A clip of 64x48 whose box `free` within the sample entry is made `clap`."""
    path = write_clip(
        folder / "a.mp4", n=2, context=context, container_options={"movflags": "faststart"}
    )
    data = bytearray(path.read_bytes())
    clap = b"".join(n.to_bytes(4, "big", signed=True) for n in numbers)
    at = data.index(b"avc1", data.index(b"stsd")) - 4
    length = int.from_bytes(data[at : at + 4], "big")
    added = (8 + len(clap)).to_bytes(4, "big") + b"clap" + clap
    data[at + length : at + length] = added
    for name in (b"avc1", b"stsd", b"stbl", b"minf", b"mdia", b"trak", b"moov"):
        where = data.rindex(name, 0, at + 8) - 4
        grown = int.from_bytes(data[where : where + 4], "big") + len(added)
        data[where : where + 4] = grown.to_bytes(4, "big")
    # The frames lie behind the index, which grew.
    chunks = data.index(b"stco") + 8
    for i in range(int.from_bytes(data[chunks : chunks + 4], "big")):
        where = chunks + 4 + 4 * i
        moved = int.from_bytes(data[where : where + 4], "big") + len(added)
        data[where : where + 4] = moved.to_bytes(4, "big")
    path.write_bytes(data)
    return path


def test_a_crop_of_matroska_is_followed(tmp_path: Path) -> None:
    # The element Colour, which says what every player assumes, makes room for the crop.
    path = write_clip(
        tmp_path / "a.mkv",
        n=2,
        context={"color_range": 1, "colorspace": 6, "color_trc": 6, "color_primaries": 6},
    )
    data = bytearray(path.read_bytes())
    at = data.index(b"\x55\xb0")
    length = data[at + 2] & 0x7F if data[at + 2] & 0x80 else None
    assert length is not None
    crop = b"\x54\xcc\x81\x10\x54\xbb\x81\x06\x54\xdd\x81\x08\x54\xaa\x81\x0c"
    rest = 3 + length - len(crop)
    assert rest >= 2
    data[at : at + 3 + length] = crop + b"\xec" + bytes([0x80 | rest - 2]) + bytes(rest - 2)
    path.write_bytes(data)
    video = probe(path)
    assert video.presentation.undone()["crop"] == [16, 6, 8, 12]
    assert error(read(path)[0], picture(0)[6:36, 16:56]) < 10


RED = np.full((720, 1280, 3), (200, 60, 40), np.uint8)


@pytest.mark.parametrize(
    ("size", "colourspace", "tag"),
    [
        ((640, 360), Colorspace.ITU601, None),
        ((640, 360), Colorspace.ITU709, 1),
        ((1280, 720), Colorspace.ITU601, 6),
        ((640, 360), Colorspace.BT2020, 9),
    ],
    ids=["untagged", "sd 709", "hd 601", "sd 2020"],
)
@pytest.mark.parametrize("full", [False, True])
def test_colours_are_those_of_the_matrix_and_range(
    tmp_path: Path, size: tuple[int, int], colourspace: Colorspace, tag: int | None, full: bool
) -> None:
    red = RED[: size[1], : size[0]]
    frame = av.VideoFrame.from_ndarray(red, format="rgb24").reformat(
        format="yuv444p", dst_colorspace=colourspace, dst_color_range=2 if full else 1
    )
    path = write_frames(
        tmp_path / "a.mkv",
        [frame],
        context={"color_range": 2 if full else 1, **({} if tag is None else {"colorspace": tag})},
    )
    assert_allclose(read(path)[0][0, 0], red[0, 0], atol=3)


@pytest.mark.parametrize(
    ("codec", "pixels", "name"),
    [
        ("ffv1", "bgra", "a.mkv"),
        ("prores_ks", "yuva444p10le", "a.mov"),
        ("ffv1", "yuva420p", "a.mkv"),
    ],
)
def test_alpha_of_videos_is_ignored(tmp_path: Path, codec: str, pixels: str, name: str) -> None:
    rgba = np.dstack([picture(3), np.zeros((48, 64), np.uint8)])
    frame = av.VideoFrame.from_ndarray(rgba, format="rgba").reformat(format=pixels)
    path = write_frames(tmp_path / name, [frame], codec=codec)
    assert error(read(path)[0], picture(3)) < 10


@pytest.mark.parametrize("pixels", ["gray16le", "gray10le", "gray", "yuv444p16le", "gbrp12le"])
def test_pictures_of_any_depth_are_the_same(tmp_path: Path, pixels: str) -> None:
    grey = np.repeat(picture(3)[:, :, :1], 3, axis=2)
    frame = av.VideoFrame.from_ndarray(grey, format="rgb24").reformat(format=pixels)
    path = write_frames(tmp_path / "a.mkv", [frame])
    assert error(read(path)[0], grey) < 2


@pytest.mark.parametrize("decoder", ["opencv", "decord"])
@pytest.mark.parametrize(
    "options",
    [
        {"context": WIDE},
        {"mirrored": True},
        {"context": {"color_trc": 16, "color_primaries": 9, "colorspace": 9}},
    ],
    ids=["aspect ratio", "mirror", "hdr"],
)
def test_a_decoder_that_would_present_otherwise_refuses(
    tmp_path: Path, decoder: str, options: dict[str, Any]
) -> None:
    path = write_clip(tmp_path / "a.mp4", n=1, **options)
    with pytest.raises(UnreadableVideoError, match="does not undo"):
        read(path, decoder=decoder)


@pytest.mark.parametrize("matrix", [8, 14])
def test_a_matrix_that_is_not_read_is_said(tmp_path: Path, matrix: int) -> None:
    frame = av.VideoFrame.from_ndarray(picture(3), format="rgb24").reformat(format="yuv444p")
    path = write_frames(tmp_path / "a.mkv", [frame], context={"colorspace": matrix})
    with pytest.raises(UnreadableVideoError, match=f"matrix {matrix} "):
        read(path)


def test_bt2020_of_constant_luminance_is_taken_for_the_usual_one(tmp_path: Path) -> None:
    frame = av.VideoFrame.from_ndarray(picture(3), format="rgb24").reformat(
        format="yuv444p", dst_colorspace=Colorspace.BT2020
    )
    path = write_frames(tmp_path / "a.mkv", [frame], context={"colorspace": 10})
    assert error(read(path)[0], picture(3)) < 3


@pytest.mark.parametrize("decoder", ["opencv", "decord"])
def test_a_decoder_that_does_not_say_that_sizes_change_refuses(
    tmp_path: Path, decoder: str
) -> None:
    path = remuxed(joined(tmp_path, {"size": (64, 48)}, {"size": (96, 72)}), tmp_path / "a.mkv")
    assert len(read(path)) == 6
    with pytest.raises(UnreadableVideoError, match="change their size"):
        read(path, decoder=decoder)


def remuxed(path: Path, target: Path) -> Path:
    """The same packets, 25 a second, in another container."""
    with av.open(str(path)) as source, av.open(str(target), "w") as container:
        stream = container.add_stream_from_template(source.streams.video[0])
        for i, packet in enumerate(p for p in source.demux(video=0) if p.size):
            packet.stream, packet.time_base = stream, Fraction(1, 25)
            packet.pts = packet.dts = i
            container.mux(packet)
    return target
