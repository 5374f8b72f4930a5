"""EmotiEffLib as its users run it: facenet-pytorch's MTCNN frame by frame, and the crops of a frame
to its recognizer, in torch or in ONNX.

    python -m eval.support.peer_emotiefflib torch|onnx

Run in its own environment. All faces, smallest face 40 px. The crops of a frame go to the
recognizer in one call, and torch keeps no gradients: both are faster than its examples. Its network
is read from `~/.emotiefflib`, as always; `peers.py` puts it there.
"""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from eval.support.harness import Run, pictures, serve
from eval.support.torchvision_nms import Clock, give_nms

NETWORK = "enet_b0_8_best_afew"


def load() -> tuple[Run, dict[str, Any]]:
    """The detector and the recognizer."""
    import torch

    nms = Clock()
    give_nms(nms)
    import cv2
    from emotiefflib.facial_analysis import EmotiEffLibRecognizer
    from facenet_pytorch import MTCNN

    detector = MTCNN(keep_all=True, post_process=False, min_face_size=40)
    recognizer = EmotiEffLibRecognizer(engine=sys.argv[1], model_name=NETWORK)

    @torch.inference_mode()
    def run(clip: Path) -> dict[str, Any]:
        n_frames, n_faces, nms.seconds = 0, 0, 0.0
        for bgr in pictures(clip):
            n_frames += 1
            rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
            boxes, _ = detector.detect(rgb)
            corners = [] if boxes is None else boxes.astype(int).clip(0).tolist()
            crops = [rgb[y1:y2, x1:x2] for x1, y1, x2, y2 in corners]
            crops = [crop for crop in crops if crop.size]
            if crops:
                recognizer.predict_emotions(crops, logits=False)
                n_faces += len(crops)
        return {"frames": n_frames, "faces": n_faces, "nms_seconds": nms.seconds}

    names = (
        "emotiefflib",
        "facenet-pytorch",
        "numpy",
        "onnxruntime",
        "opencv-python",
        "timm",
        "torch",
        "torchvision",
    )
    return run, {
        "versions": {name: metadata.version(name) for name in names},
        "threads": {"torch": torch.get_num_threads()},
    }


if __name__ == "__main__":
    serve(load)
