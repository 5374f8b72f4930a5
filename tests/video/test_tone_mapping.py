"""High dynamic range and wide gamut as SDR shows them."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tests.support.frames import read, write_frames
from videoemo.video import probe
from videoemo.video.presentation.tone_mapping import HLG, PQ, tone_mapping

BT2020 = 9
Array = npt.NDArray[np.float64]

# BT.709 in BT.2020 (ITU-R BT.2087-0, table 2)
M2087 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
# Grey levels and skin, no brighter than where the curve begins to compress.
SDR = np.array(
    [
        *([0, 0, 0], [30, 30, 30], [128, 128, 128], [180, 180, 180]),
        *([175, 140, 120], [90, 60, 50], [150, 60, 60], [60, 150, 60], [60, 60, 150]),
    ],
    np.uint8,
)


def light_of(sdr: npt.NDArray[np.uint8], *, white: float = 203.0) -> Array:
    """Linear BT.2020, cd/m2, of SDR codes on a display of gamma 2.4."""
    return np.asarray(white * (sdr / 255.0) ** 2.4 @ M2087.T)


def pq(light: Array) -> Array:
    """SMPTE ST 2084, equation 5.2."""
    y = (light / 10000.0) ** 0.1593017578125
    return np.asarray(((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375)


def hlg(light: Array) -> Array:
    """ITU-R BT.2100-2, table 5: the inverse OOTF at 1000 cd/m2, of each colour, and the OETF."""
    scene = (light / 1000) ** (1 / 1.2)
    bright = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), bright)


CODED = [pytest.param(PQ, pq, id="PQ"), pytest.param(HLG, hlg, id="HLG")]


def codes(signal: Array) -> npt.NDArray[np.uint16]:
    return np.round(65535 * signal).astype(np.uint16)[None]


@pytest.mark.parametrize(("transfer", "encode"), CODED)
def test_what_sdr_can_show_comes_back(transfer: int, encode: object) -> None:
    assert callable(encode)
    found = tone_mapping(transfer, BT2020)(codes(encode(light_of(SDR))))
    assert_allclose(found[0].astype(int), SDR.astype(int), atol=4)


@pytest.mark.parametrize(("transfer", "encode"), CODED)
def test_brighter_light_is_compressed_not_clipped(transfer: int, encode: object) -> None:
    assert callable(encode)
    light = np.repeat(np.linspace(50, 1000, 11)[:, None], 3, axis=1)
    grey = tone_mapping(transfer, BT2020)(codes(encode(light)))[0, :, 0].astype(int)
    assert (np.diff(grey) >= 0).all()
    assert len(set(grey[:7])) == 7
    assert grey[-1] >= 254


def test_light_up_to_reference_white_is_kept_where_the_file_says_that_there_is_no_more() -> None:
    greys = np.repeat(np.arange(0, 256, 15).astype(np.uint8)[:, None], 3, axis=1)
    found = tone_mapping(PQ, BT2020, peak=203.0)(codes(pq(light_of(greys))))
    assert_allclose(found[0].astype(int), greys.astype(int), atol=3)


def test_wide_gamut_of_sdr_is_converted() -> None:
    signal = (light_of(SDR) / 203.0) ** (1 / 2.4)
    found = tone_mapping(14, BT2020)(codes(signal))
    assert_allclose(found[0].astype(int), SDR.astype(int), atol=4)


def test_black_is_black_and_white_white() -> None:
    ends = np.array([[[0, 0, 0], [65535, 65535, 65535]]], np.uint16)
    for transfer in (PQ, HLG, 14):
        assert_array_equal(tone_mapping(transfer, BT2020)(ends)[0, :, 1], [0, 255])


@pytest.mark.parametrize(("transfer", "encode"), CODED)
def test_a_stream_says_that_its_tones_were_mapped(
    tmp_path: Path, transfer: int, encode: object
) -> None:
    assert callable(encode)
    row = codes(encode(light_of(SDR)))
    rgb = np.ascontiguousarray(np.repeat(np.repeat(row, 16, axis=0), 8, axis=1))
    frame = av.VideoFrame.from_ndarray(rgb, format="rgb48le").reformat(format="gbrp12le")
    path = write_frames(
        tmp_path / "a.mkv",
        [frame],
        context={"color_trc": transfer, "color_primaries": BT2020},
    )
    undone = probe(path).presentation.undone()
    assert undone == {"transfer": {PQ: "PQ", HLG: "HLG"}[transfer], "primaries": "BT.2020"}
    assert_allclose(read(path)[0][8, 4::8].astype(int), SDR.astype(int), atol=4)
