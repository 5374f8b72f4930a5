"""What `skip_still` leaves out and `reuse` keeps, and what that costs.

    python -m eval.stillness [CLIP ...]

By default the clips of $VIDEOEMO_SHARED/media. Each is analyzed with every frame and every face
looked at, then with either setting at some thresholds.

Of a frame that `skip_still` leaves out, what the last one kept displays is taken to hold: the
figure is the share of the frames in which the class of the mean over the faces is the same as when
every frame is analyzed.

With `reuse` the same faces are found, so each is compared with itself: its class, and the cosine of
its embedding and the one that it has when it is looked at. Times are the shortest of some rounds,
in each of which every threshold has its turn; what `embed` took is added up over all processes. A
clip in which nothing moves is made of the first frame of the first clip.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

import click
import numpy as np
import numpy.typing as npt

from eval.support.clips import held, shared
from eval.support.command import command
from eval.support.markdown import table
from videoemo.analysis.video import analyze_video, sample_video
from videoemo.config.pipeline import Pipeline, change_pipeline, load_pipeline
from videoemo.inference.models import LoadedNetworks, load_for_pipeline
from videoemo.records import Clip
from videoemo.scoring.video import Scored, score_video
from videoemo.util.timings import StageTimer

CLIPS = ("woman_360p.mp4", "single_face.mp4", "group_1080p.mp4", "vfr_noface_face.mov")
THRESHOLDS = (2.0, 4.0, 8.0)
REUSE_THRESHOLDS = (1.0, 2.0, 4.0, 8.0, 16.0)
# Of the clip in which nothing moves, and rounds of measurements.
HELD_FRAMES, ROUNDS = 100, 3


def score(path: Path, pipeline: Pipeline, networks: LoadedNetworks) -> Scored:
    """A clip, without pictures."""
    return score_video(Clip(path, path.name), pipeline, networks)


def displayed(scored: Scored) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """The times of the frames, (n,), and the class of each one's mean over its faces, (n,); -1
    without a face.
    """
    series = scored.table.per_frame()
    classes = np.nan_to_num(series.probabilities).argmax(axis=1)
    return series.seconds, np.where(series.n_faces > 0, classes, -1)


def compared(whole: Scored, some: Scored) -> tuple[str, str, str]:
    """The share of frames kept, how often the class is the same, and by how much the means of the
    clip differ at most.
    """
    seconds, classes = displayed(whole)
    kept, shown = displayed(some)
    last = shown[np.searchsorted(kept, seconds, side="right") - 1]
    assert whole.row.mean is not None  # of a scored clip
    assert some.row.mean is not None
    difference = np.abs(whole.row.mean - some.row.mean).max()
    same = (last == classes).mean()
    return f"{len(kept) / len(seconds):.1%}", f"{same:.1%}", f"{difference:.3f}"


class Faces(NamedTuple):
    """What a clip's m faces display, and what it took to see it.

    Parameters
    ----------
    embedding, probabilities : float32 (m, d) and (m, c)
        Of each.
    n_looked_at : int
        How many of them the network looked at.
    seconds, embed_seconds : float
        By the clock, and of the stage `embed` in all processes.
    """

    embedding: npt.NDArray[np.float32]
    probabilities: npt.NDArray[np.float32]
    n_looked_at: int
    seconds: float
    embed_seconds: float


def look(path: Path, pipeline: Pipeline, networks: LoadedNetworks) -> Faces:
    """A clip's faces."""
    timer, started = StageTimer(), perf_counter()
    sampled = sample_video(Clip(path, path.name), pipeline, timer)
    found = [one.features for one in analyze_video(sampled, pipeline, networks, timer=timer)]
    return Faces(
        np.concatenate([one.embedding for one in found]),
        np.concatenate([one.probabilities for one in found]),
        sum(len(one) if one.looked_at is None else int(one.looked_at.sum()) for one in found),
        perf_counter() - started,
        timer.seconds["embed"],
    )


def compared_faces(whole: list[Faces], some: list[Faces]) -> list[str]:
    """What is kept, how much of it is as it would be, and what that saves; of some rounds."""
    one, other = whole[0], some[0]
    cosines = (one.embedding * other.embedding).sum(axis=1) / (
        np.linalg.norm(one.embedding, axis=1) * np.linalg.norm(other.embedding, axis=1)
    )
    same = one.probabilities.argmax(axis=1) == other.probabilities.argmax(axis=1)
    means = np.abs(one.probabilities.mean(axis=0) - other.probabilities.mean(axis=0))
    times = [
        f"{min(getattr(each, name) for each in rounds):.2f}"
        for name in ("embed_seconds", "seconds")
        for rounds in (some, whole)
    ]
    return [
        f"{1 - other.n_looked_at / len(one.embedding):.1%}",
        f"{same.mean():.2%}",
        f"{cosines.min():.4f}",
        f"{np.percentile(cosines, 1):.4f}",
        f"{cosines.mean():.4f}",
        f"{means.max():.4f}",
        f"{times[0]} / {times[1]}",
        f"{times[2]} / {times[3]}",
    ]


def skip_still_rows(
    path: Path, pipeline: Pipeline, networks: LoadedNetworks
) -> list[tuple[str, ...]]:
    """A row a threshold of `skip_still`."""
    whole = score(path, pipeline, networks)
    return [
        (
            path.name,
            f"{threshold:g}",
            *compared(
                whole, score(path, change_pipeline(pipeline, skip_still=threshold), networks)
            ),
        )
        for threshold in THRESHOLDS
    ]


def reuse_rows(path: Path, pipeline: Pipeline, networks: LoadedNetworks) -> list[tuple[str, ...]]:
    """A row a threshold of `reuse`."""
    look(path, pipeline, networks)  # to be warm
    rounds: dict[float, list[Faces]] = {0.0: [], **{one: [] for one in REUSE_THRESHOLDS}}
    for _ in range(ROUNDS):
        for threshold, found in rounds.items():
            found.append(look(path, change_pipeline(pipeline, reuse=threshold), networks))
    return [
        (path.name, f"{threshold:g}", *compared_faces(rounds[0.0], rounds[threshold]))
        for threshold in REUSE_THRESHOLDS
    ]


@command(__doc__)
@click.argument("clips", nargs=-1, type=click.Path(path_type=Path))
def main(clips: tuple[Path, ...]) -> None:
    """Print two tables, a row a clip and a threshold."""
    pipeline = load_pipeline()
    paths = list(clips) or [shared(name) for name in CLIPS]
    skipped, reused = list[tuple[str, ...]](), list[tuple[str, ...]]()
    with TemporaryDirectory() as folder, load_for_pipeline(pipeline) as networks:
        for path in paths:
            skipped += skip_still_rows(path, pipeline, networks)
        still = held(paths[0], Path(folder) / f"held {paths[0].stem}.mp4", frames=HELD_FRAMES)
        for path in (*paths, still):
            reused += reuse_rows(path, pipeline, networks)
    print(table(("clip", "`skip_still`", "frames kept", "same class", "means differ by"), skipped))
    head = (
        *("clip", "`reuse`", "faces kept", "same class", "cosine, least", "1st percentile", "mean"),
        *("means differ by", "seconds of `embed`, with / off", "of all, with / off"),
    )
    print(f"\n{table(head, reused)}")


if __name__ == "__main__":
    main()
