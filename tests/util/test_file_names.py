from __future__ import annotations

import pytest

from videoemo.util.file_names import is_file_name


@pytest.mark.parametrize(
    "name",
    ["ferplus-small", "my network (2).onnx", "_mine", "2nd", "naïve", "表情", "a" * 100, "console"],
)
def test_a_plain_name_becomes_a_file(name: str) -> None:
    assert is_file_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "../x", "a/b", "/etc/x", "a\\b", "C:x", "\\\\host\\x", "x:stream"),
        *(".hidden", "-rf", " x", "x ", "x.", "~x", "a*", "a?", 'a"', "a<b", "a|b"),
        *("a\nb", "a\0b", "a\x1b[2J", "a\u202eb", "a\ud800", "a\u2028b"),
        *("NUL", "nul.toml", "con", "Com1.safetensors", "LPT9", "aux .txt"),
        *("a" * 101, "表" * 70),
    ],
)
def test_a_name_that_leaves_its_folder_or_is_no_file_everywhere_becomes_none(name: str) -> None:
    assert not is_file_name(name)
