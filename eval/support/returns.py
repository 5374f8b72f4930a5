"""Persons who come back: moments of labelled clips one after the other, as if the first person had
left, another one had come, and the first had come back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from time import perf_counter

import numpy as np
import numpy.typing as npt
import pandas as pd

from videoemo.analysis.stages import AnalyzedFrames
from videoemo.analysis.video import analyze_video, sample_video
from videoemo.config.pipeline import change_pipeline, load_pipeline
from videoemo.faces.tracking.identity import IdentityGallery
from videoemo.faces.tracking.reid import AppearanceGallery, Reid
from videoemo.faces.tracking.tracker import Tracker
from videoemo.inference.face_identifier import FaceIdentifier
from videoemo.inference.models import LoadedNetworks
from videoemo.records import Clip, Frames
from videoemo.util.arrays import Float64Array
from videoemo.util.timings import StageTimer

__all__ = ["Moment", "ran_on", "read_moments", "returns"]

# Further clips of one person each, whom no other clip shows.
OTHERS = {"woman": "woman_360p.mp4", "man": "single_face.mp4"}
# Frames of a moment; and seconds between two moments, longer than any track waits.
N_FRAMES, AWAY = 16, 60.0
SIDES = 480, 640
COSINES = (0.85, 0.9, 0.92, 0.94, 0.96, 0.98)


@dataclass(frozen=True)
class Moment:
    """Some frames in which one person is seen.

    Parameters
    ----------
    person : str
        Who it is.
    frames : list of AnalyzedFrames
        Each with the largest face.
    """

    person: str
    frames: list[AnalyzedFrames]

    def starting(self, index: int, seconds: float) -> Iterator[AnalyzedFrames]:
        """The same, beginning with this frame at this time."""
        first = self.frames[0].frames
        for frames, faces, features in self.frames:
            moved = Frames(
                frames.rgb,
                frames.seconds - first.seconds[0] + seconds,
                frames.index - first.index[0] + index,
            )
            at = replace(faces, frame=faces.frame - first.index[0] + index)
            yield AnalyzedFrames(moved, at, features)


def read_moments(media: Path, networks: LoadedNetworks) -> list[Moment]:
    """Moments of all clips that show one known person: of each clip where there are several of the
    person, else of its beginning and its end.
    """
    table = pd.read_csv(media / "clips" / "index.csv", keep_default_na=False)
    clips = defaultdict[str, list[Path]](list)
    for person, file in zip(table["identities"], table["file"], strict=True):
        if person:
            clips[person].append(media / "clips" / file)
    for person, file in OTHERS.items():
        clips[person].append(media / file)
    moments = []
    for person, paths in clips.items():
        for path in paths:
            frames = _analyze(path, networks)
            moments.append(Moment(person, frames[:N_FRAMES]))
            if len(paths) == 1:
                moments.append(Moment(person, frames[-N_FRAMES:]))
    return moments


def _analyze(path: Path, networks: LoadedNetworks) -> list[AnalyzedFrames]:
    """The frames of a clip, each with its largest face."""
    pipeline = change_pipeline(load_pipeline(), faces="largest")
    sampled = sample_video(Clip(path, path.name), pipeline, StageTimer())
    return [
        frame for batch in analyze_video(sampled, pipeline, networks) for frame in _frames(batch)
    ]


def _frames(batch: AnalyzedFrames) -> Iterator[AnalyzedFrames]:
    for i, index in enumerate(batch.frames.index.tolist()):
        here = batch.faces.frame == index
        yield AnalyzedFrames(
            _padded(batch.frames[i : i + 1]), batch.faces[here], batch.features[here]
        )


def _padded(frames: Frames) -> Frames:
    """Frames of one size, whatever clip they are of, so that they could be of one video."""
    height, width = frames.rgb.shape[1:3]
    beside = [(0, SIDES[0] - height), (0, SIDES[1] - width)]
    return replace(frames, rgb=np.pad(frames.rgb, [(0, 0), *beside, (0, 0)]))


class _Counted:
    """An identifier that counts the faces it is asked for. It embeds each but once, so that many
    scenes of the same moments do not take long.
    """

    def __init__(self, identifier: FaceIdentifier) -> None:
        self._identifier = identifier
        self.length, self.crop = identifier.length, identifier.crop
        self.n_faces = 0
        self.crops: list[npt.NDArray[np.uint8]] = []
        self._known: dict[bytes, Float64Array] = {}

    def embed(self, crops: Sequence[npt.NDArray[np.uint8]]) -> Float64Array:
        self.n_faces += len(crops)
        keys = [crop.tobytes() for crop in crops]
        for key, crop in zip(keys, crops, strict=True):
            if key not in self._known:
                self.crops.append(crop)
                self._known[key] = self._identifier.embed([crop])[0]
        return np.stack([self._known[key] for key in keys])


def returns(moments: list[Moment], identifier: FaceIdentifier | None) -> Iterator[str]:
    """Lines on a network for re-identification, or, without one, on the extractor: how alike it
    finds one person's faces and different persons', and whom a tracker recognises by it.
    """
    name = "the extractor" if identifier is None else identifier.extractor.card.name
    yield f"re-identification by {name}:"
    yield _alike(moments, identifier)
    scenes = [
        (first, other, last)
        for first, last in combinations(moments, 2)
        if first.person == last.person
        for other in moments[:: len(moments) // 7]
        if other.person != first.person
    ]
    counted = None if identifier is None else _Counted(identifier)
    for min_cosine in COSINES:
        right = wrong = 0
        for scene in scenes:
            reid: Reid = (
                AppearanceGallery(min_cosine)
                if counted is None
                else IdentityGallery(min_cosine, counted)
            )
            first, other, last = _numbers(scene, reid)
            right += first == last != other
            wrong += other in (first, last)
        line = (
            f"  track_reid {min_cosine:g}: {right} of {len(scenes)} who come back are known, "
            f"{wrong} taken for another, or another for them"
        )
        yield line
    if counted is not None:
        n = counted.n_faces / len(COSINES) / len(scenes)
        yield f"  it ran on {n:.1f} of {3 * N_FRAMES} faces of such a scene"


def ran_on(path: Path, networks: LoadedNetworks, identifier: FaceIdentifier) -> str:
    """On how many faces of a clip a network for re-identification runs, and how long it takes."""
    counted, pipeline = _Counted(identifier), load_pipeline()
    sampled = sample_video(Clip(path, path.name), pipeline, StageTimer())
    reid = IdentityGallery(1.0, counted)  # nobody is recognised, which takes longest
    n = sum(len(batch.faces) for batch in analyze_video(sampled, pipeline, networks, reid=reid))
    started = perf_counter()
    for crop in counted.crops:
        identifier.embed([crop])
    return (
        f"  {path.name}: it ran on {counted.n_faces} of {n} faces, {perf_counter() - started:.2f} s"
    )


def _numbers(scene: tuple[Moment, ...], reid: Reid) -> list[int]:
    """The number that most faces of each moment are given."""
    tracker, numbers = Tracker(gap=2.0, reid=reid), []
    for i, moment in enumerate(scene):
        given = [
            tracker.update(*batch) for batch in moment.starting(i * N_FRAMES, i * (AWAY + N_FRAMES))
        ]
        numbers.append(int(np.bincount(np.concatenate(given)).argmax()))
    return numbers


def _alike(moments: list[Moment], identifier: FaceIdentifier | None) -> str:
    """Percentiles of cosines of the faces of two moments, in every fifth frame."""
    vectors, of = [], []
    for i, moment in enumerate(moments):
        for frames, faces, features in moment.frames[::5]:
            rows = features.embedding.astype(np.float64)
            if identifier is not None and len(faces):
                rows = identifier.embed(identifier.crop(frames, faces))
            vectors.append(rows / np.linalg.norm(rows, axis=1, keepdims=True))
            of += [i] * len(rows)
    embeddings, moment_of = np.concatenate(vectors), np.array(of)
    person = np.array([moment.person for moment in moments])[moment_of]
    cosines = embeddings @ embeddings.T
    pair = moment_of[:, None] < moment_of
    same = person[:, None] == person
    told = [
        " / ".join(f"{value:.3f}" for value in np.percentile(cosines[chosen], [5, 50, 95]))
        for chosen in (pair & same, pair & ~same)
    ]
    return (
        f"  cosine of one person's faces at two times {told[0]}, of two persons' {told[1]} (5th / "
        "50th / 95th percentile)"
    )
