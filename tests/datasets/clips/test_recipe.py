from __future__ import annotations

from typing import Any

import pytest

from tests.support.layouts import shipped
from videoemo.config.toml import build_record
from videoemo.datasets.clips import DatasetRecipe
from videoemo.errors import RecipeError


@pytest.mark.parametrize("name", ["afew", "vgaf", "folder", "manifest"])
def test_each_layout_has_a_pipeline_of_its_name(name: str) -> None:
    assert shipped(name).kind == name


def test_the_published_size_of_afew() -> None:
    assert [
        (version.split, version.total, len(version.counts)) for version in shipped("afew").published
    ] == [("train", 773, 7), ("val", 383, 7)]


def test_both_versions_of_vgafs_validation_labels_are_known() -> None:
    assert [version.counts for version in shipped("vgaf").published if version.split == "val"] == [
        (302, 280, 184),
        (299, 281, 186),
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            {"kind": "affectnet"},
            "kind: allowed are 'afew', 'vgaf', 'folder', 'manifest', 'corrections', got "
            "'affectnet'",
        ),
        (
            {"kind": "afew"},
            "classes: allowed are names, one or more, where kind is 'afew', got none",
        ),
        ({"kind": "folder", "classes": ["Keen", "keen"]}, "classes: allowed are different names"),
        (
            {"kind": "manifest"},
            "manifest: allowed are a file name where kind is 'manifest', got None",
        ),
        (
            {"kind": "folder", "manifest": "a.csv"},
            "manifest: allowed are a file name where kind is 'manifest', got a.csv",
        ),
        (
            {
                "kind": "folder",
                "classes": ["a"],
                "published": [{"split": "val", "total": 3, "counts": [1, 2]}],
            },
            r"counts: allowed are one number a class \(1\)",
        ),
        (
            {
                "kind": "folder",
                "classes": ["a"],
                "published": [{"split": "val", "total": 3, "counts": [2]}],
            },
            r"total: allowed are the sum of counts \(2\), got 3",
        ),
    ],
)
def test_a_recipe_that_contradicts_itself_is_refused(data: dict[str, Any], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        build_record(DatasetRecipe, data, where="x.toml")
