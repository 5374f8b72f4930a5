"""The commands of the networks: list, show, fetch, verify, import, bundle."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from videoemo.cli import options
from videoemo.util.terminal import print_result, say

if TYPE_CHECKING:
    from videoemo.zoo.cards import Card

__all__ = ["models"]

# Columns of a terminal that a listing fits.
_WIDTH = 110


@click.group()
def models() -> None:
    """The networks: which there are, which are here, and how to get them.

    Those that do not ship are kept in $VIDEOEMO_MODELS, or else in the platform's cache. With
    VIDEOEMO_OFFLINE=1 nothing is fetched.
    """


@models.command("list")
def list_() -> int:
    """List the networks, and say which are here.

    Exit status 1 when a card cannot be used.
    """
    from videoemo.errors import RecipeError
    from videoemo.zoo.cards import card_names, find_card

    known, status = [], 0
    for name in card_names():
        try:
            known.append(find_card(name))
        except RecipeError as exc:
            say(f"notice: {exc}", error=True)
            status = 1
    rows = [("name", "architecture", "px", "outputs", "here", "licence")]
    rows += [
        (
            c.name,
            c.architecture,
            str(c.input_size),
            _outputs(c),
            "yes" if weights.is_file() else "no",
            c.licence,
        )
        for c, weights in known
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for row in rows:
        line = (
            "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=False))
            + f"  {row[5]}"
        )
        print_result(line if len(line) <= _WIDTH else f"{line[: _WIDTH - 3].rstrip()}...")
    return status


def _outputs(card: Card) -> str:
    classes = [str(len(card.classes))] if card.classes else []
    return ", ".join([*classes, *_others(card)]) or "embedding"


def _others(card: Card) -> tuple[str, ...]:
    return (*card.value_names, *card.attribute_names)


@models.command()
@click.argument("name", metavar="NAME", type=options.NAME)
def show(name: str) -> int:
    """Show a network's card.

    What it is, where it comes from, under which licence, how good it is, and where it was audited
    how good it is for which groups of people.
    """
    from videoemo.zoo.audit import audit_lines
    from videoemo.zoo.cards import find_card

    card, weights = find_card(name)
    missing = (
        f"not here; get it: videoemo models fetch {card.name}"
        if card.source
        else f"not here: {weights}"
    )
    kind = "sha256" if card.sha256 else "git blob"
    facts = {
        "name": card.name,
        "architecture": card.architecture,
        "outputs": ", ".join([*card.classes, *_others(card)]) or "none but the vector",
        "vector": f"{card.embedding} numbers",
        "input": (
            f"{card.input_size} x {card.input_size} px, {card.colour}, mean {_numbers(card.mean)}, "
            f"std {_numbers(card.std)}"
        ),
        "crop": f"{card.crop}{', aligned' * card.align}",
        "temperature": f"{card.temperature:g}",
        "licence": card.licence,
        "origin": card.origin,
        "trained on": card.trained_on,
        "figures": card.figures,
        "source": card.source.url if card.source else "none: it ships, or was imported",
        "format": card.format,
        "checksum": f"{card.checksum} ({kind})",
        "weights": str(weights) if weights.is_file() else missing,
    }
    for key, value in facts.items():
        line = f"{key:12}  {value}"
        wrapped = wrap(line, _WIDTH, subsequent_indent=" " * 14, break_on_hyphens=False)
        print_result(*(wrapped if " " in value else [line]))
    if card.audit:
        print_result("", *audit_lines(card.audit, width=_WIDTH))
    return 0


def _numbers(values: tuple[float, ...]) -> str:
    return " ".join(f"{value:g}" for value in values)


@models.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True, type=options.NAME)
def fetch(names: tuple[str, ...]) -> int:
    """Fetch networks, unless they are here.

    What was cut short goes on where it stopped. Prints where they lie.
    """
    from videoemo.zoo.cards import find_card
    from videoemo.zoo.fetch import fetch as fetch_weights

    for name in names:
        say(str(fetch_weights(*find_card(name))))
    return 0


@models.command()
def verify() -> int:
    """Compare what is here with its checksums.

    Exit status 1 when a network is damaged.
    """
    from videoemo.errors import RecipeError, WeightsError
    from videoemo.util.checksums import verified
    from videoemo.zoo.cards import card_names, find_card

    status = 0
    for name in card_names():
        try:
            card, weights = find_card(name)
            if weights.is_file():
                print_result(f"ok       {verified(weights, card.checksum)}")
        except (RecipeError, WeightsError) as exc:
            print_result(f"DAMAGED  {name}: {exc}")
            status = 1
    return status


@models.command("import")
@click.argument("path", metavar="FILE", type=options.GivenPath(exists=True))
@click.option(
    "--as",
    "name",
    type=options.NAME,
    metavar="NAME",
    help="The published network that the file is; its checksum must be the published one.",
)
@click.option(
    "--card",
    type=options.GivenPath(exists=True, dir_okay=False),
    metavar="MY.toml",
    help="The card of a network of your own.",
)
def import_(path: Path, name: str | None, card: Path | None) -> int:
    """Bring a network as a file, or a folder of them.

    FILE with --as is a published network that came another way; FILE with --card is one of your
    own, whose checksum is taken now and written to the card that is kept; a folder is what
    `models bundle` made.
    """
    from videoemo.zoo.importing import import_folder, import_known, import_own

    if path.is_dir():
        if name is not None or card is not None:
            raise click.UsageError("a folder has its own cards: give neither --as nor --card")
        say(f"imported {', '.join(import_folder(path))}")
    elif name is not None and card is None:
        say(f"imported {name}: {import_known(path, name)}")
    elif card is not None and name is None:
        kept = import_own(path, card)
        say(f"imported {kept.name}, checksum {kept.checksum}; use it: --extractor {kept.name}")
    else:
        raise click.UsageError(
            "say what the file is: --as NAME for a published network, or --card MY.toml for one of "
            "your own"
        )
    return 0


@models.command()
@click.argument("folder", metavar="DIR", type=options.GivenPath(file_okay=False))
def bundle(folder: Path) -> int:
    """Copy the networks that are here to a folder.

    It is for a machine without the network. There: videoemo models import DIR, or
    set VIDEOEMO_MODELS=DIR.
    """
    from videoemo.zoo.bundle import bundle as make

    say(
        f"{', '.join(make(folder))} in {folder}; on the other machine: videoemo models "
        f"import {folder}"
    )
    return 0
