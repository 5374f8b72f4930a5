"""What it costs to keep the state of many tiny videos on disk: a lease, a key and a folder each,
and the check that finds them all done.

    python -m eval.bookkeeping [--videos 10000] [--folder DIR]

Nothing is decoded and no network runs: the files are of random bytes, and the outputs of each are
two small files. Printed are the milliseconds of a video, the seconds of the check, and the peak of
the process's memory after a tenth of the videos and after all.
"""

from __future__ import annotations

import json
import os
import resource
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import click
import numpy as np

from eval.support.command import command, say
from videoemo.analysis.fingerprint import settings_key
from videoemo.config.pipeline import load_pipeline
from videoemo.inference.resolve import resolve
from videoemo.runs.state.fingerprint import make_key, video_key
from videoemo.runs.state.leases import Leases
from videoemo.runs.state.results import state, writing
from videoemo.scoring.outputs import OUTPUTS
from videoemo.tables.columns import Columns
from videoemo.tables.summary import to_summary
from videoemo.tables.videos import VideoRow

FACES = "faces.parquet"


def peak() -> str:
    """Of this process's memory so far."""
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB"


@command(__doc__)
@click.option("--videos", type=click.IntRange(min=1), default=10_000, show_default=True)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Where the files go, on the file system to be measured; else the system's temporary one.",
)
def main(*, videos: int, folder: Path | None) -> None:
    """Write the results of all videos, then check that all are done."""
    resolved = resolve(load_pipeline(), notice=say)
    settings, classes = settings_key(resolved), resolved.card.classes
    mean = np.full(len(classes), 1 / len(classes), np.float32)
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        columns = Columns(classes, resolved.card.value_names, None)
        checks = {one.name: one.check(columns) for one in OUTPUTS if one.name == FACES}
        root, names = Path(temporary), [f"{n}.mp4" for n in range(videos)]
        out = root / "out"
        for name in names:
            (root / name).write_bytes(os.urandom(20_000))

        def key(name: str) -> dict[str, Any]:
            return make_key(video_key(root / name, whole=False), settings)

        def kind(name: str, key: dict[str, Any]) -> str:
            return state(out, name, key, outputs=checks, verify=False).kind

        started = perf_counter()
        with Leases(out) as leases:
            for n, name in enumerate(names, 1):
                its = key(name)
                lease = leases.take(name)
                assert lease is not None
                assert kind(name, its) == "new"
                row = VideoRow(
                    video=name,
                    seconds=1.0,
                    frames=1,
                    face_frames=1,
                    faces=1,
                    mean=mean,
                    dominant=classes[0],
                )
                summary = {**to_summary(row, classes), "key": its}
                with writing(lease) as place:
                    (place / FACES).write_bytes(b"PAR1" + bytes(4000) + b"PAR1")
                    (place / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
                leases.release(lease)
                if n == videos // 10:
                    print(f"after {n:,} videos: peak of memory {peak()}", flush=True)
            leases.sweep()
        each = (perf_counter() - started) / videos
        print(f"after {videos:,}: {peak()}; {each * 1e3:.2f} ms a video", flush=True)
        started = perf_counter()
        assert all(kind(name, key(name)) == "done" for name in names)
        print(f"all found done in {perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
