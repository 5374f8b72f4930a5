"""Broken packets, quiet libraries, decoders that fail, and memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from tests.support.clips import number, write_clip, write_long_clip
from tests.support.damage import break_packet
from tests.support.refusals import memory_below
from videoemo.errors import TooLargeVideoError, UnreadableVideoError
from videoemo.video import DECODERS, frames, probe
from videoemo.video._decode import AUTO


def numbers(path: Path, *, decoder: str = "auto", every: int = 1) -> dict[int, int]:
    batches = list(frames(path, decoder=decoder, every=every))
    return {
        int(i): number(rgb)
        for batch in batches
        for i, rgb in zip(batch.index, batch.rgb, strict=True)
    }


@pytest.mark.parametrize("decoder", ["pyav", "opencv"])
@pytest.mark.parametrize(
    ("name", "codec", "skip"),
    [("a.mp4", "libx264", 4), ("a.mkv", "libx264", 10), ("a.avi", "mjpeg", 8)],
    ids=["mp4", "mkv", "avi"],
)
def test_only_the_broken_frame_is_missing(
    tmp_path: Path, name: str, codec: str, skip: int, decoder: str
) -> None:
    pix_fmt, options = ("yuvj420p", {}) if codec == "mjpeg" else ("yuv420p", {"bf": "0"})
    path = break_packet(
        write_clip(tmp_path / name, codec=codec, pix_fmt=pix_fmt, options=options),
        which=7,
        skip=skip,
    )
    found = numbers(path, decoder=decoder)
    assert 7 not in found
    assert all(found[i] == i for i in range(7))
    assert list(found) == [i for i in range(20) if i != 7]


@pytest.mark.parametrize("which", [16, 17, 18])
def test_frames_after_an_error_at_the_end_come(tmp_path: Path, which: int) -> None:
    path = break_packet(write_clip(tmp_path / "a.mp4", options={"g": "1"}), which=which, skip=4)
    assert numbers(path) == {i: i for i in range(20) if i != which}


def test_a_broken_keyframe_costs_no_frame_that_decodes(tmp_path: Path) -> None:
    path = break_packet(
        write_clip(tmp_path / "a.mp4", n=120, options={"g": "30", "bf": "0"}), which=30, skip=4
    )
    assert set(numbers(path, every=40)) >= {0, 80}


def test_a_length_beyond_all_files_is_damage(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mkv", n=5)
    data = bytearray(path.read_bytes())
    data[4:12] = b"\x01" + b"\xfe" * 7  # of the EBML header
    path.write_bytes(data)
    with pytest.raises(UnreadableVideoError):
        probe(path)


def test_a_stream_that_appears_late_costs_no_frame_of_another(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.ts", n=30, options={"bf": "2"})
    data = bytearray(path.read_bytes())
    begin = [at for at in range(0, len(data), 188) if data[at + 1 : at + 3] == b"\x41\x00"]
    data[begin[-5] + 2] = 2  # the packet of a frame is now another stream's
    path.write_bytes(data)
    with av.open(str(path)) as container, pytest.raises(IndexError):
        list(container.demux(video=0))  # the fault of PyAV's that this is about
    assert len(numbers(path)) == 29


@pytest.mark.parametrize("decoder", DECODERS)
def test_nothing_is_written_to_the_terminal(tmp_path: Path, decoder: str) -> None:
    path = break_packet(write_clip(tmp_path / "a.mp4"), which=7, skip=4)
    code = (
        "import sys\nfrom videoemo.video import frames\n"
        f"for _ in frames(sys.argv[1], decoder={decoder!r}): pass"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("", "")


def refuse(video: object, wanted: npt.NDArray[np.int64]) -> object:
    raise UnreadableVideoError("cannot")
    yield


def test_another_decoder_takes_over_where_one_cannot_open(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(DECODERS, "pyav", refuse)
    assert numbers(clip) == {i: i for i in range(40)}


def test_when_all_decoders_fail_each_says_why(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in AUTO:
        monkeypatch.setitem(DECODERS, name, refuse)
    with pytest.raises(UnreadableVideoError, match=r"pyav: cannot; opencv: cannot$"):
        list(frames(clip))


def test_decord_is_optional(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "decord", None)
    assert numbers(clip) == {i: i for i in range(40)}
    with pytest.raises(UnreadableVideoError, match=r"pip install 'videoemo\[decord\]'"):
        list(frames(clip, decoder="decord"))


# Not ru_maxrss, which is never less than the peak of the process that started this one.
PEAK = """
import sys
from pathlib import Path
from videoemo.video import frames
for batch in frames(sys.argv[1], every=int(sys.argv[2])):
    del batch
print(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read as Linux tells it")
@pytest.mark.parametrize("every", [1, 25])
def test_peak_memory_does_not_grow_with_length(tmp_path: Path, every: int) -> None:
    peaks = []
    for n in (600, 2400):  # of both a batch is 64 frames
        path = write_long_clip(tmp_path / f"{n}.mp4", n=n, size=(160, 90))
        done = subprocess.run(
            [sys.executable, "-c", PEAK, str(path), str(every)],
            capture_output=True,
            text=True,
            check=True,
        )
        peaks.append(int(done.stdout))
    assert peaks[1] < 1.1 * peaks[0]


@pytest.mark.parametrize("codec", ["ffv1", "rawvideo"])
def test_a_frame_said_to_be_too_large_is_never_allocated(tmp_path: Path, codec: str) -> None:
    path = write_clip(tmp_path / "a.avi", n=3, codec=codec)
    small, large = (
        w.to_bytes(4, "little") + h.to_bytes(4, "little") for w, h in ((64, 48), (16000, 16000))
    )
    lying = tmp_path / "large.avi"
    lying.write_bytes(path.read_bytes().replace(small, large))
    probe(path)
    with (
        memory_below(16000 * 16000 // 4),
        pytest.raises(TooLargeVideoError, match="16000x16000"),
    ):
        probe(lying, max_pixels=10**6)
