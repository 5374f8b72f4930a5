"""What a check of labelled faces prints."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from videoemo.util.terminal import print_result, say

if TYPE_CHECKING:
    from videoemo.datasets.faces.check import FacesCheck

__all__ = ["WRONG", "print_check"]

# The exit status where something has to be mended.
WRONG = 1


def print_check(checks: Mapping[str, FacesCheck], out: Path | None) -> int:
    """Print checks, each under its title where there are several, and list what is left out in
    `out`.

    Returns
    -------
    int
        The exit status.
    """
    from videoemo.datasets.faces.check import write_left_out

    for title, found in checks.items():
        print_result(*([f"{title}:"] if len(checks) > 1 else []), *found.lines)
    left_out = [one for found in checks.values() for one in found.left_out]
    if left_out and out is not None:
        say(f"each face that is left out: {write_left_out(left_out, out)}", error=True)
    elif left_out:
        say("-o FOLDER lists each face that is left out", error=True)
    for title, found in checks.items():
        if found.problem is not None:
            say(f"{title}: {found.problem}", error=True)
    return WRONG if any(found.wrong for found in checks.values()) else 0
