"""Refined codes: the steps of Adam written out for one sentence, and how far they reach."""

import math

import pytest
import torch
from torch import Tensor

from backend import registry
from backend.codes.refinement import refine
from backend.device import seeded
from backend.objectives.priors import GaussianMixture, Prior, StandardNormal
from backend.processors.text import UNK


class Sign:
    """p(x|z) of one word and its end: word 5 where z > ``edge``, 4 elsewhere; D = 1.

    log p(x|z) rises evenly towards the side of the word, so Adam steps by its rate.
    """

    slope, edge = 1000.0, 0.0

    def decode(self, z: Tensor) -> "Sign":
        told = Sign()
        told.z = z
        return told

    def log_prob_and_slips(self, x: Tensor, forbid: object) -> tuple[Tensor, Tensor]:
        word = torch.where(self.z[:, 0] > self.edge, 5, 4)
        up = self.slope * self.z[:, 0] * (2 * x[:, 0] - 9)  # +1 for word 5, -1 for word 4
        return up, (word != x[:, 0]).long()


def test_ten_steps_of_a_fifth_reach_two_and_no_farther() -> None:
    z = torch.tensor([[-1.95], [-2.05], [1.95], [0.5]])
    x = torch.tensor([[5, 2], [5, 2], [4, 2], [5, 2]])
    found = refine(Sign(), x, z)
    assert 0 < found[0, 0] < 0.1 and -0.1 < found[2, 0] <= 0
    assert found[1] == z[1]  # never comes out: as it was
    assert found[3] == z[3]  # came out from the start
    near = torch.tensor([[-0.7]])
    assert refine(Sign(), x[:1], near, steps=3) == near < 0 < refine(Sign(), x[:1], near, steps=4)


class Indifferent:
    """To it all codes are alike; any sentence comes out where z_0 is beyond ``edge``."""

    def __init__(self, prior: Prior | None, edge: float) -> None:
        self.prior, self.edge = prior, edge

    def decode(self, z: Tensor) -> "Indifferent":
        self.z = z
        return self

    def log_prob_and_slips(self, x: Tensor, forbid: object) -> tuple[Tensor, Tensor]:
        return 0 * self.z.sum(1), (self.z[:, 0] < self.edge).long()


def mixture_at(place: float) -> GaussianMixture:
    prior = GaussianMixture(1, 2, 1).requires_grad_(False)
    prior.means.data = torch.tensor([[[place], [-50.0]]])
    return prior


@pytest.mark.parametrize(
    ("prior", "edge", "moves"),
    [
        (mixture_at(10.0), 8.5, True),  # up to its mode, away from the origin
        (StandardNormal(1), 8.5, False),  # down to the origin
        (None, 8.5, False),  # there is nothing to be drawn to
    ],
)
def test_codes_are_drawn_to_the_prior_of_their_own_model(
    prior: Prior | None, edge: float, moves: bool
) -> None:
    start, x = torch.full((1, 1), 8.0), torch.tensor([[5, 2]])
    found = refine(Indifferent(prior, edge), x, start)
    assert bool(found[0, 0] > edge) is moves
    assert moves or torch.equal(found, start)


@pytest.mark.parametrize("name", ["text_vae/text_vae", "text_vae/text_ae"])
def test_one_pass_says_what_greedy_decoding_gives(name: str) -> None:
    cls = registry.model_class(name)
    with seeded(0):
        model = cls(cls.Config.tiny()).eval()
        p = model.decode(torch.randn(6, model.config.latent_dim))
        x = p.generate(forbid=(UNK,))
        x[3:] = p.generate(1.0)[3:]
    log_p, slips = p.log_prob_and_slips(x, (UNK,))
    torch.testing.assert_close(log_p, p.log_prob(x))
    same = (p.generate(forbid=(UNK,)) == x).all(1)
    assert torch.equal(slips == 0, same)
    assert same[:3].all() and not same.all()


def tiny():
    cls = registry.model_class("text_vae/text_vae")
    with seeded(3):
        model = cls(cls.Config.tiny()).double().eval()
        for parameter in model.parameters():
            parameter.data += torch.randn_like(parameter)
    return model.requires_grad_(False)


def one_by_one(model, x: Tensor, z: Tensor, steps: int) -> tuple[Tensor, int]:
    """Adam by hand on log p(x|z) + 0.1 log N(z; 0, I), and the steps until x comes out."""
    start, m, v = z, torch.zeros_like(z), torch.zeros_like(z)
    for step in range(steps + 1):
        if (model.decode(z[None]).generate(forbid=(UNK,))[0, : len(x)] == x).all():
            return z, step
        point = z.clone().requires_grad_(True)
        normal = -0.5 * (point**2 + math.log(2 * math.pi)).sum()
        (up,) = torch.autograd.grad(
            model.decode(point[None]).log_prob(x[None]).sum() + 0.1 * normal, point
        )
        m, v = 0.9 * m + 0.1 * up, 0.999 * v + 0.001 * up**2
        first, second = m / (1 - 0.9 ** (step + 1)), v / (1 - 0.999 ** (step + 1))
        z = z + 0.2 * first / (second.sqrt() + 1e-8)
    return start, -1


def test_a_batch_is_refined_as_each_sentence_alone() -> None:
    """Some come out at once, some after a while, some never; each is Adam by hand."""
    model = tiny()
    with seeded(5):
        goal = torch.randn(16, model.config.latent_dim, dtype=torch.float64)
        z = goal + 0.8 * torch.randn_like(goal)
    z[0] = goal[0]
    x = model.decode(goal).generate(forbid=(UNK,))
    found = refine(model, x, z, steps=8, forbid=(UNK,))
    assert not found.requires_grad
    taken = []
    for row in range(16):
        expected, steps = one_by_one(model, x[row], z[row], 8)
        torch.testing.assert_close(found[row], expected, rtol=0, atol=1e-9)
        taken.append(steps)
    assert 0 in taken and -1 in taken and len({*taken} - {0, -1}) >= 2
    with torch.inference_mode():  # a caller may be in it
        assert torch.equal(refine(model, x, z, steps=8, forbid=(UNK,)), found)
