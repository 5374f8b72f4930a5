"""The video itself on its page: as it is where browsers show it, else a small copy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image

from videoemo.errors import VideoemoError
from videoemo.records import Frames
from videoemo.report.addresses import address
from videoemo.results.video import VideoResults
from videoemo.runs.state.paths import PROXY_PICTURE, PROXY_VIDEO
from videoemo.util.files import atomic_write
from videoemo.util.messages import reason_of
from videoemo.util.text import printable
from videoemo.video import (
    Video,
    browsers_play,
    browsers_show,
    find_encoder,
    frames,
    probe,
    write_video,
)

__all__ = ["CountFrames", "Media", "show_video"]

# Counts frames that are copied, and says which share of the video is done.
CountFrames = Callable[[int, float], None]

# Rows of pixels that a copy has at most.
PROXY_ROWS = 480
# What a copy of a picture is written with.
JPEG_QUALITY = 85


@dataclass(frozen=True)
class Media:
    """How a page shows its video.

    Parameters
    ----------
    kind : {"video", "picture", "none"}
        Whether it plays, stands still, or is not there.
    address : str
        From the page; empty where there is none.
    copy : bool
        Whether it is a copy.
    start, clock_start : float
        The time of its first frame, and the one at which its file begins, in seconds by the clock
        of the tables: browsers may count from either, and do not say so.
    boxes : bool
        Whether it is the video that was scored, so that boxes may be drawn over it.
    notice : str
        What there is to be said of it, in words; empty where nothing is.
    """

    kind: Literal["video", "picture", "none"]
    address: str = ""
    copy: bool = False
    start: float = 0.0
    clock_start: float = 0.0
    boxes: bool = False
    notice: str = ""


def show_video(
    results: VideoResults,
    *,
    most_bytes: int | None = None,
    progress: CountFrames | None = None,
) -> tuple[Media, Path | None]:
    """How a page shows its video, and the file that this is in.

    Browsers play most videos as they are. Of others a copy is written beside the page, of 480 rows
    at most and with the times of the video, and so it is of pictures that they do not show; one
    that is there already, newer than the results, stays. A file that is not the one that was scored
    is not copied.

    Parameters
    ----------
    results : VideoResults
        Of the video.
    most_bytes : int or None
        A copy is made of larger files, too, for a page that holds its video; None for none.
    progress : callable or None
        Called with the number of frames of each batch that is copied, and the share that is done.

    Returns
    -------
    media : Media
        For the page.
    path : Path or None
        The file; None where nothing is to be shown, and `media` says why.
    """
    source = results.source()
    if source.path is None:
        return Media("none", notice=f"The video is not shown: {source.reason}."), None
    same = source.status == "same"
    notice = "" if same else f"No boxes are drawn: {source.reason}."
    try:
        video = _probe(results, source.path)
        path, copy = source.path, False
        fits = most_bytes is None or (path.is_file() and path.stat().st_size <= most_bytes)
        theirs = browsers_show(video) or browsers_play(video)
        if not (fits and theirs) or _sizes_change(results):
            if not same:
                return Media("none", notice=f"The video is not shown: {source.reason}."), None
            path, copy = _copied(results, video, progress), True
    except VideoemoError as exc:
        return Media("none", notice=f"The video cannot be shown: {printable(str(exc))}"), None
    except OSError as exc:
        reason = printable(reason_of(exc))
        return Media("none", notice=f"The video cannot be shown: {reason}"), None
    still = path.name == PROXY_PICTURE if copy else video.pictures == (path,)
    media = Media(
        "picture" if still else "video",
        address=_address(path, results.folder),
        copy=copy,
        start=float(video.seconds[0]),
        clock_start=video.clock_start,
        boxes=same,
        notice=notice,
    )
    return media, path


def _sizes_change(results: VideoResults) -> bool:
    """Whether frames of other sizes follow: browsers stretch them, so that boxes would be off."""
    presentation = results.summary.get("presentation")
    return isinstance(presentation, dict) and "other_sizes" in presentation


def _address(path: Path, folder: Path) -> str:
    try:
        return address(path, start=folder)
    except ValueError:  # on another drive
        return path.absolute().as_uri()


def _probe(results: VideoResults, path: Path) -> Video:
    sampling = results.pipeline.sampling
    return probe(path, fps=sampling.fps, stream=sampling.stream, max_pixels=sampling.max_pixels)


def _copied(results: VideoResults, video: Video, progress: CountFrames | None) -> Path:
    """A copy beside the page, as it is there or written anew."""
    if video.n_frames == 1:
        path = results.folder / PROXY_PICTURE
        if not _is_newer(path, results):
            _write_picture(path, video)
        return path
    encoder = find_encoder()
    path = results.folder / f"{PROXY_VIDEO}{encoder.suffix}"
    if not _is_newer(path, results):
        batches = _counted(frames(video), video.n_frames, progress)
        write_video(
            path,
            video,
            batches,
            encoder=encoder,
            height=PROXY_ROWS,
            sound=True,
            # A clock that begins anywhere, such as that of MPEG-TS, would be hours of nothing.
            origin=video.clock_start if video.clock_is_free else 0.0,
        )
    return path


def _counted(
    batches: Iterable[Frames], n_frames: int, progress: CountFrames | None
) -> Iterator[Frames]:
    done = 0
    for batch in batches:
        yield batch
        done += len(batch)
        if progress is not None:
            progress(len(batch), min(done / n_frames, 1.0))


def _is_newer(path: Path, results: VideoResults) -> bool:
    """Whether there is a copy of what was scored last."""
    if path.is_symlink() or not path.is_file():
        return False
    return path.stat().st_mtime_ns >= (results.folder / "summary.json").stat().st_mtime_ns


def _write_picture(path: Path, video: Video) -> None:
    batch = next(frames(video))
    picture = Image.fromarray(batch.rgb[0])
    picture.thumbnail((2 * PROXY_ROWS, 2 * PROXY_ROWS))
    with atomic_write(path) as temporary:
        picture.save(temporary, format="JPEG", quality=JPEG_QUALITY)
