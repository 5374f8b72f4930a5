"""OpenVINO on the CPU: models compiled into functions of arrays, and torch's modules converted,
once, into OpenVINO's own files.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import warnings
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import cache, cached_property, partial
from io import BytesIO
from pathlib import Path
from threading import local
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from videoemo.backends.compiled import compiled_path, read_compiled, write_compiled
from videoemo.backends.converted import (
    MODEL,
    converted_damage,
    converted_dir,
    write_checksums,
)
from videoemo.backends.openvino_import import core, openvino
from videoemo.backends.openvino_passes import VERSION, rewrite
from videoemo.backends.openvino_swish import VERSION as SWISH_VERSION
from videoemo.backends.openvino_swish import approximate_swish
from videoemo.backends.runtime import processor_flags
from videoemo.util.locks import file_lock
from videoemo.util.messages import one_line
from videoemo.util.terminal import say

if TYPE_CHECKING:
    from torch import nn

__all__ = ["Converted", "Function", "batch_size_for", "compile_model", "convert_once"]

# float32 pictures (n, channels, height, width) -> one float32 array an output
Function = Callable[[npt.NDArray[np.float32]], tuple[npt.NDArray[np.float32], ...]]

# Seconds for which another process is waited for that converts the networks: it takes ten or so.
_PATIENCE = 120.0
# Characters of OpenVINO's messages that are shown.
_SHOWN = 200
# Pixels of pictures in one pass, four of 224 px: what a layer hands to the next then stays in the
# processor's cache (EfficientNet-B0, work a picture: 7.7 ms with 2, 7.4 with 4, 7.7 with 8, 8.0
# with 16; 7.8 to 8.3 through the network for any number).
# Where more than so many pictures would fit, nothing is gained.
_PIXELS, _SMALL = 4 * 224**2, 8


@dataclass(frozen=True)
class Converted:
    """A network as OpenVINO's model, which is not read before it is asked for.

    Parameters
    ----------
    shape : tuple of int
        Of its input; -1 where any number will do.
    folder : Path or None
        Where it is kept, if it can be; None where it is not to be.
    read : callable
        Reads it, or makes it.
    """

    shape: tuple[int, ...]
    folder: Path | None
    read: Callable[[], openvino.Model]

    @cached_property
    def model(self) -> openvino.Model:
        """The model, of any number of pictures."""
        return self.read()


def compile_model(
    network: Converted,
    *,
    threads: int,
    precision: str = "float32",
    at_once: int | None = None,
) -> Function:
    """A network as a function, which several threads may call.

    Its results do not depend on the number of pictures given together, nor on the number
    of threads. What is compiled of a converted network is kept beside it, and a later start reads
    it in a quarter of the time; the results are the same.

    Parameters
    ----------
    network : Converted
        The network.
    threads : int
        At most.
    precision : str, default="float32"
        `float32` or `bfloat16`; in bfloat16 a swish is a polynomial (`openvino_swish`).
    at_once : int or None
        A number of pictures that goes through a network of its own, those left over through the one
        for any number: it knows beforehand where everything lies in memory, and takes less time.

    Raises
    ------
    RuntimeError
        OpenVINO cannot run it.
    """
    any_number = _function(network, network.shape, threads=threads, precision=precision)
    if at_once is None:
        return any_number
    shape = (at_once, *network.shape[1:])
    exactly = _function(network, shape, threads=threads, precision=precision)

    def run(pictures: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float32], ...]:
        rest = len(pictures) // at_once * at_once
        parts = [exactly(pictures[start : start + at_once]) for start in range(0, rest, at_once)]
        if rest < len(pictures) or not parts:
            parts.append(any_number(pictures[rest:]))
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))

    return run


def batch_size_for(side: int) -> int | None:
    """How many square pictures of a side in px are best taken at once; None where they are so small
    that it does not matter.
    """
    n = max(1, _PIXELS // side**2)
    return n if n < _SMALL else None


def _function(
    network: Converted, shape: tuple[int, ...], *, threads: int, precision: str
) -> Function:
    settings = {
        "INFERENCE_PRECISION_HINT": {"float32": "f32", "bfloat16": "bf16"}[precision],
        "INFERENCE_NUM_THREADS": threads,
        "ENABLE_CPU_PINNING": False,
    }
    compiled = _compiled(network, shape, precision, settings)
    n_outputs, takes_any = len(compiled.outputs), shape[0] < 0
    own = local()

    def run(pictures: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float32], ...]:
        n = len(pictures)
        if not hasattr(own, "request"):
            own.request = compiled.create_infer_request()
        request = own.request
        given = _filled(pictures) if takes_any else np.ascontiguousarray(pictures)
        # Not handed to `infer`, which would ask the request for its old input first, and take a
        # while over it.
        request.set_input_tensor(openvino.Tensor(given, shared_memory=True))
        request.infer(share_outputs=True)
        # Copies: the next pass writes over the request's own arrays.
        return tuple(
            np.array(request.get_output_tensor(i).data[:n], np.float32) for i in range(n_outputs)
        )

    return run


def _compiled(
    network: Converted, shape: tuple[int, ...], precision: str, settings: dict[str, object]
) -> openvino.CompiledModel:
    """A network compiled for pictures of a shape, or read as an earlier start has compiled it."""
    if network.folder is None:
        return core().compile_model(_prepared(network, shape, precision), "CPU", settings)
    path = compiled_path(
        network.folder,
        f"{precision} {SWISH_VERSION} {openvino.PartialShape(list(shape))} {_processor()}",
    )
    content = read_compiled(path)
    if content is not None:
        # One that OpenVINO wrote, and does not read, is compiled again.
        with suppress(RuntimeError):
            return core().import_model(content, "CPU", settings)
    compiled = core().compile_model(_prepared(network, shape, precision), "CPU", settings)
    stream = BytesIO()
    compiled.export_model(stream)
    write_compiled(path, stream.getvalue())
    return compiled


def _prepared(network: Converted, shape: tuple[int, ...], precision: str) -> openvino.Model:
    """The model that is compiled."""
    model = network.model
    if precision == "bfloat16":
        model = approximate_swish(model)
    if shape != network.shape:
        model = model.clone()
        model.reshape(openvino.PartialShape(list(shape)))
    return model


@cache
def _processor() -> str:
    """What tells this processor from others for which a network would be compiled otherwise."""
    return f"{core().get_property('CPU', 'FULL_DEVICE_NAME')} {' '.join(sorted(processor_flags()))}"


def _filled(pictures: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Filled up with blank ones, by less than an eighth, to one of few numbers: OpenVINO prepares
    itself anew, for milliseconds, for each it has not yet met.
    """
    n, *shape = pictures.shape
    missing = -n % (1 << max(0, n.bit_length() - 4))
    return np.ascontiguousarray(
        pictures
        if not missing
        else np.concatenate([pictures, np.zeros((missing, *shape), np.float32)])
    )


def convert_once(
    name: str, build: Callable[[], nn.Module], *, checksum: str, shape: Sequence[int]
) -> Converted:
    """A torch module as OpenVINO's model: from the folder of networks where an earlier start left
    it, so that torch is not needed again.

    It is read when its model is asked for. What was left is then compared with its checksums; where
    it is not as it was made, it is made again.

    Parameters
    ----------
    name : str
        Of the network, for people who look into the folder.
    build : callable
        Makes the module, in eval mode, of a tensor (n, channels, height, width).
    checksum : str
        Of all that the module depends on.
    shape : sequence of int
        Of its input; -1 where any number will do.
    """
    digest = hashlib.sha256(
        f"{checksum} {list(shape)} {openvino.get_version()} {VERSION}".encode()
    ).hexdigest()
    folder = converted_dir() / f"{name}-{digest[:16]}"
    return Converted(tuple(shape), folder, partial(_read_or_convert, folder, build, shape))


def _read_or_convert(
    folder: Path, build: Callable[[], nn.Module], shape: Sequence[int]
) -> openvino.Model:
    """A converted network as it was kept, or else made and kept, if it can be."""
    found = _read(folder)
    if isinstance(found, openvino.Model):
        return found
    with ExitStack() as locked:
        with suppress(OSError):  # no lock can be had, or not in time: each process for itself
            folder.parent.mkdir(parents=True, exist_ok=True)
            locked.enter_context(file_lock(folder.parent, patience=_PATIENCE))
        found = _read(folder)
        if isinstance(found, openvino.Model):  # another process has made it meanwhile
            return found
        if found is None:
            _say_converting(folder.parent)
        else:
            _say(f"{folder} is damaged ({found}): the network is converted for OpenVINO again")
        model = _convert(build(), shape)
        rewrite(model)
        try:
            _keep(model, folder)
        except (OSError, RuntimeError) as exc:
            _say_not_kept(folder.parent, one_line(getattr(exc, "strerror", None) or exc))
            # It works all the same, without the kernels that `rewrite` asks for.
            return model
        kept = _read(folder)
    return kept if isinstance(kept, openvino.Model) else model


def _read(folder: Path) -> openvino.Model | str | None:
    """A converted network; or what is wrong with it, in words; or None where there is none."""
    try:
        damage = converted_damage(folder)
        return damage or core().read_model(folder / MODEL)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except RuntimeError as exc:
        return f"OpenVINO cannot read it: {one_line(exc, limit=_SHOWN)}"


@cache
def _say_converting(folder: Path) -> None:
    """Once a process: it takes ten seconds or so."""
    _say(f"the networks are converted for OpenVINO, this once; later starts find them in {folder}")


@cache
def _say_not_kept(folder: Path, reason: str) -> None:
    """Once a process, for all networks."""
    _say(
        f"networks converted for OpenVINO cannot be kept in {folder} ({reason}), and each start "
        "converts them again: mend that, or set VIDEOEMO_MODELS to another folder"
    )


def _say(text: str) -> None:
    say(f"notice: {text}", error=True)


def _convert(module: nn.Module, shape: Sequence[int]) -> openvino.Model:
    import torch
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    # Not `openvino.convert_model`, which reports its use to its makers.
    example = torch.zeros(
        [2 if side < 0 else side for side in shape[:2]]
        + [64 if side < 0 else side for side in shape[2:]]
    )
    frontend = FrontEndManager().load_by_framework("pytorch")
    with warnings.catch_warnings():
        # torch would have its users trace otherwise than OpenVINO does.
        warnings.simplefilter("ignore")
        # By name: the frontend does not keep it alive. A second trace would find out whether the
        # network does something else each time, which none does, and double the time.
        decoder = TorchScriptPythonDecoder(
            module, example_input=example, trace_kwargs={"check_trace": False}
        )
    model = frontend.convert(frontend.load(decoder))
    model.reshape(openvino.PartialShape(list(shape)))
    return model


def _keep(model: openvino.Model, folder: Path) -> None:
    """Write a model for later starts, with its checksums.

    Raises
    ------
    OSError, RuntimeError
        That cannot be done.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".", dir=folder.parent))
    try:
        openvino.save_model(model, unfinished / MODEL, compress_to_fp16=False)
        write_checksums(unfinished)
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        else:
            shutil.rmtree(folder, ignore_errors=True)  # a damaged one
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
