from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.layouts import load, make, told
from videoemo.datasets.clips import DatasetRecipe, load_clips
from videoemo.errors import InputError


def listed(root: Path, text: str, *, encoding: str = "utf-8") -> Path:
    """Two clips and a manifest."""
    make(root, "a.mp4", "more/b c.mp4")
    (root / "manifest.csv").write_text(text, encoding=encoding)
    return root


def test_all_columns(tmp_path: Path) -> None:
    first, second = load(
        "manifest",
        listed(
            tmp_path, "path,label,split,group\na.mp4,keen,train,tom\nmore/b c.mp4,bored,val,ann\n"
        ),
    ).clips
    assert (first.path, first.id, first.label, first.split, first.group) == (
        tmp_path / "a.mp4",
        "a.mp4",
        "keen",
        "train",
        "tom",
    )
    assert (second.path, second.id, second.split) == (
        tmp_path / "more" / "b c.mp4",
        "more/b c.mp4",
        "val",
    )


def test_split_and_group_may_be_left_out(tmp_path: Path) -> None:
    labelled = load("manifest", listed(tmp_path, "label,path\nkeen,a.mp4\nbored,more/b c.mp4\n"))
    assert [(clip.id, clip.label, clip.split, clip.group) for clip in labelled.clips] == [
        ("a.mp4", "keen", None, None),
        ("more/b c.mp4", "bored", None, None),
    ]
    assert labelled.problems == ()


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("path\tlabel\na.mp4\tkeen\nmore/b c.mp4\tbored\n", "utf-8"),
        ("path;label\na.mp4;keen\nmore/b c.mp4;bored\n", "utf-8"),
        ("path,label\na.mp4,keen\nmore/b c.mp4,bored", "utf-8-sig"),
        ('\n Path , LABEL \n\na.mp4, keen\n,\n"more/b c.mp4",bored\r\n\n', "utf-8"),
    ],
    ids=["tabs", "semicolons", "byte order mark", "empty lines, spaces, quotes, capitals"],
)
def test_tables_of_any_program(tmp_path: Path, text: str, encoding: str) -> None:
    labelled = load("manifest", listed(tmp_path, text, encoding=encoding))
    assert [(clip.id, clip.label) for clip in labelled.clips] == [
        ("a.mp4", "keen"),
        ("more/b c.mp4", "bored"),
    ]
    assert labelled.problems == ()


def test_paths_outside_the_folder_and_whole_paths_are_read(tmp_path: Path) -> None:
    make(tmp_path, "outside.mp4")
    root = listed(
        tmp_path / "root", f"path,label\n../outside.mp4,keen\n{tmp_path / 'root' / 'a.mp4'},bored\n"
    )
    assert all(clip.path.is_file() for clip in load("manifest", root).clips)


@pytest.mark.parametrize(
    ("written", "split"),
    [("Train", "train"), ("valid", "val"), ("validation", "val"), ("TEST", "test"), ("", None)],
)
def test_splits_under_every_name_they_are_met_by(
    tmp_path: Path, written: str, split: str | None
) -> None:
    labelled = load("manifest", listed(tmp_path, f"path,label,split\na.mp4,keen,{written}\n"))
    assert labelled.clips[0].split == split


def test_a_path_that_does_not_exist_is_told(tmp_path: Path) -> None:
    labelled = load("manifest", listed(tmp_path, "path,label\na.mp4,keen\ngone.mp4,keen\n"))
    assert [clip.id for clip in labelled.clips] == ["a.mp4"]
    assert labelled.problems == (
        f"'gone.mp4': no such file {str(tmp_path / 'gone.mp4')!r}; left out",
    )


def test_a_path_that_no_file_can_have_is_told(tmp_path: Path) -> None:
    assert told(
        load("manifest", listed(tmp_path, f"path,label\na.mp4,keen\n{'x' * 5000}.mp4,keen\n")),
        "no such file",
        "left out",
    )


def test_a_row_twice_is_one_clip_however_it_is_spelt(tmp_path: Path) -> None:
    labelled = load("manifest", listed(tmp_path, "path,label\na.mp4,keen\n./more/../a.mp4,keen\n"))
    assert [clip.id for clip in labelled.clips] == ["a.mp4"]
    assert told(labelled, "'a.mp4': 2 times")


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("a.mp4,keen,train,tom\na.mp4,bored,train,tom", "2 labels for one clip, keen"),
        ("a.mp4,keen,train,tom\na.mp4,keen,val,tom", "2 splits for one clip, train"),
        ("a.mp4,keen,train,tom\na.mp4,keen,train,", "2 groups for one clip, tom"),
    ],
)
def test_rows_that_contradict_each_other_leave_the_clip_out(
    tmp_path: Path, rows: str, fault: str
) -> None:
    labelled = load(
        "manifest",
        listed(tmp_path, f"path,label,split,group\n{rows}\nmore/b c.mp4,bored,train,ann\n"),
    )
    assert [clip.id for clip in labelled.clips] == ["more/b c.mp4"]
    assert told(labelled, fault, "left out")


def test_a_clip_without_a_label_is_told_and_left_out_unless_it_is_of_the_test_split(
    tmp_path: Path,
) -> None:
    labelled = load(
        "manifest", listed(tmp_path, "path,label,split\na.mp4,,train\nmore/b c.mp4,,test\n")
    )
    assert [clip.id for clip in labelled.clips] == ["more/b c.mp4"]
    assert told(labelled, "'a.mp4': no label")


def test_further_columns_are_kept_with_the_clip(tmp_path: Path) -> None:
    labelled = load(
        "manifest",
        listed(
            tmp_path,
            "id,path,LABEL,weather,Fold,,\n1,a.mp4,keen,wet,A,,\n2,more/b c.mp4,bored,,B,,\n",
        ),
    )
    assert [clip.further for clip in labelled.clips] == [
        {"id": "1", "weather": "wet", "Fold": "A"},
        {"id": "2", "weather": "", "Fold": "B"},
    ]
    assert labelled.problems == ()


def test_backslashes_of_windows_are_understood_on_every_system(tmp_path: Path) -> None:
    labelled = load(
        "manifest", listed(tmp_path, "path,label\n.\\a.mp4,keen\nmore\\b c.mp4,bored\n")
    )
    assert [(clip.id, clip.path) for clip in labelled.clips] == [
        ("a.mp4", tmp_path / "a.mp4"),
        ("more/b c.mp4", tmp_path / "more" / "b c.mp4"),
    ]


@pytest.mark.skipif(os.sep == "\\", reason="no such name on Windows")
def test_a_backslash_in_the_name_of_a_file_stays(tmp_path: Path) -> None:
    make(tmp_path, "x\\y.mp4", "x/y.mp4")
    labelled = load("manifest", listed(tmp_path, "path,label\nx\\y.mp4,keen\n"))
    assert [clip.path for clip in labelled.clips] == [tmp_path / "x\\y.mp4"]


def test_one_clip_by_backslashes_and_by_slashes_is_one(tmp_path: Path) -> None:
    rows = "more\\b c.mp4,keen\nmore/b c.mp4,keen\n"
    labelled = load("manifest", listed(tmp_path, f"path,label\n{rows}"))
    assert [clip.id for clip in labelled.clips] == ["more/b c.mp4"]
    assert told(labelled, "'more/b c.mp4': 2 times")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,lable\na.mp4,keen\n", "unknown column 'lable'; did you mean 'label'"),
        (
            "path,label,spilt\na.mp4,keen,train\n",
            "unknown column 'spilt'; did you mean 'split'",
        ),
        (
            "path,label,Groups\na.mp4,keen,tom\n",
            "unknown column 'Groups'; did you mean 'group'",
        ),
        ("path,split\na.mp4,train\n", "expected the columns path and label.*got path, split"),
        ("path,label,label\na.mp4,keen,keen\n", "each once; got path, label, label"),
        (
            "path,label,age,age\na.mp4,keen,4,5\n",
            "each once; got path, label, age, age",
        ),
        (
            "path,label,,\na.mp4,keen,wet,\n",
            "line 2: 'wet' is in a column without a name; give it one",
        ),
        ("path,label\na.mp4,keen\na.mp4\n", r"line 3: expected 2 values \(path, label\), got 1"),
        ("path,label\na.mp4,keen,keen\n", "line 2: expected 2 values"),
        (
            "path,label,split\na.mp4,keen,dev\n",
            "line 2: unknown split 'dev'; allowed: train, val, test",
        ),
        ("path,label\n,keen\n", "line 2: no path"),
        ('path,label\n"a.mp4,keen\n', "line 2: unexpected end of data; save it as CSV or TSV"),
        ("path,label\n", "no clip in '.*': expected a heading with the columns path, label"),
        ("", "no clip in"),
        (
            "path,label\nx.mp4,keen\n",
            "no clip that can be used in '.*'; the first of 1 problems: 'x.mp4': no such file",
        ),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_one_line(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(InputError, match=message) as refused:
        load("manifest", listed(tmp_path, text))
    assert "\n" not in str(refused.value)


def test_a_label_that_the_recipe_does_not_allow_is_refused(tmp_path: Path) -> None:
    recipe = DatasetRecipe(kind="manifest", manifest="manifest.csv", classes=("Keen", "Bored"))
    with pytest.raises(InputError, match=r"line 2: unknown label 'sleepy'; allowed: Keen, Bored"):
        load_clips(recipe, listed(tmp_path, "path,label\na.mp4,sleepy\n"))


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"manifest\.csv' is not UTF-8"):
        load("manifest", listed(tmp_path, "path,label\n", encoding="utf-16"))


def test_no_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        InputError,
        match=r"no manifest '.*manifest\.csv': expected a CSV or TSV file with the columns "
        r"path, label",
    ):
        load("manifest", make(tmp_path, "a.mp4"))
