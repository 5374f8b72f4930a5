"""To CVAT and back: what is there is shown, and what a reviewer changes comes back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.support.cvat import Box, Track, dump, load
from tests.support.results import MadeUp, two_persons, write_results
from tests.support.rows import CLASSES, rows
from videoemo.errors import InputError
from videoemo.exports.cvat import export_cvat
from videoemo.exports.cvat_import import Review, keep_review, review, reviewed_video
from videoemo.exports.cvat_reader import read_cvat
from videoemo.results import VideoResults, load_results
from videoemo.tables.faces import FaceTable

EVERY = range(50)


def written(table: FaceTable, folder: Path) -> VideoResults:
    """The results of a video."""
    return load_results(write_results(folder / "out", {"a.mp4": MadeUp(table)})).video("a.mp4")


@pytest.fixture
def video(tmp_path: Path) -> VideoResults:
    """50 frames: person 0 in all, sad and from the 25th on happy; person 1 in the first 40."""
    return written(two_persons(), tmp_path)


def exported(video: VideoResults, folder: Path) -> list[Track]:
    """What CVAT makes of our file."""
    for file in export_cvat(video, None).files:
        file.write(folder / file.path.name)
    return load(folder / "a.cvat.xml")


def reviewed(
    tracks: list[Track], video: VideoResults, folder: Path, *, frames: range = EVERY
) -> Review:
    """What is understood of CVAT's file."""
    return review(read_cvat(dump(folder / "corrected.xml", tracks, frames=frames)), video)


def again(video: VideoResults) -> VideoResults:
    """The same results, read anew."""
    return load_results(video.out).video(video.name)


def kept(found: Review, *, redo: bool = False) -> VideoResults:
    """The results once the review is kept."""
    keep_review(found, redo=redo)
    return again(found.video)


def person(tracks: list[Track], number: int) -> Track:
    return next(one for one in tracks if one.person == str(number))


def test_every_face_is_shown_where_it_was_found(video: VideoResults, tmp_path: Path) -> None:
    tracks, table = exported(video, tmp_path), video.table
    for frame in EVERY:
        shown = [box for track in tracks if (box := track.at(frame)) is not None]
        here = table.frame == frame
        x, y, width, height = table.boxes[here].T.tolist()
        assert [box.corners for box in shown] == [
            (left, top, left + wide, top + high)
            for left, top, wide, high in zip(x, y, width, height, strict=True)
        ]
        assert [box.attributes["person"] for box in shown] == [
            str(track) for track in table.track[here]
        ]


def test_every_face_has_the_expression_of_its_episode(video: VideoResults, tmp_path: Path) -> None:
    tracks = exported(video, tmp_path)
    for episode in video.episodes:
        for frame in EVERY:
            if episode.start <= 0.04 * frame < episode.stop:
                box = person(tracks, episode.track).at(frame)
                assert box is not None
                assert box.attributes["expression"] == episode.expression


def test_a_person_who_comes_back_is_not_shown_meanwhile(tmp_path: Path) -> None:
    seen = {0, 1, 4, 5}
    table = rows([(10 * i, 0.4 * i, 0 if i in seen else None, 0.9) for i in range(7)])
    (track,) = exported(written(table, tmp_path), tmp_path)
    assert [frame for frame in range(70) if track.at(frame)] == [*range(20), *range(40, 60)]


def test_the_labels_take_what_the_file_holds(video: VideoResults, tmp_path: Path) -> None:
    exported(video, tmp_path)
    (label,) = json.loads((tmp_path / "a.cvat-labels.json").read_text())
    expression, number = label["attributes"]
    assert (label["name"], expression["name"], number["name"]) == ("face", "expression", "person")
    assert expression["values"] == ["unlabelled", *CLASSES]
    assert (expression["mutable"], number["mutable"]) == (True, False)
    assert number["values"] == ["-1", "9999", "1"]
    assert expression["default_value"] == "unlabelled"
    assert number["default_value"] == "-1"


def test_an_expression_that_is_changed_holds_for_the_rest_of_its_episode(
    video: VideoResults, tmp_path: Path
) -> None:
    tracks = exported(video, tmp_path)
    zero = person(tracks, 0)
    zero.boxes[3] = replace(zero.boxes[3], attributes={"expression": "happiness"})
    found = reviewed(tracks, video, tmp_path).corrections
    n = video.episodes[0].frames
    assert found.expressions == {(frame, 0): "happiness" for frame in range(3, n)}


def test_nothing_changed_is_no_correction(video: VideoResults, tmp_path: Path) -> None:
    found = reviewed(exported(video, tmp_path), video, tmp_path)
    assert len(found.corrections) == 0
    assert kept(found).corrections is None
    assert not (video.folder / "corrections.csv").exists()


def test_nothing_changed_of_every_tenth_frame_is_no_correction(tmp_path: Path) -> None:
    table = rows([(10 * i, 0.4 * i, 0 if i % 3 else None, 0.9) for i in range(7)])
    video = written(table, tmp_path)
    found = reviewed(exported(video, tmp_path), video, tmp_path, frames=range(70))
    assert len(found.corrections) == 0


def test_our_own_file_is_read_as_no_correction(video: VideoResults, tmp_path: Path) -> None:
    exported(video, tmp_path)
    found = review(read_cvat(tmp_path / "a.cvat.xml"), video)
    assert (len(found.corrections), found.frames.tolist()) == (0, list(EVERY))


def test_another_expression_comes_back_and_nothing_else(
    video: VideoResults, tmp_path: Path
) -> None:
    tracks = exported(video, tmp_path)
    person(tracks, 0).say("happiness", frames=range(5, 15))
    corrected = kept(reviewed(tracks, video, tmp_path))
    assert corrected.corrections is not None
    assert corrected.corrections.expressions == {(frame, 0): "happiness" for frame in range(5, 15)}
    assert np.array_equal(corrected.table.probabilities, video.table.probabilities)
    assert np.array_equal(corrected.table.boxes, video.table.boxes)
    n = video.episodes[0].frames
    assert [(one.expression, one.frames) for one in corrected.episodes if one.track == 0] == [
        ("sadness", 5),
        ("happiness", 10),
        ("sadness", n - 15),
        ("happiness", 50 - n),
    ]


def test_a_moved_box_another_person_and_a_deleted_face_come_back(
    video: VideoResults, tmp_path: Path
) -> None:
    tracks = exported(video, tmp_path)
    zero, one = person(tracks, 0), person(tracks, 1)
    x1, y1, x2, y2 = zero.boxes[3].corners
    zero.boxes[3] = replace(zero.boxes[3], corners=(x1 + 2.5, y1, x2 + 2.5, y2))
    zero.boxes[7] = replace(zero.boxes[7], outside=True)
    one.person = "5"
    table = kept(reviewed(tracks, video, tmp_path)).table
    assert sorted(set(table.track.tolist())) == [0, 5]
    moved = (table.frame == 3) & (table.track == 0)
    assert table.boxes[moved].tolist() == [[2.5, 0, 20, 30]]
    assert table.track[table.frame == 7].tolist() == [5]
    assert len(table.frame) == len(video.table.frame) - 1


def test_a_frame_that_is_no_keyframe_any_more_is_what_it_shows(
    video: VideoResults, tmp_path: Path
) -> None:
    tracks = exported(video, tmp_path)
    zero = person(tracks, 0)
    del zero.boxes[4]  # the way from 3 to 5 leads to where it was
    x1, y1, x2, y2 = zero.boxes[12].corners
    zero.boxes[12] = replace(zero.boxes[12], corners=(x1 + 8, y1, x2 + 8, y2))
    del zero.boxes[11]
    found = reviewed(tracks, video, tmp_path).corrections
    mine = found[found.track == 0]
    assert (mine.frame.tolist(), mine.boxes[:, 0].tolist()) == ([11, 12], [4, 8])


def test_an_added_face_is_a_new_person_until_it_has_a_number(
    video: VideoResults, tmp_path: Path
) -> None:
    tracks = exported(video, tmp_path)
    for left in (200, 300):
        box = Box(10, (left, 50, left + 40, 100), {"expression": "unlabelled", "person": "-1"})
        tracks.append(Track({10: box, 13: replace(box, frame=13, outside=True)}))
    first = kept(reviewed(tracks, video, tmp_path))
    assert first.table.track[first.table.frame == 12].tolist() == [0, 1, 2, 3]
    assert first.corrections is not None
    assert first.corrections.expressions == {}
    assert {one.track for one in first.episodes} == {0, 1}
    twice = kept(reviewed(tracks, first, tmp_path))
    assert twice.table.track.tolist() == first.table.track.tolist()


def test_what_was_corrected_before_is_shown_and_stays(video: VideoResults, tmp_path: Path) -> None:
    tracks = exported(video, tmp_path)
    zero = person(tracks, 0)
    zero.say("happiness", frames=range(5, 9))
    zero.boxes[6] = replace(zero.boxes[6], outside=True)
    tracks.append(zero.split(range(30, 35), person="3"))
    zero.person = "8"
    first = kept(reviewed(tracks, video, tmp_path))
    assert set(first.table.track.tolist()) == {1, 3, 8}
    text = (video.folder / "corrections.csv").read_text()
    second = kept(reviewed(exported(first, tmp_path), first, tmp_path))
    assert (second.folder / "corrections.csv").read_text() == text


def test_the_review_of_a_part_leaves_the_rest_alone(video: VideoResults, tmp_path: Path) -> None:
    tracks = exported(video, tmp_path)
    zero = person(tracks, 0)
    zero.say("happiness", frames=range(5, 6))
    first = kept(reviewed(tracks, video, tmp_path, frames=range(10)))
    zero.say("sadness", frames=range(25, 26))
    second = kept(reviewed(tracks, first, tmp_path, frames=range(20, 40, 5)))
    assert second.corrections is not None
    assert second.corrections.expressions == {(5, 0): "happiness", (25, 0): "sadness"}
    assert second.corrections.frames.tolist() == [5, 25]


def test_a_frame_that_was_taken_out_of_the_task_stays_as_it_was_found(
    video: VideoResults, tmp_path: Path
) -> None:
    tracks = exported(video, tmp_path)
    x1, y1, x2, y2 = person(tracks, 0).boxes[9].corners
    person(tracks, 0).boxes[9] = Box(9, (x1 + 5, y1, x2 + 5, y2), {})
    path = dump(tmp_path / "c.xml", tracks, frames=EVERY, taken_out=[10, 11, 30])
    found = review(read_cvat(path), video)
    assert found.corrections.frames.tolist() == [9]
    assert set(EVERY) - set(found.frames.tolist()) == {10, 11, 30}


def test_an_older_review_takes_nothing_back_unless_asked(
    video: VideoResults, tmp_path: Path
) -> None:
    tracks = exported(video, tmp_path)
    older = dump(tmp_path / "older.xml", tracks, frames=EVERY)
    person(tracks, 0).say("happiness", frames=range(5, 6))
    first = kept(reviewed(tracks, video, tmp_path))
    found = review(read_cvat(older), first)
    with pytest.raises(InputError, match="corrects 1 frame that this review has as found"):
        keep_review(found, redo=False)
    assert again(video).corrections is not None
    assert kept(found, redo=True).corrections is None


def test_the_same_person_twice_in_a_frame_is_refused(video: VideoResults, tmp_path: Path) -> None:
    tracks = exported(video, tmp_path)
    person(tracks, 1).person = "0"
    with pytest.raises(InputError, match="frame 0 shows person 0 twice"):
        reviewed(tracks, video, tmp_path)


def test_an_expression_that_the_network_lacks_is_refused(
    video: VideoResults, tmp_path: Path
) -> None:
    tracks = exported(video, tmp_path)
    tracks[0].say("joy", frames=range(4, 5))
    with pytest.raises(InputError, match="no expression 'joy': the network knows happiness"):
        reviewed(tracks, video, tmp_path)


def test_a_review_of_other_pixels_or_frames_is_refused(video: VideoResults, tmp_path: Path) -> None:
    tracks = exported(video, tmp_path)
    path = dump(tmp_path / "other.xml", tracks, frames=EVERY, size=(1280, 720))
    with pytest.raises(InputError, match="it is of a video of 1280x720 pixels"):
        review(read_cvat(path), video)
    with pytest.raises(InputError, match="none of its frames is among those sampled"):
        reviewed(tracks, video, tmp_path, frames=range(50, 60))


def test_tracks_of_other_labels_alone_are_refused(video: VideoResults, tmp_path: Path) -> None:
    path = dump(tmp_path / "c.xml", exported(video, tmp_path), frames=EVERY)
    path.write_text(path.read_text().replace('label="face"', 'label="Face"'))
    with pytest.raises(InputError, match="no track of the label face, but 2 of others"):
        review(read_cvat(path), video)


def test_a_presentation_that_cannot_be_is_one_line(video: VideoResults, tmp_path: Path) -> None:
    given: list[object] = [
        *([], {"sample_aspect_ratio": "1:0"}, {"crop": [1]}, {"rotation": "left"})
    ]
    for wrong in given:
        video.summary["presentation"] = wrong
        with pytest.raises(InputError, match=r"damaged .summary\.json: presentation"):
            exported(video, tmp_path)


def test_a_task_is_known_by_the_name_of_its_file(tmp_path: Path) -> None:
    made = MadeUp(two_persons(5))
    results = load_results(
        write_results(tmp_path, dict.fromkeys(("day 1/a.mp4", "day 2/a.mp4", "b.mp4"), made))
    )

    def of(source: str, name: str | None = None) -> str:
        path = dump(tmp_path / "c.xml", [], frames=range(5), source=source)
        return reviewed_video(results, read_cvat(path), name).name

    assert of("b.mp4") == "b.mp4"
    assert of("a.mp4", "day 2/a.mp4") == "day 2/a.mp4"
    for source, message in (
        ("a.mp4", "2 videos are called so .day 1/a.mp4, day 2/a.mp4.: name one with --video"),
        ("c.mp4", "it is of 'c.mp4', and .* has 3 videos by other names"),
        ("", "it does not say of which video it is"),
    ):
        with pytest.raises(InputError, match=message):
            of(source)


@pytest.mark.parametrize(
    ("presentation", "size", "box"),
    [
        ({}, (640, 360), (0, 0, 20, 30)),
        ({"sample_aspect_ratio": "2:1"}, (320, 360), (0, 0, 10, 30)),
        ({"sample_aspect_ratio": "1:2"}, (640, 180), (0, 0, 20, 15)),
        ({"sample_aspect_ratio": "2:1", "rotation": 90}, (640, 180), (0, 0, 20, 15)),
        ({"crop": [8, 4, 2, 6]}, (650, 370), (8, 4, 28, 34)),
        ({"crop": [8, 4, 2, 6], "rotation": 90}, (650, 370), (4, 2, 24, 32)),
    ],
    ids=["plain", "wide", "high", "turned", "cropped", "cropped-turned"],
)
def test_boxes_are_in_the_pixels_that_cvat_shows(
    tmp_path: Path,
    presentation: dict[str, object],
    size: tuple[int, int],
    box: tuple[float, float, float, float],
) -> None:
    video = written(rows([(0, 0.0, 0, 0.9)]), tmp_path)
    if presentation:
        video.summary["presentation"] = presentation
    (track,) = exported(video, tmp_path)
    assert track.boxes[0].corners == box
    path = dump(tmp_path / "c.xml", [track], frames=range(1), size=size)
    assert len(review(read_cvat(path), video).corrections) == 0
