"""OpenVINO, imported so that it does not report its use.

By itself it tells its makers of every import, through the network by a process of its own, and
leaves files in the user's home.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Any, cast

__all__ = ["core", "openvino"]

# What reports; where it cannot be imported, OpenVINO does without.
_REPORTER = "openvino_telemetry"

_before = sys.modules.get(_REPORTER)
cast("dict[str, Any]", sys.modules)[_REPORTER] = None
try:
    import openvino
finally:
    if _before is None:
        del sys.modules[_REPORTER]
    else:
        sys.modules[_REPORTER] = _before


@cache
def core() -> openvino.Core:
    """The one core of this process, which reads and compiles models: each takes a millisecond to
    make, and every network is read and compiled once or twice.
    """
    return openvino.Core()
