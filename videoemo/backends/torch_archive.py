"""A pickled network is opened without running it: classes become empty stand-ins, and a name
outside a constant list is refused.

Three walls, each enough against a pickle that would run code: the names in it are read before
anything is unpickled; torch's `weights_only` unpickler knows no name it was not told; and what it
is told of a class of layers is a stand-in, which has nothing to run.
"""

from __future__ import annotations

import io
import pickletools
import zipfile
from pathlib import Path
from typing import Any

import torch

from videoemo.errors import WeightsError
from videoemo.util.messages import brief, one_line, reason_of

__all__ = ["Pickled", "read_module"]

# What torch.save writes for tensors and containers, torch 1.6 to 2.13; `__builtin__` is Python 2's
# name for builtins, which protocol 2 uses.
_DATA = frozenset(
    {
        "__builtin__.set",
        "collections.OrderedDict",
        "torch.FloatStorage",
        "torch.LongStorage",
        "torch._utils._rebuild_parameter",
        "torch._utils._rebuild_tensor_v2",
    }
)
# EfficientNet-B7, the largest of the family, has 66 M parameters: 266 MB; its pickle, without the
# tensors' bytes, is below 1 MB.
_MOST_BYTES = 300_000_000
_MOST_PICKLE_BYTES = 4_000_000


class Pickled:
    """What stands for a pickled module: its attributes as they were saved, and no behaviour."""

    __slots__ = ("state",)
    state: Any

    def __new__(cls) -> Pickled:
        self = super().__new__(cls)
        self.state = None
        return self

    def __setstate__(self, state: Any) -> None:
        self.state = state


def read_module(path: Path, *, classes: frozenset[str]) -> Any:
    """What a file of `torch.save` holds, with a `Pickled` for each object of one of the `classes`,
    given as `module.name`.

    Raises
    ------
    WeightsError
        Missing, too large, not of torch.save, damaged, or naming anything but tensors, containers
        and the classes.
    """
    members = _members(path)
    _check_names(members["data.pkl"], path, allowed=_DATA | classes)
    # Written anew, so that torch reads what was checked: two readers may see different members in
    # one odd archive.
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as copy:
        for name, content in members.items():
            copy.writestr(f"archive/{name}", content)
    archive.seek(0)
    try:
        with torch.serialization.safe_globals([(Pickled, name) for name in classes]):
            return torch.load(archive, map_location="cpu", weights_only=True)
    except Exception as exc:  # a stranger's pickle can make the unpickler raise anything
        reason = brief(one_line(exc))
        raise WeightsError(f"{path} is refused: torch cannot read its tensors: {reason}") from exc


def _members(path: Path) -> dict[str, bytes]:
    """The pickle and the tensors' bytes, by their names inside the archive's one folder."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [(info.filename.partition("/")[2], info) for info in archive.infolist()]
            infos = [
                (name, info)
                for name, info in infos
                if name in {"data.pkl", "version", "byteorder"} or name.startswith("data/")
            ]
            size = sum(info.file_size for _, info in infos)
            if size > _MOST_BYTES:
                raise WeightsError(
                    f"{path} is refused: it unpacks to {size:,} bytes, at most {_MOST_BYTES:,} "
                    "are read"
                )
            if any(info.compress_type != zipfile.ZIP_STORED for _, info in infos):
                raise WeightsError(
                    f"{path} is refused: it is compressed, which torch.save never does"
                )
            members = {name: archive.read(info) for name, info in infos}
    except zipfile.BadZipFile as exc:
        raise WeightsError(
            f"{path} is no file of torch.save since torch 1.6, or cut short: "
            f"{brief(one_line(exc))}; ask its author for safetensors or ONNX"
        ) from exc
    except WeightsError:
        raise
    except OSError as exc:
        raise WeightsError(f"cannot read the weights {path}: {reason_of(exc)}") from exc
    except Exception as exc:  # what zipfile raises on a damaged directory has no common type
        raise WeightsError(
            f"{path} is refused: a damaged zip archive: {brief(one_line(exc))}"
        ) from exc
    if "data.pkl" not in members:
        raise WeightsError(f"{path} is refused: a zip archive without the data.pkl of torch.save")
    return members


def _check_names(pickled: bytes, path: Path, *, allowed: frozenset[str]) -> None:
    if len(pickled) > _MOST_PICKLE_BYTES:
        raise WeightsError(
            f"{path} is refused: a pickle of {len(pickled):,} bytes, at most "
            f"{_MOST_PICKLE_BYTES:,} are read"
        )
    try:
        for opcode, argument, _ in pickletools.genops(pickled):
            if opcode.name == "GLOBAL":
                name = str(argument).replace(" ", ".", 1)
                if name not in allowed:
                    raise WeightsError(
                        f"{path} names {brief(name)}, which no timm network holds: refused"
                    )
            elif opcode.name == "PROTO" and argument != 2:
                raise WeightsError(
                    f"{path} is refused: pickle protocol {argument}, where torch.save writes 2"
                )
    except WeightsError:
        raise
    except Exception as exc:  # what pickletools raises on one has no common type
        raise WeightsError(
            f"{path} is refused: its pickle is damaged: {brief(one_line(exc))}"
        ) from exc
