"""How fast videoemo is, against what people would use in its place, on one machine in one run.

    python -m eval.speed --runs 5 --json FILE
        [--only rows,ours,parts,start,help,hour,memory,short,cores] [--peer NAME ...] [--frames N]
    python -m eval.speed --table FILE

On two cores, clips of $VIDEOEMO_SHARED/media. `rows`: us and a peer in turns, in processes that
stay warm; the first call makes the peers' environments in $VIDEOEMO_PEERS (else the platform's
cache), from the package registry that pip uses; where torch comes with CUDA libraries by default,
name an index of CPU builds in PIP_EXTRA_INDEX_URL. `ours`: the stages, and memory. `parts`: the
whole against decoding and the networks with nothing between. `start`, `help`, `hour`, `memory`: the
commands. `short`: a thousand videos of 2 s against one long video (6 minutes). `cores`: one video
and many on one core and on two, and a model of more. `hour`, `memory`, `short` and `cores` are
measured once, whatever --runs says. What --only and --peer leave out stays in FILE as it was, with
its own number of runs. --table puts FILE into eval/README.md.

Exit status: 0 done; 1 something could not be measured; 2 wrong usage.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, get_args

import click

from eval.support.clips import shared, shortened
from eval.support.command import command, say
from eval.support.command_line import (
    measure_cores,
    measure_help,
    measure_hour,
    measure_memory,
    measure_short,
    measure_start,
)
from eval.support.machine import machine, versions
from eval.support.markdown import rewrite
from eval.support.results import Peer, Speed, load, save
from eval.support.side_by_side import Clips, measure_ours, measure_parts, measure_rows
from eval.support.speed_table import markdown
from eval.support.workers import keep_to

CORES = 2
README = Path(__file__).with_name("README.md")
SECTIONS: dict[str, Callable[[Clips, int], Iterable[Any]]] = {
    "rows": measure_rows,  # of some peers, where some are named
    "ours": measure_ours,
    "parts": measure_parts,
    "start": measure_start,
    "help": measure_help,
    "hour": measure_hour,
    "memory": measure_memory,
    "short": measure_short,
    "cores": measure_cores,
}


def measure(
    chosen: list[str], clips: Clips, runs: int, path: Path, *, made_by: str, peers: tuple[Peer, ...]
) -> Speed:
    """Measure some sections, and write all that is known after each.

    Parameters
    ----------
    chosen : list of str
        Some of `SECTIONS`, in their order.
    clips : callable
        Where a clip lies, by its name.
    runs : int
        Timed passes of each figure.
    path : Path
        The file of results.
    made_by : str
        The command, for the file.
    peers : tuple of str
        Which are run; the rows of others stay.
    """
    known = load(path) if path.is_file() else None
    sections = {name: getattr(known, name) for name in SECTIONS} if known else {}
    libraries = None
    for name in chosen:
        say(f"measuring {name}")
        if name == "rows":
            before = [row for row in sections.get(name, ()) if row.peer not in peers]
            rows = [*before, *measure_rows(clips, runs, peers)]
            sections[name] = tuple(sorted(rows, key=lambda row: (row.clip, row.peer)))
        else:
            sections[name] = tuple(SECTIONS[name](clips, runs))
        libraries = libraries or versions()  # `rows`, which comes first, installs the peers
        speed = Speed(command=made_by, machine=machine(), versions=libraries, **sections)
        save(speed, path)
    return load(path)


def clip(name: str, *, frames: int | None, folder: Path) -> Path:
    """Where a clip lies, or its first frames, which are written into a folder."""
    if not frames:
        return shared(name)
    short = folder / name
    return short if short.is_file() else shortened(shared(name), short, frames=frames)


_FILE = click.Path(path_type=Path, dir_okay=False)


@command(__doc__)
@click.option(
    "--runs",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="Timed passes of each figure.",
)
@click.option("--json", "path", type=_FILE, help="File for the results.")
@click.option("--only", default=",".join(SECTIONS), show_default=True, help="What to measure.")
@click.option(
    "--peer",
    "peers",
    type=click.Choice(get_args(Peer)),
    multiple=True,
    default=get_args(Peer),
    help="In `rows`, beside this one alone; may be repeated.",
)
@click.option(
    "--frames",
    type=click.IntRange(min=1),
    help="Only the first frames of each clip: for a quick try, not for figures.",
)
@click.option(
    "--table",
    type=_FILE,
    help="Put the results of a file into eval/README.md, and measure nothing.",
)
def main(
    *,
    runs: int,
    path: Path | None,
    only: str,
    peers: tuple[Peer, ...],
    frames: int | None,
    table: Path | None,
) -> None:
    """Measure, and print the figures as tables."""
    chosen = [name for name in SECTIONS if name in only.split(",")]
    if (path is None) == (table is None) or not set(only.split(",")) <= set(SECTIONS):
        raise click.UsageError(
            f"give --json FILE or --table FILE; --only takes some of {','.join(SECTIONS)}"
        )
    if table is not None:
        rewrite(README, "speed", markdown(load(table)))
        return
    assert path is not None
    keep_to(CORES)
    short = f" --frames {frames}" if frames else ""
    made_by = f"python -m eval.speed --json FILE{short}"
    with tempfile.TemporaryDirectory() as temporary:
        clips = partial(clip, frames=frames, folder=Path(temporary))
        print(markdown(measure(chosen, clips, runs, path, made_by=made_by, peers=peers)), end="")


if __name__ == "__main__":
    main()
