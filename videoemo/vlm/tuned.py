"""A fine-tuning of a PaliGemma from recipe to card, which `--local` accepts."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from videoemo.config.paligemma import PaligemmaRecipe
from videoemo.config.toml import data_root
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.load import load_faces
from videoemo.errors import OutputError
from videoemo.plots import curves
from videoemo.training.card_files import origin
from videoemo.training.run import Trained, require_unused
from videoemo.util.checksums import sha256
from videoemo.util.files import atomic_write, prepare_output_dir
from videoemo.util.messages import reason_of
from videoemo.vlm.adapter import WEIGHTS, write_adapter
from videoemo.vlm.local_card import AdapterFile, LocalCard, card_text
from videoemo.vlm.model_folder import weights_checksum
from videoemo.vlm.tuning import Tuned, answers_of, tune

__all__ = ["run_tuning"]


def run_tuning(
    recipe: PaligemmaRecipe, data: Path | None, out: Path, *, resume: bool, command: str
) -> Trained:
    """Fine-tune, draw the curves, write what was trained, with its card.

    Parameters
    ----------
    data : Path or None
        The folder of the faces; None for `$VIDEOEMO_DATA/<kind>`, or `data/<kind>`.
    command : str
        What made it, for the card.

    Raises
    ------
    InputError, TrainingError, WeightsError
        The faces or the base cannot be used, or `out` holds a training already and `resume` was
        not asked for.
    OutputError
        `out` cannot be written.
    """
    if not resume:
        require_unused(out)
    root = data_root(recipe.data.kind, data, option="--data")
    faces, valid = load_faces(recipe.data, root)
    answers_of(recipe, faces.classes)
    prepare_output_dir(out)
    tuned = tune(recipe, faces, valid, out, resume=resume)
    progress = tuned.progress
    curves(
        out / "curves.png",
        history=progress.history,
        best_epoch=progress.best_epoch,
        name=recipe.name,
    )
    best = progress.history[progress.best_epoch - 1]
    card = _write(recipe, tuned, valid, out, command=command)
    figures = f"validation accuracy {best.accuracy:.2%}, UAR {best.uar:.2%}"
    return Trained(card, f"the best epoch is {best.epoch}: {figures}")


def _write(
    recipe: PaligemmaRecipe, tuned: Tuned, valid: LabelledFaces, out: Path, *, command: str
) -> Path:
    """The adapter, or the model, and the card."""
    best = tuned.progress.history[tuned.progress.best_epoch - 1]
    if recipe.weights == "all":
        model, adapter = "model", None
        _write_model(tuned, out / model)
        checksum = weights_checksum(out / model)
    else:
        model, checksum = _seen_from(Path(recipe.start), out), tuned.checksum
        write_adapter(tuned.model, out / "adapter")
        adapter = AdapterFile(
            file=f"adapter/{WEIGHTS}",
            sha256=sha256(out / "adapter" / WEIGHTS),
            where=recipe.weights,
            rank=recipe.rank,
        )
    elsewhere = recipe.processor is not None and recipe.weights != "all"
    card = LocalCard(
        name=recipe.name,
        model=model,
        sha256=checksum,
        processor=_seen_from(Path(recipe.processor or ""), out) if elsewhere else None,
        question=recipe.question,
        classes=valid.classes,
        answers=answers_of(recipe, valid.classes),
        licence=recipe.licence,
        origin=origin(command),
        trained_on=recipe.trained_on,
        figures=f"{len(valid):,} validation faces, by likelihood: accuracy {best.accuracy:.4f}, "
        f"UAR {best.uar:.4f}, macro-F1 {best.macro_f1:.4f}",
        adapter=adapter,
    )
    path = out / f"{recipe.name}.toml"
    with atomic_write(path) as temporary:
        temporary.write_text(card_text(card), encoding="utf-8")
    return path


def _seen_from(folder: Path, out: Path) -> str:
    """A folder as a card in `out` names it: from there, or whole where it is on another drive."""
    try:
        return Path(os.path.relpath(folder.resolve(), out.resolve())).as_posix()
    except ValueError:
        return folder.resolve().as_posix()


def _write_model(tuned: Tuned, folder: Path) -> None:
    """All weights and the processor, in a folder that takes its place when it is whole."""
    try:
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".model-") as temporary:
            made = Path(temporary) / folder.name
            tuned.model.save_pretrained(made)
            tuned.processor.save_pretrained(made)
            if folder.exists():
                shutil.rmtree(folder)
            made.rename(folder)
    except OSError as exc:
        raise OutputError(f"cannot write the model {folder}: {reason_of(exc)}") from exc
