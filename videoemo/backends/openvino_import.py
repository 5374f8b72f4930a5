"""OpenVINO, imported so that it does not report its use, and without its converter of models.

By itself it tells its makers of every import, through the network by a process of its own, and
leaves files in the user's home. The converter takes most of the time of the import, and is not used
here; whoever else asks OpenVINO for it gets it then.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Any, cast

__all__ = ["core", "openvino"]

# What reports, and what converts: where they cannot be imported, OpenVINO does without.
_LEFT_OUT = ("openvino_telemetry", "openvino.tools.ovc")

_modules = cast("dict[str, Any]", sys.modules)
_before = {name: _modules[name] for name in _LEFT_OUT if name in _modules}
_modules |= dict.fromkeys(_LEFT_OUT)
try:
    import openvino
finally:
    for _name in _LEFT_OUT:
        del _modules[_name]
    _modules |= _before


def _convert_model(*args: Any, **options: Any) -> Any:
    """See OpenVINO's function of that name."""
    from openvino.tools.ovc import convert_model

    return convert_model(*args, **options)


if not hasattr(openvino, "convert_model"):
    openvino.convert_model = _convert_model


@cache
def core() -> openvino.Core:
    """The one core of this process, which reads and compiles models: each takes a millisecond to
    make, and every network is read and compiled once or twice.
    """
    return openvino.Core()
