"""Frames written as they are, and frames read."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from tests.support.clips import Picture
from videoemo.video import frames

__all__ = ["read", "write_frames"]


def read(path: Path, **options: Any) -> list[Picture]:
    return [rgb for batch in frames(path, **options) for rgb in batch.rgb]


def write_frames(
    path: Path,
    written: list[av.VideoFrame],
    *,
    codec: str = "ffv1",
    context: dict[str, Any] | None = None,
) -> Path:
    """Write frames as they are, losslessly where not told otherwise."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=25)
        stream.width, stream.height = written[0].width, written[0].height
        stream.pix_fmt = written[0].format.name
        for name, value in (context or {}).items():
            setattr(stream.codec_context, name, value)
        for i, frame in enumerate(written):
            frame.pts, frame.time_base = i, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
