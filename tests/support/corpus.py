"""Damaged video files, made from small whole ones of seven containers, and a worker that scores
them with fake networks.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.support.clips import write_clip
from videoemo.config.pipeline import load_pipeline
from videoemo.inference.fake import fake_analyzer, fake_card
from videoemo.inference.local import InlineExecutor
from videoemo.inference.models import LoadedNetworks
from videoemo.records import Clip
from videoemo.runs.attempt import attempt
from videoemo.runs.workers.interfaces import WorkerCrash
from videoemo.scoring.video import score_video
from videoemo.tables.summary import Failure
from videoemo.tables.videos import VideoRow

CONTAINERS = {
    "mp4": "libx264",
    "mov": "mpeg4",
    "mkv": "libx264",
    "webm": "libvpx",
    "avi": "mpeg4",
    "ts": "mpeg2video",
    "flv": "flv",
}
FRAMES = 12


def write_mutants(folder: Path, n: int) -> list[Path]:
    """Write `n` damaged files, the same ones each time: cut off, bytes flipped, or overwritten."""
    whole = {
        suffix: write_clip(
            folder / f"whole.{suffix}", n=FRAMES, codec=codec, options={"g": "4"}
        ).read_bytes()
        for suffix, codec in CONTAINERS.items()
    }
    paths = []
    for i in range(n):
        suffix = list(CONTAINERS)[i % len(CONTAINERS)]
        mutate = MUTATIONS[i // len(CONTAINERS) % len(MUTATIONS)]
        path = folder / f"{i:03}-{mutate.__name__}.{suffix}"
        path.write_bytes(mutate(bytearray(whole[suffix]), np.random.default_rng(i)))
        paths.append(path)
    return paths


def cut(data: bytearray, rng: np.random.Generator) -> bytes:
    return bytes(data[: rng.integers(len(data))])


def flip(data: bytearray, rng: np.random.Generator) -> bytes:
    for at in rng.integers(len(data), size=rng.integers(1, 20)):
        data[at] ^= 1 << rng.integers(8)
    return bytes(data)


def overwrite(data: bytearray, rng: np.random.Generator) -> bytes:
    start = int(rng.integers(len(data)))
    stop = min(len(data), start + int(rng.integers(1, 200)))
    data[start:stop] = rng.bytes(stop - start) if rng.random() < 0.7 else bytes(stop - start)
    return bytes(data)


def flip_header(data: bytearray, rng: np.random.Generator) -> bytes:
    """As most of a small file is no picture's data, this is where a reader may be led astray."""
    for at in rng.integers(min(400, len(data)), size=4):
        data[at] = rng.integers(256)
    return bytes(data)


MUTATIONS: tuple[Callable[[bytearray, np.random.Generator], bytes], ...] = (
    cut,
    flip,
    overwrite,
    flip_header,
)


def prepare() -> Callable[[Path, Callable[[int, float], None]], VideoRow | Failure | WorkerCrash]:
    """What a worker does with the path of a video."""
    pipeline = load_pipeline()
    networks = LoadedNetworks(fake_card(), InlineExecutor(fake_analyzer(crops=True)))

    def work(path: Path, report: Callable[[int, float], None]) -> VideoRow | Failure | WorkerCrash:
        clip = Clip(path, path.name)
        return attempt(clip, lambda: score_video(clip, pipeline, networks, progress=report).row)

    return work
