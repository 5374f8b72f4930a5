"""How a video is annotated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from videoemo.errors import InputError

__all__ = ["Style"]


@dataclass(frozen=True, kw_only=True)
class Style:
    """What is drawn into videos, and what is covered in them.

    Parameters
    ----------
    bars : bool, default=False
        Whether a bar for each expression's probability stands beside each face.
    cover : {"faces", "others"} or None
        Which faces are covered: all but those of `spare`; for "others" somebody must be spared.
        None: none.
    spare : tuple of int, default=()
        The numbers of the tracks whose faces are not covered.
    mosaic : bool, default=False
        Whether covers are mosaics of a few cells; else they are grey.
    sound : bool, default=False
        Whether the sound is copied.

    Raises
    ------
    InputError
        Settings that do not go together.
    """

    bars: bool = False
    cover: Literal["faces", "others"] | None = None
    spare: tuple[int, ...] = ()
    mosaic: bool = False
    sound: bool = False

    def __post_init__(self) -> None:
        if self.cover == "others" and not self.spare:
            raise InputError(
                "others than whom are to be covered? Give those to be spared with --spare TRACK, "
                "the numbers of tracks.csv, or cover all with --cover faces"
            )
        if self.cover is None and (self.spare or self.mosaic):
            option = "--spare" if self.spare else "--mosaic"
            raise InputError(
                f"{option} says how faces are covered: give --cover faces or others, too"
            )

    @property
    def file_stem(self) -> str:
        """The name of the videos, without suffix."""
        return "annotated" if self.cover is None else "covered"
