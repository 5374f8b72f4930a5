"""A tiny PaliGemma of random weights, made offline: tokenizer, processor and model in one folder,
which is read as a real one is.
"""

from __future__ import annotations

import json
from pathlib import Path

from videoemo.vlm.transformers_import import import_transformers

__all__ = ["write_tiny_paligemma"]

_SPECIAL = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
# No text, however odd, is unknown.
_BYTES = [f"<0x{i:02X}>" for i in range(256)]
_SENTENCES = [
    "answer en what expression does the face display?",
    "anger contempt disgust fear happiness neutral sadness surprise",
]


def write_tiny_paligemma(
    folder: Path, *, side: int = 48, width: int = 128, merges: int = 400, seed: int = 0
) -> Path:
    """Write a PaliGemma with a vision tower of four layers and a language model of two.

    Parameters
    ----------
    folder : Path
        Where; made if need be.
    side : int
        Of its pictures, in px; a multiple of 8.
    width : int
        Of both, a multiple of 32; 128 makes 1.1 million parameters.
    merges : int
        Of the tokenizer: 40 leave the classes in several tokens each, 400 make whole words.

    Returns
    -------
    Path
        The folder.
    """
    import torch

    import_transformers()
    from transformers import (
        PaliGemmaConfig,
        PaliGemmaForConditionalGeneration,
        PaliGemmaProcessor,
    )
    from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

    torch.manual_seed(seed)
    images = SiglipImageProcessorPil(size={"height": side, "width": side})
    images.image_seq_length = (side // 8) ** 2
    # Adds <image>, and the words of places.
    processor = PaliGemmaProcessor(image_processor=images, tokenizer=_tokenizer(merges))
    sizes = {
        "hidden_size": width,
        "intermediate_size": 2 * width,
        "num_attention_heads": width // 32,
    }
    config = PaliGemmaConfig(
        vision_config=sizes
        | {
            "model_type": "siglip_vision_model",
            "image_size": side,
            "patch_size": 8,
            "num_hidden_layers": 4,
            "projection_dim": width,
            "vision_use_head": False,
        },
        text_config=sizes
        | {
            "model_type": "gemma",
            "vocab_size": len(processor.tokenizer),
            "num_hidden_layers": 2,
            "num_key_value_heads": 1,
            "head_dim": 32,
            # The usual 0.02 is for widths of thousands: here nothing of the picture would reach
            # the answer.
            "initializer_range": width**-0.5,
            "max_position_embeddings": 512,
            "pad_token_id": 0,
            "eos_token_id": 1,
            "bos_token_id": 2,
        },
        image_token_id=processor.image_token_id,
        projection_dim=width,
        hidden_size=width,
        initializer_range=width**-0.5,
    )
    config.pad_token_id, config.eos_token_id, config.bos_token_id = 0, 1, 2
    model = PaliGemmaForConditionalGeneration(config).eval()
    model.generation_config.pad_token_id, model.generation_config.eos_token_id = 0, 1
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def _tokenizer(merges: int) -> object:
    """Byte pairs of Gemma's kind: a space is part of the word before it."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
    from transformers import GemmaTokenizer

    raw = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    raw.normalizer = normalizers.Replace(" ", "▁")
    raw.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    raw.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    letters = [chr(i) for i in range(33, 127)] + ["\n", "▁"]
    trainer = trainers.BpeTrainer(
        vocab_size=len(_SPECIAL) + len(_BYTES) + len(letters) + merges,
        special_tokens=_SPECIAL + _BYTES,
        initial_alphabet=letters,
        show_progress=False,
    )
    raw.train_from_iterator(_SENTENCES * 4, trainer)
    model = json.loads(raw.to_str())["model"]
    return GemmaTokenizer(vocab=model["vocab"], merges=[tuple(merge) for merge in model["merges"]])
