"""Random conversations as token ids, and a small untrained model that replies to typed ones."""

from pathlib import Path

import torch
from torch import Tensor

from backend import checkpoint, registry
from backend.device import seeded
from backend.distributions.sequence import BOS, EOS
from backend.nets.dialog import DialogueConfig
from backend.processors.text import TextProcessor


def history(config: DialogueConfig, n: int, turns: int = 3) -> Tensor:
    """Contexts [n, U, T] of one to ``turns`` turns; every other one is marked as the replier's."""
    found = torch.zeros(n, turns, config.max_len + 1, dtype=torch.long)
    with seeded(4):
        for row in range(n):
            for turn in range(row % turns, turns):
                length = int(torch.randint(1, config.max_len - 1, ()))
                words = torch.randint(3, config.vocab_size, (length,))
                mark = torch.full(((row + turn) % 2,), BOS)
                ids = torch.cat([mark, words, torch.tensor([EOS])])
                found[row, turn, : len(ids)] = ids
    return found


TURNS = [
    "Hello, how are you today?",
    "I am fine, thank you. And you?",
    "Very well. Shall we have some tea?",
    "Yes, I would like a cup of tea.",
    "Do you want milk and sugar?",
]


def write_typical(
    folder: Path, name: str, typical: dict[str, list[str]], cases: list[dict] | None = None
) -> None:
    """What stands for the actions of such a model, and cases, as when it is measured."""
    entry = {"value": 90.0, "unit": "%", "split": "test", "n": 300, "stderr": 1.0}
    entry |= {"reference": 2.0, "settings": {"typical": typical}}
    values = {"action_obeyed": entry}
    if cases:
        values["single_bleu"] = entry | {"settings": {"cases": cases}}
    checkpoint.write_metrics(folder / name, values=values)


def write_checkpoint(folder: Path, name: str, **sizes: object) -> None:
    """A dialogue model called ``name`` under ``folder`` whose weights were drawn, not trained."""
    processor = TextProcessor.train(TURNS, min_count=1, max_tokens=40)
    cls = registry.model_class(name.split("--")[0])
    known = {"vocab_size": len(processor.vocabulary), "max_len": 12}
    with seeded(len(name)):
        model = cls(cls.Config(**(vars(cls.Config.tiny()) | known | sizes))).eval()
        for parameter in model.parameters():
            parameter.data += 0.5 * torch.randn_like(parameter)
    checkpoint.save(
        folder / name,
        model,
        name=name,
        title=f"A small {name.split('--')[0].split('/')[1]}",
        modality="text",
        dataset={"name": "dailydialog", "split": "train", "n": len(TURNS)},
        train={},
    )
    processor.save(folder / name)
