from __future__ import annotations

import subprocess
import sys

import pytest

CODE = """
from videoemo.backends.torchvision_repair import import_torchvision
print(import_torchvision())
import timm, torchvision
print(import_torchvision())
"""


@pytest.fixture(scope="module")
def done() -> subprocess.CompletedProcess[str]:
    """A fresh Python that imports torchvision by way of the repair, then timm."""
    return subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)


def test_timm_can_be_imported_after_it(done: subprocess.CompletedProcess[str]) -> None:
    assert done.stdout.split()[1:] == ["False"]


def test_it_says_on_standard_error_when_it_had_to_mend(
    done: subprocess.CompletedProcess[str],
) -> None:
    assert (done.stdout.split()[0] == "True") == (
        "torchvision was built for another torch" in done.stderr
    )
