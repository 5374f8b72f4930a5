"""What `eval.speed` measured, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from eval.support.core_model import frames_a_second
from eval.support.markdown import table
from eval.support.results import (
    BARS,
    HELP,
    HOURS,
    MEMORY,
    SHORT,
    START,
    Repeated,
    Row,
    Speed,
    ratio_to_faster,
)
from videoemo.util.messages import count_noun

__all__ = ["markdown"]

PEERS = {
    "emotiefflib-torch": "facenet-pytorch + EmotiEffLib, torch",
    "emotiefflib-onnx": "facenet-pytorch + EmotiEffLib, ONNX",
    "fer": "fer with MTCNN, as it is: from 20 px",
    "fer40px": "fer with MTCNN, made to look from 40 px",
}

# Cores of the model.
MODELLED = (8, 16)


def markdown(speed: Speed) -> str:
    """All that was measured, in a table a kind."""
    parts = [
        f"Made by `{speed.command}` on {speed.machine.cpu}, {speed.machine.cores} cores, "
        f"{speed.machine.system}: in brackets the lowest and the highest; warm; every frame, all "
        "faces, from 40 px where that can be said; each side with its default threads.",
        _rows(speed),
        _ours(speed),
        _parts(speed),
        _command(speed),
        _cores(speed),
        "\n".join(
            f"- {name}: {libraries}"
            for name, libraries in vars(speed.versions).items()
            if libraries
        ),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _rows(speed: Speed) -> str:
    if not speed.rows:
        return ""
    rows = [
        (
            row.clip,
            PEERS[row.peer],
            row.extractor,
            _range(row.ours_fps, row.ours_range),
            _range(row.peer_fps, row.peer_range),
            f"{row.ratio:.1f}",
            f"{row.ours_faces} / {row.peer_faces}",
            _verdict(speed.rows, row),
        )
        for row in speed.rows
    ]
    head = (
        "clip",
        "against",
        "our network",
        "ours, frames/s",
        "theirs, frames/s",
        "ratio",
        "faces, ours / theirs",
        "at least (goal)",
    )
    most = max(row.nms_share for row in speed.rows)
    return (
        f"Beside others, in turns (medians of {_runs(speed.rows)}):\n\n{table(head, rows)}\n\n"
        f"Of the peers' time at most {most:.1%} went into the stand-in for torchvision's `nms`, "
        "which does not load beside a CPU build of torch."
    )


def _verdict(rows: tuple[Row, ...], row: Row) -> str:
    """The bar, and whether it is reached; of two engines only the faster is held to it."""
    against = row.peer.partition("-")[0]
    ratio, bars = ratio_to_faster(rows, row.clip, against), BARS.get((row.clip, against))
    if ratio is None or bars is None or row.ratio > ratio:
        return ""
    least, goal = bars
    if goal is not None and ratio >= goal:
        return f"{least} ({goal}): goal reached"
    asked = str(least) if goal is None else f"{least} ({goal})"
    return f"{asked}: {'reached' if ratio >= least else 'missed'}"


def _ours(speed: Speed) -> str:
    if not speed.ours:
        return ""
    head = ("clip", "frames/s", "of each stage", "seconds", "CPU seconds", "peak MiB")
    rows = [
        (
            one.clip,
            _range(one.fps, one.fps_range),
            ", ".join(f"{stage.name} {stage.fps:.0f}" for stage in one.stages),
            f"{one.seconds:.2f}",
            f"{one.cpu_seconds:.2f}",
            f"{one.peak_mib:.0f}",
        )
        for one in speed.ours
    ]
    title = (
        "The stages, with the extractor that ships (frames over the seconds of work in each; "
        f"medians of {_runs(speed.ours)}, the peak of one):"
    )
    return f"{title}\n\n{table(head, rows)}"


def _parts(speed: Speed) -> str:
    if not speed.parts:
        return ""
    head = (
        "clip",
        "network",
        "frames",
        "CPU seconds",
        "decoding",
        "engine",
        "whole / parts (1.25)",
        "seconds / CPU seconds a core (1.15)",
    )
    rows = [
        (
            one.clip,
            one.extractor,
            str(one.frames),
            f"{one.cpu_seconds:.2f}",
            f"{one.decoding:.2f}",
            f"{one.engine:.2f}",
            f"{one.to_parts:.2f}",
            f"{one.to_cores:.2f}",
        )
        for one in speed.parts
    ]
    title = (
        "The whole against its parts: decoding, and the networks on the same tensors at the same "
        f"time, with nothing between (in brackets: at most; medians of {_runs(speed.parts)}):"
    )
    return f"{title}\n\n{table(head, rows)}"


def _command(speed: Speed) -> str:
    lines = [
        *(
            (
                f"- first frame of {one.clip} scored "
                f"{_range(one.seconds, one.seconds_range, digits=2)} s after the command (at "
                f"most {START}; median of {_runs([one])})"
            )
            for one in speed.start
        ),
        *(
            (
                "- `videoemo --help` in "
                f"{_range(one.seconds, one.seconds_range, digits=2)} s (at most {HELP}; "
                f"median of {_runs([one])})"
            )
            for one in speed.help
        ),
        *(
            f"- an hour of {one.clip} in {one.minutes_an_hour:.1f} minutes"
            f"{f' (at most {HOURS[one.clip]})' if one.clip in HOURS else ''}: "
            f"{one.video_seconds:.0f} s of it, {one.frames} frames, in {one.seconds:.0f} s"
            for one in speed.hour
        ),
        *(
            (
                f"- peak memory {one.peak_mib:.0f} MiB on {one.video_seconds:.0f} s of {one.clip} "
                f"(at most {MEMORY}: 1 GB)"
            )
            for one in speed.memory
        ),
        *(
            (
                f"- {one.n_videos:,} videos of {one.video_seconds:.1f} s of {one.clip}, "
                f"{one.frames:,} frames, in {one.seconds:.0f} s: {one.share:.0%} of the frames/s "
                f"of one long video (at least {SHORT:.0%})"
            )
            for one in speed.short
        ),
    ]
    return (
        "\n".join(["As a command, pictures off, once where no runs are said:", "", *lines])
        if lines
        else ""
    )


def _cores(speed: Speed) -> str:
    if not speed.cores:
        return ""
    measured = sorted({one.cores for one in speed.cores})
    head = (
        "videos",
        *(f"{n} cores, measured" for n in measured),
        *(f"{n}, model" for n in MODELLED),
    )
    rows = []
    for n_videos in sorted({one.n_videos for one in speed.cores}):
        given = [one for one in speed.cores if one.n_videos == n_videos]
        cells = [f"{frames_a_second(given, n):.0f}" for n in (*measured, *MODELLED)]
        rows.append(("one" if n_videos == 1 else f"{n_videos} short ones, side by side", *cells))
    title = (
        f"Frames/s of {speed.cores[0].clip} by the number of cores, without the start. Measured "
        "are one and two, once each; the others are a model, and no measurement: what did not get "
        "faster from one core to two is done by one core whatever their number, the rest is shared "
        "evenly (Amdahl), and one video keeps at most five busy. Caches, memory and clocks that "
        "cores share are not in it:"
    )
    return f"{title}\n\n{table(head, rows)}"


def _runs(measured: Sequence[Repeated]) -> str:
    """Of how many runs the figures are; a range where some were measured apart from the others."""
    fewest, most = (end(one.runs for one in measured) for end in (min, max))
    return f"{f'{fewest} to ' if fewest < most else ''}{count_noun(most, 'run')}"


def _range(value: float, ends: tuple[float, float], *, digits: int = 1) -> str:
    return f"{value:.{digits}f} ({ends[0]:.{digits}f} to {ends[1]:.{digits}f})"
