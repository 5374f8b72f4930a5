"""MTCNN's three networks in OpenVINO."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from videoemo.backends.openvino_compile import compile_model, convert_once
from videoemo.backends.runtime import FLOAT32, Runtime
from videoemo.faces.detection.networks import Networks
from videoemo.util.cpu import n_threads
from videoemo.zoo.detectors import MTCNN

if TYPE_CHECKING:
    from torch import nn

__all__ = ["load_networks"]

# Of their inputs; P-Net looks at pictures of any size.
_SHAPES = {"pnet": (-1, 3, -1, -1), "rnet": (-1, 3, 24, 24), "onet": (-1, 3, 48, 48)}


def load_networks(runtime: Runtime = FLOAT32) -> Networks:
    """The three networks as functions of arrays, in float32 whatever the runtime says.

    They choose between boxes that lie on one another by scores that differ little, and in bfloat16
    would choose others. O-Net, the most costly, has a rough look first there: it need be exact only
    where that leaves a choice.

    Raises
    ------
    WeightsError
        A weight file is missing or not the one published.
    """
    models = [
        convert_once(
            f"mtcnn-{name}",
            partial(_built, place),
            checksum=MTCNN.sha256[f"{name}.pt"],
            shape=shape,
        )
        for place, (name, shape) in enumerate(_SHAPES.items())
    ]
    networks: list[Any] = [compile_model(model, threads=n_threads()) for model in models]
    if runtime.precision != "float32":
        networks.append(compile_model(models[-1], threads=n_threads(), precision=runtime.precision))
    return Networks(*networks)


def _built(place: int) -> nn.Module:
    return _all_built()[place]


@cache
def _all_built() -> tuple[nn.Module, ...]:
    from videoemo.backends.mtcnn_torch import build_networks

    return build_networks()
