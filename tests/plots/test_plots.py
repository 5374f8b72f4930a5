"""What the pictures show, and that they can be drawn of whatever a video holds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import matplotlib
import numpy as np
import numpy.typing as npt
import pytest

from tests.support.pixels import EIGHT, THREE, Pixels, picture_of, pixels, where
from videoemo.errors import OutputError
from videoemo.plots import overview, timeline
from videoemo.plots._canvas import drawable, open_canvas
from videoemo.plots._format import clock, percent, ticks
from videoemo.plots._frame import SPACING, places
from videoemo.plots._palette import BAND, KNOWN, RGB, WHITE, colours, ink, ink_on, mix
from videoemo.plots._series import time_series
from videoemo.plots._timeline_bands import LEFT, RIGHT
from videoemo.tables.thumbnails import Thumbnail
from videoemo.tables.videos import LOW_COVERAGE, Prediction, VideoRow

FACE: RGB = (1.0, 0.0, 1.0)  # a colour that nothing else has


@dataclass(frozen=True)
class Film:
    """A made-up video: n frames at 25 frames/s whose faces are mostly happy; `faceless` frames
    have none.
    """

    n: int = 50
    classes: tuple[str, ...] = EIGHT
    name: str = "clip.mp4"
    faceless: tuple[int, int] = (0, 0)
    n_faces: int = 1
    thumbnails: tuple[Thumbnail, ...] = ()
    notice: str | None = None
    seconds: npt.NDArray[np.float64] | None = None
    dominant: str | None = None
    smoothed: float = 0.0

    def draw(self, path: Path) -> None:
        seconds = np.arange(self.n) / 25 if self.seconds is None else self.seconds
        probabilities = np.full((self.n, len(self.classes)), 0.2 / len(self.classes), np.float32)
        leading = self.classes.index("happiness") if "happiness" in self.classes else 0
        probabilities[:, leading] += 0.8
        probabilities[slice(*self.faceless)] = np.nan
        has_face = ~np.isnan(probabilities[:, 0])
        mean = (
            probabilities[has_face].mean(axis=0)
            if has_face.any()
            else np.full(len(self.classes), np.nan, np.float32)
        )
        timeline(
            path,
            name=self.name,
            classes=self.classes,
            seconds=seconds,
            probabilities=probabilities,
            n_faces=np.where(has_face, self.n_faces, 0),
            mean=mean,
            dominant=(self.classes[leading] if has_face.any() else "")
            if self.dominant is None
            else self.dominant,
            thumbnails=self.thumbnails,
            notice=self.notice,
            smoothed=self.smoothed,
        )

    def picture(self) -> Pixels:
        return picture_of(_timeline_of, self)


def _timeline_of(path: Path, film: Film) -> None:
    film.draw(path)


def column(share: float) -> int:
    """The pixel column of a share of the time axis."""
    return round(LEFT + share * (RIGHT - LEFT))


def thumbnail(seconds: float, label: str = "happiness") -> Thumbnail:
    return Thumbnail(seconds, np.tile(np.array(FACE, np.uint8) * 255, (40, 40, 1)), label, 0.9)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out" / "picture.png"


@pytest.fixture
def odd_settings() -> Iterator[None]:
    """What a user's matplotlibrc may hold."""
    with matplotlib.rc_context(
        {
            "text.usetex": True,
            "font.size": 30,
            "path.sketch": (1, 100, 2),
            "hatch.linewidth": 5,
            "patch.antialiased": False,
        }
    ):
        yield


class TestCourse:
    def test_a_short_video_is_not_reduced(self) -> None:
        seconds = np.array([0, 1e-6, 1, 2])  # the first two would fall into one column
        assert np.array_equal(time_series(seconds, np.ones((4, 2), np.float32)).seconds, seconds)

    def test_a_long_video_is_reduced_to_the_columns_asked_for(self) -> None:
        found = time_series(np.arange(100_000) / 25, np.ones((100_000, 2), np.float32), columns=500)
        assert found.probabilities.shape == (500, 2)

    def test_a_column_is_the_mean_of_its_frames(self) -> None:
        values = np.arange(100, dtype=np.float32)[:, None]
        assert np.allclose(
            time_series(np.arange(100.0), values, columns=10).probabilities[:, 0],
            np.arange(4.5, 100, 10),
        )

    def test_a_gap_stays_a_gap_when_reduced(self) -> None:
        values = np.ones((10_000, 1), np.float32)
        values[4000:6000] = np.nan
        (gap,) = time_series(np.arange(10_000.0), values, columns=100).gaps()
        assert gap == pytest.approx((4000, 6000), abs=1)

    def test_a_single_frame_with_a_face_stays_when_reduced(self) -> None:
        values = np.full((10_000, 1), np.nan, np.float32)
        values[5000] = 0.75
        found = time_series(np.arange(10_000.0), values, columns=100)
        assert [found.probabilities[start:stop, 0].tolist() for start, stop in found.runs] == [
            [0.75]
        ]

    def test_runs_do_not_cross_frames_without_a_face(self) -> None:
        values = np.ones((6, 1), np.float32)
        values[2:4] = np.nan
        assert time_series(np.arange(6.0), values).runs == [(0, 2), (4, 6)]

    def test_a_frame_stands_until_half_way_to_the_next(self) -> None:
        values = np.array([[1], [np.nan], [1]], np.float32)
        assert time_series(np.array([0.0, 1.0, 3.0]), values).gaps() == [(0.5, 2.0)]

    def test_runs_do_not_cross_a_hole_in_time(self) -> None:
        seconds = np.array([0, 1, 2, 50, 51, 52.0])
        found = time_series(seconds, np.ones((6, 1), np.float32))
        assert (found.runs, found.has_holes) == ([(0, 3), (3, 6)], True)

    def test_a_variable_frame_rate_makes_no_hole(self) -> None:
        seconds = np.cumsum(np.array([0.033, 0.05, 0.2, 0.04, 0.16, 0.033]))
        found = time_series(seconds, np.ones((6, 1), np.float32))
        assert (found.runs, found.has_holes, found.gaps()) == ([(0, 6)], False, [])

    def test_frames_out_of_order_are_sorted(self) -> None:
        found = time_series(np.array([2.0, 0.0, 1.0]), np.array([[3], [1], [2]], np.float32))
        assert found.probabilities[:, 0].tolist() == [1, 2, 3]

    def test_it_ends_with_the_first_and_the_last_frame_when_reduced(self) -> None:
        assert time_series(np.arange(1000.0), np.ones((1000, 1), np.float32), columns=10).ends == (
            0.0,
            999.0,
        )


class TestTimeline:
    def test_is_a_png_of_1500_pixels(self) -> None:
        assert Film().picture().shape[1] == 1500

    def test_the_same_input_gives_the_same_bytes(self, path: Path) -> None:
        Film(thumbnails=(thumbnail(1.0),)).draw(path)
        first = path.read_bytes()
        Film(thumbnails=(thumbnail(1.0),)).draw(path)
        assert path.read_bytes() == first

    @pytest.mark.usefixtures("odd_settings")
    def test_a_users_settings_change_nothing(self, path: Path) -> None:
        Film(n=60, faceless=(20, 40)).draw(path)
        ours = pixels(path)
        with matplotlib.rc_context({"text.usetex": False}):
            matplotlib.rcdefaults()
            Film(n=60, faceless=(20, 40)).draw(path)
        assert np.array_equal(ours, pixels(path))

    @pytest.mark.usefixtures("odd_settings")
    def test_a_users_settings_are_as_before(self, path: Path) -> None:
        before = dict(matplotlib.rcParams)
        Film().draw(path)
        assert dict(matplotlib.rcParams) == before

    def test_of_low_coverage_no_class_leads(self) -> None:
        assert not where(Film(dominant=LOW_COVERAGE).picture(), KNOWN["happiness"]).any()

    def test_that_it_is_smoothed_is_said_at_the_foot(self) -> None:
        differing = np.flatnonzero(
            (Film(smoothed=0.2).picture() != Film().picture()).any(axis=(1, 2))
        )
        assert differing.min() > len(Film().picture()) - 60

    def test_the_dominant_class_has_its_full_colour(self) -> None:
        assert where(Film().picture(), KNOWN["happiness"]).sum() > 10_000

    def test_an_area_is_as_high_as_its_probability(self) -> None:
        # 0.8 and an eighth of the remaining 0.2, of a band of 60 pixels
        assert where(Film().picture(), KNOWN["happiness"])[:, column(0.31)].sum() == pytest.approx(
            0.825 * 60, abs=3
        )

    def test_no_area_bridges_a_gap(self) -> None:
        area = where(Film(n=101, faceless=(40, 60)).picture(), KNOWN["happiness"])
        assert [bool(area[:, column(share)].any()) for share in (0.36, 0.42, 0.57, 0.63)] == [
            True,
            False,
            False,
            True,
        ]

    def test_a_gap_is_hatched(self) -> None:
        picture = Film(n=101, faceless=(40, 60)).picture()
        # Through the empty upper part of the first band.
        line = picture[int((where(picture, BAND).sum(axis=1) > 500).argmax()) + 20]
        assert [
            len(np.unique(line[column(a) : column(b)])) > 1 for a, b in ((0.42, 0.48), (0.65, 0.72))
        ] == [True, False]

    def test_a_single_frame_with_a_face_can_be_seen(self, path: Path) -> None:
        seconds = np.arange(5000) / 25
        probabilities = np.full((5000, 8), np.nan, np.float32)
        probabilities[2500] = np.eye(8, dtype=np.float32)[4]
        mean = probabilities[2500]
        timeline(
            path,
            name="",
            classes=EIGHT,
            seconds=seconds,
            probabilities=probabilities,
            n_faces=np.isfinite(mean[:1]).astype(np.int64).repeat(5000),
            mean=mean,
            dominant="happiness",
            thumbnails=[],
        )
        assert where(pixels(path), KNOWN["happiness"]).any(axis=0).sum() >= 3

    def test_a_thumbnail_is_shown_pixel_for_pixel(self) -> None:
        assert where(Film(thumbnails=(thumbnail(1.0),)).picture(), FACE).sum() == 40 * 40

    def test_a_thumbnail_is_framed_in_the_colour_of_its_class(self) -> None:
        picture = Film(thumbnails=(thumbnail(1.0, "fear"),)).picture()
        rows, columns = np.nonzero(where(picture, FACE))
        frame = where(picture, KNOWN["fear"])[
            rows.min() - 2 : rows.max() + 3, columns.min() - 2 : columns.max() + 3
        ]
        assert frame.sum() == 44 * 44 - 40 * 40

    def test_times_stand_below_the_bands(self) -> None:
        picture = Film(n=101).picture()
        below = int(np.nonzero(where(picture, BAND).sum(axis=1) > 500)[0].max()) + 10
        shares = (0.0, 0.5, 0.9375, 1.0)  # of 4 s: a tick, a tick, between two ticks, a tick
        written = [
            bool((picture[below : below + 30, column(share) - 15 : column(share) + 15] < 128).any())
            for share in shares
        ]
        assert written == [True, True, False, True]

    def test_thumbnails_of_one_moment_do_not_overlap(self) -> None:
        picture = Film(thumbnails=tuple(thumbnail(1.0) for _ in range(5))).picture()
        assert where(picture, FACE).sum() == 5 * 40 * 40

    def test_of_too_many_thumbnails_those_that_fit_are_shown(self) -> None:
        picture = Film(thumbnails=tuple(thumbnail(i / 50) for i in range(100))).picture()
        fitting = (RIGHT - LEFT) // (40 * SPACING)
        assert where(picture, FACE).sum() == fitting * 40 * 40

    @pytest.mark.parametrize(
        "classes", [EIGHT, EIGHT[:1] + EIGHT[2:], THREE, ("calm", "tense"), ("one",)], ids=len
    )
    def test_other_class_lists_can_be_drawn(self, classes: tuple[str, ...]) -> None:
        film = Film(classes=classes, thumbnails=(thumbnail(1.0, classes[0]),))
        leading = "happiness" if "happiness" in classes else classes[0]
        assert where(film.picture(), colours(classes)[leading]).sum() > 10_000

    def test_one_frame_is_a_bar_chart(self) -> None:
        bar = where(Film(n=1).picture(), KNOWN["happiness"])
        assert bar.any(axis=0).sum() > 10 * bar.any(axis=1).sum() > 0

    def test_frames_of_one_moment_are_a_bar_chart(self) -> None:
        assert Film(n=3, seconds=np.ones(3)).picture().shape == Film(n=1).picture().shape

    @pytest.mark.parametrize(
        "film",
        [Film(faceless=(0, 50)), Film(n=0), Film(n=1, faceless=(0, 1))],
        ids=["no face", "no frame", "picture"],
    )
    def test_a_video_without_a_face_shows_no_class(self, film: Film) -> None:
        picture = film.picture()
        assert not any(where(picture, colour).any() for colour in KNOWN.values())

    def test_no_face_and_no_frame_are_told_apart(self) -> None:
        no_face, no_frame = Film(n=1, faceless=(0, 1)).picture(), Film(n=0).picture()
        # Below the head, above the footer.
        assert not np.array_equal(no_face[130:310], no_frame[130:310])

    @pytest.mark.parametrize(
        "changed",
        [
            {"notice": "truncated at 12.3 s"},
            {"n_faces": 7},
            {"name": "other.mp4"},
            {"seconds": np.arange(50) * 250.0},
        ],
        ids=["notice", "several faces", "name", "time axis"],
    )
    def test_it_tells(self, changed: dict[str, object]) -> None:
        assert not np.array_equal(Film().picture(), replace(Film(), **changed).picture())  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "name",
        [
            "长视频.mp4",
            "📹 😀 👩‍👩‍👧.mov",
            "العربية ไทย",
            "$x^2_{$.mp4",
            "a_b_$c$_\\frac",
            "line\nbreak\t",
            "\udcff.mp4",
            "",
            "long/" * 400,
        ],
        ids=ascii,
    )
    def test_any_name_can_be_drawn(self, name: str) -> None:
        assert Film(n=0, name=name, notice=name or None).picture().shape[1] == 1500

    def test_a_long_name_leaves_the_notice_free(self) -> None:
        long = Film(n=0, name="long/" * 400, notice="truncated").picture()
        short = Film(n=0, name="short", notice="truncated").picture()
        assert np.array_equal(long[:70, 1350:], short[:70, 1350:])

    def test_arrays_that_do_not_agree_are_an_error(self, path: Path) -> None:
        with pytest.raises(ValueError, match=r"expected shapes \(50,\)"):
            timeline(
                path,
                name="",
                classes=EIGHT,
                seconds=np.zeros(50),
                probabilities=np.zeros((50, 7), np.float32),
                n_faces=np.zeros(50, np.int64),
                mean=np.zeros(8, np.float32),
                dominant="",
                thumbnails=[],
            )

    def test_a_time_that_is_no_number_is_an_error(self, path: Path) -> None:
        with pytest.raises(ValueError, match="finite"):
            Film(n=2, seconds=np.array([0.0, np.nan])).draw(path)

    def test_a_place_that_cannot_be_written_is_an_output_error(self, path: Path) -> None:
        path.parent.touch()
        with pytest.raises(OutputError, match=r"picture\.png"):
            Film(n=0).draw(path)


def scored(name: str = "clip.mp4", share: float = 0.75) -> VideoRow:
    mean = np.full(8, (1 - share) / 7, np.float32)
    mean[4] = share
    return VideoRow(video=name, frames=10, face_frames=9, faces=9, mean=mean, dominant="happiness")


FAILED = VideoRow(video="broken.mp4", status="failed", error="no decoder can open it; " * 20)
FACELESS = VideoRow(
    video="empty.mp4", frames=10, face_frames=0, faces=0, mean=np.full(8, np.nan, np.float32)
)


def overview_of(*videos: VideoRow, classes: tuple[str, ...] = EIGHT) -> Pixels:
    return picture_of(overview, videos=videos, classes=classes)


class TestOverview:
    def test_it_grows_by_the_same_height_with_each_video(self) -> None:
        one, two, three = (len(overview_of(*[scored()] * n)) for n in (1, 2, 3))
        assert three - two == two - one > 0

    def test_it_shows_at_most_sixty_videos_and_a_line_for_the_others(self) -> None:
        sixty, more, many = (len(overview_of(*[scored()] * n)) for n in (60, 61, 90))
        assert sixty < more == many

    def test_it_says_how_many_more_there_are(self) -> None:
        assert not np.array_equal(
            overview_of(*[scored()] * 61)[100:], overview_of(*[scored()] * 62)[100:]
        )

    def test_a_cell_is_shaded_by_the_mean(self) -> None:
        shade = mix(KNOWN["happiness"], WHITE, share=0.25)
        assert (
            where(overview_of(scored(share=0.25)), shade).sum()
            > 1000
            > where(overview_of(scored(share=0.75)), shade).sum()
        )

    @pytest.mark.parametrize("row", [FAILED, FACELESS], ids=["failed", "no face"])
    def test_a_video_without_means_has_no_cell(self, row: VideoRow) -> None:
        picture = overview_of(row)[170:-90].astype(int)  # below the head, above the footer
        assert (picture.max(axis=2) - picture.min(axis=2)).max() == 0

    def test_low_coverage_stands_in_grey_where_an_expression_would(self) -> None:
        right = overview_of(replace(scored(), dominant=LOW_COVERAGE))[170:-90, 1262:].astype(int)
        assert (right.max(axis=2) - right.min(axis=2)).max() == 0
        assert (right < 200).sum() > 1000

    def test_why_a_video_failed_is_told(self) -> None:
        assert not np.array_equal(
            overview_of(FAILED), overview_of(replace(FAILED, error="too large"))
        )

    def test_a_remark_is_counted(self) -> None:
        assert not np.array_equal(
            overview_of(scored()), overview_of(replace(scored(), error="truncated"))
        )

    def test_the_same_input_gives_the_same_bytes(self, path: Path) -> None:
        overview(path, videos=[scored(), FAILED, FACELESS], classes=EIGHT)
        first = path.read_bytes()
        overview(path, videos=[scored(), FAILED, FACELESS], classes=EIGHT)
        assert path.read_bytes() == first

    def test_odd_names_can_be_drawn(self) -> None:
        assert overview_of(
            scored("视频/$x_1$ 😀\n" * 30), replace(FAILED, error="无法打开 $\\frac")
        ).size

    def test_no_video_can_be_drawn(self) -> None:
        assert overview_of().size

    def test_what_a_classifier_predicts_has_a_column(self) -> None:
        happy, sad = (
            overview_of(replace(scored(), prediction=Prediction(label)))
            for label in ("Happy", "Sad")
        )
        assert happy.shape == sad.shape
        differing = np.flatnonzero((happy != sad).any(axis=(0, 2)))
        assert happy.shape[1] * 0.8 < differing.min() < differing.max() < happy.shape[1] * 0.95

    def test_other_classes_can_be_drawn(self) -> None:
        row = VideoRow(
            video="group.mp4",
            frames=1,
            face_frames=1,
            mean=np.array([0, 1, 0], np.float32),
            dominant="neutral",
        )
        assert where(overview_of(row, classes=THREE), KNOWN["neutral"]).sum() > 1000


class TestPalette:
    def test_an_expression_has_one_colour_in_every_list(self) -> None:
        assert colours(EIGHT)["sadness"] == colours(("calm", "sadness"))["sadness"]

    @pytest.mark.parametrize(
        "classes", [EIGHT, THREE, tuple("abcdefgh"), ("calm", "sadness", "tense", "anger")], ids=str
    )
    def test_no_two_classes_share_a_colour(self, classes: tuple[str, ...]) -> None:
        assert len(set(colours(classes).values())) == len(classes)

    def test_too_many_classes_are_an_error(self) -> None:
        with pytest.raises(ValueError, match="at most 10, got 11"):
            colours(tuple("abcdefghijk"))

    @pytest.mark.parametrize("name", KNOWN)
    def test_a_class_name_is_darker_than_half_grey(self, name: str) -> None:
        assert sum(ink(KNOWN[name])) / 3 < 0.55

    def test_writing_is_black_on_light_and_white_on_dark(self) -> None:
        assert (ink_on(KNOWN["surprise"]), ink_on(KNOWN["fear"])) == ((0, 0, 0), (1, 1, 1))


class TestWords:
    @pytest.mark.parametrize(
        ("part", "whole", "words"),
        [(0, 9, "0 %"), (9, 9, "100 %"), (1, 1000, "< 1 %"), (999, 1000, "> 99 %"), (1, 3, "33 %")],
    )
    def test_percent(self, part: int, whole: int, words: str) -> None:
        assert percent(part, whole) == words

    @pytest.mark.parametrize(
        ("seconds", "longest", "words"),
        [
            (12.5, 60, "12.5"),
            (65, 119, "65"),
            (125, 600, "2:05"),
            (65, 7200, "0:01:05"),
            (3725.5, 7200, "1:02:05.5"),
            (-1.5, 600, "-0:01.5"),
            (86400, 90000, "24:00:00"),
            (3 * 86400, 4 * 86400, "3d"),
            (3 * 86400 + 3725.5, 4 * 86400, "3d 1:02:05.5"),
        ],
    )
    def test_clock(self, seconds: float, longest: float, words: str) -> None:
        assert clock(seconds, longest=longest) == words

    @pytest.mark.parametrize("last", [0.004, 0.04, 1.0, 19.7, 119, 6000, 86400, 9e6])
    def test_ticks_are_few_and_within_the_course(self, last: float) -> None:
        times = ticks(0.0, last)
        assert 2 <= len(times) <= 12
        assert 0 <= times[0] < times[-1] <= last * 1.01

    def test_what_the_font_lacks_becomes_a_box(self) -> None:
        assert drawable("a视b") == "a□b"

    def test_control_characters_and_bytes_that_are_no_utf8_are_shown_as_escapes(self) -> None:
        assert drawable("a\nb\udce9\u202e") == r"a\x0ab\xe9\u202e"


class TestPage:
    @pytest.mark.parametrize(
        "words", ["interviews/2023/participant_004_camera_left.mp4", "W" * 400]
    )
    def test_words_are_shortened_to_the_room_they_have(self, path: Path, words: str) -> None:
        with open_canvas(path, width=600, height=50) as sheet:
            assert sheet.text(0, 30, words, room=200) <= 200

    def test_words_that_fit_are_written_whole(self, path: Path) -> None:
        with open_canvas(path, width=600, height=50) as sheet:
            assert sheet.text(0, 30, "clip.mp4", room=200) == sheet.text(0, 30, "clip.mp4")

    def test_nothing_is_written_when_drawing_fails(self, path: Path) -> None:
        with pytest.raises(RuntimeError), open_canvas(path, width=60, height=50):
            raise RuntimeError
        assert not path.exists()


class TestPlaces:
    def test_places_with_room_stay(self) -> None:
        assert places([10, 50, 90], low=0, high=100, distance=20) == pytest.approx([10, 50, 90])

    def test_crowded_places_spread_evenly_about_their_middle(self) -> None:
        assert places([50, 50, 50], low=0, high=100, distance=20) == pytest.approx([30, 50, 70])

    def test_places_keep_to_the_page(self) -> None:
        assert places([0, 1, 99, 100], low=0, high=100, distance=20) == pytest.approx(
            [0, 20, 80, 100]
        )


def test_drawing_needs_no_pyplot() -> None:
    program = (
        "import sys, videoemo.plots, videoemo.analysis.thumbnails; assert 'matplotlib.pyplot' not "
        "in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
