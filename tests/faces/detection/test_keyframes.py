"""Faces followed between full searches: what is found, where it is looked for, and that it does not
depend on how frames come.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.faces import at_times
from videoemo.faces.detection import keyframes, tightest
from videoemo.faces.detection.keyframes import (
    detect_keyframes,
    detect_segment,
    interpolate_rois,
    schedule_keyframes,
)
from videoemo.faces.detection.mtcnn import detect, detect_in_rois
from videoemo.faces.detection.networks import Networks, RNet
from videoemo.faces.detection.roi import RegionsOfInterest
from videoemo.faces.detection.settings import DetectionSettings
from videoemo.inference.fake import fake_networks
from videoemo.records import Faces, Frames
from videoemo.util.arrays import Float32Array
from videoemo.video import frames as read

NETWORKS = fake_networks()
# Between two full searches, seconds; frames are 40 ms apart.
EVERY = 0.2


def scene(*boxes: Sequence[tuple[int, int] | None], n: int = 21, side: int = 60) -> Frames:
    """Black frames of 300 x 200 with white faces, each at a path: its upper left corner in each
    frame, or None.
    """
    rgb = np.zeros((n, 200, 300, 3), np.uint8)
    quarter = side // 4
    for path in boxes:
        for picture, corner in zip(rgb, path, strict=True):
            if corner is not None:
                x, y = corner
                picture[y + quarter : y + side - quarter, x + quarter : x + side - quarter] = 255
    return at_times(rgb)


def walk(
    start: tuple[int, int], step: tuple[int, int], n: int = 21
) -> list[tuple[int, int] | None]:
    return [(start[0] + i * step[0], start[1] + i * step[1]) for i in range(n)]


def batches(frames: Frames, size: int) -> Iterator[Frames]:
    return (frames[start : start + size] for start in range(0, len(frames), size))


def follow(
    parts: Iterator[Frames],
    *,
    networks: Networks = NETWORKS,
    seconds: float = EVERY,
    n_frames: int = 1000,
) -> list[tuple[Frames, Faces]]:
    settings = DetectionSettings()
    scheduled = schedule_keyframes(parts, full_search=seconds, n_frames=n_frames)
    detected = (
        (one, detect_keyframes(one.keyframes, networks=networks, settings=settings))
        for one in scheduled
    )
    return [
        pair
        for segment in interpolate_rois(
            detected, threshold=settings.thresholds[2], n_frames=n_frames
        )
        for pair in zip(
            segment.parts,
            detect_segment(segment, networks=networks, settings=settings),
            strict=True,
        )
    ]


def followed(
    frames: Frames, *, size: int = 8, networks: Networks = NETWORKS, seconds: float = EVERY
) -> Faces:
    told = follow(batches(frames, size), networks=networks, seconds=seconds)
    assert np.array_equal(np.concatenate([part.index for part, _ in told]), frames.index)
    boxes, scores, landmarks, frame = (
        np.concatenate([getattr(faces, name) for _, faces in told])
        for name in ("boxes", "scores", "landmarks", "frame")
    )
    return Faces(boxes, scores, landmarks, frame)


def assert_same(a: Faces, b: Faces) -> None:
    assert a.frame.tolist() == b.frame.tolist()
    # torch's last bits depend on how many pictures it is given at a time.
    np.testing.assert_allclose(a.boxes, b.boxes, atol=1e-3)
    np.testing.assert_allclose(a.landmarks, b.landmarks, atol=1e-3)


STILL = scene(walk((40, 40), (0, 0)))
MOVING = scene(walk((10, 20), (9, 2)), walk((200, 120), (-3, -3)))


@pytest.mark.parametrize("frames", [STILL, MOVING], ids=["still", "moving"])
def test_it_finds_what_full_searches_of_all_frames_find(frames: Frames) -> None:
    assert_same(followed(frames), detect(frames, networks=NETWORKS))


def test_a_face_beside_the_place_where_it_was_expected_is_found_as_in_a_full_search() -> None:
    picture, search = scene([(105, 40)], n=1), DetectionSettings(thresholds=(0.5, 0.5, 0.5))
    expected = RegionsOfInterest(np.array([[40, 40, 100, 100]], np.float32), np.array([0]))
    near = detect_in_rois(list(picture.rgb), picture.index, expected, NETWORKS, search)
    assert_same(near, detect(picture, networks=NETWORKS, thresholds=search.thresholds))


def test_of_two_faces_only_the_one_that_is_astray_is_looked_at_again() -> None:
    picture, search, seen = (
        scene([(105, 40)], [(200, 120)], n=1),
        DetectionSettings(thresholds=(0.5, 0.5, 0.5)),
        list[int](),
    )

    def watching(x: Float32Array) -> tuple[Float32Array, Float32Array]:
        seen.append(len(x))
        return NETWORKS.pnet(x)

    def patches(*left: int) -> int:
        seen.clear()
        expected = RegionsOfInterest(
            np.array(
                [[x, y, x + 60, y + 60] for x, y in zip(left, (40, 120), strict=True)], np.float32
            ),
            np.zeros(2, np.int64),
        )
        near = detect_in_rois(
            list(picture.rgb),
            picture.index,
            expected,
            Networks(watching, NETWORKS.rnet, NETWORKS.onet),
            search,
        )
        assert sorted(near.boxes[:, 0].tolist()) == sorted(
            detect(picture, networks=NETWORKS, thresholds=search.thresholds).boxes[:, 0].tolist()
        )
        return sum(seen)

    assert patches(105, 200) < patches(40, 200) < 2 * patches(105, 200)


@pytest.mark.parametrize("size", [1, 2, 5, 6, 21])
def test_batches_make_no_difference(size: int) -> None:
    assert_same(followed(MOVING, size=size), followed(MOVING, size=8))


def test_between_full_searches_only_patches_are_looked_at() -> None:
    seen: list[tuple[int, ...]] = []

    def watching(x: Float32Array) -> tuple[Float32Array, Float32Array]:
        seen.append(x.shape)
        return NETWORKS.pnet(x)

    followed(STILL, size=21, networks=Networks(watching, NETWORKS.rnet, NETWORKS.onet))
    # The finest level.
    whole = sum(n for n, _, height, width in seen if (height, width) == (61, 91))
    assert whole == 5  # frames 0, 5, 10, 15, 20
    assert any(shape[2:] == (32, 32) for shape in seen)


def test_between_full_searches_alone_onet_gets_only_the_tightest_candidates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def crops(n_kept: int, *, seconds: float) -> int:
        seen: list[int] = []

        def onet(x: Float32Array) -> tuple[Float32Array, Float32Array, Float32Array]:
            seen.append(len(x))
            return NETWORKS.onet(x)

        monkeypatch.setattr(tightest, "N_KEPT", n_kept)
        # More than one candidate a face gets as far as O-Net.
        networks = Networks(_surer(NETWORKS.pnet), _surer(NETWORKS.rnet), onet)
        followed(STILL, networks=networks, seconds=seconds)
        return sum(seen)

    assert crops(1, seconds=EVERY) < crops(100, seconds=EVERY)
    assert crops(1, seconds=0) == crops(100, seconds=0)


def test_without_a_face_nothing_is_looked_at_between() -> None:
    seen: list[int] = []

    def watching(x: Float32Array) -> tuple[Float32Array, Float32Array]:
        seen.append(x.shape[2] * x.shape[3])
        return NETWORKS.pnet(x)

    networks = Networks(watching, NETWORKS.rnet, NETWORKS.onet)
    assert len(followed(scene(), size=21, networks=networks)) == 0
    assert 32 * 32 not in seen


def path(*there: range) -> list[tuple[int, int] | None]:
    """A face that stands still, in some frames."""
    return [(40, 40) if any(i in part for part in there) else None for i in range(21)]


@pytest.mark.parametrize(
    "there", [range(13), range(8, 21), range(3, 17)], ids=["goes", "comes", "comes and goes"]
)
def test_a_face_that_comes_or_goes_between_is_found_in_each_of_its_frames(there: range) -> None:
    assert followed(scene(path(there))).frame.tolist() == list(there)


def test_a_face_seen_at_no_full_search_is_not_found() -> None:
    assert followed(scene(path(range(6, 9)))).frame.tolist() == []


def test_with_0_seconds_every_frame_is_searched_whole() -> None:
    assert followed(scene(path(range(6, 9))), seconds=0).frame.tolist() == [6, 7, 8]


def test_after_a_cut_the_new_faces_are_found_from_its_first_frame() -> None:
    cut = 7
    before = [(40, 40) if i < cut else None for i in range(21)]
    after = [(200, 100) if i >= cut else None for i in range(21)]
    found = followed(scene(before, after))
    assert found.frame.tolist() == list(range(21))
    assert (found.boxes[found.frame < cut, 0] < 100).all()
    assert (found.boxes[found.frame >= cut, 0] > 150).all()


def test_full_searches_follow_the_times_of_the_frames_not_their_number() -> None:
    frames = scene(path(range(6, 9)))
    sparse = Frames(frames.rgb, frames.seconds * 10, frames.index)  # 0.4 s apart
    assert followed(sparse).frame.tolist() == [6, 7, 8]


def test_a_doubtful_face_is_looked_for_in_the_frames_beside() -> None:
    # Pale at every full search.
    light: npt.NDArray[np.uint8] = np.where(np.arange(21) % 5 == 0, 140, 255).astype(np.uint8)
    frames = at_times(np.minimum(STILL.rgb, light[:, None, None, None]))
    networks = Networks(_surer(NETWORKS.pnet), _surer(NETWORKS.rnet), NETWORKS.onet)
    assert followed(frames, networks=networks).frame.tolist() == [i for i in range(21) if i % 5]


def _surer(network: RNet) -> RNet:
    def run(x: Float32Array) -> tuple[Float32Array, Float32Array]:
        offsets, probability = network(x)
        return offsets, np.minimum(probability * 2, 1)

    return run


def test_a_change_of_size_in_mid_stream_begins_anew() -> None:
    small, large = (
        scene(walk((40, 40), (0, 0), n=7), n=7),
        at_times(np.zeros((4, 240, 400, 3), np.uint8), index=range(7, 11)),
    )
    told = follow(iter([small, large]))
    assert [part.rgb.shape[1] for part, _ in told for _ in range(len(part))] == 7 * [200] + 4 * [
        240
    ]
    assert sum(len(faces) for _, faces in told) == 7


def test_the_end_is_looked_at_in_short_pieces_and_finds_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = followed(MOVING)
    monkeypatch.setattr(keyframes, "ENDING_PIXELS", 8 * 200 * 300)
    monkeypatch.setattr(keyframes, "LAST_PIXELS", 2 * 200 * 300)
    monkeypatch.setattr(keyframes, "SHORT_PIXELS", 20 * 200 * 300)
    told = follow(batches(MOVING, 8), n_frames=21)
    lengths = [len(part) for part, _ in told]
    assert lengths[0] == 6  # 14 frames are still to come: more than 8
    assert set(lengths[1:]) == {1, 2}
    np.testing.assert_allclose(
        np.concatenate([faces.boxes for _, faces in told]), expected.boxes, atol=1e-3
    )


def test_a_short_video_is_not_looked_at_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyframes, "LAST_PIXELS", 200 * 300)
    assert max(len(part) for part, _ in follow(batches(MOVING, 8), n_frames=21)) > 1


def test_no_frames_no_faces() -> None:
    assert follow(iter([])) == []


def test_a_face_at_the_edge_of_the_frame_is_found_as_by_a_full_search() -> None:
    frames = scene(walk((240, 140), (0, 0)), walk((0, 0), (0, 0)))
    odd = Frames(np.ascontiguousarray(frames.rgb[:, :193, :291]), frames.seconds, frames.index)
    assert len(detect(odd, networks=NETWORKS)) > 0
    assert_same(followed(odd), detect(odd, networks=NETWORKS))


@pytest.mark.shared
@pytest.mark.parametrize("name", ["woman_360p.mp4", "single_face.mp4"])
def test_of_a_large_face_in_a_real_clip_nothing_changes(
    shared: Path, networks: Networks, name: str
) -> None:
    found = next(iter(read(shared / "media" / name, start=1.0)))[:11]
    assert_same(followed(found, networks=networks), detect(found, networks=networks))
