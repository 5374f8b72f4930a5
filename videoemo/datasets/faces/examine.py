"""Every picture read once, before a training begins."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError
from tqdm import tqdm

from videoemo.datasets.faces.left_out import LeftOut
from videoemo.datasets.faces.pictures import THREADS, Pictures
from videoemo.util.messages import one_line, reason_of
from videoemo.util.terminal import safe_stderr

__all__ = ["Examined", "digest", "examine"]

# Pictures handed to the threads at once: those of millions would fill the memory. To one thread,
# several: to hand over a small one takes as long as to look at it.
_CHUNK, _PART = 4096, 32
_DIGEST_BYTES = 16
# The side of the squares of which a look is made, in px; one more in a row.
_LOOK = 8


@dataclass(frozen=True)
class Examined:
    """What pictures are like.

    Parameters
    ----------
    sound : int64 (m,)
        The rows of those that can be read.
    digests : tuple of bytes
        Of the pixels of each sound face.
    looks : tuple of str
        How each sound face looks, coarsely: 64 bits, each whether a part is brighter than the one
        beside it (the difference hash). Pictures with the same are of one group.
    broken : tuple of LeftOut
        The others.
    """

    sound: npt.NDArray[np.int64]
    digests: tuple[bytes, ...]
    looks: tuple[str, ...]
    broken: tuple[LeftOut, ...]


def examine(pictures: Pictures, *, name: str = "reading") -> Examined:
    """Read every picture, with a progress bar of a name."""
    sound, digests, looks, broken = [], [], [], []
    bar = tqdm(
        total=len(pictures),
        desc=name,
        file=safe_stderr(),
        leave=False,
        disable=None,
        dynamic_ncols=True,
    )
    with bar, ThreadPoolExecutor(THREADS) as pool:
        for start in range(0, len(pictures), _CHUNK):
            rows = range(len(pictures))[start : start + _CHUNK]
            parts = [rows[first : first + _PART] for first in range(0, len(rows), _PART)]
            seen = pool.map(lambda part: [_seen(pictures, row) for row in part], parts)
            for part, found in zip(parts, seen, strict=True):
                for row, one in zip(part, found, strict=True):
                    if isinstance(one, LeftOut):
                        broken.append(one)
                    else:
                        sound.append(row)
                        digests.append(one[0])
                        looks.append(one[1])
                bar.update(len(part))
    return Examined(np.array(sound, np.int64), tuple(digests), tuple(looks), tuple(broken))


def _seen(pictures: Pictures, row: int) -> tuple[bytes, str] | LeftOut:
    try:
        face = pictures.face(row)
        return digest(face), _look(face)
    except FileNotFoundError:
        return LeftOut(pictures.name(row), "missing", broken=True)
    except UnidentifiedImageError:
        return LeftOut(pictures.name(row), "not a picture", broken=True)
    except Exception as exc:  # Pillow has no error of its own for a damaged picture
        return LeftOut(pictures.name(row), "damaged", one_line(reason_of(exc)), broken=True)


def digest(face: npt.NDArray[np.uint8]) -> bytes:
    """Digest of the pixels of a face, uint8 (h, w) or (h, w, 3); of grey ones it is the same with
    one channel and with three.
    """
    if face.ndim == 3 and (face == face[..., :1]).all():
        face = face[..., 0]
    shape = np.array(face.shape, "<i8").tobytes()
    return hashlib.blake2b(shape + face.tobytes(), digest_size=_DIGEST_BYTES).digest()


def _look(face: npt.NDArray[np.uint8]) -> str:
    small = Image.fromarray(face).convert("L").resize((_LOOK + 1, _LOOK), Image.Resampling.BOX)
    levels = np.asarray(small).astype(np.int64)
    return np.packbits(levels[:, 1:] > levels[:, :-1]).tobytes().hex()
