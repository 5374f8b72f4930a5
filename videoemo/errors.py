"""Exceptions of videoemo.

VideoemoError                   one line: what was wrong, what was given, what to do
├── InputError                  a path, an option or an argument that cannot be used
│   └── RecipeError             a TOML file with an unknown key or a value out of range
├── OutputError                 a result that cannot be written
│   └── LeaseLostError          another run took the video over; its result counts
├── VideoError                  one video that cannot be read; the others go on
│   ├── UnreadableVideoError    no decoder can open it
│   ├── EmptyVideoError         it opens and holds no picture
│   └── TooLargeVideoError      a frame of more than `max_pixels` pixels
├── WeightsError                a network's files are missing, damaged or of a kind that is refused
├── LostError                   a process that died during the work on one video; the others go on
├── WorkerError                 worker processes that cannot be started, or end at once
├── FetchError                  a network's file cannot be had from where it was published
├── ServerError                a server that cannot be asked, or stops answering
└── TrainingError               a training run that cannot start or go on
"""

from __future__ import annotations

__all__ = [
    "EmptyVideoError",
    "FetchError",
    "InputError",
    "LeaseLostError",
    "LostError",
    "OutputError",
    "RecipeError",
    "ServerError",
    "TooLargeVideoError",
    "TrainingError",
    "UnreadableVideoError",
    "VideoError",
    "VideoemoError",
    "WeightsError",
    "WorkerError",
]


class VideoemoError(Exception):
    """Base of all exceptions of videoemo; the message is one line, fit for a terminal."""


class InputError(VideoemoError):
    """A path, an option or an argument that cannot be used."""


class RecipeError(InputError):
    """A TOML file with an unknown key or a value out of range."""


class OutputError(VideoemoError):
    """A result that cannot be written."""


class LeaseLostError(OutputError):
    """Another run took the video over; its result counts."""


class VideoError(VideoemoError):
    """One video that cannot be read; in a run over many, the others go on."""


class UnreadableVideoError(VideoError):
    """A video that no decoder can open."""


class EmptyVideoError(VideoError):
    """A video that opens and holds no picture."""


class TooLargeVideoError(VideoError):
    """A video with frames of more pixels than allowed."""


class WeightsError(VideoemoError):
    """A network's files are missing, damaged or of a kind that is refused."""


class FetchError(VideoemoError):
    """A network's file cannot be had from where it was published: no way there, no such file,
    another content, no space.
    """


class ServerError(VideoemoError):
    """A server that cannot be asked: it refuses, sends elsewhere, or stops answering."""


class LostError(VideoemoError):
    """A process that died during the work on one video; in a run over many, the others go on."""


class WorkerError(VideoemoError):
    """Worker processes that cannot be started, or that end before their first video."""


class TrainingError(VideoemoError):
    """A training run that cannot start or go on."""
