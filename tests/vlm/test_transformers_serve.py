"""A model made and taught on the spot, served by `transformers serve`, labels pictures."""

from __future__ import annotations

import importlib.util
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from queue import Queue
from threading import Thread
from time import monotonic, sleep
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from eval.support.tiny_chat import write_tiny_chat
from tests.support.chat_server import coloured
from tests.support.vlm_extra import needs_vlm
from videoemo.vlm.asking import encode_picture, label_question
from videoemo.vlm.cache import ReplyCache
from videoemo.vlm.consent import find_address
from videoemo.vlm.local import load_model, load_processor
from videoemo.vlm.server import Server, ServerLabeller
from videoemo.vlm.task import Task, load_labelling

pytestmark = [
    needs_vlm,
    pytest.mark.skipif(
        any(importlib.util.find_spec(name) is None for name in ("fastapi", "uvicorn", "openai")),
        reason="FastAPI, Uvicorn and openai are missing: transformers[serving]",
    ),
]

TASK = Task(question="Which?", classes=("anger", "sadness"))
SETTINGS = load_labelling()


def red_and_blue(n: int, *, seed: int) -> tuple[list[str], list[Any]]:
    names, pictures = coloured(4 * n, seed=seed, side=32)
    wanted = [i for i, name in enumerate(names) if name in TASK.classes][:n]
    return [names[i] for i in wanted], [pictures[i] for i in wanted]


def teach(folder: Path, steps: int) -> None:
    """Teach a model to name the colour of a picture, as JSON."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    model, processor = load_model(folder), load_processor(folder)
    text = label_question(TASK, b"").text
    asked = processor.apply_chat_template(
        [{"role": "user", "content": [{"type": "text", "text": text}, {"type": "image"}]}],
        add_generation_prompt=True,
    )
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    model.train()
    start = processor.tokenizer.convert_tokens_to_ids("<|assistant|>")
    for step in range(steps):
        names, pictures = red_and_blue(8, seed=step)
        whole = processor(
            images=[Image.fromarray(one) for one in pictures],
            text=[f"{asked}{json.dumps({'label': name})}<|end|>" for name in names],
            padding=True,
        )
        inputs = {name: torch.from_numpy(np.asarray(value)) for name, value in whole.items()}
        labels = inputs["input_ids"].clone()
        for row, mask in zip(labels, inputs["attention_mask"], strict=True):
            row[: int((row == start).nonzero()[-1]) + 1] = -100
            row[mask == 0] = -100
        loss = model(**inputs, labels=labels).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    model.save_pretrained(folder)  # type: ignore[operator]
    torch.set_num_threads(threads)


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path]]:
    """The address of a server, and the folder of the model by which it is asked for.

    The command `transformers serve` runs in a thread: a process would import torch once more.
    """
    folder = write_tiny_chat(tmp_path / "tiny")
    teach(folder, 45)
    import uvicorn
    from transformers.cli.transformers import app
    from transformers.models.auto import image_processing_auto

    servers = Queue[uvicorn.Server]()

    class Told(uvicorn.Server):
        """A server that can be ended from outside."""

        def __init__(self, config: uvicorn.Config) -> None:
            super().__init__(config)
            servers.put(self)

    monkeypatch.setattr(uvicorn, "Server", Told)
    # One that was built for another torch opens no picture.
    monkeypatch.setattr(image_processing_auto, "is_torchvision_available", lambda: False)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = ("serve", folder, "--host", "127.0.0.1", "--port", port, "--device", "cpu")
    command = Thread(target=app, args=([*map(str, words)],), kwargs={"standalone_mode": False})
    command.start()
    server = servers.get(timeout=100)
    try:
        end = monotonic() + 100
        while not server.started and command.is_alive() and monotonic() < end:
            sleep(0.01)
        assert server.started
        yield f"http://127.0.0.1:{port}/v1", folder
    finally:
        server.should_exit = True
        command.join()


def test_a_model_that_transformers_serves_labels_pictures(
    served: tuple[str, Path], tmp_path: Path
) -> None:
    url, folder = served
    names, pictures = red_and_blue(12, seed=10_000)
    assert encode_picture(pictures[0], SETTINGS.picture)[:2] == b"\xff\xd8"
    with (
        ReplyCache(tmp_path / "kept") as cache,
        Server(
            find_address(url), str(folder), replace(SETTINGS.server, workers=2), cache
        ) as server,
    ):
        answers = ServerLabeller(server, TASK, SETTINGS.picture)(pictures)
    told = np.array(TASK.classes)[answers.probabilities.argmax(axis=1)]
    assert answers.answered.mean() > 0.8
    assert (told == np.array(names))[answers.answered].mean() > 0.9
