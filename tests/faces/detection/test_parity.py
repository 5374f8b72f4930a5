"""The cascade finds what facenet-pytorch's MTCNN finds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from matplotlib import cbook
from PIL import Image

from tests.support.faces import at_times
from videoemo.backends.mtcnn_openvino import load_networks
from videoemo.backends.runtime import Runtime
from videoemo.faces.detection.mtcnn import detect
from videoemo.faces.detection.networks import Networks
from videoemo.records import Faces, Frames

Settings = dict[str, Any]

# Fine enough that one pixel more or less in a crop of R- or O-Net shows.
PIXELS = 1e-3


def portrait() -> npt.NDArray[np.uint8]:
    """The picture that matplotlib ships: Grace Hopper, 512 x 600."""
    with Image.open(str(cbook.get_sample_data("grace_hopper.jpg", asfileobj=False))) as picture:
        return np.asarray(picture.convert("RGB"))


def some_frames(path: Path, *, n: int) -> Frames:
    """n frames spread over a clip, or a picture."""
    capture = cv2.VideoCapture(str(path))
    every = max(1, int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) // n)
    pictures: list[npt.NDArray[Any]] = []
    number = 0
    while len(pictures) < n and capture.grab():
        if number % every == 0:
            pictures.append(capture.retrieve()[1][..., ::-1])
        number += 1
    return at_times(np.array(pictures, np.uint8))


def found_by(detector: Any, frames: Frames) -> Faces:
    """What facenet-pytorch finds, frame by frame (its batches fail where frames hold different
    numbers of faces), inside the frame.
    """
    boxes, scores, points, index = (
        [np.empty((0, 4))],
        [np.empty(0)],
        [np.empty((0, 5, 2))],
        [np.empty(0)],
    )
    for i, rgb in zip(frames.index, frames.rgb, strict=True):
        found, probability, landmarks = detector.detect(rgb, landmarks=True)
        if found is not None:
            boxes.append(found.astype(float).clip(0, rgb.shape[1::-1] * 2))
            scores.append(probability.astype(float))
            points.append(landmarks.astype(float))
            index.append(np.full(len(found), i))
    return Faces(
        np.concatenate(boxes).astype(np.float32),
        np.concatenate(scores).astype(np.float32),
        np.concatenate(points).astype(np.float32),
        np.concatenate(index).astype(np.int64),
    )


def matched(ours: Faces, theirs: Faces) -> int:
    """How many of their faces have one of ours at an IoU of 0.5 or more."""
    start = np.maximum(ours.boxes[:, None, :2], theirs.boxes[:, :2])  # (ours, theirs, 2)
    stop = np.minimum(ours.boxes[:, None, 2:], theirs.boxes[:, 2:])
    common = (stop - start).clip(min=0).prod(axis=-1)
    area, their_area = (
        (faces.boxes[:, 2:] - faces.boxes[:, :2]).prod(axis=1) for faces in (ours, theirs)
    )
    iou = common / (area[:, None] + their_area - common) * (ours.frame[:, None] == theirs.frame)
    return int((iou >= 0.5).any(axis=0).sum())


def assert_same(ours: Faces, theirs: Faces) -> None:
    """The same faces, in the same order, to float rounding."""
    assert ours.frame.tolist() == theirs.frame.tolist()
    np.testing.assert_allclose(ours.boxes, theirs.boxes, rtol=0, atol=PIXELS)
    np.testing.assert_allclose(ours.landmarks, theirs.landmarks, rtol=0, atol=PIXELS)
    np.testing.assert_allclose(ours.scores, theirs.scores, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({}, {"min_face_size": 40}),
        ({"min_face": 20}, {"min_face_size": 20}),
        (
            {"min_face": 64, "thresholds": (0.6, 0.7, 0.9)},
            {"min_face_size": 64, "thresholds": [0.6, 0.7, 0.9]},
        ),
        ({"factor": 0.5}, {"min_face_size": 40, "factor": 0.5}),
        ({"thresholds": (0.2, 0.1, 0.05)}, {"min_face_size": 40, "thresholds": [0.2, 0.1, 0.05]}),
    ],
    ids=["default", "small", "sure", "coarse", "doubtful"],
)
def test_it_finds_the_same_in_a_portrait(
    networks: Networks, peer: Callable[..., Any], ours: Settings, theirs: Settings
) -> None:
    frames = at_times(portrait()[None])
    found = detect(frames, networks=networks, **ours)
    assert len(found) >= 1
    assert_same(found, found_by(peer(keep_all=True, **theirs), frames))


def test_a_face_is_the_same_in_any_company(networks: Networks) -> None:
    rgb = portrait()
    frames = at_times(
        np.stack([rgb, rgb[:, ::-1], np.zeros_like(rgb), rgb[::-1], np.roll(rgb, 37, axis=1)])
    )
    together = detect(frames, networks=networks, min_face=20)
    for i in range(len(frames)):
        alone = detect(frames[i : i + 1], networks=networks, min_face=20)
        assert_same(together[together.frame == i], alone)


def test_with_a_rough_look_in_bfloat16_the_same_is_found_to_the_bit() -> None:
    rgb = portrait()
    frames = at_times(
        np.stack(
            [
                rgb,
                rgb[:, ::-1],
                np.roll(rgb, 37, axis=1),
                rgb[::2, ::2].repeat(2, axis=0).repeat(2, axis=1),
            ]
        )
    )
    exact, rough = (
        load_networks(Runtime("openvino", precision=precision))
        for precision in ("float32", "bfloat16")
    )
    assert rough.rough_onet is not None
    (one, other) = (
        detect(frames, networks=networks, min_face=20, thresholds=(0.5, 0.3, 0.3))
        for networks in (exact, rough)
    )
    assert len(one) >= len(frames)
    for name in ("boxes", "scores", "landmarks", "frame"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "n_frames"),
    [
        ("group_1080p.mp4", 3),
        ("woman_360p.mp4", 12),
        ("single_face.mp4", 8),
        ("no_face.mp4", 6),
        ("vfr_noface_face.mov", 8),
        ("multi_face.jpg", 1),
        ("single_face.jpg", 1),
        ("group_1.jpg", 1),
        ("no_face.jpg", 1),
    ],
)
def test_it_finds_the_same_in_real_clips(
    shared: Path, networks: Networks, peer: Callable[..., Any], name: str, n_frames: int
) -> None:
    frames = some_frames(shared / "media" / name, n=n_frames)
    ours = detect(frames, networks=networks)
    theirs = found_by(peer(keep_all=True, min_face_size=40), frames)
    assert matched(ours, theirs) >= 0.99 * len(theirs)
    assert matched(theirs, ours) >= 0.99 * len(ours)
