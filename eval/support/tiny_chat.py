"""A tiny model of chats with pictures (LLaVA) of random weights, made offline."""

from __future__ import annotations

from pathlib import Path

from videoemo.vlm.transformers_import import import_transformers

__all__ = ["write_tiny_chat"]

_SPECIAL = ["<pad>", "<s>", "<|end|>", "<image>", "<|user|>", "<|assistant|>"]
_TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>{% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}<image>{% else %}{{ c['text'] }}{% endif %}"
    "{% endfor %}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
_SIDE, _PATCH, _WIDTH = 32, 8, 32


def write_tiny_chat(folder: Path, *, seed: int = 0) -> Path:
    """Write the model's files; return the folder."""
    import torch

    import_transformers()
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import (
        LlavaConfig,
        LlavaForConditionalGeneration,
        LlavaProcessor,
        PreTrainedTokenizerFast,
    )
    from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

    torch.manual_seed(seed)
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=_SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator(["Which expression does the face display?"], trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="<|end|>",
        additional_special_tokens=["<image>", "<|user|>", "<|assistant|>"],
    )
    processor = LlavaProcessor(
        image_processor=SiglipImageProcessorPil(size={"height": _SIDE, "width": _SIDE}),
        tokenizer=tokenizer,
        patch_size=_PATCH,
        vision_feature_select_strategy="full",
        num_additional_image_tokens=0,
        image_token="<image>",
        chat_template=_TEMPLATE,
    )
    sizes = {"hidden_size": _WIDTH, "intermediate_size": 64, "num_attention_heads": 2}
    config = LlavaConfig(
        vision_config=sizes
        | {
            "model_type": "siglip_vision_model",
            "image_size": _SIDE,
            "patch_size": _PATCH,
            "num_hidden_layers": 1,
            "vision_use_head": False,
        },
        text_config=sizes
        | {
            "model_type": "llama",
            "vocab_size": len(tokenizer),
            "num_hidden_layers": 2,
            "num_key_value_heads": 1,
            "initializer_range": _WIDTH**-0.5,
            "pad_token_id": 0,
            "bos_token_id": 1,
            "eos_token_id": 2,
        },
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        vision_feature_select_strategy="full",
        vision_feature_layer=-1,
        image_seq_length=(_SIDE // _PATCH) ** 2,
    )
    model = LlavaForConditionalGeneration(config).eval()
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder
