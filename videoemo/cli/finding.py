"""Findings of `doctor`."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    Parameters
    ----------
    what : str
        Its name.
    found : str
        Its version, or what is wrong.
    ok : bool, default=True
        Whether it works.
    needed : bool, default=True
        Whether nothing works without it.
    remedy : str, default=""
        The command that mends it, empty where there is nothing to mend.
    """

    what: str
    found: str
    ok: bool = True
    needed: bool = True
    remedy: str = ""
