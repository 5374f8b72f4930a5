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
from videoemo.faces.last_looks import PATCH, patch_of
from videoemo.faces.quality import face_quality, grey_crop, laplacian_variance
from videoemo.faces.select import select_faces
from videoemo.inference.extractor import Extractor, open_extractor
from videoemo.inference.resolve import Resolved
from videoemo.records import Faces, Features, Frames
from videoemo.util.arrays import Float32Array
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
        found = self._find(segment, timer)
        with timer.stage("embed"):
            sharpness: list[float] = []
            features = self.extractor(_measured(_crops(found), sharpness))
            parts = self._measured_parts(found, sharpness)
        return Timed([(faces, features[here]) for faces, here in parts], timer.seconds)

    def find_in_segment(self, segment: Segment) -> Timed[list[tuple[Faces, Float32Array]]]:
        """Detect and crop the faces of each part of a segment, as `analyze_segment` does, and embed
        none.

        Returns
        -------
        Timed
            A part each: the faces selected, with `quality`, and the patch of each (`patch_of`),
            float32 (m, PATCH, PATCH).
        """
        timer = StageTimer()
        found = self._find(segment, timer)
        with timer.stage("crop"):
            greys = [grey_crop(crop) for crop in _crops(found)]
            patches = np.array([patch_of(grey) for grey in greys], np.float32)
            patches = patches.reshape(-1, PATCH, PATCH)
            parts = self._measured_parts(found, [laplacian_variance(grey) for grey in greys])
        return Timed([(faces, patches[here]) for faces, here in parts], timer.seconds)

    def embed(self, parts: list[tuple[Frames, Faces]]) -> Timed[Features]:
        """Crop and embed faces that were found and selected before, all parts in one."""
        timer = StageTimer()
        with timer.stage("crop"):
            cropped = [self._crop(frames, faces) for frames, faces in parts]
        with timer.stage("embed"):
            features = self.extractor(_crops(cropped))
        return Timed(features, timer.seconds)

    def _find(self, segment: Segment, timer: StageTimer) -> list[Faces]:
        """The faces selected of each part, with crops."""
        with timer.stage("detect"):
            found = detect_segment(segment, networks=self.networks, settings=self.detection)
        with timer.stage("crop"):
            return [
                self._crop(frames, select_faces(faces, self.selection))
                for frames, faces in zip(segment.parts, found, strict=True)
            ]

    def _measured_parts(
        self, parts: list[Faces], sharpness: list[float]
    ) -> list[tuple[Faces, slice]]:
        """The faces of each part with `quality`, and their places among those of all parts."""
        quality = face_quality(np.concatenate([faces.landmarks for faces in parts]), sharpness)
        measured, start = [], 0
        for faces in parts:
            here = slice(start, start + len(faces))
            kept = replace(faces, quality=quality[here], crops=faces.crops if self.crops else None)
            measured.append((kept, here))
            start = here.stop
        return measured

    def _crop(self, frames: Frames, faces: Faces) -> Faces:
        card = self.extractor.card
        return crop_faces(
            frames,
            faces,
            kind=card.crop,
            size=card.input_size,
            scale=card.crop_scale,
            align=self.align,
        )


def _crops(parts: list[Faces]) -> Iterator[npt.NDArray[np.uint8]]:
    """The crops of all parts, one after the other."""
    return (crop for faces in parts for crop in faces.crops or ())


def _measured(
    crops: Iterable[npt.NDArray[np.uint8]], sharpness: list[float]
) -> Iterator[npt.NDArray[np.uint8]]:
    """The same crops; the sharpness of each is measured just before it is embedded, so that its
    pixels need come from memory but once.
    """
    for crop in crops:
        sharpness.append(laplacian_variance(grey_crop(crop)))
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
