"""Autoregressive distribution over token sequences, over any decoder that steps."""

from collections.abc import Callable, Collection
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor
from torch.distributions import Distribution, constraints
from torch.types import _size

from backend.distributions.truncation import truncated

PAD, BOS, EOS = range(3)  # token ids that every text model shares
COLDEST = 1e-30  # a temperature below counts as 0: log-probabilities divided by it overflow


class StepDecoder(Protocol):
    """What ``Sequence`` needs of a network; H is its hidden size, V the vocabulary."""

    max_len: int  # tokens per sequence, <eos> included

    def hidden(self, inputs: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Hidden vectors [B, T, H] after reading inputs [B, T], and the state after them."""

    def token_log_prob(self, hidden: Tensor, targets: Tensor) -> Tensor:
        """Log-probability of each target [N] at hidden [N, H], in nats: [N]."""

    def log_probs(self, hidden: Tensor) -> Tensor:
        """Log-probabilities of all tokens at hidden [B, H]: [B, V]."""


@runtime_checkable
class ShortList(Protocol):
    """A decoder that finds the likeliest token without the log-probabilities of all."""

    def likeliest(self, hidden: Tensor, forbid: Collection[int]) -> Tensor:
        """The likeliest token [B] at hidden [B, H] that is none of ``forbid``."""


@runtime_checkable
class Mixture(Protocol):
    """A decoder whose distribution of the next token is a weighted sum of K others."""

    def experts(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Of contexts [N, H]: log-weights [N, K], and log-probabilities [N, K, V]."""


class Sequence(Distribution):
    """p(x) = Π_t p(x_t | x_<t) for x [B, T] ended by ``<eos>``, then padded.

    At position ``max_len`` a sequence ends with certainty, so probabilities sum to exactly 1
    over all sequences of at most ``max_len`` tokens. ``state`` is the decoder's initial state.
    """

    arg_constraints: dict[str, constraints.Constraint] = {}  # noqa: RUF012 (torch's protocol)

    def __init__(self, decoder: StepDecoder, state: Tensor, batch: int) -> None:
        self.decoder = decoder
        self.state = state
        super().__init__(torch.Size([batch]), torch.Size([decoder.max_len]), validate_args=False)

    def log_prob(self, value: Tensor) -> Tensor:
        """Nats per sequence, [B], by teacher forcing; pads cost nothing, in time too."""
        hidden, targets, rows = self._forced(value)
        log_p = self.decoder.token_log_prob(hidden, targets)
        return log_p.new_zeros(len(value)).index_add(0, rows, log_p)

    def log_prob_and_slips(
        self, value: Tensor, forbid: Collection[int] = ()
    ) -> tuple[Tensor, Tensor]:
        """``log_prob(value)`` [B], and where greedy decoding would leave ``value``: int64 [B].

        That is at how many places the likeliest token after the tokens before it is another;
        ``generate(forbid=forbid)`` gives ``value`` where there are none. One pass says both.
        """
        hidden, targets, rows = self._forced(value)
        of_targets = self.decoder.token_log_prob(hidden, targets)
        slips = (self._likeliest(hidden, forbid) != targets).long()
        total = of_targets.new_zeros(len(value)).index_add(0, rows, of_targets)
        return total, slips.new_zeros(len(value)).index_add(0, rows, slips)

    @torch.no_grad()
    def _likeliest(self, hidden: Tensor, forbid: Collection[int]) -> Tensor:
        """The likeliest token [B] at hidden [B, H], but for ``forbid``."""
        if isinstance(self.decoder, ShortList):
            return self.decoder.likeliest(hidden, forbid)
        log_p = self.decoder.log_probs(hidden)
        log_p[:, list(forbid)] = -torch.inf
        return log_p.argmax(1)

    def _forced(self, value: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Hidden vectors [N, H] before each token that counts, these [N], their sequences [N]."""
        length = int((value != PAD).sum(1).max())
        if length > self.decoder.max_len:
            raise ValueError(f"sequences have at most {self.decoder.max_len} tokens, got {length}")
        value = value[:, :length]
        begin = torch.full_like(value[:, :1], BOS)
        hidden, _ = self.decoder.hidden(torch.cat([begin, value[:, :-1]], 1), self.state)
        counted = value != PAD
        counted[:, self.decoder.max_len - 1 :] = False  # there <eos> is certain
        rows, columns = counted.nonzero(as_tuple=True)
        return hidden[rows, columns], value[rows, columns], rows

    def sample(self, sample_shape: _size = ()) -> Tensor:
        """Ancestral draws [*sample_shape, B, max_len]."""
        draws = [self.generate(1.0) for _ in range(torch.Size(sample_shape).numel())]
        return torch.stack(draws).reshape(*sample_shape, *draws[0].shape)

    @property
    def mode(self) -> Tensor:
        """Greedy decoding [B, max_len]: the likeliest token at each step, not of the whole."""
        return self.generate(0.0)

    @torch.no_grad()
    def generate(
        self,
        temperature: float = 0.0,
        forbid: Collection[int] = (),
        generator: torch.Generator | None = None,
        rest: Callable[[], object] = lambda: None,
        *,
        top_k: int = 0,
        top_p: float = 1.0,
        begun: Tensor | None = None,
    ) -> Tensor:
        """Ids [B, max_len], padded after ``<eos>``.

        ``temperature`` divides the log-probabilities (0 is greedy, 1 exact ancestral sampling).
        ``forbid`` are tokens never produced, the rest being renormalised. ``top_k`` and ``top_p``
        leave the unlikely ones out, after the temperature; see `truncated`. Words are drawn on
        the CPU, so that a seed gives the same ones on every device; by ``generator``, else by
        the state of the process. ``rest`` is called between two words. ``begun`` [B, max_len]
        are the words that each begins with, and pads where words are to follow.
        """
        batch, limit = self.batch_shape[0], self.decoder.max_len
        out = torch.full((batch, limit), PAD, device=self.state.device)
        rows = torch.arange(batch, device=out.device)  # that go on; where words are drawn, all
        ended = torch.zeros(batch, dtype=torch.bool, device=out.device)
        token = torch.full((batch, 1), BOS, device=out.device)
        state = self.state
        for t in range(limit):
            if t == limit - 1:
                choice = torch.full_like(token[:, 0], EOS)
            else:
                hidden, state = self.decoder.hidden(token, state)
                if temperature < COLDEST:
                    choice = self._likeliest(hidden[:, 0], forbid)
                else:
                    log_p = self.decoder.log_probs(hidden[:, 0])
                    log_p[:, list(forbid)] = -torch.inf
                    weights = truncated(log_p / temperature, top_k, top_p).softmax(1)
                    choice = torch.multinomial(weights.cpu(), 1, generator=generator)[:, 0]
                    choice = choice.to(log_p.device)
            if begun is not None:
                choice = torch.where(begun[rows, t] == PAD, choice, begun[rows, t])
            out[rows, t] = torch.where(ended, PAD, choice)
            ended = ended | (choice == EOS)
            if ended.all():
                break
            if temperature < COLDEST:  # no draw of another is changed by leaving some out
                going = ~ended
                rows, choice, state, ended = (each[going] for each in (rows, choice, state, ended))
            token = choice[:, None]
            rest()
        return out
