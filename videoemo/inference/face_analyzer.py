"""Face analyzer: the detector and the extractor together, at work on frames of a video.

It depends on nothing but what it is given, and may run in another process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from videoemo.backends.runtime import Runtime
from videoemo.config.pipeline import Pipeline
from videoemo.faces.crop import crop_faces
from videoemo.faces.detection.keyframes import Keyframes, Segment, detect_keyframes, detect_segment
from videoemo.faces.detection.networks import Networks
from videoemo.faces.detection.settings import DetectionSettings
from videoemo.faces.quality import face_quality, laplacian_variance
from videoemo.faces.select import select_faces
from videoemo.inference.extractor import Extractor, open_extractor
from videoemo.inference.resolve import Resolved
from videoemo.records import Faces, Features, Frames
from videoemo.util.timings import Stage, StageTimer

__all__ = ["FaceAnalyzer", "Timed", "detection_settings", "load_detector", "load_face_analyzer"]

T = TypeVar("T")

# Engine -> the module that runs the detector in it; only that one is imported.
_DETECTORS = {"openvino": "mtcnn_openvino", "torch": "mtcnn_torch"}


class Timed(NamedTuple, Generic[T]):
    """A result, and the seconds that each stage of the work on it took."""

    result: T
    seconds: dict[Stage, float]

    def unwrap(self, timer: StageTimer) -> T:
        """The result, its seconds added to a timer."""
        timer.add(self.seconds)
        return self.result


@dataclass(frozen=True)
class FaceAnalyzer:
    """The networks of a pipeline, and how they are used.

    Parameters
    ----------
    networks : Networks
        The detector's.
    extractor : Extractor
        Embeds the faces.
    detection : DetectionSettings
        How faces are looked for.
    selection : str
        Which are kept, see `select_faces`.
    align : bool
        Whether they are cropped aligned, see `crop_faces`.
    crops : bool
        Whether crops are given back. They may have to travel to another process, which takes as
        long as to measure their sharpness.
    """

    networks: Networks
    extractor: Extractor
    detection: DetectionSettings
    selection: str
    align: bool
    crops: bool

    def detect_keyframes(self, keyframes: Keyframes) -> Timed[Faces]:
        """Detect the faces of whole keyframes."""
        timer = StageTimer()
        with timer.stage("detect"):
            faces = detect_keyframes(keyframes, networks=self.networks, settings=self.detection)
        return Timed(faces, timer.seconds)

    def analyze_segment(self, segment: Segment) -> Timed[list[tuple[Faces, Features]]]:
        """Detect, crop and embed the faces of each part of a segment.

        Returns
        -------
        Timed
            A part each: the faces selected, with `quality`, and their features.
        """
        timer = StageTimer()
        with timer.stage("detect"):
            found = detect_segment(segment, networks=self.networks, settings=self.detection)
        with timer.stage("crop"):
            parts = [self._crop(*part) for part in zip(segment.parts, found, strict=True)]
        with timer.stage("embed"):
            sharpness: list[float] = []
            crops = (crop for faces in parts for crop in faces.crops or ())
            features = self.extractor(_measured(crops, sharpness))
            landmarks = np.concatenate([faces.landmarks for faces in parts])
            quality = face_quality(landmarks, sharpness)
        analyzed, start = [], 0
        for faces in parts:
            here = slice(start, start + len(faces))
            kept = replace(faces, quality=quality[here], crops=faces.crops if self.crops else None)
            analyzed.append((kept, features[here]))
            start = here.stop
        return Timed(analyzed, timer.seconds)

    def _crop(self, frames: Frames, found: Faces) -> Faces:
        card = self.extractor.card
        return crop_faces(
            frames,
            select_faces(found, self.selection),
            kind=card.crop,
            size=card.input_size,
            scale=card.crop_scale,
            align=self.align,
        )


def _measured(
    crops: Iterable[npt.NDArray[np.uint8]], sharpness: list[float]
) -> Iterator[npt.NDArray[np.uint8]]:
    """The same crops; the sharpness of each is measured just before it is embedded, so that its
    pixels need come from memory but once.
    """
    for crop in crops:
        sharpness.append(laplacian_variance(crop))
        yield crop


def load_detector(runtime: Runtime) -> Networks:
    """Load the detector's networks.

    Raises
    ------
    WeightsError
        Its weights are missing or damaged.
    """
    backend = import_module(f"videoemo.backends.{_DETECTORS[runtime.engine]}")
    load_networks: Callable[[Runtime], Networks] = backend.load_networks
    return load_networks(runtime)


def detection_settings(pipeline: Pipeline) -> DetectionSettings:
    """How a pipeline has faces looked for."""
    detection = pipeline.detection
    return DetectionSettings(
        detection.min_face, detection.thresholds, detection.pyramid_factor, detection.order
    )


def load_face_analyzer(resolved: Resolved) -> FaceAnalyzer:
    """Load the networks of a pipeline.

    Raises
    ------
    InputError
        What the pipeline asks for is not here.
    WeightsError
        Weights that are missing or damaged.
    """
    detection = resolved.pipeline.detection
    return FaceAnalyzer(
        load_detector(resolved.runtime),
        open_extractor(
            resolved.card,
            resolved.weights,
            resolved.runtime,
            tuple(head.name for head in resolved.scored.outputs),
        ),
        detection_settings(resolved.pipeline),
        detection.faces,
        resolved.card.align if detection.align is None else detection.align,
        resolved.pipeline.outputs.pictures,
    )
