"""A short clip made on the spot, so that a newcomer sees the whole thing work with nothing but the install."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from videoemo.files import whole
from videoemo.records import QUALITY

__all__ = ["course_table", "write_clip", "write_portrait"]

_SIZE = (640, 360)  # width, height
_RATE = 25
_SECONDS = 6.0
_AWAY = (3.0, 4.0)  # the stretch without a face, seconds


def write_clip(path: Path) -> Path:
    """Write a six-second clip, 640x360 at 25 frames a second: the portrait of Grace Hopper that Matplotlib ships (public domain)
    drifts and comes nearer, is away for a second, and is back.

    Raises
    ------
    OutputError : it cannot be written.
    """
    import av

    portrait = _portrait()
    with whole(path) as temporary, av.open(str(temporary), "w") as container:
        stream = container.add_stream("mpeg4", rate=_RATE)
        stream.width, stream.height = _SIZE
        stream.pix_fmt, stream.bit_rate = "yuv420p", 4_000_000
        for i in range(round(_SECONDS * _RATE)):
            frame = av.VideoFrame.from_ndarray(_frame(portrait, i / _RATE), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def write_portrait(path: Path) -> Path:
    """Write the portrait alone, a picture of one face.

    Raises
    ------
    OutputError : it cannot be written.
    """
    with whole(path) as temporary:
        _portrait().save(temporary)
    return path


def _portrait() -> Image.Image:
    from matplotlib.cbook import get_sample_data

    return Image.open(str(get_sample_data("grace_hopper.jpg", asfileobj=False))).convert("RGB")


def course_table(faces: Path) -> str:
    """The faces table second by second, for a terminal: how many faces a frame, and what they display on average."""
    import pandas as pd

    table = pd.read_parquet(faces)
    names = list(table.columns)
    classes = names[names.index(QUALITY[-1]) + 1 :]
    lines = [f"{'second':>8}  {'faces a frame':>13}  displayed expression"]
    for second, rows in table.groupby(table["seconds"].astype(int)):
        found = rows["face"].notna().sum() / rows["frame"].nunique()
        mean = rows[classes].mean()
        shown = "no face" if mean.isna().all() else f"{mean.idxmax()} {mean.max():.2f}"
        lines.append(f"{second:>8}  {found:>13.2f}  {shown}")
    return "\n".join(lines)


def _frame(portrait: Image.Image, t: float) -> npt.NDArray[np.uint8]:
    """The frame at `t` seconds, uint8 (h, w, 3)."""
    width, height = _SIZE
    grey = np.linspace(60, 140, height, dtype=np.uint8)[:, None, None]
    backdrop = np.broadcast_to(grey, (height, width, 3)) + np.array([0, 8, 20], np.uint8)
    if _AWAY[0] <= t < _AWAY[1]:
        return backdrop
    turn = 2 * np.pi * t / _SECONDS
    zoom = 0.45 + 0.2 * t / _SECONDS  # at most half of the picture: more, gone at once, would be a cut
    shown = portrait.resize((round(portrait.width * zoom), round(portrait.height * zoom)))
    # The face of the portrait is at about (0.47, 0.3) of its width and height.
    left = round(width / 2 + 90 * np.sin(turn) - 0.47 * shown.width)
    top = round(height / 2 + 25 * np.cos(2 * turn) - 0.3 * shown.height)
    canvas = Image.fromarray(backdrop)
    canvas.paste(shown, (left, top))
    return np.asarray(canvas)
