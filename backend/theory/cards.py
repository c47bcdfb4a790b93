"""What each generative model minimises, and which of its networks each term really moves.

The formulas are written here, one entry for each model of ``FAMILIES``. Who sees which term is
not: a tiny model is built, each term of its loss is differentiated, and the networks whose
gradient is not zero are noted; what a player moves is what it owns among them. What a model can
do is read off its ``capabilities``, its prior and its distributions.
"""

import dataclasses
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from backend.base import GenerativeModel, LatentModel

FAMILIES = ("ae", "vae", "gan")
BATCH = 6  # examples that gradients are taken on
LATE = 10**6  # the step asked about: all schedules are over


class Objective(NamedTuple):
    """What is minimised, in symbols that the page typesets (``_`` lowers what follows).

    Attributes:
        title: name of the model.
        formulas: by player, what it minimises; a model without a game has the player "model".
        terms: by name of a term of ``loss``, what it stands for in the formulas.
        note: one plain line on what is special about it.
        switches: by symbol, the setting that drops this part of the objective.
    """

    title: str
    formulas: dict[str, str]
    terms: dict[str, str]
    note: str
    switches: dict[str, str] = {}  # noqa: RUF012 (never changed)


NLL = "−log p(x|e(x))"
ELBO_NLL = "−E_q log p(x|z)"
KL = "KL(q(z|x) ‖ N(0, I))"
REAL, MADE = "−E log D(x)", "− E log(1 − D(G(z)))"

OBJECTIVES = {
    "ae/ae": Objective(
        "Auto-encoder",
        {"model": NLL},
        {"recon_nll": NLL},
        "Nothing shapes the codes, so between them lie holes.",
    ),
    "ae/linear_ae": Objective(
        "Linear auto-encoder",
        {"model": "½ |x − W_2(W_1x + b_1) − b_2|² + const"},
        {"recon_nll": "½ |x − W_2(W_1x + b_1) − b_2|² + const"},
        "Its optimum spans the first principal components.",
    ),
    "ae/denoising_ae": Objective(
        "Denoising auto-encoder",
        {"model": "−log p(x|e(x̃)),   x̃ = x + noise"},
        {"recon_nll": "−log p(x|e(x̃))"},
        "Copying the input does not help: it must know where data lie.",
    ),
    "ae/sparse_ae": Objective(
        "Sparse auto-encoder",
        {"model": f"{NLL} + λ Σ|z_i|"},
        {"recon_nll": NLL, "sparsity": "Σ|z_i|"},
        "Few units of a code may differ from 0.",
    ),
    "ae/contractive_ae": Objective(
        "Contractive auto-encoder",
        {"model": f"{NLL} + λ |∂h/∂x|²"},
        {"recon_nll": NLL, "contraction": "|∂h/∂x|²"},
        "A small change of the input hardly moves the code.",
    ),
    "vae/vae": Objective(
        "VAE",
        {"model": f"{ELBO_NLL} + {KL}"},
        {"recon_nll": ELBO_NLL, "kl": KL},
        "The negative of a lower bound of log p(x). The KL never asks the decoder.",
    ),
    "vae/beta_vae": Objective(
        "β-VAE",
        {"model": f"{ELBO_NLL} + β {KL}"},
        {"recon_nll": ELBO_NLL, "kl": KL},
        "With β = 1 it is the VAE; a larger β buys tidy codes with blur.",
    ),
    "vae/cvae": Objective(
        "Conditional VAE",
        {"model": "−E_q log p(x|z,c) + KL(q(z|x,c) ‖ N(0, I))"},
        {"recon_nll": "−E_q log p(x|z,c)", "kl": "KL(q(z|x,c) ‖ N(0, I))"},
        "The class c is given, so the code can be left with the style.",
    ),
    "vae/gm_vae": Objective(
        "Gaussian-mixture VAE",
        {"model": f"{ELBO_NLL} + E_q log q(z|x)/p(z),   p(z) = Σ_k π_k N(μ_k, σ_k²)"},
        {"recon_nll": ELBO_NLL, "kl": "E_q log q(z|x)/p(z)"},
        "The prior learns too: its modes move to the codes.",
    ),
    "vae/iwae": Objective(
        "IWAE",
        {"model": "−E log (1/k) Σ_i p(x, z_i)/q(z_i|x)"},
        {"nll": "−E log (1/k) Σ_i p(x, z_i)/q(z_i|x)"},
        "Several codes for each x give a tighter bound; one code gives the VAE.",
    ),
    "vae/joint_vae": Objective(
        "JointVAE",
        {"model": "−E_q log p(x|c,z) + γ |KL_z − C_z(t)| + γ |KL_c − C_c(t)|"},
        {
            "recon_nll": "−E_q log p(x|c,z)",
            "kl_z": "KL_z",
            "kl_c": "KL_c: of the batch’s mean of q(c|x)",
            "mi_c": "KL_c: mutual information of x and c",
        },
        "Class and style may each carry so many nats, no more and no less. Held even, classes "
        "fill C_c by information alone, and γ weighs how far their shares are from equal.",
    ),
    "vae/wae_mmd": Objective(
        "WAE-MMD",
        {"model": "E |x − G(e(x))|² + λ MMD²(e(x), N(0, I))"},
        {"mse": "|x − G(e(x))|², mean over numbers", "mmd": "MMD²(e(x), N(0, I))"},
        "Each code is a point; only all codes together must look like the prior.",
    ),
    "gan/gan": Objective(
        "GAN",
        {"critic": f"{REAL} {MADE}", "generator": "−E log D(G(z)),   or E log(1 − D(G(z)))"},
        {"critic_loss": f"{REAL} {MADE}", "generator_loss": "−E log D(G(z))"},
        "No likelihood and no encoder: the critic alone says what is wrong.",
    ),
    "gan/dcgan": Objective(
        "DCGAN",
        {"critic": f"{REAL} {MADE}", "generator": "−E log D(G(z))"},
        {"critic_loss": f"{REAL} {MADE}", "generator_loss": "−E log D(G(z))"},
        "The losses of the GAN; its nets are strided convolutions with batch normalisation.",
    ),
    "gan/wgan": Objective(
        "WGAN",
        {"critic": "E f(G(z)) − E f(x),   all |w| ≤ c", "generator": "−E f(G(z))"},
        {"critic_loss": "E f(G(z)) − E f(x)", "generator_loss": "−E f(G(z))"},
        "The critic’s value is, up to a factor, a Wasserstein distance: no log, no sigmoid.",
    ),
    "gan/wgan_gp": Objective(
        "WGAN-GP",
        {
            "critic": "E f(G(z)) − E f(x) + λ E (|∇f(x̂)| − 1)²",
            "generator": "−E f(G(z))",
        },
        {
            "critic_loss": "E f(G(z)) − E f(x)",
            "penalty": "E (|∇f(x̂)| − 1)²",
            "generator_loss": "−E f(G(z))",
        },
        "A penalty on each sample’s slope in place of clipped weights.",
    ),
    "gan/vae_gan": Objective(
        "VAE/GAN",
        {
            "encoder": f"{KL} + L_f,   L_f = ½ |f(x) − f(G(z))|²",
            "decoder": "γ L_f − log D(G(z)) − log D(G(z_p))",
            "critic": "−log D(x) − log(1 − D(G(z))) − log(1 − D(G(z_p)))",
        },
        {
            "kl": KL,
            "feature_nll": "L_f",
            "decoder_loss": "γ L_f − log D(G(z)) − log D(G(z_p))",
            "critic_loss": "−log D(x) − log(1 − D(G(z))) − log(1 − D(G(z_p)))",
        },
        "Likeness is judged by the critic’s features f, not pixel by pixel.",
    ),
    "gan/aae": Objective(
        "Adversarial auto-encoder",
        {
            "autoencoder": NLL,
            "code_critic": "−log C(z_p) − log(1 − C(e(x)))",
            "encoder": "−log C(e(x))",
        },
        {
            "recon_nll": NLL,
            "code_critic_loss": "−log C(z_p) − log(1 − C(e(x)))",
            "encoder_loss": "−log C(e(x))",
        },
        "A critic of codes in place of the KL: the prior need only be sampled.",
    ),
    "gan/alpha_gan": Objective(
        "α-GAN",
        {
            "encoder": "λ |x − G(E(x))| − log C(E(x))",
            "generator": "λ |x − G(E(x))| − log D(G(E(x))) − log D(G(z))",
            "critic": "−log D(x) − log(1 − D(G(E(x)))) − log(1 − D(G(z)))",
            "code_critic": "−log C(z) − log(1 − C(E(x)))",
        },
        {
            "encoder_loss": "λ |x − G(E(x))| − log C(E(x))",
            "recon_l1": "|x − G(E(x))|",
            "generator_loss": "λ |x − G(E(x))| − log D(G(E(x))) − log D(G(z))",
            "critic_loss": "−log D(x) − log(1 − D(G(E(x)))) − log(1 − D(G(z)))",
            "code_critic_loss": "−log C(z) − log(1 − C(E(x)))",
        },
        "C says how probably a code came from the prior. Without D it is near an AAE, without C "
        "near a VAE/GAN, without L1 a GAN with an encoder.",
        {"L1": "use_l1", "D": "use_critic", "C": "use_code_critic"},
    ),
}


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
        infers: how x becomes z: "distribution", "point", or "" where there is no encoder.
        scores: what is known of log p(x): "exact", "bound", or "".
        samples: whether new x can be drawn without anything fitted afterwards.
        networks: parts with weights, in the order of the model.
        players: by player, the networks it moves.
        reach: each term of each player.
        switched: by symbol of a switch, the networks whose own loss it changes.
    """

    name: str
    objective: Objective
    infers: str
    scores: str
    samples: bool
    networks: tuple[str, ...]
    players: dict[str, tuple[str, ...]]
    reach: tuple[Reach, ...]
    switched: dict[str, tuple[str, ...]]


@cache
def cards() -> tuple[Card, ...]:
    """One for each model of ``FAMILIES``; takes a moment the first time, since torch is loaded."""
    from backend.registry import model_names

    return tuple(_card(name) for name in model_names() if name.split("/")[0] in FAMILIES)


def _card(name: str) -> Card:
    from backend.device import seeded
    from backend.registry import model_class

    cls = model_class(name)
    config = cls.Config.tiny()
    with seeded(0):
        model = cls(config)
    objective = OBJECTIVES[name]
    networks = tuple(key for key, part in model.named_children() if list(part.parameters()))
    players = {player: _owned(model, player) for player in model.players}
    gradients = _gradients(model)
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
        infers, scores = _infers(model), _scores(model)
    return Card(
        name=name,
        objective=objective,
        infers=infers,
        scores=scores,
        samples="sample" in cls.capabilities and hasattr(model, "prior"),
        networks=networks,
        players=players,
        reach=tuple(reach),
        switched=switched,
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
    import torch

    from backend.device import seeded

    model.train()
    model.step = LATE
    networks = {key: list(part.parameters()) for key, part in model.named_children()}
    found: dict[str, dict[str, dict[str, list]]] = {}
    for player in model.plan(LATE - 1):
        with seeded(1):
            terms = model.loss(_batch(model), player)
        found[player] = {}
        for term, value in terms.items():
            found[player][term] = {}
            for network, weights in networks.items():
                if not weights or not value.requires_grad:
                    continue
                gradients = torch.autograd.grad(
                    value, weights, allow_unused=True, retain_graph=True
                )
                if any(g is not None and g.abs().max() > 0 for g in gradients):
                    found[player][term][network] = gradients
    return found


def _batch(model: "GenerativeModel") -> Any:
    """A few random examples, with classes for a model that wants them."""
    import torch

    x = torch.rand(BATCH, *model.config.data_shape)
    classes = getattr(model.config, "classes", None)
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
    return batch if isinstance(batch, tuple) else (batch,)
