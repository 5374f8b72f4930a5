"""Made-up faces in every layout: a grey picture whose class shows in the place of a
bright square.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from videoemo.labels import AFFECTNET_FILE_IDS, FERPLUS_COLUMNS


def picture(place: int, *, side: int = 48, seed: int = 0) -> npt.NDArray[np.uint8]:
    """uint8 (side, side): noise with a bright square at one of nine places."""
    rng = np.random.default_rng(seed)
    image = rng.integers(60, 100, (side, side), dtype=np.uint8)
    row, column = divmod(place, 3)
    third = side // 3
    image[row * third : (row + 1) * third, column * third : (column + 1) * third] = 230
    return image


def ferplus_npz(path: Path, *, each: int) -> Path:
    """`each` faces of each of the eight expressions, seven voters of ten for it."""
    images, votes = [], []
    for i in range(8 * each):
        images.append(picture(i % 8, seed=i))
        row = np.zeros(10, np.uint8)
        row[i % 8], row[(i + 1) % 8] = 7, 3
        votes.append(row)
    np.savez(path, images=np.stack(images), votes=np.stack(votes))
    return path


def ferplus_public(root: Path, *, each: int) -> Path:
    """FER2013Train and FER2013Valid with PNGs, and fer2013new.csv."""
    with (root / "fer2013new.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Usage", "Image name", *FERPLUS_COLUMNS[:9], "NF"])
        number = 0
        for folder, usage in (("FER2013Train", "Training"), ("FER2013Valid", "PublicTest")):
            (root / folder).mkdir()
            for i in range(8 * each):
                name = f"fer{number:07}.png"
                Image.fromarray(picture(i % 8, seed=number)).save(root / folder / name)
                writer.writerow(
                    [
                        usage,
                        name,
                        *(7 if k == i % 8 else 3 if k == (i + 1) % 8 else 0 for k in range(10)),
                    ]
                )
                number += 1
            writer.writerow([usage, "", *[0] * 9, 10])  # taken out by the authors
    return root


def affectnet_csv(root: Path, *, each: int) -> Path:
    """training.csv and validation.csv with boxes, and a row that is no face."""
    (root / "images" / "1").mkdir(parents=True)
    for split in ("training", "validation"):
        with (root / f"{split}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(
                [
                    "subDirectory_filePath",
                    "face_x",
                    "face_y",
                    "face_width",
                    "face_height",
                    "facial_landmarks",
                    "expression",
                ]
            )
            for i in range(len(AFFECTNET_FILE_IDS) * each):
                name = f"1/{split}{i}.jpg"
                canvas = np.zeros((80, 100, 3), np.uint8)
                canvas[10:58, 20:68] = picture(i % 8, seed=i)[..., None]
                Image.fromarray(canvas).save(root / "images" / name)
                writer.writerow([name, 20, 10, 48, 48, "", i % 8])
            writer.writerow([name, 20, 10, 48, 48, "", 10])
    return root


def affectnet_npy(root: Path, *, each: int) -> Path:
    """train_set and val_set with images and annotations."""
    for split in ("train_set", "val_set"):
        for folder in ("images", "annotations"):
            (root / split / folder).mkdir(parents=True)
        for i in range(len(AFFECTNET_FILE_IDS) * each):
            Image.fromarray(np.repeat(picture(i % 8, seed=i)[..., None], 3, 2)).save(
                root / split / "images" / f"{i}.jpg"
            )
            np.save(root / split / "annotations" / f"{i}_exp.npy", np.array(str(i % 8)))
    return root


def folders(root: Path, *, each: int) -> Path:
    """train and valid, each with a folder a class: left and right."""
    for split in ("train", "valid"):
        for place, name in ((3, "left"), (5, "right")):
            (root / split / name).mkdir(parents=True)
            for i in range(each):
                Image.fromarray(picture(place, seed=i)).save(root / split / name / f"{i}.png")
    return root


def photograph(path: Path, *, seed: int, place: int = 4, side: int = 24) -> Path:
    """A colour picture in a file, in a folder that is made where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.repeat(picture(place, side=side, seed=seed)[..., None], 3, 2)).save(path)
    return path


def lfw(root: Path, people: dict[str, int]) -> Path:
    """LFW's own layout: so many photographs of each person."""
    for person, n in people.items():
        for number in range(1, n + 1):
            photograph(root / person / f"{person}_{number:04}.jpg", seed=len(person) * 100 + number)
    return root


def lfw_index(root: Path, expressions: dict[str, str]) -> Path:
    """A flat part of LFW: `images` and index.csv, with the expression of each photograph."""
    with (root / "index.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["image", "identity", "expression"])
        for seed, (name, expression) in enumerate(expressions.items()):
            photograph(root / "images" / f"{name}.jpg", seed=seed)
            writer.writerow([f"{name}.jpg", name.rsplit("_", 1)[0], expression])
    return root


def utkface(root: Path, labels: list[tuple[int, int, int]]) -> Path:
    """UTKFace's own layout in one of its parts: age, gender (0 male, 1 female), ethnicity."""
    for number, (age, gender, ethnicity) in enumerate(labels):
        name = f"{age}_{gender}_{ethnicity}_{20170112213303693 + number}.jpg.chip.jpg"
        photograph(root / "part1" / name, seed=number)
    return root


def vggface2(root: Path, people: dict[str, int]) -> Path:
    """VGGFace2's own layout: train, identity_meta.csv and the boxes of all but the last photograph
    of each person.
    """
    meta, boxes = ["Class_ID, Name, Sample_Num, Flag, Gender"], ["NAME_ID,X,Y,W,H"]
    for number, (person, n) in enumerate(people.items()):
        meta.append(f'{person}, "A_Name", {n}, 1, {"fm"[number % 2]}')
        for i in range(1, n + 1):
            photograph(root / "train" / person / f"{i:04}_01.jpg", seed=number * 100 + i)
            if i < n:
                boxes.append(f'"{person}/{i:04}_01",2,4,10,16')
    (root / "identity_meta.csv").write_text("\n".join(meta) + "\n")
    (root / "loose_bb_train.csv").write_text("\n".join(boxes) + "\n")
    return root


def fairface(root: Path, labels: list[tuple[str, str, str]]) -> Path:
    """FairFace's own layout: age, gender and ethnicity of each picture, the same in both splits."""
    for split, seed in (("train", 0), ("val", 500)):
        rows = ["file,age,gender,race,service_test"]
        for number, one in enumerate(labels, start=1):
            photograph(root / split / f"{number}.jpg", seed=seed + number)
            rows.append(",".join([f"{split}/{number}.jpg", *one, "False"]))
        (root / f"fairface_label_{split}.csv").write_text("\n".join(rows) + "\n")
    return root
