"""What `eval.speed` measured, as it stands in its JSON file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from videoemo.config.toml import build_record, require
from videoemo.util import timings
from videoemo.util.files import write_json

__all__ = [
    "BARS",
    "HELP",
    "HOURS",
    "MEMORY",
    "SHORT",
    "START",
    "Cores",
    "Help",
    "Hour",
    "Machine",
    "Memory",
    "Ours",
    "Parts",
    "Peer",
    "Repeated",
    "Row",
    "Short",
    "Speed",
    "Stage",
    "Start",
    "Versions",
    "load",
    "ratio_to_faster",
    "rounded",
    "save",
]

Peer = Literal["emotiefflib-torch", "emotiefflib-onnx", "fer", "fer40px"]

# (clip, whose extractor) -> how many times the peer's frames/s ours must be: at least, and the
# goal, where there is one. Of EmotiEffLib's two engines the faster counts.
BARS: dict[tuple[str, str], tuple[int, int | None]] = {
    ("group_1080p.mp4", "emotiefflib"): (9, 12),
    ("woman_360p.mp4", "emotiefflib"): (14, 18),
    ("group_1080p.mp4", "fer"): (28, None),
    ("woman_360p.mp4", "fer"): (22, None),
}
# At most so many seconds until the first frame is scored, and until help is shown.
START, HELP = 1.2, 0.25
# Clip -> at most so many minutes for an hour of it.
HOURS = {"woman_360p.mp4": 3, "group_1080p.mp4": 20}
# At most so many MiB: 1 GB.
MEMORY = 954
# Of the frames/s of one long video, at least this share in many short ones.
SHORT = 0.8


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Where it was measured: the processor, the cores that were used, the system."""

    cpu: str
    cores: int
    system: str


@dataclass(frozen=True, kw_only=True)
class Versions:
    """Of each side's libraries, and the threads it took, in words: "torch 2.13.0, ..."."""

    ours: str
    emotiefflib: str = ""
    fer: str = ""


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """What was measured several times: its figures are medians of so many runs.

    Parameters
    ----------
    runs : int
        At least 1.
    """

    runs: int

    def __post_init__(self) -> None:
        require(self.runs >= 1, "runs", "whole numbers from 1", self.runs)


@dataclass(frozen=True, kw_only=True)
class Row(Repeated):
    """One clip, by us and by a peer in turns: frames a second, medians and ranges
    (lowest, highest); `ratio` is that of the medians.

    Parameters
    ----------
    extractor : str
        The network on our side.
    ours_faces, peer_faces : int
        Faces found in the whole clip.
    nms_share : float
        Of the peer's time, what it spent in our stand-in for torchvision's suppression of boxes.
    """

    clip: str
    peer: Peer
    extractor: str
    frames: int
    ours_faces: int
    peer_faces: int
    ours_fps: float
    ours_range: tuple[float, float]
    peer_fps: float
    peer_range: tuple[float, float]
    ratio: float
    nms_share: float

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.frames >= 1, "frames", "whole numbers from 1", self.frames)
        for side in ("ours", "peer"):
            fps, (low, high) = getattr(self, f"{side}_fps"), getattr(self, f"{side}_range")
            require(
                0 < low <= fps <= high, f"{side}_fps", f"rates in the range {low} to {high}", fps
            )
        expected = self.ours_fps / self.peer_fps
        require(
            abs(self.ratio - expected) <= 0.01 * expected,
            "ratio",
            f"ours over the peer's ({expected:.3f})",
            self.ratio,
        )


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A stage of our work: frames over the seconds of work in it."""

    name: timings.Stage
    fps: float


@dataclass(frozen=True, kw_only=True)
class Ours(Repeated):
    """One clip by us with the extractor that ships: medians and ranges (lowest, highest).

    Parameters
    ----------
    fps : float
        Frames a second, warm.
    stages : tuple of Stage
        In the order of the work.
    seconds, cpu_seconds : float
        Of a pass; CPU seconds are user and system, of all threads and processes.
    peak_mib : float
        Of a fresh process, and those it started, while it scores the clip for the first time.
    """

    clip: str
    frames: int
    faces: int
    fps: float
    fps_range: tuple[float, float]
    stages: tuple[Stage, ...]
    seconds: float
    cpu_seconds: float
    peak_mib: float


@dataclass(frozen=True, kw_only=True)
class Parts(Repeated):
    """The whole against its parts, three passes a run.

    Parameters
    ----------
    seconds, cpu_seconds : float
        Of the whole.
    decoding, engine : float
        CPU seconds of decoding, and of the networks on the tensors that they were called with, both
        at the same time and with nothing between.
    to_parts : float
        CPU seconds of the whole over those of its parts (bar: 1.25).
    to_cores : float
        Seconds over CPU seconds a core (bar: 1.15).
    """

    clip: str
    extractor: str
    frames: int
    seconds: float
    cpu_seconds: float
    decoding: float
    engine: float
    to_parts: float
    to_cores: float


@dataclass(frozen=True, kw_only=True)
class Start(Repeated):
    """Seconds from the command `videoemo score` to its first frame scored and written, once
    everything is cached.
    """

    clip: str
    seconds: float
    seconds_range: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Help(Repeated):
    """Seconds that `videoemo --help` takes."""

    seconds: float
    seconds_range: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Hour:
    """Minutes that an hour of a clip would take, by a command on so many seconds of it."""

    clip: str
    video_seconds: float
    frames: int
    seconds: float
    minutes_an_hour: float


@dataclass(frozen=True, kw_only=True)
class Memory:
    """The most memory that all processes of `videoemo score` held together on a clip that is looped
    to so many seconds.
    """

    clip: str
    video_seconds: float
    peak_mib: float


@dataclass(frozen=True, kw_only=True)
class Short:
    """Many short videos in one folder, and the same frames in one long video.

    Parameters
    ----------
    clip : str
        What they are cut from.
    n_videos : int
        How many.
    video_seconds : float
        The length of each.
    frames : int
        Of all.
    seconds, long_seconds : float
        That the folder took, and the long video; both with the start of the command.
    """

    clip: str
    n_videos: int
    video_seconds: float
    frames: int
    seconds: float
    long_seconds: float

    @property
    def share(self) -> float:
        """The frames/s in short videos over those in the long one."""
        return self.long_seconds / self.seconds


@dataclass(frozen=True, kw_only=True)
class Cores:
    """Some videos scored on some cores.

    Parameters
    ----------
    clip : str
        What they are cut from.
    n_videos : int
        1, or as many as are worked on side by side.
    cores : int
        That the command was let have.
    frames : int
        Of all videos.
    seconds : float
        That they took, without the start of the command.
    """

    clip: str
    n_videos: int
    cores: int
    frames: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Speed:
    """Everything in the file; what was not measured is empty.

    Parameters
    ----------
    command : str
        The one that measured.
    """

    command: str
    machine: Machine
    versions: Versions
    rows: tuple[Row, ...] = ()
    ours: tuple[Ours, ...] = ()
    parts: tuple[Parts, ...] = ()
    start: tuple[Start, ...] = ()
    help: tuple[Help, ...] = ()
    hour: tuple[Hour, ...] = ()
    memory: tuple[Memory, ...] = ()
    short: tuple[Short, ...] = ()
    cores: tuple[Cores, ...] = ()


def load(path: Path) -> Speed:
    """The results of a file.

    Raises
    ------
    RecipeError
        It says something it may not.
    """
    return build_record(Speed, json.loads(path.read_text(encoding="utf-8")), where=str(path))


def save(speed: Speed, path: Path) -> None:
    """Write the results to a file.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    write_json(path, rounded(asdict(speed)))


def rounded(value: Any) -> Any:
    """Floats to four significant digits: more are noise."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list | tuple) else value


def ratio_to_faster(rows: tuple[Row, ...], clip: str, against: str) -> float | None:
    """Ours over the faster of the peers of a kind (`emotiefflib`, `fer`) on a clip: the lowest of
    the ratios; None if one is missing.
    """
    ratios = [
        row.ratio for row in rows if row.clip == clip and row.peer.partition("-")[0] == against
    ]
    return min(ratios) if len(ratios) == (2 if against == "emotiefflib" else 1) else None
