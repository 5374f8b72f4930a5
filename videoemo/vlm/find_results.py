"""The person who is described, found in every video of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from videoemo.config.finding import FindingSettings
from videoemo.errors import InputError, VideoError
from videoemo.results import Results, VideoResults
from videoemo.util.messages import count_noun
from videoemo.util.slow_work import SlowWork
from videoemo.vlm.finding import Detector, Finding, detect_person, find_person, marked_frames
from videoemo.vlm.found_files import FoundFiles
from videoemo.vlm.labelling import Estimate, about_server
from videoemo.vlm.protected import asked_by_description
from videoemo.vlm.server import NOT_ASKED, Reply, Server

__all__ = ["FindRun", "check_description", "estimate_finding", "find_in_results"]

# Characters of a description.
_LONGEST = 500


@dataclass
class FindRun:
    """What became of a run.

    Parameters
    ----------
    found : dict of str to Finding
        By the video's name; without the frames that were shown.
    failed : dict of str to str
        Why a video could not be looked at, by its name.
    not_asked : int
        Frames for which there was no call left.
    """

    found: dict[str, Finding] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    not_asked: int = 0


def check_description(description: str) -> str:
    """Why nobody is looked for by a description, in words; empty where somebody is.

    Parameters
    ----------
    description : str
        As it was given.
    """
    if not description.strip() or len(description) > _LONGEST or not description.isprintable():
        return f"expected a line of 1 to {_LONGEST} characters that describes a person"
    asked = asked_by_description(description)
    if asked:
        alone = "" if asked == "race" else " alone"
        return (
            f"nobody is looked for by {asked}{alone}; describe clothes, place, posture or what is "
            "held. "
            'docs/vlm.md says why, under "What is never done"'
        )
    return ""


def find_in_results(
    results: Results,
    description: str,
    who: Server | Detector,
    settings: FindingSettings,
    *,
    notice: Callable[[str], None] | None = None,
) -> FindRun:
    """Find the person who is described in every scored video: `found.png` in its folder;
    `found.csv`, `found_expressions.csv` and `found.json` over all.

    A video that was moved, or cannot be read, is told of, and the others go on.

    Parameters
    ----------
    results : Results
        The results.
    description : str
        Of clothes, place, posture, or what is held.
    who : Server or Detector
        Who is asked: a server, or a model on this machine.
    settings : FindingSettings
        Which frames are shown, and what is needed.
    notice : callable or None
        Called with how far it is, where it takes long.

    Raises
    ------
    InputError
        No video was scored, or nobody is looked for by such a description.
    ServerError
        The server cannot be asked. What was answered is kept, and not asked again.
    OutputError
        A file cannot be written.
    """
    _check(results, description)
    run, slow = FindRun(), SlowWork(notice)
    replies: list[Reply] = []
    files = FoundFiles(results.path, description)
    of_all = f"of {count_noun(len(results.scored), 'video')}"
    for n, scored in enumerate(results.scored):
        slow.go_on(f"{n:,} {of_all} looked at")
        one = replace(scored)  # what is read of it goes with it
        try:
            found = _find(one, description, settings, who)
            files.add(found, one)
        except (InputError, VideoError) as exc:
            run.failed[one.name] = str(exc)
            files.add_failed(one.name, str(exc))
            continue
        replies += [asked.reply for asked in found.asked if asked.reply is not None]
        run.not_asked += sum(asked.vote.reason == NOT_ASKED for asked in found.asked)
        run.found[one.name] = replace(found, asked=())
    files.write({**_about(who, replies), "settings": asdict(settings)})
    return run


def _find(
    one: VideoResults, description: str, settings: FindingSettings, who: Server | Detector
) -> Finding:
    if isinstance(who, Detector):
        return detect_person(one, description, settings, who.detect)
    return find_person(one, description, settings, who.ask)


def _about(who: Server | Detector, replies: list[Reply]) -> dict[str, Any]:
    """Who was asked, and when."""
    if isinstance(who, Detector):
        today = datetime.now(UTC).strftime("%Y-%m-%d")
        return {"model": who.name, "sha256": who.sha256, "dates": [today, today]}
    return about_server(who, replies)


def estimate_finding(
    results: Results, description: str, server: Server, settings: FindingSettings
) -> Estimate:
    """Count what `find_in_results` would send to a server; nothing is sent.

    Raises
    ------
    InputError
        As `find_in_results`.
    """
    _check(results, description)
    found = Estimate()
    for scored in results.scored:
        try:
            for marked in marked_frames(replace(scored), description, settings):
                found.add(marked.question, server)
        except (InputError, VideoError) as exc:
            found.failed[scored.name] = str(exc)
    return found


def _check(results: Results, description: str) -> None:
    refused = check_description(description)
    if refused:
        raise InputError(refused)
    if not results.scored:
        raise InputError(
            f"{str(results.path)!r} holds no video that was scored: see its errors.csv for why"
        )
