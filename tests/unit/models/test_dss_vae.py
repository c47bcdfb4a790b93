"""DSS-VAE: two codes in one, whose turn it is, and what it reads of a corpus."""

import pytest
import torch

from backend import corpora
from backend.device import seeded
from backend.models.text_vae.dss_vae import DSSVAE, Config
from backend.pipeline.corpus import batches_of, held_out_batch, read_corpus
from backend.pipeline.recipe import Recipe
from backend.pipeline.train import build, held_out_terms
from backend.training import TrainConfig, fit


def test_a_swap_takes_the_syntax_of_one_and_the_meaning_of_the_other() -> None:
    model = DSSVAE(Config.tiny(syntax_dim=1))
    a, b = torch.tensor([[1.0, 2, 3]]), torch.tensor([[4.0, 5, 6]])
    assert model.swapped(meaning=a, form=b).tolist() == [[4, 2, 3]]
    assert [part.tolist() for part in model.parts(a)] == [[[1]], [[2, 3]]]
    assert torch.equal(model.swapped(a, a), a)


def test_adversaries_learn_only_where_somebody_listens() -> None:
    both = ["adversary", "model"]
    for weights, plan in (((0.3, 0.2), both), ((0.0, 0.2), both), ((0.0, 0.0), ["model"])):
        config = Config.tiny(adversary_weight=weights[0], alone_weight=weights[1])
        assert DSSVAE(config).plan(0) == plan


def test_a_code_has_room_for_a_meaning() -> None:
    with pytest.raises(ValueError, match="syntax_dim must be below latent_dim, 3"):
        Config.tiny(syntax_dim=3)


def test_what_only_training_needs_is_left_out() -> None:
    with seeded(0):
        model = DSSVAE(Config.tiny())
    kept = {name for name, _ in model.drop_training_only().named_children()}
    assert kept == {"encoder", "words_read", "decoder", "prior"}


def test_a_run_reads_trees_and_words_beside_the_sentences(monkeypatch) -> None:
    few = {name: split.rows(range(200)) for name, split in corpora.load("grammar").items()}
    monkeypatch.setattr(corpora, "load", lambda dataset: few)
    sizes = {"latent_dim": 4, "syntax_dim": 1, "embedding_dim": 8, "encoder_dim": 8}
    sizes |= {"decoder_dim": 8, "side_dim": 8}
    material = read_corpus("grammar", Recipe("", sizes, min_count=1, max_tokens=14), "parses")
    assert material.parsed is not None
    known = material.parsed.inventory
    model = build("text_vae/dss_vae", Recipe("", sizes), material, 0)
    assert model.config.lemmas == 1 + len(known.lemmas)
    config = TrainConfig(steps=20, batch_size=20, lr=1e-2, warmup=1)
    batches = batches_of(material, model, config)
    x, tree, content = batches(1)
    wide = torch.nn.functional.pad(x, (0, material.train.shape[1] - x.shape[1]))
    for row in range(len(x)):
        (at, *_) = (material.train == wide[row]).all(1).nonzero().flatten().tolist()
        parsed = material.parsed.train
        assert tree[row][tree[row] > 0].equal(parsed.trees[at][parsed.trees[at] > 0])
        assert content[row][content[row] > 0].equal(parsed.content[at][parsed.content[at] > 0])
    assert [len(part) for part in held_out_batch(material, model, torch.arange(5))] == [5, 5, 5]
    before = held_out_terms(model, material)
    for _ in fit(model, batches, config):
        pass
    after = held_out_terms(model, material)
    assert set(model.objective.terms) < after.keys() and after["recon_nll"] < before["recon_nll"]
