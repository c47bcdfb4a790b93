"""What a model could say next: its prior given a conversation, and the replies of its codes."""

import math
from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
import torch
from torch import Tensor
from torch.distributions import Distribution

from backend.contexts import History, Told
from backend.device import seeded
from backend.distributions.deterministic import Deterministic
from backend.distributions.discrete import DiscreteVariables
from backend.distributions.modes import GaussianModes, Made
from backend.distributions.sequence import COLDEST
from backend.nets.dialog import DialogueModel
from backend.objectives.divergences import kl
from backend.processors.text import UNK

if TYPE_CHECKING:
    from backend.models.dialog import st_ed
    from backend.models.dialog.cvae import DialogueCVAE
    from backend.space import LatentSpace

MOST = 100  # replies at once
DRAWS = 512  # of codes without a density, for their mean and spread
LISTED = 20  # actions, the likeliest first


class Reply(NamedTuple):
    text: str
    z: np.ndarray  # float32 [D], the place that it was decoded from
    mode: int | None  # of the prior's modes, from 0; None where it has one or none
    action: str | None  # one of ``Moves.actions``; None where the model has none
    log_p: float  # of the code given the context, nats; see ``Replies.noise``


class Replies(NamedTuple):
    replies: list[Reply]
    left_out: int  # turns at the beginning that the model does not read
    noise: bool  # whether ``log_p`` is that of the noise behind codes that have no density


class Action(NamedTuple):
    name: str
    probability: float


class Moves(NamedTuple):
    """The prior given a conversation: K modes in D dimensions, or actions; both may be none.

    Attributes:
        weights: of the modes, [K].
        means, spreads: of the modes, and standard deviations, [K, D]; of draws where codes are
            made of noise.
        actions: the likeliest, at most ``LISTED``.
        origin, axes: the mean of all [D], and the two directions [2, D] that they spread in most.
        left_out: turns at the beginning that the model does not read.
    """

    weights: np.ndarray
    means: np.ndarray
    spreads: np.ndarray
    actions: list[Action]
    origin: np.ndarray
    axes: np.ndarray
    left_out: int

    def place(self, z: np.ndarray) -> np.ndarray:
        """Codes [n, D] on the picture of the moves, [n, 2]."""
        return (z - self.origin) @ self.axes.T

    def ellipses(self) -> tuple[np.ndarray, np.ndarray]:
        """Centres [K, 2] and covariances [K, 2, 2] of the modes on that picture."""
        flat = np.einsum("ad,kd,bd->kab", self.axes, self.spreads**2, self.axes)
        return self.place(self.means), flat


class ReplyPosterior(NamedTuple):
    """What the model makes of a reply that was written.

    Attributes:
        mean, spread: of q(z|reply, context), [D]; of draws where codes are made of noise.
        action: the one that it is, where the model has actions.
        kl: of posterior to prior, nats; NaN where codes have no density.
        reconstruction: the reply that its mean decodes to.
        left_out: turns at the beginning that the model does not read.
    """

    mean: np.ndarray
    spread: np.ndarray
    action: str | None
    kl: float
    reconstruction: str
    left_out: int


class Speaker:
    """A model in conversation. Raises ``ValueError`` for one that does not converse."""

    def __init__(self, space: "LatentSpace") -> None:
        if "respond" not in space.info.capabilities:
            raise ValueError(
                f"{space.info.title} does not reply to conversations. Choose a dialogue model."
            )
        self.space = space
        self.model = cast(DialogueModel, space.model)
        self.history = cast(History, space.context)

    @property
    def actions(self) -> tuple[str, ...]:
        return self.model.actions

    @property
    def _teller(self) -> "DialogueCVAE":
        """The model, where it ``tells_acts``."""
        return cast("DialogueCVAE", self.model)

    @property
    def _action_shape(self) -> tuple[int, int]:
        """Variables and components of a model whose code is an action."""
        config = cast("st_ed.Config", self.model.config)
        return config.variables, config.components

    @torch.inference_mode()
    def respond(
        self,
        history: Sequence,
        n: int,
        seed: int,
        temperature: float,
        mode: int | None,
        action: str | None,
        token_temperature: float | None,
    ) -> Replies:
        if not 1 <= n <= MOST:
            raise ValueError(f"The replies must number between 1 and {MOST}, got {n:,}.")
        told = self._read(history)
        wanted = self._action(action)
        c = self.model.history(told.ids)
        p = self.model.prior_of(c)
        self._check_mode(p, mode)
        with seeded(seed):
            z, modes, log_p = draw(p, n, temperature, mode)
            acts: Tensor | None = None
            if isinstance(p, DiscreteVariables) and wanted is not None:
                z = self._code(wanted).expand(n, -1)
                log_p = p.log_prob(z)
            elif self.model.tells_acts:
                if wanted is not None:
                    z, modes, log_p = self._with_act(p, c, wanted, n, temperature, mode)
                likeliest = self._teller.act_logits(z, c.expand(n, -1)).argmax(1)
                acts = likeliest if wanted is None else torch.full_like(likeliest, wanted)
            by_word = z.shape[1] == 0 or (isinstance(p, DiscreteVariables) and wanted is not None)
            if token_temperature is None:
                token_temperature = temperature if by_word else 0.0
            words = self._words(z, c, acts, token_temperature)
        names = self.names(z, acts)
        return Replies(
            [
                Reply(text, place, None if modes is None else int(modes[row]), names[row], score)
                for row, (text, place, score) in enumerate(
                    zip(words, z.float().cpu().numpy(), log_p.tolist(), strict=True)
                )
            ],
            told.left_out,
            isinstance(p, Made),
        )

    @torch.inference_mode()
    def decode(self, history: Sequence, z: np.ndarray) -> list[str]:
        told = self._read(history)
        codes = self.space.check_codes(z)
        c = self.model.history(told.ids)
        return self._words(torch.from_numpy(codes).to(c.device), c, None, 0.0)

    @torch.inference_mode()
    def moves(self, history: Sequence, seed: int) -> Moves:
        told = self._read(history)
        c = self.model.history(told.ids)
        p = self.model.prior_of(c)
        with seeded(seed):
            weights, means, spreads = _modes(p)
            actions = self._action_probabilities(p, c)
        origin, axes = _widest(weights, means, spreads)
        return Moves(weights, means, spreads, actions, origin, axes, told.left_out)

    @torch.inference_mode()
    def encode_reply(self, history: Sequence, reply: str, seed: int) -> ReplyPosterior:
        told = self._read(history)
        try:
            x = self.space.processor.encode([reply]).to(self.space.device)
        except ValueError as error:
            raise ValueError(str(error).replace("The sentence", "The reply")) from None
        c = self.model.history(told.ids)
        q, p = self.model.encode(x, told.ids), self.model.prior_of(c)
        with seeded(seed):
            mean, spread = _moments(q)
            distance = _kl(q, p)
        place = torch.from_numpy(mean)[None].to(c.device)
        [text] = self._words(place if not isinstance(q, DiscreteVariables) else q.mode, c, None, 0)
        acts = None
        if self.model.tells_acts:
            acts = self._teller.act_logits(place, c).argmax(1)
        coded = q.mode if isinstance(q, DiscreteVariables) else place
        [action] = self.names(coded, acts)
        return ReplyPosterior(mean, spread, action, distance, text, told.left_out)

    # Inside

    def _read(self, history: Sequence) -> Told:
        told = self.history.of(history)
        return told._replace(ids=told.ids.to(self.space.device))

    def _words(self, z: Tensor, c: Tensor, acts: Tensor | None, heat: float) -> list[str]:
        c = c.expand(len(z), -1)
        p = self.model.reply(z, c) if acts is None else self._teller.reply(z, c, acts)
        return self.space.processor.decode(p.generate(heat, forbid=(UNK,)))

    def _action(self, action: str | None) -> int | None:
        if action is None:
            return None
        if not self.actions:
            raise ValueError(f"{self.space.info.title} has no actions to choose from.")
        if action not in self.actions:
            known = ", ".join(self.actions[:LISTED])
            raise ValueError(f"{self.space.info.title} has no action {action!r}; it has: {known}.")
        return self.actions.index(action)

    def _check_mode(self, p: Distribution, mode: int | None) -> None:
        if mode is None:
            return
        noise = p.noise if isinstance(p, Made) else p
        count = noise.means.shape[1] if isinstance(noise, GaussianModes) else 0
        if count < 2:
            raise ValueError(f"{self.space.info.title} has no modes to choose from.")
        if not 0 <= mode < count:
            raise ValueError(f"The mode must lie between 0 and {count - 1}, got {mode}.")

    def _code(self, action: int) -> Tensor:
        """The one-hots [1, D] of an action of a discrete code."""
        shape = self._action_shape
        classes = torch.tensor(list(product(*[range(shape[1])] * shape[0]))[action])
        return (
            torch.nn.functional.one_hot(classes, shape[1])
            .flatten()[None]
            .to(self.space.device, torch.float32)
        )

    def _with_act(
        self, p: Distribution, c: Tensor, act: int, n: int, temperature: float, mode: int | None
    ) -> tuple[Tensor, Tensor | None, Tensor]:
        """Draws of z given the act: of many, ``n`` by how probable each makes it."""
        z, modes, log_p = draw(p, max(64, 8 * n), temperature, mode)
        share = self._teller.act_logits(z, c.expand(len(z), -1)).softmax(1)[:, act]
        chosen = torch.multinomial(share.double().cpu() + 1e-12, n)
        picked = chosen.to(z.device)
        return z[picked], None if modes is None else modes[chosen], log_p[picked]

    def names(self, z: Tensor, acts: Tensor | None) -> list[str | None]:
        """Actions of codes [n, D], or of ``acts`` [n] where a code tells them; else Nones."""
        if acts is not None:
            return [self.actions[int(act)] for act in acts]
        if not self.actions:
            return [None] * len(z)
        shape = self._action_shape
        return ["-".join(map(str, row)) for row in z.unflatten(1, shape).argmax(2).tolist()]

    def _action_probabilities(self, p: Distribution, c: Tensor) -> list[Action]:
        if self.model.tells_acts:
            z, _, _ = draw(p, DRAWS, 1.0, None)
            found = self._teller.act_logits(z, c.expand(len(z), -1)).softmax(1).mean(0).cpu()
        elif isinstance(p, DiscreteVariables):
            found = torch.ones(1)
            for share in p.probs[0].cpu():  # variables are independent given the context
                found = (found[:, None] * share).flatten()
        else:
            return []
        order = found.argsort(descending=True, stable=True)[:LISTED]
        return [Action(self.actions[int(row)], float(found[row])) for row in order]


def draw(
    p: Distribution, n: int, temperature: float, mode: int | None
) -> tuple[Tensor, Tensor | None, Tensor]:
    """Codes [n, D] of a prior of one row, their modes [n] if it has several, and log p [n].

    The temperature scales standard deviations, and divides the log-probabilities of classes.
    Noise is drawn on the CPU, so that a seed gives the same on every device.
    """
    if isinstance(p, Made):
        noise, modes, log_p = draw(p.noise, n, temperature, mode)
        return p.make(noise), modes, log_p
    if isinstance(p, GaussianModes):
        weights = p.weights[0].double().cpu()
        chosen = torch.multinomial(weights, n, replacement=True)
        if mode is not None:
            chosen = torch.full_like(chosen, mode)
        row = chosen.to(p.means.device)
        noise = torch.randn(n, p.event_shape[0]).to(p.means)
        z = p.means[0, row] + temperature * p.scales[0, row] * noise
        return z, chosen if len(weights) > 1 else None, p.log_prob(z)
    if isinstance(p, DiscreteVariables):
        log_p = p.log_p[0].cpu().double()
        if temperature < COLDEST:
            classes = log_p.argmax(-1).expand(n, -1)
        else:
            weights = (log_p / temperature).softmax(-1)
            classes = torch.multinomial(weights, n, replacement=True).T
        z = torch.nn.functional.one_hot(classes, log_p.shape[-1]).flatten(1).to(p.log_p)
        return z, None, p.log_prob(z)
    z = cast(Deterministic, p).mean.expand(n, -1)
    return z, None, z.new_zeros(n)


def _modes(p: Distribution) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights [K], means and standard deviations [K, D] of a prior of one row."""
    if isinstance(p, GaussianModes):
        parts = p.weights[0], p.means[0], p.scales[0]
        weights, means, spreads = (part.float().cpu().numpy() for part in parts)
        return weights, means, spreads
    if isinstance(p, Made):
        weights = cast(GaussianModes, p.noise).weights[0].float().cpu().numpy()
        draws = [draw(p, DRAWS, 1.0, mode)[0].float().cpu() for mode in range(len(weights))]
        means, spreads = (
            torch.stack([part(0) for part in parts]).numpy()
            for parts in ([z.mean for z in draws], [z.std for z in draws])
        )
        return weights, means, spreads
    size = p.event_shape[0]
    return (
        np.zeros(0, np.float32),
        np.zeros((0, size), np.float32),
        np.zeros((0, size), np.float32),
    )


def _moments(q: Distribution) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation [D] of a posterior of one row."""
    if isinstance(q, GaussianModes | Made):
        _, means, spreads = _modes(q)
        return means[0], spreads[0]
    if isinstance(q, DiscreteVariables):
        share = q.mean[0].float().cpu().numpy()
        return share, np.sqrt(share * (1 - share))
    place = cast(Deterministic, q).mean[0].float().cpu().numpy()
    return place, np.zeros_like(place)


def _kl(q: Distribution, p: Distribution) -> float:
    if isinstance(q, DiscreteVariables) and isinstance(p, DiscreteVariables):
        return float((q.probs * (q.log_p - p.log_p)).sum())
    if isinstance(q, GaussianModes) and isinstance(p, GaussianModes):
        return float(kl(q, p)[0])
    return math.nan


def _widest(
    weights: np.ndarray, means: np.ndarray, spreads: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean [D] and the two directions [2, D] of largest variance of Gaussian modes."""
    size = means.shape[1]
    if len(weights) == 0 or size == 0:
        return np.zeros(size, np.float32), np.zeros((2, size), np.float32)
    origin = weights @ means
    off = means - origin
    covariance = np.diag(weights @ spreads**2) + np.einsum("k,kd,ke->de", weights, off, off)
    _, vectors = np.linalg.eigh(covariance.astype(np.float64))
    axes = vectors[:, ::-1][:, :2].T
    axes *= np.where(axes[np.arange(len(axes)), np.abs(axes).argmax(1)] < 0, -1, 1)[:, None]
    if len(axes) < 2:
        axes = np.concatenate([axes, np.zeros((2 - len(axes), size))])
    return origin.astype(np.float32), axes.astype(np.float32)
