"""Leftovers of operating systems, file servers and cameras' programs, which are no inputs."""

from __future__ import annotations

import re

__all__ = ["is_leftover"]

# By their names in lower case: Windows and macOS take no notice of case.
_LEFTOVERS = re.compile(
    "|".join(
        [
            r"\..*",  # hidden: .DS_Store, ._a.jpg, .Trashes, .Trash-1000, .nomedia, .thumbnails
            r"(eh)?thumbs(_vista)?\.db(:encryptable)?|desktop\.ini",  # Windows
            r"\$recycle\.bin|recycler|system volume information|found\.\d{3}",
            r"__macosx|icon\r|network trash folder",  # macOS
            r"lost\+found",  # Linux
            r"@eadir|@synoresource|.*@synoeastream|#recycle|#snapshot|@tmp",  # Synology
            r"@recycle|@recently-snapshot|\.?@__thumb",  # QNAP
            r"picasa\.ini|zbthumbnail\.info|pspbrwse\.jbf",  # programs that show pictures
        ]
    ),
    re.DOTALL,
)


def is_leftover(name: str) -> bool:
    """Whether a file or folder of this name is hidden, or something that a system leaves behind.

    Such are no inputs: they are not listed, and a folder of numbered pictures may hold them. One
    that is named outright is read all the same.

    Parameters
    ----------
    name : str
        Its name alone, without the folders above it.
    """
    return _LEFTOVERS.fullmatch(name.lower()) is not None
