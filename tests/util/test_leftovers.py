"""What systems leave behind in folders."""

from __future__ import annotations

import pytest

from videoemo.util.leftovers import is_leftover


@pytest.mark.parametrize(
    "name",
    [
        *(".DS_Store", "._IMG_0001.jpg", ".Trash-1000", ".hidden.mp4", ".Spotlight-V100"),
        *("Thumbs.db", "THUMBS.DB", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini"),
        *("Desktop.ini", "$RECYCLE.BIN", "RECYCLER", "System Volume Information", "FOUND.000"),
        *("__MACOSX", "Icon\r", "lost+found", "@eaDir", "#recycle", "@Recycle", "Picasa.ini"),
        "a.jpg@SynoEAStream",
    ],
)
def test_what_systems_leave_behind_is_no_input(name: str) -> None:
    assert is_leftover(name)


@pytest.mark.parametrize(
    "name",
    ["a.mp4", "thumbs.jpg", "Thumbs", "recycle", "found.0001", "icon.png", "f1.png", "my.DS_Store"],
)
def test_other_names_are(name: str) -> None:
    assert not is_leftover(name)
