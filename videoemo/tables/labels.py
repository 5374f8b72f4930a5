"""What a labeller, such as a vision-language model, answered about pictures of a video: a row a
picture, in labels.parquet; and a row a person over all videos, in labels.csv.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.records import FLOAT64, INT64, Answers, check_arrays
from videoemo.tables.decimals import decimal_cell
from videoemo.util.columns import Column, check_table, open_parquet, share
from videoemo.util.files import atomic_write, write_csv
from videoemo.util.json_files import parse_object
from videoemo.util.messages import shown
from videoemo.util.text import escape, map_text, unescape

__all__ = [
    "LABEL_COLUMNS",
    "LabelTable",
    "PersonLabel",
    "check_labels",
    "person_labels",
    "read_labels",
    "write_labels",
    "write_person_labels",
]

# The columns before those of the classes, whose names no class may have.
LABEL_COLUMNS = ("frame", "seconds", "track", "label", "reason")
_ABOUT = b"videoemo.labels"


@dataclass(frozen=True)
class LabelTable:
    """Answers about pictures of a video.

    Parameters
    ----------
    frame : int64 (n,)
        The index of each one's frame, ascending.
    seconds : float64 (n,)
        Its presentation time.
    track : int64 (n,)
        The number of its person; -1 where the whole frame was asked about.
    answers : Answers
        n of them.
    classes : tuple of str
        The c classes.
    about : dict of str to object
        What answered, what was asked, and when.
    """

    frame: npt.NDArray[np.int64]
    seconds: npt.NDArray[np.float64]
    track: npt.NDArray[np.int64]
    answers: Answers
    classes: tuple[str, ...]
    about: dict[str, Any]

    def __post_init__(self) -> None:
        n = (len(self.answers),)
        check_arrays(self, {"frame": (INT64, n), "seconds": (FLOAT64, n), "track": (INT64, n)})
        if self.answers.probabilities.shape[1] != len(self.classes):
            raise ValueError(
                f"LabelTable.classes: expected {self.answers.probabilities.shape[1]}, got "
                f"{len(self.classes)}"
            )

    @property
    def labels(self) -> list[str]:
        """The most probable class of each picture; empty without an answer."""
        rows = zip(self.answers.probabilities, self.answers.answered, strict=True)
        return [self.classes[int(row.argmax())] if answered else "" for row, answered in rows]


@dataclass(frozen=True)
class PersonLabel:
    """What was answered about a person of a video, or about its frames.

    Parameters
    ----------
    video : str
        Its id.
    track : int or None
        The number of the person; None where whole frames were asked about.
    label : str
        The class of most of the pictures with an answer, of equals the more probable one; empty
        without an answer.
    share : float or None
        The share of that class among them.
    answered, asked : int
        How many pictures have an answer, and how many there were.
    reasons : str
        Why others have none, and how often.
    dominant : str
        What the network says that scored the video.
    """

    video: str
    track: int | None
    label: str
    share: float | None
    answered: int
    asked: int
    reasons: str
    dominant: str


def person_labels(video: str, table: LabelTable, dominant: dict[int, str]) -> Iterator[PersonLabel]:
    """What was answered about each person of a video.

    Parameters
    ----------
    video : str
        Its id.
    table : LabelTable
        Its answers.
    dominant : dict of int to str
        What the network says of each track; of the whole video at -1.

    Yields
    ------
    PersonLabel
        By track.
    """
    labels = np.array(table.labels, dtype=object)
    for track in np.unique(table.track).tolist():
        theirs = table.track == track
        answers = table.answers[theirs]
        told = Counter(filter(None, labels[theirs].tolist()))
        means = dict.fromkeys(table.classes, 0.0)
        if told:
            mean = answers.probabilities[answers.answered].mean(axis=0)
            means = dict(zip(table.classes, mean.tolist(), strict=True))
        label = max(table.classes, key=lambda name: (told[name], means[name])) if told else ""
        reasons = Counter(filter(None, answers.reasons))
        yield PersonLabel(
            video=video,
            track=None if track < 0 else track,
            label=label,
            share=told[label] / told.total() if told else None,
            answered=told.total(),
            asked=int(theirs.sum()),
            reasons="; ".join(f"{why} {n}" for why, n in sorted(reasons.items())),
            dominant=dominant.get(track, ""),
        )


def write_person_labels(labels: Iterable[PersonLabel], path: Path) -> None:
    """Write labels.csv: a row a person, in the order given.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    rows = (map(decimal_cell, astuple(one)) for one in labels)
    write_csv(path, [field.name for field in fields(PersonLabel)], rows)


def write_labels(table: LabelTable, path: Path) -> None:
    """Write labels.parquet: `frame, seconds, track, label, reason`, and the probability of each
    class; empty where there is none. Its metadata tell what answered.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet

    unanswered = ~table.answers.answered
    columns = {
        "frame": pa.array(table.frame),
        "seconds": pa.array(table.seconds),
        "track": pa.array(table.track, mask=table.track < 0),
        "label": pa.array([escape(label) or None for label in table.labels], pa.string()),
        "reason": pa.array([escape(why) or None for why in table.answers.reasons], pa.string()),
        **{
            escape(name): pa.array(column, mask=unanswered)
            for name, column in zip(table.classes, table.answers.probabilities.T, strict=True)
        },
    }
    about = json.dumps(map_text(escape, table.about), sort_keys=True)
    with atomic_write(path) as temporary:
        pyarrow.parquet.write_table(pa.table(columns, metadata={_ABOUT: about}), temporary)


def read_labels(path: Path) -> LabelTable:
    """Read labels.parquet of a folder of results, wherever it comes from.

    Raises
    ------
    OSError
        It cannot be opened, or is no regular file.
    ValueError
        It is damaged, or not as `write_labels` writes it; the message names the column.
    """
    with open_parquet(path, follow_links=False) as file:
        classes = tuple(file.schema_arrow.names[len(LABEL_COLUMNS) :])
        table = file.read()
    check_table(
        table,
        [
            Column("frame", "int64", low=0),
            Column("seconds", "float64"),
            Column("track", "int64", low=0, optional=True),
            Column("label", "string", values=classes, optional=True),
            Column("reason", "string", optional=True),
            *(share(name, optional=True) for name in classes),
        ],
    )
    about = (table.schema.metadata or {}).get(_ABOUT, b"{}")
    columns = [table[name].to_numpy() for name in classes]
    reasons = tuple(unescape(why or "") for why in table["reason"].to_pylist())
    probabilities = np.column_stack(columns) if columns else np.empty((len(reasons), 0))
    read = LabelTable(
        frame=table["frame"].to_numpy(),
        seconds=table["seconds"].to_numpy(),
        track=table["track"].fill_null(-1).to_numpy(),
        answers=Answers(probabilities.astype(np.float32), reasons),
        classes=tuple(map(unescape, classes)),
        about=dict(map_text(unescape, parse_object(about))),
    )
    given = [unescape(label or "") for label in table["label"].to_pylist()]
    wrong = [
        i for i, (label, own) in enumerate(zip(given, read.labels, strict=True)) if label != own
    ]
    if wrong:
        raise ValueError(
            f"label: row {wrong[0]} is not the most probable class: {shown(given[wrong[0]])}"
        )
    return read


def check_labels(path: Path) -> None:
    """Check labels.parquet as `read_labels` reads it."""
    read_labels(path)
