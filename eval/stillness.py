"""What `skip_still` leaves out, and what that costs.

    python eval/stillness.py [CLIP ...]

By default the clips of $VIDEOEMO_SHARED/media. Each is scored with every frame, then with `skip_still` at some thresholds. Of a frame that is left
out, what the last one kept displays is taken to hold: the figure is the share of the frames in which the class of the mean over the faces is the
same as when every frame is looked at.
"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
import numpy.typing as npt
from measure.clips import shared

from videoemo.errors import VideoemoError
from videoemo.networks import Models, load_models
from videoemo.pipeline import Scored, score_video
from videoemo.recipes import Pipeline, change, load_pipeline
from videoemo.records import Clip

CLIPS = ("woman_360p.mp4", "single_face.mp4", "group_1080p.mp4", "vfr_noface_face.mov")
THRESHOLDS = (2.0, 4.0, 8.0)


def score(path: Path, pipeline: Pipeline, models: Models) -> Scored:
    """A clip, without pictures."""
    return score_video(Clip(path, path.name), pipeline, models)


def displayed(scored: Scored) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """The times of the frames, (n,), and the class of each one's mean over its faces, (n,); -1 without a face."""
    course = scored.table.course()
    return course.seconds, np.where(course.n_faces > 0, np.nan_to_num(course.probabilities).argmax(axis=1), -1)


def compared(whole: Scored, some: Scored) -> str:
    """A row: the share of frames kept, how often the class is the same, and by how much the means of the clip differ at most."""
    seconds, classes = displayed(whole)
    kept, shown = displayed(some)
    held = shown[np.searchsorted(kept, seconds, side="right") - 1]
    assert whole.row.mean is not None  # of a scored clip
    assert some.row.mean is not None
    difference = np.abs(whole.row.mean - some.row.mean).max()
    return f"{len(kept) / len(seconds):.1%} | {(held == classes).mean():.1%} | {difference:.3f}"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("clips", nargs=-1, type=click.Path(path_type=Path))
def main(clips: tuple[Path, ...]) -> None:
    """Print a row a clip and a threshold."""
    try:
        pipeline = load_pipeline()
        print("| clip | `skip_still` | frames kept | same class | means differ by |\n| --- | --- | --- | --- | --- |")
        with load_models(pipeline) as models:
            for path in clips or [shared(name) for name in CLIPS]:
                whole = score(path, pipeline, models)
                for threshold in THRESHOLDS:
                    some = score(path, change(pipeline, skip_still=threshold), models)
                    print(f"| {path.name} | {threshold:g} | {compared(whole, some)} |")
    except VideoemoError as exc:
        raise click.ClickException(str(exc)) from exc


if __name__ == "__main__":
    main()
