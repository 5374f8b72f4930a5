"""The commands of the command line, and their exit status."""

from __future__ import annotations

import click

from videoemo._version import __version__
from videoemo.cli.annotate import annotate
from videoemo.cli.compare import compare
from videoemo.cli.demo import demo
from videoemo.cli.doctor import doctor
from videoemo.cli.export import export
from videoemo.cli.find import find
from videoemo.cli.import_corrections import import_corrections
from videoemo.cli.label import label
from videoemo.cli.learn import evaluate, extract, fit, pool, train
from videoemo.cli.networks import models
from videoemo.cli.report import report
from videoemo.cli.score import merge, score
from videoemo.errors import VideoemoError
from videoemo.util.messages import one_line
from videoemo.util.terminal import print_result, say

__all__ = ["cli", "run"]

# Options of before, and what they are called now.
_RENAMED = {"--model": "--classifier", "--keep-frames": "--keep-embeddings"}


def run() -> int:
    """Run the command that was given; return its exit status.

    Raises
    ------
    KeyboardInterrupt
        It was interrupted.
    """
    try:
        status: int = cli.main(prog_name="videoemo", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as exc:
        status = _help(exc.format_message())
    except click.UsageError as exc:
        message = exc.format_message().rstrip(".")
        if isinstance(exc, click.NoSuchOption) and exc.option_name in _RENAMED:
            message = f"No such option {exc.option_name}: it is now {_RENAMED[exc.option_name]}"
        command = exc.ctx.command_path if exc.ctx else "videoemo"
        _complain(f"{message}; see {command} --help")
        status = 2
    except click.ClickException as exc:
        _complain(exc.format_message())
        status = 1
    except VideoemoError as exc:
        _complain(str(exc))
        status = 1
    except click.Abort as exc:  # which click makes of it
        raise KeyboardInterrupt from exc
    return status


def _help(page: str) -> int:
    """Print a page of help, which is all that was asked for."""
    try:
        print_result(*page.splitlines())
    except VideoemoError as exc:
        _complain(str(exc))
        return 1
    return 0


def _complain(message: str) -> None:
    say(f"videoemo: {one_line(message)}", error=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, message="%(version)s")
def cli() -> None:
    """Displayed facial expressions in folders of videos: which face, where, at which second,
    expressing what.

    What a face displays is not what a person feels. Not for use at work, in schools, or on people
    who did not consent.
    """


for _command in (
    score,
    merge,
    annotate,
    report,
    compare,
    export,
    import_corrections,
    label,
    find,
    demo,
    extract,
    pool,
    fit,
    evaluate,
    train,
    models,
    doctor,
):
    cli.add_command(_command)
