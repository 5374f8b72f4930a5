from __future__ import annotations

import numpy as np

from videoemo.analysis.track_thumbnails import TrackThumbnails

CROP = np.zeros((9, 9, 3), np.uint8)


def offered(*tracks: int) -> TrackThumbnails:
    """A face a second, of these persons in turn."""
    galleries = TrackThumbnails(len(tracks), first=0.0, wait=2.0)
    for second, track in enumerate(tracks):
        galleries.offer(track, float(second), CROP, "happiness", 0.9)
    return galleries


def times(galleries: TrackThumbnails, track: int) -> list[float]:
    return [thumbnail.seconds for thumbnail in galleries.chosen(track)]


def test_each_person_has_thumbnails_of_their_own() -> None:
    both = offered(0, 1, 0, 1, 1)
    assert (times(both, 0), times(both, 1)) == ([0, 2], [1, 3, 4])


def test_of_those_who_left_only_the_one_of_most_faces_is_remembered() -> None:
    galleries = offered(0, 0, 0, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4)
    assert [bool(times(galleries, track)) for track in range(5)] == [False, False, True, True, True]


def test_nobody_has_no_thumbnails() -> None:
    assert offered().chosen(-1) == []
