"""Results of a video of twenty persons, each face in the colour of an expression."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from tests.support.chat_server import COLOURS
from tests.support.results import MadeUp, write_results
from tests.support.rows import rows

N_PERSONS, N_FRAMES = 20, 10
# The class of each person's colour.
EXPRESSIONS = [list(COLOURS)[track % len(COLOURS)] for track in range(N_PERSONS)]
_STEP, _FACE = 64, 30


def write_people(folder: Path) -> Path:
    """Write the video, and results of it; the folder of results."""
    frame = np.zeros((4 * _STEP, 5 * _STEP, 3), np.uint8)
    corners = [(_STEP * (track % 5), _STEP * (track // 5)) for track in range(N_PERSONS)]
    for (x, y), name in zip(corners, EXPRESSIONS, strict=True):
        frame[y : y + _STEP, x : x + _STEP] = COLOURS[name]
    video = folder / "videos" / "a.mp4"
    video.parent.mkdir(parents=True)
    _write_video(video, frame)
    table = rows([(i, i * 0.04, track, 0.9) for i in range(N_FRAMES) for track in range(N_PERSONS)])
    margin = (_STEP - _FACE) / 2
    left_top = np.array(corners, np.float32) + margin
    table.boxes[:] = np.column_stack([left_top, np.full((N_PERSONS, 2), _FACE)])[table.track]
    out = write_results(folder / "results", {"a.mp4": MadeUp(table, video)})
    summary = out / "a.mp4" / "summary.json"
    height, width = frame.shape[:2]
    text = summary.read_text().replace('"width": 640', f'"width": {width}')
    summary.write_text(text.replace('"height": 360', f'"height": {height}'))
    return out


def _write_video(path: Path, rgb: np.ndarray) -> None:
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=25, options={"bf": "0", "crf": "1"})
        stream.height, stream.width = rgb.shape[:2]
        stream.pix_fmt, stream.time_base = "yuv420p", Fraction(1, 25)
        for _ in range(N_FRAMES):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        container.mux(stream.encode())
