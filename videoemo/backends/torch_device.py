"""A torch module on the device that is to run it."""

from __future__ import annotations

from typing import TypeVar

from torch import nn

from videoemo.backends.runtime import Runtime
from videoemo.errors import InputError
from videoemo.util.messages import one_line

__all__ = ["on_device"]

M = TypeVar("M", bound=nn.Module)


def on_device(module: M, runtime: Runtime) -> M:
    """The module, moved.

    Raises
    ------
    InputError
        This torch does not have the device.
    """
    try:
        return module.to(runtime.device)
    except (AssertionError, RuntimeError) as exc:  # the former where torch was built without CUDA
        reason = one_line(exc, limit=200)
        raise InputError(
            f"torch cannot use the device {runtime.device}: {reason}; give device cpu, or run "
            "videoemo doctor"
        ) from exc
