"""TOML files that were damaged, or written by somebody who means no good."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.support.damage import mutated, rewrite
from tests.support.evil_toml import evil_toml
from tests.support.paths import ROOT
from tests.support.refusals import is_refused, memory_below
from tests.support.training_recipe import RECIPE
from videoemo.classification.classifier import load_classifier
from videoemo.config.extraction import load_extraction
from videoemo.config.face_protocol import load_face_protocol
from videoemo.config.pipeline import load_pipeline
from videoemo.config.protocol import load_protocol
from videoemo.config.training import load_training
from videoemo.errors import InputError, RecipeError

READERS: dict[str, tuple[bytes, Callable[[str], object]]] = {
    "pipeline": ((ROOT / "pipelines" / "score.toml").read_bytes(), load_pipeline),
    "dataset": ((ROOT / "pipelines" / "afew.toml").read_bytes(), load_extraction),
    "training": (RECIPE.encode(), load_training),
    "classifier": ((ROOT / "classifiers" / "svc.toml").read_bytes(), load_classifier),
    "protocol": ((ROOT / "eval" / "protocols" / "nested.toml").read_bytes(), load_protocol),
    **{
        name: ((ROOT / "eval" / "protocols" / f"{name}.toml").read_bytes(), load_face_protocol)
        for name in ("affectnet", "audit", "lfw", "lfw-expression", "lfw-pairs", "utkface")
    },
    "faces": ((ROOT / "eval" / "protocols" / "ferplus.toml").read_bytes(), load_face_protocol),
}


@pytest.mark.parametrize("kind", READERS)
def test_damaged_or_evil_settings_are_refused_in_one_line(kind: str, tmp_path: Path) -> None:
    content, read = READERS[kind]
    path, seed, n_refused = tmp_path / "mine.toml", list(READERS).index(kind), 0
    with memory_below(2**28):
        for changed in [*mutated(content, seed=seed, n=20), *evil_toml(content, seed=seed, n=60)]:
            rewrite(path, changed)
            n_refused += is_refused(partial(read, str(path)))
    assert n_refused > 20


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a = " + b"[" * 5000 + b"]" * 5000, "has a line of more than 1,000 characters"),
        (b"a = " + b"[\n" * 1900 + b"]" * 900, "is not TOML: its values are nested too deeply"),
        (b"a = \n" * 9999, "is not TOML: Invalid value"),
        (b"\n".join(b"[a%d]" % i for i in range(9999)), "cannot read .*: more than 65,536 bytes"),
        (b"[sampling]\nevery = " + b"1" * 3999, "has a line of more than 1,000 characters"),
        (b"[sampling]\nevery = 1" + b"0" * 400, r"every: allowed are whole numbers .* got 100"),
        (
            b"[sampling]\nevery = 0x" + b"f" * 900,
            "every: allowed are whole numbers of at most 63 bits, got 5",
        ),
        (b"[sampling]\nfps = 1" + b"0" * 400, "fps: allowed are whole numbers of at most 63 bits"),
        (b"[sampling]\nfps = inf", "fps: allowed are finite numbers, got inf"),
        (b"[sampling]\nfps = nan", "fps: allowed are finite numbers, got nan"),
        (b"[detection]\nfaces = ['all']", r"faces: allowed are .*, got \['all'\]"),
        (b"[network]\nextractor = ['a']", r"extractor: expected str, got \['a'\]"),
        (b"[network]\nextractor = 'a\x7f'", "is not TOML: "),
        (
            b'[network]\nextractor = "\\u001b"',
            r"extractor: .*without control characters, got '\\x1b",
        ),
        (b"[detection]\nthresholds = [1, 2, {}]", "thresholds: expected float, got {}"),
        (b"[sampling]\nevery = 1\nevery = 2\n", r"is not TOML: Cannot overwrite a value \(at"),
        ("[sampling]\nevery = 1".encode("utf-16"), "is not TOML: it is not in UTF-8"),
        (b"[" + b"x" * 900 + b"]", r"unknown table 'x{100,}\.\.\.; allowed: sampling"),
    ],
)
def test_what_is_no_toml_of_ours_says_where_and_what(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(RecipeError, match=message) as refused:
        load_pipeline(str(path))
    assert str(path) in str(refused.value)
    assert len(str(refused.value)) < 500 + len(str(path))


def test_a_byte_order_mark_of_windows_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes("[sampling]\r\nevery = 3\r\n".encode("utf-8-sig"))
    assert load_pipeline(str(path)).sampling.every == 3


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", "/dev/zero", "", "."])
def test_a_name_that_no_file_can_have_is_no_settings(name: str) -> None:
    with pytest.raises(InputError, match="nothing called"):
        load_pipeline(name)


@pytest.mark.parametrize("kind", [["nested"], {}, 3])
def test_a_protocol_of_no_kind_says_what_is_allowed(tmp_path: Path, kind: object) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f"kind = {kind}")
    with pytest.raises(RecipeError, match="kind: allowed for clips are 'train-val'"):
        load_protocol(str(path))
