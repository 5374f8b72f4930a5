"""The person who is described, found in one scored video by votes over several frames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass

import numpy as np
import numpy.typing as npt

from videoemo.config.finding import FindingSettings
from videoemo.errors import InputError, VideoError
from videoemo.results import VideoResults
from videoemo.results.scored_video import probe_scored
from videoemo.tables.faces import FaceTable
from videoemo.util.messages import count_noun
from videoemo.video import frames_at
from videoemo.vlm.asking import Question, encode_picture
from videoemo.vlm.choosing import ShownFrame, choose_frames, seen_together, with_everybody
from videoemo.vlm.locations import read_boxes, whose_face
from videoemo.vlm.marks import mark_boxes, mark_faces
from videoemo.vlm.numbering import draw_numbers
from videoemo.vlm.person import person_question, read_person
from videoemo.vlm.server import Reply
from videoemo.vlm.votes import Verdict, Vote, merge_votes

__all__ = [
    "AskedFrame",
    "Asker",
    "Detect",
    "Detector",
    "Finding",
    "MarkedFrame",
    "detect_person",
    "find_person",
    "marked_frames",
]

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class MarkedFrame:
    """A frame with numbered boxes, and the question about it.

    Parameters
    ----------
    picture : uint8 (h, w, 3)
        The frame, RGB, at the size that is sent, with numbered boxes.
    question : Question
        What is sent.
    frame : ShownFrame
        Which frame, and who is numbered in it.
    numbers : dict of int to int
        The number of each track.
    """

    picture: Picture
    question: Question
    frame: ShownFrame
    numbers: dict[int, int]


@dataclass(frozen=True, eq=False)
class AskedFrame:
    """A frame that was shown, and the vote that came of it.

    Parameters
    ----------
    picture : uint8 (h, w, 3)
        The frame, with what was marked in it, or answered.
    frame : ShownFrame
        Which frame, and who is in it.
    vote : Vote
        Whom the answer names.
    said : str
        What was answered, in words.
    reply : Reply or None
        Of a server.
    """

    picture: Picture
    frame: ShownFrame
    vote: Vote
    said: str
    reply: Reply | None = None


@dataclass(frozen=True, eq=False)
class Finding:
    """Who fits a description in one video, or why nobody does.

    Parameters
    ----------
    video : str
        The video's id.
    verdict : Verdict
        The tracks of the person, or the reason.
    asked : tuple of AskedFrame
        What was shown, in the order of time.
    remark : str, default=""
        What a reader should know of it, in words.
    """

    video: str
    verdict: Verdict
    asked: tuple[AskedFrame, ...] = ()
    remark: str = ""


# Questions -> to each its reply, in order.
Asker = Callable[[Iterator[Question]], Iterator[Reply]]
# A frame and the description -> a text with boxes; None where it was cut off.
Detect = Callable[[Picture, str], str | None]


@dataclass(frozen=True)
class Detector:
    """A local model that answers with boxes.

    Parameters
    ----------
    name : str
        What it is called.
    sha256 : str or None
        Checksum of its weights, where its card names one.
    detect : callable
        Answers who fits a description, about a frame, uint8 (h, w, 3).
    """

    name: str
    sha256: str | None
    detect: Detect


def find_person(
    one: VideoResults, description: str, settings: FindingSettings, ask: Asker
) -> Finding:
    """Find the person who is described.

    Parameters
    ----------
    one : VideoResults
        The results of the video, which is opened again.
    description : str
        Of clothes, place, posture, or what is held; never of who it is.
    settings : FindingSettings
        Which frames are shown, and what is needed.
    ask : callable
        Asks a model.

    Raises
    ------
    InputError
        Results or video are not there any more, or other ones.
    VideoError
        The video cannot be read.
    """
    marked: list[MarkedFrame] = []

    def questions() -> Iterator[Question]:
        for each in marked_frames(one, description, settings):
            marked.append(each)
            yield each.question

    asked = list[AskedFrame]()
    for reply in ask(questions()):
        each = marked[len(asked)]
        vote = _vote(each, reply)
        said = "0" if vote.chosen is None else f"{each.numbers[vote.chosen]}"
        asked.append(AskedFrame(each.picture, each.frame, vote, said, reply))
    return _judge(one, tuple(asked), settings)


def detect_person(
    one: VideoResults, description: str, settings: FindingSettings, detect: Detect
) -> Finding:
    """Find the person who is described by the boxes that a model draws about them.

    Parameters
    ----------
    one : VideoResults
        The results of the video, which is opened again.
    description : str
        As of `find_person`.
    settings : FindingSettings
        As of `find_person`; nobody is numbered, and nobody passed over for that.
    detect : callable
        Answers about a frame as PaliGemma does, `<loc....>` four times; None where it was cut off.

    Raises
    ------
    InputError, VideoError
        As `find_person`.
    """
    chosen = with_everybody(one.table, choose_frames(one.table, settings.frames))
    asked = list[AskedFrame]()
    for rgb, shown in _decoded(one, chosen):
        answer = detect(rgb, description)
        height, width = rgb.shape[:2]
        boxes, reason = (
            ([], "truncated") if answer is None else read_boxes(answer, width=width, height=height)
        )
        about = [whose_face(box, shown.boxes) for box in boxes]
        named = {face for face, _ in about if face is not None}
        reason = reason or next((why for _, why in about if why), "")
        if len(named) > 1:
            reason = "several boxes"
        person = None if reason or not named else int(shown.tracks[named.pop()])
        vote = Vote(tuple(shown.tracks.tolist()), person, reason)
        marked = mark_boxes(rgb, [astuple(box) for box in boxes], side=settings.picture.side)
        said = "a box" if boxes else "no box"
        asked.append(AskedFrame(marked, shown, vote, said))
    return _judge(one, tuple(asked), settings)


def marked_frames(
    one: VideoResults, description: str, settings: FindingSettings
) -> Iterator[MarkedFrame]:
    """The frames of a video that are shown, each when it is decoded; none where there is no face.

    Raises
    ------
    InputError, VideoError
        As `find_person`.
    """
    chosen = choose_frames(one.table, settings.frames)
    numbers_of = draw_numbers([shown.tracks.tolist() for shown in chosen])
    drawn = dict(zip([shown.frame for shown in chosen], numbers_of, strict=True))
    for rgb, shown in _decoded(one, chosen):
        numbers = drawn[shown.frame]
        marks = [numbers[track] for track in shown.tracks.tolist()]
        picture = mark_faces(rgb, shown.boxes, marks, side=settings.picture.side)
        jpeg = encode_picture(picture, settings.picture)
        question = person_question(description, sorted(marks), jpeg)
        yield MarkedFrame(picture, question, shown, numbers)


def _decoded(
    one: VideoResults, chosen: Sequence[ShownFrame]
) -> Iterator[tuple[Picture, ShownFrame]]:
    """Some frames, each when it is decoded; the video is opened where there are any."""
    if not chosen:
        return
    source = one.source()
    if source.path is None:
        raise InputError(source.reason)
    video, shown_of = probe_scored(source.path, one), {shown.frame: shown for shown in chosen}
    sampling = one.pipeline.sampling
    index = np.array(sorted(shown_of), np.int64)
    for batch in frames_at(video, index, decoder=sampling.decoder, max_pixels=sampling.max_pixels):
        for rgb, frame in zip(batch.rgb, batch.index.tolist(), strict=True):
            yield rgb, shown_of[frame]


def _vote(marked: MarkedFrame, reply: Reply) -> Vote:
    chosen, reason = None, reply.reason
    if reply.content is not None:
        track_of = {number: track for track, number in marked.numbers.items()}
        chosen, reason = read_person(reply.content, track_of)
    return Vote(tuple(sorted(marked.numbers)), chosen, reason)


def _judge(one: VideoResults, asked: tuple[AskedFrame, ...], settings: FindingSettings) -> Finding:
    table = one.table
    persons = _persons(table)
    votes = [each.vote for each in asked]
    if not persons:
        return Finding(one.name, Verdict((), "no face", {}))
    if not asked:
        raise VideoError(f"{one.name}: none of its frames can be decoded")
    verdict = merge_votes(
        votes,
        seen_together(table),
        min_share=settings.votes.min_share,
        min_votes=settings.votes.min_votes,
    )
    if not verdict.tracks and max(persons.values()) < settings.votes.min_votes:
        verdict = Verdict((), "too few frames", verdict.tallies)
    remarks = _remarks(persons, votes, verdict, settings.votes.min_votes)
    return Finding(one.name, verdict, asked, "; ".join(remarks))


def _persons(table: FaceTable) -> Counter[int]:
    """In how many sampled frames each track is."""
    return Counter(table.track[table.face >= 0].tolist())


def _remarks(
    persons: Mapping[int, int], votes: Sequence[Vote], verdict: Verdict, min_votes: int
) -> Iterator[str]:
    beside = Counter(
        track for vote in votes if len(vote.shown) > 1 and not vote.reason for track in vote.shown
    )
    if len(persons) == 1:
        yield "only one person: nobody else could be named"
    elif verdict.tracks and min(beside[track] for track in verdict.tracks) < min_votes:
        yield "shown beside nobody: nobody else could be named"
    unanswered = Counter(vote.reason for vote in votes if vote.reason)
    for reason, n in sorted(unanswered.items()):
        yield f"{count_noun(n, 'frame')} without an answer: {reason}"
    often = {track for track, n in persons.items() if n >= min_votes}
    shown = Counter(track for vote in votes for track in vote.shown)
    missing = sum(shown[track] < min_votes for track in often)
    if missing:
        yield f"{missing:,} of {count_noun(len(often), 'person')} shown too rarely to be found"
