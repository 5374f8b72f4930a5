"""Frames a second in processes that stay warm: ours beside each peer's in turns, ours by stages,
ours beside its parts.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any, get_args

from eval.support.command import say
from eval.support.peers import peer_worker, random_b0
from eval.support.process_tree import Peak
from eval.support.results import Ours, Parts, Peer, Row, Stage
from eval.support.workers import Worker
from videoemo.config.pipeline import load_pipeline

__all__ = ["CLIPS", "Clips", "measure_ours", "measure_parts", "measure_rows", "our_worker"]

CLIPS = ("group_1080p.mp4", "woman_360p.mp4")
# In each run: they take seconds, in which whatever else the machine does changes a pass by a tenth.
PARTS_PASSES = 3

Clips = Callable[[str], Path]  # a clip's name -> where it lies


def measure_rows(clips: Clips, runs: int, peers: Sequence[Peer] = get_args(Peer)) -> Iterator[Row]:
    """Each clip with each peer; beside EmotiEffLib with its network."""
    for name in CLIPS:
        for peer in peers:
            extractor = (
                str(random_b0())
                if peer.startswith("emotiefflib")
                else load_pipeline().network.extractor
            )
            with our_worker(extractor) as ours, peer_worker(peer) as theirs:
                # The first pass of each is a warm-up.
                sides = {ours: [ours(clips(name))], theirs: [theirs(clips(name))]}
                for run in range(runs):
                    for side, passes in sides.items():
                        passes.append(side(clips(name)))
                    latest = " and ".join(f"{_fps(passes[-1]):.2f}" for passes in sides.values())
                    say(f"{name}, {peer}, run {run + 1}: {latest} frames/s")
            yield _row(name, peer, Path(extractor).stem, *(passes[1:] for passes in sides.values()))


def _row(
    clip: str, peer: Peer, extractor: str, ours: list[dict[str, Any]], theirs: list[dict[str, Any]]
) -> Row:
    ours_fps, peer_fps = ([_fps(one) for one in side] for side in (ours, theirs))
    return Row(
        runs=len(ours),
        clip=clip,
        peer=peer,
        extractor=extractor,
        frames=ours[0]["frames"],
        ours_faces=ours[0]["faces"],
        peer_faces=theirs[0]["faces"],
        ours_fps=median(ours_fps),
        ours_range=(min(ours_fps), max(ours_fps)),
        peer_fps=median(peer_fps),
        peer_range=(min(peer_fps), max(peer_fps)),
        ratio=median(ours_fps) / median(peer_fps),
        nms_share=median(one["nms_seconds"] / one["seconds"] for one in theirs),
    )


def _fps(done: dict[str, Any]) -> float:
    return float(done["frames"] / done["seconds"])


def measure_ours(clips: Clips, runs: int) -> Iterator[Ours]:
    """Each clip by us alone, with the extractor that ships; the first pass, in a fresh process,
    gives the peak of memory.
    """
    for name in CLIPS:
        with our_worker() as worker:
            with Peak(worker.pid) as peak:
                first = worker(clips(name))
            passes = [worker(clips(name)) for _ in range(runs)]
        fps = [_fps(one) for one in passes]
        spent = {stage: median(one["stages"][stage] for one in passes) for stage in first["stages"]}
        yield Ours(
            runs=runs,
            clip=name,
            frames=first["frames"],
            faces=first["faces"],
            fps=median(fps),
            fps_range=(min(fps), max(fps)),
            stages=tuple(
                Stage(name=stage, fps=first["frames"] / seconds) for stage, seconds in spent.items()
            ),
            seconds=median(one["seconds"] for one in passes),
            cpu_seconds=median(one["cpu_seconds"] for one in passes),
            peak_mib=peak.mib,
        )


def measure_parts(clips: Clips, runs: int) -> Iterator[Parts]:
    """Each clip with each of our two networks."""
    for name in CLIPS:
        for extractor in (load_pipeline().network.extractor, str(random_b0())):
            with Worker(Path(sys.executable), "parts", extractor) as worker:
                passes = [worker(clips(name)) for _ in range(PARTS_PASSES * runs)]
                n_cores = worker.facts["cores"]
            wholes, decodings, engines = (
                [one[part] for one in passes] for part in ("whole", "decoding", "engine")
            )
            both = [decoding + engine for decoding, engine in zip(decodings, engines, strict=True)]
            yield Parts(
                runs=runs,
                clip=name,
                extractor=Path(extractor).stem,
                frames=passes[0]["frames"],
                seconds=median(whole["seconds"] for whole in wholes),
                cpu_seconds=median(whole["cpu_seconds"] for whole in wholes),
                decoding=median(decodings),
                engine=median(engines),
                to_parts=median(
                    whole["cpu_seconds"] / parts for whole, parts in zip(wholes, both, strict=True)
                ),
                to_cores=median(
                    whole["seconds"] / (whole["cpu_seconds"] / n_cores) for whole in wholes
                ),
            )


def our_worker(*extractor: str) -> Worker:
    """videoemo, loaded."""
    return Worker(Path(sys.executable), "ours", *extractor)
