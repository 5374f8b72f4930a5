"""Modules pickled by timm 0.9 give what they gave then; what would run code, or eat memory, is
refused before it does.
"""

from __future__ import annotations

import copy
import os
import pickle
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests.support.heads import VALENCE_AROUSAL, heads
from tests.support.tiny_networks import SIDE, card_of, tiny_efficientnet
from videoemo.backends import timm_torch, torch_archive
from videoemo.backends.timm_pickle import CLASSES, convert, load_network
from videoemo.backends.torch_archive import Pickled, read_module
from videoemo.errors import OutputError, WeightsError
from videoemo.zoo.cards import sha256

DATA = Path(__file__).parent / "data"
CARD = card_of("timm09_tiny.pt")


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / CARD.file
    path.write_bytes((DATA / CARD.file).read_bytes())
    return path


def pack(
    path: Path, pickled: bytes, *, compression: int = zipfile.ZIP_STORED, **tensors: bytes
) -> Path:
    """A file as torch.save writes it, round any pickle."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in {
            "data.pkl": pickled,
            "version": b"3\n",
            "byteorder": b"little",
        }.items():
            archive.writestr(f"a/{name}", content)
        for name, content in tensors.items():
            archive.writestr(f"a/data/{name.removeprefix('t')}", content)
    return path


class Call:
    """Pickles as a call of any function."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


# The module that timm 0.9 pickled


def test_a_module_of_timm_09_answers_as_it_did_then(weights: Path) -> None:
    x = np.random.default_rng(0).normal(size=(2, 3, SIDE, SIDE)).astype(np.float32)
    embedding, outputs = load_network(CARD, weights)(x)
    then = np.load(DATA / "timm09_tiny.npz")
    assert np.allclose(embedding, then["embedding"], atol=1e-4)
    assert np.allclose(outputs, then["outputs"], atol=1e-3)


def test_a_classifier_without_a_sequence_round_it_is_read_too(
    tmp_path: Path, network: nn.Module
) -> None:
    torch.save(network, tmp_path / "plain.pt")
    convert(card_of("plain.pt"), tmp_path / "plain.pt", to=tmp_path / "out.safetensors")
    read = timm_torch.build_network("tiny_efficientnet", n_classes=8, colour="rgb")
    timm_torch.load_state(read, tmp_path / "out.safetensors", architecture="tiny_efficientnet")
    assert all(
        torch.equal(a, b)
        for a, b in zip(read.state_dict().values(), network.state_dict().values(), strict=True)
    )


def test_later_starts_read_the_converted_file(weights: Path) -> None:
    load_network(CARD, weights)
    assert [path.name for path in weights.parent.glob("*.safetensors")] == [
        f"timm09_tiny.pt.{'0' * 16}.safetensors"
    ]
    weights.write_bytes(b"not opened again")
    load_network(CARD, weights)


def converted(weights: Path) -> Path:
    (path,) = weights.parent.glob("*.safetensors")
    return path


def test_a_converted_file_that_was_damaged_is_made_again_with_one_line(
    weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load_network(CARD, weights)
    path = converted(weights)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 64]))
    capsys.readouterr()
    load_network(CARD, weights)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"notice: {path} is damaged (the SHA-256 of {path.name} is ")
    assert line.endswith("): it is made again")
    assert path.read_bytes() == content


def test_a_converted_file_that_cannot_be_kept_is_made_at_each_start(
    weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = weights.with_name(f"{weights.name}.{'0' * 16}.safetensors")
    (place / "in the way").mkdir(parents=True)
    for _ in range(2):
        capsys.readouterr()
        load_network(CARD, weights)
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"notice: cannot write {place}: ")
        assert line.endswith("; each start converts it again")


def test_a_new_file_under_the_old_name_is_converted_anew(weights: Path) -> None:
    load_network(CARD, weights)
    weights.write_bytes(b"something else")
    with pytest.raises(WeightsError):
        load_network(replace(CARD, sha256=sha256(weights)), weights)


def test_classes_and_valence_and_arousal_are_outputs(tmp_path: Path) -> None:
    torch.save(tiny_efficientnet(num_classes=10), tmp_path / "va.pt")
    card = card_of("va.pt", outputs=heads(CARD.classes, size=64, values=VALENCE_AROUSAL))
    assert load_network(card, tmp_path / "va.pt")(np.zeros((1, 3, SIDE, SIDE), np.float32))[
        1
    ].shape == (1, 10)


def test_a_folder_that_cannot_be_written_is_named(weights: Path) -> None:
    with pytest.raises(OutputError, match=r"out\.safetensors"):
        convert(CARD, weights, to=weights / "out.safetensors")


def test_another_architecture_is_refused(weights: Path) -> None:
    with pytest.raises(WeightsError, match="does not hold the weights of mobilenetv3_small_050"):
        load_network(replace(CARD, architecture="mobilenetv3_small_050"), weights)


def test_another_number_of_classes_is_refused(weights: Path) -> None:
    with pytest.raises(WeightsError, match="does not hold the weights of tiny_efficientnet"):
        load_network(replace(CARD, outputs=heads(("negative", "positive"), size=64)), weights)


def test_unpickled_modules_have_nothing_to_run(weights: Path) -> None:
    module = read_module(weights, classes=CLASSES)
    assert type(module) is Pickled
    assert type(module.state["_modules"]["conv_stem"]) is Pickled
    assert not callable(module)


def test_no_class_is_known_to_torch_afterwards(weights: Path) -> None:
    read_module(weights, classes=CLASSES)
    assert not any(
        isinstance(known, tuple) and known[0] is Pickled
        for known in torch.serialization.get_safe_globals()
    )


# Hostile files


@pytest.mark.parametrize(
    ("function", "arguments", "name"),
    [
        (os.system, ("touch {marker}",), r"(posix|nt)\.system"),
        (eval, ("open({marker!r}, 'w')",), r"__builtin__\.eval"),
        (exec, ("open({marker!r}, 'w')",), r"__builtin__\.exec"),
        (open, ("{marker}", "w"), r"io\.open"),
        (getattr, (nn.Linear, "forward"), r"__builtin__\.getattr"),
        (torch.hub.load, ("{marker}", "x"), r"torch\.hub\.load"),
        (torch.load, ("{marker}",), r"torch\.serialization\.load"),
        (bytearray, (10**12,), r"__builtin__\.bytearray"),
        (torch.nn.Embedding, (10**6, 10**6), r"torch\.nn\.modules\.sparse\.Embedding"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_file_that_names_anything_else_is_refused_by_name(
    tmp_path: Path, function: Any, arguments: tuple[Any, ...], name: str
) -> None:
    marker = tmp_path / "marker"
    call = Call(
        function,
        *(part.format(marker=str(marker)) if isinstance(part, str) else part for part in arguments),
    )
    path = pack(tmp_path / "hostile.pt", pickle.dumps([nn.Linear, call], protocol=2))
    with pytest.raises(
        WeightsError, match=rf"hostile\.pt names {name}, which no timm network holds: refused"
    ):
        load_network(CARD, path)
    assert not marker.exists()


def test_the_hostile_file_would_run_where_pickles_are_trusted(tmp_path: Path) -> None:
    path = pack(
        tmp_path / "hostile.pt", pickle.dumps(Call(open, str(tmp_path / "marker"), "w"), protocol=2)
    )
    torch.load(path, weights_only=False).close()
    assert (tmp_path / "marker").exists()


def test_a_hostile_hook_inside_a_true_module_is_found(tmp_path: Path, network: nn.Module) -> None:
    hooked = copy.deepcopy(network)
    hooked.extra = Call(os.system, f"touch {tmp_path / 'marker'}")  # type: ignore[assignment]
    torch.save(hooked, tmp_path / "hostile.pt")
    with pytest.raises(WeightsError, match=r"names (posix|nt)\.system"):
        load_network(CARD, tmp_path / "hostile.pt")
    assert not (tmp_path / "marker").exists()


@pytest.mark.parametrize("protocol", [2, 4])
def test_a_bare_pickle_is_refused_unread(tmp_path: Path, protocol: int) -> None:
    path = tmp_path / "bare.pt"
    path.write_bytes(pickle.dumps(Call(open, str(tmp_path / "marker"), "w"), protocol=protocol))
    with pytest.raises(WeightsError, match=r"bare\.pt is no file of torch\.save since torch 1\.6"):
        load_network(CARD, path)
    assert not (tmp_path / "marker").exists()


def test_names_that_a_newer_pickle_protocol_hides_are_refused(tmp_path: Path) -> None:
    path = pack(tmp_path / "new.pt", pickle.dumps(Call(os.system, "true"), protocol=4))
    with pytest.raises(WeightsError, match=r"pickle protocol 4, where torch\.save writes 2"):
        load_network(CARD, path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_torch_reads_the_very_pickle_that_was_checked(tmp_path: Path) -> None:
    path = tmp_path / "two.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/data.pkl", pickle.dumps(Call(bytearray, 5), protocol=2))
        archive.writestr("a/data.pkl", pickle.dumps([1], protocol=2))
        archive.writestr("a/version", "3\n")
    # torch's reader takes the first of two, Python's the last.
    assert torch.load(path, weights_only=True) == bytearray(5)
    assert read_module(path, classes=CLASSES) == [1]


@pytest.mark.parametrize(
    "pickled",
    [
        # Linear(65535, 65535), by REDUCE.
        b"\x80\x02ctorch.nn.modules.linear\nLinear\nM\xff\xffM\xff\xff\x86R.",
        # The same, by NEWOBJ.
        b"\x80\x02ctorch.nn.modules.linear\nLinear\nM\xff\xffM\xff\xff\x86\x81.",
        # The state of the class itself.
        b"\x80\x02ctorch.nn.modules.linear\nLinear\n}X\x01\x00\x00\x00ab.",
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\nK\x01\x85R.",  # a tensor of one number
        b"\x80\x02ctorch\nFloatStorage\n)R.",  # a storage out of nothing
        b"\x80\x02X\x06\x00\x00\x00modulecos\nQ.",  # another persistent id than a storage
        b"\x80\x02ccollections\nOrderedDict\n)R(K\x01K\x02",  # no end
        b"\x80\x02\xff.",
        b"",
    ],
)
def test_odd_pickles_are_refused_in_one_line(tmp_path: Path, pickled: bytes) -> None:
    with pytest.raises(WeightsError, match=r"odd\.pt") as caught:
        load_network(CARD, pack(tmp_path / "odd.pt", pickled))
    assert "\n" not in str(caught.value)


def lying(numel: int, size: int, stride: int = 1) -> bytes:
    """The pickle of one tensor that says what it likes of its storage."""
    pickled = pickle.dumps((0, (size,), (stride,)), protocol=2)[2:-1]
    head = (
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\n"
        b"FloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu"
    )
    spread = pickled.replace(b"\x87", b"")  # the three parts without the tuple round them
    return (
        head
        + pickle.dumps(numel, protocol=2)[2:-1]
        + b"tQ"
        + spread
        + b"\x89ccollections\nOrderedDict\n)RtR."
    )


def test_the_pickle_of_an_honest_tensor_can_be_written_so(tmp_path: Path) -> None:
    path = pack(tmp_path / "honest.pt", lying(4, 4), t0=np.arange(4, dtype=np.float32).tobytes())
    assert read_module(path, classes=CLASSES).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("numel", "size", "stride"),
    [(4000, 4000, 1), (4, 4000, 1), (4, 4, 1000), (10**9, 4, 1)],
    ids=["storage too long", "tensor too long", "stride too long", "storage of 4 GB"],
)
def test_tensors_that_lie_about_their_size_are_refused(
    tmp_path: Path, numel: int, size: int, stride: int
) -> None:
    path = pack(
        tmp_path / "liar.pt",
        lying(numel, size, stride),
        t0=np.arange(4, dtype=np.float32).tobytes(),
    )
    with pytest.raises(WeightsError, match=r"liar\.pt is refused: torch cannot read its tensors"):
        read_module(path, classes=CLASSES)


def test_one_number_repeated_without_end_fills_no_memory(
    tmp_path: Path, network: nn.Module
) -> None:
    weight = network.get_parameter("classifier.weight")
    saved = weight.data
    weight.data = torch.zeros(1).expand(10**9, 10**9)
    torch.save(network, tmp_path / "vast.pt")
    weight.data = saved
    with pytest.raises(WeightsError, match="does not hold the weights of tiny_efficientnet"):
        load_network(CARD, tmp_path / "vast.pt")


def test_a_compressed_archive_is_refused_unpacked(tmp_path: Path) -> None:
    path = pack(
        tmp_path / "bomb.pt", lying(4, 4), compression=zipfile.ZIP_DEFLATED, t0=bytes(10**7)
    )
    assert path.stat().st_size < 10**5
    with pytest.raises(WeightsError, match=r"bomb\.pt is refused: it is compressed"):
        load_network(CARD, path)


def test_an_archive_of_too_many_bytes_is_refused(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch_archive, "_MOST_BYTES", 10_000)
    with pytest.raises(WeightsError, match=r"unpacks to .* bytes, at most 10,000 are read"):
        load_network(CARD, weights)


def test_a_pickle_of_too_many_bytes_is_refused(tmp_path: Path) -> None:
    path = pack(tmp_path / "long.pt", b"\x80\x02" + b"N0" * 2_000_001 + b"N.")
    with pytest.raises(
        WeightsError, match="a pickle of 4,000,006 bytes, at most 4,000,000 are read"
    ):
        load_network(CARD, path)


def test_a_module_inside_itself_is_refused(tmp_path: Path) -> None:
    endless = nn.Sequential(nn.Identity())
    endless.append(endless)
    torch.save(endless, tmp_path / "endless.pt")
    with pytest.raises(WeightsError, match="the name of a module or tensor is too long"):
        load_network(CARD, tmp_path / "endless.pt")


def test_modules_that_double_at_every_step_are_refused(tmp_path: Path) -> None:
    module = nn.Sequential()
    for _ in range(30):
        module = nn.Sequential(module, module)
    torch.save(module, tmp_path / "doubled.pt")
    with pytest.raises(WeightsError, match="more than 20,000 modules and tensors"):
        load_network(CARD, tmp_path / "doubled.pt")


def test_a_tensor_with_an_endless_name_is_refused(tmp_path: Path) -> None:
    module = nn.Linear(1, 1)
    module._parameters["w" * 1000] = module._parameters.pop("weight")
    torch.save(module, tmp_path / "long.pt")
    with pytest.raises(WeightsError, match="the name of a module or tensor is too long"):
        load_network(CARD, tmp_path / "long.pt")


def test_a_module_that_was_never_filled_is_no_network(tmp_path: Path) -> None:
    path = pack(tmp_path / "bare.pt", b"\x80\x02ctorch.nn.modules.linear\nLinear\n)\x81.")
    with pytest.raises(
        WeightsError, match=r"bare\.pt holds no pickled network: Pickled without _parameters"
    ):
        load_network(CARD, path)


# Files that are something else


def test_a_state_dict_is_no_pickled_network(tmp_path: Path, network: nn.Module) -> None:
    torch.save(network.state_dict(), tmp_path / "state.pt")
    with pytest.raises(WeightsError, match=r"state\.pt holds no pickled network: OrderedDict"):
        load_network(CARD, tmp_path / "state.pt")


def test_a_parameter_that_is_no_tensor_is_refused(tmp_path: Path) -> None:
    module = nn.Linear(1, 1)
    module._parameters["weight"] = "heavy"  # type: ignore[assignment]
    torch.save(module, tmp_path / "word.pt")
    with pytest.raises(WeightsError, match="weight is no tensor"):
        load_network(CARD, tmp_path / "word.pt")


def test_a_file_cut_short_is_refused(weights: Path) -> None:
    weights.write_bytes(weights.read_bytes()[:-1000])
    with pytest.raises(
        WeightsError,
        match=r"timm09_tiny\.pt is no file of torch\.save since torch 1\.6, or cut short",
    ):
        load_network(CARD, weights)


def test_a_file_with_damaged_bytes_is_refused(weights: Path) -> None:
    content = bytearray(weights.read_bytes())
    with zipfile.ZipFile(weights) as archive:
        content[content.index(archive.read("timm09_tiny/data/0"))] ^= 0xFF
    weights.write_bytes(content)
    with pytest.raises(WeightsError, match=r"timm09_tiny\.pt.*torch\.save"):
        load_network(CARD, weights)


def test_a_zip_of_something_else_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "book.pt", "w") as archive:
        archive.writestr("book.txt", "once")
    with pytest.raises(WeightsError, match=r"without the data\.pkl of torch\.save"):
        load_network(CARD, tmp_path / "book.pt")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"cannot read the weights .*none\.pt"):
        load_network(CARD, tmp_path / "none.pt")
