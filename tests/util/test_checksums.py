from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from videoemo.errors import WeightsError
from videoemo.util.checksums import checksum, git_blob, sha256, verified


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "w.onnx"
    path.write_bytes(b"what is up, doc?")
    return path


def test_a_git_blob_id_is_gits(path: Path) -> None:
    # The example of the chapter "Git Objects" of Pro Git (Chacon and Straub, 2nd edition, 10.2).
    assert git_blob(path) == "bd9dbf5aae1a3862dd1526723246b20206e5fc37"


def test_a_checksum_is_of_the_kind_of_another(path: Path) -> None:
    assert checksum(path, "0" * 64) == sha256(path) == hashlib.sha256(path.read_bytes()).hexdigest()
    assert checksum(path, "0" * 40) == git_blob(path)


@pytest.mark.parametrize("kind", [sha256, git_blob])
def test_a_file_with_its_checksum_is_verified(path: Path, kind: object) -> None:
    assert callable(kind)
    assert verified(path, kind(path)) == path


@pytest.mark.parametrize(("expected", "kind"), [("0" * 64, "SHA-256"), ("0" * 40, "git blob id")])
def test_a_damaged_file_names_the_kind_of_checksum(path: Path, expected: str, kind: str) -> None:
    with pytest.raises(
        WeightsError,
        match=f"are damaged: {kind} is {checksum(path, expected)}, expected {expected}",
    ):
        verified(path, expected)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
@pytest.mark.parametrize("kind", [sha256, git_blob])
def test_a_pipe_is_not_waited_for(tmp_path: Path, kind: Callable[[Path], str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="it is no regular file"):
        kind(tmp_path / "pipe")
