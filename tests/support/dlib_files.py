"""Files as dlib writes them, made up."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from videoemo.backends.timm_torch import build_network

FloatArray = npt.NDArray[np.float32]


def integer(value: int) -> bytes:
    """dlib's integer."""
    n = max(1, (abs(value).bit_length() + 7) // 8)
    return bytes([n | (128 if value < 0 else 0)]) + abs(value).to_bytes(n, "little")


def tensor(values: FloatArray) -> bytes:
    """dlib's tensor of four sides."""
    sides = (*values.shape, *(1,) * (4 - values.ndim))
    return b"".join(map(integer, (2, *sides))) + values.astype("<f4").tobytes()


@cache
def dlib_file(seed: int = 0) -> tuple[bytes, dict[str, FloatArray]]:
    """A network of random weights, and these weights with each affine layer in its convolution."""
    rng = np.random.default_rng(seed)
    content, state = integer(1) + integer(1) + b"\x01\x0dloss_metric_2", {}
    named = list(build_network("dlib_resnet29", n_classes=0, colour="rgb").state_dict().items())
    for (name, weight), (bias_name, _) in zip(named[:-1:2], named[1::2], strict=True):
        filters = rng.normal(0, 0.05, weight.shape).astype(np.float32)
        biases, gamma, beta = rng.normal(0, 1, (3, len(filters))).astype(np.float32)
        content += b"\x01\x05con_4" + tensor(np.concatenate([filters.ravel(), biases]))
        content += b"\x01\x01\x01\x07affine_" + tensor(np.concatenate([gamma, beta])) + integer(-1)
        state[name] = filters * gamma[:, None, None, None]
        state[bias_name] = gamma * biases + beta
    last = rng.normal(0, 0.05, (256, 128)).astype(np.float32)
    content += b"\x01\x04fc_2" + integer(128) + integer(256) + tensor(last)
    state[named[-1][0]] = last.T
    return content, state
