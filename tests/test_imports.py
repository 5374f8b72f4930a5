"""What is imported when, and the public names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import videoemo
from tests.support.clips import write_clip

HEAVY = (
    "distributed",
    "torch",
    "timm",
    "cv2",
    "av",
    "decord",
    "sklearn",
    "matplotlib",
    "pandas",
    "pyarrow",
    "numpy",
)


def python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout


def test_help_imports_nothing_heavy() -> None:
    code = f"""
import sys
from pathlib import Path
from videoemo.cli.commands import cli
cli.main(["--help"], standalone_mode=False)
cli.main(["score", "--help"], standalone_mode=False)
print("loaded:", [name for name in {HEAVY} if name in sys.modules])
"""
    assert python(code).splitlines()[-1] == "loaded: []"


def test_import_videoemo_imports_nothing_heavy() -> None:
    assert (
        python(f"import sys, videoemo; print([n for n in {HEAVY} if n in sys.modules])").strip()
        == "[]"
    )


def test_every_public_name_is_there() -> None:
    assert sorted(videoemo.__all__) == [
        "__version__",
        "load_classifier",
        "load_extractor",
        "load_fitted_classifier",
        "load_results",
        "read_table",
        "score",
    ]
    assert all(hasattr(videoemo, name) for name in videoemo.__all__)


def test_no_module_bears_the_name_of_a_public_function() -> None:
    code = (
        "import importlib.util as u, videoemo; print([n for n in videoemo.__all__ if n[0] != '_' "
        "and u.find_spec(f'videoemo.{n}')])"
    )
    assert python(code).strip() == "[]"


def test_the_parent_of_a_run_imports_no_engine_and_no_reader_of_videos(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", n=1)
    code = f"""
import sys
from pathlib import Path
from videoemo.runs.progress import ConsoleProgress
from videoemo.config.pipeline import change_pipeline, load_pipeline
from videoemo.scoring.folder import score_folder
paths, out = [Path({str(clip)!r})], Path({str(tmp_path / "out")!r})
pipeline = change_pipeline(load_pipeline(), pictures=False)
run = score_folder(paths, out, pipeline, progress=ConsoleProgress())
print(run.failures, [name for name in {HEAVY} if name in sys.modules])
"""
    assert python(code).strip() == "[] ['numpy']"
