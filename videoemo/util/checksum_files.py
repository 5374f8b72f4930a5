"""Checksum files, in the form of `sha256sum`: what is kept for later starts is compared with them
before it is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from videoemo.util.checksums import SHA256_DIGITS, sha256
from videoemo.util.regular_files import open_regular

__all__ = ["find_damage", "write_checksum_file"]

# Bytes; a line has about a hundred.
_LARGEST = 16 * 1024
# Digits of a checksum that are shown.
_SHOWN = 12


def write_checksum_file(path: Path, files: Iterable[Path]) -> None:
    """Write the SHA-256 of some files.

    Parameters
    ----------
    path : Path
        The checksum file.
    files : iterable of Path
        The files, in the same folder.

    Raises
    ------
    OSError
        One cannot be read, or `path` cannot be written.
    """
    lines = [f"{sha256(file)}  {file.name}\n" for file in files]
    path.write_text("".join(lines), encoding="utf-8")


def find_damage(path: Path, names: Sequence[str]) -> str | None:
    """Compare files with their checksum file.

    Only files that lie in its folder themselves are right: a link could lead to another content as
    soon as it was looked at.

    Parameters
    ----------
    path : Path
        The checksum file.
    names : sequence of str
        The names of the files beside it that have to be right.

    Returns
    -------
    str or None
        What is wrong, in words; None where nothing is.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        There is no checksum file.
    """
    try:
        expected = _read(path)
    except (FileNotFoundError, NotADirectoryError):
        raise
    except (OSError, ValueError) as exc:
        return f"{path.name} cannot be read ({getattr(exc, 'strerror', None) or exc})"
    for name in names:
        file = path.with_name(name)
        if file.is_symlink():
            return f"{name} is a link"
        try:
            found = sha256(file)
        except FileNotFoundError:
            return f"{name} is missing"
        except OSError as exc:
            return f"{name} cannot be read ({exc.strerror or exc})"
        if found != expected.get(name):
            wanted = expected.get(name, "none")[:_SHOWN]
            return f"the SHA-256 of {name} is {found[:_SHOWN]}..., not {wanted}... as it was made"
    return None


def _read(path: Path) -> dict[str, str]:
    """The checksum of each file, by name."""
    if path.is_symlink():
        raise ValueError("it is a link")
    with open_regular(path) as file:
        text = file.read(_LARGEST).decode()
    lines = [line.partition("  ") for line in text.splitlines()]
    if not lines or any(len(digest) != SHA256_DIGITS or not name for digest, _, name in lines):
        raise ValueError("it holds no checksums")
    return {name: digest for digest, _, name in lines}
