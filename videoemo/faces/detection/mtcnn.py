"""Face detection by MTCNN, in whole pictures or in regions of interest."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from videoemo.faces.detection.networks import Networks
from videoemo.faces.detection.pooling import Pictures
from videoemo.faces.detection.roi import RegionsOfInterest, drifted, run_pnet_in_rois
from videoemo.faces.detection.settings import ORDERS, DetectionSettings
from videoemo.faces.detection.stages import (
    Candidates,
    crop_for_onet,
    run_onet,
    run_pnet,
    run_rnet,
    shortlist,
)
from videoemo.faces.detection.tightest import tightest
from videoemo.records import Faces, Frames
from videoemo.util.arrays import Int64Array
from videoemo.util.boxes import area, mutual_best_matches

__all__ = ["concatenate_faces", "detect", "detect_in_pictures", "detect_in_rois"]

# Pixels of the whole frames in one batch: one frame of 1080p, nine of 360p; more is no faster.
MAX_PIXELS = 1 << 21


def detect(
    frames: Frames,
    *,
    networks: Networks,
    min_face: float = 40,
    thresholds: tuple[float, float, float] = (0.6, 0.7, 0.7),
    factor: float = 0.709,
    order: str = "size",
) -> Faces:
    """Detect the faces in whole frames.

    Parameters
    ----------
    frames : Frames
        Any number of frames: memory stays bounded, and the faces of a frame do not depend on
        the others.
    networks : Networks
        P-, R- and O-Net.
    min_face, thresholds, factor, order : float, tuple of (float, float, float), float, str
        See `DetectionSettings`.

    Returns
    -------
    Faces
        In the order of the frames; boxes are clipped to the frame; `crops` is None.

    Raises
    ------
    InputError
        An argument out of range.
    """
    return detect_in_pictures(
        list(frames.rgb),
        frames.index,
        networks,
        DetectionSettings(min_face, thresholds, factor, order),
    )


def detect_in_pictures(
    pictures: Pictures,
    index: Int64Array,
    networks: Networks,
    settings: DetectionSettings,
    *,
    floor: float | None = None,
) -> Faces:
    """Detect faces in whole pictures.

    Parameters
    ----------
    pictures : sequence of uint8 (h, w, 3)
        n pictures of one size.
    index : int64 (n,)
        The index of each picture's frame.
    networks : Networks
        P-, R- and O-Net.
    settings : DetectionSettings
        How faces are detected.
    floor : float or None
        In place of the last threshold.
    """
    if not len(pictures):
        return concatenate_faces([])
    height, width, _ = pictures[0].shape
    scales = settings.scales(width=width, height=height)
    batch_size = max(1, MAX_PIXELS // max(1, height * width))
    found = []
    for start in range(0, len(pictures) if scales else 0, batch_size):
        batch = pictures[start : start + batch_size]
        candidates = run_pnet(
            batch, pnet=networks.pnet, scales=scales, threshold=settings.thresholds[0]
        )
        found.append(
            _run_rnet_and_onet(
                batch,
                candidates,
                index[start : start + batch_size],
                networks,
                settings,
                floor=floor,
            )
        )
    return concatenate_faces(found)


def detect_in_rois(
    pictures: Pictures,
    index: Int64Array,
    rois: RegionsOfInterest,
    networks: Networks,
    settings: DetectionSettings,
) -> Faces:
    """Detect faces in regions of interest of pictures.

    O-Net gets only the tightest candidates of each face (`tightest`). A face found away from every
    region of interest (`roi.drifted`) is detected once more, in a region about where it was found.

    Parameters
    ----------
    pictures : sequence of uint8 (h, w, 3)
        n pictures of one size.
    index : int64 (n,)
        The index of each picture's frame, ascending.
    rois : RegionsOfInterest
        The regions; `rois.position` counts the pictures.
    networks : Networks
        P-, R- and O-Net.
    settings : DetectionSettings
        How faces are detected.
    """
    if not len(rois.position):
        return concatenate_faces([])
    faces = _detect_in_rois_once(pictures, index, rois, networks, settings)
    found = RegionsOfInterest(faces.boxes, np.searchsorted(index, faces.frame))
    away = np.flatnonzero(drifted(found, rois))
    if not len(away):
        return faces
    around = RegionsOfInterest(found.boxes[away], found.position[away])
    second = _detect_in_rois_once(pictures, index, around, networks, settings)
    faces = _replace_drifted(faces, away, second)
    return _sort_faces(faces, faces.frame, settings)


def _detect_in_rois_once(
    pictures: Pictures,
    index: Int64Array,
    rois: RegionsOfInterest,
    networks: Networks,
    settings: DetectionSettings,
) -> Faces:
    height, width, _ = pictures[0].shape
    scales = settings.scales(width=width, height=height)
    candidates = run_pnet_in_rois(
        pictures, rois, pnet=networks.pnet, scales=scales, threshold=settings.thresholds[0]
    )
    return _run_rnet_and_onet(pictures, candidates, index, networks, settings, keep=tightest)


def _replace_drifted(faces: Faces, away: npt.NDArray[np.intp], second: Faces) -> Faces:
    """Replace the faces at `away` by their matches in the second detection, where they have one."""
    chosen = np.arange(len(faces))
    for frame in np.unique(faces.frame[away]):
        old, new = away[faces.frame[away] == frame], np.flatnonzero(second.frame == frame)
        i, j = mutual_best_matches(faces.boxes[old], second.boxes[new])
        chosen[old[i]] = len(faces) + new[j]
    return concatenate_faces([faces, second])[chosen]


def concatenate_faces(parts: Sequence[Faces]) -> Faces:
    """Concatenate faces as the detector gives them, without crops, tracks and quality."""
    none = Faces(
        np.empty((0, 4), np.float32),
        np.empty(0, np.float32),
        np.empty((0, 5, 2), np.float32),
        np.empty(0, np.int64),
    )
    parts = [none, *parts]
    return Faces(
        boxes=np.concatenate([part.boxes for part in parts]),
        scores=np.concatenate([part.scores for part in parts]),
        landmarks=np.concatenate([part.landmarks for part in parts]),
        frame=np.concatenate([part.frame for part in parts]),
    )


def _run_rnet_and_onet(
    pictures: Pictures,
    candidates: Candidates,
    index: Int64Array,
    networks: Networks,
    settings: DetectionSettings,
    *,
    floor: float | None = None,
    keep: Callable[[Candidates], Candidates] | None = None,
) -> Faces:
    """Run R- and O-Net; with a last threshold of `floor`, and O-Net only over what `keep` keeps."""
    candidates = run_rnet(
        pictures, candidates, rnet=networks.rnet, threshold=settings.thresholds[1]
    )
    candidates = candidates if keep is None else keep(candidates)
    threshold = settings.thresholds[2] if floor is None else floor
    crops = crop_for_onet(pictures, candidates)
    if networks.rough_onet is not None:
        crops = shortlist(crops, onet=networks.rough_onet, threshold=threshold)
    (boxes, scores, position), landmarks = run_onet(crops, onet=networks.onet, threshold=threshold)
    height, width, _ = pictures[0].shape
    boxes = np.clip(boxes, 0, np.array([width, height] * 2, np.float32))
    faces = _sort_faces(Faces(boxes, scores, landmarks, index[position]), position, settings)
    return faces[area(faces.boxes) > 0]


def _sort_faces(faces: Faces, position: Int64Array, settings: DetectionSettings) -> Faces:
    """Sort faces by the position of their frame, and in a frame by `settings.order`."""
    return faces[np.lexsort((-ORDERS[settings.order](faces), position))]
