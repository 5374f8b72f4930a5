"""A training from recipe to card."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from videoemo.config.attributes import AttributesRecipe
from videoemo.config.face_data import DataRecipe
from videoemo.config.training import NetworkRecipe, TrainingRecipe
from videoemo.datasets.faces.attributes import AttributeFaces
from videoemo.datasets.faces.crops import Cropper
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.load import load_attributes, load_faces
from videoemo.errors import TrainingError
from videoemo.plots import attribute_curves, curves
from videoemo.training.attribute_loss import attributes_of, in_words
from videoemo.training.attributes import attributes_form, train_attributes
from videoemo.training.checkpoint import AnyEpoch, Form, load_checkpoint
from videoemo.training.crops import load_cropper
from videoemo.training.export import export, export_identity
from videoemo.training.export_attributes import export_attributes
from videoemo.training.links import AnyRecipe
from videoemo.training.loop import checkpoint_form, train
from videoemo.training.start import start_card, start_frozen
from videoemo.util.files import prepare_output_dir
from videoemo.zoo.cards import Card

__all__ = [
    "LoadedFaces",
    "Trained",
    "find_trained",
    "load_for",
    "require_unused",
    "run_training",
]

# Those that train, and those that judge the training.
LoadedFaces = tuple[LabelledFaces, LabelledFaces] | tuple[AttributeFaces, AttributeFaces]


@dataclass(frozen=True)
class Trained:
    """Where a network's card is, and what its best epoch was like, in words."""

    card: Path
    best: str


def load_for(
    recipe: AnyRecipe, root: Path, *, network: NetworkRecipe | Card | None = None
) -> LoadedFaces:
    """Load the faces of a recipe, of which what is left out is said on standard error.

    Parameters
    ----------
    network : NetworkRecipe, Card or None
        What says which crops heads of attributes see; None for the card that their recipe names.

    Raises
    ------
    TrainingError, InputError
        They cannot be used.
    """
    if isinstance(recipe, AttributesRecipe):
        form = network or start_card(recipe.start)[0]
        return load_attributes(recipe.data, root, cropper=_cropper(recipe.data, form))
    return load_faces(recipe.data, root, cropper=_cropper(recipe.data, recipe.network))


def _cropper(data: DataRecipe, form: NetworkRecipe | Card) -> Cropper | None:
    return load_cropper(data, crop=form.crop, scale=form.crop_scale, size=form.input_size)


def run_training(
    recipe: AnyRecipe, faces: LoadedFaces, out: Path, *, resume: bool, command: str
) -> Trained:
    """Train, draw the curves, export the network of the best epoch with its card.

    Raises
    ------
    TrainingError
        The faces or the start cannot be used, or `out` holds a training already and `resume` was
        not asked for.
    OutputError
        `out` cannot be written.
    """
    if not resume:
        require_unused(out)
    match recipe, faces:
        case AttributesRecipe(), (AttributeFaces() as ours, AttributeFaces() as theirs):
            return _run_attributes(recipe, ours, theirs, out, resume=resume, command=command)
        case TrainingRecipe(), (LabelledFaces() as ours, LabelledFaces() as theirs):
            return _run_network(recipe, ours, theirs, out, resume=resume, command=command)
    raise TypeError(f"{recipe.name}: faces of another kind, {type(faces[0]).__name__}")


def require_unused(out: Path) -> None:
    """Require that a folder holds no training.

    Raises
    ------
    TrainingError
        It does.
    """
    if (out / "checkpoint.pt").exists():
        raise TrainingError(
            f"{out} holds a training already: --resume goes on with it, or give another folder "
            "with -o"
        )


def find_trained(recipe: AnyRecipe, out: Path) -> Trained | None:
    """A training that is done, or None where it is not.

    Raises
    ------
    TrainingError
        The folder holds a training of another recipe.
    """
    card = out / f"{recipe.name}.toml"
    if not card.is_file():
        return None
    share = (
        _share_done(out, attributes_form(recipe, start_card(recipe.start)[0]))
        if isinstance(recipe, AttributesRecipe)
        else _share_done(out, checkpoint_form(recipe))
    )
    return Trained(card, f"{recipe.name} is trained already") if share == 1 else None


def _share_done(out: Path, form: Form[AnyEpoch]) -> float:
    """How much of a training is done, 0 to 1."""
    saved = load_checkpoint(out, form)
    return 0.0 if saved is None else len(saved[0].history) / len(form.stages)


def _run_network(
    recipe: TrainingRecipe,
    faces: LabelledFaces,
    valid: LabelledFaces,
    out: Path,
    *,
    resume: bool,
    command: str,
) -> Trained:
    prepare_output_dir(out)
    network, progress = train(recipe, faces, valid, out, resume=resume)
    curves(
        out / "curves.png",
        history=progress.history,
        best_epoch=progress.best_epoch,
        name=recipe.name,
    )
    best = progress.history[progress.best_epoch - 1]
    card = (
        export_identity(network, recipe, valid, best, out, command=command)
        if recipe.data.labels == "identity"
        else export(network, recipe, valid, out, command=command)
    )
    figures = f"validation accuracy {best.accuracy:.2%}, UAR {best.uar:.2%}"
    return Trained(card, f"the best epoch is {best.epoch}: {figures}")


def _run_attributes(
    recipe: AttributesRecipe,
    faces: AttributeFaces,
    valid: AttributeFaces,
    out: Path,
    *,
    resume: bool,
    command: str,
) -> Trained:
    start = start_frozen(recipe.start)
    attributes = attributes_of(recipe, faces)
    prepare_output_dir(out)
    heads, progress = train_attributes(recipe, attributes, start, faces, valid, out, resume=resume)
    attribute_curves(
        out / "curves.png",
        history=progress.history,
        best_epoch=progress.best_epoch,
        name=recipe.name,
    )
    card = export_attributes(recipe, start, attributes, heads, valid, out, command=command)
    best = progress.history[progress.best_epoch - 1]
    return Trained(card, f"the best epoch is {best.epoch}: validation {in_words(best, attributes)}")
