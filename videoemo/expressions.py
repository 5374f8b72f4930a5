"""A video's frames, the faces in them, and what each expresses: a pipeline of stages that work at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from videoemo import faces as face_room
from videoemo.ahead import ahead
from videoemo.effort import Effort
from videoemo.hands import in_order
from videoemo.looking import Looker
from videoemo.networks import Models
from videoemo.recipes import Pipeline
from videoemo.records import Faces, Features, Frames
from videoemo.sampling import sample
from videoemo.stillness import moving
from videoemo.video import Video, frames

__all__ = ["expressions", "sampled"]

# Batches that are decoded ahead: enough that nothing waits for them, few enough that memory stays small.
_AHEAD = 2


def expressions(
    video: Video,
    pipeline: Pipeline,
    models: Models,
    *,
    effort: Effort | None = None,
    progress: Callable[[int, float], None] | None = None,
) -> Iterator[tuple[Frames, Faces, Features]]:
    """The sampled frames of a video in batches, the faces selected in them, with their quality, and what each expresses.

    The faces have crops where the pipeline draws pictures.

    Parameters
    ----------
    effort : where the work in `read`, `find` and `express` is added up.
    progress : as in `score_video`.

    Raises
    ------
    VideoError : the video cannot be read.
    """
    wanted = sampled(video, pipeline)
    reading = frames(
        video,
        every=pipeline.every,
        fps=_sampling_rate(video, pipeline),
        start=pipeline.start,
        end=pipeline.end,
        decoder=pipeline.decoder,
        max_pixels=pipeline.max_pixels,
        empty=models.hands.empty,
    )
    hands, spent = models.hands, Effort() if effort is None else effort
    read = ahead(spent.of("read", moving(spent.counted(reading), threshold=pipeline.skip_still)), n=_AHEAD)
    now_and_then = face_room.now_and_then(read, full_search=pipeline.full_search, n_frames=len(wanted))
    planned = ((one, hands.submit(Looker.whole, one.whole)) for one in now_and_then)
    searched = ((one, spent.done(looked)) for one, looked in in_order(planned, n_ahead=hands.n_ahead))
    between = face_room.between(searched, threshold=pipeline.thresholds[2])
    looked_at = in_order(((one, hands.submit(Looker.stretch, one)) for one in between), n_ahead=hands.n_ahead)
    for stretch, looked in looked_at:
        seen = spent.done(looked)
        for batch, (faces, features) in zip(stretch.parts, seen, strict=True):
            if progress is not None:
                progress(len(batch), int(np.searchsorted(wanted, batch.index[-1], side="right")) / len(wanted))
            yield batch, faces, features


def _sampling_rate(video: Video, pipeline: Pipeline) -> float | None:
    """A folder's fps is the rate its pictures were taken at, and no rate of sampling."""
    return None if video.pictures else pipeline.fps


def sampled(video: Video, pipeline: Pipeline) -> npt.NDArray[np.int64]:
    """The indices of the frames that a pipeline asks for, int64 (n,)."""
    return sample(video.seconds, every=pipeline.every, fps=_sampling_rate(video, pipeline), start=pipeline.start, end=pipeline.end)
