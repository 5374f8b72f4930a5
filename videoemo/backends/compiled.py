"""Networks as OpenVINO has compiled them, kept for later starts beside what they were compiled
from: a file each, which begins with the checksum of the rest.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from videoemo.errors import OutputError
from videoemo.util.files import atomic_write
from videoemo.util.regular_files import open_regular

__all__ = ["compiled_damage", "compiled_path", "read_compiled", "write_compiled"]

_PATTERN = "compiled-{}.bin"
_DIGEST_BYTES = hashlib.sha256().digest_size


def compiled_path(folder: Path, made_with: str) -> Path:
    """The file of a network compiled in one way.

    Parameters
    ----------
    folder : Path
        Of what it is compiled from, which changes its name with it.
    made_with : str
        All else that what is compiled depends on.
    """
    return folder / _PATTERN.format(hashlib.sha256(made_with.encode()).hexdigest()[:16])


def read_compiled(path: Path) -> bytes | None:
    """Read a compiled network; None where there is none that is as it was written."""
    if path.is_symlink() or path.parent.is_symlink():
        return None
    try:
        with open_regular(path) as file:
            digest, content = file.read(_DIGEST_BYTES), file.read()
    except OSError:
        return None
    return content if hashlib.sha256(content).digest() == digest else None


def write_compiled(path: Path, content: bytes) -> None:
    """Write a compiled network whole, or where that cannot be done not at all: the next start
    compiles it again.
    """
    with suppress(OSError, OutputError), atomic_write(path) as temporary:
        temporary.write_bytes(hashlib.sha256(content).digest() + content)


def compiled_damage(folder: Path) -> str | None:
    """What is wrong with the compiled networks in a folder, in words; None where nothing is."""
    for path in sorted(folder.glob(_PATTERN.format("*"))):
        if read_compiled(path) is None:
            return f"{path.name} is not as it was written"
    return None
