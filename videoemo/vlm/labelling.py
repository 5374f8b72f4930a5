"""Scored videos labelled picture by picture: labels.parquet in the folder of each, labels.csv over
all.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from videoemo.errors import InputError, VideoError
from videoemo.records import Answers
from videoemo.results import Results, VideoResults
from videoemo.runs.state.paths import LABELLED, LABELS, inside
from videoemo.tables.labels import (
    LabelTable,
    PersonLabel,
    person_labels,
    write_labels,
    write_person_labels,
)
from videoemo.util.files import write_json
from videoemo.util.messages import count_noun
from videoemo.util.slow_work import SlowWork
from videoemo.vlm.asking import Question, encode_picture, label_question
from videoemo.vlm.picking import pick_faces, pick_frames, pictures_of
from videoemo.vlm.server import NOT_ASKED, Reply, Server, read_answers
from videoemo.vlm.task import Labeller, LabelSettings, Picture

__all__ = [
    "Answering",
    "Estimate",
    "LabelRun",
    "LocalAnswering",
    "ServerAnswering",
    "about_server",
    "count_pictures",
    "estimate",
    "label_results",
    "picked_pictures",
    "picked_rows",
]

# Pictures of which a local model is asked at a time.
_BATCH = 16


class Answering(Protocol):
    """What answers about the pictures of a video, and says what it is."""

    def __call__(self, pictures: Iterator[Picture]) -> tuple[Answers, dict[str, Any]]:
        """The answers, and what gave them."""
        ...


@dataclass(frozen=True)
class ServerAnswering:
    """Answers of a server.

    Parameters
    ----------
    server : Server
        The server.
    settings : LabelSettings
        What is asked, and how.
    """

    server: Server
    settings: LabelSettings

    def __call__(self, pictures: Iterator[Picture]) -> tuple[Answers, dict[str, Any]]:
        """The answers; with the models that the server says answered, and the first and last of
        their dates.
        """
        replies: list[Reply] = []
        task = self.settings.task
        for reply in self.server.ask(_questions(pictures, self.settings)):
            replies.append(reply)
        return read_answers(replies, task), {
            **about_server(self.server, replies),
            "probabilities": "1 for the class that was named",
        }


@dataclass(frozen=True)
class LocalAnswering:
    """Answers of a model on this machine.

    Parameters
    ----------
    labeller : Labeller
        The model.
    name : str
        What it is called.
    """

    labeller: Labeller
    name: str

    def __call__(self, pictures: Iterator[Picture]) -> tuple[Answers, dict[str, Any]]:
        """The answers, some pictures at a time."""
        parts = [self.labeller(list(islice(pictures, _BATCH)))]
        while part := list(islice(pictures, _BATCH)):
            parts.append(self.labeller(part))
        answers = Answers(
            np.concatenate([part.probabilities for part in parts]),
            tuple(why for part in parts for why in part.reasons),
        )
        return answers, {"model": self.name, "probabilities": "likelihood of each answer"}


@dataclass
class LabelRun:
    """What became of a run.

    Parameters
    ----------
    persons : list of PersonLabel
        What labels.csv holds.
    reasons : Counter of str
        Why pictures have no answer.
    asked : int
        Pictures.
    failed : dict of str to str
        Why a video could not be labelled, by its name.
    """

    persons: list[PersonLabel] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        """Pictures with an answer."""
        return self.asked - self.reasons.total()

    @property
    def not_asked(self) -> int:
        """Pictures for which there was no call left."""
        return self.reasons[NOT_ASKED]


@dataclass
class Estimate:
    """What a run would send.

    Parameters
    ----------
    pictures : int
        Pictures of all videos.
    calls : int
        Requests, those left out whose replies were kept.
    bytes : int
        Of the pictures in them.
    tokens : int
        About, the longest answers included.
    failed : dict of str to str
        Why a video could not be labelled, by its name.
    """

    pictures: int = 0
    calls: int = 0
    bytes: int = 0
    tokens: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set, repr=False)

    def add(self, question: Question, server: Server) -> None:
        """Add a question, which is not asked twice."""
        self.pictures += 1
        asked = hashlib.sha256(question.text.encode() + question.jpeg).hexdigest()
        if asked not in self._seen and server.kept(question) is None:
            self._seen.add(asked)
            self.calls += 1
            self.bytes += len(question.jpeg)
            self.tokens += question.tokens(server.settings)

    def told(self, server: Server, picture: str) -> str:
        """The estimate in words; `picture` says what there is one of a question."""
        price = server.settings.price
        cost = (
            ""
            if price is None
            else f", about {self.tokens * price / 1e6:,.4f} at {price:g} a million"
        )
        return (
            f"{server.address.host}: {count_noun(self.calls, 'call')} for "
            f"{count_noun(self.pictures, picture)}, {self.bytes:,} bytes of pictures, about "
            f"{self.tokens:,} tokens{cost}; nothing was sent"
        )


def label_results(
    results: Results,
    answering: Answering,
    settings: LabelSettings,
    *,
    notice: Callable[[str], None] | None = None,
) -> LabelRun:
    """Label every scored video: `labels.parquet` into its folder, and `labels.csv` over all, with
    what answered in `labels.json`.

    A video that was moved, or cannot be read, is told of, and the others go on.

    Parameters
    ----------
    results : Results
        The results.
    answering : Answering
        What answers.
    settings : LabelSettings
        What is asked, and about which pictures.
    notice : callable or None
        Called with how far it is, where it takes long.

    Raises
    ------
    InputError
        No video was scored, or the task is one that is never asked about a person.
    ServerError
        The server cannot be asked. What was answered is kept, and not asked again.
    OutputError
        A file cannot be written.
    """
    _check(results, settings)
    run, slow, abouts = LabelRun(), SlowWork(notice), list[dict[str, Any]]()
    of_all = f"of {count_noun(len(results.scored), 'video')}"
    for n, scored in enumerate(results.scored):

        def told(pictures: Iterator[Picture], n: int = n) -> Iterator[Picture]:
            for picture in pictures:
                slow.go_on(f"{count_noun(run.asked, 'picture')}, {n:,} {of_all} labelled")
                run.asked += 1
                yield picture

        one, before = replace(scored), run.asked  # what is read of it goes with it
        try:
            rows = picked_rows(one, settings)
            answers, about = answering(told(picked_pictures(one, rows, settings)))
        except (InputError, VideoError) as exc:
            run.failed[one.name], run.asked = str(exc), before
            continue
        table = _table(one, rows, answers, settings, about)
        folder = inside(results.path, one.folder, what=f"{str(one.folder)!r}")
        write_labels(table, folder / LABELS)
        abouts.append(table.about)
        run.reasons.update(filter(None, answers.reasons))
        run.persons += person_labels(one.name, table, _dominant(one))
    table_of_all, record = (results.path / name for name in LABELLED)
    write_json(
        record,
        {
            **_of_all(abouts),
            "task": asdict(settings.task),
            "pictures": run.asked,
            "answered": run.answered,
            "reasons": dict(sorted(run.reasons.items())),
        },
    )
    write_person_labels(run.persons, table_of_all)
    return run


def _of_all(abouts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What answered about some videos: as of each, with the models and the first and last date of
    all.
    """
    found = dict(abouts[0]) if abouts else {}
    if "models_returned" in found:
        found["models_returned"] = sorted(
            {one for about in abouts for one in about["models_returned"]}
        )
    dates = sorted(date for about in abouts for date in about.get("dates", ()))
    return {**found, "dates": [dates[0], dates[-1]] if dates else []}


def count_pictures(results: Results, settings: LabelSettings) -> int:
    """Count the pictures of all videos that `label_results` asks about; of damaged ones none.

    Raises
    ------
    InputError
        As `label_results`.
    """
    _check(results, settings)
    n = 0
    for scored in results.scored:
        with suppress(InputError):
            n += len(picked_rows(replace(scored), settings))
    return n


def estimate(results: Results, server: Server, settings: LabelSettings) -> Estimate:
    """Count what `label_results` would send to a server; nothing is sent.

    Raises
    ------
    InputError
        As `label_results`.
    """
    _check(results, settings)
    found = Estimate()
    for scored in results.scored:
        one = replace(scored)
        try:
            pictures = picked_pictures(one, picked_rows(one, settings), settings)
            for question in _questions(pictures, settings):
                found.add(question, server)
        except (InputError, VideoError) as exc:
            found.failed[one.name] = str(exc)
    return found


def _check(results: Results, settings: LabelSettings) -> None:
    if settings.task.protected:
        raise InputError(
            f"{settings.task.protected} is never asked about a person: see docs/vlm.md, "
            '"What is never done"'
        )
    if not results.scored:
        raise InputError(
            f"{str(results.path)!r} holds no video that was scored: see its errors.csv for why"
        )


def picked_rows(one: VideoResults, settings: LabelSettings) -> npt.NDArray[np.intp]:
    """Rows of a video's faces that a task is asked about, ascending."""
    pick = pick_faces if settings.task.sees == "face" else pick_frames
    return pick(one.table, settings.faces)


def picked_pictures(
    one: VideoResults, rows: npt.NDArray[np.intp], settings: LabelSettings
) -> Iterator[Picture]:
    """The pictures of some rows of a video's faces, as a task sees them; see `pictures_of`."""
    margin = settings.faces.margin if settings.task.sees == "face" else None
    return pictures_of(one, rows, margin=margin)


def _questions(pictures: Iterator[Picture], settings: LabelSettings) -> Iterator[Question]:
    return (
        label_question(settings.task, encode_picture(rgb, settings.picture)) for rgb in pictures
    )


def _table(
    one: VideoResults,
    rows: npt.NDArray[np.intp],
    answers: Answers,
    settings: LabelSettings,
    about: dict[str, Any],
) -> LabelTable:
    task = settings.task
    asked = json.dumps(asdict(settings), sort_keys=True).encode()
    track = one.table.track[rows]
    return LabelTable(
        frame=one.table.frame[rows],
        seconds=one.table.seconds[rows],
        track=track if task.sees == "face" else np.full_like(track, -1),
        answers=answers,
        classes=task.classes,
        about={
            "question": task.question,
            "settings_sha256": hashlib.sha256(asked).hexdigest(),
            **about,
        },
    )


def _dominant(one: VideoResults) -> dict[int, str]:
    """What the network says of each person, and of the whole video."""
    tracks: Sequence[int] = one.tracks["track"].to_pylist()
    told = dict(zip(tracks, one.tracks["dominant"].to_pylist(), strict=True))
    return {**told, -1: one.corrected_row.dominant}


def about_server(server: Server, replies: Sequence[Reply]) -> dict[str, Any]:
    """Who was asked; with the models that the server says answered, and the first and last of the
    dates of its replies.
    """
    models = {_returned_model(reply) for reply in replies if reply.content is not None}
    dates = sorted(reply.date for reply in replies if reply.date)
    return {
        "host": server.address.host,
        "model": server.model,
        "models_returned": sorted(filter(None, models)),
        "dates": [dates[0], dates[-1]] if dates else [],
    }


def _returned_model(reply: Reply) -> str:
    """The model that answered, as the server says; empty where it does not."""
    model = (reply.content or {}).get("model")
    return model[:200] if isinstance(model, str) else ""
