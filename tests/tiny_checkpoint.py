"""A tiny Gemma 3 that the tests build and train until it recites a few transcripts.

Real classes throughout: tokenizer, image processor, processor with a chat template of its own,
`Gemma3ForConditionalGeneration`. What it recites holds real markers, thoughts and endings, so the
whole path from a question to a parsed answer runs. Trained once per test session, in seconds.
"""

import contextlib
import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.model.conversation import messages
from core.model.request import Request, Turn

PATCH, SIDE, IMAGE_TOKENS = 14, 56, 4
WINDOW, LAYERS, WIDTH, STEPS = 64, 4, 128, 90
TEMPLATE = (
    "{{ bos_token }}"
    "{%- if messages[0]['role'] == 'system' -%}"
    "{%- set first = messages[0]['content'][0]['text'] + '\n\n' -%}"
    "{%- set turns = messages[1:] -%}"
    "{%- else -%}{%- set first = '' -%}{%- set turns = messages -%}{%- endif -%}"
    "{%- for message in turns -%}"
    "{%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}"
    "{{ raise_exception('Conversation roles must alternate user/assistant') }}{%- endif -%}"
    "{%- set role = 'model' if message['role'] == 'assistant' else message['role'] -%}"
    "{{ '<start_of_turn>' + role + '\n' + (first if loop.first else '') }}"
    "{%- if message['content'] is string -%}{{ message['content'] | trim }}{%- else -%}"
    "{%- for item in message['content'] -%}"
    "{%- if item['type'] == 'image' -%}{{ '<start_of_image>' }}"
    "{%- else -%}{{ item['text'] | trim }}{%- endif -%}"
    "{%- endfor -%}{%- endif -%}"
    "{{ '<end_of_turn>\n' }}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<start_of_turn>model\n' }}{%- endif -%}"
)
SPECIAL = ("<pad>", "<eos>", "<bos>", "<unk>", "<mask>")
IMAGE = {
    "boi_token": "<start_of_image>",
    "eoi_token": "<end_of_image>",
    "image_token": "<image_soft_token>",
}
MARKERS = ("<unused94>", "<unused95>")
TURNS = ("<start_of_turn>", "<end_of_turn>")


@dataclass(frozen=True, slots=True)
class Transcript:
    """A question as the user's turn and what the model recites; without an end it goes on."""

    question: str
    recital: str
    instruction: str = ""
    ends: bool = True

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The messages that the program makes of it."""
        return messages(Request("test", self.instruction, (Turn("user", (self.question,)),)))


def build(folder: Path, transcripts: Mapping[str, Transcript], vocabulary: int = 420) -> Path:
    """Makes, trains and saves the checkpoint.

    The same transcripts and code give the same checkpoint, which is then reused within its folder.
    """
    asked = [t.asked for t in transcripts.values()]
    made_by = Path(__file__).read_text(encoding="utf-8")
    said = repr((sorted(transcripts.items()), asked, vocabulary, made_by))
    home = folder / f"tiny-gemma-{hashlib.sha256(said.encode()).hexdigest()[:10]}"
    if (home / "done").exists():
        return home
    folder.mkdir(parents=True, exist_ok=True)
    import torch
    from transformers import set_seed

    set_seed(7)
    torch.set_num_threads(1)  # the same numbers everywhere, and no waiting on a busy machine
    texts = [f"{_words(t.asked)}\n{t.recital}" for t in transcripts.values()]
    processor = _processor(texts, vocabulary)
    model = _model(processor.tokenizer)
    _train(model, processor, list(transcripts.values()))
    model.generation_config.update(
        eos_token_id=[1, processor.tokenizer.convert_tokens_to_ids("<end_of_turn>")],
        pad_token_id=0,
        bos_token_id=2,
        do_sample=True,  # as the checkpoint ships: greedy must be asked for
        top_k=64,
        top_p=0.95,
    )
    fresh = Path(tempfile.mkdtemp(dir=folder))
    model.to(torch.bfloat16).save_pretrained(fresh)
    processor.save_pretrained(fresh)
    (fresh / "done").touch()
    with contextlib.suppress(OSError):  # another worker was faster
        fresh.rename(home)
    return home


def _words(asked: list[dict[str, Any]]) -> str:
    return "\n".join(item["text"] for message in asked for item in message["content"])


def _processor(texts: list[str], vocabulary: int) -> Any:
    from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, trainers
    from transformers import Gemma3ImageProcessor, Gemma3Processor, GemmaTokenizer

    learner = Tokenizer(models.BPE())
    learner.normalizer = normalizers.Replace(" ", "▁")
    learner.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    bytes_ = [f"<0x{n:02X}>" for n in range(256)]
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=[*SPECIAL, *bytes_], show_progress=False
    )
    learner.train_from_iterator([*texts, *map(chr, range(33, 127))], trainer)
    learned = json.loads(learner.to_str())["model"]
    merges = [tuple(m) if isinstance(m, list) else tuple(m.split(" ")) for m in learned["merges"]]
    tokenizer = GemmaTokenizer(
        vocab=learned["vocab"], merges=merges, extra_special_tokens=dict(IMAGE)
    )
    tokenizer.add_tokens([AddedToken(m, special=False, normalized=False) for m in MARKERS])
    tokenizer.add_special_tokens({"additional_special_tokens": list(TURNS)})
    images = Gemma3ImageProcessor(size={"height": SIDE, "width": SIDE})
    return Gemma3Processor(
        image_processor=images,
        tokenizer=tokenizer,
        chat_template=TEMPLATE,
        image_seq_length=IMAGE_TOKENS,
    )


def _model(tokenizer: Any) -> Any:
    import torch
    from transformers import Gemma3Config, Gemma3ForConditionalGeneration

    size = len(tokenizer) + 8
    config = Gemma3Config(
        text_config={
            "hidden_size": WIDTH,
            "intermediate_size": 2 * WIDTH,
            "num_hidden_layers": LAYERS,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "head_dim": 32,
            "query_pre_attn_scalar": 32,
            "sliding_window": WINDOW,
            "vocab_size": size,
            "max_position_embeddings": 8192,
            "layer_types": ["sliding_attention", "full_attention"] * (LAYERS // 2),
            "bos_token_id": 2,
            "eos_token_id": 1,
            "pad_token_id": 0,
        },
        vision_config={
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "image_size": SIDE,
            "patch_size": PATCH,
            "vision_use_head": False,
        },
        mm_tokens_per_image=IMAGE_TOKENS,
        boi_token_index=tokenizer.boi_token_id,
        eoi_token_index=tokenizer.eoi_token_id,
        image_token_index=tokenizer.image_token_id,
        image_token_id=tokenizer.image_token_id,
    )
    model = Gemma3ForConditionalGeneration(config).to(torch.float32)
    projector = model.model.multi_modal_projector.mm_input_projection_weight
    torch.nn.init.normal_(projector, std=1.0)  # zero in a fresh model: pictures would not count
    return model


def _train(model: Any, processor: Any, transcripts: list[Transcript]) -> None:
    """Full batches of all transcripts; only what the model says counts."""
    import torch

    ends = processor.tokenizer.convert_tokens_to_ids("<end_of_turn>")
    rows = []
    for transcript in transcripts:
        asked = processor.apply_chat_template(
            transcript.asked,
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
        )["input_ids"]
        asked = asked[0] if isinstance(asked[0], list) else asked
        said = processor.tokenizer(transcript.recital, add_special_tokens=False)["input_ids"]
        rows.append((asked, [*said, ends] if transcript.ends else said))
    width = max(len(a) + len(s) for a, s in rows)
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    labels = torch.full((len(rows), width), -100)
    mask = torch.zeros(len(rows), width, dtype=torch.long)
    for n, (asked, said) in enumerate(rows):
        line = torch.tensor([*asked, *said])
        ids[n, : len(line)], mask[n, : len(line)] = line, 1
        labels[n, len(asked) : len(line)] = line[len(asked) :]
    steps = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.0)
    model.train()
    for _ in range(STEPS):
        loss = model(
            input_ids=ids, attention_mask=mask, labels=labels, token_type_ids=torch.zeros_like(ids)
        ).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        steps.step()
        steps.zero_grad()
    model.eval()
    if float(loss.detach()) > 0.05:
        raise AssertionError(
            f"the tiny checkpoint did not learn its transcripts: {loss.item():.3f}"
        )
