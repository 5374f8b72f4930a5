from __future__ import annotations

import subprocess
import sys


def test_timm_can_be_imported_after_it() -> None:
    code = "from videoemo.engines.torchvision_repair import import_torchvision as f; f(); import timm, torchvision; print(f())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_it_says_on_standard_error_when_it_had_to_mend() -> None:
    code = "from videoemo.engines.torchvision_repair import import_torchvision as f; print(f())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip() == "True") == ("torchvision was built for another torch" in done.stderr)
