"""Writer of video files: frames as they come, at the times that they have in their source."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import (
    ColorPrimaries,
    ColorRange,
    Colorspace,
    ColorTrc,
    Interpolation,
    VideoReformatter,
)

from videoemo.errors import UnreadableVideoError, VideoError
from videoemo.records import Frames
from videoemo.util.files import atomic_write
from videoemo.util.messages import count_noun, reason_of
from videoemo.video._info import Video
from videoemo.video.writing.encoders import Encoder
from videoemo.video.writing.sound import Sound, open_sound
from videoemo.video.writing.timing import Timing, timing_of

__all__ = ["WrittenVideo", "write_video"]

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class WrittenVideo:
    """What became of a video that was written.

    Parameters
    ----------
    n_frames : int
        How many frames it has: all of its source that can be decoded.
    width, height : int
        In px, both even.
    shift : float
        Seconds by which all times are later than in the source; 0 for most, and less than 0 where
        another time of the source was to be 0.
    sound : bool
        Whether it has sound.
    remarks : tuple of str
        What is not as in the source, in words.
    """

    n_frames: int
    width: int
    height: int
    shift: float
    sound: bool
    remarks: tuple[str, ...]


def write_video(
    path: Path,
    video: Video,
    batches: Iterable[Frames],
    *,
    encoder: Encoder,
    height: int | None = None,
    sound: bool = False,
    origin: float = 0.0,
) -> WrittenVideo:
    """Write the frames of a video to another file, at their own presentation times.

    It is H.264 (High, 4:2:0, 8 bits, BT.709) in MP4 with its index in front, which browsers play
    while they load it; where PyAV has no such encoder, VP9 in WebM, whose times are whole
    milliseconds. The file is written whole or not at all, in memory that does not grow with the
    video. Nothing of the source goes into it but the frames that are given and, if asked for, the
    sound: no names, places, covers or subtitles.

    Parameters
    ----------
    path : Path
        The file, with the suffix of `encoder`.
    video : Video
        The source, which tells the times.
    batches : iterable of Frames
        Its frames, changed or not, in its size, ascending. Where one is missing the one before
        lasts longer.
    encoder : Encoder
        What `find_encoder` gives.
    height : int or None
        Frames of more rows are made smaller, to so many; None for frames as they are. Odd sizes get
        another column or row at the right or the bottom, the same as the last.
    sound : bool, default=False
        Whether the sound is copied: as it is where the container takes it, else as AAC, or Opus in
        WebM.
    origin : float, default=0.0
        The time of the source, in seconds, that is 0 in the file.

    Raises
    ------
    OutputError
        It cannot be written.
    VideoError
        None of its frames can be decoded, or the encoder does not take them.
    """
    timing = timing_of(video, origin=origin)
    shown = _shown_size(video, height)
    options = {"movie_timescale": str(timing.base.denominator), "movflags": "+faststart"}
    with (
        atomic_write(path) as temporary,
        _explained(video, encoder),
        av.open(
            str(temporary.absolute()),
            "w",
            format=encoder.container,
            options=options if encoder.container == "mp4" else {},
        ) as out,
    ):
        track = _Track(out, shown, timing, encoder)
        with open_sound(video, out, encoder=encoder, shift=timing.shift, wanted=sound) as copied:
            for rgb, tick, duration in _timed(batches, timing):
                if copied is not None:
                    out.mux(list(copied.until(float(tick * timing.base))))
                track.add(rgb, tick, duration)
            if not track.n_frames:
                raise UnreadableVideoError(f"{video.path}: none of its frames can be decoded")
            track.end()
            if copied is not None:
                out.mux(list(copied.until(math.inf)))
    remarks = _remarks(timing, track, encoder, copied, sound=sound)
    return WrittenVideo(
        track.n_frames,
        *track.size,
        shift=float(timing.shift),
        sound=copied is not None,
        remarks=tuple(remarks),
    )


class _Track:
    """The frames of a file that is written.

    Parameters
    ----------
    out : av.container.OutputContainer
        The file; a stream is added.
    shown : tuple of (int, int)
        Width and height of the frames, in px.
    timing : Timing
        Their times.
    encoder : Encoder
        What encodes them.
    """

    def __init__(self, out: Any, shown: tuple[int, int], timing: Timing, encoder: Encoder) -> None:
        self.size = width, height = _even(shown[0]), _even(shown[1])
        self.n_frames = 0
        self._shown, self._base = shown, timing.base
        self._durations: dict[int, int] = {}  # of the frames in the encoder, by their ticks
        self._out = out
        self._stream = out.add_stream(
            encoder.name, rate=timing.rate.limit_denominator(1000), options=dict(encoder.options)
        )
        self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "yuv420p"
        context = self._stream.codec_context
        self._stream.time_base = context.time_base = timing.base
        if encoder.bits_per_pixel is not None:
            context.bit_rate = round(encoder.bits_per_pixel * width * height * timing.rate)
        context.color_range, context.colorspace = ColorRange.MPEG, Colorspace.ITU709
        context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
        self._colours = VideoReformatter()

    def add(self, rgb: Picture, tick: int, duration: int) -> None:
        """Encode a frame, and write what the encoder is done with."""
        frame = self._converted(rgb)
        frame.pts, frame.time_base = tick, self._base
        self._durations[tick] = duration
        self._write(self._stream.encode(frame))
        self.n_frames += 1

    def end(self) -> None:
        """Write what the encoder holds back."""
        self._write(self._stream.encode(None))

    def _converted(self, rgb: Picture) -> Any:
        width, height = self.size
        if rgb.shape[1::-1] == self._shown:
            more = [(0, height - rgb.shape[0]), (0, width - rgb.shape[1]), (0, 0)]
            rgb = np.pad(rgb, more, mode="edge") if self._shown != self.size else rgb
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
        same = (frame.width, frame.height) == self.size
        return self._colours.reformat(
            frame,
            width=width,
            height=height,
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            interpolation=None if same else Interpolation.AREA,
            threads=1,
        )

    def _write(self, packets: list[Any]) -> None:
        for packet in packets:
            packet.duration = self._durations.pop(packet.pts)
            self._out.mux(packet)


def _timed(batches: Iterable[Frames], timing: Timing) -> Iterator[tuple[Picture, int, int]]:
    """Each frame with its time and its duration, in ticks, which goes to the next one's time."""
    last: tuple[Picture, int] | None = None
    for batch in batches:
        for rgb, tick in zip(batch.rgb, timing.ticks[batch.index].tolist(), strict=True):
            if last is not None:
                yield *last, tick - last[1]
            last = rgb, tick
    if last is not None:
        yield *last, timing.end - last[1]


def _shown_size(video: Video, most_rows: int | None) -> tuple[int, int]:
    """Width and height of the frames as they are written, but for a column or row that makes them
    even.
    """
    width, height = video.width, video.height
    if most_rows is None or height <= most_rows:
        return width, height
    return _even(max(2, round(width * most_rows / height))), _even(most_rows)


def _even(n: int) -> int:
    return n + n % 2


@contextmanager
def _explained(video: Video, encoder: Encoder) -> Iterator[None]:
    """Errors of libav as ours; those that are the system's too are left to `atomic_write`."""
    try:
        yield
    except av.FFmpegError as exc:
        if isinstance(exc, OSError):
            raise
        size = f"{video.width}x{video.height} pixels"
        raise VideoError(
            f"{video.path}: {encoder.name} cannot encode its frames of {size} ({reason_of(exc)})"
        ) from exc


def _remarks(
    timing: Timing, track: _Track, encoder: Encoder, copied: Sound | None, *, sound: bool
) -> Iterator[str]:
    missing = len(timing.ticks) - track.n_frames
    if missing:
        yield f"{missing} of {len(timing.ticks)} frames could not be decoded"
    if timing.shift > 0:
        yield f"its times begin before 0: all are {float(timing.shift):.6g} s later"
    if encoder.remark:
        yield encoder.remark
    if sound and copied is None:
        yield "it has no sound"
    if copied is not None and copied.lost:
        parts = count_noun(copied.lost, "packet")
        yield f"{parts} of its sound, damaged or out of order, left out"
