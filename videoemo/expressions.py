"""A video's frames, the faces in them, and what each expresses: a pipeline of stages that work at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from videoemo import faces as face_room
from videoemo.ahead import ahead
from videoemo.effort import Effort
from videoemo.networks import Models
from videoemo.recipes import Pipeline
from videoemo.records import Faces, Features, Frames
from videoemo.sampling import sample
from videoemo.stillness import moving
from videoemo.video import Video, frames

__all__ = ["expressions", "sampled"]

# Batches that wait between two stages: enough that neither waits for the other, few enough that memory stays small.
_AHEAD = 2


def expressions(
    video: Video,
    pipeline: Pipeline,
    models: Models,
    *,
    effort: Effort | None = None,
    progress: Callable[[int, float], None] | None = None,
) -> Iterator[tuple[Frames, Faces, Features]]:
    """The sampled frames of a video in batches, the faces selected in them, with their crops, and what each expresses.

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
    )
    # Four stages at a time: while the faces of some frames are looked at, those of the next are found, first in some frames and then between
    # them, and the next but one are decoded.
    look, spent = _Looking(pipeline, models), Effort() if effort is None else effort
    read = ahead(spent.of("read", moving(spent.counted(reading), threshold=pipeline.skip_still)), n=_AHEAD)
    searched = ahead(spent.of("find", look.now_and_then(spent.of("find", read, before=True))), n=_AHEAD)
    found = ahead(spent.of("find", look.between(spent.of("find", searched, before=True))), n=_AHEAD)
    for batch, faces in found:
        with spent.at("express"):
            features = models.extractor(faces.crops or ())
        if progress is not None:
            progress(len(batch), int(np.searchsorted(wanted, batch.index[-1], side="right")) / len(wanted))
        yield batch, faces, features


def _sampling_rate(video: Video, pipeline: Pipeline) -> float | None:
    """A folder's fps is the rate its pictures were taken at, and no rate of sampling."""
    return None if video.pictures else pipeline.fps


def sampled(video: Video, pipeline: Pipeline) -> npt.NDArray[np.int64]:
    """The indices of the frames that a pipeline asks for, int64 (n,)."""
    return sample(video.seconds, every=pipeline.every, fps=_sampling_rate(video, pipeline), start=pipeline.start, end=pipeline.end)


class _Looking:
    """The two steps in which faces are found, and how they are cropped."""

    def __init__(self, pipeline: Pipeline, models: Models) -> None:
        self._search = face_room.Search(pipeline.min_face, pipeline.thresholds, pipeline.pyramid_factor, pipeline.order)
        self._pipeline, self._networks, self._card = pipeline, models.networks, models.extractor.card

    def now_and_then(self, batches: Iterator[Frames]) -> Iterator[face_room.Searched]:
        seconds = self._pipeline.full_search
        return face_room.search_now_and_then(batches, networks=self._networks, search=self._search, full_search=seconds)

    def between(self, searched: Iterator[face_room.Searched]) -> Iterator[tuple[Frames, Faces]]:
        card = self._card
        align = card.align if self._pipeline.align is None else self._pipeline.align
        for batch, found in face_room.search_between(searched, networks=self._networks, search=self._search):
            chosen = face_room.select(found, self._pipeline.faces)
            yield batch, face_room.crop(batch, chosen, kind=card.crop, size=card.input_size, scale=card.crop_scale, align=align)
