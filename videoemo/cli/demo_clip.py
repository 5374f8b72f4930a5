"""A short clip made on the spot, so that a newcomer sees the whole thing work with nothing but the
install: two persons, one of whom smiles for a while.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from videoemo.cli.demo_faces import Picture, Smiling, portrait
from videoemo.records import QUALITY
from videoemo.util.files import atomic_write

__all__ = ["course_table", "write_clip", "write_portrait"]

_WIDTH, _HEIGHT = 640, 360
_RATE = 25
_SECONDS = 6.0
_AWAY = (3.0, 4.0)  # the stretch without the first person, seconds
# What is shown of a portrait, its head and shoulders (rows, columns). Further down, the detector
# takes the white shirt and the black tie for a larger face now and then.
_BUST = (slice(0, 460), slice(36, 476))
# The second person's smile: when it begins, is whole, begins to go and is gone.
_SMILE = (1.0, 1.8, 4.6, 5.4)
# By encoder, if PyAV has it: H.264, which every browser plays, or else what FFmpeg always has.
# One thread, so that the bytes are the same on each run.
_ENCODERS = {
    "libx264": {"crf": "18", "preset": "veryfast", "threads": "1"},
    "mpeg4": {"b": "4000000", "threads": "1"},
}


def write_clip(path: Path) -> Path:
    """Write a six-second clip, 640x360 at 25 frames a second, in H.264 where PyAV can.

    On the left is the portrait of Grace Hopper that Matplotlib ships (public domain): it drifts,
    comes nearer, and is away for a second. On the right is the same portrait again, mirrored and
    toned, whose mouth is warped into a smile and back: nobody real smiles there.

    Parameters
    ----------
    path : Path
        Where to; its suffix names the container.

    Returns
    -------
    Path
        The same path.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    import av

    encoder = next(name for name in _ENCODERS if name in av.codecs_available)
    first, second = portrait(), Smiling(portrait())
    # With its index in front, the clip plays in a browser before it is loaded to the end.
    front = {"movflags": "+faststart"}
    with (
        atomic_write(path) as temporary,
        av.open(str(temporary), "w", container_options=front) as file,
    ):
        stream: Any = file.add_stream(encoder, rate=_RATE, options=_ENCODERS[encoder])
        stream.width, stream.height, stream.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
        for i in range(round(_SECONDS * _RATE)):
            frame = av.VideoFrame.from_ndarray(_frame(first, second, i / _RATE), format="rgb24")
            frame.pts, frame.time_base = i, Fraction(1, _RATE)
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


def write_portrait(path: Path) -> Path:
    """Write the portrait alone, a picture of one face.

    Parameters
    ----------
    path : Path
        Where to; its suffix names the format.

    Returns
    -------
    Path
        The same path.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    with atomic_write(path) as temporary:
        Image.fromarray(portrait()).save(temporary)
    return path


def course_table(faces: Path) -> str:
    """What each person displays on average, second by second, for a terminal.

    Parameters
    ----------
    faces : Path
        The faces table, `faces.parquet`.

    Returns
    -------
    str
        One line a second, one column a person; of up to four it fits into 80 columns.
    """
    import pandas as pd

    table = pd.read_parquet(faces)
    names = list(table.columns)
    classes = names[names.index(QUALITY[-1]) + 1 :]
    persons = sorted(table["track"].dropna().astype(int).unique())
    lines = ["second" + "".join(f"  {f'person {person}':<16}" for person in persons)]
    for second, rows in table.groupby(table["seconds"].astype(int)):
        means = [rows.loc[rows["track"] == person, classes].mean() for person in persons]
        cells = ["not seen" if m.isna().all() else f"{m.idxmax()} {m.max():.2f}" for m in means]
        lines.append(f"{second:>6}" + "".join(f"  {what:<16}" for what in cells))
    return "\n".join(line.rstrip() for line in lines)


def _frame(first: Picture, second: Smiling, t: float) -> Picture:
    """The frame at `t` seconds."""
    grey = np.linspace(60, 140, _HEIGHT, dtype=np.uint8)[:, None, None]
    canvas = np.repeat(grey + np.array([0, 8, 20], np.uint8), _WIDTH, axis=1)
    turn = 2 * np.pi * t / _SECONDS
    if not _AWAY[0] <= t < _AWAY[1]:
        centre = (160 + 16 * np.sin(turn), 180 + 12 * np.cos(2 * turn))
        _hang(canvas, first, centre, zoom=0.52 + 0.1 * t / _SECONDS)
    smile = float(np.interp(t, _SMILE, (0, 1, 1, 0)))
    centre = (480 - 20 * np.sin(2 * turn), 180 - 16 * np.cos(turn))
    _hang(canvas, second.at(smile * smile * (3 - 2 * smile)), centre, zoom=0.58)
    return canvas


def _hang(canvas: Picture, face: Picture, centre: tuple[float, float], *, zoom: float) -> None:
    """Draw a portrait's bust into a picture, about `centre`, to a fraction of a pixel.

    It covers less than half of the picture: more, gone at once, would be a cut.
    """
    # Halved first, by averages: what is taken from every second pixel alone would flicker.
    half = cv2.resize(face[_BUST], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    height, width = half.shape[:2]
    left, top = centre[0] - zoom * width, centre[1] - zoom * height
    place = np.array([[2 * zoom, 0, left], [0, 2 * zoom, top]])
    cv2.warpAffine(half, place, (_WIDTH, _HEIGHT), canvas, borderMode=cv2.BORDER_TRANSPARENT)
