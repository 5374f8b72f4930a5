"""Checksums of network files: SHA-256, or git's blob id where that is all that was published."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from videoemo.errors import WeightsError
from videoemo.util.regular_files import open_regular

__all__ = ["SHA256_DIGITS", "checksum", "git_blob", "sha256", "verified"]

SHA256_DIGITS = 64


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def git_blob(path: Path) -> str:
    """Git blob id of a file in hexadecimal: SHA-1 of `"blob " + size + "\\0"` and the content."""
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        digest = hashlib.sha1(f"blob {size}\0".encode())
        return hashlib.file_digest(file, lambda: digest).hexdigest()


def checksum(path: Path, like: str) -> str:
    """Checksum of a file, of the kind of another one: 64 digits are a SHA-256, 40 a git blob id."""
    return sha256(path) if len(like) == SHA256_DIGITS else git_blob(path)


def verified(path: Path, expected: str) -> Path:
    """Verify the checksum of a weights file, and return its path.

    Parameters
    ----------
    path : Path
        The file.
    expected : str
        A SHA-256 or a git blob id, as `Card.checksum` has it.

    Raises
    ------
    WeightsError
        Missing, unreadable or damaged; the message names the file and both checksums.
    """
    kind = "SHA-256" if len(expected) == SHA256_DIGITS else "git blob id"
    try:
        found = checksum(path, expected)
    except OSError as exc:
        raise WeightsError(
            f"cannot read the weights {path}: {exc.strerror or exc}; reinstall videoemo, or see "
            "videoemo models"
        ) from exc
    if found != expected:
        raise WeightsError(
            f"the weights {path} are damaged: {kind} is {found}, expected {expected}; reinstall or "
            "fetch them again"
        )
    return path
