"""Picture files opened by Pillow, and what is wrong with those that cannot be read."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path

from PIL import Image

from videoemo.errors import InputError, TooLargeVideoError, UnreadableVideoError, VideoemoError

__all__ = [
    "FORMATS",
    "begins_as_picture",
    "check_limit",
    "damaged",
    "import_readers",
    "not_read",
    "open_picture",
]

# Not GIF, which is a video; and not the moving kinds that Pillow also knows (FLI, MPEG).
FORMATS = ("AVIF", "BMP", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")
# The modules of Pillow that read them.
_READERS = ("Avif", "Bmp", "Jpeg", "Jpeg2K", "Png", "Ppm", "Tiff", "WebP")
# How files of these formats and of GIF begin.
_BEGINNINGS = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8|II[*+]\0|MM\0[*+]|RIFF....WEBP|"
    rb"\0\0\0\x0cjP  |....ftyp(avi[fs]|mif1|msf1|he[iv][cx])",
    re.DOTALL,
)


@cache
def import_readers() -> None:
    """Import Pillow's readers of `FORMATS`, which it does not look for by itself where it is given
    formats, and none of its forty others.
    """
    for name in _READERS:
        import_module(f"PIL.{name}ImagePlugin")


@contextmanager
def open_picture(path: Path) -> Iterator[Image.Image]:
    """Open a picture file with Pillow, closed on leaving the context.

    Nothing but Pillow belongs into the context: whatever is raised in it, on opening the file,
    reading its header or decoding it, says that the picture is damaged. Pillow has no error of its
    own for that: by the format it is an OSError, a SyntaxError, a ValueError, a struct.error, ...

    Raises
    ------
    InputError
        The file cannot be read: there is no permission, or it is gone.
    TooLargeVideoError
        It has more pixels than Pillow takes, or than memory holds.
    UnreadableVideoError
        It is damaged; caused by PIL.UnidentifiedImageError where it may as well be no picture.
    """
    with warnings.catch_warnings():
        # Of sizes, for which there is max_pixels here, and of what is odd and yet read.
        warnings.simplefilter("ignore")
        import_readers()
        try:
            with Image.open(path, formats=FORMATS) as picture:
                yield picture
        except VideoemoError:
            raise
        except Image.DecompressionBombError as exc:
            raise _too_large(path) from exc
        except MemoryError as exc:
            raise TooLargeVideoError(
                f"{path}: the picture does not fit into memory: make it smaller"
            ) from exc
        except PermissionError as exc:
            raise InputError(f"{path}: no permission to read it: change its permissions") from exc
        except Exception as exc:
            if isinstance(exc, OSError) and exc.errno is not None:  # the system's, not Pillow's
                raise InputError(f"{path}: cannot read it: {exc.strerror or exc}") from exc
            raise damaged(path) from exc


def begins_as_picture(path: Path) -> bool:
    """Whether a file begins as one of a picture does, readable or not."""
    with path.open("rb") as file:
        return _BEGINNINGS.match(file.read(16)) is not None


def damaged(path: Path) -> UnreadableVideoError:
    """The error of a picture that is damaged."""
    return UnreadableVideoError(f"{path}: the picture is damaged or cut off: copy it again")


def not_read(path: Path) -> UnreadableVideoError:
    """The error of a picture that no reader takes, for whatever reason."""
    return UnreadableVideoError(
        f"{path}: the picture is damaged or cut off, or of a kind that is not read: copy it again, "
        "or save it as PNG"
    )


def check_limit(path: Path, *, width: int, height: int) -> None:
    """Check that a picture that Pillow does not open has no more pixels than Pillow takes.

    Raises
    ------
    TooLargeVideoError
        It has more.
    """
    if Image.MAX_IMAGE_PIXELS is not None and width * height > 2 * Image.MAX_IMAGE_PIXELS:
        raise _too_large(path)


def _too_large(path: Path) -> TooLargeVideoError:
    limit = 2 * (Image.MAX_IMAGE_PIXELS or 0)
    return TooLargeVideoError(f"{path}: a picture of more than {limit} pixels: make it smaller")
