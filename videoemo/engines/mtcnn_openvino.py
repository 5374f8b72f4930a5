"""MTCNN's three networks in OpenVINO."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from videoemo.engines.mtcnn_weights import SHA256
from videoemo.engines.openvino_cpu import compiled, converted
from videoemo.engines.runtime import FLOAT32, Runtime
from videoemo.faces.networks import Networks
from videoemo.processors import threads

if TYPE_CHECKING:
    from torch import nn

__all__ = ["load_networks"]

# Of their inputs; P-Net looks at pictures of any size.
_SHAPES = {"pnet": (-1, 3, -1, -1), "rnet": (-1, 3, 24, 24), "onet": (-1, 3, 48, 48)}


def load_networks(runtime: Runtime = FLOAT32) -> Networks:
    """The three networks as functions of arrays.

    P- and R-Net run in float32 whatever the runtime says: they choose between boxes that lie on one another by scores that differ little, and in
    bfloat16 would choose others. O-Net, the most costly, may run in bfloat16: that moves a box by tenths of a pixel.

    Raises
    ------
    WeightsError : a weight file is missing or not the one published.
    """
    models = [
        converted(f"mtcnn-{name}", partial(_built, place), checksum=SHA256[f"{name}.pt"], shape=shape)
        for place, (name, shape) in enumerate(_SHAPES.items())
    ]
    pnet, rnet, onet = (
        compiled(model, threads=threads(), precision=how) for model, how in zip(models, ("float32", "float32", runtime.precision), strict=True)
    )
    return Networks(pnet, rnet, onet)  # type: ignore[arg-type]  # each gives as many arrays as it has heads


def _built(place: int) -> nn.Module:
    return _all_built()[place]


@cache
def _all_built() -> tuple[nn.Module, ...]:
    from videoemo.engines.mtcnn_torch import build_networks

    return build_networks()
