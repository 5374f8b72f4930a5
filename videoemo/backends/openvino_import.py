"""OpenVINO, imported so that it does not report its use.

By itself it tells its makers of every import, through the network by a process of its own, and
leaves files in the user's home.
"""

from __future__ import annotations

import sys
from typing import Any, cast

__all__ = ["openvino"]

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
