"""Parts of messages: suggestions for unknown names, counts with nouns, errors in one line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["count_noun", "did_you_mean", "one_line"]


def did_you_mean(given: str, known: Iterable[str], *, others: str = "") -> str:
    """Suggestion for an unknown name: the nearest known one, or else all of them.

    Parameters
    ----------
    given : str
        The unknown name.
    known : iterable of str
        The known ones.
    others : str, default=""
        What is allowed beside the names, such as ", or the path of a TOML file".

    Returns
    -------
    str
        Such as `did you mean 'fps'?`, or `allowed: every, fps`.
    """
    names = list(known)
    near = difflib.get_close_matches(given, names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"allowed: {', '.join(names)}{others}"


def count_noun(n: int, noun: str) -> str:
    """Count with its noun: `1 video`, `1,200 videos`."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def one_line(error: object, *, limit: int | None = None) -> str:
    """Text of an error in one line, or the name of its type where it has none.

    Parameters
    ----------
    error : object
        An exception, or a text.
    limit : int or None
        The number of characters at which the text is cut off; None for none.
    """
    text = " ".join(str(error).split())[:limit]
    return text or type(error).__name__
