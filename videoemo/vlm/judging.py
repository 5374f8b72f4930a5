"""Vision-language models judged on labelled faces: on expressions beside the network that ships, on
race, gender and age as aggregates.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from videoemo.config.face_protocol import AttributesProtocol
from videoemo.errors import InputError
from videoemo.evaluation.labeller import LabellerReport, evaluate_labeller
from videoemo.evaluation.labeller_attributes import (
    Attribute,
    AttributeLabellerReport,
    attribute_classes,
    evaluate_attribute_labeller,
)
from videoemo.evaluation.run import load_attributes_for_labeller, load_for_labeller
from videoemo.inference.extractor import load_extractor
from videoemo.util.messages import count_noun
from videoemo.util.terminal import say
from videoemo.vlm.cache import ReplyCache, default_cache
from videoemo.vlm.consent import Address, find_address
from videoemo.vlm.load_local import load_local
from videoemo.vlm.server import Server, ServerLabeller, api_key
from videoemo.vlm.task import Labeller, LabelSettings, Task, load_labelling

__all__ = [
    "ATTRIBUTES",
    "Judged",
    "ServerChoice",
    "judge_attribute_labeller",
    "judge_labeller",
    "open_labeller",
    "tell_destination",
]

# What is asked for each attribute; the classes are those of the labels.
ATTRIBUTES: dict[Attribute, str] = {
    "race": "Which race or ethnicity would an annotator of this picture choose?",
    "gender": "Which gender would an annotator of this picture choose?",
    "age": "Which age in years would an annotator of this picture choose?",
}
# The file of replies that goes with the process: nothing is kept of single people.
_NOWHERE = Path(":memory:")


@dataclass(frozen=True)
class ServerChoice:
    """A server to be judged.

    Parameters
    ----------
    url : str
        Its address.
    model : str
        The model, as the server calls it.
    send_pictures_to : str or None
        The host that may get pictures, where that is not this machine.
    max_calls : int or None
        The most requests.
    cache : Path or None
        The file of replies of before; None for the platform's.
    """

    url: str
    model: str
    send_pictures_to: str | None = None
    max_calls: int | None = None
    cache: Path | None = None


@dataclass(frozen=True)
class Judged:
    """A labeller that is judged.

    Parameters
    ----------
    labeller : Labeller
        What answers.
    name, provenance : str, dict of str to str
        What is known of it.
    probabilities : bool
        Whether its probabilities are more than 1 for the class that it names.
    address : Address or None
        Where it is, of a server.
    """

    labeller: Labeller
    name: str
    provenance: dict[str, str]
    probabilities: bool
    address: Address | None = None


def judge_labeller(
    protocol: str, who: Path | ServerChoice, settings: LabelSettings, *, data: Path | None = None
) -> LabellerReport:
    """Judge a local model, or one of a server, by a protocol for faces.

    Parameters
    ----------
    protocol : str
        Its name in `eval/protocols/`, or the path of a TOML file.
    who : Path or ServerChoice
        The folder or the card of a local model, or a server.
    settings : LabelSettings
        What is asked, and how.
    data : Path or None
        The data's folder; None for `$VIDEOEMO_DATA/<kind>`, or `data/<kind>`.

    Raises
    ------
    InputError
        No such protocol, folder or model, or classes that differ.
    TrainingError
        The data cannot be read.
    WeightsError
        A local model that cannot be used.
    ServerError
        A server that cannot be asked.
    """
    task = settings.task
    if task.sees != "face":
        raise InputError("the task asks about whole frames: faces are judged by one about faces")
    if task.protected:
        raise InputError(f"the task asks about {task.protected}: it is not asked of faces")
    network = load_extractor(precision="float32")
    with open_labeller(who, settings) as judged:
        found, faces = load_for_labeller(protocol, network, data=data)
        tell_destination(judged, len(faces))
        return evaluate_labeller(
            found,
            faces,
            judged.labeller,
            name=judged.name,
            provenance=judged.provenance,
            classes=task.classes,
            probabilities=judged.probabilities,
            network=network,
        )


def judge_attribute_labeller(
    protocol: AttributesProtocol,
    who: Path | ServerChoice,
    asked: Attribute | LabelSettings,
    *,
    data: Path | None = None,
) -> AttributeLabellerReport:
    """Judge a local model, or one of a server, on labels of race, gender or age; nothing is told or
    kept of single people.

    Parameters
    ----------
    protocol : AttributesProtocol
        How.
    who : Path or ServerChoice
        The folder or the card of a local model, or a server; for race a local model.
    asked : {"race", "gender", "age"} or LabelSettings
        The attribute, or a task that asks for it.
    data : Path or None
        As of `judge_labeller`.

    Raises
    ------
    InputError
        As `judge_labeller`; race asked of a server, a task that asks for something else, or too few
        labels.
    TrainingError, WeightsError, ServerError
        As `judge_labeller`.
    """
    settings = load_labelling() if isinstance(asked, str) else asked
    attribute = cast(Attribute, asked if isinstance(asked, str) else settings.task.protected)
    if attribute not in ATTRIBUTES:
        raise InputError(f"the task asks for none of {', '.join(ATTRIBUTES)}")
    if attribute == "race" and isinstance(who, ServerChoice):
        raise InputError("race is asked of local models alone: give one with --local")
    faces = load_attributes_for_labeller(protocol, load_extractor(precision="float32"), data=data)
    if isinstance(asked, str):
        classes = attribute_classes(attribute, faces, protocol)
        settings = replace(settings, task=Task(question=ATTRIBUTES[attribute], classes=classes))
    if isinstance(who, ServerChoice):
        who = replace(who, cache=_NOWHERE)
    with open_labeller(who, settings) as judged:
        tell_destination(judged, len(faces))
        return evaluate_attribute_labeller(
            protocol,
            faces,
            judged.labeller,
            attribute=attribute,
            name=judged.name,
            provenance=judged.provenance,
            classes=settings.task.classes,
            probabilities=judged.probabilities,
        )


def tell_destination(judged: Judged, n: int) -> None:
    """Say where n pictures go, before the first."""
    if judged.address is not None:
        here = ", this machine" if judged.address.loopback else ""
        say(f"{count_noun(n, 'picture')} of faces go to {judged.address.host}{here}", error=True)


@contextmanager
def open_labeller(who: Path | ServerChoice, settings: LabelSettings) -> Iterator[Judged]:
    """Open a local model, or one of a server, for as long as the block lasts.

    Raises
    ------
    InputError, WeightsError, ServerError
        As `judge_labeller`.
    """
    task = settings.task
    if isinstance(who, Path):
        model = load_local(who, task)
        card = model.card
        known = {
            "question": model.question,
            "checksum": card.sha256 or "",
            "origin": card.origin,
            "licence": card.licence,
            "trained_on": card.trained_on,
        }
        yield Judged(model, card.name, known, probabilities=True)
        return
    address = find_address(who.url, who.send_pictures_to)
    with (
        ReplyCache(who.cache or default_cache()) as cache,
        Server(
            address, who.model, settings.server, cache, key=api_key(), max_calls=who.max_calls
        ) as server,
    ):
        known = {"question": task.question, "host": address.host}
        labeller = ServerLabeller(server, task, settings.picture)
        yield Judged(labeller, who.model, known, probabilities=False, address=address)
