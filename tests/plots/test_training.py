"""What the pictures of a training and of a network's quality show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.pixels import EIGHT, THREE, Pixels, picture_of, where
from videoemo.errors import OutputError
from videoemo.metrics.classification import Calibration
from videoemo.plots import (
    _confusion,
    _curves,
    _reliability,
    attribute_curves,
    confusion,
    curves,
    reliability,
)
from videoemo.plots._format import DECIMAL_STEPS, ticks, to_the_tenth
from videoemo.plots._palette import BAND, BLUE, GREY, INK, WHITE, ink, mix
from videoemo.plots._panel import Panel
from videoemo.training.checkpoint import AttributesEpoch, Epoch

TWELVE = (*EIGHT, *"abcd")
ODD_NAMES = ["训练 😀", "$x^2_{$", "line\nbreak\t", "\udcff", "", "long/" * 400]
HEAD = 110  # rows of the title
TEXT = 17  # the height of a line of writing that stands on its baseline


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out" / "picture.png"


def training(n: int, *, second_from: int = 10**6) -> list[Epoch]:
    """A made-up course of n epochs that gets better throughout; its second stage begins with the
    epoch `second_from`.
    """
    shares = np.linspace(0.4, 0.8, n).tolist()
    return [
        Epoch(
            epoch,
            1 + (epoch >= second_from),
            loss=2 - share,
            valid_loss=1.5 - share,
            accuracy=share,
            uar=share - 0.1,
            macro_f1=share - 0.2,
        )
        for epoch, share in enumerate(shares, start=1)
    ]


def curves_of(history: Sequence[Epoch], *, best: int = 1, name: str = "run") -> Pixels:
    return picture_of(curves, history=history, best_epoch=best, name=name)


def panel(picture: Pixels, extent: tuple[int, int]) -> Pixels:
    """The inside of a panel, over its whole width."""
    return picture[extent[0] : extent[1], _curves.LEFT : _curves.RIGHT]


def epoch_column(epoch: float, *, n: int) -> int:
    """The pixel column, within a panel, of an epoch of n."""
    return round((epoch - 0.5) / n * (_curves.RIGHT - _curves.LEFT))


def columns(drawn: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """In which pixel columns something is drawn."""
    found: npt.NDArray[np.bool_] = np.logical_or.reduce(drawn, axis=0)
    return found


class TestAttributeCurves:
    @pytest.mark.parametrize("n", [1, 20])
    @pytest.mark.parametrize("heads", [("age",), ("gender",), ("age", "gender", "ethnicity")])
    def test_heads_that_are_not_there_are_not_drawn(self, n: int, heads: tuple[str, ...]) -> None:
        unknown = dict.fromkeys(("age", "gender", "ethnicity"), float("nan"))
        known = unknown | dict.fromkeys(heads, 0.25)
        history = [AttributesEpoch(i, 1, 2 / i, 3 / i, **known) for i in range(1, n + 1)]
        picture = picture_of(attribute_curves, history=history, best_epoch=n, name="run")
        ethnicity = where(picture, _curves.ATTRIBUTE_COLOURS["ethnicity"]).any()
        assert ethnicity == ("ethnicity" in heads)


class TestCurves:
    @pytest.mark.parametrize("n", [1, 2, 60, 300])
    def test_a_course_of_any_length_can_be_drawn(self, n: int) -> None:
        assert curves_of(training(n)).shape[1] == 1500

    def test_the_same_input_gives_the_same_bytes(self, path: Path) -> None:
        files = []
        for _ in range(2):
            curves(path, history=training(9, second_from=5), best_epoch=1, name="run")
            files.append(path.read_bytes())
        assert files[0] == files[1]

    @pytest.mark.parametrize("colour", _curves.COLOURS.values(), ids=_curves.COLOURS)
    def test_each_figure_goes_through_the_panel(self, colour: tuple[float, float, float]) -> None:
        drawn = columns(where(panel(curves_of(training(9)), _curves.FIGURES), colour))
        # Where it is smoothed, no pixel has exactly the colour.
        assert drawn[epoch_column(1, n=9) : epoch_column(9, n=9)].mean() > 0.9

    def test_a_higher_figure_stands_higher(self) -> None:
        rows, across = np.nonzero(
            where(panel(curves_of(training(9)), _curves.FIGURES), _curves.COLOURS["UAR"])
        )
        assert rows[across < 100].mean() > rows[across > 1000].mean() + 100

    def test_the_best_epoch_has_the_largest_dot(self) -> None:
        accuracy = where(
            panel(curves_of(training(9), best=4), _curves.FIGURES),
            _curves.COLOURS["accuracy"],
        ).sum(axis=0)
        heights = [int(accuracy[epoch_column(epoch, n=9)]) for epoch in range(1, 10)]
        assert np.argmax(heights) == 3

    @pytest.mark.parametrize(
        "changed",
        [{"accuracy": 0.54}, {"uar": 0.44}, {"macro_f1": 0.33}, {"valid_loss": 1.01}],
        ids=str,
    )
    def test_the_title_tells_the_figures_of_the_best_epoch(self, changed: dict[str, float]) -> None:
        history = training(9)
        other = [*history[:3], replace(history[3], **changed), *history[4:]]  # type: ignore[arg-type]
        assert not np.array_equal(
            curves_of(history, best=4)[:HEAD], curves_of(other, best=4)[:HEAD]
        )

    @pytest.mark.parametrize(
        "extent",
        [_curves.FIGURES, _curves.LOSS, _curves.VALID_LOSS],
        ids=["figures", "loss", "valid_loss"],
    )
    def test_a_line_parts_the_stages_in_every_panel(self, extent: tuple[int, int]) -> None:
        border = epoch_column(3.5, n=9)
        parted = [
            bool(
                (
                    where(panel(picture, extent), GREY)[:, border - 1 : border + 2].sum(axis=0)
                    > 100
                ).any()
            )
            for picture in (
                curves_of(training(9, second_from=4)),
                curves_of(training(9)),
            )
        ]
        assert parted == [True, False]

    def test_the_numbers_of_the_stages_are_told(self) -> None:
        history = training(9, second_from=4)
        renamed = [replace(epoch, stage=epoch.stage + (epoch.stage == 2)) for epoch in history]
        above = slice(_curves.FIGURES[0] - 14 - TEXT, _curves.FIGURES[0] - 14)
        assert not np.array_equal(curves_of(history)[above], curves_of(renamed)[above])

    @pytest.mark.parametrize(
        ("extent", "joined"),
        [(_curves.LOSS, False), (_curves.VALID_LOSS, True)],
        ids=["loss", "valid_loss"],
    )
    def test_the_training_loss_is_not_joined_over_stages(
        self, extent: tuple[int, int], joined: bool
    ) -> None:
        beside = epoch_column(3.5, n=9) + 10
        assert (
            where(panel(curves_of(training(9, second_from=4)), extent), INK)[:, beside].any()
            == joined
        )

    def test_each_loss_has_a_scale_of_its_own(self) -> None:
        history = training(9)
        weighted = [replace(epoch, loss=50 * epoch.loss) for epoch in history]
        below = slice(_curves.VALID_LOSS[0], None)
        assert np.array_equal(curves_of(history)[below], curves_of(weighted)[below])

    @pytest.mark.parametrize("unknown", [np.nan, np.inf])
    def test_a_loss_that_is_no_number_leaves_a_gap(self, unknown: float) -> None:
        history = training(9)
        history[4] = replace(history[4], valid_loss=unknown)
        drawn = columns(where(panel(curves_of(history), _curves.VALID_LOSS), INK))
        assert [bool(drawn[epoch_column(epoch, n=9)]) for epoch in (3.5, 4.5, 5, 5.5, 6.5)] == [
            True,
            False,
            False,
            False,
            True,
        ]

    def test_an_epoch_between_two_gaps_is_seen(self) -> None:
        history = [
            replace(epoch, valid_loss=1.0 if epoch.epoch == 150 else np.nan)
            for epoch in training(300)
        ]
        assert where(panel(curves_of(history), _curves.VALID_LOSS), INK).any()

    def test_a_course_without_any_validation_loss_can_be_drawn(self) -> None:
        picture = curves_of([replace(epoch, valid_loss=np.nan) for epoch in training(3)])
        assert not where(panel(picture, _curves.VALID_LOSS), INK).any()

    @pytest.mark.parametrize("n", [0, 3], ids=["no epoch", "three epochs"])
    def test_a_best_epoch_that_is_not_there_is_an_error(self, n: int) -> None:
        with pytest.raises(ValueError, match=f"one of the {n} epochs of history, got 4"):
            curves_of(training(n), best=4)

    @pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
    def test_any_name_can_be_drawn(self, name: str) -> None:
        assert curves_of(training(1), name=name).size

    def test_a_place_that_cannot_be_written_is_an_output_error(self, path: Path) -> None:
        path.parent.touch()
        with pytest.raises(OutputError, match=r"picture\.png"):
            curves(path, history=training(1), best_epoch=1, name="run")


def confusion_of(
    counts: Sequence[Sequence[int]] | npt.NDArray[np.int64],
    classes: Sequence[str] = THREE,
    name: str = "test",
) -> Pixels:
    return picture_of(confusion, counts=np.array(counts, np.int64), classes=classes, name=name)


def cells(picture: Pixels, row: int) -> Pixels:
    """The pixels of a row of a picture of three classes, without its name and its recall."""
    top = _confusion.TOP + row * _confusion.HEIGHT
    return picture[
        top : top + _confusion.HEIGHT, _confusion.LEFT : _confusion.LEFT + 3 * _confusion.MOST_CELL
    ]


COUNTS = ((3, 1, 0), (0, 4, 0), (50, 50, 100))


class TestConfusion:
    @pytest.mark.parametrize("classes", [("one",), THREE, EIGHT[1:], EIGHT, TWELVE], ids=len)
    def test_every_class_has_a_row_and_a_column(self, classes: tuple[str, ...]) -> None:
        full = where(confusion_of(999_999 * np.eye(len(classes), dtype=np.int64), classes), BLUE)
        stretches = [int((np.diff(full.any(axis=axis).astype(int)) == 1).sum()) for axis in (0, 1)]
        assert stretches == [len(classes)] * 2

    def test_no_answer_has_a_column_behind_the_classes(self) -> None:
        picture = confusion_of([[4, 0, 0], [0, 3, 1]], classes=THREE[:2])
        _, across = np.nonzero(where(cells(picture, 1), mix(BLUE, WHITE, share=0.25)))
        assert set(across // _confusion.MOST_CELL) == {2}

    def test_a_cell_is_shaded_by_its_share_of_the_row(self) -> None:
        picture = confusion_of(COUNTS)
        shade = mix(BLUE, WHITE, share=0.25)
        shaded = [
            round(
                where(cells(picture, row), shade).sum() / (_confusion.HEIGHT * _confusion.MOST_CELL)
            )
            for row in range(3)
        ]
        assert shaded == [1, 0, 2]

    def test_a_row_is_a_true_class_a_column_a_predicted_one(self) -> None:
        _, across = np.nonzero(where(cells(confusion_of(COUNTS), 0), mix(BLUE, WHITE, share=0.25)))
        assert set(across // _confusion.MOST_CELL) == {1}

    def test_the_counts_are_told(self) -> None:
        other = (COUNTS[0], (0, 5, 0), COUNTS[2])
        assert not np.array_equal(cells(confusion_of(COUNTS), 1), cells(confusion_of(other), 1))

    def test_recall_stands_at_the_right(self) -> None:
        beside = (
            slice(_confusion.TOP, -90),
            slice(_confusion.LEFT + 3 * _confusion.MOST_CELL, None),
        )
        as_recalled, same = (
            confusion_of(COUNTS)[beside],
            confusion_of(((3, 0, 1), (0, 4, 0), (100, 0, 100)))[beside],
        )
        other = confusion_of(((2, 1, 1), (0, 4, 0), (50, 50, 100)))[beside]
        assert (np.array_equal(as_recalled, same), np.array_equal(as_recalled, other)) == (
            True,
            False,
        )

    @pytest.mark.parametrize(
        "counts",
        [((28, 0), (10, 2)), ((10, 0), (15, 15)), ((100, 0), (50, 50))],
        ids=["other UAR", "other accuracy", "other number"],
    )
    def test_the_title_tells_the_figures(
        self, counts: tuple[tuple[int, int], tuple[int, int]]
    ) -> None:
        # Of 40, accuracy 75 %, UAR 75 %.
        usual = confusion_of(((20, 0), (10, 10)), ("calm", "tense"))
        assert not np.array_equal(usual[:HEAD], confusion_of(counts, ("calm", "tense"))[:HEAD])

    def test_a_class_without_an_example_has_no_cells(self) -> None:
        picture = confusion_of(((3, 1, 0), (0, 0, 0), (0, 0, 9)))
        assert [bool(where(cells(picture, row), BAND).sum() > 1000) for row in range(3)] == [
            False,
            True,
            False,
        ]

    def test_that_a_class_without_an_example_is_not_in_the_uar_is_told(self) -> None:
        foot = slice(-50, None)
        assert not np.array_equal(
            confusion_of(((3, 1, 0), (0, 0, 0), (0, 0, 9)))[foot],
            confusion_of(COUNTS)[foot],
        )

    def test_no_example_at_all_can_be_drawn(self) -> None:
        picture = confusion_of(np.zeros((3, 3), np.int64))
        assert all(where(cells(picture, row), BAND).sum() > 1000 for row in range(3))

    def test_the_same_input_gives_the_same_bytes(self, path: Path) -> None:
        files = []
        for _ in range(2):
            confusion(path, counts=np.array(COUNTS), classes=THREE, name="test")
            files.append(path.read_bytes())
        assert files[0] == files[1]

    @pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
    def test_any_name_can_be_drawn(self, name: str) -> None:
        assert confusion_of(COUNTS, [name, "calm", name], name).shape[1] == _confusion.LEAST_WIDTH

    @pytest.mark.parametrize("shape", [(3, 2), (2, 2), (3,)], ids=str)
    def test_counts_of_another_shape_are_an_error(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(ValueError, match=r"expected shape \(3, 3\)"):
            confusion_of(np.zeros(shape, np.int64))

    def test_no_class_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="expected shape"):
            confusion_of(np.zeros((0, 0), np.int64), ())

    def test_a_count_below_0_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="0 or more, got -2"):
            confusion_of(-2 * np.eye(3, dtype=np.int64))


def calibration(*filled: tuple[int, float, int], ece: float = 0.1) -> Calibration:
    """Ten bins, of which those named, (bin, share right, count), are not empty; the mean confidence
    is the middle of the bin.
    """
    confidence, accuracy, counts = np.full(10, np.nan), np.full(10, np.nan), np.zeros(10, np.int64)
    for place, right, count in filled:
        confidence[place], accuracy[place], counts[place] = (place + 0.5) / 10, right, count
    return Calibration(confidence, accuracy, counts, ece)


def reliability_of(one: Calibration, name: str = "test") -> Pixels:
    return picture_of(reliability, calibration=one, name=name)


def curve(picture: Pixels) -> npt.NDArray[np.bool_]:
    """The pixels of dots and of the line that joins them, in the square from 0 to 1 and a margin of
    20 pixels.
    """
    (top, bottom), margin = _reliability.CURVE, 20
    return where(
        picture[
            top - margin : bottom + margin, _reliability.LEFT - margin : _reliability.RIGHT + margin
        ],
        ink(BLUE),
    )


def bars(picture: Pixels) -> npt.NDArray[np.intp]:
    """The height of the bar in each pixel column of the axis of confidence."""
    part = picture[
        _reliability.BARS[0] : _reliability.BARS[1], _reliability.LEFT : _reliability.RIGHT
    ]
    heights: npt.NDArray[np.intp] = where(part, BLUE).sum(axis=0)
    return heights


class TestReliability:
    def test_a_dot_stands_at_confidence_and_share_right(self) -> None:
        rows, across = np.nonzero(curve(reliability_of(calibration((7, 0.4, 9)))))
        side = _reliability.RIGHT - _reliability.LEFT
        assert (across.mean() - 20, rows.mean() - 20) == pytest.approx(
            (0.75 * side, 0.6 * side), abs=2
        )

    def test_the_diagonal_is_drawn(self) -> None:
        picture = reliability_of(calibration((7, 0.4, 9)))
        side = _reliability.RIGHT - _reliability.LEFT
        near = [
            picture[
                _reliability.CURVE[1] - at - 3 : _reliability.CURVE[1] - at + 4,
                _reliability.LEFT + at,
            ].min()
            for at in (side // 4 + 9, side // 2 + 9)
        ]
        assert max(near) < 200

    def test_the_dots_are_joined(self) -> None:
        drawn = columns(curve(reliability_of(calibration((3, 0.4, 9), (7, 0.6, 9)))))
        side = _reliability.RIGHT - _reliability.LEFT
        assert drawn[20 + round(0.35 * side) : 20 + round(0.75 * side)].all()

    def test_more_examples_make_a_larger_dot(self) -> None:
        drawn = curve(reliability_of(calibration((3, 0.5, 10), (7, 0.5, 90))))
        side = _reliability.RIGHT - _reliability.LEFT
        few, many = (int(drawn[:, 20 + round(share * side)].sum()) for share in (0.35, 0.75))
        assert few < many

    def test_bars_show_the_share_of_each_bin(self) -> None:
        heights = bars(reliability_of(calibration((3, 0.5, 25), (7, 0.5, 75))))
        few, many = (float(np.median(heights[place * 68 : (place + 1) * 68])) for place in (3, 7))
        assert few / many == pytest.approx(1 / 3, abs=0.02)

    def test_an_empty_bin_has_neither_bar_nor_dot(self) -> None:
        picture = reliability_of(calibration((7, 0.4, 9)))
        reach = [np.nonzero(drawn)[0] for drawn in (bars(picture), columns(curve(picture)))]
        assert [int(found.max() - found.min()) < 68 for found in reach] == [True, True]

    def test_one_example_among_thousands_is_seen(self) -> None:
        heights = bars(reliability_of(calibration((3, 1.0, 1), (7, 0.7, 9999))))
        assert heights[3 * 68 + 34] > 0

    @pytest.mark.parametrize(
        "other",
        [calibration((7, 0.4, 9), ece=0.2), calibration((7, 0.4, 8))],
        ids=["error", "number"],
    )
    def test_the_title_tells(self, other: Calibration) -> None:
        usual = reliability_of(calibration((7, 0.4, 9)))
        assert not np.array_equal(usual[:HEAD], reliability_of(other)[:HEAD])

    def test_no_example_can_be_drawn(self) -> None:
        picture = reliability_of(calibration(ece=np.nan))
        assert [drawn.sum() for drawn in (curve(picture), bars(picture))] == [0, 0]

    def test_the_same_input_gives_the_same_bytes(self, path: Path) -> None:
        files = []
        for _ in range(2):
            reliability(path, calibration=calibration((3, 0.4, 9), (7, 0.6, 9)), name="test")
            files.append(path.read_bytes())
        assert files[0] == files[1]

    @pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
    def test_any_name_can_be_drawn(self, name: str) -> None:
        assert reliability_of(calibration((7, 0.4, 9)), name).size


class TestPanel:
    def test_numbers_grow_to_the_right_and_upwards(self) -> None:
        square = Panel(100, 300, 50, 150, x=(0, 10), y=(-1, 1))
        assert square.at([0, 10, 5], [-1, 1, 0.5]) == [(100, 150), (300, 50), (200, 75)]


class TestWords:
    @pytest.mark.parametrize(
        ("share", "words"),
        [
            (0, "0.0 %"),
            (0.0004, "< 0.1 %"),
            (0.8249, "82.5 %"),
            (0.9999, "> 99.9 %"),
            (1, "100.0 %"),
        ],
    )
    def test_to_the_tenth(self, share: float, words: str) -> None:
        assert to_the_tenth(share) == words

    def test_ticks_are_of_the_steps_asked_for(self) -> None:
        # In time it would be 30 and 60.
        assert ticks(0, 100, most=7, steps=DECIMAL_STEPS) == [0, 20, 40, 60, 80, 100]
