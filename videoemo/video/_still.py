"""Still frames, which hardly differ from the one before, left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from videoemo.records import Frames

__all__ = ["drop_still_frames"]

# Seconds after which a frame is kept even if it is still.
MAX_GAP = 1.0
# Blocks across the shorter side of the frame: one is no larger than the face of somebody who fills
# a tenth of it.
BLOCKS = 10
# Pixels sampled across a block: enough that a moving mouth shows.
SAMPLES = 8


def drop_still_frames(batches: Iterable[Frames], *, threshold: float) -> Iterator[Frames]:
    """Drop frames that hardly differ from the last one kept.

    Which ones does not depend on how frames are batched.

    Parameters
    ----------
    batches : iterable of Frames
        Where frames of a batch are dropped, the others are moved together in its own memory, which
        processes may share.
    threshold : float
        Mean change of the grey levels (0 to 255) in the block of the frame that changes most, from
        which on a frame is kept; 0: all are.

    Yields
    ------
    Frames
        The frames kept of each batch, where there are any.
    """
    last: npt.NDArray[np.float32] | None = None
    when = -np.inf
    for batch in batches:
        kept = np.ones(len(batch), np.bool_)
        for i, seconds in enumerate(batch.seconds.tolist() if threshold else []):
            now = _blocks(batch.rgb[i])
            kept[i] = (
                last is None
                or last.shape != now.shape
                or seconds - when >= MAX_GAP
                or _change(last, now) >= threshold
            )
            if kept[i]:
                last, when = now, seconds
        if kept.all():
            yield batch
        elif kept.any():
            for target, source in enumerate(np.flatnonzero(kept)):
                batch.rgb[target] = batch.rgb[source]
            yield Frames(batch.rgb[: kept.sum()], batch.seconds[kept], batch.index[kept])


def _blocks(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Grey levels sampled evenly, by blocks: float32 (rows, columns, SAMPLES, SAMPLES)."""
    step = max(1, min(rgb.shape[:2]) // (BLOCKS * SAMPLES))
    sampled = rgb[::step, ::step, 1].astype(np.float32)  # green is most of what grey is
    rows, columns = (max(1, side // SAMPLES) for side in sampled.shape)
    height, width = (
        min(SAMPLES * n, side) // n for n, side in zip((rows, columns), sampled.shape, strict=True)
    )
    return (
        sampled[: rows * height, : columns * width]
        .reshape(rows, height, columns, width)
        .swapaxes(1, 2)
    )


def _change(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> float:
    return float(np.abs(a - b).mean(axis=(2, 3)).max())
