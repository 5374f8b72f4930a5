"""A second recording behind the end of the first in one file, which libav does not read."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["is_followed"]

# How a file begins, by libav's name of the format. Of recordings joined end to end libav reads all
# in MPEG-TS and MPEG-PS, two in Matroska, the first alone in these others.
BEGINNINGS = {
    "asf": re.compile(re.escape(bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"))),
    "flv": re.compile(rb"FLV\x01[\x01\x04\x05]\0\0\0\x09"),
    "ivf": re.compile(rb"DKIF\0\0 \0"),
    "matroska,webm": re.compile(rb"\x1a\x45\xdf\xa3.{1,64}?(?:matroska|webm)", re.DOTALL),
    "mov,mp4,m4a,3gp,3g2,mj2": re.compile(rb"\0\0\0.ftyp[ -~]{4}", re.DOTALL),
    "yuv4mpegpipe": re.compile(rb"YUV4MPEG2 W"),
}
# It is looked for in so many bytes behind the last packet: sound and an index may come between.
WINDOW = 2**20


def is_followed(path: Path, format_name: str, last: int) -> bool:
    """Whether another recording begins behind the last packet of a file.

    Parameters
    ----------
    path : Path
        The file.
    format_name : str
        libav's name of the container's format.
    last : int
        The place of the last packet, in bytes; 0 where it is not known, as of a cover picture.
    """
    beginning = BEGINNINGS.get(format_name)
    if beginning is None or not last:
        return False
    with path.open("rb") as file:
        file.seek(last)
        return beginning.search(file.read(WINDOW)) is not None
