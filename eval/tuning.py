"""What fine-tuning teaches a tiny PaliGemma of random weights, made on the spot.

    python -m eval.tuning [--data DIR] [--epochs 3] [--further 2] [--only-random]

DIR holds the FER+ faces, by default $VIDEOEMO_SHARED/data. First all weights are trained, from
random ones. Then the same base is taught the words of the answers alone, by labels of other faces,
and from there each value of the recipe's key `weights` is trained for `--further` epochs: adapters
cannot teach a base words that it has never seen.

Printed are the accuracy and UAR on the validation faces by the likelihood of each class's answer,
the majority's share, how many of the first 500 faces are told the same by what is generated, the
weights that were trained, and the time; in the end the peak of the memory.
"""

from __future__ import annotations

import os
import resource
import tempfile
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

import click
import numpy as np

from eval.support.command import command, say
from eval.support.markdown import table
from eval.support.tiny_paligemma import write_tiny_paligemma
from videoemo.config.paligemma import PaligemmaRecipe, load_paligemma
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.load import load_faces

_GENERATED = 500


def shuffled(faces: LabelledFaces, seed: int) -> LabelledFaces:
    """The faces with labels of others: what can be learnt are words and their frequencies."""
    labels = np.random.default_rng(seed).permutation(faces.labels)
    return replace(faces, labels=labels, votes=None)


def agreement(recipe: PaligemmaRecipe, tuned: Any, valid: LabelledFaces) -> float:
    """The share of some faces whose likeliest class is the one that is generated."""
    import torch

    from videoemo.vlm.answer_tokens import answer_tokens
    from videoemo.vlm.local import paligemma_likelihoods, pixel_values

    model, processor, classes = tuned.model, tuned.processor, valid.classes
    n = min(_GENERATED, len(valid))
    shown = [*valid.pictures(np.arange(n), grey=False, side=48).transpose(0, 2, 3, 1)]
    likely = paligemma_likelihoods(model, processor, recipe.question, classes)(shown).argmax(1)
    tokens = answer_tokens(processor, recipe.question, classes)
    asked = tokens.ids[:1, : tokens.n_prompt].expand(n, -1)
    with torch.inference_mode():
        made = model.generate(
            input_ids=asked,
            attention_mask=torch.ones_like(asked),
            token_type_ids=torch.zeros_like(asked),
            pixel_values=pixel_values(processor, shown),
            max_new_tokens=12,
            do_sample=False,
        )
    said = processor.tokenizer.batch_decode(made[:, tokens.n_prompt :], skip_special_tokens=True)
    same = [one.strip() == classes[k] for one, k in zip(said, likely.tolist(), strict=True)]
    return float(np.mean(same))


def row(
    name: str, recipe: PaligemmaRecipe, faces: LabelledFaces, valid: LabelledFaces, folder: Path
) -> list[str]:
    """Train; a row of the table."""
    from videoemo.vlm.tuning import tune

    started = monotonic()
    tuned = tune(recipe, faces, valid, folder, resume=False)
    took = monotonic() - started
    best = tuned.progress.history[tuned.progress.best_epoch - 1]
    majority = valid.counts().max() / len(valid)
    found = [
        name,
        f"{sum(one.numel() for one in tuned.progress.best_state.values()):,}",
        str(recipe.training.epochs),
        f"{best.accuracy:.1%}",
        f"{best.uar:.1%}",
        f"{majority:.1%}",
        f"{agreement(recipe, tuned, valid):.1%}",
        f"{took:,.0f}",
    ]
    say(", ".join(found))
    return found


@command(__doc__)
@click.option("--data", type=click.Path(path_type=Path))
@click.option("--epochs", type=int, default=3)
@click.option("--further", type=int, default=2)
@click.option("--only-random", is_flag=True)
def main(data: Path | None, epochs: int, further: int, only_random: bool) -> None:
    shared = Path(os.environ.get("VIDEOEMO_SHARED") or "../shared")
    shipped = load_paligemma("paligemma")
    faces, valid = load_faces(shipped.data, data or shared / "data")
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        base = write_tiny_paligemma(work / "base")

        def recipe(start: Path, weights: Any, n: int) -> PaligemmaRecipe:
            steps = replace(shipped.training, epochs=n, learning_rate=1e-3)
            return replace(shipped, start=str(start), weights=weights, training=steps)

        rows = [row("all, from random", recipe(base, "all", epochs), faces, valid, work)]
        if not only_random:
            from videoemo.vlm.tuning import tune

            other = shuffled(faces, shipped.seed)
            words = tune(recipe(base, "all", 1), other, valid, work, resume=False)
            taught = work / "words"
            words.model.save_pretrained(taught)
            words.processor.save_pretrained(taught)
            rows += [
                row(f"{weights}, from words", recipe(taught, weights, further), faces, valid, work)
                for weights in ("all", "everywhere", "text")
            ]
    head = ("weights", "trained", "epochs", "accuracy", "UAR", "majority", "generated", "s")
    print(table(head, rows))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"\npeak memory {peak:.2f} GB")


if __name__ == "__main__":
    main()
