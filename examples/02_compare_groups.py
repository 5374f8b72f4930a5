"""Two subfolders compared: mean probability of each expression, with intervals over videos.

    videoemo score my-videos -o results        # my-videos/control/*.mp4, my-videos/treated/*.mp4
    python examples/02_compare_groups.py results control treated

Videos are the units. Where a person is in several, take the mean over the person's videos first.
Of the eight intervals that are printed one may miss 0 by chance alone.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import videoemo

RESAMPLES = 2000


def video_means(results: Path, group: str) -> pd.DataFrame:
    """One row a video of a subfolder: the mean over its persons, each of whom counts the same."""
    videos = videoemo.read_table(results / "videos.csv")
    scored = videos[(videos["status"] == "ok") & videos["video"].str.startswith(f"{group}/")]
    rows = []
    for video in scored["video"]:
        persons = videoemo.read_table(results / video / "tracks.csv")
        # A false face is short: persons seen in few frames are left out.
        rows.append(persons.loc[persons["frames"] >= 10, "anger":"surprise"].mean())
    return pd.DataFrame(rows).dropna()  # videos without a face say nothing of expressions


def main(results: str, first: str, second: str) -> None:
    """Print the means, their difference and its 95 % interval, by a bootstrap over videos."""
    a, b = (video_means(Path(results), group) for group in (first, second))
    rng = np.random.default_rng(0)
    draws = [
        b.iloc[rng.integers(len(b), size=len(b))].mean()
        - a.iloc[rng.integers(len(a), size=len(a))].mean()
        for _ in range(RESAMPLES)
    ]
    low, high = pd.DataFrame(draws).quantile([0.025, 0.975]).to_numpy()
    columns = {first: a.mean(), second: b.mean(), "difference": b.mean() - a.mean()}
    print(f"{len(a)} videos of {first}, {len(b)} of {second}")
    print(pd.DataFrame(columns | {"from": low, "to": high}).to_string(float_format="{:.3f}".format))


if __name__ == "__main__":
    main(*sys.argv[1:])
