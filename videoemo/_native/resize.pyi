import numpy as np
import numpy.typing as npt

def resize(
    crop: npt.NDArray[np.uint8],
    detail: int,
    levels: npt.NDArray[np.float32],
    resized: npt.NDArray[np.float32],
    /,
) -> None: ...
