"""The embeddings of one clip's faces, written by a worker process into a folder."""

from __future__ import annotations

import numpy as np

from videoemo.analysis.face_buffer import EmbeddingBuffer
from videoemo.analysis.video import ProgressReport, analyze_video, sample_video
from videoemo.config.pipeline import Pipeline
from videoemo.extraction.stretch import analyze_stretch, probe_stretch
from videoemo.features.embeddings import EMBEDDINGS, ClipEmbeddings, EmbeddingWriter
from videoemo.inference.models import LoadedNetworks
from videoemo.runs.attempt import attempt
from videoemo.runs.job import Job, Work
from videoemo.runs.workers.interfaces import WorkerCrash
from videoemo.tables.summary import Failure, to_summary
from videoemo.tables.tracks import longest_track
from videoemo.tables.videos import VideoRow
from videoemo.util.files import write_json
from videoemo.util.timings import StageTimer

__all__ = ["prepare"]


def prepare(pipeline: Pipeline, networks: LoadedNetworks) -> Work:
    """Prepare the work on clips; what comes back writes the embeddings of one, or says why it
    failed.

    Parameters
    ----------
    pipeline : Pipeline
        With the extractor that serves.
    networks : LoadedNetworks
        Its networks.
    """

    def work(job: Job, report: ProgressReport) -> VideoRow | Failure | WorkerCrash:
        return attempt(job.clip, lambda: _extract_into(job, pipeline, networks, report))

    return work


def _extract_into(
    job: Job, pipeline: Pipeline, networks: LoadedNetworks, report: ProgressReport
) -> VideoRow:
    timer, length, stretch = StageTimer(), networks.card.embedding, job.clip.stretch
    if stretch is None:
        sampled = sample_video(job.clip, pipeline, timer)
        video = sampled.video
        batches = analyze_video(sampled, pipeline, networks, timer=timer, progress=report)
    else:
        video = probe_stretch(job.clip, pipeline, timer)
        batches = analyze_stretch(
            video, stretch, pipeline, networks.executor, timer=timer, progress=report
        )
    n_frames, buffer = 0, EmbeddingBuffer(length)
    for batch in batches:
        n_frames += len(batch.frames)
        buffer.add(batch.faces, batch.features)
    with timer.stage("write"):
        one_person = pipeline.detection.faces == "track:longest"
        faces = buffer.of(longest_track(buffer.track) if one_person else None)
        found = ClipEmbeddings(job.clip.id, "", "", "", n_frames, *faces)
        writer = EmbeddingWriter(job.folder / EMBEDDINGS, {}, length=length)
        writer.write(found)
        writer.close()
    row = VideoRow(
        video=job.clip.id,
        seconds=video.duration,
        frames=n_frames,
        face_frames=len(np.unique(found.frame)),
        faces=len(found.frame),
    )
    write_json(job.folder / "summary.json", {**to_summary(row, ()), "key": job.key})
    return row
