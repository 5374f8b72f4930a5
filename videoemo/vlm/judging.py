"""Vision-language models judged on labelled faces, beside the network that ships."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from videoemo.errors import InputError
from videoemo.evaluation.labeller import LabellerReport, evaluate_labeller
from videoemo.evaluation.run import load_for_labeller
from videoemo.inference.extractor import load_extractor
from videoemo.util.messages import count_noun
from videoemo.util.terminal import say
from videoemo.vlm.cache import ReplyCache, default_cache
from videoemo.vlm.consent import Address, find_address
from videoemo.vlm.load_local import load_local
from videoemo.vlm.server import Server, ServerLabeller, api_key
from videoemo.vlm.task import Labeller, LabelSettings

__all__ = ["ServerChoice", "judge_labeller"]


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
class _Judged:
    """A labeller, what is known of it, and whether it gives probabilities; where it is a server,
    its address.
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
    with _opened(who, settings) as judged:
        found, faces = load_for_labeller(protocol, network, data=data)
        if judged.address is not None:
            here = ", this machine" if judged.address.loopback else ""
            host = f"{judged.address.host}{here}"
            say(f"{count_noun(len(faces), 'picture')} of faces go to {host}", error=True)
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


@contextmanager
def _opened(who: Path | ServerChoice, settings: LabelSettings) -> Iterator[_Judged]:
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
        yield _Judged(model, card.name, known, probabilities=True)
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
        yield _Judged(labeller, who.model, known, probabilities=False, address=address)
