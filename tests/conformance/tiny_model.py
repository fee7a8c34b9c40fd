"""A llama of 27 thousand random numbers: it says nothing sensible, at great speed."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np

_WIDTH, _INNER, _HEADS = 32, 64, 2
_TEMPLATE = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}assistant:"


def write(path: Path) -> None:
    """Write the model, the same bytes each time."""
    writer = gguf.GGUFWriter(str(path), "llama")
    tokens = [b"<unk>", b"<s>", b"</s>", *(f"<0x{byte:02X}>".encode() for byte in range(256))]
    _describe(writer, len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    # 2 is unknown, 3 control and 6 a byte: a vocabulary without a single word.
    writer.add_token_types([2, 3, 3] + [6] * 256)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template(_TEMPLATE)
    _fill(writer, len(tokens))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _describe(writer: gguf.GGUFWriter, words: int) -> None:
    writer.add_context_length(2048)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(_INNER)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(_WIDTH // _HEADS)
    writer.add_vocab_size(words)


def _fill(writer: gguf.GGUFWriter, words: int) -> None:
    chance = np.random.default_rng(7)
    square, up = (_WIDTH, _WIDTH), (_INNER, _WIDTH)
    shapes = {"token_embd": (words, _WIDTH), "output": (words, _WIDTH)}
    shapes |= {f"blk.0.attn_{name}": square for name in ("q", "k", "v", "output")}
    shapes |= {"blk.0.ffn_gate": up, "blk.0.ffn_up": up, "blk.0.ffn_down": (_WIDTH, _INNER)}
    for name, shape in shapes.items():
        writer.add_tensor(f"{name}.weight", chance.normal(0, 0.3, shape).astype(np.float32))
    for name in ("output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"):
        writer.add_tensor(f"{name}.weight", np.ones(_WIDTH, np.float32))
