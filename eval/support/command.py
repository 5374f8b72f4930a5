"""What the commands of eval have in common: help, messages, and errors in one line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from inspect import cleandoc
from typing import Any

import click

from videoemo.errors import VideoemoError
from videoemo.util.messages import one_line

__all__ = ["command", "say"]


class _Command(click.Command):
    """A command whose expected errors are one line, and exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it."""
        try:
            return super().invoke(ctx)
        except VideoemoError as exc:
            raise click.ClickException(one_line(exc)) from exc


def command(doc: str | None) -> Callable[[Callable[..., None]], click.Command]:
    """Decorator that makes a function a command.

    Parameters
    ----------
    doc : str or None
        The docstring of its module, which `--help` shows as it stands.
    """
    # click leaves the line ends of a paragraph that begins so.
    paragraphs = [f"\b\n{paragraph}" for paragraph in cleandoc(doc or "").split("\n\n")]
    return click.command(
        cls=_Command,
        help="\n\n".join(paragraphs),
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )


def say(message: str) -> None:
    """Print a line on standard error."""
    print(one_line(message), file=sys.stderr, flush=True)
