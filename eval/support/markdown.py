"""Tables in Markdown, and the places for them in a README."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from videoemo.errors import InputError
from videoemo.util.files import atomic_write

__all__ = ["block", "line", "rewrite", "table"]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join(line(cells) for cells in (head, ["---"] * len(head), *rows))


def line(cells: Sequence[str]) -> str:
    """A line of such a table."""
    return f"| {' | '.join(cells)} |"


def block(readme: Path, name: str) -> str:
    """What stands in a README between `<!-- name -->` and `<!-- end of name -->`.

    Raises
    ------
    InputError
        It has no such place.
    """
    return _split(readme, name)[1]


def rewrite(readme: Path, name: str, text: str) -> None:
    """Put a text in that place.

    Raises
    ------
    InputError
        The README has no such place.
    OutputError
        It cannot be written.
    """
    before, _, after = _split(readme, name)
    with atomic_write(readme) as temporary:
        temporary.write_text(before + text + after, encoding="utf-8")


def _split(readme: Path, name: str) -> tuple[str, str, str]:
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    text = readme.read_text(encoding="utf-8")
    before, found, rest = text.partition(start)
    inside, ended, after = rest.partition(end)
    if not found or not ended:
        raise InputError(
            f"{readme} has no place for {name!r}: expected the lines {start.strip()} and {end}"
        )
    return before + start, inside, end + after
