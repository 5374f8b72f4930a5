"""Whose photograph is it, and do two show one person: what embeddings know of who is seen, in the
form of the seed paper's Table 1.

    python -m eval.recognition [NETWORK ...] [--data DIR] [--part FIRST LAST]

Each NETWORK is a name or the path of a card; the one that ships, and one of its architecture with
random weights, are always among them. DIR is a part of LFW, by default
$VIDEOEMO_SHARED/data/faces/lfw. FIRST and LAST, in per cent of the draws, choose people: of a
network that was trained on people of LFW with `part = [0, 50]`, ask with `--part 50 100`.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt

from eval.support.command import command, say
from eval.support.markdown import table
from videoemo.config.face_protocol import (
    IdentificationProtocol,
    VerificationProtocol,
    load_face_protocol,
)
from videoemo.datasets.faces.load import load_split
from videoemo.evaluation.identification import identify
from videoemo.evaluation.photographs import CROP_NAMES
from videoemo.evaluation.verification import verify
from videoemo.inference.extractor import Extractor, load_extractor
from videoemo.util.files import atomic_write
from videoemo.zoo.cards import card_to_toml, find_card, sha256


def random_weights(folder: Path) -> Path:
    """The card of a network with the shipped one's architecture and preprocessing, and random
    weights.
    """
    import torch
    from safetensors.torch import save_file

    from videoemo.backends.timm_torch import build_network

    card, _ = find_card("ferplus-small")
    torch.manual_seed(0)
    network = build_network(card.architecture, n_classes=len(card.classes), colour=card.colour)
    weights = folder / "random.safetensors"
    save_file(network.state_dict(), weights)
    path = folder / "random.toml"
    made = replace(card, name="random weights", file=weights.name, sha256=sha256(weights))
    with atomic_write(path) as temporary:
        temporary.write_text(card_to_toml(made), encoding="utf-8")
    return path


def asked(extractor: Extractor, root: Path, part: tuple[int, int]) -> list[str]:
    """A row of the table."""
    who, pairs = load_face_protocol("lfw"), load_face_protocol("lfw-pairs")
    assert isinstance(who, IdentificationProtocol)
    assert isinstance(pairs, VerificationProtocol)
    data = replace(who.data, part=part)
    faces = load_split(data, "valid", root)
    found = identify(replace(who, data=data), faces, extractor)
    verified = verify(replace(pairs, data=data), faces, extractor, root=root)
    say(f"{found.lines()[0]} ({found.embedded.note})")
    say(verified.lines()[0])
    return [
        extractor.card.name,
        f"{extractor.card.embedding:,}",
        *(told(accuracies, 1) for accuracies in found.accuracies.values()),
        *(told(accuracies, len(accuracies)) for accuracies in verified.accuracies.values()),
    ]


def told(accuracies: npt.NDArray[np.float64], n: int) -> str:
    """The mean, and the deviation of the mean of n."""
    return f"{100 * accuracies.mean():.1f} ± {100 * accuracies.std(ddof=1) / n**0.5:.1f}"


@command(__doc__)
@click.argument("networks", nargs=-1, metavar="[NETWORK ...]")
@click.option("--data", type=click.Path(path_type=Path), help="A part of LFW.")
@click.option("--part", type=(int, int), default=(0, 100), help="Which people, in per cent.")
def main(networks: tuple[str, ...], data: Path | None, part: tuple[int, int]) -> None:
    """Print the table."""
    root = data or Path(os.environ.get("VIDEOEMO_SHARED", "../shared")) / "data/faces/lfw"
    crops = [CROP_NAMES[name] for name in ("centre", "detector", "card")]
    head = ["network", "vector", *(f"who, {name}" for name in crops)]
    head += [f"pairs, {name}" for name in crops]
    with tempfile.TemporaryDirectory() as folder:
        chosen = [str(random_weights(Path(folder))), "ferplus-small", *networks]
        rows = [asked(load_extractor(name, precision="float32"), root, part) for name in chosen]
    click.echo(table(head, rows))


if __name__ == "__main__":
    main()
