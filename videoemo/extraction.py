"""Labelled clips to a feature table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from videoemo.aggregate import POOLINGS, STATS
from videoemo.errors import InputError
from videoemo.features import ClipVectors, VectorWriter, check_settings, read_provenance, read_vectors, write_table
from videoemo.files import whole
from videoemo.pipeline import Models, expressions, load_models
from videoemo.progress import Progress
from videoemo.provenance import extractor_of, versions
from videoemo.recipes import ExtractRecipe
from videoemo.records import Clip, FeatureTable
from videoemo.tables import VideoRow
from videoemo.video import probe
from videoemo.work.attempt import attempt
from videoemo.work.rows import Failure

__all__ = ["Extracted", "extract", "pool"]


@dataclass(frozen=True)
class Extracted:
    """What became of an extraction: the table, and the clips that could not be read."""

    table: FeatureTable
    failed: tuple[VideoRow, ...]


def extract(clips: Sequence[Clip], recipe: ExtractRecipe, name: str, out: Path, *, keep: Path | None, redo: bool, progress: Progress) -> Extracted:
    """Write one descriptor a clip to `out`, and, where asked, the vectors of all faces to `keep`.

    A clip without a face gets zeros; one that cannot be read is left out of the table and returned as failed.

    Parameters
    ----------
    name : the dataset's, for the table's metadata.
    redo : put the table in the place of one made with other settings.

    Raises
    ------
    InputError : `out` was made with other settings, an unknown extractor, or no clip could be read.
    WeightsError : weights that are missing or damaged.
    OutputError : a file cannot be written.
    """
    models = load_models(recipe.pipeline)
    provenance = _provenance(recipe, name, models)
    if not redo:
        check_settings(out, provenance)
    progress.begin(clips)
    failed: list[VideoRow] = []
    with whole(keep) if keep is not None else nullcontext() as kept:
        writer = None if kept is None else VectorWriter(kept, provenance, length=models.extractor.card.embedding)
        table = _table(_read_clips(clips, recipe, models, failed, writer, progress), recipe.statistics, recipe.pooling, provenance)
        if writer is not None:
            writer.close()
    write_table(table, out)
    return Extracted(table, tuple(failed))


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


def _provenance(recipe: ExtractRecipe, name: str, models: Models) -> dict[str, Any]:
    return {
        "dataset": name,
        # As it comes back from a file: tuples are lists there.
        "pipeline": {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(recipe.pipeline).items()},
        "extractor": extractor_of(models.extractor.card),
        "statistics": list(recipe.statistics),
        "pooling": recipe.pooling,
        "versions": versions(),
    }


def _read_clips(
    clips: Sequence[Clip], recipe: ExtractRecipe, models: Models, failed: list[VideoRow], writer: VectorWriter | None, progress: Progress
) -> Iterator[ClipVectors]:
    for clip in clips:
        vectors = attempt(clip, lambda clip=clip: _vectors(clip, recipe, models, progress))  # type: ignore[misc]
        if isinstance(vectors, Failure):
            failed.append(vectors.row())
            progress.end(vectors.row())
            continue
        progress.end(VideoRow(video=clip.id, mean=np.zeros(0, np.float32)))
        if writer is not None:
            writer.write(vectors)
        yield vectors


def _vectors(clip: Clip, recipe: ExtractRecipe, models: Models, progress: Progress) -> ClipVectors:
    video = probe(clip.path, fps=recipe.pipeline.fps, max_pixels=recipe.pipeline.max_pixels)
    n_frames = 0
    frame, vectors = [np.empty(0, np.int64)], [np.empty((0, models.extractor.card.embedding), np.float32)]
    for batch, faces, features in expressions(video, recipe.pipeline, models, progress=lambda n, share: progress.batch(clip, n, share)):
        n_frames += len(batch)
        frame.append(faces.frame)
        vectors.append(features.embedding)
    return ClipVectors(clip.id, clip.split or "", clip.label or "", clip.group or "", n_frames, np.concatenate(frame), np.concatenate(vectors))


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
        for clip in clips
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
