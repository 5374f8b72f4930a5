"""Feature tables and kept embeddings that were damaged, or made by somebody who means no good: what
reads them uses what is there, or refuses it in one line, in little memory.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from tests.support.damage import evil_json, mutated, rewrite
from tests.support.feature_tables import toy_table
from videoemo.classification.fit import find_table
from videoemo.classification.protocol import make_folds
from videoemo.config.protocol import load_protocol
from videoemo.errors import VideoemoError
from videoemo.extraction.dataset import pool
from videoemo.features.embeddings import ClipEmbeddings, EmbeddingWriter, read_clip
from videoemo.features.table import write_table
from videoemo.util import columns
from videoemo.util.text import printable

PROVENANCE = toy_table().provenance


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A feature table."""
    write_table(toy_table(), tmp_path / "toy.parquet")
    return tmp_path / "toy.parquet"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Embeddings of some clips, one of them without a face."""
    path = tmp_path / "toy.embeddings.parquet"
    rng = np.random.default_rng(0)
    writer = EmbeddingWriter(path, PROVENANCE, length=3)
    for i in range(4):
        frame, track = np.arange(2 * i) // 2, np.arange(2 * i) % 2
        vectors = rng.normal(size=(2 * i, 3)).astype(np.float32)
        writer.write(ClipEmbeddings(f"{i}.mp4", "train", "Happy", "", 9, frame, track, vectors))
    writer.close()
    return path


def refusal(path: Path) -> str | None:
    """In what words a file is refused; None where it is used."""
    try:
        if path.name.endswith(".embeddings.parquet"):
            for pooling in ("video", "group", "track"):
                out = path.with_name("out.parquet")
                pool(path, out, statistics=("mean", "std"), pooling=pooling, redo=True)
                find_table(None, out)
        else:
            _, found = find_table(None, path)
            make_folds(found, load_protocol("grouped-kfold"))
    except VideoemoError as exc:
        return one_line(exc)
    return None


def one_line(exc: VideoemoError) -> str:
    """What an error says, which has to be one line."""
    assert printable(str(exc)) == str(exc)
    assert len(str(exc)) < 1000
    return str(exc)


@pytest.mark.parametrize("name", ["table", "kept"])
def test_whole_files_are_used(name: str, request: pytest.FixtureRequest) -> None:
    path = request.getfixturevalue(name)
    assert refusal(path) is None


@pytest.mark.parametrize("name", ["table", "kept"])
def test_damaged_bytes_are_refused_in_one_line_or_do_no_harm(
    name: str, request: pytest.FixtureRequest
) -> None:
    path = request.getfixturevalue(name)
    for content in mutated(path.read_bytes(), seed=len(name), n=150):
        refusal(rewrite(path, content))


@pytest.mark.parametrize("name", ["table", "kept"])
def test_evil_metadata_is_refused_in_one_line_or_does_no_harm(
    name: str, request: pytest.FixtureRequest
) -> None:
    path = request.getfixturevalue(name)
    whole = pyarrow.parquet.read_table(path)
    content = {"schema": 1, **PROVENANCE, "versions": {"numpy": "2"}}
    for text in evil_json(content, seed=len(name), n=100):
        with_metadata(path, whole, text)
        refusal(path)


def with_metadata(path: Path, table: pa.Table, text: str | bytes) -> None:
    own = table.replace_schema_metadata({"videoemo": text})
    one_each = path.name.endswith(".embeddings.parquet")  # a row group a clip
    path.unlink()  # see `rewrite`
    pyarrow.parquet.write_table(own, path, row_group_size=1 if one_each else None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[]", "is no table of videoemo's"),
        ("[" * 100_000, "is no table of videoemo's"),
        ('{"a":' * 5000 + "1" + "}" * 5000, "is no table of videoemo's"),
        (b"\xff", "is no table of videoemo's"),
        ('{"schema": [1]}', r"tables of version \[1\], here 1"),
        ('{"schema": 1}', "its metadata says nothing of extractor, statistics, pooling"),
        ({"statistics": ["mean", 3]}, "statistics: expected different names of mean, max, min"),
        ({"statistics": []}, "statistics: expected different names"),
        ({"pooling": ["video"]}, "pooling: expected one of video, group, track, got"),
        ({"pooling": "none"}, "pooling: expected one of video, group, track, got 'none'"),
        ({"extractor": "net"}, "extractor: expected a network's name and checksum, got 'net'"),
        ({"extractor": {"name": 3, "checksum": ""}}, "extractor: expected a network's name"),
        ({"pipeline": []}, "pipeline: expected tables of settings"),
        ({"dataset": {"x" * 10**6: 1}}, "dataset: expected a name, got {'xxx"),
    ],
    ids=lambda given: str(given)[:20],
)
@pytest.mark.parametrize("name", ["table", "kept"])
def test_metadata_of_another_kind_is_refused_with_its_part(
    name: str, text: Any, reason: str, request: pytest.FixtureRequest
) -> None:
    path = request.getfixturevalue(name)
    if isinstance(text, dict):
        text = json.dumps({"schema": 1, **PROVENANCE, **text})
    with_metadata(path, pyarrow.parquet.read_table(path), text)
    told = refusal(path)
    assert told is not None
    assert re.search(reason, told), told


def put(table: pa.Table, name: str, values: Any) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, values)


def changed(table: pa.Table, name: str, value: Any) -> pa.Table:
    """A table with another value in the last place of a column."""
    values = table[name].to_pylist()
    return put(table, name, pa.array([*values[:-1], value], table[name].type))


def vectors(values: Any, kind: pa.DataType) -> Callable[[pa.Table], pa.Table]:
    return lambda table: put(table, "descriptor", pa.array([values] * len(table), kind))


Change = Callable[[pa.Table], pa.Table]
FIXED = pa.list_(pa.float32(), 6)
OF_ANY: dict[str, tuple[Change, str]] = {
    "no row": (lambda table: table.slice(0, 0), "it holds no clip"),
    "no column": (lambda table: table.drop_columns(["label"]), "column label is missing"),
    "a column twice": (lambda table: table.append_column("id", table["id"]), "id is there 2 times"),
    "numbers for names": (
        lambda table: put(table, "id", pa.array(range(len(table)))),
        "id: expected strings, got int64",
    ),
    "bytes for names": (
        lambda table: put(table, "id", pa.array([b"\xff%d" % i for i in range(len(table))])),
        "id: expected strings, got binary",
    ),
    "lists for names": (
        lambda table: put(table, "group", pa.array([["a"]] * len(table))),
        "group: expected strings, got list<",
    ),
    "a name missing": (lambda table: changed(table, "label", None), "label: 1 values are missing"),
    "a name twice": (
        lambda table: changed(table, "id", table["id"][0].as_py()),
        "id: .*is there twice",
    ),
    "a name of 20 MB": (
        lambda table: changed(table, "id", "x" * 20_000_000),
        "id: expected strings of at most 65,536 bytes, got one of 20,000,000",
    ),
    "a split of another name": (
        lambda table: changed(table, "split", "\x1b[31m"),
        r"split: expected one of '', 'train', 'val', 'test', got '\\x1b\[31m'",
    ),
    "frames below none": (lambda table: changed(table, "n_frames", -1), "n_frames: expected numb"),
    "frames as text": (
        lambda table: put(table, "n_frames", pa.array(["9"] * len(table))),
        "n_frames: expected int64, got string",
    ),
    "frames missing": (lambda table: changed(table, "n_frames", None), "n_frames: 1 values are m"),
    "fewer frames than with a face": (lambda table: changed(table, "n_frames", 0), "n_.*frames: "),
}
OF_TABLE: dict[str, tuple[Change, str]] = {
    "numbers": (
        lambda table: put(table, "descriptor", pa.array([1.0] * len(table), pa.float32())),
        "descriptor: expected vectors of float32, all of one length, got float",
    ),
    "text": (lambda table: put(table, "descriptor", table["id"]), "of one length, got string"),
    "ragged": (vectors([1.0] * 6, pa.list_(pa.float32())), "of one length, got list<"),
    "lists of text": (vectors(["a"] * 6, pa.list_(pa.string(), 6)), "got fixed_size_list<.*string"),
    "in 64 bits": (vectors([1.0] * 6, pa.list_(pa.float64(), 6)), "fixed_size_list<.*double"),
    # PyArrow 17 refuses a missing vector itself.
    "missing": (
        vectors(None, FIXED),
        "descriptor: values are missing|Expected all lists to be of size=6",
    ),
    "missing inside": (vectors([1.0] * 5 + [None], FIXED), "descriptor: values are missing"),
    "infinite": (vectors([1.0] * 5 + [np.inf], FIXED), "rows are not numbers"),
    "of another length": (
        vectors([1.0] * 5, pa.list_(pa.float32(), 5)),
        "descriptor: 5 values, which 2 statistics cannot have",
    ),
    "all of test": (
        lambda table: put(table, "split", pa.array(["test"] * len(table))),
        "all clips are of the split test",
    ),
}
FACES = pa.list_(pa.int64())


def faces(name: str, values: Any, kind: pa.DataType = FACES) -> Change:
    """Of the last clip, which has six faces."""

    def change(table: pa.Table) -> pa.Table:
        given = [*table[name].to_pylist()[:-1], values]
        return put(table, name, pa.array(given if kind == FACES else [values] * 4, kind))

    return change


def embeddings(values: Any) -> Change:
    def change(table: pa.Table) -> pa.Table:
        kind = table.schema.field("embedding").type
        return put(
            table, "embedding", pa.array([*table["embedding"].to_pylist()[:-1], values], kind)
        )

    return change


OF_EMBEDDINGS: dict[str, tuple[Change, str]] = {
    "a face less": (faces("frame", [0, 0, 1, 1, 2]), "expected one each of a face, got 5, 6 and 6"),
    "a track less": (faces("track", [0, 1, 0, 1, 0]), "expected one each of a face, got 6, 5 and"),
    "an embedding less": (embeddings([[1.0] * 3] * 5), "one each of a face, got 6, 6 and 5"),
    "frames that fall": (faces("frame", [0, 0, 2, 1, 2, 2]), "frame: expected ascending numbers"),
    "frames below none": (faces("frame", [-1, 0, 1, 1, 2, 2]), "frame: expected ascending numbers"),
    "tracks below none": (faces("track", [-1, 1, 0, 1, 0, 1]), "track: expected numbers from 0"),
    "a frame missing": (faces("frame", [0, 0, 1, 1, 2, None]), "frame: values are missing"),
    "frames missing": (faces("frame", None), "frame: values are missing"),
    "embeddings missing": (embeddings(None), "embedding: values are missing"),
    "an embedding missing": (
        embeddings([[1.0] * 3] * 5 + [None]),
        "embedding: values are missing|Expected all lists to be of size=3",
    ),
    "a value missing": (embeddings([[1.0] * 3] * 5 + [[1.0, 2.0, None]]), "values are missing"),
    "infinite": (embeddings([[1.0] * 3] * 5 + [[1.0, 2.0, np.inf]]), "no finite numbers of '3.mp4"),
    "frames as text": (
        faces("frame", ["0"], pa.list_(pa.string())),
        "frame: expected lists of int",
    ),
    "tracks as numbers": (faces("track", 0, pa.int64()), "track: expected lists of int64, got int"),
    "no tracks": (lambda table: table.drop_columns(["track"]), "older version of videoemo"),
    "no embeddings": (lambda table: table.drop_columns(["embedding"]), "holds no embeddings"),
    "embeddings as text": (faces("embedding", "x", pa.string()), "embedding: expected lists of"),
    "embeddings as numbers": (
        faces("embedding", [1.0], pa.list_(pa.float32())),
        "embedding: expected lists of vectors of float32",
    ),
    "embeddings without end": (
        faces("embedding", [], pa.list_(pa.list_(pa.float32(), 2**30))),
        "embedding: expected lists of vectors of float32, all of one length up to 65,536",
    ),
}


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        *(("table", *one) for one in [*OF_ANY.values(), *OF_TABLE.values()]),
        *(("kept", *one) for one in [*OF_ANY.values(), *OF_EMBEDDINGS.values()]),
    ],
    ids=[
        *(f"table: {name}" for name in [*OF_ANY, *OF_TABLE]),
        *(f"embeddings: {name}" for name in [*OF_ANY, *OF_EMBEDDINGS]),
    ],
)
def test_what_is_of_another_form_is_refused_with_its_column(
    name: str, change: Change, reason: str, request: pytest.FixtureRequest
) -> None:
    path = request.getfixturevalue(name)
    with_metadata(
        path,
        change(pyarrow.parquet.read_table(path)),
        json.dumps({"schema": 1, **PROVENANCE}),
    )
    told = refusal(path)
    assert told is not None
    assert re.search(reason, told), told


@pytest.mark.parametrize("name", ["table", "kept"])
def test_a_file_that_asks_for_more_memory_than_its_size_allows_is_not_unpacked(
    name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = request.getfixturevalue(name)
    monkeypatch.setattr(columns, "_SMALL", 10_000)
    rows = pa.table({"zeros": pa.array(np.zeros(10**6, np.int64))})
    pyarrow.parquet.write_table(rows.replace_schema_metadata({"videoemo": "{}"}), path)
    assert "it takes 8,000,000 bytes of memory, allowed are" in (refusal(path) or "")


def test_many_clips_of_long_names_are_refused(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("videoemo.features.metadata._MOST_STRINGS", 10_000)
    whole = pyarrow.parquet.read_table(table)
    with_metadata(
        table,
        changed(whole, "group", "x" * 1000),
        json.dumps({"schema": 1, **PROVENANCE}),
    )
    assert "group: strings so long that they take 240,000 bytes" in (refusal(table) or "")


def test_a_part_of_an_extraction_holds_one_clip_with_embeddings_of_the_network(
    kept: Path,
) -> None:
    part = kept.with_name("part.parquet")
    writer = EmbeddingWriter(part, {}, length=3)
    nothing = np.empty(0, np.int64)
    writer.write(ClipEmbeddings("a", "", "", "", 4, nothing, nothing, np.empty((0, 3), np.float32)))
    writer.close()
    assert read_clip(part, length=3).n_frames == 4
    with pytest.raises(ValueError, match="embedding: expected vectors of 5 values, got 3"):
        read_clip(part, length=5)
    with pytest.raises(ValueError, match="expected one clip"):
        read_clip(kept, length=3)
    part.unlink()
    part.symlink_to(kept)
    with pytest.raises(OSError, match="it is a link"):
        read_clip(part, length=3)
