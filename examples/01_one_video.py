"""One video to a plot: what the person who is seen longest displays over time.

    python examples/01_one_video.py VIDEO [PICTURE]

The picture is VIDEO.png in the current folder unless you name another.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib.pyplot as plt

import videoemo


def main(video: str, picture: str | None = None) -> None:
    """Score a video, smooth over a second, and plot the expressions that are ever likely."""
    # Five frames a second are enough to see a course; every setting of `score` is a keyword.
    faces = videoemo.score(video, fps=5, faces="track:longest").set_index("seconds")
    shown = faces.loc[:, "anger":"surprise"]  # empty where there is no face
    coverage = faces["face"].notna().mean()
    print(f"{len(faces)} frames, a face in {coverage:.0%}; means over the frames with a face:")
    print(shown.mean().sort_values(ascending=False).to_string(float_format="{:.2f}".format))

    # A mean over five frames, centred; a gap stays a gap.
    smooth = shown.rolling(5, center=True, min_periods=1).mean().where(shown.notna())
    likely = smooth.loc[:, smooth.max() >= 0.2]
    figure, axes = plt.subplots(figsize=(9, 4), layout="constrained")
    for name in likely:
        axes.plot(likely.index, likely[name], label=name)
    axes.set(xlabel="seconds", ylabel="probability", ylim=(0, 1), title=Path(video).name)
    axes.legend(title="displayed, not felt")
    path = picture or f"{Path(video).name}.png"
    figure.savefig(path)
    print(f"the plot is {path}")


if __name__ == "__main__":
    main(*sys.argv[1:])
