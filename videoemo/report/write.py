"""A report: the index, and a page a video, beside the tables of a folder of results."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from time import monotonic

from videoemo.errors import InputError, VideoError
from videoemo.records import Clip
from videoemo.report.addresses import address
from videoemo.report.assets import write_assets
from videoemo.report.freshness import inputs, made_from
from videoemo.report.index import index_data, index_page, known_gists
from videoemo.report.index_row import Gist, IndexRow
from videoemo.report.video_page import write_embedded_video_page, write_video_page
from videoemo.results import Results, VideoResults, load_results
from videoemo.runs.progress import Progress
from videoemo.runs.state.paths import COMPARE, INDEX, INDEX_DATA, PAGE
from videoemo.util.files import atomic_write
from videoemo.util.messages import brief, reason_of
from videoemo.util.regular_files import is_regular, open_regular, read_regular

__all__ = ["Report", "write_report"]

_THUMBNAIL = "thumbnail.png"
# Seconds between two writings of the index, from which an interrupted report goes on.
_INTERVAL = 20.0
# Bytes of a thumbnail; and characters of all that an embedded index holds, in which the videos
# after these have none.
_LARGEST_THUMBNAIL, _MOST_EMBEDDED = 256 * 1024, 8 * 1024 * 1024
# By what a page of ours is known, near its beginning.
_OURS, _BEGINNING = b'<meta name="generator" content="videoemo ', 4096


@dataclass(frozen=True)
class Report:
    """A report that was written.

    Parameters
    ----------
    index : Path
        The page to open first.
    pages : int
        How many videos have a page.
    written : int
        How many of these pages were written now; the others were as they should be.
    missing : dict of str to str
        Why other videos that were scored have none, by their names.
    """

    index: Path
    pages: int
    written: int
    missing: dict[str, str]


def write_report(out: Path, *, progress: Progress, embed: bool = False) -> Report:
    """Write a report of a folder of results: `index.html`, and a page in the folder of each video.

    A page that is as it should be stays, so that a report that was interrupted goes on.

    Parameters
    ----------
    out : Path
        The folder of results.
    progress : Progress
        Called with how it goes.
    embed : bool, default=False
        Whether each page is one file that holds all it needs, a small copy of its video too.

    Raises
    ------
    InputError
        There are no results, or they are of another version; or there is an index.html that no
        report wrote.
    OutputError
        It cannot be written.
    """
    results = load_results(out)
    _check_ours(out / INDEX)
    pages = _Pages(results, embed=embed)
    if not embed:
        write_assets(out)
    todo = pages.find_todo(progress)
    if todo:
        progress.begin({video.name: _size(video) for video in todo})
    written = monotonic()
    for video in todo:
        pages.write(video, progress)
        progress.end(video.row)
        if monotonic() - written > _INTERVAL:
            _write_index(results, pages, embed=embed)
            written = monotonic()
    _write_index(results, pages, embed=embed)
    n_written = sum(video.name not in pages.missing for video in todo)
    return Report(out / INDEX, len(pages.gists), n_written, pages.missing)


@dataclass
class _Pages:
    """The pages of a report."""

    results: Results
    embed: bool
    gists: dict[str, Gist] = field(default_factory=dict)  # of the videos that have a page, by name
    missing: dict[str, str] = field(default_factory=dict)

    def find_todo(self, progress: Progress) -> list[VideoResults]:
        """The videos whose page is not there, or was made from something else."""
        known, todo = known_gists(self.results.path), []
        for video in self.results.scored:
            try:
                now = made_from(video.folder, self._inputs(replace(video)))
            except (OSError, InputError) as exc:
                self._leave_out(video, exc, progress)
                continue
            gist = known.get(_address(video, PAGE))
            if gist is not None and gist.made_from == now:
                self.gists[video.name] = gist
            else:
                todo.append(video)
        return todo

    def write(self, video: VideoResults, progress: Progress) -> None:
        """Write the page of a video, or note why it cannot be written."""
        # A copy, as above: what it has read goes with it, and is not kept of all videos.
        video = replace(video)
        try:
            before, clip = self._inputs(video), _clip(video)
            count = partial(progress.batch, clip)
            if self.embed:
                write_embedded_video_page(video, video.folder / PAGE, progress=count)
            else:
                write_video_page(video, progress=count)
            count(video.row.frames or 0, 1.0)
            # Where they have changed meanwhile, the next report writes the page again.
            same = self._inputs(video) == before
            made = made_from(video.folder, before) if same else ""
            self.gists[video.name] = Gist.of(video, made)
        except (OSError, InputError, VideoError) as exc:
            self._leave_out(video, exc, progress)

    def _inputs(self, video: VideoResults) -> str:
        return inputs(video.folder, video.source(), embed=self.embed)

    def _leave_out(self, video: VideoResults, exc: Exception, progress: Progress) -> None:
        self.missing[video.name] = reason_of(exc)
        progress.notice(f"no page of {brief(video.name)}: {self.missing[video.name]}")


def _clip(video: VideoResults) -> Clip:
    """What stands for a video in the estimate of the time left: its table."""
    return Clip(video.folder / "faces.parquet", video.name)


def _size(video: VideoResults) -> int:
    """The bytes of what stands for a video; 1 where it cannot be read and is soon left out."""
    try:
        return max(_clip(video).path.stat().st_size, 1)
    except OSError:
        return 1


def _check_ours(path: Path) -> None:
    """Raise InputError where somebody else's page is in the place of the index."""
    try:
        with open_regular(path, follow_links=False) as file:
            ours = _OURS in file.read(_BEGINNING)
    except FileNotFoundError:
        return
    except OSError as exc:
        raise InputError(f"no place for the report: {str(path)!r}: {reason_of(exc)}") from exc
    if not ours:
        raise InputError(
            f"no place for the report: videoemo did not write {str(path)!r}: move it, or rename it"
        )


def _write_index(results: Results, pages: _Pages, *, embed: bool) -> None:
    out, classes = results.path, results.columns.classes
    rows = _rows(results, pages, embed=embed)
    compared = not embed and is_regular(out / COMPARE / PAGE)
    study = address(out / COMPARE / PAGE, start=out) if compared else ""
    for path, text in (
        # The data is written in both cases: from it the next report knows what is there.
        (out / INDEX_DATA, index_data(rows, classes)),
        (out / INDEX, index_page(rows, classes, embed=embed, study=study)),
    ):
        with atomic_write(path) as temporary:
            temporary.write_text(text, encoding="utf-8")


def _rows(results: Results, pages: _Pages, *, embed: bool) -> list[IndexRow]:
    scored = {video.name: video for video in results.scored}
    rows, left = [], _MOST_EMBEDDED
    for row in results.rows:
        video = scored.get(row.video)
        if video is None:
            rows.append(IndexRow.of(row))
            continue
        gist, why = pages.gists.get(row.video), pages.missing.get(row.video)
        if why is not None:
            row = replace(row, error="; ".join(filter(None, [row.error, f"no page: {why}"])))
        picture = _embedded_thumbnail(video, most=left) if embed else _thumbnail(video)
        left -= len(picture)
        page = _address(video, PAGE) if gist else ""
        rows.append(IndexRow.of(row, page=page, picture=picture, gist=gist))
    return rows


def _thumbnail(video: VideoResults) -> str:
    """The address of a video's thumbnail; empty where it has none."""
    return _address(video, _THUMBNAIL) if is_regular(video.folder / _THUMBNAIL) else ""


def _embedded_thumbnail(video: VideoResults, *, most: int) -> str:
    """A video's thumbnail as an address that holds it; empty where it has none, or one of more
    characters.
    """
    try:
        png = read_regular(video.folder / _THUMBNAIL, most=_LARGEST_THUMBNAIL, follow_links=False)
    except (OSError, ValueError):
        return ""
    picture = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    return picture if len(picture) <= most else ""


def _address(video: VideoResults, name: str) -> str:
    return address(video.folder / name, start=video.out)
