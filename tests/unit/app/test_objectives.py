"""Objective cards: every model has one, and what they say of networks is measured."""

import pytest
import torch

from backend.registry import model_class, model_names
from backend.theory.cards import Card, cards

NAMES = [name for name in model_names() if "classify" not in model_class(name).capabilities]
CONSTANT = ("text_vae/vmf_vae", "kl")  # whatever is learned: that is its point


@pytest.fixture(scope="module")
def by_name() -> dict[str, Card]:
    return {card.name: card for card in cards()}


def moved(card: Card, player: str, term: str) -> tuple[set[str], set[str]]:
    """Networks that a term moves, and those that its gradient only passes."""
    (reach,) = [one for one in card.reach if (one.player, one.term) == (player, term)]
    return set(reach.moved), set(reach.passed)


def test_every_model_has_a_card_and_states_its_own_objective(by_name):
    assert sorted(NAMES) == sorted(by_name)
    assert all(by_name[name].objective is vars(model_class(name))["objective"] for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_players_and_terms_of_an_entry_are_those_of_the_loss(name, by_name):
    card, cls = by_name[name], model_class(name)
    assert list(card.objective.formulas) == list(cls.players)
    reported = {reach.term for reach in card.reach}
    assert set(card.objective.terms) == reported, "a term that the loss does not report"
    assert {reach.player for reach in card.reach} == set(cls.players)
    still = {(name, reach.term) for reach in card.reach if not reach.moved}
    assert still == ({CONSTANT} if name == CONSTANT[0] else set()), "a term that moves nothing"


@pytest.mark.parametrize("name", NAMES)
def test_a_network_belongs_to_a_player_and_all_of_them_learn(name, by_name):
    card = by_name[name]
    owned = {network for networks in card.players.values() for network in networks}
    assert owned == set(card.networks)
    assert {network for reach in card.reach for network in reach.moved} == owned


def test_the_kl_never_asks_the_decoder(by_name):
    for name in ("vae/vae", "vae/beta_vae"):
        assert moved(by_name[name], "model", "kl") == ({"encoder"}, set())
        assert moved(by_name[name], "model", "recon_nll") == ({"encoder", "decoder"}, set())


def test_no_gradient_of_the_game_reaches_the_encoder_of_a_vae_gan(by_name):
    card = by_name["gan/vae_gan"]
    assert moved(card, "encoder", "kl") == ({"encoder"}, set())
    assert moved(card, "encoder", "feature_nll") == ({"encoder"}, {"decoder", "critic"})
    assert moved(card, "decoder", "decoder_loss")[0] == {"decoder"}
    assert moved(card, "critic", "critic_loss") == ({"critic"}, set())


def test_the_critic_of_a_gan_does_not_move_the_generator_nor_the_generator_the_critic(by_name):
    card = by_name["gan/gan"]
    assert moved(card, "critic", "critic_loss") == ({"critic"}, set())
    assert moved(card, "generator", "generator_loss") == ({"generator"}, {"critic"})


def test_adversaries_of_a_dss_vae_move_the_encoder_and_never_its_tellers(by_name):
    card = by_name["text_vae/dss_vae"]
    # Word vectors are the output layer of the decoder.
    encoder = {"encoder", "decoder", "words_read"}
    assert moved(card, "adversary", "words_by_syntax") == ({"syntax_adversary"}, set())
    assert moved(card, "adversary", "tree_by_meaning") == ({"meaning_adversary"}, set())
    assert moved(card, "model", "words_by_syntax") == (
        {"encoder", "decoder"},
        {"syntax_adversary"},
    )
    assert moved(card, "model", "tree_by_meaning") == (encoder, {"meaning_adversary"})
    assert moved(card, "model", "tree_by_syntax") == (
        {"encoder", "decoder", "syntax_teller"},
        set(),
    )
    assert moved(card, "model", "words_by_meaning") == (encoder | {"meaning_teller"}, set())


def test_parts_of_alpha_gan_concern_the_networks_of_the_deck_s_table(by_name):
    card = by_name["gan/alpha_gan"]
    assert {part: set(networks) for part, networks in card.switched.items()} == {
        "L1": {"encoder", "generator"},
        "D": {"generator", "critic"},
        "C": {"encoder", "code_critic"},
    }


def test_what_each_can_do_is_read_off_the_model(by_name):
    can = {name: (card.infers, card.scores, card.samples) for name, card in by_name.items()}
    assert can["vae/vae"] == ("distribution", "bound", True)
    assert can["gan/gan"] == ("", "", True)
    assert can["gan/alpha_gan"] == ("point", "", True)
    assert can["gan/vae_gan"] == ("distribution", "", True)
    assert can["ae/ae"] == ("point", "", False)  # no prior to draw from
    for name, (infers, _, _) in can.items():
        assert bool(infers) == ("encode" in model_class(name).capabilities)


def test_cards_leave_the_random_state_as_it_was():
    cards.cache_clear()
    before = torch.get_rng_state()
    cards()
    assert torch.equal(before, torch.get_rng_state())
