"""One video annotated in a worker process, into a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from videoemo.analysis.video import ProgressReport
from videoemo.annotation.covering import covers_of
from videoemo.annotation.drawing import Drawing
from videoemo.annotation.frame_covering import FrameCovering
from videoemo.annotation.marks import Marks
from videoemo.annotation.search import search_frames, thorough
from videoemo.annotation.style import Style
from videoemo.config.pipeline import Pipeline
from videoemo.inference.models import LoadedNetworks, load_for_pipeline
from videoemo.records import Frames
from videoemo.results import Results, VideoResults, load_results
from videoemo.results.scored_video import probe_scored
from videoemo.runs.attempt import attempt
from videoemo.runs.job import Job, Work
from videoemo.runs.workers.interfaces import WorkerCrash
from videoemo.tables.summary import Failure, to_summary
from videoemo.tables.videos import VideoRow
from videoemo.util.files import write_json
from videoemo.util.messages import count_noun
from videoemo.util.timings import StageTimer
from videoemo.video import Video, frames, prefetch, write_video
from videoemo.video.writing.encoders import Encoder
from videoemo.video.writing.writer import WrittenVideo

__all__ = ["prepare"]

# Batches that are decoded ahead.
_AHEAD = 2
# How often a covered video is written, at most, until no face is found in it: what covers a place
# may make another one look like a face.
_ROUNDS = 8


def prepare(results: Path, style: Style, encoder: Encoder, pipeline: Pipeline | None) -> Work:
    """Load what is needed; what comes back annotates one video, or says why it failed.

    Parameters
    ----------
    results : Path
        The folder of the results.
    style : Style
        What is drawn and covered.
    encoder : Encoder
        What the videos are written by.
    pipeline : Pipeline or None
        With which faces are looked for, where they are covered: that of the first video.

    Raises
    ------
    InputError
        The results cannot be read.
    WeightsError
        Weights that are missing or damaged.
    """
    scored = load_results(results)
    networks = _Networks()
    if pipeline is not None:
        networks.load(pipeline)

    def work(job: Job, report: ProgressReport) -> VideoRow | Failure | WorkerCrash:
        return attempt(
            job.clip, lambda: _annotate_into(job, scored, style, encoder, networks, report)
        )

    return work


class _Networks:
    """The networks of the video at work: the next one was scored by the same, as a rule."""

    def __init__(self) -> None:
        self._pipeline: Pipeline | None = None
        self._loaded: LoadedNetworks | None = None

    def load(self, pipeline: Pipeline) -> LoadedNetworks:
        """The networks of a pipeline."""
        if self._loaded is None or pipeline != self._pipeline:
            if self._loaded is not None:
                self._loaded.executor.close()
            self._loaded, self._pipeline = load_for_pipeline(pipeline), pipeline
        return self._loaded


def _annotate_into(
    job: Job,
    results: Results,
    style: Style,
    encoder: Encoder,
    networks: _Networks,
    report: ProgressReport,
) -> VideoRow:
    timer, one = StageTimer(), results.video(job.clip.id)
    with timer.stage("probe"):
        video = probe_scored(job.clip.path, one)
    marks = Marks(
        one.table,
        video.seconds,
        episodes=one.episodes,
        probabilities=one.smoothed.probabilities,
        cuts=one.cuts,
        longest_step=one.pipeline.tracking.track_gap,
    )
    path, covering = job.folder / f"{style.file_stem}{encoder.suffix}", None
    if style.cover is not None:
        covering = _search(job.clip.path, one, video, marks, style, networks, _part(report, 0))
    for n in range(1, _ROUNDS + 1):
        drawn = _Drawn(
            one,
            video,
            marks,
            style,
            covering,
            report if covering is None else _part(report, 2 * n - 1),
        )
        with timer.stage("write"):
            written = write_video(path, video, drawn.batches(), encoder=encoder, sound=style.sound)
        if covering is None or not covering.search(path, progress=_part(report, 2 * n)):
            break
    row = VideoRow(
        video=one.name,
        error="; ".join(_remarks(written, drawn, covering)),
        seconds=video.duration,
        frames=written.n_frames,
        face_frames=drawn.n_face_frames,
        faces=drawn.n_faces,
    )
    covered = {} if covering is None else {"covered": covering.counts()}
    write_json(job.folder / "summary.json", {**to_summary(row, ()), **covered, "key": job.key})
    return row


def _search(
    path: Path,
    one: VideoResults,
    video: Video,
    marks: Marks,
    style: Style,
    networks: _Networks,
    report: ProgressReport,
) -> FrameCovering:
    """What covers the faces of the video, all its frames searched."""
    pipeline = thorough(one.pipeline, pictures=bool(video.pictures))
    loaded = networks.load(pipeline)
    found = search_frames(path, pipeline, loaded, progress=report)
    covers = covers_of(
        found,
        marks.placed,
        spare=style.spare,
        gap=pipeline.tracking.track_gap,
        sure=one.pipeline.detection.thresholds[2],
    )
    return FrameCovering(found.searched, covers, loaded.executor, one.pipeline, style.mosaic)


def _part(report: ProgressReport, i: int) -> Callable[[int, float], None]:
    """The report of one of the passes through a video whose faces are covered: three as a rule."""
    return lambda n, share: report(n, min(1.0, (share + i) / 3))


@dataclass
class _Drawn:
    """The frames of a video with all that is drawn into them."""

    one: VideoResults
    video: Video
    marks: Marks
    style: Style
    covering: FrameCovering | None
    report: ProgressReport
    n_face_frames: int = 0
    n_faces: int = 0

    def batches(self) -> Iterator[Frames]:
        """Batches of frames; where faces are covered, no frame that was not searched for them."""
        sampling = self.one.pipeline.sampling
        decoded = frames(self.video, decoder=sampling.decoder, max_pixels=sampling.max_pixels)
        batches: Iterator[Frames] = prefetch(decoded, n=_AHEAD)
        if self.covering is not None:
            batches = self.covering.cover(batches)
        batches = self._draw(batches)
        if self.covering is not None:
            batches = self.covering.cover_again(batches)
        for batch in batches:
            yield batch
            if len(batch):
                self.report(len(batch), (int(batch.index[-1]) + 1) / self.video.n_frames)

    def _draw(self, batches: Iterator[Frames]) -> Iterator[Frames]:
        drawing = Drawing(
            self.video.width,
            self.video.height,
            self.one.table.classes,
            bars=self.style.bars,
        )
        for batch in batches:
            for rgb, index in zip(batch.rgb, batch.index.tolist(), strict=True):
                here = self.marks.at(index)
                drawing.draw(rgb, here)
                self.n_face_frames += bool(here)
                self.n_faces += len(here)
            yield batch


def _remarks(written: WrittenVideo, drawn: _Drawn, covering: FrameCovering | None) -> Iterator[str]:
    yield from written.remarks
    if covering is None:
        if not drawn.n_faces:
            yield "no face was found in it: nothing is drawn"
        return
    counts = covering.counts()
    if not counts["frames"] + counts["found_again"]:
        why = "every face in it is spared" if drawn.n_faces else "no face was found in it"
        yield f"{why}: nothing is covered"
        return
    faces, in_frames = count_noun(counts["faces"], "face"), count_noun(counts["frames"], "frame")
    by_track, again = counts["frames_by_track"], counts["found_again"]
    yield (
        f"{faces} covered in {in_frames}"
        + (f", in {by_track:,} of them one by track" if by_track else "")
        + (f", and {count_noun(again, 'place')} where one was found again" if again else "")
    )
    if counts["left"]:
        yield f"{count_noun(counts['left'], 'face')} can be found although covered: look at it"
