"""What it costs to keep the state of many tiny videos on disk: a lease, a key and a folder each, and the check that finds them all done.

    python eval/bookkeeping.py [--videos 10000] [--folder DIR]

Nothing is decoded and no network runs: the files are of random bytes, and the outputs of each are two small files. Printed are the
milliseconds of a video, the seconds of the check, and the peak of the process's memory after a tenth of the videos and after all.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from videoemo.cards import find_card
from videoemo.engines.mtcnn_weights import SHA256
from videoemo.recipes import load_pipeline
from videoemo.tables import VideoRow
from videoemo.work.keys import make_key, settings_key, video_key
from videoemo.work.leases import Leases
from videoemo.work.results import state, writing
from videoemo.work.rows import row_fields

OUTPUTS = ("faces.parquet",)


def peak() -> str:
    """Of this process's memory so far."""
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB"


def main() -> None:
    """Write the results of all videos, then look at them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--videos", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, help="where the files go, on the file system to be measured; else the system's temporary one")
    given = parser.parse_args()
    card, _ = find_card(load_pipeline().extractor)
    settings = settings_key(load_pipeline(), card, SHA256)
    mean = np.full(len(card.classes), 1 / len(card.classes), np.float32)
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        out, names = Path(folder) / "out", [f"{n}.mp4" for n in range(given.videos)]
        for name in names:
            (Path(folder) / name).write_bytes(os.urandom(20_000))

        def key(name: str) -> dict[str, Any]:
            return make_key(video_key(Path(folder) / name, whole=False), settings)

        def kind(name: str, key: dict[str, Any]) -> str:
            return state(out, name, key, outputs=OUTPUTS, verify=False).kind

        started = perf_counter()
        with Leases(out) as leases:
            for n, name in enumerate(names, 1):
                its = key(name)
                lease = leases.take(name)
                assert lease is not None
                assert kind(name, its) == "new"
                row = VideoRow(video=name, seconds=1.0, frames=1, face_frames=1, faces=1, mean=mean, dominant=card.classes[0])
                with writing(lease) as place:
                    (place / OUTPUTS[0]).write_bytes(b"PAR1" + bytes(4000) + b"PAR1")
                    (place / "summary.json").write_text(json.dumps({**row_fields(row, card.classes), "key": its}))
                leases.release(lease)
                if n == given.videos // 10:
                    print(f"after {n:,} videos: peak of memory {peak()}")
            leases.sweep()
        print(f"after {given.videos:,}: {peak()}; {(perf_counter() - started) / given.videos * 1e3:.2f} ms a video")
        started = perf_counter()
        assert all(kind(name, key(name)) == "done" for name in names)
        print(f"all found done in {perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
