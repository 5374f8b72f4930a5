"""Sound of a video, copied into another file beside its frames."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from videoemo.video._info import Video
from videoemo.video.container.opening import DAMAGE, open_container, packets
from videoemo.video.writing.encoders import Encoder

__all__ = ["Sound", "open_sound"]

# Samples a second that AAC knows, but for the lowest.
RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)
DEFAULT_RATE = 48000


class Sound:
    """Sound on its way from a video into another file.

    Parameters
    ----------
    source : av.container.InputContainer
        The video, opened for the sound alone.
    stream : av.audio.stream.AudioStream
        Which of its streams is read.
    out : av.container.OutputContainer
        Where it goes; a stream is added.
    encoder : Encoder
        The file's; its container takes some kinds of sound as they are.
    shift : Fraction
        Seconds by which it comes later than in the source.

    Attributes
    ----------
    lost : int
        How many packets of it were damaged or out of order so far, and are left out.
    """

    def __init__(
        self, source: Any, stream: Any, out: Any, *, encoder: Encoder, shift: Fraction
    ) -> None:
        self._source, self._stream, self._shift = source, stream, shift
        self.lost = 0
        if stream.codec_context.codec.canonical_name in encoder.copied:
            self._track: Any = out.add_stream_from_template(stream)
            self._ready = self._copied()
        else:
            one = stream.codec_context.layout.nb_channels == 1
            rate = stream.rate if encoder.sound == "aac" and stream.rate in RATES else DEFAULT_RATE
            self._track = out.add_stream(
                encoder.sound, rate=rate, layout="mono" if one else "stereo"
            )
            self._ready = self._encoded()
        self._next: Any = None

    def until(self, seconds: float) -> Iterator[Any]:
        """The packets that are not taken yet, and begin before some time of the file."""
        while True:
            if self._next is None:
                self._next = next(self._ready, None)
            if self._next is None or float(self._next.dts * self._next.time_base) >= seconds:
                return
            packet, self._next = self._next, None
            yield packet

    def _copied(self) -> Iterator[Any]:
        last: int | None = None
        for packet in self._packets():
            if not packet.size:
                continue
            if packet.dts is None or packet.pts is None or (last is not None and packet.dts < last):
                self.lost += 1  # as where a clock begins anew
                continue
            last = packet.dts
            later = round(self._shift / packet.time_base)
            packet.pts, packet.dts = packet.pts + later, packet.dts + later
            packet.stream = self._track
            yield packet

    def _encoded(self) -> Iterator[Any]:
        last: int | None = None
        for packet in self._packets():
            try:
                for frame in packet.decode():
                    if frame.pts is None or (last is not None and frame.pts < last):
                        self.lost += 1
                        continue
                    last = frame.pts
                    # In samples: the encoder's frames begin between the ticks of many containers.
                    seconds = frame.pts * frame.time_base + self._shift
                    frame.pts = round(seconds * frame.sample_rate)
                    frame.time_base = Fraction(1, frame.sample_rate)
                    yield from self._track.encode(frame)
            except DAMAGE:
                self.lost += 1
        yield from self._track.encode(None)

    def _packets(self) -> Iterator[Any]:
        return packets(self._source, self._stream)


@contextmanager
def open_sound(
    video: Video, out: Any, *, encoder: Encoder, shift: Fraction, wanted: bool
) -> Iterator[Sound | None]:
    """Open the sound of a video, to be copied into a file; None where it has none that can be read,
    or none is wanted.

    Parameters
    ----------
    video : Video
        The source.
    out : av.container.OutputContainer
        Where it goes.
    encoder : Encoder
        The file's.
    shift : Fraction
        Seconds by which it comes later than in the source.
    wanted : bool
        Whether it is asked for.
    """
    if not wanted or video.pictures or video.animation:
        yield None
        return
    with open_container(video.path) as source:
        stream = source.streams.best("audio")
        if stream is None or stream.codec_context is None:
            yield None
        else:
            yield Sound(source, stream, out, encoder=encoder, shift=shift)
