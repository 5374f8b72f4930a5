"""Videos scored where this runs: in a worker process, into a folder; or in the user's own Python, into a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from videoemo.datasets import PICTURES, find_clips
from videoemo.group import group_affect, shown, write_course, write_pairs
from videoemo.networks import Models, load_models
from videoemo.persons import write_tracks
from videoemo.pipeline import Scored, score_video
from videoemo.provenance import write_json
from videoemo.recipes import Pipeline, change, load_pipeline
from videoemo.smoothing import smooth
from videoemo.tables import FaceTable, VideoRow, write_faces
from videoemo.windows import write_windows
from videoemo.work.attempt import attempt
from videoemo.work.crew import Lost
from videoemo.work.jobs import Job
from videoemo.work.rows import Failure, row_fields

if TYPE_CHECKING:
    import pandas as pd

    from videoemo.model import Model

__all__ = ["prepare", "score"]


def prepare(pipeline: Pipeline, ran: dict[str, Any], model: Model | None) -> Callable[[Job, Callable[[int, float], None]], VideoRow | Failure | Lost]:
    """Load the networks; what comes back scores one video, or says why it failed, and reports the frames done and the share of the video.

    Parameters
    ----------
    ran : what the summaries say of the run.
    model : classifies each video.

    Raises
    ------
    WeightsError : weights that are missing or damaged.
    """
    models = load_models(pipeline)
    if model is not None:
        from videoemo.prediction import ClipClassifier

        models = replace(models, classify=ClipClassifier(model, models.card))

    def work(job: Job, report: Callable[[int, float], None]) -> VideoRow | Failure | Lost:
        return attempt(job.clip, lambda: _score_into(job, pipeline, models, ran, report))

    return work


def _score_into(job: Job, pipeline: Pipeline, models: Models, ran: dict[str, Any], report: Callable[[int, float], None]) -> VideoRow:
    started = perf_counter()
    _tidy(job.folder)
    scored = score_video(job.clip, pipeline, models, progress=report)
    write_faces(scored.table, job.folder, as_csv=pipeline.csv)
    write_tracks(scored.table, job.folder / "tracks.csv", smoothing=pipeline.smoothing)
    if models.classify is not None:
        write_windows(scored.windows, models.classify.scores, job.folder / "windows.csv")
    drawn = scored.table if scored.table.smoothed or not pipeline.pictures else smooth(scored.table, pipeline.smoothing)
    if pipeline.pictures:
        _draw(scored, drawn, job.folder / "timeline.png")
    together = _together(scored, drawn, pipeline, job.folder) if pipeline.group else {}
    write_json(
        job.folder / "summary.json",
        {
            **row_fields(scored.row, scored.table.classes),
            **together,
            "width": scored.video.width,
            "height": scored.video.height,
            "seconds_taken": {**{stage: round(s, 3) for stage, s in scored.effort.seconds.items()}, "all": round(perf_counter() - started, 3)},
            "key": job.key,
            **ran,
        },
    )
    return scored.row


def _tidy(folder: Path) -> None:
    """Remove what a worker that died on the same video left half written; what it had written whole is written again."""
    for path in folder.glob(".*.part*"):
        path.unlink()


def _together(scored: Scored, drawn: FaceTable, pipeline: Pipeline, folder: Path) -> dict[str, Any]:
    """Write what the persons of a video display together, and draw it from a table that may be smoothed; what comes back is for the summary."""
    affect = group_affect(
        scored.table, window=pipeline.group_window, synchrony_window=pipeline.synchrony_window, synchrony_lag=pipeline.synchrony_lag
    )
    write_course(affect.course, scored.table.classes, folder / "group.parquet")
    if affect.pairs:
        write_pairs(affect.pairs, folder / "synchrony.csv")
    if pipeline.pictures and affect.has_picture():
        from videoemo.plots import group

        group(
            folder / "group.png",
            replace(affect, faces=shown(drawn)),
            name=scored.row.video,
            portraits=scored.portraits.chosen(),
            windows=scored.windows,
            smoothed=drawn.smoothed,
            notice=scored.row.error or None,
        )
    return {"group": affect.summary()}


def _draw(scored: Scored, table: FaceTable, path: Path) -> None:
    from videoemo.plots import timeline

    course, mean = table.course(), scored.row.mean
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
        thumbnails=scored.thumbnails,
        smoothed=table.smoothed,
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
    One row a face a sampled frame: frame, seconds, face, track (the number of its person), x, y, width, height (px), score, sharpness, yaw, pitch
    and roll (degrees), then the probability of each class (0 to 1); a frame without a face keeps one row whose face columns are missing.

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
    with load_models(chosen, beside=any(clip.path.suffix.lower() not in PICTURES for clip in clips)) as models:
        tables: dict[str, pd.DataFrame] = {clip.id: score_video(clip, chosen, models).table.to_arrow().to_pandas() for clip in clips}
    if len(clips) == 1 and clips[0].path == Path(path):
        return tables[clips[0].id]
    return pd.concat(tables, names=["video"]).reset_index(level="video").reset_index(drop=True)
