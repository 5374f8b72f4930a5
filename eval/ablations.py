"""What each part of the training recipe is worth, on short runs with three seeds, so that noise
is visible.

    python -m eval.ablations --data DIR [--work DIR] [--identity CARD]

DIR holds ferplus_train.npz and ferplus_valid.npz. Each run: 6,000 training faces drawn by its seed,
6 epochs, 64 px, batches of 32. As many runs as there are processors go on side by side, each with
one thread, so that the figures do not depend on their number. A run that is done is not done again,
so that an interrupted call can be repeated. Writes eval/results/ablations.json and .md; with
--identity, the card of a network trained for identity (of the architecture of
pipelines/train/ferplus.toml), only what it is worth to start from that one, to
eval/results/identity_first.json and .md.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from joblib import Parallel, delayed
from safetensors.torch import save_file
from tqdm import tqdm

from eval.support.command import command
from eval.support.markdown import table
from videoemo.config.training import Stage, TrainingRecipe, load_training
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.load import load_faces
from videoemo.training.loop import train
from videoemo.util.cpu import n_threads
from videoemo.util.files import atomic_write, write_json
from videoemo.util.versions import versions

SEEDS = (1, 2, 3)
FACES, EPOCHS = 6000, 6
BASE = "base: AdamW, unweighted, votes, random start"
RESULTS = Path(__file__).parent / "results"

Splits = tuple[LabelledFaces, LabelledFaces, LabelledFaces]
# A call of joblib's, not made yet.
Run = tuple[Callable[..., dict[str, float]], tuple[Any, ...], dict[str, Any]]


def base(seed: int) -> TrainingRecipe:
    """The recipe that each variant changes in one point: AdamW, unweighted loss, votes, all weights
    at once, from random weights.
    """
    recipe = load_training("ferplus")
    stage = replace(
        recipe.stages[0],
        epochs=EPOCHS,
        learning_rate=1e-3,
        class_weights=0.0,
        sam_rho=None,
        averaging=None,
        batch_size=32,
    )
    network = replace(recipe.network, input_size=64)
    return replace(recipe, stages=(stage,), network=network, seed=seed, prior="weighted")


def changed(recipe: TrainingRecipe, **stage: object) -> TrainingRecipe:
    """The recipe with its only stage changed."""
    return replace(recipe, stages=(replace(recipe.stages[0], **stage),))  # type: ignore[arg-type]


def from_network(recipe: TrainingRecipe, start: Path) -> TrainingRecipe:
    """The recipe from a trained network."""
    return replace(recipe, network=replace(recipe.network, start=str(start)))


def head_then_all(recipe: TrainingRecipe) -> TrainingRecipe:
    """The recipe in two stages: a third of the epochs for the head alone."""
    (stage,) = recipe.stages
    head: Stage = replace(stage, train="head", epochs=EPOCHS // 3, schedule="constant")
    return replace(recipe, stages=(head, replace(stage, epochs=EPOCHS - EPOCHS // 3)))


def splits(faces: LabelledFaces, valid: LabelledFaces, seed: int) -> Splits:
    """6,000 faces to train on, 6,000 others for the network that some variants start from, and the
    validation faces.
    """
    order = np.random.default_rng(seed).permutation(len(faces))
    return faces.take(order[:FACES]), faces.take(order[FACES : 2 * FACES]), valid


def figures(
    recipe: TrainingRecipe,
    faces: LabelledFaces,
    valid: LabelledFaces,
    folder: Path,
    *,
    keep: Path | None = None,
) -> dict[str, float]:
    """The last epoch's validation figures, of a training with one thread; with `keep`, the weights
    as a start for others.
    """
    torch.set_num_threads(1)
    network, progress = train(recipe, faces, valid, folder, resume=True)
    if keep is not None:
        save_file({name: value.contiguous() for name, value in network.state_dict().items()}, keep)
    last = asdict(progress.history[-1])
    return {name: last[name] for name in ("accuracy", "uar", "macro_f1", "valid_loss")}


def parts(recipe: TrainingRecipe, start: Path) -> dict[str, TrainingRecipe]:
    """What each part of the recipe is worth; `start` is a network of other faces."""
    started = from_network(recipe, start)
    return {
        BASE: recipe,
        "SAM around AdamW (rho 0.05)": changed(recipe, sam_rho=0.05),
        "loss weighted by max count / class count": changed(recipe, class_weights=1.0),
        "majority label for the voters' distribution": changed(recipe, targets="labels"),
        "from a network of 6,000 other faces: all at once": started,
        "from the same: head for 2 epochs, then all for 4": head_then_all(started),
    }


def identity_first(recipe: TrainingRecipe, identity: Path) -> dict[str, TrainingRecipe]:
    """What a start from an identity network is worth."""
    started = from_network(recipe, identity)
    return {
        BASE: recipe,
        "from the identity network: all at once": started,
        "from the same: head for 2 epochs, then all for 4": head_then_all(started),
    }


def starts(by_seed: dict[int, Splits], work: Path) -> Iterator[Run]:
    """A network of other faces a seed, for the variants that start from one."""
    for seed, (_, others, valid) in by_seed.items():
        recipe = changed(base(seed), targets="labels")
        name = f"start-{seed}"
        yield delayed(figures)(
            recipe, others, valid, work / name, keep=work / f"{name}.safetensors"
        )


def variants(seed: int, work: Path, identity: Path | None) -> dict[str, TrainingRecipe]:
    """All variants with one seed."""
    if identity is not None:
        return identity_first(base(seed), identity)
    return parts(base(seed), work / f"start-{seed}.safetensors")


def runs(by_seed: dict[int, Splits], work: Path, identity: Path | None) -> Iterator[Run]:
    """Each variant with each seed, a seed's after the other's."""
    for seed, (faces, _, valid) in by_seed.items():
        for i, recipe in enumerate(variants(seed, work, identity).values()):
            yield delayed(figures)(recipe, faces, valid, work / f"{i}-{seed}")


def side_by_side(calls: list[Run], what: str) -> list[dict[str, float]]:
    """What the calls return, in their order."""
    done = Parallel(n_jobs=n_threads(), return_as="generator")(calls)
    return list(tqdm(done, file=sys.stderr, total=len(calls), desc=what, disable=None))


def markdown(results: dict[str, dict[str, list[float]]]) -> str:
    """Mean and range over the seeds, a row a variant."""
    rows = [
        (
            name,
            *(
                f"{np.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})"
                for values in found.values()
            ),
        )
        for name, found in results.items()
    ]
    return table(("variant", "accuracy", "UAR", "macro-F1", "validation loss"), rows)


@command(__doc__)
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option(
    "--work",
    type=click.Path(path_type=Path),
    default=Path("runs/ablations"),
    show_default=True,
    help="Where the runs are kept.",
)
@click.option(
    "--identity",
    type=click.Path(path_type=Path, exists=True),
    help="The card of an identity network: only what a start from it is worth.",
)
def main(*, data: Path, work: Path, identity: Path | None) -> None:
    """Run what is not done yet, and write the results."""
    name = "ablations" if identity is None else "identity_first"
    if identity is not None:
        work = work / name
    work.mkdir(parents=True, exist_ok=True)
    faces, valid = load_faces(load_training("ferplus").data, data)
    by_seed = {seed: splits(faces, valid, seed) for seed in SEEDS}
    if identity is None:
        side_by_side(list(starts(by_seed, work)), "networks to start from")
    found = side_by_side(list(runs(by_seed, work, identity)), "runs")
    names = list(variants(SEEDS[0], work, identity))
    results = {
        variant: {metric: [one[metric] for one in found[i :: len(names)]] for metric in found[0]}
        for i, variant in enumerate(names)
    }
    made_by = "python -m eval.ablations --data $VIDEOEMO_SHARED/data"
    if identity is not None:
        made_by += f" --identity {identity.name}"
    content = {
        "command": made_by,
        "seeds": SEEDS,
        "faces": FACES,
        "epochs": EPOCHS,
        "results": results,
        "machine": platform.machine(),
        "versions": versions(),
    }
    write_json(RESULTS / f"{name}.json", content)
    text = (
        f"Made by `{made_by}`: {FACES} training faces, {EPOCHS} epochs, mean and range over seeds "
        f"{SEEDS}, last epoch.\n\n{markdown(results)}\n"
    )
    with atomic_write(RESULTS / f"{name}.md") as temporary:
        temporary.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
