"""Vision-language models judged on labelled clips, beside the network that ships on the same
faces.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from videoemo.config.extraction import load_extraction
from videoemo.config.pipeline import Pipeline, change_pipeline, load_pipeline
from videoemo.config.protocol import TrainVal, load_protocol
from videoemo.config.toml import data_root
from videoemo.datasets.clips import LabelledClips, load_clips
from videoemo.errors import InputError, VideoError
from videoemo.evaluation.labeller import (
    LabellerReport,
    answers_judged,
    count_reasons,
)
from videoemo.labels import ALSO_CALLED
from videoemo.records import Answers, Clip
from videoemo.results import VideoResults, load_results
from videoemo.runs.progress import ConsoleProgress
from videoemo.scoring.folder import score_folder
from videoemo.vlm.judging import Judged, ServerChoice, open_labeller, tell_destination
from videoemo.vlm.labelling import picked_pictures, picked_rows
from videoemo.vlm.task import LabelSettings, Task, normalise

__all__ = ["judge_clips"]

_NO_FACE, _UNREADABLE = "no face", "cannot be read"


def judge_clips(
    protocol: str,
    who: Path | ServerChoice,
    settings: LabelSettings,
    dataset: str,
    *,
    data: Path | None = None,
) -> LabellerReport:
    """Judge a local model, or one of a server, by a protocol for clips.

    The clips are scored with the faces of their recipe and the network that ships; of each person
    in each a few good faces are asked about, as `label` does, or frames. The answer to a clip is
    the class with the largest mean over its answered pictures; a clip without any has none. The
    network's is that of the same faces.

    Parameters
    ----------
    protocol : str
        Its name in `eval/protocols/`, or the path of a TOML file: `train-val` judges the clips that
        it scores, another all with a label.
    who : Path or ServerChoice
        The folder or the card of a local model, or a server.
    settings : LabelSettings
        What is asked, and about which pictures.
    dataset : str
        A name in `pipelines/`, such as `afew`, or the path of a TOML file.
    data : Path or None
        The clips' folder; None for `$VIDEOEMO_DATA/<dataset>`, or `data/<dataset>`.

    Raises
    ------
    InputError
        No such protocol, dataset, folder or model, classes that the task does not have, or no clip.
    WeightsError
        A local model that cannot be used.
    ServerError
        A server that cannot be asked.
    """
    found, recipe = load_protocol(protocol), load_extraction(dataset)
    if settings.task.protected:
        raise InputError(f"the task asks about {settings.task.protected}: it is not asked of clips")
    if recipe.dataset.kind == "corrections":
        raise InputError(f"{dataset} has faces that somebody corrected: give a dataset of clips")
    folder = data_root(Path(dataset).stem, data, option="--data")
    clips = _chosen(
        load_clips(recipe.dataset, folder), found.score if isinstance(found, TrainVal) else None
    )
    classes = _classes(clips, recipe.dataset.classes, settings.task)
    narrowed = _only(settings.task, tuple(classes.values()))
    asked = settings if isinstance(who, Path) else replace(settings, task=narrowed)
    with (
        tempfile.TemporaryDirectory(prefix="videoemo-") as temporary,
        open_labeller(who, asked) as judged,
    ):
        scored = _score(clips, recipe.pipeline, Path(temporary))
        rows = {
            clip: picked_rows(scored[clip], settings)
            for clip in tqdm(scored, desc="clips", leave=False, disable=None)
        }
        tell_destination(judged, sum(map(len, rows.values())))
        seen = [
            _look(scored.get(n), rows.get(n), judged, asked, narrowed.classes)
            for n in tqdm(range(len(clips)), desc="clips", leave=False, disable=None)
        ]
    labels = np.array(
        [narrowed.classes.index(classes[clip.label or ""]) for clip in clips], np.int64
    )
    told = _answers([one.labeller for one in seen], len(narrowed.classes))
    beside = [one.network for one in seen]
    known = any(not isinstance(one, str) for one in beside)
    return LabellerReport(
        judged.name,
        found,
        {**judged.provenance, "dataset": Path(dataset).stem},
        answers_judged(told, labels, narrowed.classes, probabilities=judged.probabilities),
        count_reasons(told),
        load_pipeline().network.extractor if known else "",
        answers_judged(
            _answers(beside, len(narrowed.classes)), labels, narrowed.classes, probabilities=True
        )
        if known
        else (),
        of="clips",
    )


# The probabilities of a clip's classes, or why there are none.
_Told = npt.NDArray[np.float32] | str


@dataclass(frozen=True)
class _Seen:
    labeller: _Told
    network: _Told


def _chosen(labelled: LabelledClips, split: str | None) -> list[Clip]:
    clips = [
        clip for clip in labelled.clips if clip.label is not None and split in (None, clip.split)
    ]
    if not clips:
        where = "" if split is None else f" in the split {split}"
        raise InputError(f"no clip with a label{where}")
    return clips


def _classes(clips: Sequence[Clip], given: Sequence[str], task: Task) -> dict[str, str]:
    """The class of the task for each label, in the order of the task."""
    ours = {normalise(name): name for name in task.classes}
    labels = dict.fromkeys([*given, *(clip.label or "" for clip in clips)])
    found = {
        label: ours.get(normalise(label)) or ours.get(ALSO_CALLED.get(normalise(label), ""))
        for label in labels
    }
    missing = [label for label, name in found.items() if name is None]
    if missing:
        raise InputError(
            f"the clips are labelled {', '.join(missing)}; the task has the classes "
            f"{', '.join(task.classes)}: give one with --task whose classes are those of the clips"
        )
    named = {label: name for label, name in found.items() if name is not None}
    return dict(sorted(named.items(), key=lambda pair: task.classes.index(pair[1])))


def _only(task: Task, classes: Sequence[str]) -> Task:
    """The task with some of its classes alone."""
    kept = [i for i, name in enumerate(task.classes) if name in classes]
    return replace(
        task,
        classes=tuple(task.classes[i] for i in kept),
        answers=tuple(task.answers[i] for i in kept) if task.answers else (),
    )


def _score(clips: Sequence[Clip], pipeline: Pipeline, out: Path) -> dict[int, VideoResults]:
    """The results of the clips that can be read, by their numbers."""
    ours = change_pipeline(
        pipeline, extractor=load_pipeline().network.extractor, pictures=False, precision="float32"
    )
    score_folder([clip.path for clip in clips], out, ours, progress=ConsoleProgress())
    number = {str(clip.path.resolve()): n for n, clip in enumerate(clips)}
    scored = load_results(out).scored
    return {number[str(Path(one.summary["path"]).resolve())]: one for one in scored}


def _look(
    one: VideoResults | None,
    rows: npt.NDArray[np.intp] | None,
    judged: Judged,
    asked: LabelSettings,
    classes: Sequence[str],
) -> _Seen:
    """What is answered about a clip, and what the network says of the same faces."""
    if one is None or rows is None:
        return _Seen(_UNREADABLE, _UNREADABLE)
    if not len(rows):
        return _Seen(_NO_FACE, _NO_FACE)
    try:
        answers = judged.labeller(list(picked_pictures(one, rows, asked)))
    except VideoError:
        return _Seen(_UNREADABLE, _UNREADABLE)
    some = answers.answered
    reason = next(iter(Counter(filter(None, answers.reasons)).most_common(1)), ("", 0))[0]
    named = asked.task.classes
    told = _mean(answers.probabilities[some], named, classes) if some.any() else reason
    of_faces = asked.task.sees == "face" and set(classes) <= set(one.table.classes)
    network = _mean(one.table.probabilities[rows], one.table.classes, classes) if of_faces else "-"
    return _Seen(told, network)


def _mean(
    probabilities: npt.NDArray[np.float32], named: Sequence[str], classes: Sequence[str]
) -> _Told:
    """The mean of some classes' probabilities, which sum to 1 again."""
    mean = probabilities[:, [list(named).index(name) for name in classes]].mean(axis=0)
    total = float(mean.sum())
    return (mean / total).astype(np.float32) if total > 0 else "another class"


def _answers(told: Sequence[_Told], n_classes: int) -> Answers:
    none = np.full(n_classes, np.nan, np.float32)
    return Answers(
        np.stack([none if isinstance(one, str) else one for one in told]),
        tuple(one if isinstance(one, str) else "" for one in told),
    )
