"""The vectors of a clip's faces to one descriptor."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["POOLINGS", "STATS", "pool_group", "pool_video"]

Vectors = npt.NDArray[np.float32]

# Each over the first axis; std is that of the whole, not of a sample (ddof 0), as in the
# published pipeline.
STATS: dict[str, Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]] = {
    "mean": lambda x: x.mean(axis=0),
    "max": lambda x: x.max(axis=0),
    "min": lambda x: x.min(axis=0),
    "std": lambda x: x.std(axis=0),
}


def pool_video(
    vectors: Vectors, frame: npt.NDArray[np.int64], statistics: Sequence[str]
) -> Vectors:
    """The statistics over all faces of a clip, one after another.

    Parameters
    ----------
    vectors : float32 (m, d)
        One a face.
    frame : int64 (m,)
        Not looked at here.
    statistics : sequence of str
        k names of `STATS`.

    Returns
    -------
    float32 (k * d,)
        Zeros without a face.
    """
    if not len(vectors):
        return np.zeros(len(statistics) * vectors.shape[1], np.float32)
    exact = vectors.astype(np.float64)
    return np.concatenate([STATS[name](exact) for name in statistics]).astype(np.float32)


def pool_group(
    vectors: Vectors, frame: npt.NDArray[np.int64], statistics: Sequence[str]
) -> Vectors:
    """The statistics over the faces of each frame, then the same over the frames with a face.

    With mean and std: the mean over frames of the means over faces, that of the stds, then the stds
    over frames of both (the published VGAF descriptor: mean-mean, mean-std, std-mean, std-std).

    Parameters
    ----------
    vectors : float32 (m, d)
        One a face.
    frame : int64 (m,)
        The frame of each, ascending.
    statistics : sequence of str
        k names of `STATS`.

    Returns
    -------
    float32 (k * k * d,)
        Zeros without a face.
    """
    if not len(vectors):
        return np.zeros(len(statistics) ** 2 * vectors.shape[1], np.float32)
    of_frames = np.split(vectors.astype(np.float64), np.flatnonzero(np.diff(frame)) + 1)
    # (n_frames, k * d)
    frames = np.stack(
        [np.concatenate([STATS[name](faces) for name in statistics]) for faces in of_frames]
    )
    return np.concatenate([STATS[name](frames) for name in statistics]).astype(np.float32)


# A person's faces are pooled like those of a video that shows nobody else.
POOLINGS: dict[str, Callable[[Vectors, npt.NDArray[np.int64], Sequence[str]], Vectors]] = {
    "video": pool_video,
    "group": pool_group,
    "track": pool_video,
}
