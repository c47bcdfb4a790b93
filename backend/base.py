"""What every model is: a module that returns distributions and names the terms of its loss."""

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Self

import torch
from torch import Tensor, nn
from torch.distributions import Distribution
from torch.nn.functional import logsigmoid

if TYPE_CHECKING:
    from backend.objectives.priors import Prior

Terms = dict[str, Tensor]  # "loss" (scalar to minimise) and named diagnostics
Batch = Tensor | tuple[Tensor, ...]  # what a model reads at once, see ``GenerativeModel.reads``
UNKNOWN = -1  # among labels that are given as a context: the class is not known

CAPABILITIES = frozenset(
    {"sample", "encode", "decode", "log_prob", "components", "discrete", "respond", "classify"}
    | {"experts", "senses", "spherical", "translate", "transfer"}
)


class Live(NamedTuple):
    """That a setting can be turned during a run, where it is a knob.

    Attributes:
        title: the knob's label.
        start: where it stands at first, if not at the default of ``Config``.
        max: its end, if not that of ``Config``.
    """

    title: str
    start: float | None = None
    max: float | None = None


def param(
    default: Any,
    help: str,
    *,
    min: float | None = None,
    max: float | None = None,
    live: Live | None = None,
) -> Any:
    """A field of a model's ``Config``: its help and range make both sliders and options.

    A number with ``live`` can be changed during a run: its ``loss`` and ``plan`` read it anew
    from ``self.config`` each time.
    """
    metadata = {"help": help, "min": min, "max": max, "live": live}
    if isinstance(default, list | dict | set):
        raise TypeError(f"the default of a config field must be immutable, got {default!r}")
    return dataclasses.field(default=default, metadata=metadata)


class Objective(NamedTuple):
    """What a model minimises, in symbols that the page typesets (``_`` lowers what follows).

    Attributes:
        formulas: by player, what it minimises; a model without a game has the player "model".
        terms: by name of a term of ``loss``, what it stands for in the formulas.
        note: one plain line on what is special about it.
        switches: by symbol, the setting that drops this part of the objective.
    """

    formulas: dict[str, str]
    terms: dict[str, str]
    note: str
    switches: dict[str, str] = {}  # noqa: RUF012 (never changed)


@dataclasses.dataclass(frozen=True, kw_only=True)
class BaseConfig:
    """Parent of every ``Config``: checks the declared ranges, so no model has to."""

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            low, high = field.metadata.get("min"), field.metadata.get("max")
            if isinstance(value, list):  # JSON has no tuples
                object.__setattr__(self, field.name, tuple(value))
            elif (low is not None and value < low) or (high is not None and value > high):
                raise ValueError(f"{field.name} must lie between {low} and {high}, got {value}")

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Raises ``ValueError`` naming each key that this model does not have."""
        unknown = set(values) - {field.name for field in dataclasses.fields(cls)}
        if unknown:
            raise ValueError(f"unknown configuration keys: {', '.join(sorted(unknown))}")
        return cls(**values)

    @classmethod
    def tiny(cls) -> Self:
        """The smallest that means something, for tests and for looking at gradients."""
        return cls()


class CodeConfig(BaseConfig):
    """Parent of the configurations of models with codes."""

    if TYPE_CHECKING:
        latent_dim: int


class GenerativeModel(nn.Module):
    """A model with a loss. ``capabilities`` says which of the methods below it implements.

    Attributes:
        players: who owns which submodules; ``fit`` gives each player its own optimiser.
        objective: the formulas of ``loss``; a subclass with another loss has another one.
        betas: decay rates of Adam's two averages; games are calmer with a small first one.
        reads: what a batch is made of: "items", with their labels where ``config.classes`` says
            how many there are; "dialogues", (context, reply, act); "neighbours", (turn, the one
            before, the one after), see ``backend.corpora.dialogues``; "parses", (sentence, tree,
            content words), see ``backend.corpora.parses``; "domains", (x, class of x, y), where y
            is of another domain than x, see ``backend.corpora.domains``.
        training_only: submodules that nothing but ``loss`` uses: checkpoints leave them out, and
            a model that is loaded does not have them.
        step: number of training steps done, set by ``fit``; schedules read it.
    """

    Config: ClassVar[type[Any]] = BaseConfig
    capabilities: ClassVar[frozenset[str]] = frozenset()
    players: ClassVar[dict[str, tuple[str, ...]]] = {"model": ("",)}
    objective: ClassVar[Objective | None] = None
    betas: ClassVar[tuple[float, float]] = (0.9, 0.999)
    reads: ClassVar[Literal["items", "dialogues", "neighbours", "parses", "domains"]] = "items"
    training_only: ClassVar[tuple[str, ...]] = ()
    config: BaseConfig

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "config" in cls.__annotations__:
            cls.Config = cls.__annotations__["config"]

    def __init__(self, config: BaseConfig) -> None:
        super().__init__()
        self.config = config
        self.step = 0

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device

    def loss(self, batch: Any, player: str = "model") -> Terms:
        """Terms to report, of which ``"loss"`` [] is what ``player`` minimises."""
        raise NotImplementedError

    def plan(self, step: int) -> list[str]:
        """Players to update at this step, in order."""
        return list(self.players)

    def validated(self, terms: dict[str, float]) -> None:
        """Told during a run, some forty times, the mean terms of ``loss`` on held-out items."""

    def sample(self, n: int) -> Tensor:
        """``n`` draws from the model: [n, *event]."""
        raise NotImplementedError(f"{type(self).__name__} cannot sample")

    def log_prob(self, x: Tensor) -> Tensor:
        """Exact log-probability in nats, [B]. A bound is a metric, never called log_prob."""
        raise NotImplementedError(f"{type(self).__name__} has no exact log-probability")

    def drop_training_only(self) -> Self:
        """The model itself, which can no longer be trained."""
        for name in self.training_only:
            if hasattr(self, name):  # an option can have left it out
                delattr(self, name)
        return self

    def player_parameters(self, player: str) -> list[nn.Parameter]:
        """Parameters of the player's submodules, each once, in a stable order."""
        found: dict[int, nn.Parameter] = {}
        for prefix in self.players[player]:
            module = self.get_submodule(prefix)
            found.update((id(p), p) for p in module.parameters() if p.requires_grad)
        return list(found.values())


class LatentModel(GenerativeModel):
    """A model with codes z of size D = ``config.latent_dim``.

    What it is told beside the code is its context, a tensor [B, …]. ``context`` names the kind:
    "" for none, "labels" for classes, int64 [B], of which ``config.classes`` says how many,
    "history" for the turns so far, int64 [B, U, T]. See ``backend.contexts``.

    A model that can "respond" has p(z|context) in place of p(z) and needs the context in all that
    it does: it declares none of "encode", "decode" and "sample", which do without.

    Attributes:
        prior: ``prior(context=None)`` is p(z), event [D]; plain auto-encoders have none.
        critic_kind: of a model with a ``critic`` of x: whether it gives the logit of the
            probability that x is real, or a value on a scale of its own.
    """

    context: ClassVar[str] = ""
    critic_kind: ClassVar[Literal["logit", "value"]] = "logit"
    config: CodeConfig
    prior: "Prior"

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        """q(z|x): batch [B], event [D]."""
        raise NotImplementedError(f"{type(self).__name__} has no encoder")

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        """p(x|z) for z [B, D]: batch [B], event as x."""
        raise NotImplementedError(f"{type(self).__name__} has no decoder")

    def assign(self, x: Tensor) -> Tensor:
        """q(c|x) of a prior with components, [B, m, K]."""
        raise NotImplementedError(f"{type(self).__name__} has no components")

    def sample(self, n: int) -> Tensor:
        return self.decode(self.prior().sample((n,))).sample()

    def reward(self, score: Tensor) -> Tensor:
        """What a sample earns the net that made it, from the critic's score of it: [n] to [n]."""
        return logsigmoid(score)
