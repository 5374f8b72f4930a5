"""The tightest of the candidates that lie on one another.

O-Net is surest of tight boxes. Of the four to seven candidates that R-Net leaves of a face, the one
that O-Net would choose of all is among the four smallest for 88 % of the faces of group_1080p.mp4,
98 % of woman_360p.mp4 and 85 % of thirteen clips on which nothing was chosen; it is among the four
of R-Net's highest scores for 62, 89 and 55 %.
"""

from __future__ import annotations

import numpy as np

from videoemo.faces.detection.nms import batched_nms
from videoemo.faces.detection.stages import Candidates

__all__ = ["tightest"]

# How many candidates of a face are kept. With two the class of 1.9 % of the faces of
# group_1080p.mp4 is another than with all, with three of 1.0 %, with four of 0.5 %.
N_KEPT = 4
# The intersection over union from which on, exclusive, two candidates are of one face. With 0.4,
# and three kept, two of 577 faces were lost that are close to others.
OVERLAP = 0.5


def tightest(candidates: Candidates) -> Candidates:
    """Keep the smallest candidates of each face.

    Parameters
    ----------
    candidates : Candidates
        Of R-Net: squares.

    Returns
    -------
    Candidates
        Of those that overlap in a frame by more than `OVERLAP`, up to `N_KEPT`, in the same order.
    """
    smallness = candidates.boxes[:, 0] - candidates.boxes[:, 2]  # less than 0
    left, kept = np.arange(len(smallness)), []
    for _ in range(N_KEPT):
        smallest = batched_nms(
            candidates.boxes[left],
            smallness[left],
            batch_index=candidates.position[left],
            threshold=OVERLAP,
        )
        kept.append(left[smallest])
        left = np.delete(left, smallest)
    return candidates.take(np.sort(np.concatenate(kept)))
