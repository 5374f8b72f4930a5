"""Three hundred damaged video files, each of which gets its row."""

from __future__ import annotations

from pathlib import Path

from tests.support.corpus import prepare, write_mutants
from tests.support.pools import workers
from videoemo.tables.summary import Failure
from videoemo.tables.videos import VideoRow

# Of a worker, in MiB, and for a video, in seconds; a whole one takes some hundredths.
MEMORY, TIMEOUT = 1000, 20


def test_every_damaged_file_gets_a_row_in_time_and_in_bounded_memory(tmp_path: Path) -> None:
    paths = write_mutants(tmp_path, 300)
    with workers(jobs=2, prepare=prepare, timeout=TIMEOUT, memory=MEMORY) as pool:
        rows = {path.name: row for path, row in pool.run(iter(paths))}
    assert sorted(rows) == [path.name for path in paths]
    crashed = {n: row for n, row in rows.items() if not isinstance(row, VideoRow | Failure)}
    assert crashed == {}
    messages = {
        n: row.message if isinstance(row, Failure) else row.error for n, row in rows.items()
    }
    assert {n: text for n, text in messages.items() if "please report it" in text} == {}
    assert all(text.isprintable() for text in messages.values())
    # Some of them can be scored in part, and some cannot.
    assert len({type(row) for row in rows.values()}) == 2
