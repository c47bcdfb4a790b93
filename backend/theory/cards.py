"""What each generative model minimises, and which of its networks each term really moves.

The formulas are those of the model's own file; without any, its players and terms are listed
under their names. Who sees which term is measured: a tiny model is built, each term of its loss
is differentiated, and the networks whose gradient is not zero are noted; what a player moves is
what it owns among them. What a model can do is read off its ``capabilities``, its prior and its
distributions.
"""

import dataclasses
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from backend.registry import about, family_title, model_class, model_names

if TYPE_CHECKING:
    from torch import Tensor

    from backend.base import GenerativeModel, LatentModel, Objective

BATCH = 6  # examples that gradients are taken on
LATE = 10**6  # the step asked about: all schedules are over


class Reach(NamedTuple):
    """A term as one player's loss reports it.

    Attributes:
        moved: networks of the player that the term has a gradient for.
        passed: networks that its gradient goes through, or reaches, without moving them.
    """

    player: str
    term: str
    symbol: str
    moved: tuple[str, ...]
    passed: tuple[str, ...]


class Card(NamedTuple):
    """An objective with all that was read off a tiny model.

    Attributes:
        title: name of the model.
        family: title of its family.
        infers: how x becomes z: "distribution", "point", or "" where there is no encoder.
        scores: what is known of log p(x): "exact", "bound", or "".
        samples: whether new x can be drawn without anything fitted afterwards.
        networks: parts with weights, in the order of the model.
        players: by player, the networks it moves.
        reach: each term of each player.
        switched: by symbol of a switch, the networks whose own loss it changes.
    """

    name: str
    title: str
    family: str
    objective: "Objective"
    infers: str
    scores: str
    samples: bool
    networks: tuple[str, ...]
    players: dict[str, tuple[str, ...]]
    reach: tuple[Reach, ...]
    switched: dict[str, tuple[str, ...]]


@cache
def cards() -> tuple[Card, ...]:
    """One for each model that generates; takes a moment the first time: torch is loaded."""
    return tuple(
        card(name) for name in model_names() if "classify" not in model_class(name).capabilities
    )


def card(name: str) -> Card:
    """Raises ``KeyError`` for an unknown model."""
    from backend.device import seeded

    cls = model_class(name)
    config = cls.Config.tiny()
    with seeded(0):
        model = cls(config)
    networks = tuple(key for key, part in model.named_children() if list(part.parameters()))
    players = {player: _owned(model, player) for player in model.players}
    gradients = _gradients(model)
    own = vars(cls).get("objective")  # not that of a parent, whose loss is another
    objective = own or _unwritten(about(name).summary, gradients)
    reach, switched = [], {}
    for player, terms in gradients.items():
        for term, seen in terms.items():
            if term in objective.terms:
                moved = tuple(key for key in seen if key in players[player])
                passed = tuple(key for key in seen if key not in moved)
                reach.append(Reach(player, term, objective.terms[term], moved, passed))
    for symbol, setting in objective.switches.items():
        with seeded(0):
            other = cls(dataclasses.replace(config, **{setting: False}))
        switched[symbol] = _changed(gradients, _gradients(other), players)
    with seeded(0):
        codes = cast("LatentModel", model)
        infers, scores = _infers(codes), _scores(codes)
    return Card(
        name=name,
        title=about(name).title,
        family=family_title(name.split("/")[0]),
        objective=objective,
        infers=infers,
        scores=scores,
        samples="sample" in cls.capabilities and (hasattr(model, "prior") or scores == "exact"),
        networks=networks,
        players=players,
        reach=tuple(reach),
        switched=switched,
    )


def _unwritten(note: str, gradients: dict[str, dict[str, dict[str, list]]]) -> "Objective":
    """For a model that states no formulas: its players, and each term that moves something."""
    from backend.base import Objective

    terms = {term: term for found in gradients.values() for term, seen in found.items() if seen}
    return Objective(
        formulas=dict.fromkeys(gradients, "its loss; the model’s file states no formula"),
        terms={term: words.replace("_", " ") for term, words in terms.items()},
        note=note,
    )


def _owned(model: "GenerativeModel", player: str) -> tuple[str, ...]:
    """Networks that a player moves; a model without a game moves all of them."""
    mine = {id(parameter) for parameter in model.player_parameters(player)}
    return tuple(
        key
        for key, part in model.named_children()
        if any(id(parameter) in mine for parameter in part.parameters())
    )


def _gradients(model: "GenerativeModel") -> dict[str, dict[str, dict[str, list]]]:
    """By player, term and network: the gradients of its weights, where any is not zero."""
    from backend.base import GenerativeModel
    from backend.device import seeded

    model.train()
    networks = {key: list(part.parameters()) for key, part in model.named_children()}
    model.step = LATE
    # Where it depends on what was validated whose turn it is, no plan names all.
    steered = type(model).validated is not GenerativeModel.validated
    turns = [*model.plan(0), *model.plan(LATE - 1), *(model.players if steered else ())]
    found: dict[str, dict[str, dict[str, list]]] = {}
    for player in dict.fromkeys(turns):  # of every phase
        with seeded(1):
            terms = model.loss(_batch(model), player)
        found[player] = {term: _slopes(value, networks) for term, value in terms.items()}
    return found


def _slopes(value: "Tensor", networks: dict[str, list]) -> dict[str, list]:
    """By network: the gradients of a term by its weights, where any is not zero."""
    import torch

    found: dict[str, list] = {}
    for network, weights in networks.items():
        if not weights or not value.requires_grad:
            continue
        gradients = torch.autograd.grad(value, weights, allow_unused=True, retain_graph=True)
        if any(g is not None and g.abs().max() > 0 for g in gradients):
            found[network] = list(gradients)
    return found


def _batch(model: "GenerativeModel") -> Any:
    """A few random examples of what the model reads."""
    import torch

    from backend.distributions.sequence import EOS

    config: Any = model.config
    if hasattr(config, "vocab_size"):
        x = torch.randint(EOS + 1, config.vocab_size, (BATCH, config.max_len))
        x[:, -1] = EOS
    else:
        x = torch.rand(BATCH, *config.data_shape)
    if model.reads == "dialogues":  # two turns, the reply, its act where one is known
        return torch.stack([x.roll(1, 0), x.roll(2, 0)], 1), x, torch.arange(BATCH) % 2
    if model.reads == "neighbours":
        return x, x.roll(1, 0), x.roll(2, 0)
    if model.reads == "parses":  # any symbols are a tree here
        trees = torch.randint(EOS + 1, config.symbols, (BATCH, config.longest_tree))
        trees[:, -1] = EOS
        return x, trees, torch.randint(1, config.lemmas, (BATCH, 2))
    if model.reads == "domains":
        return x, torch.arange(BATCH) % getattr(config, "classes", BATCH), x.roll(1, 0)
    classes = getattr(config, "classes", None)
    return x if classes is None else (x, torch.arange(BATCH) % classes)


def _changed(
    before: dict[str, dict[str, dict[str, list]]],
    after: dict[str, dict[str, dict[str, list]]],
    players: dict[str, tuple[str, ...]],
) -> tuple[str, ...]:
    """Networks whose own gradient is another one, or that nobody trains any more."""
    changed = []
    for player, networks in players.items():
        for network in networks:
            if player not in after or _differ(
                before[player]["loss"].get(network), after[player]["loss"].get(network)
            ):
                changed.append(network)
    return tuple(changed)


def _differ(a: list | None, b: list | None) -> bool:
    import torch

    if a is None or b is None:
        return a is not b
    return not all(torch.allclose(x, y) for x, y in zip(a, b, strict=True))


def _infers(model: "LatentModel") -> str:
    from backend.distributions.deterministic import Deterministic

    if "encode" not in model.capabilities:
        return ""
    return "point" if isinstance(model.encode(*_x(model)), Deterministic) else "distribution"


def _scores(model: "LatentModel") -> str:
    """A bound needs a density for each of q(z|x), p(z) and p(x|z)."""
    from backend.distributions.deterministic import Deterministic

    if "log_prob" in model.capabilities:
        return "exact"
    if _infers(model) != "distribution" or not hasattr(model, "prior"):
        return ""
    p = model.decode(model.encode(*_x(model)).sample())
    return "" if isinstance(p, Deterministic) else "bound"


def _x(model: "LatentModel") -> tuple:
    batch = _batch(model)
    if model.reads in ("neighbours", "parses"):
        return batch[:1]
    return batch if isinstance(batch, tuple) else (batch,)
