"""Two runs of `videoemo score` that share nothing but two folders, as on two machines: no video is done twice, and the tables are those of one run.

    python eval/machines.py [--clips 30]

Each run has a home, caches and, where `unshare` can make one, a space of processes of its own, so that it cannot see whether the other lives
and must judge by its leases. The clips are made on the spot. The frames that the two have done are added up: what goes beyond those of one run
was done twice. Files are compared as in crash.py. Exit status 1 when anything was done twice, differs or is left.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from crash import compared, make_clips

# A space of processes of its own, without being root.
APART = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc"]
WHO = "from videoemo.work.owners import this_machine; print(this_machine())"


def apart() -> list[str]:
    """What makes a command run as on another machine; nothing where that cannot be had."""
    possible = shutil.which(APART[0]) and subprocess.run([*APART, "true"], capture_output=True, check=False).returncode == 0
    return APART if possible else []


class Machine:
    """One of them.

    Parameters
    ----------
    home : an empty folder for all that is kept a user.
    """

    def __init__(self, home: Path, python: list[str]) -> None:
        home.mkdir()
        self._python = [*python, sys.executable]
        self._env = os.environ | {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "XDG_CONFIG_HOME": str(home / "config")}
        self.name = subprocess.run([*self._python, "-c", WHO], env=self._env, capture_output=True, text=True, check=True).stdout.strip()

    def start(self, clips: Path, out: Path) -> None:
        """Begin a run."""
        command = [*self._python, "-m", "videoemo", "score", clips, "-o", out, "--pipeline", clips / "settings.toml", "--log-json"]
        self._run = subprocess.Popen(command, env=self._env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def finish(self) -> int:
        """Wait for its end, which must be a good one; the frames that it has done itself."""
        _, err = self._run.communicate()
        if self._run.returncode:
            sys.exit(f"the run on {self.name} ended with status {self._run.returncode}:\n{err}")
        said = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
        return max((event["frames"] for event in said if event["event"] == "progress"), default=0)


def main() -> None:
    """Print what each did, and the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=30)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        clips, together, alone = (Path(temporary) / name for name in ("clips", "together", "alone"))
        make_clips(clips, args.clips)
        python = apart()
        both = [Machine(Path(temporary) / f"home-{n}", python) for n in (1, 2)]
        if both[0].name == both[1].name:
            print("no separate space of processes can be had here (unshare): both runs see that they are on one machine")
        began = time.monotonic()
        both[0].start(clips, alone)
        wanted = both[0].finish()
        print(f"one run: {args.clips} clips, {wanted} frames, {time.monotonic() - began:.1f} s", flush=True)
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
