"""The largest face of a still picture, found and cropped as `score` does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.config.pipeline import change_pipeline, load_pipeline
from videoemo.faces.crop import crop_faces
from videoemo.faces.detection.keyframes import Keyframes, detect_keyframes
from videoemo.faces.detection.networks import Networks
from videoemo.faces.detection.settings import DetectionSettings
from videoemo.faces.select import select_faces
from videoemo.inference.face_analyzer import detection_settings, load_detector
from videoemo.inference.resolve import resolve_runtime
from videoemo.records import Faces, Frames
from videoemo.video import frames
from videoemo.zoo.cards import Card

__all__ = ["FoundFace", "PictureFaces", "load_picture_faces", "read_picture"]

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class FoundFace:
    """A face in its picture.

    Parameters
    ----------
    picture : Frames
        The picture, as the only frame.
    face : Faces
        One face.
    """

    picture: Frames
    face: Faces

    def crop(self, kind: str, *, size: int, scale: float = 1.0, align: bool = False) -> Picture:
        """The crop of a kind, uint8 (h, w, 3); see `faces.crop.crop_faces`."""
        found = crop_faces(self.picture, self.face, kind=kind, size=size, scale=scale, align=align)
        assert found.crops is not None
        return found.crops[0]

    def crop_for(self, card: Card) -> Picture:
        """The crop that a network was trained on, uint8 (h, w, 3)."""
        return self.crop(card.crop, size=card.input_size, scale=card.crop_scale, align=card.align)


@dataclass(frozen=True)
class PictureFaces:
    """Finder of the largest face of a picture.

    Parameters
    ----------
    networks : Networks
        The detector's.
    settings : DetectionSettings
        How faces are looked for.
    """

    networks: Networks
    settings: DetectionSettings

    def __call__(self, rgb: Picture) -> FoundFace | None:
        """The largest face of a picture, uint8 (h, w, 3); None where none is found."""
        picture = Frames(rgb[None], np.zeros(1), np.zeros(1, np.int64))
        found = detect_keyframes(
            Keyframes(picture, np.zeros(1, np.intp)), networks=self.networks, settings=self.settings
        )
        faces = select_faces(found[found.scores > self.settings.thresholds[2]], "largest")
        return FoundFace(picture, faces) if len(faces) else None


def load_picture_faces() -> PictureFaces:
    """Load the detector of `score`, with its settings, and the same numbers on every processor.

    Raises
    ------
    WeightsError
        Its weights are missing or damaged.
    """
    pipeline = change_pipeline(load_pipeline(), precision="float32")
    return PictureFaces(load_detector(resolve_runtime(pipeline)), detection_settings(pipeline))


def read_picture(path: Path) -> Picture:
    """Read a picture as `score` does: upright, RGB, uint8 (h, w, 3).

    Raises
    ------
    InputError
        There is no such file.
    VideoError
        It cannot be read.
    """
    most = load_pipeline().sampling.max_pixels
    return np.asarray(next(frames(path, max_pixels=most)).rgb[0])
