"""TOML with what somebody could write in the place of a value."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

_EVIL = [
    b"",
    b"null",
    b"nan",
    b"-inf",
    b"1e999",
    b"-1",
    b"0",
    b"0.5",
    b"1000000000",
    b"1" + b"0" * 400,
    b"1" * 5000,
    b"0x" + b"f" * 900,
    b"true",
    b'""',
    b'"../../x"',
    b'"/tmp/x"',
    b'"a\\u0000b"',
    b'"\\ud800"',
    b'"\\u001b[2J"',
    b'"\x1b[2J"',
    b'"' + b"x" * 900 + b'"',
    b'"""' + b"x\n" * 20000 + b'"""',
    b"[]",
    b"{}",
    b"{a = 1}",
    b"[1, [2, {}]]",
    b'["a", "b"]',
    b"[0.0, 0.0, 0.0]",
    b"[" * 3000 + b"]" * 3000,
    b"1979-05-27",
    b"\xff\xfe",
]
_VALUE = re.compile(rb"""(?<== )("[^"\n]*"|\[[^\]\n]*\]|[^\s,{}\[\]]+)""")


def evil_toml(content: bytes, *, seed: int, n: int) -> Iterator[bytes]:
    """A TOML file with an evil value in the place of one of its own, n times; the values
    by turns.
    """
    rng = np.random.default_rng(seed)
    values = list(_VALUE.finditer(content))
    for i in range(n):
        value, evil = values[i % len(values)], _EVIL[int(rng.integers(len(_EVIL)))]
        yield content[: value.start()] + evil + content[value.end() :]
