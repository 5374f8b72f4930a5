"""Clips of another length, made from real ones; coded anew only where they are cut into pieces."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import av
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from videoemo.errors import InputError

__all__ = ["cut", "held", "looped", "shared", "shortened"]


def shared(name: str) -> Path:
    """A clip of `$VIDEOEMO_SHARED`.

    Raises
    ------
    InputError
        It is not there.
    """
    root = os.environ.get("VIDEOEMO_SHARED") or Path(__file__).parents[3] / "shared"
    path = Path(root) / "media" / name
    if not path.is_file():
        raise InputError(f"no clip {path}: set VIDEOEMO_SHARED to the folder with media/{name}")
    return path.resolve()


def looped(source: Path, target: Path, *, minutes: float) -> Path:
    """Write `source` again and again into one file of about `minutes` minutes."""
    with av.open(str(target), "w") as out:
        stream: VideoStream | None = None
        offset, seconds = 0, 0.0
        while stream is None or seconds < minutes * 60:
            with av.open(str(source)) as container:
                video = container.streams.video[0]
                assert video.time_base is not None  # of a stream with packets
                if stream is None:
                    stream = out.add_stream_from_template(video)
                    stream.time_base = video.time_base
                end = 0
                for packet in container.demux(video):
                    if packet.dts is None or packet.pts is None:
                        continue
                    end = max(end, packet.pts + (packet.duration or 0))
                    packet.pts, packet.dts = packet.pts + offset, packet.dts + offset
                    packet.stream = stream
                    out.mux(packet)
                offset += end
                seconds = float(offset * video.time_base)
    return target


def shortened(source: Path, target: Path, *, frames: int) -> Path:
    """Write the first frames of `source`, about so many: a picture that is coded after one of them
    but shown before it is lost.
    """
    with av.open(str(source)) as container, av.open(str(target), "w") as out:
        video = container.streams.video[0]
        stream = out.add_stream_from_template(video)
        stream.time_base = video.time_base
        packets = (packet for packet in container.demux(video) if packet.dts is not None)
        for packet, _ in zip(packets, range(frames), strict=False):
            packet.stream = stream
            out.mux(packet)
    return target


def held(source: Path, target: Path, *, frames: int) -> Path:
    """Write the first frame of `source` so many times: a clip in which nothing moves."""
    with av.open(str(source)) as container:
        rate = container.streams.video[0].average_rate
        assert rate is not None  # of a clip of ours
        first = next(container.decode(video=0))
    _encode([first] * frames, target, rate=rate, keyframes=frames)
    return target


def cut(source: Path, pieces: Path, joined: Path, *, seconds: float) -> list[Path]:
    """Cut a clip into pieces of `seconds`, as many as are full, and join these again in one file;
    both coded anew in the same way, each piece from a keyframe on.

    Parameters
    ----------
    source : Path
        The clip.
    pieces : Path
        The folder for the pieces, `00.mp4` and so on.
    joined : Path
        The file in which they follow each other.
    seconds : float
        The length of a piece.
    """
    with av.open(str(source)) as container:
        rate = container.streams.video[0].average_rate
        assert rate is not None  # of a clip of ours
        length = round(float(rate) * seconds)
        frames = list(container.decode(video=0))
    frames = frames[: len(frames) // length * length]
    _encode(frames, joined, rate=rate, keyframes=length)
    paths = [pieces / f"{i:02d}.mp4" for i in range(len(frames) // length)]
    for i, path in enumerate(paths):
        _encode(frames[i * length : (i + 1) * length], path, rate=rate, keyframes=length)
    return paths


def _encode(frames: list[VideoFrame], path: Path, *, rate: Fraction, keyframes: int) -> None:
    """Code frames, each `keyframes`-th as a keyframe."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=rate)
        stream.width, stream.height = frames[0].width, frames[0].height
        stream.options = {"crf": "23", "preset": "fast"}
        for i, frame in enumerate(frames):
            frame.pts, frame.time_base = i, 1 / rate
            frame.pict_type = PictureType.NONE if i % keyframes else PictureType.I
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
