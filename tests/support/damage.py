"""Files damaged by chance or on purpose; the same ones at every run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np

# What somebody could write in the place of a value of JSON.
EVIL_JSON = (
    r'"\ud800"',
    r'"\udce9"',
    r'"\u0000"',
    r'"\u001b[31mred\nline\r"',
    '"../../evil"',
    '"=1+1"',
    '"' + "x" * 200_000 + '"',
    "1" + "0" * 400,
    "-1" + "0" * 400,
    "1" + "0" * 5000,
    "NaN",
    "-Infinity",
    "1e999",
    "-1",
    "-0.5",
    "2",
    "1.5",
    "9223372036854775808",
    "true",
    "null",
    '""',
    "[]",
    "{}",
    "[[1, 2], {}]",
    '{"happiness": 0.5}',
    '{"happiness": 0.5, "sadness": 0.5, "more": 0}',
    "[" * 100 + "]" * 100,
    "[" * 50_000 + "]" * 50_000,
    '{"a": ' * 5000 + "1" + "}" * 5000,
)
_HERE = "the place of an evil value"


def mutated(content: bytes, *, seed: int, n: int) -> Iterator[bytes]:
    """A file cut, flipped, overwritten, with a part twice or left out, n times."""
    rng = np.random.default_rng(seed)
    for i in range(n):
        at, length = rng.integers(len(content)), int(rng.integers(1, 40))
        end = min(int(at) + length, len(content))
        damaged = bytearray(content)
        match i % 6:
            case 0:
                del damaged[int(at) :]
            case 1:
                for place in rng.integers(len(content), size=rng.integers(1, 9)):
                    damaged[place] ^= 1 << int(rng.integers(8))
            case 2:
                damaged[at:end] = rng.bytes(end - int(at))
            case 3:
                damaged[at:end] = bytes([int(rng.choice([0, 0x7F, 0xFF]))]) * (end - int(at))
            case 4:
                damaged[at:at] = damaged[at:end]
            case 5:
                del damaged[at:end]
        yield bytes(damaged)


def rewrite(path: Path, content: bytes | bytearray) -> Path:
    """Write a file that may be there already, as a new one: where an old one is cut to nothing and
    filled again, some file systems wait for the disk.
    """
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    return path


def evil_json(content: dict[str, Any], *, seed: int, n: int) -> Iterator[str]:
    """JSON with an evil value in the place of one of its parts, n times; the parts by turns."""
    rng = np.random.default_rng(seed)
    paths = list(_paths(content))
    for i in range(n):
        changed = json.loads(json.dumps(content))
        *above, last = paths[i % len(paths)]
        inner = changed
        for step in above:
            inner = inner[step]
        inner[last] = _HERE
        yield json.dumps(changed).replace(
            json.dumps(_HERE), EVIL_JSON[int(rng.integers(len(EVIL_JSON)))], 1
        )


def _paths(content: Any) -> Iterator[tuple[Any, ...]]:
    steps = content.items() if isinstance(content, dict) else enumerate(content)
    for step, inner in steps:
        yield (step,)
        if isinstance(inner, dict | list):
            yield from ((step, *path) for path in _paths(inner))


def break_packet(path: Path, *, which: int, skip: int) -> Path:
    """Overwrite a packet's data with noise, but for its first `skip` bytes."""
    with av.open(str(path)) as container:
        packet = [packet for packet in container.demux(video=0) if packet.size][which]
        assert packet.pos is not None
        first, size = packet.pos + skip, packet.size - skip
    data = bytearray(path.read_bytes())
    assert first > skip
    data[first : first + size] = np.random.default_rng(0).bytes(size)
    path.write_bytes(data)
    return path
