"""Many videos: one after another, each result written as soon as it is there, failures listed and never swallowed."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from videoemo import pipeline as one_video
from videoemo.datasets import find_clips
from videoemo.errors import InputError, OutputError, VideoError
from videoemo.files import results_folder
from videoemo.provenance import what_ran, write_json
from videoemo.recipes import Pipeline, change, load_pipeline
from videoemo.records import Clip
from videoemo.tables import VideoRow, write_faces, write_videos

if TYPE_CHECKING:
    import pandas as pd

    from videoemo.model import Model

__all__ = ["Progress", "Run", "attempt", "score", "score_folder"]

T = TypeVar("T")


class Progress(Protocol):
    """What is told how a run goes."""

    def begin(self, clips: Sequence[Clip]) -> None:
        """The run begins with these clips to do."""

    def batch(self, clip: Clip, n_frames: int, share: float) -> None:
        """So many frames of a clip are done, and this share of it, 0 to 1."""

    def end(self, row: VideoRow) -> None:
        """A clip is done, or has failed."""


@dataclass(frozen=True)
class Run:
    """What became of a run.

    Parameters
    ----------
    rows : one a video, in path order.
    seconds : it took so long.
    """

    rows: list[VideoRow]
    seconds: float

    @property
    def failed(self) -> list[VideoRow]:
        """The videos that could not be scored."""
        return [row for row in self.rows if row.failed]


def score_folder(paths: Sequence[Path], out: Path, pipeline: Pipeline, *, progress: Progress, model: Model | None = None) -> Run:
    """Score every video of some files and folders; `out` gets the tables, summaries and pictures.

    A video that cannot be read becomes a failed row and the others go on.

    Parameters
    ----------
    model : classifies each video.

    Raises
    ------
    InputError : a path that does not exist, no video, an unknown extractor, a model that was fitted on another one's features.
    WeightsError : weights that are missing or damaged.
    OutputError : `out` cannot be written.
    """
    clips = find_clips(paths, leave_out=out, picture_folders=pipeline.fps is not None)
    models = one_video.load_models(pipeline)
    ran = what_ran(pipeline, models.extractor.card, models.detector)
    scores = None
    if model is not None:
        from videoemo.prediction import ClipClassifier

        classify = ClipClassifier(model, models.extractor.card)
        models, scores = replace(models, classify=classify), classify.scores
        ran["model"] = classify.provenance()
    results_folder(out)
    started = perf_counter()
    progress.begin(clips)
    rows = []
    for clip in clips:
        row = attempt(clip, lambda clip=clip: _score_one(clip, out, pipeline, models, ran, progress))  # type: ignore[misc]
        rows.append(row)
        progress.end(row)
    classes = models.extractor.classes
    write_videos(rows, classes, out / "videos.csv", affect=models.extractor.card.valence_arousal, scores=scores)
    if pipeline.pictures:
        from videoemo.plots import overview

        overview(out / "overview.png", videos=rows, classes=classes)
    run = Run(rows, perf_counter() - started)
    counts = {"videos": len(rows), "failed": len(run.failed), "frames": sum(row.frames or 0 for row in rows)}
    write_json(out / "summary.json", {**counts, "seconds_taken": round(run.seconds, 3), **ran})
    return run


def attempt(clip: Clip, work: Callable[[], T]) -> T | VideoRow:
    """The result of some work on a clip, or the row that says why it failed.

    Raises
    ------
    OutputError : a result could not be written: no other could either.
    """
    try:
        return work()
    except (VideoError, InputError) as exc:  # InputError: gone since the folder was read
        return VideoRow(video=clip.id, error=str(exc))
    except OutputError:
        raise
    except Exception as exc:  # a fault of ours or of a decoder: this video's row says where, and the others go on
        place = traceback.extract_tb(exc.__traceback__)[-1]
        reason = " ".join(f"{type(exc).__name__}: {exc}".split())
        return VideoRow(video=clip.id, error=f"unexpected {reason} (at {Path(place.filename).name}:{place.lineno}); please report it")


def _score_one(clip: Clip, out: Path, pipeline: Pipeline, models: one_video.Models, ran: dict[str, Any], progress: Progress) -> VideoRow:
    started = perf_counter()
    scored = one_video.score_video(clip, pipeline, models, progress=lambda n, share: progress.batch(clip, n, share))
    folder = out / clip.id
    write_faces(scored.table, folder, as_csv=pipeline.csv)
    if pipeline.pictures:
        _draw(scored, folder / "timeline.png")
    write_json(
        folder / "summary.json",
        {
            "video": clip.id,
            "width": scored.video.width,
            "height": scored.video.height,
            "seconds": scored.video.duration,
            "frames": scored.row.frames,
            "face_frames": scored.row.face_frames,
            "faces": scored.row.faces,
            "dominant": scored.row.dominant,
            **({} if scored.row.prediction is None else {"prediction": asdict(scored.row.prediction)}),
            "error": scored.row.error,
            "seconds_taken": {**{stage: round(s, 3) for stage, s in scored.stages.items()}, "all": round(perf_counter() - started, 3)},
            **ran,
        },
    )
    return scored.row


def _draw(scored: one_video.Scored, path: Path) -> None:
    from videoemo.plots import timeline

    course, mean = scored.table.course(), scored.row.mean
    assert mean is not None  # a scored video has a mean, if only of NaN
    timeline(
        path,
        name=scored.row.video,
        classes=scored.table.classes,
        seconds=course.seconds,
        probabilities=course.probabilities,
        n_faces=course.n_faces,
        mean=mean,
        dominant=scored.row.dominant,
        thumbnails=scored.gallery.chosen(),
        notice=scored.row.error or None,
    )


def score(path: str | Path, *, pipeline: str | None = None, **settings: Any) -> pd.DataFrame:
    """The faces table of a video, a picture, or a folder of them, as `videoemo score` writes it.

    Parameters
    ----------
    path : the video or folder; a folder's table begins with a column `video`.
    pipeline : the name or path of a pipeline, by default `score`.
    **settings : any key of the pipeline, such as `faces="largest"`, `every=5`, `fps=2.0`, `min_face=60`.

    Returns
    -------
    One row a face a sampled frame: frame, seconds, face, x, y, width, height (px), score, then the probability of each class (0 to 1);
    a frame without a face keeps one row whose face columns are missing.

    Raises
    ------
    InputError : the path, or a setting, cannot be used.
    VideoError : a video cannot be read.

    Examples
    --------
    >>> import videoemo
    >>> faces = videoemo.score("interview.mp4", every=5)  # doctest: +SKIP
    """
    import pandas as pd

    chosen = change(load_pipeline(pipeline), **settings)
    clips = find_clips([Path(path)], picture_folders=chosen.fps is not None)
    models = one_video.load_models(chosen)
    tables: dict[str, pd.DataFrame] = {clip.id: one_video.score_video(clip, chosen, models).table.to_arrow().to_pandas() for clip in clips}
    if len(clips) == 1 and clips[0].path == Path(path):
        return tables[clips[0].id]
    return pd.concat(tables, names=["video"]).reset_index(level="video").reset_index(drop=True)
