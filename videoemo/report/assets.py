"""Scripts and style sheets of a report: ours, and the one that Bokeh ships."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from videoemo.errors import VideoemoError
from videoemo.runs.state.paths import ASSETS, inside
from videoemo.util.files import atomic_write
from videoemo.util.messages import reason_of

__all__ = ["CHARTS", "asset_text", "write_assets"]

# The charts' script, as Bokeh's wheel has it.
CHARTS = "bokeh.min.js"
# Of Bokeh's package -> what it is called in a report. Its licence asks to go along.
_BOKEH = {
    CHARTS: "server/static/js/bokeh.min.js",
    "bokeh.LICENSE.txt": "LICENSE.txt",
}
_OWN = Path(__file__).parent / "assets"


def write_assets(out: Path) -> None:
    """Write what all pages of a report use into `OUT/assets`; what is there already, unchanged,
    stays.

    Parameters
    ----------
    out : Path
        The folder of results.

    Raises
    ------
    InputError
        A link there leads out of the folder.
    OutputError
        A file cannot be written.
    VideoemoError
        Bokeh's script is not where its package has it.
    """
    folder = inside(out, out / ASSETS, what=f"the folder {ASSETS!r}")
    names = [path.name for path in sorted(_OWN.iterdir()) if path.suffix in (".js", ".css")]
    for name in [*names, *_BOKEH]:
        data, path = asset_text(name).encode(), folder / name
        if not _holds(path, data):
            with atomic_write(path) as temporary:
                temporary.write_bytes(data)


@cache
def asset_text(name: str) -> str:
    """Text of a script or a style sheet by its name.

    Raises
    ------
    VideoemoError
        It is Bokeh's, and not where its package has it.
    """
    if name not in _BOKEH:
        return (_OWN / name).read_text(encoding="utf-8")
    # Found, not imported: all that is wanted of the package is a file.
    spec = find_spec("bokeh")
    if spec is None or spec.origin is None:
        raise VideoemoError("bokeh, which draws the charts of a report, is missing: reinstall it")
    path = Path(spec.origin).parent / _BOKEH[name]
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as exc:
        raise VideoemoError(
            f"cannot read {path} ({reason_of(exc)}), which draws the charts of a report: reinstall "
            "bokeh"
        ) from exc


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.is_file() and not path.is_symlink() and path.read_bytes() == data
    except OSError:
        return False
