"""Manifests that were damaged, or written by somebody who means no good."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tests.support.damage import mutated, rewrite
from tests.support.layouts import load, make
from tests.support.refusals import is_refused, memory_below

MANIFEST = b"path,label,split,group,note\n" + b"".join(
    b"%d.mp4,%s,%s,g%d,x%d\n" % (i, label, split, i, i)
    for i, (label, split) in enumerate(
        [(b"keen", b"train"), (b"bored", b"val"), (b"keen", b"train"), (b"bored", b"test")] * 3
    )
)
EVIL = (
    b"\x00",
    b"\x1b[31mred",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    "\u202egpj".encode(),
    b"../../../../etc/passwd",
    b"/dev/zero",
    b"\\\\host\\share\\a.mp4",
    b"C:\\a.mp4",
    b'"unclosed',
    b'a"b"c',
    b"\r",
    b"x" * 200_000,
    b"a," * 20_000,
    b'"' + b"line\n" * 30_000 + b'"',
    b"=1+1",
    b"1" * 5000,
    b"",
)


def evil_manifests(*, seed: int, n: int) -> list[bytes]:
    """A manifest with an evil value in the place of one of its cells, n times."""
    rng = np.random.default_rng(seed)
    changed = []
    for i in range(n):
        lines = [line.split(b",") for line in MANIFEST.splitlines()]
        line = lines[rng.integers(len(lines)) if i % 4 else 0]
        line[rng.integers(len(line))] = EVIL[i % len(EVIL)]
        changed.append(b"\n".join(map(b",".join, lines)) + b"\n")
    return changed


def test_damaged_or_evil_manifests_are_read_or_refused_in_one_line(tmp_path: Path) -> None:
    make(tmp_path, *(f"{i}.mp4" for i in range(12)))
    path, n_refused = tmp_path / "manifest.csv", 0
    with memory_below(2**28):
        for content in [*mutated(MANIFEST, seed=1, n=150), *evil_manifests(seed=2, n=150)]:
            rewrite(path, content)
            n_refused += is_refused(partial(load, "manifest", tmp_path))
    assert n_refused > 100


def test_a_manifest_without_end_is_refused_and_not_read(tmp_path: Path) -> None:
    path = tmp_path / "manifest.csv"
    with path.open("wb") as file:
        file.truncate(2**40)  # holes, which take no room
    with memory_below(2**28):
        assert is_refused(partial(load, "manifest", tmp_path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_manifest_that_is_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "manifest.csv")
    assert is_refused(partial(load, "manifest", tmp_path))
