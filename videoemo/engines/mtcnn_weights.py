"""The weight files of MTCNN's three networks, which lie in facenet-pytorch's package.

The package itself is never imported: it imports torchvision, which is broken on many machines.
"""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

from videoemo.errors import WeightsError

__all__ = ["SHA256", "read"]

# The files in the `data` folder of facenet-pytorch 2.5.3.
SHA256 = {
    "pnet.pt": "a2a71925e0b9996a42f63e47efc1ca19043e69558b5c523b978d611dfae49c8f",
    "rnet.pt": "bbb937de72efc9ef83b186c49f5f558467a1d7e3453a8ece0d71a886633f6a86",
    "onet.pt": "165bfbe42940416ccfb977545cf0e976d5bf321f67083ae2aaaa5c764280118d",
}


def read(file: str) -> bytes:
    """The content of one of the files, such as `pnet.pt`.

    Raises
    ------
    WeightsError : it is missing, or not the one published.
    """
    spec = find_spec("facenet_pytorch")
    if spec is None or spec.origin is None:
        raise WeightsError(f"MTCNN's weights ({file}) come with facenet-pytorch, which is not installed: pip install 'facenet-pytorch<2.6'")
    path = Path(spec.origin).parent / "data" / file
    repair = "pip install --force-reinstall --no-deps 'facenet-pytorch<2.6'"
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise WeightsError(f"MTCNN's weights {path} (SHA-256 {SHA256[file]}) cannot be read: {exc.strerror or exc}; run {repair}") from exc
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256[file]:
        raise WeightsError(f"MTCNN's weights {path} are damaged: SHA-256 is {found}, expected {SHA256[file]}; run {repair}")
    return content
