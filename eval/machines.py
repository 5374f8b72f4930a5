"""Two runs of `videoemo score` that share nothing but two folders, as on two machines: no video is
done twice, and the tables are those of one run.

    python -m eval.machines [--clips 30]

Each run has a home, caches and, where `unshare` can make one, a space of processes of its own, so
that it cannot see whether the other lives and must judge by its leases. The clips are made on the
spot. The frames that the two have done are added up: what goes beyond those of one run was done
twice. Files are compared as in `eval.crash`. Exit status 1 when anything was done twice, differs or
is left.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from eval.crash import compared, make_clips
from eval.support.command import command
from eval.support.workers import ROOT

# A space of processes of its own, without being root.
APART = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc"]
WHO = "from videoemo.runs.state.owner_tokens import machine_id; print(machine_id())"


def own_processes() -> list[str]:
    """What makes a command run as on another machine; nothing where that cannot be had."""
    possible = (
        shutil.which(APART[0])
        and subprocess.run([*APART, "true"], capture_output=True, check=False).returncode == 0
    )
    return APART if possible else []


class Machine:
    """One of them.

    Parameters
    ----------
    home : Path
        A new folder for all that is kept a user.
    apart : list of str
        What makes a command run as on another machine.

    Attributes
    ----------
    name : str
        By which its runs know it.
    """

    def __init__(self, home: Path, apart: list[str]) -> None:
        home.mkdir()
        self._python = [*apart, sys.executable]
        self._env = os.environ | {
            "HOME": str(home),
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_CONFIG_HOME": str(home / "config"),
        }
        self.name = subprocess.run(
            [*self._python, "-c", WHO],
            cwd=ROOT,
            env=self._env,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    def start(self, clips: Path, out: Path) -> None:
        """Begin a run."""
        score = [*self._python, "-m", "videoemo", "score", str(clips), "-o", str(out)]
        options = ["--pipeline", str(clips / "settings.toml"), "--log-json"]
        self._run = subprocess.Popen(
            [*score, *options],
            cwd=ROOT,
            env=self._env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self) -> int:
        """Wait for its end, which must be a good one; the frames that it has done itself."""
        _, err = self._run.communicate()
        if self._run.returncode:
            sys.exit(f"the run on {self.name} ended with status {self._run.returncode}:\n{err}")
        said = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
        return max((event["frames"] for event in said if event["event"] == "progress"), default=0)


@command(__doc__)
@click.option("--clips", "n_clips", type=click.IntRange(min=1), default=30, show_default=True)
def main(*, n_clips: int) -> None:
    """Print what each did, and the comparison."""
    with tempfile.TemporaryDirectory() as temporary:
        clips, together, alone = (Path(temporary) / name for name in ("clips", "together", "alone"))
        make_clips(clips, n_clips)
        apart = own_processes()
        both = [Machine(Path(temporary) / f"home-{n}", apart) for n in (1, 2)]
        if both[0].name == both[1].name:
            print(
                "no separate space of processes can be had here (unshare): both runs see that they "
                "are on one machine"
            )
        began = time.monotonic()
        both[0].start(clips, alone)
        wanted = both[0].finish()
        seconds = time.monotonic() - began
        print(f"one run: {n_clips} clips, {wanted} frames, {seconds:.1f} s", flush=True)
        began = time.monotonic()
        for machine in both:
            machine.start(clips, together)
        done = [machine.finish() for machine in both]
        print(f"two runs: {time.monotonic() - began:.1f} s")
        for machine, frames in zip(both, done, strict=True):
            print(f"  machine {machine.name}: {frames} frames")
        words, amiss = compared(alone, together)
        print(f"{sum(done)} frames of {wanted}, so {sum(done) - wanted} done twice; {words}")
        sys.exit(sum(done) != wanted or bool(amiss))


if __name__ == "__main__":
    main()
