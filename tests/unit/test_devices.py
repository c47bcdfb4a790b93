"""Whatever the device: the same words from the same seed, and no float64 where there is none."""

import numpy as np
import pytest
import torch

import backend
from backend.device import seeded
from backend.language import next_words
from backend.language.attacks import METHODS, Attacker, attack
from backend.language.attacks import Settings as AttackSettings
from backend.language.edits import Settings as EditSettings
from backend.language.edits import edit_chain
from tests.far_device import FAR, far_device

SENTENCE = "The dog has good food."


def test_the_far_device_is_as_particular_as_a_real_one() -> None:
    with far_device():
        x = torch.ones(3, device=FAR)
        assert x.device.type == FAR.type and (x + 1).tolist() == [2, 2, 2]
        with pytest.raises(TypeError, match=r"no torch\.float64"):
            x.double()
        with pytest.raises(RuntimeError, match="tensors lie on the CPU"):
            x + torch.ones(3)
        with seeded(0):
            near = torch.rand(3)
        with seeded(0):
            far = torch.rand(3, device=FAR)
        assert near.tolist() != far.tolist()
    assert torch.ones(3).double().dtype == torch.float64


@pytest.mark.parametrize("lm", ["lm/lstm_lm", "lm/transformer_lm"])
@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_next_words_are_the_same(small_models, lm: str, direction: str) -> None:
    def found() -> tuple:
        model = backend.load_text_model(f"{lm}--everyday--{direction}")
        ahead = next_words.predict(model, "the dog", k=5)
        rest = next_words.continuations(model, "the", n=8, temperature=1.5, seed=3)
        tree = next_words.beam(model, "the")
        return (
            [word.text for word in ahead.words],
            [one.text for one in rest],
            [one.text for one in tree.found],
            [[branch.text for branch in step] for step in tree.steps],
        )

    near = found()
    with far_device():
        assert found() == near


@pytest.mark.parametrize("kernel", ["exact", "rescored", "paper"])
@pytest.mark.parametrize("lm", ["lm/lstm_lm--everyday", "lm/transformer_lm--everyday"])
def test_chains_of_edits_are_the_same(small_models, lm: str, kernel: str) -> None:
    def found() -> list:
        settings = EditSettings(keywords=("dog",), shortest=3, longest=8, lm=lm)
        (chain,) = edit_chain(settings, steps=12, seed=3, kernels=[kernel])["chains"]
        return [step["tokens"] for step in chain["steps"]]

    near = found()
    with far_device():
        assert found() == near


def test_attacks_are_the_same(small_models) -> None:
    def found() -> dict:
        settings = AttackSettings(
            victim="classifier/text_classifier--yelp",
            text=SENTENCE,
            trials=20,
            spare_label_words=False,
        )
        whole = attack(settings, Attacker(settings))
        assert set(whole["methods"]) == set(METHODS)
        return {method: [row["text"] for row in rows] for method, rows in whole["methods"].items()}

    near = found()
    with far_device():
        assert found() == near


@pytest.mark.parametrize("name", ["text_vae/text_vae--tatoeba", "vae/vae--mnist--2d"])
def test_a_space_gives_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LATENT_TRAINED_DIR", raising=False)  # shipped, not small

    def found() -> tuple:
        space = backend.load(name)
        items = space.sample(4, seed=2, token_temperature=1.0)
        codes = space.encode(items, refine=True)
        return items, codes, space.inspect(codes)[0].log_p_x

    near = found()
    with far_device():
        far = found()
    assert np.array_equal(far[0], near[0])
    np.testing.assert_allclose(far[1], near[1], atol=1e-3)
    assert far[2] == pytest.approx(near[2], abs=1e-2)
