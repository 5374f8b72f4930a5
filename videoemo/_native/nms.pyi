import numpy as np
import numpy.typing as npt

def keep_mask(
    boxes: npt.NDArray[np.float32],
    scores: npt.NDArray[np.float32],
    frame: npt.NDArray[np.int64],
    order: npt.NDArray[np.int64],
    kept: npt.NDArray[np.bool_],
    threshold: float,
    margin: float,
    use_iom: bool,
    /,
) -> None: ...
