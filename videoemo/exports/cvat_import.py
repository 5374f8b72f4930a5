"""Corrections from CVAT: what a reviewer changed in the faces of a video."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import numpy as np

from videoemo.errors import InputError, OutputError
from videoemo.exports.cvat_faces import (
    UNLABELLED,
    cvat_expression,
    cvat_pixels,
)
from videoemo.exports.cvat_reader import LABEL, NEW_PERSON, CvatAnnotations, CvatTrack
from videoemo.results import Results, VideoResults
from videoemo.tables.corrections import CORRECTIONS, SAME_PLACE, Corrections, write_corrections
from videoemo.tables.expressions import expressions_of
from videoemo.util.arrays import Int64Array
from videoemo.util.files import atomic_write
from videoemo.util.messages import brief, count_noun, first_names, reason_of, shown
from videoemo.util.text import escape

__all__ = ["Review", "keep_review", "review", "reviewed_video"]

# Pixels by which the size of CVAT's frames may miss ours: sides are rounded.
_ROUNDING = 2


@dataclass(frozen=True)
class Review:
    """What a reviewer changed in a video.

    Parameters
    ----------
    video : VideoResults
        The video.
    frames : int64 (n,)
        The sampled frames that the reviewer's task has.
    corrections : Corrections
        Of those in which anything was changed.
    unseen : int
        How many of the reviewer's tracks lie between sampled frames alone, and are left out.
    """

    video: VideoResults
    frames: Int64Array
    corrections: Corrections
    unseen: int


def reviewed_video(
    results: Results, annotations: CvatAnnotations, name: str | None
) -> VideoResults:
    """Video that annotations are of.

    Parameters
    ----------
    results : Results
        The results of all videos.
    annotations : CvatAnnotations
        They tell the name of its file.
    name : str or None
        Its id; None where the annotations tell.

    Raises
    ------
    InputError
        There is no such video, or more than one.
    """
    if name is not None:
        return results.video(name)
    source, videos = annotations.source, results.scored
    if not source and len(videos) == 1:
        return videos[0]
    found = [video for video in videos if source in _names(video)]
    if len(found) == 1:
        return found[0]
    about = f"it is of {shown(source)}" if source else "it does not say of which video it is"
    here = (
        f"{len(found)} videos are called so ({first_names(video.name for video in found)})"
        if found
        else f"{str(results.path)!r} has {count_noun(len(videos), 'video')} by other names"
    )
    raise InputError(f"{about}, and {here}: name one with --video, as in videos.csv")


def review(annotations: CvatAnnotations, video: VideoResults) -> Review:
    """Compare annotations with what was found in a video.

    Parameters
    ----------
    annotations : CvatAnnotations
        All faces of the frames of a task, corrected.
    video : VideoResults
        The video that they are of.

    Raises
    ------
    InputError
        They are of another video, or contradict themselves.
    """
    if annotations.others and not annotations.tracks:
        raise InputError(
            f"it has no track of the label {LABEL}, but {annotations.others:,} of others: take the "
            "labels that `videoemo export --format cvat` writes"
        )
    table, pixels = video.detected, cvat_pixels(video)
    _check_size(annotations, pixels.size)
    starts = table.frame_starts()
    starts = starts[annotations.has(table.frame[starts])]
    frames = table.frame[starts]
    if not len(frames):
        raise InputError(f"none of its frames is among those sampled of {brief(video.name)}")
    seen = [track.shown(frames) for track in annotations.tracks]
    persons = _persons(annotations.tracks, _taken(video, frames))
    at = np.concatenate([np.empty(0, np.int64), *(one.at for one in seen)])
    track = np.concatenate(
        [
            np.empty(0, np.int64),
            *(
                np.where(one.person == NEW_PERSON, new, one.person)
                for one, new in zip(seen, persons, strict=True)
            ),
        ]
    )
    corners = np.concatenate([np.empty((0, 4)), *(one.boxes for one in seen)])
    expressions = _expressions(
        video.columns.classes, [text for one in seen for text in one.expression]
    )
    # A frame without a face has a row, too.
    bare = np.setdiff1d(np.arange(len(frames)), at)
    at = np.concatenate([at, bare])
    track = np.concatenate([track, np.full(len(bare), -1)])
    boxes = np.concatenate([pixels.from_cvat(corners), np.full((len(bare), 4), np.nan)])
    expressions += [""] * len(bare)
    order = np.lexsort([track, at])
    _check_persons(frames[at[order]], track[order])
    given = Corrections(
        frames[at[order]],
        table.seconds[starts[at[order]]],
        track[order],
        boxes[order].astype(np.float32),
        tuple(expressions[row] for row in order.tolist()),
    )
    unseen = sum(
        not len(one.at) and not all(track.outside)
        for one, track in zip(seen, annotations.tracks, strict=True)
    )
    return Review(video, frames, _changed(given, video), unseen)


def keep_review(found: Review, *, redo: bool) -> Corrections | None:
    """Write what a reviewer changed beside the tables of the video.

    Corrections of other frames, which an earlier review made, are kept.

    Parameters
    ----------
    found : Review
        The review.
    redo : bool
        Whether earlier corrections of frames that this review has as they were found are taken
        back.

    Returns
    -------
    Corrections or None
        All corrections of the video; None where there are none, and no file.

    Raises
    ------
    InputError
        Earlier corrections would be lost.
    OutputError
        They cannot be written.
    """
    video, new, old = found.video, found.corrections, found.video.corrections
    path = video.folder / CORRECTIONS
    if old is not None:
        lost = np.setdiff1d(np.intersect1d(old.frame, found.frames), new.frame)
        if len(lost) and not redo:
            raise InputError(
                f"{str(path)!r} corrects {count_noun(len(lost), 'frame')} that this review has as "
                f"found ({first_names(lost.tolist())}): export, and review, what is there now, or "
                "take these back with --redo"
            )
        new = _joined(old[~np.isin(old.frame, found.frames)], new)
    if not len(new):
        try:
            path.unlink(missing_ok=True)
        except OSError as exc:
            raise OutputError(f"cannot remove {path}: {reason_of(exc)}") from exc
        return None
    with atomic_write(path) as temporary:
        write_corrections(new, temporary)
    return new


def _names(video: VideoResults) -> Iterator[str]:
    """Names by which a task may know the file of a video."""
    for name in (video.name, PurePosixPath(video.name).name):
        yield name
        yield escape(name)


def _check_size(annotations: CvatAnnotations, size: tuple[int, int]) -> None:
    given = annotations.size
    if given is None:
        return
    if any(abs(one - other) > _ROUNDING for one, other in zip(given, size, strict=True)):
        raise InputError(
            f"it is of a video of {given[0]}x{given[1]} pixels, and the one that was scored has "
            f"{size[0]}x{size[1]} in CVAT: take the same file"
        )


def _taken(video: VideoResults, frames: Int64Array) -> int:
    """The largest number of a person that is not for the review to give away."""
    earlier = video.corrections
    others = [] if earlier is None else earlier.track[~np.isin(earlier.frame, frames)].tolist()
    return max([*video.detected.track.tolist(), *others], default=-1)


def _persons(tracks: Sequence[CvatTrack], taken: int) -> list[int]:
    """For each track the number of its person where the reviewer gave none: a new one."""
    taken = max([taken, *(max(track.person) for track in tracks)])
    new = []
    for track in tracks:
        taken += NEW_PERSON in track.person
        new.append(taken)
    return new


def _expressions(classes: Sequence[str], texts: Sequence[str]) -> list[str]:
    known = {cvat_expression(name): name for name in classes} | {UNLABELLED: "", "": ""}
    for text in texts:
        if text not in known:
            raise InputError(
                f"no expression {shown(text)}: the network knows {', '.join(classes)}, and a "
                f"face may be {UNLABELLED}"
            )
    return [known[text] for text in texts]


def _check_persons(frame: Int64Array, track: Int64Array) -> None:
    twice = np.flatnonzero((np.diff(frame) == 0) & (np.diff(track) == 0))
    if len(twice):
        raise InputError(
            f"frame {frame[twice[0]]} shows person {track[twice[0]]} twice: give one of the two "
            f"another number in CVAT, or {NEW_PERSON} for somebody new"
        )


def _changed(given: Corrections, video: VideoResults) -> Corrections:
    """Corrections of the frames in which anything differs from what was found; the expression only
    where it is another one.
    """
    table = video.detected
    placed = given.placed(table)
    mine = placed.own >= 0
    found = np.empty(len(given), np.int64)  # the row of the table that each is
    found[placed.own[mine]] = placed.found[mine]
    # The last is that of row -1, a face that was not found.
    expressions = [*expressions_of(table.track, table.seconds, video.detected_episodes), ""]
    corrected = tuple(
        "" if text == expressions[row] else text
        for text, row in zip(given.expression, found.tolist(), strict=True)
    )
    near = (np.abs(given.boxes - table.boxes[found]) <= SAME_PLACE).all(axis=1)
    same = (found >= 0) & near & (given.track == table.track[found])
    same &= np.array([not text for text in corrected], np.bool_)
    frames, at = np.unique(given.frame, return_inverse=True)
    of_task = (table.face >= 0) & np.isin(table.frame, frames)
    n_found, n_given, n_same = (
        np.bincount(places, minlength=len(frames))
        for places in (
            np.searchsorted(frames, table.frame[of_task]),
            at[given.track >= 0],
            at[same & (given.track >= 0)],
        )
    )
    changed = (n_same != n_found) | (n_given != n_found)
    return replace(given, expression=corrected)[changed[at]]


def _joined(one: Corrections, other: Corrections) -> Corrections:
    """Corrections of different frames together."""
    frame = np.concatenate([one.frame, other.frame])
    order = np.argsort(frame, kind="stable")
    texts = one.expression + other.expression
    return Corrections(
        frame[order],
        np.concatenate([one.seconds, other.seconds])[order],
        np.concatenate([one.track, other.track])[order],
        np.concatenate([one.boxes, other.boxes])[order],
        tuple(texts[row] for row in order.tolist()),
    )
