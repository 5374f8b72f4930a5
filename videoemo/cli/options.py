"""Options that several commands share, and what they have in common in the end."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from videoemo.errors import InputError
from videoemo.util.file_names import FILE_NAMES, is_file_name
from videoemo.util.messages import shown

__all__ = [
    "FAILED_VIDEOS",
    "NAME",
    "NAMES",
    "GivenPath",
    "check",
    "check_asked",
    "cluster",
    "dataset",
    "dry_run",
    "features",
    "jobs",
    "jobs_or_cluster",
    "local",
    "max_calls",
    "named_file",
    "out",
    "redo",
    "reply_cache",
    "send_pictures_to",
    "server",
    "stream",
    "vlm",
]

# The exit status of a run in which some or all videos failed.
FAILED_VIDEOS = 3

_EMPTY = "it is empty; a variable of the shell may be unset"


class GivenPath(click.Path):
    """Type of a path on the command line; an empty one, which would be the working folder, is
    refused.

    Parameters
    ----------
    **checks : object
        Those of `click.Path`, such as `exists=True`.
    """

    def __init__(self, **checks: Any) -> None:
        super().__init__(path_type=Path, **checks)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Convert to a Path."""
        if not os.fspath(value):
            self.fail(_EMPTY, param, ctx)
        return super().convert(value, param, ctx)


class _Name(click.types.StringParamType):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not value:
            self.fail(_EMPTY, param, ctx)
        return super().convert(value, param, ctx)


class _Names(click.types.StringParamType):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        names = super().convert(value, param, ctx).split(",")
        return [name.strip() for name in names if name.strip()]


# The type of a name, or of a path where a name would do; it is not empty.
NAME = _Name()
# The type of a list of names, with commas.
NAMES = _Names()

check = click.option(
    "--check",
    is_flag=True,
    help="Read every label and picture, print what is there and what is wrong, and stop; with -o, "
    "left_out.csv lists each face that is left out.",
)

out = click.option(
    "-o",
    "--out",
    type=GivenPath(),
    required=True,
    help="Folder for the results; made if need be.",
)
jobs = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Work on N videos at a time; the results are the same.",
)
cluster = click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Have a Dask cluster do it: the address of its scheduler, such as tcp://10.0.0.1:8786.",
)
stream = click.option(
    "--stream",
    type=click.IntRange(min=0),
    metavar="N",
    help="Of several video streams the N-th, from 0; else the one that plays by default.",
)
redo = click.option(
    "--redo", is_flag=True, help="Replace a table that was made with other settings."
)
dataset = click.option(
    "--dataset",
    type=NAME,
    metavar="NAME",
    help="The table features/NAME.parquet; not needed where there is only one.",
)
server = click.option(
    "--server",
    "url",
    type=NAME,
    metavar="URL",
    help="A server of the Chat Completions interface, such as http://localhost:11434/v1.",
)
vlm = click.option("--vlm", type=NAME, metavar="NAME", help="The model, as the server calls it.")
local = click.option(
    "--local",
    type=GivenPath(),
    metavar="PATH",
    help="In place of a server: a model's folder, or its card.",
)
dry_run = click.option(
    "--dry-run", is_flag=True, help="Print what would be sent, and send nothing."
)
max_calls = click.option(
    "--max-calls", type=click.IntRange(min=0), metavar="N", help="Send no more than N requests."
)
send_pictures_to = click.option(
    "--send-pictures-to",
    "host",
    type=NAME,
    metavar="HOST",
    help="Let this host, which is not this machine, have pictures of the people in the videos.",
)
reply_cache = click.option(
    "--cache",
    type=GivenPath(),
    metavar="FILE",
    help="Where replies are kept, so that nothing is asked twice; else in the user's cache folder.",
)
features = click.option("--features", type=GivenPath(), help="The table, wherever it lies.")


def check_asked(
    url: str | None, vlm: str | None, local: Path | None, *, dry_run: bool, max_calls: int | None
) -> None:
    """Check that there is one vision-language model to ask.

    Raises
    ------
    click.UsageError
        There is none, or more than one, or an option of the other kind.
    """
    if (url is None) == (local is None):
        raise click.UsageError("give a server with --server and --vlm, or a model with --local")
    if local is not None and vlm is not None:
        raise click.UsageError("--vlm: it names the model of a --server; leave it out")
    if url is not None and vlm is None:
        raise click.UsageError("Missing option '--vlm': the model, as the server calls it")
    for name, given in (("--dry-run", dry_run), ("--max-calls", max_calls is not None)):
        if local is not None and given:
            raise click.UsageError(f"{name}: nothing is sent with --local; leave it out")


def jobs_or_cluster(jobs: int | None, cluster: str | None) -> dict[str, Any]:
    """The arguments `jobs` and `cluster` of a run, of which one at most is given.

    Raises
    ------
    UsageError
        Both are given.
    """
    if jobs is not None and cluster is not None:
        message = "--cluster: its workers serve, each for one video at a time; leave --jobs out"
        raise click.UsageError(message)
    return {"jobs": jobs, "cluster": cluster}


def named_file(folder: str, name: str) -> Path:
    """The file of a folder that is named after what the command was given, such as a recipe.

    Raises
    ------
    InputError
        The name is none that a file can have everywhere.
    """
    if not is_file_name(name):
        raise InputError(f"allowed are {FILE_NAMES}, got {shown(name)}: say where with -o")
    return Path(folder) / name
