"""The vectors of a clip's faces, written by a worker process into a folder."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from videoemo.expressions import expressions
from videoemo.features import ClipVectors, VectorWriter
from videoemo.kept import Kept
from videoemo.networks import Models, load_models
from videoemo.persons import longest
from videoemo.provenance import write_json
from videoemo.recipes import Pipeline, change
from videoemo.tables import VideoRow
from videoemo.tracking import tracked
from videoemo.video import probe
from videoemo.work.attempt import attempt
from videoemo.work.crew import Lost
from videoemo.work.jobs import VECTORS, Job
from videoemo.work.rows import Failure, row_fields

__all__ = ["prepare"]


def prepare(pipeline: Pipeline) -> Callable[[Job, Callable[[int, float], None]], VideoRow | Failure | Lost]:
    """Load the networks; what comes back writes the vectors of one clip, or says why it failed, and reports as in `scoring.prepare`.

    Raises
    ------
    WeightsError : weights that are missing or damaged.
    """
    models = load_models(change(pipeline, pictures=False))  # none is drawn
    return lambda job, report: attempt(job.clip, lambda: _write(job, pipeline, models, report))


def _write(job: Job, pipeline: Pipeline, models: Models, report: Callable[[int, float], None]) -> VideoRow:
    clip = job.clip
    video = probe(clip.path, fps=pipeline.fps, max_pixels=pipeline.max_pixels)
    length = models.card.embedding
    n_frames, kept = 0, Kept(length)
    for batch, faces, features in tracked(expressions(video, pipeline, models, progress=report), pipeline):
        n_frames += len(batch)
        kept.add(faces, features)
    found = ClipVectors(clip.id, "", "", "", n_frames, *kept.of(longest(kept.track) if pipeline.faces == "track:longest" else None))
    writer = VectorWriter(job.folder / VECTORS, {}, length=length)
    writer.write(found)
    writer.close()
    row = VideoRow(
        video=clip.id,
        seconds=video.duration,
        frames=n_frames,
        face_frames=len(np.unique(found.frame)),
        faces=len(found.frame),
        mean=np.zeros(0, np.float32),  # none: the descriptors are pooled from the vectors
    )
    write_json(job.folder / "summary.json", {**row_fields(row, ()), "key": job.key})
    return row
