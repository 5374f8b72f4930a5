"""A video file analyzed: probed, its frames sampled and decoded, and each batch analyzed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from videoemo.analysis.stages import AnalyzedFrames, analyze_frames, make_reid
from videoemo.config.pipeline import Pipeline
from videoemo.faces.tracking.reid import Reid
from videoemo.inference.models import LoadedNetworks
from videoemo.records import Clip, Frames
from videoemo.util.timings import StageTimer
from videoemo.video import Video, frames, probe, sample

__all__ = ["ProgressReport", "SampledVideo", "analyze_video", "sample_video"]

# Called after each batch with the number of frames it held, and the share of the video that is
# done, 0 to 1.
ProgressReport = Callable[[int, float], None]


@dataclass
class SampledVideo:
    """A video and the frames that a pipeline asks for.

    Parameters
    ----------
    video : Video
        What its container says.
    index : int64 (n,)
        The frames asked for, ascending.
    n_decoded : int, default=0
        How many of them were decoded so far.
    sizes : set of tuple of (int, int)
        Width and height of those decoded so far, in px, before they were scaled to the video's.
    cuts : list of float
        The times of the cuts found so far, in seconds: of the first frames of shots.
    """

    video: Video
    index: npt.NDArray[np.int64]
    n_decoded: int = 0
    sizes: set[tuple[int, int]] = field(default_factory=set)
    cuts: list[float] = field(default_factory=list)

    @property
    def n_missing(self) -> int:
        """How many frames could not be decoded, once all were read."""
        return len(self.index) - self.n_decoded

    @property
    def other_sizes(self) -> list[tuple[int, int]]:
        """The sizes of frames that were scaled to the first one's, the largest first."""
        return sorted(self.sizes - {(self.video.width, self.video.height)}, reverse=True)

    def count(self, batches: Iterable[Frames]) -> Iterator[Frames]:
        """The same batches, their frames counted as decoded."""
        for batch in batches:
            self.n_decoded += len(batch)
            yield batch

    def share(self, index: int) -> float:
        """The share of the frames asked for up to this one, 0 to 1."""
        return int(np.searchsorted(self.index, index, side="right")) / len(self.index)


def sample_video(clip: Clip, pipeline: Pipeline, timer: StageTimer) -> SampledVideo:
    """Probe a video, and choose its frames.

    Raises
    ------
    VideoError
        The video cannot be read.
    """
    sampling = pipeline.sampling
    with timer.stage("probe"):
        video = probe(
            clip.path,
            fps=sampling.fps,
            stream=sampling.stream,
            max_pixels=sampling.max_pixels,
        )
        rate = _sampling_rate(video, pipeline)
        start, end = sampling.start, sampling.end
        index = sample(video.seconds, every=sampling.every, fps=rate, start=start, end=end)
    return SampledVideo(video, index)


def analyze_video(
    sampled: SampledVideo,
    pipeline: Pipeline,
    networks: LoadedNetworks,
    *,
    timer: StageTimer | None = None,
    progress: ProgressReport | None = None,
    reid: Reid | None = None,
) -> Iterator[AnalyzedFrames]:
    """Decode the frames of a video and analyze them; see `analyze_frames`.

    Parameters
    ----------
    sampled : SampledVideo
        Its decoded frames are counted.
    pipeline : Pipeline
        The settings.
    networks : LoadedNetworks
        What analyzes the frames.
    timer : StageTimer or None
        Where the work of each stage is added up.
    progress : callable or None
        Called with each batch.
    reid : Reid or None
        What re-identifies persons; None for what the pipeline says.

    Raises
    ------
    VideoError
        The video cannot be read.
    """
    sampling, executor = pipeline.sampling, networks.executor
    decoded = frames(
        sampled.video,
        every=sampling.every,
        fps=_sampling_rate(sampled.video, pipeline),
        start=sampling.start,
        end=sampling.end,
        decoder=sampling.decoder,
        max_pixels=sampling.max_pixels,
        empty=executor.empty,
        sizes=sampled.sizes,
    )
    batches = sampled.count(decoded)
    analyzed = analyze_frames(
        batches,
        executor,
        pipeline,
        timer=timer,
        n_frames=len(sampled.index),
        cuts=sampled.cuts,
        reid=make_reid(pipeline, networks.identifier) if reid is None else reid,
    )
    for batch in analyzed:
        if progress is not None:
            progress(len(batch.frames), sampled.share(batch.frames.index[-1]))
        yield batch


def _sampling_rate(video: Video, pipeline: Pipeline) -> float | None:
    """A folder's fps is the rate its pictures were taken at, and no rate of sampling."""
    return None if video.pictures else pipeline.sampling.fps
