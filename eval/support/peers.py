"""The peers' own environments, made on the first call, and the network that EmotiEffLib and
videoemo are compared on.
"""

from __future__ import annotations

import os
import subprocess
import venv
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from platformdirs import user_cache_path

from eval.support.command import say
from eval.support.workers import ROOT, Worker
from videoemo.errors import VideoemoError
from videoemo.util.checksums import sha256
from videoemo.util.files import atomic_write
from videoemo.zoo.cards import card_to_toml, find_card

__all__ = ["PEERS", "installed", "peer_worker", "python", "random_b0"]

HERE = Path(__file__).parent
PUBLISHED = "enet_b0_8_best_afew"
# What is `~` to EmotiEffLib, in `folder()`: it reads its networks from ~/.emotiefflib.
HOME = "home"


class Peer(NamedTuple):
    """How a peer is run: its environment, the name of a file of requirements here; the module of
    its worker, and what that is told.
    """

    environment: str
    module: str
    arguments: tuple[str, ...] = ()


PEERS = {
    "emotiefflib-torch": Peer("emotiefflib", "peer_emotiefflib", ("torch",)),
    "emotiefflib-onnx": Peer("emotiefflib", "peer_emotiefflib", ("onnx",)),
    "fer": Peer("fer", "peer_fer"),
    "fer40px": Peer("fer", "peer_fer", ("40",)),
}


def peer_worker(name: str) -> Worker:
    """A peer, loaded.

    Raises
    ------
    VideoemoError
        It cannot be installed, or does not start.
    """
    peer = PEERS[name]
    home = {"HOME": str(folder() / HOME), "USERPROFILE": str(folder() / HOME)}
    return Worker(python(peer.environment), peer.module, *peer.arguments, environment=home)


def folder() -> Path:
    """`$VIDEOEMO_PEERS`, or else the platform's place for what can be fetched again."""
    given = os.environ.get("VIDEOEMO_PEERS")
    return (
        Path(given).expanduser().resolve()
        if given
        else user_cache_path("videoemo", appauthor=False) / "peers"
    )


def installed(name: str) -> bool:
    """Whether a peer's environment is there."""
    return _ready(PEERS[name].environment).is_file()


def python(environment: str) -> Path:
    """The interpreter of a peer's environment, which is made if it is not there, or was made with
    other versions.

    Raises
    ------
    VideoemoError
        Its packages cannot be installed.
    """
    requirements, ready = HERE / f"{environment}.txt", _ready(environment)
    home = ready.parent
    interpreter = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not ready.is_file() or ready.read_bytes() != requirements.read_bytes():
        say(f"installing {environment} into {home}")
        venv.create(home, clear=True, with_pip=True)
        _run([interpreter, "-m", "pip", "install", "--quiet", "--requirement", requirements])
        ready.write_bytes(requirements.read_bytes())
    return interpreter


def random_b0() -> Path:
    """The card of an EfficientNet-B0 with random numbers; EmotiEffLib has the same network, in
    torch and in ONNX, under a published one's name.

    Raises
    ------
    VideoemoError
        It cannot be made.
    """
    home = folder() / HOME / ".emotiefflib"
    card_file, weights = home / "random_b0.toml", home / f"{PUBLISHED}.onnx"
    if not card_file.is_file():
        _run([python("emotiefflib"), "-m", "eval.support.random_b0", home])
        published, _ = find_card(PUBLISHED)
        card = replace(
            published,
            name="random_b0",
            file=weights.name,
            git_blob=None,
            sha256=sha256(weights),
            source=None,
        )
        card = replace(
            card, licence="none", origin="random numbers", trained_on="nothing", figures="none"
        )
        with atomic_write(card_file) as temporary:
            temporary.write_text(card_to_toml(card), encoding="utf-8")
    return card_file


def _ready(environment: str) -> Path:
    """A file that says what an environment was made with, once it is whole."""
    return folder() / environment / "ready.txt"


def _run(command: list[Path | str]) -> None:
    done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise VideoemoError(
            f"{' '.join(map(str, command))} failed: "
            f"{' | '.join(done.stderr.strip().splitlines()[-3:])}"
        )
