"""torch's modules in OpenVINO: the same numbers, converted once, whatever became of what an earlier
start left.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import nn

import videoemo
from videoemo.backends.compiled import compiled_damage, write_compiled
from videoemo.backends.converted import converted_damage
from videoemo.backends.mtcnn_openvino import load_networks
from videoemo.backends.openvino_compile import batch_size_for, compile_model, convert_once
from videoemo.inference.extractor import load_extractor

SHAPE = (-1, 3, 16, 16)
CHECKSUM = "0123"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of networks."""
    monkeypatch.setenv("VIDEOEMO_MODELS", str(tmp_path))
    return tmp_path / "openvino"


def network() -> nn.Module:
    """A convolution, its mean over the picture, and a layer of seven outputs."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 32, 3), nn.SiLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 7)
    ).eval()


def never() -> nn.Module:
    raise AssertionError("converted a second time")


def pictures(n: int) -> npt.NDArray[np.float32]:
    return np.random.default_rng(0).normal(size=(n, 3, 16, 16)).astype(np.float32)


def answers(n: int = 5, precision: str = "float32") -> npt.NDArray[np.float32]:
    (found,) = compile_model(
        convert_once("toy", network, checksum=CHECKSUM, shape=SHAPE), threads=1, precision=precision
    )(pictures(n))
    return found


def test_it_says_what_torch_says() -> None:
    with torch.inference_mode():
        np.testing.assert_allclose(answers(), network()(torch.from_numpy(pictures(5))), atol=1e-5)


def test_a_picture_is_told_the_same_in_any_company() -> None:
    for n in (1, 2, 7, 33):
        np.testing.assert_array_equal(answers(n)[0], answers(5)[0])


def test_bfloat16_is_near_to_float32_and_another() -> None:
    rough, fine = answers(precision="bfloat16"), answers()
    np.testing.assert_allclose(rough, fine, atol=0.02)


@pytest.mark.parametrize("n", [0, 1, 4, 7, 8])
def test_with_a_network_for_so_many_at_once_the_answers_are_the_same(n: int) -> None:
    model = convert_once("toy", network, checksum=CHECKSUM, shape=SHAPE)
    (expected,), (found,) = (
        compile_model(model, threads=1, at_once=at_once)(pictures(8)[:n]) for at_once in (None, 4)
    )
    np.testing.assert_array_equal(found, expected)


def test_large_pictures_are_taken_few_at_once_and_small_ones_as_they_come() -> None:
    assert [batch_size_for(side) for side in (2000, 260, 224, 112, 24)] == [1, 2, 4, None, None]


def test_a_later_start_needs_no_module() -> None:
    first = answers()
    (again,) = compile_model(convert_once("toy", never, checksum=CHECKSUM, shape=SHAPE), threads=1)(
        pictures(5)
    )
    np.testing.assert_array_equal(again, first)


def test_a_conversion_is_told_of(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    answers()
    assert capsys.readouterr().err == (
        "notice: the networks are converted for OpenVINO, this once; later starts find them "
        f"in {folder}\n"
    )
    answers()
    assert capsys.readouterr().err == ""


def test_another_checksum_is_another_network() -> None:
    answers()
    with pytest.raises(AssertionError, match="a second time"):
        convert_once("toy", never, checksum="4567", shape=SHAPE).model  # noqa: B018 - it is read then


def test_what_was_left_damaged_is_made_anew(folder: Path) -> None:
    first = answers()
    (xml,) = folder.glob("toy-*/model.xml")
    xml.write_text(xml.read_text()[:200])
    kept(folder, "compiled-*.bin").unlink()
    np.testing.assert_array_equal(answers(), first)
    assert convert_once("toy", never, checksum=CHECKSUM, shape=SHAPE).model


def test_weights_cut_short_are_made_anew(folder: Path) -> None:
    first = answers()
    (weights,) = folder.glob("toy-*/model.bin")
    weights.write_bytes(weights.read_bytes()[:100])
    kept(folder, "compiled-*.bin").unlink()
    np.testing.assert_array_equal(answers(), first)


def kept(folder: Path, name: str) -> Path:
    """A file of the one converted network."""
    (path,) = folder.glob(f"toy-*/{name}")
    return path


def flip_bits(path: Path) -> None:
    """Eight, spread over a file."""
    content = bytearray(path.read_bytes())
    for n in range(8):
        content[len(content) * (2 * n + 1) // 16] ^= 1 << n
    path.write_bytes(content)


def test_what_is_compiled_is_not_read_as_it_was_converted(folder: Path) -> None:
    first = answers()
    flip_bits(kept(folder, "model.bin"))
    np.testing.assert_array_equal(answers(), first)
    assert converted_damage(kept(folder, "model.bin").parent) is not None


@pytest.mark.parametrize("name", ["model.bin", "model.xml", "SHA256SUMS"])
def test_flipped_bits_are_found_and_the_network_made_anew_with_one_line(
    folder: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first = answers()
    capsys.readouterr()
    flip_bits(kept(folder, name))
    kept(folder, "compiled-*.bin").unlink()
    np.testing.assert_array_equal(answers(), first)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"notice: {kept(folder, name).parent} is damaged (")
    assert line.endswith("): the network is converted for OpenVINO again")
    assert converted_damage(kept(folder, name).parent) is None
    np.testing.assert_array_equal(answers(), first)
    assert capsys.readouterr().err == ""


def test_a_network_without_checksums_is_made_anew(folder: Path) -> None:
    first = answers()
    kept(folder, "SHA256SUMS").unlink()
    flip_bits(kept(folder, "model.bin"))
    np.testing.assert_array_equal(answers(), first)


def test_a_link_to_another_network_is_not_followed(folder: Path, tmp_path: Path) -> None:
    first, weights = answers(), kept(folder, "model.bin")
    other = weights.rename(tmp_path / "other.bin")
    flip_bits(other)
    content = other.read_bytes()
    weights.symlink_to(other)
    kept(folder, "compiled-*.bin").unlink()
    np.testing.assert_array_equal(answers(), first)
    assert not kept(folder, "model.bin").is_symlink()
    assert other.read_bytes() == content


def test_a_link_in_the_place_of_the_folder_is_replaced_and_what_it_leads_to_kept(
    folder: Path, tmp_path: Path
) -> None:
    first, network_folder = answers(), kept(folder, "model.bin").parent
    other = network_folder.rename(tmp_path / "other")
    flip_bits(other / "model.bin")
    network_folder.symlink_to(other)
    np.testing.assert_array_equal(answers(), first)
    assert (network_folder.is_symlink(), (other / "model.bin").is_file()) == (False, True)


@pytest.mark.parametrize("by", ["folder", "link"])
def test_a_lock_that_is_none_keeps_no_network_from_its_work(
    folder: Path, tmp_path: Path, by: str
) -> None:
    lock = tmp_path / ".openvino.lock"
    if by == "folder":
        lock.mkdir()
    else:
        lock.symlink_to(tmp_path / "elsewhere")
    assert answers().shape == (5, 7)
    assert not (tmp_path / "elsewhere").exists()
    assert convert_once("toy", never, checksum=CHECKSUM, shape=SHAPE).model


def test_a_conversion_leaves_one_folder_and_nothing_else(folder: Path) -> None:
    answers()
    assert [path.name.partition("-")[0] for path in folder.iterdir()] == ["toy"]


def no_compiler(*_: object) -> None:
    raise AssertionError("compiled a second time")


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_later_start_compiles_nothing_and_says_the_same(
    precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = answers(precision=precision)
    monkeypatch.setattr("openvino.Core.compile_model", no_compiler)
    np.testing.assert_array_equal(answers(precision=precision), first)


def test_another_precision_or_number_at_once_is_compiled_for_itself(folder: Path) -> None:
    answers()
    answers(precision="bfloat16")
    converted = convert_once("toy", never, checksum=CHECKSUM, shape=SHAPE)
    for threads in (1, 2):
        compile_model(converted, threads=threads, at_once=4)
    assert len(list(folder.glob("toy-*/compiled-*.bin"))) == 3


@pytest.mark.parametrize("by", ["bits", "end", "link", "folder", "stranger"])
def test_a_compiled_network_that_is_not_as_it_was_written_is_compiled_again(
    folder: Path, tmp_path: Path, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, path = answers(), kept(folder, "compiled-*.bin")
    match by:
        case "bits":
            flip_bits(path)
        case "end":
            path.write_bytes(path.read_bytes()[:-1])
        case "link":
            path.symlink_to(path.rename(tmp_path / "other"))
        case "folder":
            path.unlink()
            path.mkdir()
        case "stranger":  # whole, but nothing that OpenVINO reads
            write_compiled(path, b"<?xml version='1.0'?><net/>" * 9)
    assert (compiled_damage(path.parent) is None) == (by == "stranger")
    np.testing.assert_array_equal(answers(), first)
    if by == "folder":  # which is not ours to remove
        assert path.is_dir()
        return
    assert not path.is_symlink()
    monkeypatch.setattr("openvino.Core.compile_model", no_compiler)
    np.testing.assert_array_equal(answers(), first)


def test_two_that_start_together_convert_once(folder: Path) -> None:
    built: list[nn.Module] = []

    def build() -> nn.Module:
        built.append(network())
        return built[-1]

    with ThreadPoolExecutor(2) as pool:
        converted = [convert_once("toy", build, checksum=CHECKSUM, shape=SHAPE) for _ in range(2)]
        for start in [pool.submit(one.read) for one in converted]:
            start.result()
    assert len(built) == 1


def test_where_nothing_can_be_kept_it_works_all_the_same_and_says_so(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.write_text("a file where the folder should be")
    assert answers().shape == (5, 7)
    _, line = capsys.readouterr().err.splitlines()
    assert line == (
        f"notice: networks converted for OpenVINO cannot be kept in {folder} (File exists), and "
        "each start converts them again: mend that, or set VIDEOEMO_MODELS to another folder"
    )


def test_several_threads_may_ask_at_a_time() -> None:
    function = compile_model(
        convert_once("toy", network, checksum=CHECKSUM, shape=SHAPE), threads=1
    )
    (expected,) = function(pictures(40))
    with ThreadPoolExecutor(4) as pool:
        for (found,) in pool.map(lambda _: function(pictures(40)), range(40)):
            np.testing.assert_array_equal(found, expected)


def test_threads_make_no_difference() -> None:
    model = convert_once("toy", network, checksum=CHECKSUM, shape=SHAPE)
    (one,), (two,) = (compile_model(model, threads=n)(pictures(40)) for n in (1, 2))
    np.testing.assert_array_equal(one, two)


SECOND_START = """
import os, sys, time
# Reports are sent by a process of their own.
os.register_at_fork(before=lambda: os._exit(3))
from videoemo.backends.mtcnn_openvino import load_networks
from videoemo.inference.extractor import load_extractor
load_networks()
load_extractor()
time.sleep(0.5)
print(*sys.modules)
"""


class Second(NamedTuple):
    """A second start in a fresh Python: the modules that it has imported, and its home."""

    modules: set[str]
    home: Path


@pytest.fixture(scope="module")
def second(converted: Path, tmp_path_factory: pytest.TempPathFactory) -> Second:
    """With the networks of all tests, which are dear to convert, and in a home of its own."""
    home = tmp_path_factory.mktemp("home")
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("CI", "TF_BUILD", "JENKINS_URL")
    } | {"HOME": str(home), "VIDEOEMO_MODELS": str(converted.parent)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VIDEOEMO_MODELS", str(converted.parent))
        load_networks()
        load_extractor()
    command = [sys.executable, "-c", SECOND_START]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return Second(set(done.stdout.split()), home)


def test_a_second_start_imports_no_torch(second: Second) -> None:
    assert "openvino" in second.modules
    assert "torch" not in second.modules


def test_its_use_is_reported_to_nobody(second: Second) -> None:
    assert "openvino_telemetry" not in second.modules
    assert list(second.home.iterdir()) == []


def test_its_converter_is_there_for_whoever_asks_for_it_and_not_imported_before(
    onnx_file: Path,
) -> None:
    code = (
        "import sys\nfrom videoemo.backends.openvino_import import openvino\n"
        "assert 'openvino.tools.ovc' not in sys.modules\n"
        "sys.modules['openvino_telemetry'] = None\n"  # which would report it
        "assert openvino.convert_model(sys.argv[1]).inputs"
    )
    subprocess.run([sys.executable, "-c", code, onnx_file], check=True)


def test_openvino_is_imported_in_silence_wherever_it_is() -> None:
    code = (
        path
        for path in Path(videoemo.__file__).parent.rglob("*.py")
        if path.name != "openvino_import.py"
    )
    assert [
        path.name
        for path in code
        if re.search(r"^\s+import openvino|^import openvino$", path.read_text(), re.MULTILINE)
    ] == ["openvino_onnx.py"]
