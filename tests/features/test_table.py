from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from videoemo.errors import InputError
from videoemo.features.embeddings import ClipEmbeddings, EmbeddingWriter, read_embeddings
from videoemo.features.metadata import check_settings
from videoemo.features.table import read_table, write_table
from videoemo.records import FeatureTable

PROVENANCE = {
    "dataset": "toy",
    "extractor": {"name": "net", "checksum": "ab" * 32},
    "statistics": ["mean"],
    "pooling": "video",
    "pipeline": {"every": 1, "thresholds": [0.6, 0.7, 0.7]},
    "versions": {"numpy": "2"},
}


@pytest.fixture
def table() -> FeatureTable:
    return FeatureTable(
        descriptor=np.arange(12, dtype=np.float32).reshape(3, 4),
        ids=np.array(["a", "b", "ü c"]),
        splits=np.array(["train", "train", "val"]),
        labels=np.array(["Happy", "", "Sad"]),
        groups=np.array(["1", "1", "2"]),
        n_frames=np.array([5, 6, 7]),
        n_face_frames=np.array([5, 0, 7]),
        provenance=PROVENANCE,
    )


def test_a_table_comes_back_as_it_was(table: FeatureTable, tmp_path: Path) -> None:
    write_table(table, tmp_path / "toy.parquet")
    read = read_table(tmp_path / "toy.parquet")
    assert np.array_equal(read.descriptor, table.descriptor)
    assert read.ids.tolist() == table.ids.tolist()
    assert read.labels.tolist() == ["Happy", "", "Sad"]
    assert read.n_face_frames.tolist() == [5, 0, 7]
    assert read.provenance == PROVENANCE


def test_the_columns_are_those_of_the_contract(table: FeatureTable, tmp_path: Path) -> None:
    write_table(table, tmp_path / "toy.parquet")
    schema = pyarrow.parquet.read_schema(tmp_path / "toy.parquet")
    assert schema.names == [
        "id",
        "split",
        "label",
        "group",
        "n_frames",
        "n_face_frames",
        "descriptor",
    ]
    assert schema.field("descriptor").type == pa.list_(pa.float32(), 4)


def test_choosing_rows_keeps_the_provenance(table: FeatureTable) -> None:
    chosen = table[table.splits == "train"]
    assert (len(chosen), chosen.provenance) == (2, PROVENANCE)


def test_vectors_come_back_clip_by_clip(tmp_path: Path) -> None:
    clips = [
        ClipEmbeddings(
            "a",
            "train",
            "Happy",
            "1",
            9,
            np.array([0, 0, 3]),
            np.array([0, 1, 0]),
            np.ones((3, 2), np.float32),
        ),
        ClipEmbeddings(
            "b",
            "",
            "",
            "",
            4,
            np.empty(0, np.int64),
            np.empty(0, np.int64),
            np.empty((0, 2), np.float32),
        ),
    ]
    writer = EmbeddingWriter(tmp_path / "toy.embeddings.parquet", PROVENANCE, length=2)
    for clip in clips:
        writer.write(clip)
    writer.close()
    read = list(read_embeddings(tmp_path / "toy.embeddings.parquet"))
    assert [
        (clip.id, clip.label, clip.n_frames, clip.frame.tolist(), clip.embedding.shape)
        for clip in read
    ] == [
        ("a", "Happy", 9, [0, 0, 3], (3, 2)),
        ("b", "", 4, [], (0, 2)),
    ]


def test_other_settings_are_named_and_versions_do_not_count(
    table: FeatureTable, tmp_path: Path
) -> None:
    path = tmp_path / "toy.parquet"
    write_table(table, path)
    check_settings(path, {**PROVENANCE, "versions": {"numpy": "3"}})
    check_settings(tmp_path / "new.parquet", PROVENANCE)
    with pytest.raises(
        InputError,
        match=r"made with other settings \(every: 1 there, 5 now\): give another file with -o, "
        r"or --redo",
    ):
        check_settings(
            path, {**PROVENANCE, "pipeline": {"every": 5, "thresholds": [0.6, 0.7, 0.7]}}
        )


def test_nan_in_a_table_is_refused(table: FeatureTable, tmp_path: Path) -> None:
    path = tmp_path / "toy.parquet"
    write_table(table, path)
    arrow = pyarrow.parquet.read_table(path)
    values = table.descriptor.copy()
    values[1, 2] = np.nan
    column = pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), 4)
    pyarrow.parquet.write_table(arrow.set_column(6, "descriptor", column), path)
    with pytest.raises(InputError, match="1 rows are not numbers; extract it again"):
        read_table(path)
    with pytest.raises(ValueError, match="1 rows are not numbers"):
        replace(table, descriptor=values)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no features at .*: make them with `videoemo extract`"),
        (b"torn", "is damaged"),
        ("foreign", "is no table of videoemo's"),
    ],
    ids=["missing", "damaged", "foreign"],
)
def test_what_is_no_table_is_one_line(
    tmp_path: Path, content: bytes | str | None, message: str
) -> None:
    path = tmp_path / "toy.parquet"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content:
        pyarrow.parquet.write_table(pa.table({"id": ["a"]}), path)
    with pytest.raises(InputError, match=message):
        read_table(path)


def test_a_table_of_another_version_is_refused(table: FeatureTable, tmp_path: Path) -> None:
    path = tmp_path / "toy.parquet"
    write_table(table, path)
    arrow = pyarrow.parquet.read_table(path)
    pyarrow.parquet.write_table(arrow.replace_schema_metadata({"videoemo": '{"schema": 99}'}), path)
    with pytest.raises(InputError, match=r"tables of version 99, here 1\); extract it again"):
        read_table(path)


def test_names_of_every_kind_come_back(table: FeatureTable, tmp_path: Path) -> None:
    odd = np.array(["caf\udce9/a\n.mp4", "a\\x41.mp4", "\x1b[31m.mp4"])
    write_table(replace(table, ids=odd, labels=odd, groups=odd), tmp_path / "toy.parquet")
    read = read_table(tmp_path / "toy.parquet")
    assert read.ids.tolist() == read.labels.tolist() == read.groups.tolist() == odd.tolist()
    stored = pa.parquet.read_table(tmp_path / "toy.parquet")["id"].to_pylist()
    assert stored == [r"caf\xe9/a\x0a.mp4", r"a\\x41.mp4", r"\x1b[31m.mp4"]
    clip = ClipEmbeddings(
        odd[0],
        split="",
        label=odd[1],
        group=odd[2],
        n_frames=1,
        frame=np.zeros(1, np.int64),
        track=np.zeros(1, np.int64),
        embedding=np.zeros((1, 4), np.float32),
    )
    writer = EmbeddingWriter(tmp_path / "e.parquet", PROVENANCE, length=4)
    writer.write(clip)
    writer.close()
    (found,) = read_embeddings(tmp_path / "e.parquet")
    assert (found.id, found.label, found.group) == tuple(odd.tolist())
