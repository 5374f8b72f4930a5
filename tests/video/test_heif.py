"""HEIC pictures, as telephones write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tests.support import heif
from tests.support.clips import number, picture, write_clip
from videoemo.errors import TooLargeVideoError, UnreadableVideoError
from videoemo.video import frames, probe

RGB = picture(7, size=(160, 96))


def only(path: Path) -> npt.NDArray[np.int64]:
    (batch,) = frames(path)
    assert (batch.seconds.tolist(), batch.index.tolist()) == ([0.0], [0])
    assert batch.rgb.shape[1:3] == (probe(path).height, probe(path).width)
    found: npt.NDArray[np.int64] = batch.rgb[0].astype(np.int64)
    return found


@pytest.mark.parametrize("grid", [False, True], ids=["one item", "a grid of tiles"])
def test_a_heic_is_one_frame(tmp_path: Path, grid: bool) -> None:
    path = heif.write_heif(tmp_path / "a.heic", RGB, grid=grid)
    assert np.abs(only(path) - RGB).mean() < 3


def test_a_grid_is_cut_to_its_size_and_its_tiles_are_in_their_places(tmp_path: Path) -> None:
    rgb = picture(173, size=(200, 150))
    found = only(heif.write_heif(tmp_path / "a.heic", rgb))
    assert found.shape == rgb.shape
    assert (number(found.astype(np.uint8)), np.abs(found - rgb).mean() < 3) == (173, True)


def test_a_heic_is_presented_as_its_boxes_say_in_their_order(tmp_path: Path) -> None:
    path = heif.write_heif(
        tmp_path / "a.heic",
        RGB,
        properties=[
            heif.cropped(120, 80, right=20, below=-8),
            heif.rotated(1),
            heif.mirrored(left_right=True),
        ],
    )
    presented = np.fliplr(np.rot90(RGB[4:84, 30:150]))
    found = only(path)
    assert found.shape == presented.shape
    assert np.abs(found - presented).mean() < 4


@pytest.mark.parametrize(("full", "white", "black"), [(True, 235, 16), (False, 255, 0)])
def test_the_range_is_what_the_box_of_colours_says(
    tmp_path: Path, full: bool, white: int, black: int
) -> None:
    # Coded in the range of video, which the coded picture says itself.
    path = heif.write_heif(tmp_path / "a.heic", RGB, properties=[heif.coloured(full=full)])
    found = only(path)[:40]
    assert (found.max(), found.min()) == (pytest.approx(white, abs=3), pytest.approx(black, abs=3))


def test_a_heic_of_hdr_is_tone_mapped(tmp_path: Path) -> None:
    pq = heif.coloured(primaries=9, transfer=16, matrix=9, full=False)
    path = heif.write_heif(tmp_path / "a.heic", RGB // 2, properties=[pq])
    # Half of PQ's code is 92 cd/m2, and SDR's white 203: more than half of SDR's code.
    assert only(path)[:40].max() > 160


def test_an_avif_of_hdr_is_tone_mapped(tmp_path: Path) -> None:
    path = tmp_path / "a.avif"
    Image.fromarray(RGB // 2).save(path, quality=95)
    sdr = only(path)
    said = b"nclx\0\1\0\r\0\6"
    path.write_bytes(path.read_bytes().replace(said, b"nclx\0\x09\0\x10\0\6"))
    assert number(only(path).astype(np.uint8)) == 7
    assert (sdr[:40].max(), only(path)[:40].max() > 160) == (pytest.approx(127, abs=3), True)


def test_contents_count_and_not_the_name(tmp_path: Path) -> None:
    assert number(only(heif.write_heif(tmp_path / "a.jpg", RGB)).astype(np.uint8)) == 7


def test_a_heic_of_too_many_pixels_is_refused_by_its_header(tmp_path: Path) -> None:
    path = heif.write_heif(tmp_path / "a.heic", RGB)
    with pytest.raises(TooLargeVideoError, match="160x96"):
        probe(path, max_pixels=1000)
    lying = path.read_bytes().replace(b"\x00\xa0\x00\x60", b"\xff\xff\xff\xff")
    path.write_bytes(lying)
    with pytest.raises(TooLargeVideoError, match="more than"):
        probe(path)


def test_a_heic_of_a_kind_that_is_not_read_says_so(tmp_path: Path) -> None:
    path = heif.write_heif(tmp_path / "a.heic", RGB, item=b"vvc1")
    with pytest.raises(UnreadableVideoError, match="'vvc1', which are not read: save it as JPEG"):
        probe(path)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.3, 0.6, 0.95])
def test_a_cut_heic_is_damaged(tmp_path: Path, share: float) -> None:
    path = heif.write_heif(tmp_path / "a.heic", RGB)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(UnreadableVideoError, match="damaged or cut off"):
        list(frames(path))


def test_a_heic_with_flipped_bytes_is_read_or_damaged_and_nothing_else(tmp_path: Path) -> None:
    path = heif.write_heif(tmp_path / "a.heic", RGB)
    whole = path.read_bytes()
    head = whole.index(b"mdat")
    for seed in range(60):
        rng = np.random.default_rng(seed)
        data = bytearray(whole)
        for at in rng.integers(16, head, size=2):
            data[at] = rng.integers(256)
        path.write_bytes(data)
        try:
            list(frames(path, max_pixels=10**6))
        except (UnreadableVideoError, TooLargeVideoError):
            continue


def test_a_film_behind_a_heic_is_told(tmp_path: Path, clip: Path) -> None:
    path = heif.write_heif(tmp_path / "a.heic", RGB)
    path.write_bytes(path.read_bytes() + clip.read_bytes())
    assert number(only(path).astype(np.uint8)) == 7
    assert probe(path).remarks == (
        "a film lies behind the picture (motion photo): the picture is scored",
    )


def test_a_sequence_of_heif_is_a_video(tmp_path: Path) -> None:
    options = {"x265-params": "log-level=none"}
    data = write_clip(tmp_path / "a.mp4", n=8, codec="libx265", options=options).read_bytes()
    assert data[4:20] == b"ftypisom\0\0\2\0isom"
    path = tmp_path / "a.heic"
    path.write_bytes(data[:8] + b"hevc\0\0\0\0msf1" + data[20:].replace(b"vide", b"pict"))
    assert [number(rgb) for batch in frames(path) for rgb in batch.rgb] == list(range(8))
    assert probe(path).duration == pytest.approx(0.32)
