from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.training_recipe import RECIPE
from videoemo.config.training import load_training
from videoemo.errors import RecipeError


@pytest.mark.parametrize(
    "name", ["../toy", "/tmp/toy", "a/toy", "..", "", ".toy", "-o", "NUL", "t" * 90]
)
def test_a_recipe_names_files_in_its_folder_alone(tmp_path: Path, name: str) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(RECIPE.replace('name = "toy"', f'name = "{name}"'))
    with pytest.raises(RecipeError, match="name: allowed are names of files"):
        load_training(str(path))
