"""A report on clips as files: JSON, Markdown, and the confusion matrix as a picture."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from videoemo.classification.evaluate import ClipsReport
from videoemo.classification.text import report_markdown
from videoemo.util.files import atomic_write, write_json
from videoemo.util.text import printable
from videoemo.util.versions import versions

__all__ = ["write_clips_report"]


def write_clips_report(report: ClipsReport, folder: Path) -> None:
    """Write report.json, report.md and confusion.png.

    Raises
    ------
    OutputError
        A file cannot be written.
    """
    from videoemo.plots import confusion as draw

    libraries = {"scikit-learn": metadata.version("scikit-learn")}
    write_json(
        folder / "report.json",
        {**report.summary(), "features": report.provenance, "versions": versions() | libraries},
    )
    with atomic_write(folder / "report.md") as temporary:
        lines = report_markdown(report).split("\n")
        temporary.write_text("\n".join(map(printable, lines)), encoding="utf-8")
    title = f"{report.classifier} on {report.provenance['dataset']}"
    draw(
        folder / "confusion.png",
        counts=report.figures[0].counts,
        classes=report.classes,
        name=title,
    )
