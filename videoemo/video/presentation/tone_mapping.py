"""Tone mapping: pictures of high dynamic range (PQ, HLG) or wide gamut as an SDR display of BT.709
shows them.

PQ and HLG are undone to light on the display (ITU-R BT.2100-2, tables 4 and 5), the light of each
colour above what SDR can show is compressed by the curve of ITU-R BT.2390-10, 5.4.1, primaries are
converted to those of BT.709, and the light is coded for a display of gamma 2.4 (ITU-R BT.1886).
Reference white, 203 cd/m2 (ITU-R BT.2408-7), is what SDR shows at most.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

__all__ = ["HLG", "PEAK", "PQ", "WIDE_PRIMARIES", "ToneMapping", "tone_mapping"]

# Code points of ITU-T H.273, table 3 (transfer) and table 2 (primaries).
PQ, HLG = 16, 18
# Chromaticities of red, green and blue; the white is D65.
BT709 = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060))
WIDE_PRIMARIES = {
    9: ("BT.2020", ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))),
    12: ("Display P3", ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))),
}
WHITE = (0.3127, 0.3290)

# cd/m2
REFERENCE_WHITE = 203.0
PEAK = 1000.0
PQ_PEAK = 10000.0
GAMMA = 2.4

# Nodes of the table along red, green and blue.
NODES = 33
CODES = 65536

Array = npt.NDArray[np.float64]
Primaries = tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class ToneMapping:
    """Tables that convert RGB pictures.

    Parameters
    ----------
    tones : uint8 (65536,)
        From a code of 16 bits to the one of 8 bits of the same light, each colour on its own.
    gamut : PIL.ImageFilter.Color3DLUT or None
        From these primaries to those of BT.709; None where they are the same.
    """

    tones: npt.NDArray[np.uint8]
    gamut: ImageFilter.Color3DLUT | None

    def __call__(self, rgb: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint8]:
        """Convert a picture, uint16 (h, w, 3), to uint8 (h, w, 3)."""
        sdr: npt.NDArray[np.uint8] = self.tones[rgb]
        return sdr if self.gamut is None else np.asarray(Image.fromarray(sdr).filter(self.gamut))


def tone_mapping(transfer: int, primaries: int, *, peak: float = PEAK) -> ToneMapping:
    """Tables for a stream.

    Parameters
    ----------
    transfer : int
        Code point of its transfer characteristics (H.273): `PQ`, `HLG`, or any other, which is
        taken for SDR's.
    primaries : int
        Code point of its primaries (H.273): one of `WIDE_PRIMARIES`, or any other, which is taken
        for BT.709's.
    peak : float, default=1000.0
        The brightest light in it, in cd/m2; of PQ alone.
    """
    signal = np.linspace(0, 1, CODES)  # (CODES,)
    if transfer == PQ:
        signal = _to_sdr(_eetf(_pq_light(signal), max(peak, REFERENCE_WHITE)))
    elif transfer == HLG:
        signal = _to_sdr(_eetf(_hlg_light(signal), PEAK))
    return ToneMapping(
        np.round(255 * signal).astype(np.uint8),
        _gamut_table(WIDE_PRIMARIES[primaries][1]) if primaries in WIDE_PRIMARIES else None,
    )


def _gamut_table(primaries: Primaries) -> ImageFilter.Color3DLUT:
    nodes = np.linspace(0, 1, NODES)
    blue, green, red = np.meshgrid(nodes, nodes, nodes, indexing="ij")  # red varies first
    light = REFERENCE_WHITE * np.stack([red, green, blue], axis=-1) ** GAMMA  # (N, N, N, 3)
    converted = light @ (np.linalg.inv(_to_xyz(BT709)) @ _to_xyz(primaries)).T
    return ImageFilter.Color3DLUT(NODES, _to_sdr(converted).astype(np.float32).ravel())


def _to_sdr(light: Array) -> Array:
    """The signal, 0 to 1, by which an SDR display shows this light."""
    return np.asarray((light / REFERENCE_WHITE).clip(0, 1) ** (1 / GAMMA))


# BT.2100-2, table 4: PQ
M1, M2 = 2610 / 16384, 2523 / 4096 * 128
C1, C2, C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32


def _pq_light(signal: Array) -> Array:
    power = signal ** (1 / M2)
    return np.asarray(PQ_PEAK * (np.maximum(power - C1, 0) / (C2 - C3 * power)) ** (1 / M1))


def _pq_signal(light: Array) -> Array:
    power = (light / PQ_PEAK).clip(0, 1) ** M1
    return np.asarray(((C1 + C2 * power) / (1 + C3 * power)) ** M2)


def _hlg_light(signal: Array) -> Array:
    """Light on the display of a signal (BT.2100-2, table 5)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    # The OOTF, of gamma 1.2 at 1000 cd/m2, on each colour, as FFmpeg's zscale has it; BT.2100 has
    # it on luminance, by which skin is less saturated by some grey levels.
    return np.asarray(PEAK * scene**1.2)


def _eetf(light: Array, peak: float) -> Array:
    """Compress light of up to `peak` to what SDR can show, cd/m2 (BT.2390-10, 5.4.1, with black
    at 0): nothing below the knee, a Hermite spline above it.
    """
    brightest, most = _pq_signal(np.array(peak)), _pq_signal(np.array(REFERENCE_WHITE))
    e1, most = (_pq_signal(light) / brightest).clip(0, 1), most / brightest
    knee = 1.5 * most - 0.5
    t = (e1 - knee) / np.maximum(1 - knee, 1e-9)
    spline = (
        (2 * t**3 - 3 * t**2 + 1) * knee
        + (t**3 - 2 * t**2 + t) * (1 - knee)
        + (-2 * t**3 + 3 * t**2) * most
    )
    return _pq_light(np.where(e1 < knee, e1, spline) * brightest)


def _to_xyz(primaries: Primaries) -> Array:
    """Matrix from linear RGB of these primaries to XYZ, white of luminance 1 (SMPTE RP 177)."""
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T  # (3, 3)
    x, y = WHITE
    scale = np.linalg.solve(columns, [x / y, 1, (1 - x - y) / y])  # (3,)
    return np.asarray(columns * scale)
