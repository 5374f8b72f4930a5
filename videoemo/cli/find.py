"""The command `find`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from videoemo.cli import options
from videoemo.util.messages import brief, count_noun
from videoemo.util.terminal import say

if TYPE_CHECKING:
    from videoemo.config.finding import FindingSettings
    from videoemo.results import Results
    from videoemo.vlm.find_results import FindRun
    from videoemo.vlm.server import Server

__all__ = ["find"]

# Videos in which the person was found that are printed; all are in found.csv.
_MOST = 10


@click.command()
@click.argument("out", metavar="OUT", type=options.GivenPath())
@click.argument("description", metavar="DESCRIPTION")
@options.server
@options.vlm
@options.local
@options.dry_run
@options.max_calls
@options.send_pictures_to
@options.reply_cache
def find(
    out: Path,
    description: str,
    url: str | None,
    vlm: str | None,
    local: Path | None,
    dry_run: bool,
    max_calls: int | None,
    host: str | None,
    cache: Path | None,
) -> int:
    """Find the person who is described, such as "the one in the red shirt", by a vision-language
    model.

    OUT is the folder of results that `score` wrote. The model sees some frames of each video with
    numbered faces, the numbers drawn anew in each, and its answers are merged along tracks. OUT
    gets found.csv and what that person displays, found_expressions.csv; each video's folder
    found.png, the frames with the answers, to be looked at.

    With --local a PaliGemma on this machine draws boxes about them in frames without numbers.

    Whole frames are sent, bystanders included. A key that the server wants is read from
    VIDEOEMO_API_KEY. Describe clothes, place, posture or what is held; nobody is looked for by
    race, nor by gender or age alone.
    """
    from videoemo.config.finding import load_finding
    from videoemo.results import load_results
    from videoemo.vlm.cache import ReplyCache, default_cache
    from videoemo.vlm.consent import find_address
    from videoemo.vlm.find_results import check_description
    from videoemo.vlm.server import Server, api_key

    refused = check_description(description)
    if refused:
        raise click.UsageError(f"DESCRIPTION: {refused}")
    options.check_asked(url, vlm, local, dry_run=dry_run, max_calls=max_calls)
    results, settings = load_results(out), load_finding()
    if local is not None:
        return _find_locally(results, description, local, settings)
    assert url is not None
    assert vlm is not None
    address = find_address(url, host, sending=not dry_run)
    with (
        ReplyCache(cache or default_cache()) as replies,
        Server(
            address, vlm, settings.server, replies, key=api_key(), max_calls=max_calls
        ) as server,
    ):
        work = _estimate if dry_run else _find
        return work(results, description, server, settings)


def _estimate(results: Results, description: str, server: Server, settings: FindingSettings) -> int:
    from videoemo.vlm.find_results import estimate_finding

    found = estimate_finding(results, description, server, settings)
    _print_failed(found.failed)
    say(found.told(server, "frame"))
    return options.FAILED_VIDEOS if found.failed else 0


def _find(results: Results, description: str, server: Server, settings: FindingSettings) -> int:
    from videoemo.runs.progress import ConsoleProgress
    from videoemo.vlm.find_results import find_in_results

    notice = ConsoleProgress().notice
    videos = count_noun(len(results.scored), "video")
    notice(
        f"whole frames of {videos}, bystanders included, for {server.model} at "
        f"{server.address.host}; what was asked before is not sent again"
    )
    run = find_in_results(results, description, server, settings, notice=notice)
    status, counts = _print(run, results), server.counts
    say(
        f"{count_noun(counts.sent, 'request')} sent, "
        f"{count_noun(counts.kept, 'frame')} answered by replies of before"
    )
    return status


def _find_locally(
    results: Results, description: str, local: Path, settings: FindingSettings
) -> int:
    from videoemo.runs.progress import ConsoleProgress
    from videoemo.vlm.detecting import load_detector
    from videoemo.vlm.find_results import find_in_results

    notice, model = ConsoleProgress().notice, load_detector(local)
    return _print(find_in_results(results, description, model, settings, notice=notice), results)


def _print(run: FindRun, results: Results) -> int:
    _print_failed(run.failed)
    there = [one for one in run.found.values() if one.verdict.tracks]
    say(f"found in {len(there):,} of {count_noun(len(results.scored), 'video')}")
    for one in there[:_MOST]:
        remark = f" ({one.remark})" if one.remark else ""
        say(f"  {brief(one.video)}: {one.verdict}{remark}")
    if len(there) > _MOST:
        say(f"  and {len(there) - _MOST:,} more in found.csv")
    say(f"found.csv in {results.path}; look at found.png in each video's folder: models err")
    return options.FAILED_VIDEOS if run.failed or run.not_asked else 0


def _print_failed(failed: dict[str, str]) -> None:
    for video, reason in failed.items():
        say(f"failed: {video}: {reason}", error=True)
