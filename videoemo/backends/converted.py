"""Networks converted for OpenVINO, as they are kept for later starts: a folder each, with the
checksums of its files.
"""

from __future__ import annotations

from pathlib import Path

from videoemo.util.checksum_files import find_damage, write_checksum_file
from videoemo.zoo.cache import cache_dir

__all__ = ["MODEL", "converted_damage", "converted_dir", "write_checksums"]

# The files of a network: its graph, its weights, their checksums.
MODEL, _WEIGHTS, _CHECKSUMS = "model.xml", "model.bin", "SHA256SUMS"


def converted_dir() -> Path:
    """Folder of all converted networks; it need not exist yet."""
    return cache_dir() / "openvino"


def converted_damage(folder: Path) -> str | None:
    """Compare a converted network with the checksums that were taken when it was made.

    Parameters
    ----------
    folder : Path
        The network's.

    Returns
    -------
    str or None
        What is wrong, in words; None where nothing is.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        There is no whole network.
    """
    return find_damage(folder / _CHECKSUMS, [MODEL, _WEIGHTS])


def write_checksums(folder: Path) -> None:
    """Write the checksums of a network that was just converted.

    Raises
    ------
    OSError
        It cannot be read, or they cannot be written.
    """
    write_checksum_file(folder / _CHECKSUMS, [folder / MODEL, folder / _WEIGHTS])
