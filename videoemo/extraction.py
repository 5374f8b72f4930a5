"""Labelled clips to a feature table."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from videoemo.aggregate import POOLINGS, STATS
from videoemo.cards import Card
from videoemo.engines.mtcnn_weights import SHA256
from videoemo.errors import InputError
from videoemo.features import ClipVectors, VectorWriter, check_settings, read_provenance, read_vectors, write_table
from videoemo.files import whole
from videoemo.progress import Progress
from videoemo.provenance import extractor_of, versions
from videoemo.recipes import ExtractRecipe
from videoemo.records import Clip, FeatureTable
from videoemo.serving import serving
from videoemo.tables import VideoRow
from videoemo.work.driving import carried_out, tables
from videoemo.work.jobs import VECTORS, load_vectors
from videoemo.work.keys import settings_key
from videoemo.work.plan import Resume, make_plan
from videoemo.work.rows import Failure

__all__ = ["Extracted", "extract", "pool"]


@dataclass(frozen=True)
class Extracted:
    """What became of an extraction: the table, and the clips that could not be read."""

    table: FeatureTable
    failed: tuple[VideoRow, ...]


def extract(
    clips: Sequence[Clip],
    recipe: ExtractRecipe,
    name: str,
    out: Path,
    *,
    keep: Path | None,
    redo: bool,
    progress: Progress,
    jobs: int = 1,
    cluster: str | None = None,
) -> Extracted:
    """Write one descriptor a clip to `out`, or, pooled so, one a person; and, where asked, the vectors of all faces to `keep`.

    A clip without a face gets zeros; one that cannot be read is left out of the table and returned as failed. Until the table is whole,
    the vectors of each clip are kept beside it, so that a run that was broken off goes on where it stopped.

    Parameters
    ----------
    name : the dataset's, for the table's metadata.
    redo : put the table in the place of one made with other settings.
    jobs : worker processes; the table does not depend on it.
    cluster : the address of a Dask scheduler, whose workers serve in place of them.

    Raises
    ------
    InputError : `out` was made with other settings, an unknown extractor, no such cluster, or no clip could be read.
    WeightsError : weights that are missing or damaged.
    OutputError : a file cannot be written.
    """
    served, card, _ = serving(recipe.pipeline, notice=progress.notice)
    provenance = _provenance(recipe, name, card)
    if not redo:
        check_settings(out, provenance)
    parts = out.with_name(f".{out.stem}.parts")
    named = {_folder(clip.id): clip for clip in clips}
    settings = settings_key(served, card, SHA256)
    # What failed is tried again: it is to be told again, and nothing but this run says what failed.
    plan = make_plan([replace(clip, id=part) for part, clip in named.items()], parts, settings, outputs=(VECTORS,), resume=Resume(retry_failed=True))
    with carried_out(plan, partial(load_vectors, served), served, jobs=jobs, cluster=cluster, progress=progress) as leases:
        with tables(leases):  # so that no other run removes the parts meanwhile
            failed = tuple(replace(result.row(), video=named[part].id) for part, result in plan.known.items() if isinstance(result, Failure))
            read = [(parts / part / VECTORS, clip) for part, clip in named.items() if not isinstance(plan.known[part], Failure)]
            with whole(keep) if keep is not None else nullcontext() as kept:
                writer = None if kept is None else VectorWriter(kept, provenance, length=card.embedding)
                table = _table(_read_parts(read, writer), recipe.statistics, recipe.pooling, provenance)
                if writer is not None:
                    writer.close()
            write_table(table, out)
        shutil.rmtree(parts, ignore_errors=True)  # what cannot be removed does no harm
    return Extracted(table, failed)


def pool(kept: Path, out: Path, *, statistics: Sequence[str], pooling: str | None, redo: bool) -> FeatureTable:
    """Another descriptor from the vectors that an extraction kept, without reading a video.

    Parameters
    ----------
    pooling : None for the one of the extraction.

    Raises
    ------
    InputError : `kept` cannot be used, an unknown statistic, or `out` was made with other settings.
    OutputError : `out` cannot be written.
    """
    unknown = [name for name in statistics if name not in STATS]
    if unknown or len(set(statistics)) < len(statistics):
        raise InputError(f"statistics: allowed are different names of {', '.join(STATS)}, got {', '.join(statistics)}")
    before = read_provenance(kept)
    pooling = pooling or str(before["pooling"])
    provenance = {**before, "statistics": list(statistics), "pooling": pooling}
    if not redo:
        check_settings(out, provenance)
    table = _table(read_vectors(kept), statistics, pooling, provenance)
    write_table(table, out)
    return table


def _provenance(recipe: ExtractRecipe, name: str, card: Card) -> dict[str, Any]:
    return {
        "dataset": name,
        # As it comes back from a file: tuples are lists there.
        "pipeline": {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(recipe.pipeline).items()},
        "extractor": extractor_of(card),
        "statistics": list(recipe.statistics),
        "pooling": recipe.pooling,
        "versions": versions(),
    }


def _folder(clip_id: str) -> str:
    """The id itself, where it can be that of a folder below another; else, as for a path that leads elsewhere in a manifest, its hash."""
    path = PurePosixPath(clip_id)
    fits = not path.is_absolute() and not any(part.startswith(".") for part in path.parts)
    return clip_id if fits else hashlib.sha256(clip_id.encode()).hexdigest()


def _read_parts(parts: Iterable[tuple[Path, Clip]], writer: VectorWriter | None) -> Iterator[ClipVectors]:
    for path, clip in parts:
        (found,) = read_vectors(path)
        vectors = replace(found, id=clip.id, split=clip.split or "", label=clip.label or "", group=clip.group or "")
        if writer is not None:
            writer.write(vectors)
        yield vectors


def _persons(clip: ClipVectors) -> Iterator[ClipVectors]:
    """The persons of a clip, in the order of their numbers, as clips of their own, `ID#NUMBER`, that stay together; one without a face as it is."""
    numbers = np.unique(clip.track).tolist()
    if not numbers:
        yield clip
    for number in numbers:
        theirs = clip.track == number
        part = replace(clip, frame=clip.frame[theirs], track=clip.track[theirs], vectors=clip.vectors[theirs])
        yield replace(part, id=f"{clip.id}#{number}", group=clip.group or clip.id)


def _table(clips: Iterable[ClipVectors], statistics: Sequence[str], pooling: str, provenance: dict[str, Any]) -> FeatureTable:
    rows = [
        (
            clip.id,
            clip.split,
            clip.label,
            clip.group,
            clip.n_frames,
            len(np.unique(clip.frame)),
            POOLINGS[pooling](clip.vectors, clip.frame, statistics),
        )
        for clip in (person for clip in clips for person in (_persons(clip) if pooling == "person" else (clip,)))
    ]
    if not rows:
        raise InputError("no clip could be read: nothing to write; the reasons are above")
    ids, splits, labels, groups, n_frames, n_face_frames, descriptors = zip(*rows, strict=True)
    return FeatureTable(
        descriptor=np.stack(descriptors),
        ids=np.array(ids, np.str_),
        splits=np.array(splits, np.str_),
        labels=np.array(labels, np.str_),
        groups=np.array(groups, np.str_),
        n_frames=np.array(n_frames, np.int64),
        n_face_frames=np.array(n_face_frames, np.int64),
        provenance=provenance,
    )
