"""What runs the networks: functions from arrays to arrays, one module an engine and a kind of network."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

__all__ = ["Network"]

# float32 (n, channels, side, side) -> embedding float32 (n, d), logits float32 (n, c)
Network = Callable[[npt.NDArray[np.float32]], tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]]
