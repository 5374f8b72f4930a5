"""Torch modules on the device that is to run them, and how arrays get there and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

import torch
from torch import Tensor, nn

from videoemo.backends.runtime import Runtime
from videoemo.errors import InputError
from videoemo.util.arrays import Float32Array
from videoemo.util.messages import one_line

__all__ = ["DirectTransfers", "QueuedTransfers", "Transfers", "on_device", "transfers_for"]

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


class Transfers(Protocol):
    """How arrays get to a device, and tensors back from it."""

    def send(self, array: Float32Array) -> Tensor:
        """The array as a tensor of the device's."""

    def fetch(self, tensors: Iterable[Tensor]) -> Callable[[], list[Float32Array]]:
        """Have tensors fetched; what comes back waits for them, and gives them as arrays."""


class DirectTransfers:
    """Transfers that are waited for: to the processor itself, and to devices whose memory it has.

    Parameters
    ----------
    device : str
        As torch calls it.
    """

    def __init__(self, device: str) -> None:
        self._device = device

    def send(self, array: Float32Array) -> Tensor:
        """The array as a tensor of the device's; on the processor with the same memory."""
        return torch.from_numpy(array).to(self._device)

    def fetch(self, tensors: Iterable[Tensor]) -> Callable[[], list[Float32Array]]:
        """Fetch tensors when they are asked for."""
        return lambda: [tensor.cpu().numpy() for tensor in tensors]


def _pinned(shape: tuple[int, ...]) -> Tensor:
    """An uninitialised tensor in memory that stays where it is."""
    return torch.empty(shape, pin_memory=True)


def _mark() -> Callable[[], object]:
    """Mark where the device's queue ends; what comes back waits until the device is there."""
    event = torch.cuda.Event()
    event.record()
    wait: Callable[[], object] = event.synchronize
    return wait


class QueuedTransfers:
    """Transfers by the device itself, through pinned memory: it queues them among its work, and
    this processor goes on meanwhile.

    Parameters
    ----------
    device : str
        As torch calls it.
    pinned : callable
        Makes an uninitialised float32 tensor of a shape that the device can read and write while
        this processor goes on.
    mark : callable
        Marks where the device's queue ends; what it gives back waits until the device is there.
    """

    def __init__(
        self,
        device: str,
        *,
        pinned: Callable[[tuple[int, ...]], Tensor] = _pinned,
        mark: Callable[[], Callable[[], object]] = _mark,
    ) -> None:
        self._device, self._pinned, self._mark = device, pinned, mark

    def send(self, array: Float32Array) -> Tensor:
        """Queue that the array is copied; give the tensor of the device's that will have it."""
        host = self._pinned(array.shape).copy_(torch.from_numpy(array))
        return host.to(self._device, non_blocking=True)

    def fetch(self, tensors: Iterable[Tensor]) -> Callable[[], list[Float32Array]]:
        """Queue that tensors are copied back."""
        hosts = [self._pinned(tuple(one.shape)).copy_(one, non_blocking=True) for one in tensors]
        wait = self._mark()

        def arrays() -> list[Float32Array]:
            wait()
            return [host.numpy() for host in hosts]

        return arrays


def transfers_for(runtime: Runtime) -> Transfers:
    """How arrays get to the device of a runtime, and back."""
    return (QueuedTransfers if runtime.device == "cuda" else DirectTransfers)(runtime.device)
