from __future__ import annotations

from pathlib import Path

import pytest

from videoemo.cli.options import named_file
from videoemo.errors import InputError


def test_a_file_is_named_after_what_the_command_was_given() -> None:
    assert named_file("features", "my clips.parquet") == Path("features/my clips.parquet")


@pytest.mark.parametrize("name", ["../x.skops", ".hidden.parquet", "a\nb.parquet", "-x.skops"])
def test_a_name_that_is_none_of_a_file_asks_for_another_place(name: str) -> None:
    with pytest.raises(InputError, match=r"allowed are names of files: .*: say where with -o"):
        named_file("features", name)
