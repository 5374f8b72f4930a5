from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

def pool(
    pictures: Sequence[npt.NDArray[np.uint8]],
    grids: npt.NDArray[np.int64],
    pooled: npt.NDArray[np.float32],
) -> None: ...
