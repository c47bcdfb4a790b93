"""Numbers of output layers, of models whose numbers are known."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from backend import checkpoint, registry
from backend.device import seeded
from backend.distributions.sequence import EOS
from backend.evaluation.studies import output_layers
from backend.nets.language import LanguageModel

SIZES = {"vocab_size": 60, "max_len": 7, "embedding_dim": 4, "hidden_dim": 16, "dropout": 0.0}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATENT_TRAINED_DIR", str(tmp_path))


def sentences(words: int = 60) -> Tensor:
    with seeded(1):
        x = torch.randint(3, words, (120, 7))
    x[:, -1] = EOS
    return x


def measured(
    study: Callable, kind: str, change: Callable[[LanguageModel], None], x: Tensor, **more: object
) -> dict[str, float]:
    """What a study finds of a model with weights of size 1, once ``change`` has changed it."""
    cls = registry.model_class(kind)
    with seeded(0), torch.no_grad():
        model = cls(cls.Config(**SIZES | more))
        for parameter in model.parameters():
            parameter.normal_()
        change(model)
    name = f"{kind}--tatoeba"
    checkpoint.save(
        checkpoint.trained_dir() / name,
        model,
        name=name,
        title="tiny",
        modality="text",
        dataset={"name": "tatoeba", "split": "train", "n": 1},
        train={},
    )
    subject = SimpleNamespace(info=checkpoint.info(name), device="cpu", held_out=[x[:70], x[70:]])
    found = list(study(subject))
    assert all(one.reference is None or one.reference[0] > 0 for _, one in found)
    return {id: one.value for id, one in found}


def as_it_is(model: LanguageModel) -> None:
    pass


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_only_a_mixture_and_senses_leave_the_rank_of_a_softmax(direction: str) -> None:
    ranks = {
        kind: measured(output_layers.rank, kind, as_it_is, sentences(), direction=direction)
        for kind in ("lm/lstm_lm", "lm/mos", "lm/kerbs")
    }
    found = {kind: values["log_p_rank"] for kind, values in ranks.items()}
    assert 5 <= found["lm/lstm_lm"] <= 7
    assert found["lm/mos"] > 20 and found["lm/kerbs"] > 20


def test_experts_are_counted_over_all_contexts_and_within_one() -> None:
    def alike(model: LanguageModel) -> None:
        model.output.weight[:4] = 0
        model.output.bias[:4] = 0

    def sure(model: LanguageModel) -> None:
        model.output.weight[:4] *= 100

    values = measured(output_layers.experts, "lm/mos", alike, sentences(), experts=4)
    assert values == {"experts_used": pytest.approx(4), "experts_at_once": pytest.approx(4)}
    values = measured(output_layers.experts, "lm/mos", sure, sentences(), experts=4)
    assert values["experts_at_once"] < 1.3 and values["experts_used"] > 2


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_senses_are_used_and_told_apart_as_far_as_they_differ(direction: str) -> None:
    def twins(model: LanguageModel) -> None:
        model.words.sense_vectors[1::2] = model.words.sense_vectors[::2]
        model.words.log_theta[:] = 0

    def apart(model: LanguageModel) -> None:
        twins(model)
        model.words.sense_vectors[1::2] *= -1
        model.output.weight *= 3
        model.output.bias[:] = 0

    x = sentences(8)  # few words, often
    same = measured(output_layers.senses, "lm/kerbs", twins, x, direction=direction)
    assert same["senses_used"] == pytest.approx(2, abs=1e-3)
    assert same["sense_information"] == pytest.approx(0, abs=1e-3)
    told = measured(output_layers.senses, "lm/kerbs", apart, x, direction=direction)
    assert told["sense_information"] > 0.3
