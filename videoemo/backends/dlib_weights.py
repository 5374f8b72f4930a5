"""Weights in dlib's own format (`.dat`), read without dlib: those of `dlib_resnet`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

__all__ = ["DLIB_FIRST", "read_dlib_state"]

FloatArray = npt.NDArray[np.float32]

# The name of the weights that see the face.
DLIB_FIRST = "conv.weight"
# How the layers with weights begin: the length of a name, and the name, as dlib 19.4 to 20.0 have
# written them.
_CONVOLUTION, _AFFINE, _LINEAR = b"\x01\x05con_4", b"\x01\x07affine_", b"\x01\x04fc_2"
# The form of a tensor whose values are little-endian float32.
_FORM = 2
# Of dlib_resnet: its largest tensor has 590,080 numbers.
_LARGEST = 1_000_000


def read_dlib_state(path: Path) -> dict[str, Tensor]:
    """Read the weights of `dlib_resnet29` for RGB, without a classifier; each convolution has taken
    in the affine layer (a batch norm with its statistics fixed) that follows it.

    Parameters
    ----------
    path : Path
        A file that dlib's `serialize` wrote, such as dlib_face_recognition_resnet_model_v1.dat.

    Raises
    ------
    ValueError
        It is no such file, or its layers are others.
    OSError
        It cannot be read.
    """
    from videoemo.backends.dlib_resnet import DlibResNet  # timm, which takes a second

    data = _Reader(path.read_bytes())
    with torch.device("meta"):
        shapes = {n: value.shape for n, value in DlibResNet(num_classes=0).state_dict().items()}
    state: dict[str, Tensor] = {}
    *convolutions, last = shapes
    for weight, bias in zip(convolutions[::2], convolutions[1::2], strict=True):
        (n,) = shapes[bias]
        data.find(_CONVOLUTION)
        filters, biases = np.split(data.tensor(), [-n])
        data.find(_AFFINE)
        gamma, beta = np.split(data.tensor(), [n])
        scale = _shaped(gamma, (n, 1, 1, 1))
        state[weight] = _shaped(filters, shapes[weight]) * scale
        state[bias] = _shaped(biases, (n,)) * scale.flatten() + _shaped(beta, (n,))
    n_out, n_in = shapes[last]
    data.find(_LINEAR)
    if (data.integer(), data.integer()) != (n_out, n_in):
        raise ValueError(f"expected a last layer from {n_in} to {n_out} numbers")
    state[last] = _shaped(data.tensor(), (n_in, n_out)).T.contiguous()
    return state


def _shaped(values: FloatArray, shape: Sequence[int]) -> Tensor:
    if values.size != np.prod(shape):
        raise ValueError(f"expected {tuple(shape)} weights, got {values.size}")
    return torch.from_numpy(values.reshape(shape).copy())


class _Reader:
    """Bytes, and how far they were read."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def find(self, name: bytes) -> None:
        """Go behind the next layer of a name."""
        at = self._data.find(name, self._at)
        if at < 0:
            layer = name[2:].decode()
            raise ValueError(f"no layer {layer} after byte {self._at:,}: not a network of dlib's")
        self._at = at + len(name)

    def integer(self) -> int:
        """dlib's integer: a byte of sign and length, and as many bytes, the least first."""
        head = self._data[self._at : self._at + 1]
        n = head[0] & 15 if head else 0
        if not 1 <= n <= 8:
            raise ValueError(f"no number at byte {self._at:,}")
        value = int.from_bytes(self._data[self._at + 1 : self._at + 1 + n], "little")
        self._at += 1 + n
        return -value if head[0] & 128 else value

    def tensor(self) -> FloatArray:
        """The values of a tensor, float32 (n,)."""
        form, *sides = (self.integer() for _ in range(5))
        n = int(np.prod([min(max(side, 0), _LARGEST) for side in sides]))
        if form != _FORM or not 1 <= n <= _LARGEST or self._at + 4 * n > len(self._data):
            raise ValueError(f"no tensor before byte {self._at:,}")
        values = np.frombuffer(self._data, "<f4", n, self._at)
        self._at += 4 * n
        return values
