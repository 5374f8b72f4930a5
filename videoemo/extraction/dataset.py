"""Labelled clips to a feature table."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from videoemo.analysis.fingerprint import settings_key
from videoemo.analysis.jobs import choose_jobs
from videoemo.analysis.remote import load_remote
from videoemo.config.extraction import Descriptor, ExtractionRecipe, Pooling
from videoemo.config.pipeline import change_pipeline
from videoemo.config.toml import build_record
from videoemo.errors import InputError
from videoemo.extraction.loading import load_work
from videoemo.features.embeddings import (
    EMBEDDINGS,
    ClipEmbeddings,
    EmbeddingWriter,
    read_clip,
    read_embeddings,
)
from videoemo.features.metadata import (
    check_settings,
    read_provenance,
    readable,
    require_parts,
    string_array,
)
from videoemo.features.pooling import POOLINGS, STATS
from videoemo.features.table import write_table
from videoemo.inference.resolve import resolve
from videoemo.records import Clip, FeatureTable
from videoemo.runs.execute import execute, publishing_tables
from videoemo.runs.plan import Resume, make_plan
from videoemo.runs.progress import Progress
from videoemo.runs.state.integrity import parquet_check
from videoemo.runs.state.paths import result_folder
from videoemo.runs.workers.interfaces import Limits
from videoemo.tables.summary import Failure
from videoemo.tables.videos import VideoRow
from videoemo.util.files import atomic_write
from videoemo.util.versions import versions
from videoemo.zoo.cards import Card, extractor_provenance

__all__ = ["Extracted", "extract", "pool"]


@dataclass(frozen=True)
class Extracted:
    """What became of an extraction: the table, and the clips that could not be read."""

    table: FeatureTable
    failed: tuple[VideoRow, ...]


def extract(
    clips: Sequence[Clip],
    recipe: ExtractionRecipe,
    name: str,
    out: Path,
    *,
    keep: Path | None,
    redo: bool,
    progress: Progress,
    jobs: int | None = None,
    cluster: str | None = None,
) -> Extracted:
    """Write one descriptor a clip to `out`, or, pooled so, one a person; and, where asked, the
    vectors of all faces to `keep`.

    A clip without a face gets zeros; one that cannot be read is left out of the table and returned
    as failed. Until the table is whole, the vectors of each clip are kept beside it, so that a run
    that was broken off goes on where it stopped.

    Parameters
    ----------
    name : str
        The dataset's, for the table's metadata.
    redo : bool
        Put the table in the place of one made with other settings.
    jobs : int or None
        Worker processes; None for as many as suit the videos. The table does not depend on it.
    cluster : str or None
        The address of a Dask scheduler, whose workers serve in place of them.

    Raises
    ------
    InputError
        `out` was made with other settings, an unknown extractor, no such cluster, or no clip could
        be read.
    WeightsError
        Weights that are missing or damaged.
    OutputError
        A file cannot be written.
    """
    resolved = resolve(recipe.pipeline, notice=progress.notice)
    served, card = resolved.pipeline, resolved.card
    reid = None if resolved.reid is None else resolved.reid[0]
    provenance = _provenance(recipe, name, card, reid)
    if not redo:
        check_settings(out, provenance)
    further = _further(clips)
    if further:
        provenance["further"] = further
    parts = out.with_name(f".{out.stem}.parts")
    named = {_folder(clip.id): clip for clip in clips}
    settings = settings_key(resolved)
    if any(clip.stretch is not None for clip in clips):
        settings["stretches"] = _stretches_key(clips)
        # The person of a stretch is known; whether it is the largest in its frame does not matter.
        served = change_pipeline(served, faces="all")
    # What failed is tried again: it is to be told again, and nothing but this run says what failed.
    plan = make_plan(
        [replace(clip, id=part) for part, clip in named.items()],
        parts,
        settings,
        outputs={EMBEDDINGS: parquet_check(partial(read_clip, length=card.embedding), always=True)},
        resume=Resume(retry_failed=True),
        notice=progress.notice,
    )
    load = partial(load_work, served)
    with execute(
        plan,
        load,
        partial(load_remote, load, served, settings),
        limits=Limits(**asdict(served.limits)),
        jobs=choose_jobs(plan.todo_sizes.values(), served, jobs=jobs, cluster=cluster),
        cluster=cluster,
        progress=progress,
    ) as leases:
        with publishing_tables(leases):  # so that no other run removes the parts meanwhile
            failed = tuple(
                replace(result.row(), video=named[part].id)
                for part, result in plan.known.items()
                if isinstance(result, Failure)
            )
            read = [
                (result_folder(parts, part) / EMBEDDINGS, clip)
                for part, clip in named.items()
                if not isinstance(plan.known[part], Failure)
            ]
            with atomic_write(keep) if keep is not None else nullcontext() as kept:
                writer = (
                    None
                    if kept is None
                    else EmbeddingWriter(kept, provenance, length=card.embedding)
                )
                clips_read = _read_parts(read, writer, length=card.embedding)
                table = _table(clips_read, recipe.descriptor, provenance)
                if writer is not None:
                    writer.close()
            write_table(table, out)
        shutil.rmtree(parts, ignore_errors=True)  # what cannot be removed does no harm
    return Extracted(table, failed)


def pool(
    kept: Path,
    out: Path,
    *,
    statistics: tuple[str, ...],
    pooling: Pooling | None,
    redo: bool,
) -> FeatureTable:
    """Pool the embeddings that an extraction kept into another descriptor; no video is read.

    Parameters
    ----------
    pooling : str or None
        None for the one of the extraction.

    Raises
    ------
    InputError
        `kept` cannot be used, an unknown statistic, or `out` was made with other settings.
    OutputError
        `out` cannot be written.
    """
    unknown = [name for name in statistics if name not in STATS]
    if unknown or len(set(statistics)) < len(statistics):
        raise InputError(
            f"statistics: allowed are different names of {', '.join(STATS)}, "
            f"got {', '.join(statistics)}"
        )
    before = read_provenance(kept)
    with readable(kept):
        require_parts(before)
    pooling = pooling or before["pooling"]
    provenance = {**before, "statistics": list(statistics), "pooling": pooling}
    if not redo:
        check_settings(out, provenance)
    given = {"statistics": statistics, "pooling": pooling}
    descriptor = build_record(Descriptor, given, where="pool")
    pooled = len(statistics) ** (2 if pooling == "group" else 1)
    with readable(kept):
        table = _table(read_embeddings(kept, pooled=pooled), descriptor, provenance)
    write_table(table, out)
    return table


def _provenance(
    recipe: ExtractionRecipe, name: str, card: Card, reid: Card | None
) -> dict[str, Any]:
    return {
        "dataset": name,
        # As it comes back from a file: tuples are lists there.
        "pipeline": json.loads(json.dumps(asdict(recipe.pipeline))),
        "extractor": extractor_provenance(card),
        **({} if reid is None else {"reid_network": extractor_provenance(reid)}),
        "statistics": list(recipe.descriptor.statistics),
        "pooling": recipe.descriptor.pooling,
        "versions": versions(),
    }


def _further(clips: Sequence[Clip]) -> dict[str, dict[str, str]]:
    """What a manifest's further columns say: the value of each clip, by column and id."""
    columns: dict[str, dict[str, str]] = {}
    for clip in clips:
        for name, value in clip.further.items():
            columns.setdefault(name, {})[clip.id] = value
    return columns


def _stretches_key(clips: Sequence[Clip]) -> str:
    """Fingerprint of stretches: what is kept of an extraction that was broken off is of no use once
    one has changed.
    """
    digest = hashlib.sha256()
    for clip in clips:
        digest.update(os.fsencode(clip.id))
        if clip.stretch is not None:
            digest.update(clip.stretch.frame.tobytes() + clip.stretch.boxes.tobytes())
    return digest.hexdigest()


def _folder(clip_id: str) -> str:
    """The id itself, where it can be that of a folder below another; else, as for a path that leads
    elsewhere in a manifest, its hash.
    """
    path = PurePosixPath(clip_id)
    fits = not path.is_absolute() and not any(part.startswith(".") for part in path.parts)
    return clip_id if fits else hashlib.sha256(os.fsencode(clip_id)).hexdigest()


def _read_parts(
    parts: Iterable[tuple[Path, Clip]], writer: EmbeddingWriter | None, *, length: int
) -> Iterator[ClipEmbeddings]:
    for path, clip in parts:
        with readable(path):
            found = read_clip(path, length=length)
        vectors = replace(
            found,
            id=clip.id,
            split=clip.split or "",
            label=clip.label or "",
            group=clip.group or "",
        )
        if writer is not None:
            writer.write(vectors)
        yield vectors


def _tracks(clips: Iterable[ClipEmbeddings]) -> Iterator[ClipEmbeddings]:
    """The tracks of clips, by number, as clips of their own, `ID#NUMBER`, that stay in one group; a
    clip without a face as it is.
    """
    for clip in clips:
        numbers = np.unique(clip.track).tolist()
        if not numbers:
            yield clip
        for number in numbers:
            own = clip.track == number
            frame, track, embedding = clip.frame[own], clip.track[own], clip.embedding[own]
            part = replace(clip, frame=frame, track=track, embedding=embedding)
            yield replace(part, id=f"{clip.id}#{number}", group=clip.group or clip.id)


def _table(
    clips: Iterable[ClipEmbeddings], descriptor: Descriptor, provenance: dict[str, Any]
) -> FeatureTable:
    pool_faces = POOLINGS[descriptor.pooling]
    rows = [
        (
            clip.id,
            clip.split,
            clip.label,
            clip.group,
            clip.n_frames,
            len(np.unique(clip.frame)),
            pool_faces(clip.embedding, clip.frame, descriptor.statistics),
        )
        for clip in (_tracks(clips) if descriptor.pooling == "track" else clips)
    ]
    if not rows:
        raise InputError("no clip could be read: nothing to write; the reasons are above")
    ids, splits, labels, groups, n_frames, n_face_frames, descriptors = zip(*rows, strict=True)
    return FeatureTable(
        descriptor=np.stack(descriptors),
        ids=string_array("id", ids),
        splits=string_array("split", splits),
        labels=string_array("label", labels),
        groups=string_array("group", groups),
        n_frames=np.array(n_frames, np.int64),
        n_face_frames=np.array(n_face_frames, np.int64),
        provenance=provenance,
    )
