"""File names: the one rule for names out of settings, cards and archives that become files."""

from __future__ import annotations

__all__ = ["FILE_NAMES", "is_file_name"]

_MOST_CHARACTERS = 100
# In UTF-8: the endings of our files, and what a temporary name adds, fit with it into the 255 that
# file systems allow.
_MOST_BYTES = 200
_FORBIDDEN = '/\\:*?"<>|'
# What is allowed, in words for messages.
FILE_NAMES = (
    f"names of files: a letter, digit or _ first, at most {_MOST_CHARACTERS} characters, none of "
    f"{' '.join(_FORBIDDEN)}"
)
# Windows opens devices by these names, whatever ending they have, and in any folder.
_DEVICES = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
    + [f"{port}{n}" for port in ("COM", "LPT") for n in "0123456789¹²³"]
)


def is_file_name(name: str, *, ending: str = "") -> bool:
    """Whether a name is a plain file name on every system: one that stays in its folder, is not
    hidden, and is neither a device nor taken for an option.

    Parameters
    ----------
    name : str
        Such as `ferplus-small`, or `my network.onnx`.
    ending : str, default=""
        What is put behind it, such as `.safetensors`.
    """
    return (
        0 < len(name + ending) <= _MOST_CHARACTERS
        and name.isprintable()  # no control character, half a character, or change of direction
        and len((name + ending).encode()) <= _MOST_BYTES
        and name[:1].replace("_", "a").isalnum()
        and name[-1] not in " ."  # which Windows drops
        and not set(_FORBIDDEN).intersection(name)
        and name.partition(".")[0].rstrip().upper() not in _DEVICES
    )
