"""Peak memory of `videoemo score` on a short clip and on the same clip ten times as long: it must not grow with the length.

    python eval/memory.py VIDEO [--every 25] [--minutes 1 10]

VIDEO is looped, without coding it anew, to each length. The peak is of all processes of a run together, looked at ten times a second.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from measure.clips import looped
from measure.commanding import score


def main() -> None:
    """Print the peak for each length and the growth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", type=Path)
    parser.add_argument("--every", type=int, default=25)
    parser.add_argument("--minutes", type=float, nargs="+", default=[1.0, 10.0])
    args = parser.parse_args()
    peaks = []
    with tempfile.TemporaryDirectory() as folder:
        for minutes in sorted(args.minutes):
            clip = looped(args.video, Path(folder) / f"{minutes:g}.mp4", minutes=minutes)
            peaks.append(score(clip, "--every", str(args.every), memory=True).peak_mib)
            print(f"{minutes:6g} min: peak {peaks[-1]:7.0f} MiB, {peaks[-1] / peaks[0] - 1:+.1%}", flush=True)


if __name__ == "__main__":
    main()
