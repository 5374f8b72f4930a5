"""How well persons are followed, on the real clips, with the settings of pipelines/score.toml.

    python eval/tracking.py [MEDIA]

MEDIA is the folder of the clips, by default $VIDEOEMO_SHARED/media. The labels are those of tests/data/group_1080p.csv; what a face is there says
the README beside it. Metrics by motmetrics (pip install -e '.[dev]'): a face and a label match where their boxes' IoU is at least 0.5.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from itertools import chain, permutations
from pathlib import Path
from time import perf_counter

import numpy as np
import numpy.typing as npt
import pandas as pd
from measure.detections import overlaps

from videoemo.expressions import expressions
from videoemo.faces import Tracker
from videoemo.faces.appearance import colours, looks, vectors
from videoemo.faces.cuts import Cuts
from videoemo.group import group_affect
from videoemo.networks import Models, load_models
from videoemo.persons import write_tracks
from videoemo.pipeline import score_video
from videoemo.recipes import load_pipeline
from videoemo.records import Clip
from videoemo.smoothing import smooth
from videoemo.video import frames, probe

LABELS = Path(__file__).parents[1] / "tests" / "data" / "group_1080p.csv"
GAPS = (0.5, 1.0, 2.0, 4.0)
Floats = npt.NDArray[np.float64]


def corners(labels: pd.DataFrame) -> Floats:
    """The labelled boxes, (n, 4), x1, y1, x2, y2."""
    x, y, width, height = labels[["x", "y", "width", "height"]].to_numpy(float).T
    return np.column_stack([x, y, x + width, y + height])


def metrics(labels: pd.DataFrame, frame: npt.NDArray[np.int64], boxes: Floats, track: npt.NDArray[np.int64]) -> pd.Series:
    """IDF1, switches and the rest, on the labelled frames."""
    import motmetrics

    number = {person: i for i, person in enumerate(sorted(set(labels["person"])))}
    seen = motmetrics.MOTAccumulator()
    for index, rows in labels.groupby("frame"):
        here = frame == index
        distance = 1 - overlaps(corners(rows), boxes[here])
        seen.update([number[person] for person in rows["person"]], track[here].tolist(), np.where(distance > 0.5, np.nan, distance), frameid=index)
    names = ["idf1", "num_switches", "mota", "num_matches", "num_misses", "num_false_positives"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # motmetrics was written for an older pandas
        return motmetrics.metrics.create().compute(seen, metrics=names, name="clip").iloc[0]


def named(labels: pd.DataFrame, frame: npt.NDArray[np.int64], boxes: Floats) -> npt.NDArray[np.str_]:
    """The labelled person of each face; empty where there is none."""
    names = np.full(len(frame), "", dtype="<U32")
    for index, rows in labels.groupby("frame"):
        here = np.flatnonzero(frame == index)
        iou = overlaps(corners(rows), boxes[here])
        for person, row in zip(rows["person"], iou, strict=True):
            if row.max() >= 0.5:
                names[here[row.argmax()]] = person
    return names


def cue(title: str, vectors: Floats, names: npt.NDArray[np.str_], frame: npt.NDArray[np.int64]) -> str:
    """In words, how far a cue differs between faces of one person, 5 frames apart and any number, and between persons."""
    apart = 1 - vectors @ vectors.T
    pair = (names[:, None] != "") & (names != "") & (frame[:, None] < frame)
    same = names[:, None] == names
    near = pair & same & (frame - frame[:, None] == 5)
    quartiles = [np.percentile(apart[chosen], [5, 50, 95]) for chosen in (near, pair & same, pair & ~same)]
    parts = [f"{' / '.join(f'{value:.2f}' for value in three)}" for three in quartiles]
    return f"  {title}: same person 0.2 s later {parts[0]}, at any time {parts[1]}; another person {parts[2]} (5th / 50th / 95th percentile)"


def group(path: Path, models: Models) -> Iterator[str]:
    """The labelled clip."""
    labels = pd.read_csv(LABELS)
    pipeline = load_pipeline()
    gaps = sorted({*GAPS, pipeline.track_gap})
    trackers = [Tracker(gap=gap) for gap in gaps]
    sparse = Tracker(gap=pipeline.track_gap)
    index, boxes, tracks, seen = [], [], [], []
    for batch, faces, features in expressions(probe(path), pipeline, models):
        index.append(faces.frame)
        boxes.append(faces.boxes)
        fifth, few = faces.frame % 5 == 0, np.full(len(faces), -1)
        few[fifth] = sparse.follow(batch[batch.index % 5 == 0], faces[fifth], features[fifth])
        tracks.append([*(tracker.follow(batch, faces, features) for tracker in trackers), few])
        seen.append(looks(batch, faces, features.embedding))
    frame, places = np.concatenate(index), np.concatenate(boxes)
    yield f"{path.name}: {len(labels)} labelled faces of {labels['person'].nunique()} persons in {labels['frame'].nunique()} frames"
    titles = [f"track_gap {gap:g}{' (the default)' if gap == pipeline.track_gap else ''}" for gap in gaps]
    for title, track in zip([*titles, "every fifth frame alone, those labelled"], zip(*tracks, strict=True), strict=True):
        found = metrics(labels, frame, places, np.concatenate(track))
        hits, false = found["num_matches"] + found["num_switches"], found["num_false_positives"]
        bound = 2 * hits / (2 * hits + found["num_misses"] + false)
        yield (
            f"  {title}: IDF1 {found['idf1']:.3f} (at most {bound:.3f} with the faces found: {found['num_misses']:.0f} missed, "
            f"{false:.0f} not labelled), {found['num_switches']:.0f} switches, MOTA {found['mota']:.3f}"
        )
    names = named(labels, frame, places)
    all_looks = np.concatenate(seen)
    yield cue("colours, 1 - Bhattacharyya's coefficient", colours(all_looks), names, frame)
    yield cue("vectors, 1 - cosine", vectors(all_looks), names, frame)


def woman(path: Path, models: Models) -> Iterator[str]:
    """The clip of one person."""
    scored = score_video(Clip(path, path.name), load_pipeline(), models)
    table = scored.table
    face = table.face >= 0
    longest = np.bincount(table.track[face]).max()
    yield f"{path.name}: one track over {longest} of {len(np.unique(table.frame[face]))} frames with a face"
    for title, inside in (("first", table.seconds < 5), ("last", table.seconds >= table.seconds.max() - 5)):
        mean = table.probabilities[face & inside].mean(axis=0)
        yield f"  {title} five seconds: {table.classes[int(mean.argmax())]} ({mean.max():.2f})"


def cost(path: Path, models: Models) -> str:
    """What persons and groups add to the time of a video whose networks are loaded, in the quickest of five runs.

    It is the most that they add: a stage that waits for another thread to let go of the interpreter counts the wait as its own.
    """
    pipeline, runs = load_pipeline(), []
    for _ in range(5):
        started = perf_counter()
        scored = score_video(Clip(path, path.name), pipeline, models)
        between = perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            write_tracks(smooth(scored.table, pipeline.smoothing), Path(folder) / "tracks.csv", smoothing=pipeline.smoothing)
            group_affect(scored.table, window=pipeline.group_window, synchrony_window=pipeline.synchrony_window, synchrony_lag=pipeline.synchrony_lag)
        end = perf_counter()
        runs.append((end - started, scored.effort.seconds["track"], end - between))
    whole, track, after = min(runs)
    share = (track + after) / (whole - track - after)
    return f"cost on {path.name}: tracking {track:.3f} s, tables of persons and group {after:.3f} s, of {whole:.3f} s: {share:.1%} of the rest"


def shots(media: Path) -> Iterator[str]:
    """Cuts said where there are none, and where there are some: clips of one shot, their joins, the two halves of a scene one after the other."""
    clips = {}
    for name in ("group_1080p.mp4", "no_face.mp4", "single_face.mp4", "woman_360p.mp4", "vfr_noface_face.mov"):
        clips[name] = [rgb[:: len(rgb) // 270, :: len(rgb) // 270].copy() for batch in frames(probe(media / name)) for rgb in batch.rgb]
    where = clips.pop("vfr_noface_face.mov")
    for step in (1, 5, 25):
        told = [len(cuts(clip[::step])) for clip in clips.values()]
        yield f"cuts in {len(told)} clips of one shot, every {step}. frame: {sum(told)} in {sum(len(clip[::step]) for clip in clips.values())} frames"
    joins = [cuts(a[20:30] + b[20:30]) == [10] for a, b in permutations(clips.values(), 2)]
    halves = []
    for clip in clips.values():
        middle = clip[0].shape[1] // 2
        halves.append(cuts([rgb[:, :middle] for rgb in clip[20:30]] + [rgb[:, middle:] for rgb in clip[30:40]]) == [10])
    yield f"cuts between two clips found, and no other: {sum(joins)} of {len(joins)}; between two halves of a scene: {sum(halves)} of {len(halves)}"
    yield f"cuts in vfr_noface_face.mov before the frames {cuts(where)}"


def cuts(pictures: Sequence[npt.NDArray[np.uint8]]) -> list[int]:
    """The numbers of the pictures with which a shot begins."""
    tell = Cuts()
    return [i for i, rgb in enumerate(pictures) if tell.of(rgb[None])[0]]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("media", type=Path, nargs="?", default=Path(os.environ.get("VIDEOEMO_SHARED", "../shared")) / "media")
    media = parser.parse_args().media
    with load_models(load_pipeline()) as models:
        lines = chain(group(media / "group_1080p.mp4", models), woman(media / "woman_360p.mp4", models), shots(media))
        for line in chain(lines, (cost(media / name, models) for name in ("group_1080p.mp4", "woman_360p.mp4"))):
            print(line, flush=True)


if __name__ == "__main__":
    main()
