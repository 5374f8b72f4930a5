import numpy as np
import numpy.typing as npt

def prepare(crop: npt.NDArray[np.uint8], detail: int, levels: npt.NDArray[np.float32], prepared: npt.NDArray[np.float32], /) -> None: ...
