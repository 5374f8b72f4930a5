"""Faces of a video covered, and what can be found in the covered video, covered too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.analysis.video import ProgressReport
from videoemo.annotation.covering import Covers, paint
from videoemo.annotation.search import DOUBTFUL
from videoemo.annotation.sparing import best_pairs
from videoemo.config.pipeline import Pipeline
from videoemo.faces.detection.keyframes import Keyframes
from videoemo.inference.executor import Executor, ordered_results
from videoemo.inference.face_analyzer import FaceAnalyzer
from videoemo.records import Faces, Frames
from videoemo.video import frames, prefetch, probe

__all__ = ["FrameCovering"]

# Batches that are decoded ahead.
_AHEAD = 2


@dataclass
class FrameCovering:
    """Covers the faces of a video, and then, as often as asked, what is found in what was written.

    A face may be found only once the one beside it is covered, because of candidates that overlap
    a detector keeps one; and what is drawn beside a cover, or the encoder makes of it, may look
    like a face. So only what was written can tell.

    Parameters
    ----------
    searched : int64 (n,)
        The indices of the frames that were searched for faces, ascending; no other one is handed
        out.
    covers : Covers
        Of the faces found in the original.
    executor : Executor
        What finds faces.
    pipeline : Pipeline
        With which the video was scored.
    mosaic : bool
        See `paint`; what is found in a covered video is covered in grey in any case, because a
        mosaic may look like a face.
    again : Covers
        What was found in what was written so far.
    n_left : int
        How many sure faces were found in what was written last.
    """

    searched: npt.NDArray[np.int64]
    covers: Covers
    executor: Executor
    pipeline: Pipeline
    mosaic: bool
    again: Covers = field(init=False)
    n_left: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.again = self.covers[:0]

    def cover(self, batches: Iterable[Frames]) -> Iterator[Frames]:
        """The same frames, the faces in them covered in place."""
        for decoded in batches:
            batch = decoded[np.isin(decoded.index, self.searched)]
            for rgb, index in zip(batch.rgb, batch.index.tolist(), strict=True):
                paint(rgb, self.covers.at(index), mosaic=self.mosaic)
            yield batch

    def cover_again(self, batches: Iterable[Frames]) -> Iterator[Frames]:
        """The same frames, with all that is drawn on them, and covered in place what was found in
        what was written before.
        """
        for batch in batches:
            for rgb, index in zip(batch.rgb, batch.index.tolist(), strict=True):
                here = self.again.at(index)
                if len(here):
                    paint(rgb, _merged(here, self._spared(index)), mosaic=False)
            yield batch

    def search(self, path: Path, *, progress: ProgressReport) -> bool:
        """Search a covered video, written of the frames that were searched.

        Parameters
        ----------
        path : Path
            The video.
        progress : callable
            Called with each batch of frames, see `ProgressReport`.

        Returns
        -------
        bool
            Whether a sure face is found that is not spared: then it is to be written again.

        Raises
        ------
        VideoError
            It cannot be read.
        """
        found = [self.again]
        self.n_left = 0
        for batch, faces in self._detected(path):
            here = self._not_spared(faces)
            self.n_left += int(here.sure.sum())
            found.append(here)
            progress(len(batch), (int(batch.index[-1]) + 1) / len(self.searched))
        self.again = _merged(*found)
        return self.n_left > 0

    def counts(self) -> dict[str, int]:
        """What is said of them, see `Covers.counts`; and the places that were covered because
        something was `found_again` there, and the faces that are `left` even so.
        """
        return {
            **self.covers.counts(),
            "found_again": len(self.again),
            "left": self.n_left,
        }

    def _detected(self, path: Path) -> Iterator[tuple[Frames, Faces]]:
        sampling = self.pipeline.sampling
        decoded = frames(
            probe(path, max_pixels=sampling.max_pixels),
            decoder=sampling.decoder,
            max_pixels=sampling.max_pixels,
            empty=self.executor.empty,
        )
        submitted = (
            (
                batch,
                self.executor.submit(
                    FaceAnalyzer.detect_keyframes, Keyframes(batch, np.arange(len(batch)))
                ),
            )
            for batch in prefetch(decoded, n=_AHEAD)
        )
        for batch, timed in ordered_results(submitted, n_ahead=self.executor.n_ahead):
            yield batch, timed.result

    def _not_spared(self, found: Faces) -> Covers:
        """The faces that are more likely ones than not, and lie on none that is spared; in frames
        of the original.
        """
        likely = found[found.scores >= DOUBTFUL]
        frame = self.searched[likely.frame]
        kept = np.ones(len(likely), np.bool_)
        for index in np.unique(frame).tolist():
            rows = np.flatnonzero(frame == index)
            kept[rows[best_pairs(likely.boxes[rows], self._spared(index).boxes)[:, 0]]] = False
        n = int(kept.sum())
        return Covers(
            frame[kept],
            likely.boxes[kept],
            np.ones(n, np.bool_),
            likely.scores[kept] >= self.pipeline.detection.thresholds[2],
            np.zeros(n, np.bool_),
        )

    def _spared(self, frame: int) -> Covers:
        here = self.covers.at(frame)
        return here[here.spared]


def _merged(*parts: Covers) -> Covers:
    """All covers of several, by frame."""
    joined = Covers(
        np.concatenate([one.frame for one in parts]),
        np.concatenate([one.boxes for one in parts]),
        np.concatenate([one.detected for one in parts]),
        np.concatenate([one.sure for one in parts]),
        np.concatenate([one.spared for one in parts]),
    )
    return joined[np.argsort(joined.frame, kind="stable")]
