"""Small clips written on the spot, whose every frame tells its own number.

The upper half of a frame is its number in eight black or white columns, most significant bit first;
the lower half is red on the left and blue on the right, so that a picture that was turned or
mirrored, or lost its colours, shows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import VideoReformatter

P = ParamSpec("P")
Picture = npt.NDArray[np.uint8]

BITS = 8


def picture(number: int, *, size: tuple[int, int] = (64, 48)) -> Picture:
    """The frame of this number (0 to 255), RGB uint8 (height, width, 3); `size` is
    width, height.
    """
    width, height = size
    rgb = np.zeros((height, width, 3), np.uint8)
    column = np.arange(width) * BITS // width  # (width,)
    rgb[: height // 2] = (255 * (number >> (BITS - 1 - column) & 1))[None, :, None]
    rgb[height // 2 :, : width // 2] = 200, 40, 40
    rgb[height // 2 :, width // 2 :] = 40, 40, 200
    return rgb


def number(rgb: Picture) -> int:
    """The number a frame tells, whatever its size."""
    height, width = rgb.shape[:2]
    middles = (2 * np.arange(BITS) + 1) * width // (2 * BITS)
    bits = rgb[height // 4, middles].mean(axis=1) > 127  # (BITS,)
    return int(np.packbits(bits)[0])


def written_once(
    write: Callable[Concatenate[Path, P], Path],
) -> Callable[Concatenate[Path, P], Path]:
    """A writer of files that encodes what it is given once a process, and from then on writes the
    same bytes: they follow from the arguments and the suffix alone.
    """
    contents: dict[str, bytes] = {}

    @wraps(write)
    def written(path: Path, /, *args: P.args, **kwargs: P.kwargs) -> Path:
        key = repr((path.suffix, args, sorted(kwargs.items())))
        if key in contents:
            path.write_bytes(contents[key])
        else:
            contents[key] = write(path, *args, **kwargs).read_bytes()
        return path

    return written


@written_once
def write_clip(
    path: Path,
    *,
    n: int = 20,
    first: int = 0,
    size: tuple[int, int] = (64, 48),
    rate: int = 25,
    ticks: Sequence[int] | None = None,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    container_format: str | None = None,
    rotation: int = 0,
    mirrored: bool = False,
    context: dict[str, Any] | None = None,
    audio: float = 0.0,
    audio_codec: str | None = None,
) -> Path:
    """Write `n` numbered frames and, where asked, `audio` seconds of silence; the container follows
    from the suffix of `path`.

    Parameters
    ----------
    first : int
        The number of the first frame.
    ticks : sequence of int or None
        Presentation times in units of 1 / `rate`, one a frame; 0, 1, 2, ... where not given.
    rotation, mirrored : int, bool
        Degrees counter-clockwise, and left to right, written as flags: the frames are stored as
        they are.
    context : dict or None
        Attributes of the encoder, by name, such as `sample_aspect_ratio`.
    audio_codec : str or None
        The silence's; AAC, in AVI MP2, where not given.
    """
    times = range(n) if ticks is None else ticks
    colours = VideoReformatter()
    with av.open(
        str(path), "w", format=container_format, options=container_options or {}
    ) as container:
        stream: Any = container.add_stream(codec, rate=rate, options=options or {})
        stream.width, stream.height, stream.pix_fmt = *size, pix_fmt
        stream.time_base = stream.codec_context.time_base = Fraction(1, rate)
        for name, value in (context or {}).items():
            setattr(stream.codec_context, name, value)
        if rotation or mirrored:
            stream.set_display_rotation(rotation, hflip=mirrored)
        sound: Any = (
            container.add_stream(
                audio_codec or ("aac" if path.suffix != ".avi" else "mp2"),
                rate=48000,
                layout="mono",
            )
            if audio
            else None
        )
        container.start_encoding()
        for i, tick in zip(range(n), times, strict=True):
            rgb = av.VideoFrame.from_ndarray(picture(first + i, size=size), format="rgb24")
            frame = colours.reformat(rgb, format=pix_fmt)
            frame.pts, frame.time_base = tick, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if sound:
            _silence(container, sound, seconds=audio)
    return path


@written_once
def write_long_clip(path: Path, *, n: int = 2500, size: tuple[int, int] = (1920, 1080)) -> Path:
    """Write a clip of 0.8 MB that takes any machine many seconds: grey frames, of which 25 are
    encoded, and the others are these again.
    """
    rate = 25
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=rate, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, rate)
        frame = av.VideoFrame(*size, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([128]) * plane.buffer_size)
        group = []
        for tick in range(min(n, rate)):
            frame.pts, frame.time_base = tick, stream.time_base
            group += stream.encode(frame)
        group += stream.encode()
        contents = [bytes(packet) for packet in group]
        for tick in range(n):
            packet = av.Packet(contents[tick % rate])
            packet.stream, packet.time_base = stream, Fraction(1, rate)
            packet.pts = packet.dts = tick
            packet.is_keyframe = tick % rate == 0
            container.mux(packet)
    return path


def pad(path: Path) -> Path:
    """Make an MP4 file larger by an empty box, so that a run takes it before a long clip: those of
    the most bytes come first.
    """
    n = 2**21
    with path.open("ab") as file:
        file.write(n.to_bytes(4, "big") + b"free" + bytes(n - 8))
    return path


@written_once
def write_streams(path: Path, *streams: tuple[int, int], default: int | None = None) -> Path:
    """A file of several video streams, each of a width and a number of frames; a stream's frames
    tell its width, a quarter of it.
    """
    with av.open(str(path), "w") as container:
        made: list[Any] = []
        for place, (width, _) in enumerate(streams):
            stream: Any = container.add_stream("libx264", rate=25, options={"bf": "0"})
            stream.width, stream.height, stream.pix_fmt = width, 48, "yuv420p"
            stream.time_base = stream.codec_context.time_base = Fraction(1, 25)
            stream.disposition = av.stream.Disposition.default if place == default else 0
            made.append(stream)
        container.start_encoding()
        for i in range(max(n for _, n in streams)):
            for stream, (width, n) in zip(made, streams, strict=True):
                if i < n:
                    rgb = picture(width // 4, size=(width, 48))
                    frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(
                        format="yuv420p"
                    )
                    frame.pts, frame.time_base = i, Fraction(1, 25)
                    container.mux(stream.encode(frame))
        for stream in made:
            container.mux(stream.encode())
    return path


@written_once
def write_sound(path: Path, *, seconds: float = 1.0) -> Path:
    """Write a file that holds nothing but silence."""
    with av.open(str(path), "w") as container:
        sound: Any = container.add_stream("aac", rate=48000, layout="mono")
        _silence(container, sound, seconds=seconds)
    return path


def _silence(container: Any, sound: Any, *, seconds: float) -> None:
    step = sound.codec_context.frame_size or 1152
    format_ = sound.codec_context.format.name
    kinds: dict[str, type[Any]] = {"flt": np.float32, "s16": np.int16, "s32": np.int32}
    for first in range(0, int(seconds * 48000), step):
        samples = np.zeros((1, step), kinds[format_.removesuffix("p")])
        frame = av.AudioFrame.from_ndarray(samples, format=format_, layout="mono")
        frame.pts, frame.sample_rate, frame.time_base = first, 48000, Fraction(1, 48000)
        container.mux(sound.encode(frame))
    container.mux(sound.encode())
