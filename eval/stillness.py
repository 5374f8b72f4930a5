"""What `skip_still` leaves out, and what that costs.

    python -m eval.stillness [CLIP ...]

By default the clips of $VIDEOEMO_SHARED/media. Each is scored with every frame, then with
`skip_still` at some thresholds. Of a frame that is left out, what the last one kept displays is
taken to hold: the figure is the share of the frames in which the class of the mean over the faces
is the same as when every frame is analyzed.
"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
import numpy.typing as npt

from eval.support.clips import shared
from eval.support.command import command
from eval.support.markdown import table
from videoemo.config.pipeline import Pipeline, change_pipeline, load_pipeline
from videoemo.inference.models import LoadedNetworks, load_for_pipeline
from videoemo.records import Clip
from videoemo.scoring.video import Scored, score_video

CLIPS = ("woman_360p.mp4", "single_face.mp4", "group_1080p.mp4", "vfr_noface_face.mov")
THRESHOLDS = (2.0, 4.0, 8.0)


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
    held = shown[np.searchsorted(kept, seconds, side="right") - 1]
    assert whole.row.mean is not None  # of a scored clip
    assert some.row.mean is not None
    difference = np.abs(whole.row.mean - some.row.mean).max()
    same = (held == classes).mean()
    return f"{len(kept) / len(seconds):.1%}", f"{same:.1%}", f"{difference:.3f}"


@command(__doc__)
@click.argument("clips", nargs=-1, type=click.Path(path_type=Path))
def main(clips: tuple[Path, ...]) -> None:
    """Print a row a clip and a threshold."""
    pipeline, rows = load_pipeline(), []
    with load_for_pipeline(pipeline) as networks:
        for path in clips or [shared(name) for name in CLIPS]:
            whole = score(path, pipeline, networks)
            for threshold in THRESHOLDS:
                some = score(path, change_pipeline(pipeline, skip_still=threshold), networks)
                rows.append((path.name, f"{threshold:g}", *compared(whole, some)))
    print(table(("clip", "`skip_still`", "frames kept", "same class", "means differ by"), rows))


if __name__ == "__main__":
    main()
