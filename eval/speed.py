"""How fast videoemo is, against what people would use in its place, on one machine in one run.

    python eval/speed.py --runs 5 --json FILE [--only rows,ours,parts,start,hour,memory] [--peer NAME ...] [--frames N]
    python eval/speed.py --table FILE

On two cores, clips of $VIDEOEMO_SHARED/media. `rows`: us and a peer in turns, in processes that stay warm; the first call makes the peers'
environments in $VIDEOEMO_PEERS (else the platform's cache), from the package registry that pip uses; where torch comes with CUDA libraries by
default, name an index of CPU builds in PIP_EXTRA_INDEX_URL. `ours`: the stages, and memory. `parts`: the whole against decoding and the networks
with nothing between. `start`, `hour`, `memory`: the command. What --only and --peer leave out stays in FILE as it was. --table puts FILE into
eval/README.md.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import get_args

import click
from measure.clips import shared, shortened
from measure.commanding import measure_hour, measure_memory, measure_start
from measure.comparing import Clips, measure_ours, measure_parts, measure_rows, say
from measure.machine import machine, versions
from measure.results import Peer, Speed, load, save
from measure.table import markdown, rewrite
from measure.workers import keep_to

from videoemo.errors import VideoemoError

CORES = 2
README = Path(__file__).with_name("README.md")
SECTIONS = {
    "rows": measure_rows,  # some of them, where some peers are named
    "ours": measure_ours,
    "parts": measure_parts,
    "start": measure_start,
    "hour": measure_hour,
    "memory": measure_memory,
}


def measure(chosen: list[str], clips: Clips, runs: int, path: Path, *, command: str, peers: tuple[Peer, ...]) -> Speed:
    """Measure some sections, and write all that is known after each."""
    known = load(path) if path.is_file() else None
    sections = {name: getattr(known, name) for name in SECTIONS} if known else {}
    libraries = None
    for name in chosen:
        say(f"measuring {name}")
        if name == "rows":
            before = [row for row in sections.get(name, ()) if row.peer not in peers]
            sections[name] = tuple(sorted([*before, *measure_rows(clips, runs, peers)], key=lambda row: (row.clip, row.peer)))
        else:
            sections[name] = tuple(SECTIONS[name](clips, runs))
        libraries = libraries or versions()  # `rows`, which comes first, installs the peers
        save(Speed(command=command, runs=runs, machine=machine(), versions=libraries, **sections), path)
    return load(path)


_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--runs", type=click.IntRange(min=1), default=5, show_default=True, help="Timed passes of each figure.")
@click.option("--json", "path", type=_FILE, help="File for the results.")
@click.option("--only", default=",".join(SECTIONS), show_default=True, help="What to measure.")
@click.option("--peer", "peers", type=click.Choice(get_args(Peer)), multiple=True, help="In `rows`, beside this one alone; may be repeated.")
@click.option("--frames", type=click.IntRange(min=1), help="Only the first frames of each clip: for a quick look, not for figures.")
@click.option("--table", type=_FILE, help="Put the results of a file into eval/README.md, and measure nothing.")
def main(*, runs: int, path: Path | None, only: str, peers: tuple[Peer, ...], frames: int | None, table: Path | None) -> None:
    """Measure, and print the figures as tables.

    Exit status: 0 done; 1 something could not be measured; 2 wrong usage.
    """
    chosen = [name for name in SECTIONS if name in only.split(",")]
    if (path is None) == (table is None) or not set(only.split(",")) <= set(SECTIONS):
        raise click.UsageError(f"give --json FILE or --table FILE; --only takes some of {','.join(SECTIONS)}")
    try:
        if table is not None:
            rewrite(README, "speed", markdown(load(table)))
            return
        assert path is not None
        keep_to(CORES)
        command = f"python eval/speed.py --runs {runs} --json FILE" + (f" --frames {frames}" if frames else "")
        with tempfile.TemporaryDirectory() as temporary:

            def clips(name: str) -> Path:
                short = Path(temporary) / name
                if not frames:
                    return shared(name)
                return short if short.is_file() else shortened(shared(name), short, frames=frames)

            print(markdown(measure(chosen, clips, runs, path, command=command, peers=peers or get_args(Peer))), end="")
    except VideoemoError as exc:
        raise click.ClickException(" ".join(str(exc).split())) from exc


if __name__ == "__main__":
    main()
