"""What is installed, what runs, what is missing and the command that brings it."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from importlib import import_module, metadata

from videoemo._native import COMPILED
from videoemo._version import __version__
from videoemo.backends.runtime import runtime
from videoemo.cli.caches import examine_caches
from videoemo.cli.finding import Finding
from videoemo.errors import VideoemoError, WeightsError
from videoemo.util.cpu import n_processors
from videoemo.util.messages import count_noun, one_line
from videoemo.zoo.cards import find_card, shipped_names, verified

__all__ = ["examine"]

# distribution, module
_LIBRARIES = (
    ("numpy", "numpy"),
    ("Pillow", "PIL"),
    ("pandas", "pandas"),
    ("pyarrow", "pyarrow"),
    ("matplotlib", "matplotlib"),
    ("scikit-learn", "sklearn"),
    ("safetensors", "safetensors"),
)

_DECODERS = (
    ("av", "av"),
    ("opencv-python-headless", "cv2"),
)

# By extra of the installation: a package that it brings, and what needs it.
_EXTRAS = {
    "train": ("pytorch-optimizer", "videoemo train"),
    "study": ("statsmodels", "videoemo compare"),
    "dask": ("distributed", "--cluster"),
    "vlm": ("peft", "--local and videoemo train paligemma"),
}

_REINSTALL = "in the folder of the repository: pip install --force-reinstall --no-deps ."


def examine() -> list[Finding]:
    """Look at everything that `score` uses, and at the extras."""
    return [
        *_machine(),
        *_installed("library", _LIBRARIES),
        _compiled(),
        *_engines(),
        *_installed("decoder", _DECODERS),
        _decord(),
        *_extras(),
        *_weights(),
        *examine_caches(),
    ]


def _machine() -> Iterator[Finding]:
    yield Finding("videoemo", __version__)
    yield Finding(
        "python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    )
    yield Finding("cores", str(n_processors()))


def _installed(kind: str, libraries: tuple[tuple[str, str], ...]) -> Iterator[Finding]:
    for distribution, module in libraries:
        what = f"{kind} {distribution}"
        try:
            import_module(module)
            yield Finding(what, metadata.version(distribution))
        except ImportError as exc:
            yield Finding(
                what,
                f"does not import: {one_line(exc)}",
                ok=False,
                remedy=f"pip install {distribution}",
            )


def _decord() -> Finding:
    """decord, which is an extra."""
    try:
        import_module("decord")
    except ImportError as exc:
        absent = isinstance(exc, ModuleNotFoundError)
        return Finding(
            "decoder decord",
            "not installed: an extra" if absent else f"does not import: {one_line(exc)}",
            ok=False,
            needed=False,
            remedy="only for decoder = \"decord\": pip install 'videoemo[decord]'",
        )
    return Finding("decoder decord", metadata.version("decord"))


def _extras() -> Iterator[Finding]:
    """The other extras; what they bring is not imported, which takes seconds."""
    for extra, (distribution, needed_by) in _EXTRAS.items():
        try:
            yield Finding(f"extra {extra}", f"{distribution} {metadata.version(distribution)}")
        except metadata.PackageNotFoundError:
            yield Finding(
                f"extra {extra}",
                f"{distribution} is not installed",
                ok=False,
                needed=False,
                remedy=f"only for {needed_by}: pip install 'videoemo[{extra}]'",
            )


def _compiled() -> Finding:
    """The parts that a C compiler makes as videoemo is installed."""
    missing = []
    for module in COMPILED:
        try:
            import_module(module)
        except ImportError:
            missing.append(module)
    if not missing:
        return Finding("compiled parts", "there")
    found = f"not there: {', '.join(missing)}; others serve, more slowly"
    remedy = f"install a C compiler, then {_REINSTALL}"
    return Finding("compiled parts", found, ok=False, needed=False, remedy=remedy)


def _engines() -> Iterator[Finding]:
    yield _openvino()
    try:
        import torch
    except ImportError as exc:
        yield Finding(
            "engine torch", f"does not import: {exc}", ok=False, remedy="pip install torch"
        )
        return
    devices = [
        "cpu",
        *(["cuda"] if torch.cuda.is_available() else []),
        *(["mps"] if torch.backends.mps.is_available() else []),
    ]
    threads = count_noun(torch.get_num_threads(), "thread")
    yield Finding("engine torch", f"{torch.__version__}, {threads}, sees {', '.join(devices)}")
    from videoemo.backends.torchvision_repair import import_torchvision

    try:
        mended = import_torchvision()
        import timm

        yield Finding("networks timm", timm.__version__)
        if mended:
            found = (
                f"{metadata.version('torchvision')} was built for another torch; its operators are "
                "not needed and left unused"
            )
            yield Finding("torchvision", found, ok=False, needed=False)
    except (ImportError, RuntimeError) as exc:
        yield Finding(
            "networks timm",
            f"does not import: {one_line(exc)}",
            ok=False,
            remedy="pip install timm torchvision",
        )


def _openvino() -> Finding:
    """OpenVINO, which runs the networks on a CPU; where it is not, torch does, several times
    as slowly.
    """
    try:
        from videoemo.backends.openvino_import import openvino
    except ImportError as exc:
        found = f"does not import: {one_line(exc)}; torch serves, several times as slowly"
        return Finding(
            "engine openvino", found, ok=False, needed=False, remedy="pip install openvino"
        )
    return Finding(
        "engine openvino",
        f"{openvino.get_version().partition('-')[0]}, precision "
        f"here: {runtime(engine='openvino').precision}",
    )


def _weights() -> Iterator[Finding]:
    from videoemo.backends.mtcnn_torch import build_networks

    try:
        build_networks()
        yield Finding("detector MTCNN", "weights present, checksums right")
    except WeightsError as exc:
        yield Finding(
            "detector MTCNN",
            str(exc),
            ok=False,
            remedy="pip install --force-reinstall --no-deps 'facenet-pytorch<2.6'",
        )
    for name in shipped_names():
        try:
            card, path = find_card(name)
            verified(path, card.checksum)
            yield Finding(f"extractor {name}", "weights present, checksum right")
        except VideoemoError as exc:
            yield Finding(
                f"extractor {name}",
                str(exc),
                ok=False,
                remedy=_REINSTALL,
            )
