"""The command `label`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from videoemo.cli import options
from videoemo.util.messages import count_noun
from videoemo.util.terminal import say

if TYPE_CHECKING:
    from videoemo.results import Results
    from videoemo.vlm.labelling import LabelRun
    from videoemo.vlm.server import Server
    from videoemo.vlm.task import LabelSettings

__all__ = ["label"]


@click.command()
@click.argument("out", metavar="OUT", type=options.GivenPath())
@options.server
@options.vlm
@options.local
@click.option(
    "--task",
    type=options.NAME,
    default="expression",
    show_default=True,
    metavar="NAME",
    help="What is asked: expression (of each face), affect (of whole frames), or a TOML file.",
)
@options.dry_run
@options.max_calls
@options.send_pictures_to
@options.reply_cache
def label(
    out: Path,
    url: str | None,
    vlm: str | None,
    local: Path | None,
    task: str,
    dry_run: bool,
    max_calls: int | None,
    host: str | None,
    cache: Path | None,
) -> int:
    """Ask a vision-language model what the people in scored videos display.

    OUT is the folder of results that `score` wrote. A few good faces of each person are asked
    about, or frames. Each video's folder gets labels.parquet, OUT labels.csv. Whatever is no clear
    answer is none, with a reason. At expressions the network that ships is better, and cheaper.

    The server gets crops of at most 256 px without names. A key that it wants is read from
    VIDEOEMO_API_KEY. Race, gender and age are never asked.
    """
    from videoemo.results import load_results
    from videoemo.runs.progress import ConsoleProgress
    from videoemo.vlm.cache import ReplyCache, default_cache
    from videoemo.vlm.consent import find_address
    from videoemo.vlm.server import Server, api_key

    options.check_asked(url, vlm, local, dry_run=dry_run, max_calls=max_calls)
    settings, notice = _settings(task), ConsoleProgress().notice
    if local is not None:
        return _label_locally(load_results(out), local, settings, notice)
    assert url is not None
    assert vlm is not None
    address = find_address(url, host, sending=not dry_run)
    results = load_results(out)
    with (
        ReplyCache(cache or default_cache()) as replies,
        Server(
            address, vlm, settings.server, replies, key=api_key(), max_calls=max_calls
        ) as server,
    ):
        work = _estimate if dry_run else _ask
        return work(results, server, settings, notice)


def _settings(task: str) -> LabelSettings:
    from videoemo.vlm.protected import asked_by_question
    from videoemo.vlm.task import load_labelling

    asked = "" if Path(task).is_file() else asked_by_question(task)
    settings = None if asked else load_labelling(task)
    asked = asked or (settings.task.protected if settings is not None else "")
    if asked or settings is None:
        raise click.UsageError(
            f"--task: {asked} is never asked about a person; docs/vlm.md says why, under "
            '"What is never done"'
        )
    return settings


def _label_locally(
    results: Results, local: Path, settings: LabelSettings, notice: Callable[[str], None]
) -> int:
    from videoemo.vlm.labelling import LocalAnswering, label_results
    from videoemo.vlm.load_local import load_local

    model = load_local(local, settings.task)
    run = label_results(results, LocalAnswering(model, model.card.name), settings, notice=notice)
    return _print(run, results)


def _estimate(
    results: Results, server: Server, settings: LabelSettings, notice: Callable[[str], None]
) -> int:
    from videoemo.vlm.labelling import estimate

    found = estimate(results, server, settings)
    _print_failed(found.failed)
    say(found.told(server, "picture"))
    return options.FAILED_VIDEOS if found.failed else 0


def _ask(
    results: Results, server: Server, settings: LabelSettings, notice: Callable[[str], None]
) -> int:
    from videoemo.vlm.labelling import ServerAnswering, count_pictures, label_results

    n = count_noun(count_pictures(results, settings), "picture")
    where = server.address.host if server.address.loopback else f"{server.address.host}, to which"
    end = "" if server.address.loopback else " they are sent"
    notice(f"{n} for {server.model} at {where}{end}; what was asked before is not sent again")
    run = label_results(results, ServerAnswering(server, settings), settings, notice=notice)
    counts = server.counts
    status = _print(run, results)
    say(
        f"{count_noun(counts.sent, 'request')} sent, "
        f"{count_noun(counts.kept, 'picture')} answered by replies of before"
        + (f", {counts.tokens:,} tokens" if counts.tokens else "")
    )
    return status


def _print(run: LabelRun, results: Results) -> int:
    _print_failed(run.failed)
    share = f" ({run.answered / run.asked:.0%})" if run.asked else ""
    say(f"{run.answered:,} of {count_noun(run.asked, 'picture')} answered{share}")
    if run.reasons:
        say("no answer: " + ", ".join(f"{why} {n:,}" for why, n in run.reasons.most_common()))
    say(f"labels in {results.path}: labels.csv, and each video's folder has labels.parquet")
    return options.FAILED_VIDEOS if run.failed or run.not_asked else 0


def _print_failed(failed: dict[str, str]) -> None:
    for video, reason in failed.items():
        say(f"failed: {video}: {reason}", error=True)
