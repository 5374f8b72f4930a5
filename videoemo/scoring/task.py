"""One video scored in a worker process, into a folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from videoemo.analysis.video import ProgressReport
from videoemo.config.pipeline import Pipeline
from videoemo.inference.models import LoadedNetworks
from videoemo.runs.attempt import attempt
from videoemo.runs.job import Job, Work
from videoemo.runs.state.paths import result_folder
from videoemo.runs.workers.interfaces import WorkerCrash
from videoemo.scoring.outputs import wanted_outputs
from videoemo.scoring.provenance import video_location
from videoemo.scoring.video import score_video
from videoemo.tables.summary import Failure, to_summary
from videoemo.tables.videos import VideoRow
from videoemo.util.files import write_json
from videoemo.util.timings import StageTimer
from videoemo.video import Video

if TYPE_CHECKING:
    from videoemo.classification.model_file import FittedClassifier

__all__ = ["prepare"]


def prepare(
    pipeline: Pipeline,
    networks: LoadedNetworks,
    ran: dict[str, Any],
    classifier: FittedClassifier | None,
    out: Path,
) -> Work:
    """Prepare the work on videos; what comes back scores one, or says why it failed.

    Parameters
    ----------
    pipeline : Pipeline
        With the extractor that serves.
    networks : LoadedNetworks
        Its networks.
    ran : dict of str to object
        What the summaries say of the run.
    classifier : FittedClassifier or None
        Classifies each video.
    out : Path
        The folder of all results.
    """
    if classifier is not None:
        from videoemo.classification.predict import ClipClassifier

        networks = replace(networks, predictor=ClipClassifier(classifier, networks.card))

    def work(job: Job, report: ProgressReport) -> VideoRow | Failure | WorkerCrash:
        return attempt(job.clip, lambda: _score_into(job, pipeline, networks, ran, out, report))

    return work


def _score_into(
    job: Job,
    pipeline: Pipeline,
    networks: LoadedNetworks,
    ran: dict[str, Any],
    out: Path,
    report: ProgressReport,
) -> VideoRow:
    started, timer = perf_counter(), StageTimer()
    _remove_unfinished(job.folder)
    scored = score_video(job.clip, pipeline, networks, timer=timer, progress=report)
    with timer.stage("write"):
        for output in wanted_outputs(pipeline, classifier=networks.predictor is not None):
            if output.has is None or output.has(scored):
                output.write(scored, job.folder / output.name)
        presentation = scored.presentation()
        group = {"group": scored.group.summary()} if pipeline.outputs.group else {}
    seconds = [*timer.seconds.items(), ("all", perf_counter() - started)]
    write_json(
        job.folder / "summary.json",
        {
            **to_summary(scored.row, scored.table.classes),
            **group,
            "cuts": [round(seconds, 6) for seconds in scored.cuts],
            **video_location(job.clip.path, result_folder(out, job.clip.id)),
            **_clock(scored.video),
            "width": scored.video.width,
            "height": scored.video.height,
            **({"presentation": presentation} if presentation else {}),
            "seconds_taken": {name: round(value, 3) for name, value in seconds},
            "key": job.key,
            **ran,
        },
    )
    return scored.row


def _clock(video: Video) -> dict[str, Any]:
    """From where players count, where that is not 0."""
    if not video.clock_start:
        return {}
    return {"clock_start": round(video.clock_start, 6), "clock_is_free": video.clock_is_free}


def _remove_unfinished(folder: Path) -> None:
    """Remove what a worker that died on the same video left half written; what it had written whole
    is written again.
    """
    for path in folder.glob(".*.part*"):
        path.unlink()
