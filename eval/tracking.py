"""How well persons are tracked, on the real clips, with the settings of pipelines/score.toml.

    python -m eval.tracking [MEDIA] [--reid-network CARD]

MEDIA is the folder of the clips, by default $VIDEOEMO_SHARED/media; CARD is a network that knows
persons, whose re-identification of persons who come back is held against the extractor's. The
labels are those of tests/data/group_1080p.csv; what a face is there says the README beside it.
Metrics by motmetrics (pip install -e '.[test]'): a face and a label match where their boxes' IoU is
at least 0.5.
"""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from itertools import chain, permutations
from pathlib import Path
from time import perf_counter

import click
import numpy as np
import numpy.typing as npt
import pandas as pd

from eval.support.command import command
from eval.support.detections import Boxes, overlaps
from eval.support.returns import ran_on, read_moments, returns
from videoemo.analysis.video import analyze_video, sample_video
from videoemo.config.pipeline import load_pipeline
from videoemo.faces.tracking.appearance import colours_of, describe, embeddings_of
from videoemo.faces.tracking.shots import ShotDetector
from videoemo.faces.tracking.tracker import Tracker
from videoemo.group import group_affect
from videoemo.inference.extractor import load_extractor
from videoemo.inference.face_identifier import FaceIdentifier
from videoemo.inference.models import LoadedNetworks, load_for_pipeline
from videoemo.records import Clip
from videoemo.scoring.video import score_video
from videoemo.tables.smoothing import smooth
from videoemo.tables.tracks import write_tracks
from videoemo.util.arrays import Float64Array, Int64Array
from videoemo.util.timings import StageTimer
from videoemo.video import frames, probe

LABELS = Path(__file__).parents[1] / "tests" / "data" / "group_1080p.csv"
GAPS = (0.5, 1.0, 2.0, 4.0)
GROUP, WOMAN = "group_1080p.mp4", "woman_360p.mp4"
ONE_SHOT = (GROUP, "no_face.mp4", "single_face.mp4", WOMAN)
CUT = "vfr_noface_face.mov"

Names = npt.NDArray[np.str_]


def corners(labels: pd.DataFrame) -> Float64Array:
    """The labelled boxes, (n, 4), x1, y1, x2, y2."""
    x, y, width, height = labels[["x", "y", "width", "height"]].to_numpy(float).T
    return np.column_stack([x, y, x + width, y + height])


def metrics(
    labels: pd.DataFrame, frame: Int64Array, boxes: Boxes, track: Int64Array
) -> dict[str, float]:
    """IDF1, switches and the rest, on the labelled frames."""
    import motmetrics

    number = {person: i for i, person in enumerate(sorted(set(labels["person"])))}
    accumulator = motmetrics.MOTAccumulator()
    for index, rows in labels.groupby("frame"):
        here = frame == index
        distance = 1 - overlaps(corners(rows), boxes[here])
        accumulator.update(
            [number[person] for person in rows["person"]],
            track[here].tolist(),
            np.where(distance > 0.5, np.nan, distance),
            frameid=index,
        )
    names = ["idf1", "num_switches", "mota", "num_matches", "num_misses", "num_false_positives"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # motmetrics was written for an older pandas
        found = motmetrics.metrics.create().compute(accumulator, metrics=names, name="clip")
    return {name: float(found.iloc[0][name]) for name in names}


def named(labels: pd.DataFrame, frame: Int64Array, boxes: Boxes) -> Names:
    """The labelled person of each face; empty where there is none."""
    names = np.full(len(frame), "", dtype="<U32")
    for index, rows in labels.groupby("frame"):
        here = np.flatnonzero(frame == index)
        iou = overlaps(corners(rows), boxes[here])
        for person, row in zip(rows["person"], iou, strict=True):
            if row.max() >= 0.5:
                names[here[row.argmax()]] = person
    return names


def cue(title: str, vectors: Float64Array, names: Names, frame: Int64Array) -> str:
    """In words, how far a cue differs between faces of one person, 5 frames apart and any number,
    and between persons.
    """
    apart = 1 - vectors @ vectors.T
    pair = (names[:, None] != "") & (names != "") & (frame[:, None] < frame)
    same = names[:, None] == names
    near = pair & same & (frame - frame[:, None] == 5)
    quartiles = [
        np.percentile(apart[chosen], [5, 50, 95]) for chosen in (near, pair & same, pair & ~same)
    ]
    parts = [f"{' / '.join(f'{value:.2f}' for value in three)}" for three in quartiles]
    return (
        f"  {title}: same person 0.2 s later {parts[0]}, at any time {parts[1]}; another person "
        f"{parts[2]} (5th / 50th / 95th percentile)"
    )


def group(path: Path, networks: LoadedNetworks) -> Iterator[str]:
    """The labelled clip."""
    labels = pd.read_csv(LABELS)
    pipeline = load_pipeline()
    default = pipeline.tracking.track_gap
    gaps = sorted({*GAPS, default})
    trackers, sparse = [Tracker(gap=gap) for gap in gaps], Tracker(gap=default)
    index, boxes, tracks, appearances = [], [], [], []
    sampled = sample_video(Clip(path, path.name), pipeline, StageTimer())
    for batch, faces, features in analyze_video(sampled, pipeline, networks):
        index.append(faces.frame)
        boxes.append(faces.boxes)
        fifth, few = faces.frame % 5 == 0, np.full(len(faces), -1)
        few[fifth] = sparse.update(batch[batch.index % 5 == 0], faces[fifth], features[fifth])
        tracks.append([*(tracker.update(batch, faces, features) for tracker in trackers), few])
        appearances.append(describe(batch, faces, features.embedding))
    frame, places = np.concatenate(index), np.concatenate(boxes)
    yield (
        f"{path.name}: {len(labels)} labelled faces of {labels['person'].nunique()} persons in "
        f"{labels['frame'].nunique()} frames"
    )
    titles = [f"track_gap {gap:g}{' (the default)' if gap == default else ''}" for gap in gaps]
    titles.append("every fifth frame alone, those labelled")
    for title, track in zip(titles, zip(*tracks, strict=True), strict=True):
        found = metrics(labels, frame, places, np.concatenate(track))
        hits, false = found["num_matches"] + found["num_switches"], found["num_false_positives"]
        bound = 2 * hits / (2 * hits + found["num_misses"] + false)
        yield (
            f"  {title}: IDF1 {found['idf1']:.3f} (at most {bound:.3f} with the faces found: "
            f"{found['num_misses']:.0f} missed, {false:.0f} not labelled), "
            f"{found['num_switches']:.0f} switches, MOTA {found['mota']:.3f}"
        )
    names, described = named(labels, frame, places), np.concatenate(appearances)
    yield cue("colours, 1 - Bhattacharyya's coefficient", colours_of(described), names, frame)
    yield cue("vectors, 1 - cosine", embeddings_of(described), names, frame)


def woman(path: Path, networks: LoadedNetworks) -> Iterator[str]:
    """The clip of one person."""
    table = score_video(Clip(path, path.name), load_pipeline(), networks).table
    face = table.face >= 0
    longest = np.bincount(table.track[face]).max()
    yield (
        f"{path.name}: one track over {longest} of {len(np.unique(table.frame[face]))} frames with "
        "a face"
    )
    for title, inside in (
        ("first", table.seconds < 5),
        ("last", table.seconds >= table.seconds.max() - 5),
    ):
        mean = table.probabilities[face & inside].mean(axis=0)
        yield f"  {title} five seconds: {table.classes[int(mean.argmax())]} ({mean.max():.2f})"


def cost(path: Path, networks: LoadedNetworks) -> str:
    """What persons and groups add to the time of a video whose networks are loaded, in the quickest
    of five runs.

    It is the most that they add: a stage that waits for another thread to let go of the interpreter
    counts the wait as its own.
    """
    pipeline, runs = load_pipeline(), []
    smoothing, settings = pipeline.tracking.smoothing, pipeline.group
    for _ in range(5):
        timer, started = StageTimer(), perf_counter()
        table = score_video(Clip(path, path.name), pipeline, networks, timer=timer).table
        between = perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            series = smooth(table, smoothing)
            write_tracks(series, Path(folder) / "tracks.csv", series=series)
            group_affect(
                table,
                window=settings.group_window,
                synchrony_window=settings.synchrony_window,
                synchrony_lag=settings.synchrony_lag,
            )
        end = perf_counter()
        runs.append((end - started, timer.seconds["track"], end - between))
    whole, track, after = min(runs)
    share = (track + after) / (whole - track - after)
    return (
        f"cost on {path.name}: tracking {track:.3f} s, tables of persons and group {after:.3f} s, "
        f"of {whole:.3f} s: {share:.1%} of the rest"
    )


def shots(media: Path) -> Iterator[str]:
    """Cuts said where there are none, and where there are some: clips of one shot, their joins, the
    two halves of a scene one after the other.
    """
    clips = {name: pictures(media / name) for name in (*ONE_SHOT, CUT)}
    where = clips.pop(CUT)
    for step in (1, 5, 25):
        told = [len(cuts(clip[::step])) for clip in clips.values()]
        yield (
            f"cuts in {len(told)} clips of one shot, every {step}. frame: {sum(told)} in "
            f"{sum(len(clip[::step]) for clip in clips.values())} frames"
        )
    joins = [cuts(a[20:30] + b[20:30]) == [10] for a, b in permutations(clips.values(), 2)]
    halves = []
    for clip in clips.values():
        middle = clip[0].shape[1] // 2
        left, right = (
            [rgb[:, :middle] for rgb in clip[20:30]],
            [rgb[:, middle:] for rgb in clip[30:40]],
        )
        halves.append(cuts(left + right) == [10])
    yield (
        f"cuts between two clips found, and no other: {sum(joins)} of {len(joins)}; between two "
        f"halves of a scene: {sum(halves)} of {len(halves)}"
    )
    yield f"cuts in {CUT} before the frames {cuts(where)}"


def coming_back(
    media: Path, networks: LoadedNetworks, identifier: FaceIdentifier | None
) -> Iterator[str]:
    """Persons who come back, by the extractor and by a network that knows persons."""
    moments = read_moments(media, networks)
    yield from returns(moments, None)
    if identifier is not None:
        yield from returns(moments, identifier)
        for name in (GROUP, WOMAN):
            yield ran_on(media / name, networks, identifier)


def pictures(path: Path) -> list[npt.NDArray[np.uint8]]:
    """All frames of a clip, small."""
    return [
        rgb[:: len(rgb) // 270, :: len(rgb) // 270].copy()
        for batch in frames(probe(path))
        for rgb in batch.rgb
    ]


def cuts(pictures: Sequence[npt.NDArray[np.uint8]]) -> list[int]:
    """The numbers of the pictures with which a shot begins."""
    tell = ShotDetector()
    return [i for i, rgb in enumerate(pictures) if tell.detect(rgb[None])[0]]


@command(__doc__)
@click.argument(
    "media",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=lambda: Path(os.environ.get("VIDEOEMO_SHARED") or "../shared") / "media",
)
@click.option("--reid-network", metavar="CARD", help="Its name, or the path of its card.")
def main(media: Path, reid_network: str | None) -> None:
    """Print the figures."""
    identifier = None if reid_network is None else FaceIdentifier(load_extractor(reid_network))
    with load_for_pipeline(load_pipeline()) as networks:
        lines = chain(
            group(media / GROUP, networks),
            woman(media / WOMAN, networks),
            shots(media),
            (cost(media / name, networks) for name in (GROUP, WOMAN)),
            coming_back(media, networks, identifier),
        )
        for line in lines:
            print(line, flush=True)


if __name__ == "__main__":
    main()
