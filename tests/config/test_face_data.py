from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.training_recipe import RECIPE
from videoemo.config.training import TrainingRecipe, load_training
from videoemo.errors import RecipeError


def changed(folder: Path, kind: str) -> TrainingRecipe:
    path = folder / "recipe.toml"
    path.write_text(RECIPE.replace('kind = "ferplus"', kind))
    return load_training(str(path))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('kind = "ferplus"\nof = "identity"', "of: allowed are 'expression' for ferplus, got 'ide"),
        ('kind = "lfw"\nof = "attributes"', "of: allowed are 'identity' and 'expression' for lfw"),
        ('kind = "ferplus"\npart = [50, 0]', "part: allowed are two rising whole numbers from 0"),
        (
            'kind = "ferplus"\nvalid_share = 0.2',
            "valid_share: allowed are 0 where `valid` is given",
        ),
        ('kind = "ferplus"\ncentre = 0', "centre: allowed are shares from above 0 to 1, got 0"),
        ('kind = "ferplus"\nmost_broken = 2', "most_broken: allowed are shares from 0 to 1, got 2"),
        ('kind = "celeba"', "kind: allowed are 'affectnet', 'csv', 'fairface'"),
        (
            'kind = "ferplus"\nmore = [{kind = "lfw", times = 0}]',
            "times: allowed are whole numbers",
        ),
    ],
)
def test_what_data_cannot_be_is_one_line(tmp_path: Path, lines: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message) as refused:
        changed(tmp_path, lines)
    assert "\n" not in str(refused.value)


def test_what_labels_are_read_as_follows_from_the_kind(tmp_path: Path) -> None:
    assert changed(tmp_path, 'kind = "lfw"').data.labels == "identity"
    assert changed(tmp_path, 'kind = "utkface"').data.labels == "attributes"
