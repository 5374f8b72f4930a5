"""Cards of face detectors: their weight files and checksums."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MTCNN", "Detector"]


@dataclass(frozen=True)
class Detector:
    """Card of a face detector.

    Parameters
    ----------
    name : str
        Its name.
    sha256 : dict of str to str
        The SHA-256 of each of its weight files, by file name.
    """

    name: str
    sha256: dict[str, str]


# The files in the `data` folder of facenet-pytorch 2.5.3.
MTCNN = Detector(
    "MTCNN",
    {
        "pnet.pt": "a2a71925e0b9996a42f63e47efc1ca19043e69558b5c523b978d611dfae49c8f",
        "rnet.pt": "bbb937de72efc9ef83b186c49f5f558467a1d7e3453a8ece0d71a886633f6a86",
        "onet.pt": "165bfbe42940416ccfb977545cf0e976d5bf321f67083ae2aaaa5c764280118d",
    },
)
