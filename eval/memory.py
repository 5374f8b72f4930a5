"""Peak memory of `videoemo score` on a short clip and on the same clip ten times as long: it must not grow with the length.

    python eval/memory.py VIDEO [--every 25] [--minutes 1 10]

VIDEO is looped, without coding it anew, to each length. Each run is a process of its own; its peak is the operating system's figure.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import av


def looped(source: Path, target: Path, *, minutes: float) -> Path:
    """Write `source` again and again into one file of about `minutes` minutes."""
    with av.open(str(target), "w") as out:
        stream, offset = None, 0
        while stream is None or offset * stream.time_base < minutes * 60:
            with av.open(str(source)) as container:
                video = container.streams.video[0]
                if stream is None:
                    stream = out.add_stream_from_template(video)
                    stream.time_base = video.time_base
                end = 0
                for packet in container.demux(video):
                    if packet.dts is None:
                        continue
                    end = max(end, packet.pts + packet.duration)
                    packet.pts, packet.dts, packet.stream = packet.pts + offset, packet.dts + offset, stream
                    out.mux(packet)
                offset += end
    return target


def peak_mib(video: Path, out: Path, *, every: int) -> float:
    """Score a video in a process of its own and return its peak memory in MiB."""
    code = "import sys; from videoemo.cli import main; sys.argv[0] = 'videoemo'; main()"
    command = [sys.executable, "-c", code, "score", str(video), "-o", str(out), "--every", str(every)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    # The figure is the largest of all children so far: the lengths are given shortest first, so an unchanged one means "no more".
    return max(before, after) / 1024


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
            peaks.append(peak_mib(clip, Path(folder) / "out", every=args.every))
            print(f"{minutes:6g} min: peak {peaks[-1]:7.0f} MiB, {peaks[-1] / peaks[0] - 1:+.1%}", flush=True)


if __name__ == "__main__":
    main()
