"""Refined codes: the steps of Adam written out for one sentence, and how far they reach."""

import math

import torch
from torch import Tensor

from backend import registry
from backend.codes.refinement import refine
from backend.device import seeded
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

    def generate(self, *, forbid: tuple[int, ...] = ()) -> Tensor:
        word = torch.where(self.z[:, 0] > self.edge, 5, 4)
        return torch.stack([word, torch.full_like(word, 2)], 1)

    def log_prob(self, x: Tensor) -> Tensor:
        return self.slope * self.z[:, 0] * (2 * x[:, 0] - 9)  # +1 for word 5, -1 for word 4


def test_thirty_steps_of_a_tenth_reach_three_and_no_farther() -> None:
    z = torch.tensor([[-2.95], [-3.05], [2.95], [0.5]])
    x = torch.tensor([[5, 2], [5, 2], [4, 2], [5, 2]])
    found = refine(Sign(), x, z)
    assert 0 < found[0, 0] < 0.1 and -0.1 < found[2, 0] <= 0
    assert found[1] == z[1]  # never comes out: as it was
    assert found[3] == z[3]  # came out from the start
    near = torch.tensor([[-0.35]])
    assert refine(Sign(), x[:1], near, steps=3) == near < 0 < refine(Sign(), x[:1], near, steps=4)


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
        z = z + 0.1 * first / (second.sqrt() + 1e-8)
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
    taken = []
    for row in range(16):
        expected, steps = one_by_one(model, x[row], z[row], 8)
        torch.testing.assert_close(found[row], expected, rtol=0, atol=1e-9)
        taken.append(steps)
    assert 0 in taken and -1 in taken and len({*taken} - {0, -1}) >= 2
    with torch.inference_mode():  # a caller may be in it
        assert torch.equal(refine(model, x, z, steps=8, forbid=(UNK,)), found)
