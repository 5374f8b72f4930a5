from __future__ import annotations

from pathlib import Path

import pytest

from videoemo.config.comparing import load_comparing
from videoemo.errors import InputError, RecipeError


def toml(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(text)
    return str(path)


def test_a_file_of_ones_own_needs_only_the_keys_it_changes(tmp_path: Path) -> None:
    ours = load_comparing()
    mine = load_comparing(toml(tmp_path, "[course]\nstep = 0.5\n[statistics]\nseed = 3"))
    assert (mine.course.step, mine.statistics.seed) == (0.5, 3)
    assert mine.units == ours.units
    assert mine.statistics.level == ours.statistics.level == 0.05


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[course]\nstep = 0", "step: allowed are seconds from 0.001, got 0.0"),
        ("[units]\nmin_coverage = 1.5", "min_coverage: allowed are shares from 0 to 1, got 1.5"),
        ("[statistics]\nlevel = 0.5", "level: allowed are numbers above 0 and below 0.5, got 0.5"),
        ("[statistics]\npermutations = 9", "permutations: allowed are whole numbers from 100"),
        ("[statistics]\nresamples = 9", "resamples: allowed are whole numbers from 100"),
        ("[statistics]\npower = 0.01", r"power: allowed are numbers above the level \(0.05\)"),
        ("[statistics]\nsteps = 1", "unknown key 'steps'"),
        ("[sampling]\nfps = 1.0", "unknown key 'sampling'"),
        ("course = 1", "course: expected a table, got 1"),
    ],
)
def test_a_value_out_of_range_names_what_is_allowed(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(RecipeError, match=message):
        load_comparing(toml(tmp_path, text))


def test_settings_that_are_not_there_are_refused() -> None:
    with pytest.raises(InputError, match="nothing called 'mine'"):
        load_comparing("mine")
