"""VGAF in the layout in which it is distributed: `Train/*.mp4`, `Val/*.mp4`, and
`Train_labels.txt`, `Val_labels.txt` with lines such as `289_55 1`.
"""

from __future__ import annotations

from pathlib import Path

from videoemo.config.dataset import DatasetRecipe
from videoemo.datasets.clips._labelled import DatasetListing
from videoemo.datasets.clips._listing import is_folder, list_entries, list_folders
from videoemo.datasets.clips._splits import split_folders, split_named
from videoemo.datasets.suffixes import VIDEOS
from videoemo.errors import InputError
from videoemo.records import Clip
from videoemo.util.text_files import read_lines

__all__ = ["read_vgaf"]

_LABELS = "_labels.txt"


def read_vgaf(root: Path, recipe: DatasetRecipe) -> DatasetListing:
    """Read the clips of VGAF.

    The id of a clip is `<split>/<stem>`, its group the source it was cut from: the stem `289_55` is
    of source 289.

    Parameters
    ----------
    root : Path
        The dataset's folder.
    recipe : DatasetRecipe
        Its classes, in the order of the labels 1, 2, 3.

    Raises
    ------
    InputError
        Neither split is there, or one has no label file, or a line of that cannot be read.
    """
    splits, files = split_folders(root), _label_files(root)
    if not splits.keys() & {"train", "val"}:
        raise InputError(
            f"no VGAF in {str(root)!r}: expected Train/*.mp4, Val/*.mp4, Train_labels.txt "
            "and Val_labels.txt"
        )
    clips: list[Clip] = []
    problems = [
        f"no folder {name} in {str(root)!r}"
        for name in ("Train", "Val")
        if name.lower() not in splits
    ]
    for split, folder in splits.items():
        if split != "test" and split not in files:
            raise InputError(
                f"no label file for {str(folder)!r}: expected {split.capitalize()}{_LABELS} beside "
                "it, with lines such as '289_55 1'"
            )
        labels = _read_labels(files[split], recipe) if split in files else []
        clips += _clips(folder, split, labels)
        problems += [
            f"unknown folder {str(path)!r}; not looked into" for path in list_folders(folder)
        ]
    return DatasetListing(clips, problems, recipe.classes)


def _label_files(root: Path) -> dict[str, Path]:
    files = {}
    for entry in list_entries(root):
        split = (
            split_named(entry.name[: -len(_LABELS)])
            if entry.name.casefold().endswith(_LABELS)
            else None
        )
        if split is not None:
            files[split] = root / entry.name
    return files


def _read_labels(path: Path, recipe: DatasetRecipe) -> list[tuple[str, str]]:
    """Read the (stem, class) of each line of a label file."""
    numbers = {str(number): name for number, name in enumerate(recipe.classes, start=1)}
    labels: list[tuple[str, str]] = []
    for number, line in enumerate(read_lines(path), start=1):
        words = line.split()
        if not words or (not labels and words[-1].casefold() == "label"):
            continue
        if len(words) != 2 or words[1] not in numbers:
            meaning = ", ".join(f"{number} {name}" for number, name in numbers.items())
            raise InputError(
                f"{str(path)!r} line {number}: expected '<clip> <label>' with the labels "
                f"{meaning}; got {line.strip()!r}"
            )
        labels.append((words[0], numbers[words[1]]))
    return labels


def _clips(folder: Path, split: str, labels: list[tuple[str, str]]) -> list[Clip]:
    """Clips of a split: one a file and line of the label file; a line without a file, or a file
    without a line, is a clip too.
    """
    files: dict[str, list[Path]] = {stem: [] for stem, _ in labels}
    for entry in list_entries(folder):
        path = folder / entry.name
        if path.suffix.lower() in VIDEOS and not is_folder(entry):
            files.setdefault(path.stem, []).append(path)
    unlabelled = [(stem, None) for stem in files.keys() - dict(labels).keys()]
    return [
        Clip(
            path, f"{split}/{stem}", split=split, label=label, group=stem.rpartition("_")[0] or stem
        )
        for stem, label in [*labels, *unlabelled]
        for path in files[stem] or [folder / f"{stem}.mp4"]
    ]
