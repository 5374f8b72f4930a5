"""Parts of messages: suggestions for unknown names, counts with nouns, errors, values."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from reprlib import Repr

from videoemo.util.text import printable

__all__ = ["brief", "count_noun", "did_you_mean", "first_names", "one_line", "reason_of", "shown"]

# What is nested, or long, is not written out in full: it may have no end that Python could reach.
_REPR = Repr()
_REPR.maxstring = _REPR.maxlong = _REPR.maxother = 1000
_REPR.maxlist = _REPR.maxtuple = _REPR.maxdict = 20

# Names that one line lists.
_MOST_NAMES = 3


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


def shown(value: object, *, limit: int = 200) -> str:
    """A value from elsewhere, as a message shows it: control characters escaped, and cut off.

    Parameters
    ----------
    value : object
        Such as a string, or a number.
    limit : int, default=200
        The number of characters of the value at which it is cut off.
    """
    try:
        # Of a string no more is escaped than is shown: it may have a hundred million characters.
        text = repr(value[: limit + 1]) if isinstance(value, str) else _REPR.repr(value)
    except ValueError:  # a whole number of more digits than Python writes
        text = "a number of thousands of digits"
    return text if len(text) <= limit else f"{text[:limit]}..."


def reason_of(error: Exception) -> str:
    """Why a file could not be read, in one line: of an error of the system its words alone, without
    number and path.
    """
    return one_line(getattr(error, "strerror", None) or error)


def brief(text: str, *, limit: int = 200) -> str:
    """Text from elsewhere, as a message shows it: control characters escaped, and cut off.

    Parameters
    ----------
    text : str
        The text.
    limit : int, default=200
        The number of characters at which it is cut off.
    """
    return printable(text if len(text) <= limit else f"{text[:limit]}...")


def first_names(names: Iterable[object]) -> str:
    """The first three of some names, and how many more there are: `a, b, c and 4 more`."""
    listed = [str(name) for name in names]
    more = f" and {len(listed) - _MOST_NAMES:,} more" if len(listed) > _MOST_NAMES else ""
    return ", ".join(map(brief, listed[:_MOST_NAMES])) + more
