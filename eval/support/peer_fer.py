"""The package `fer` as its users run it, with MTCNN: `detect_emotions` frame by frame.

    python -m eval.support.peer_fer [SMALLEST]

Run in its own environment. It builds facenet-pytorch's MTCNN with a smallest face of 20 px, and
cannot be told otherwise; with SMALLEST, in px, a detector for such faces is put into it.
"""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from eval.support.harness import Run, pictures, serve
from eval.support.torchvision_nms import Clock, give_nms


def load() -> tuple[Run, dict[str, Any]]:
    """The detector and its network."""
    import torch  # before tensorflow, which otherwise brings the process down

    nms = Clock()
    give_nms(nms)
    from facenet_pytorch import MTCNN
    from fer.fer import FER

    detector = FER(mtcnn=True)
    if len(sys.argv) > 1:
        detector._mtcnn = MTCNN(keep_all=True, min_face_size=int(sys.argv[1]))

    @torch.inference_mode()
    def run(clip: Path) -> dict[str, Any]:
        nms.seconds = 0.0
        n_faces = [len(detector.detect_emotions(bgr)) for bgr in pictures(clip)]
        return {"frames": len(n_faces), "faces": sum(n_faces), "nms_seconds": nms.seconds}

    names = (
        "facenet-pytorch",
        "fer",
        "numpy",
        "opencv-contrib-python",
        "tensorflow",
        "torch",
        "torchvision",
    )
    return run, {
        "versions": {name: metadata.version(name) for name in names},
        "threads": {"torch": torch.get_num_threads()},
    }


if __name__ == "__main__":
    serve(load)
