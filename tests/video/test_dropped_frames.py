"""Frames that are neither wanted nor referred to are not decoded; those wanted stay the same."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.clips import write_clip
from tests.support.damage import break_packet
from videoemo.video import frames, frames_at, probe
from videoemo.video.presentation.presenter import Presenter

Pictures = dict[int, npt.NDArray[np.uint8]]
N = 60
# x264's parameters, for streams that differ in what refers to what.
STREAMS = {
    "pyramid": "bframes=3:b-pyramid=normal",
    "flat": "bframes=8:b-pyramid=none",
    "no b": "bframes=0",
    "open gop": "open-gop=1:keyint=8:bframes=3",
    "refresh": "intra-refresh=1:keyint=20",
    "fields": "tff=1:bframes=3",
    "slices": "slices=4:bframes=3",
}
SUFFIXES = (".mp4", ".mkv", ".ts")


def clip(folder: Path, stream: str, suffix: str = ".mp4") -> Path:
    return write_clip(folder / f"a{suffix}", n=N, options={"x264-params": STREAMS[stream]})


def pictures(path: Path, **options: Any) -> Pictures:
    return {
        int(i): rgb
        for batch in frames(path, decoder="pyav", **options)
        for i, rgb in zip(batch.index, batch.rgb, strict=True)
    }


@pytest.fixture
def n_decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many frames came from the decoder, in its one item."""
    count, follow = [0], Presenter.follow

    def counted(self: Presenter, frame: Any) -> None:
        count[0] += 1
        follow(self, frame)

    monkeypatch.setattr(Presenter, "follow", counted)
    return count


@pytest.fixture(scope="module", params=product(STREAMS, SUFFIXES), ids=lambda param: "".join(param))
def read_whole(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Pictures]:
    """A clip of each stream in each container, and what a whole pass over it gives."""
    path = clip(tmp_path_factory.mktemp("clip"), *request.param)
    return path, pictures(path)


@pytest.mark.parametrize("sampling", [{"every": 2}, {"every": 3}, {"fps": 4.0}, {"start": 1.0}])
def test_wanted_frames_are_those_of_a_whole_pass(
    read_whole: tuple[Path, Pictures], sampling: dict[str, Any]
) -> None:
    path, whole = read_whole
    some = pictures(path, **sampling)
    assert len(whole) == N
    assert 0 < len(some) < N
    for index, rgb in some.items():
        np.testing.assert_array_equal(rgb, whole[index])


@pytest.mark.parametrize(("stream", "most"), [("pyramid", 45), ("flat", 45), ("no b", N)])
def test_what_nothing_refers_to_is_dropped(
    tmp_path: Path, n_decoded: list[int], stream: str, most: int
) -> None:
    some = pictures(clip(tmp_path, stream), every=6)
    assert len(some) == N // 6
    assert len(some) < n_decoded[0] <= most


def test_of_fields_none_is_dropped(tmp_path: Path, n_decoded: list[int]) -> None:
    pictures(clip(tmp_path, "fields"), every=6)
    assert n_decoded[0] >= N - 6


@pytest.mark.parametrize("which", range(1, 30, 3))
def test_where_one_is_damaged_the_same_come_as_in_a_whole_pass(tmp_path: Path, which: int) -> None:
    path = break_packet(clip(tmp_path, "pyramid"), which=which, skip=4)
    video, whole = probe(path), pictures(path)
    wanted = np.arange(1, N, 2)
    found = {
        int(i): rgb
        for batch in frames_at(video, wanted, decoder="pyav")
        for i, rgb in zip(batch.index, batch.rgb, strict=True)
    }
    assert list(found) == [index for index in wanted.tolist() if index in whole]
