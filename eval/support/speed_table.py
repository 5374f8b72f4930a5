"""What `eval.speed` measured, in Markdown."""

from __future__ import annotations

from eval.support.markdown import table
from eval.support.results import BARS, Row, Speed, ratio_to_faster

__all__ = ["markdown"]

PEERS = {
    "emotiefflib-torch": "facenet-pytorch + EmotiEffLib, torch",
    "emotiefflib-onnx": "facenet-pytorch + EmotiEffLib, ONNX",
    "fer": "fer with MTCNN, as it is: from 20 px",
    "fer40px": "fer with MTCNN, made to look from 40 px",
}


def markdown(speed: Speed) -> str:
    """All that was measured, in a table a kind."""
    parts = [
        f"Made by `{speed.command}` on {speed.machine.cpu}, {speed.machine.cores} cores, "
        f"{speed.machine.system}: medians of {speed.runs} runs, in brackets the lowest and the "
        "highest; warm; every frame, all faces, from 40 px where that can be said; each side with "
        "its default threads.",
        _rows(speed),
        _ours(speed),
        _parts(speed),
        _command(speed),
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
    return table(head, rows) + (
        "\n\n"
        f"Of the peers' time at most {most:.1%} went into the stand-in for torchvision's `nms`, "
        "which does not load beside a CPU build of torch."
    )


def _verdict(rows: tuple[Row, ...], row: Row) -> str:
    """The bar, and whether it is reached; of two engines only the faster is held to it."""
    against = row.peer.partition("-")[0]
    ratio, bars = ratio_to_faster(rows, row.clip, against), BARS.get((row.clip, against))
    if ratio is None or bars is None or row.ratio > ratio:
        return ""
    return (
        f"{bars[0]} ({bars[1]}): "
        f"{'goal reached' if ratio >= bars[1] else 'reached' if ratio >= bars[0] else 'missed'}"
    )


def _ours(speed: Speed) -> str:
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
    title = "The stages, with the extractor that ships (frames over the seconds of work in each):"
    return f"{title}\n\n{table(head, rows)}" if rows else ""


def _parts(speed: Speed) -> str:
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
        "time, with nothing between (in brackets: at most):"
    )
    return f"{title}\n\n{table(head, rows)}" if rows else ""


def _command(speed: Speed) -> str:
    lines = [
        *(
            (
                f"- first frame of {one.clip} scored "
                f"{_range(one.seconds, one.seconds_range, digits=2)} s after the command (at "
                "most 2.5)"
            )
            for one in speed.start
        ),
        *(
            f"- an hour of {one.clip} in {one.minutes_an_hour:.1f} minutes (at most 6): "
            f"{one.video_seconds:.0f} s of it, {one.frames} frames, in {one.seconds:.0f} s"
            for one in speed.hour
        ),
        *(
            (
                f"- peak memory {one.peak_mib:.0f} MiB on {one.video_seconds:.0f} s of {one.clip} "
                "(at most 1430: 1.5 GB)"
            )
            for one in speed.memory
        ),
    ]
    return "\n".join(["As a command, pictures off:", "", *lines]) if lines else ""


def _range(value: float, ends: tuple[float, float], *, digits: int = 1) -> str:
    return f"{value:.{digits}f} ({ends[0]:.{digits}f} to {ends[1]:.{digits}f})"
