"""Which of several video streams is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.clips import number, write_clip, write_streams
from videoemo.errors import InputError, UnreadableVideoError
from videoemo.video import DECODERS, frames, probe


def width_read(path: Path, **options: Any) -> int:
    """The width that the frames tell."""
    (told,) = {4 * number(rgb) for batch in frames(path, **options) for rgb in batch.rgb}
    return told


@pytest.mark.parametrize(
    ("streams", "default", "taken"),
    [
        (((64, 5), (96, 5)), None, 96),
        (((96, 5), (64, 5)), None, 96),
        (((96, 5), (64, 5)), 1, 64),
        (((96, 1), (64, 5)), None, 64),
        (((64, 5), (96, 1)), 1, 64),
        (((96, 1), (64, 1)), None, 96),
    ],
    ids=str,
)
def test_the_one_that_plays_by_default_and_moves_is_taken(
    tmp_path: Path, streams: tuple[tuple[int, int], ...], default: int | None, taken: int
) -> None:
    assert width_read(write_streams(tmp_path / "a.mkv", *streams, default=default)) == taken


def test_which_was_taken_is_said(tmp_path: Path) -> None:
    path = write_streams(tmp_path / "a.mkv", (64, 5), (96, 5))
    assert probe(path).remarks == (
        "one of 2 video streams was taken, number 1 of 96x48 pixels; not number 0 of 64x48 "
        "(--stream N takes another)",
    )
    assert probe(path, stream=1).remarks == ()


def test_a_single_stream_is_nothing_to_speak_of(clip: Path) -> None:
    assert probe(clip).remarks == ()


@pytest.mark.parametrize("decoder", ["auto", *DECODERS])
@pytest.mark.parametrize("stream", [0, 1])
def test_the_one_asked_for_is_read_or_none(tmp_path: Path, stream: int, decoder: str) -> None:
    path = write_streams(tmp_path / "a.mp4", (64, 5), (96, 5))
    if decoder in ("opencv", "decord"):
        with pytest.raises(UnreadableVideoError):
            width_read(path, stream=stream, decoder=decoder)
    else:
        assert width_read(path, stream=stream, decoder=decoder) == (64, 96)[stream]


def test_a_stream_that_is_not_there_is_named(clip: Path) -> None:
    with pytest.raises(InputError, match="no video stream 2: it has 1 video stream"):
        probe(clip, stream=2)


def test_a_picture_has_one_stream(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.png", n=1, codec="png", pix_fmt="rgb24")
    assert probe(path, stream=0).n_frames == 1
    with pytest.raises(InputError, match="no video stream 1"):
        probe(path, stream=1)
