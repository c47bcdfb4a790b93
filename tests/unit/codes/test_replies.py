"""Replies of small dialogue models to typed conversations, and what cannot be answered."""

import math
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch

import backend
from backend.codes.replies import draw
from backend.device import seeded
from backend.distributions.discrete import DiscreteVariables
from backend.distributions.modes import GaussianModes
from backend.space import LatentSpace
from tests.small_dialogues import TURNS, write_checkpoint

MODELS = ("hred", "vhred", "cvae", "aed", "cvae_ae", "dialog_wae", "dialog_wae_gmp", "st_ed")


@pytest.fixture(scope="module")
def spaces(tmp_path_factory) -> dict[str, LatentSpace]:
    folder = tmp_path_factory.mktemp("dialogues")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENT_TRAINED_DIR", str(folder))
        for model in MODELS:
            write_checkpoint(folder, f"dialog/{model}--dailydialog")
        names = {info.model: info.name for info in backend.available({"respond"})}
        assert set(names) == set(MODELS)
        assert not backend.available({"encode"}) and not backend.available({"decode"})
        return {model: backend.load(name, device="cpu") for model, name in names.items()}


@pytest.mark.parametrize("model", MODELS)
def test_replies_repeat_with_their_seed_and_are_those_of_their_places(spaces, model: str) -> None:
    space = spaces[model]
    found = space.respond(TURNS[:3], 6, seed=1)
    torch.rand(3)  # whatever else the process does
    again = space.respond(TURNS[:3], 6, seed=1)
    assert [reply.text for reply in again.replies] == [reply.text for reply in found.replies]
    assert len(found.replies) == 6 and found.left_out == 0
    z = np.stack([reply.z for reply in found.replies])
    assert z.shape == (6, space.latent_dim) and z.dtype == np.float32
    assert all(math.isfinite(reply.log_p) for reply in found.replies)
    other = space.respond(TURNS[:3], 6, seed=2)
    assert [r.text for r in other.replies] != [
        r.text for r in found.replies
    ] or not np.array_equal(z, np.stack([reply.z for reply in other.replies]))
    if model != "hred":  # its words are drawn
        assert space.decode_replies(TURNS[:3], z) == [reply.text for reply in found.replies]


@pytest.mark.parametrize("model", MODELS)
def test_what_is_told_of_a_move_and_of_a_reply_fits_the_model(spaces, model: str) -> None:
    space = spaces[model]
    moves = space.moves(TURNS)
    size, modes = space.latent_dim, 3 if model == "dialog_wae_gmp" else 1
    modes = 0 if model in ("hred", "st_ed") else modes
    assert moves.weights.shape == (modes,)
    assert moves.means.shape == moves.spreads.shape == (modes, size)
    assert (moves.spreads > 0).all()
    centres, covariances = moves.ellipses()
    assert centres.shape == (modes, 2) and covariances.shape == (modes, 2, 2)
    assert moves.place(np.zeros((4, size), np.float32)).shape == (4, 2)
    if modes:
        assert moves.weights.sum() == pytest.approx(1)
    found = space.encode_reply(TURNS, "I would like tea.")
    assert found.mean.shape == found.spread.shape == (size,)
    assert isinstance(found.reconstruction, str)
    has_kl = model in ("vhred", "cvae", "cvae_ae", "st_ed")
    assert (found.kl >= 0) if has_kl else math.isnan(found.kl)


def test_the_picture_shows_the_two_widest_directions(spaces) -> None:
    moves = spaces["dialog_wae_gmp"].moves(TURNS)
    assert moves.axes @ moves.axes.T == pytest.approx(np.eye(2), abs=1e-5)
    spread = moves.weights @ moves.spreads**2
    off = moves.means - moves.origin
    covariance = np.diag(spread) + (moves.weights[:, None] * off).T @ off
    shown = np.einsum("ad,de,ae->a", moves.axes, covariance, moves.axes)
    assert shown == pytest.approx(np.linalg.eigvalsh(covariance)[::-1][:2], rel=1e-4)
    assert moves.place(moves.origin[None]) == pytest.approx(np.zeros((1, 2)), abs=1e-6)


def test_a_mode_that_is_chosen_is_the_only_one(spaces) -> None:
    space = spaces["dialog_wae_gmp"]
    everywhere = space.respond(TURNS, 60, seed=0)
    assert {reply.mode for reply in everywhere.replies} == {0, 1, 2}
    assert everywhere.noise
    kept = space.respond(TURNS, 20, seed=0, mode=2)
    assert {reply.mode for reply in kept.replies} == {2}
    means = space.moves(TURNS).means
    centre = np.stack([reply.z for reply in kept.replies]).mean(0)
    assert np.abs(means - centre).sum(1).argmin() == 2


def test_an_action_that_is_chosen_is_the_only_one(spaces) -> None:
    acts = spaces["cvae"]
    assert acts.speaker.actions == ("ask", "tell", "thank")
    found = acts.moves(TURNS).actions
    assert sum(action.probability for action in found) == pytest.approx(1, abs=1e-5)
    likely = [action.probability for action in found]
    assert likely == sorted(likely, reverse=True)
    for action in acts.speaker.actions:
        replies = acts.respond(TURNS, 5, action=action).replies
        assert {reply.action for reply in replies} == {action}
    told = {r.action for r in acts.respond(TURNS, 40, seed=1).replies}
    assert told <= set(acts.speaker.actions)
    codes = spaces["st_ed"]
    assert len(codes.speaker.actions) == 9
    replies = codes.respond(TURNS, 5, action="2-0").replies
    assert {reply.action for reply in replies} == {"2-0"}
    assert len({reply.text for reply in replies}) > 1, "words are drawn where the code is fixed"
    assert replies[0].z.tolist() == [0, 0, 1, 1, 0, 0]


def test_codes_given_an_act_are_those_that_tell_it(spaces) -> None:
    """The first unit of the code is made to tell the acts: high "ask", low "thank"."""
    space = deepcopy(spaces["cvae"])
    size = space.latent_dim + space.info.config["context_dim"]
    space.model.act_net = torch.nn.Linear(size, 3)
    torch.nn.init.zeros_(space.model.act_net.weight)
    space.model.act_net.weight.data[0, 0] = 4.0
    space.model.act_net.weight.data[2, 0] = -4.0
    told = [
        np.mean([reply.z[0] for reply in space.respond(TURNS, 50, action=action).replies])
        for action in ("ask", "tell", "thank")
    ]
    spread = float(space.moves(TURNS).spreads[0, 0])
    assert told[0] > told[1] + 0.2 * spread > told[2] + 0.4 * spread


def test_the_temperature_scales_what_is_drawn() -> None:
    p = GaussianModes(
        torch.tensor([[0.3, 0.7]]).log(), torch.tensor([[[0.0], [9.0]]]), torch.ones(1, 2, 1)
    )
    with seeded(0):
        z, modes, log_p = draw(p, 4000, 0.5, None)
    assert modes.float().mean().item() == pytest.approx(0.7, abs=0.02)
    assert z[modes == 0].std().item() == pytest.approx(0.5, abs=0.02)
    torch.testing.assert_close(log_p, p.log_prob(z))
    q = DiscreteVariables(torch.tensor([[[0.0, 1.0, 0.0]]]))
    with seeded(0):
        share = [draw(q, 4000, t, None)[0][:, 1].mean().item() for t in (0.0, 1.0, 5.0)]
    assert share[0] == 1.0
    assert share[1] == pytest.approx(math.e / (math.e + 2), abs=0.03)
    assert share[1] > share[2] > 0.33


@pytest.mark.parametrize("model", MODELS)
def test_only_the_last_five_turns_are_read_and_the_answer_says_so(spaces, model: str) -> None:
    space = spaces[model]
    long = ["Good tea."] * 195 + TURNS
    found = space.respond(long, 4, seed=3)
    assert found.left_out == 195
    short = space.respond(TURNS, 4, seed=3)
    assert [r.text for r in found.replies] == [r.text for r in short.replies]
    assert space.moves(long).left_out == space.encode_reply(long, "I am fine.").left_out == 195


def test_who_said_a_turn_can_be_told(spaces) -> None:
    space = spaces["vhred"]
    alone = space.moves(TURNS[:2]).means
    told = space.moves([("Tom", TURNS[0]), ("Ann", TURNS[1])]).means
    assert np.array_equal(alone, told)
    both = space.moves([("Ann", TURNS[0]), ("Ann", TURNS[1])]).means
    assert not np.allclose(both, told)


BAD = {
    "no context": ([], "Nothing was said yet"),
    "an empty turn": (["Hello", "  "], "Turn 2 is empty"),
    "one text": ("Hello", "a list of turns"),
    "a number": ([5], "Turn 1 must be a text"),
    "only unknown words": (["Qwertz xyzzy", "Foo!"], r"No turn has a word .*\(qwertz, xyzzy"),
    "no end": (["Hello"] * 1001, "has 1,001 turns"),
}


@pytest.mark.parametrize("kind", BAD)
def test_conversations_that_cannot_be_read_are_refused(spaces, kind: str) -> None:
    history, message = BAD[kind]
    for call in (
        lambda: spaces["vhred"].respond(history),
        lambda: spaces["vhred"].moves(history),
        lambda: spaces["vhred"].encode_reply(history, "I am fine."),
    ):
        with pytest.raises(ValueError, match=message):
            call()


def test_other_bad_input_is_refused(spaces) -> None:
    cases = [
        (lambda: spaces["vhred"].encode_reply(TURNS, " "), "The reply is empty"),
        (lambda: spaces["vhred"].encode_reply(TURNS, "xyzzy"), "The reply has no word"),
        (lambda: spaces["vhred"].encode_reply(TURNS, "? ,"), "punctuation only"),
        (lambda: spaces["vhred"].encode_reply(TURNS, "tea " * 50), "The reply has 50 words"),
        (lambda: spaces["vhred"].respond(TURNS, 0), "between 1 and 100, got 0"),
        (lambda: spaces["vhred"].respond(TURNS, temperature=9), "between 0 and 5"),
        (lambda: spaces["vhred"].respond(TURNS, mode=0), "has no modes"),
        (lambda: spaces["vhred"].respond(TURNS, action="ask"), "has no actions"),
        (lambda: spaces["cvae"].respond(TURNS, action="sing"), "no action 'sing'; it has: ask"),
        (lambda: spaces["dialog_wae_gmp"].respond(TURNS, mode=3), "between 0 and 2, got 3"),
        (lambda: spaces["vhred"].sample(3), "replies to conversations"),
        (lambda: spaces["vhred"].encode(["I am fine."]), "replies to conversations"),
        (lambda: spaces["vhred"].decode(np.zeros((1, 3))), "replies to conversations"),
        (lambda: spaces["vhred"].decode_replies(TURNS, np.zeros((1, 7))), "3 numbers each"),
    ]
    for call, message in cases:
        with pytest.raises(ValueError, match=message):
            call()


def test_html_is_only_text(spaces) -> None:
    found = spaces["vhred"].respond(["<img src=x onerror=alert(1)> tea"], 3)
    assert all("<img" not in reply.text.lower() for reply in found.replies)


def test_a_model_of_sentences_does_not_converse(tmp_path, monkeypatch) -> None:
    from tests.small_language import write_checkpoint as write_text

    monkeypatch.setenv("LATENT_TRAINED_DIR", str(tmp_path))
    write_checkpoint(tmp_path, "dialog/vhred--dailydialog")
    write_text(tmp_path, "text_vae/text_vae--tatoeba")
    from backend.codes.statistics import CodeStatistics

    one = np.zeros((1, 3), np.float32)  # a held-out code
    codes = replace(CodeStatistics.none(3), codes=one)
    codes.save(tmp_path / "text_vae/text_vae--tatoeba")
    with pytest.raises(ValueError, match="does not reply to conversations"):
        backend.load("text_vae/text_vae--tatoeba", device="cpu").respond(TURNS)
