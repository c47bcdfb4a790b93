"""What each panel of the theory says, and what can be set in it.

Names of panels and controls are words of links, so they must stay as they are for ever.
"""

from typing import NamedTuple


class Slider(NamedTuple):
    """A number; what its step allows lies between ``low`` and ``high``."""

    name: str
    label: str
    low: float
    high: float
    step: float
    start: float


class Choice(NamedTuple):
    """One of a few words; ``options`` are (value, text)."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    start: str


class Panel(NamedTuple):
    """``claim`` is one plain line; sources are (who and when, address)."""

    name: str
    title: str
    claim: str
    formula: str
    notes: str
    sources: tuple[tuple[str, str], ...]
    controls: tuple[Slider | Choice, ...]


GOODFELLOW = ("Goodfellow et al. 2014", "https://arxiv.org/abs/1406.2661")
BOTTOU = ("Arjovsky & Bottou 2017", "https://arxiv.org/abs/1701.04862")
SEED = Slider("seed", "Seed", 0, 99, 1, 0)
GAME = (  # of a generator, and of a critic between it and the data
    Slider("gap", "Data: modes’ distance", 0, 6, 0.1, 4),
    Slider("width", "Data: σ of each mode", 0.3, 1.5, 0.05, 0.6),
    Slider("mean", "Generator: μ", -4, 4, 0.1, 1),
    Slider("spread", "Generator: σ", 0.4, 2.5, 0.05, 1.2),
    Slider("sureness", "How sure the critic is, t", 0, 2, 0.05, 0.5),
)

CRITIC = Panel(
    name="critic",
    title="The best critic",
    claim="A critic that is trained long enough knows how much likelier a point is to be real: "
    "its score is p/(p + q), and its value measures the distance of p and q.",
    formula="D*(x) = p(x) / (p(x) + q(x)),   V(D*) = 2 JSD(p, q) − 2 ln 2",
    notes="p stands for the data, q for a generator that does not move. A network with two layers "
    "of 64 units sees draws only, 256 of each at every step, spread evenly over p and over q; "
    "p and q themselves are used to judge it. V is a quadrature with the true densities, so no "
    "critic can be above the line. “Where there is data”: (p + q)/2 is at least a twentieth of "
    "its highest value; elsewhere there are hardly any draws to learn from.",
    sources=(GOODFELLOW,),
    controls=(
        Slider("gap", "p: distance of its modes", 0, 6, 0.1, 3),
        Slider("width", "p: σ of each mode", 0.3, 1.5, 0.05, 0.5),
        Slider("mean", "q: mean", -3, 3, 0.1, 0.5),
        Slider("spread", "q: σ", 0.4, 2.5, 0.05, 1.2),
        Slider("steps", "Training steps", 100, 1500, 100, 400),
        SEED,
    ),
)
GRADIENT = Panel(
    name="gradient",
    title="The vanishing gradient",
    claim="While the critic grows sure that samples are fake, the minimax loss stops telling the "
    "generator where to go; the non-saturating loss does not.",
    formula="∇ log(1 − D) = −D · ∇ℓ,   ∇(−log D) = −(1 − D) · ∇ℓ,   ℓ = log(D/(1 − D))",
    notes="A GAN of the laboratory with two layers of 64 units in each net: data are "
    "N((distance, 0), 0.5² I), samples of the untrained generator lie about 0. The critic "
    "learns, the generator stands still. Both losses are asked for their gradient at the same "
    "weights and the same 256 codes; its norm is over all weights of the generator.",
    sources=(GOODFELLOW, BOTTOU),
    controls=(
        Slider("distance", "Distance of the data", 0.5, 6, 0.1, 3),
        Choice(
            "rate",
            "Learning rate of the critic",
            (("0.001", "0.001"), ("0.003", "0.003"), ("0.01", "0.01")),
            "0.003",
        ),
        Slider("steps", "Steps of the critic", 50, 400, 50, 200),
        SEED,
    ),
)
LINES = Panel(
    name="lines",
    title="Two parallel lines",
    claim="Between distributions that do not overlap, JSD and KL are the same however far apart "
    "they are; only the Wasserstein distance shrinks as they approach.",
    formula="θ ≠ 0:   JSD = ln 2,   KL(P‖Q) = KL(Q‖P) = ∞,   W₁ = |θ|;   θ = 0: all are 0",
    notes="P is uniform on {0} × [0, 1], Q on {θ} × [0, 1]. Noise of standard deviation σ across "
    "the lines gives both a density, and KL = θ²/(2σ²). Lines: closed forms (the JSD with noise "
    "by quadrature). Symbols: estimated from draws alone, KL and JSD from histograms with bins "
    "0.05 wide, W₁ by the cheapest assignment of the points. W₁ of two draws of the same is not "
    "0: they never are the same points.",
    sources=(("Arjovsky et al. 2017", "https://arxiv.org/abs/1701.07875"), BOTTOU),
    controls=(
        Slider("theta", "θ", -1, 1, 0.01, 0.5),
        Slider("noise", "Noise σ across the lines", 0, 0.5, 0.01, 0),
        Slider("n", "Draws of each", 50, 400, 50, 200),
        SEED,
    ),
)
FIT = Panel(
    name="fit",
    title="One Gaussian for two modes",
    claim="A model too simple for its data must fail in some way, and the measure chooses how: "
    "cover everything and the void between, or one mode and forget the other.",
    formula="q = N(μ, σ²) minimises one of   KL(p‖q),   KL(q‖p),   JSD(p, q),   MMD²(p, q)",
    notes="KL(p‖q) is maximum likelihood. Each measure is minimised over μ and ln σ by gradient "
    "descent (BFGS) from the left mode, the middle or the right mode; “the best” takes the "
    "lowest of the three ends, the left one of two that are equal. The MMD’s kernel is "
    "exp(−(x − y)²/(2ℓ²)). The figure of the paper, on a line instead of a plane.",
    sources=(("Theis, van den Oord & Bethge 2016", "https://arxiv.org/abs/1511.01844"),),
    controls=(
        Slider("gap", "Distance of the modes", 0, 8, 0.1, 4.5),
        Slider("width", "σ of the modes", 0.3, 1.5, 0.05, 0.6),
        Slider("weight", "Weight of the left mode", 0.1, 0.9, 0.05, 0.5),
        Slider("bandwidth", "MMD: kernel’s width ℓ", 0.2, 4, 0.1, 1),
        Choice(
            "start",
            "Search from",
            (("best", "the best"), ("left", "left"), ("middle", "middle"), ("right", "right")),
            "best",
        ),
    ),
)
UNIFY = Panel(
    name="unify",
    title="KL minus JSD",
    claim="The update of a GAN’s generator pulls it to a mixture of data and itself, weighted by "
    "the critic, in the KL that lets modes go, and pushes it from the data by a JSD.",
    formula="½ ∇ E[−log D(x)] = ½ ∇ KL(p_θ ‖ qʳ) − ∇ JSD(p_θ, p_data),   "
    "qʳ(x) ∝ D(x) · ½(p_θ₀(x) + p_data(x)),   at θ₀, for any D",
    notes="p_θ = N(μ, σ²), θ = (μ, ln σ); the critic is D = 1/(1 + (p_θ₀/p_data)ᵗ), t how sure "
    "it is: 0 knows nothing, 1 is the best one. The left side is the derivative along the "
    "samples, as in training; the right side is finite differences of divergences on a grid. "
    "They agree for every critic; without the JSD they do not.",
    sources=(
        ("Hu, Yang, Salakhutdinov & Xing 2018, lemma 1", "https://arxiv.org/abs/1706.00550"),
    ),
    controls=GAME,
)
ACTIVATED = Panel(
    name="activated",
    title="A VAE with a critic",
    claim="A VAE is told which x is its own sample, and lets data alone count. With a critic that "
    "has to see it, samples that look real count too: the best critic asks for the same, an "
    "unsure one lets the model learn from itself.",
    formula="E_data D(x) L(x) + E_p_θ₀ D(x) L(x)   ↔   KL(qʳ ‖ p_θ),   "
    "qʳ(x) ∝ D(x) · ½(p_θ₀(x) + p_data(x))",
    notes="L(x) = −log p_θ(x), which a VAE bounds; p_θ = N(μ, σ²), so each round has a closed "
    "form: the mean and deviation of qʳ. It is the qʳ of “KL minus JSD”, in the KL the other way "
    "round. The critic is D = 1/(1 + (p_θ₀/p_data)ᵗ), t how sure it is: 0 knows nothing, 1 is the "
    "best one that sees x alone, and for it qʳ = p_data. The perfect critic gives 1 to all data "
    "and 0 to all samples. Beside it: what trained networks came to with few digits.",
    sources=(
        ("Hu, Yang, Salakhutdinov & Xing 2018, section 4.2", "https://arxiv.org/abs/1706.00550"),
    ),
    controls=(*GAME, Slider("rounds", "Rounds", 0, 10, 1, 1)),
)
SHI = ("Shi, Zhou, Miao & Li 2020", "https://proceedings.mlr.press/v119/shi20f.html")
MEANS = Panel(
    name="means",
    title="Modes that slide together",
    claim="The bound of a mixture VAE pays for the distance of a code to every component that its "
    "class may be. The variance of the means is a lower bound of these distances: the cheapest "
    "means are equal ones.",
    formula="Var_M = Σ_k (μ_k − μ̄)² ≤ S = Σ_k (a − μ_k)²,   for any a;   "
    "loss = KL(q(z|x) ‖ p̂) + β Δ",
    notes="K clusters of x whose codes lie at a_j; K components N(μ_k, 1), which begin there. "
    "q(c|x) puts τ on the component of its cluster and the rest evenly on all. Gradient descent "
    "moves the means alone, 0.3 K a step. They end at τ/(τ² + β(1 − τ²)) times where they "
    "began, exactly: with β = 1, the plain bound, at τ times, so they meet where the class is not "
    "told; with a small β they stay apart.",
    sources=((f"{SHI[0]}, theorem 1", SHI[1]),),
    controls=(
        Slider("components", "Clusters and components K", 2, 6, 1, 3),
        Slider("gap", "Distance of the clusters", 0.5, 4, 0.1, 2),
        Slider("told", "How far the class is told, τ", 0.05, 1, 0.05, 0.4),
        Slider("beta", "Weight β of the dispersion Δ", 0, 1.5, 0.05, 1),
        Slider("step", "Steps of the means", 0, 60, 1, 10),
    ),
)
SPLIT = Panel(
    name="split",
    title="What the bound pays for",
    claim="Written in four parts, the bound of a mixture VAE pays for a class that says something "
    "of x, and for means that are apart: both are what a model of modes is for.",
    formula="E KL(q(c|x) ‖ U) + E Σ_c q(c|x) KL(q(z|x) ‖ p(z|c)) = "
    "I(x; c) + KL(q(c) ‖ U) + E KL(q(z|x) ‖ p̂) + Δ",
    notes="K clusters of x with codes N(a_j, 0.5²), components N(μ_k, 1) at a multiple of a; "
    "q(c|x) puts τ on the component of its cluster and the rest evenly on all. Both sides are "
    "summed on their own. GMVAE keeps all; L_mi leaves I out, L_var gives Δ the weight β; DGMVAE "
    "does both. Where a curve is lowest, its bound likes the class best, were the error the same.",
    sources=(SHI,),
    controls=(
        Slider("components", "Clusters and components K", 2, 6, 1, 3),
        Slider("gap", "Distance of the clusters", 0, 4, 0.1, 2),
        Slider("apart", "Means: multiple of the clusters’", 0, 1.5, 0.05, 0.5),
        Slider("told", "How far the class is told, τ", 0, 1, 0.05, 0.4),
        Slider("first", "Share of the first cluster", 0.1, 0.9, 0.05, 0.5),
        Slider("beta", "Weight β of the dispersion Δ", 0, 1, 0.05, 0.2),
    ),
)
PANELS = {
    panel.name: panel for panel in (CRITIC, GRADIENT, LINES, FIT, UNIFY, ACTIVATED, MEANS, SPLIT)
}


def checked(panel: str, values: dict[str, float | str]) -> dict[str, float | str]:
    """All values of a panel, given ones and starts; raises ValueError for one out of range."""
    if panel not in PANELS:
        raise ValueError(f"There is no panel called {panel[:40]!r}.")
    found: dict[str, float | str] = {}
    for control in PANELS[panel].controls:
        value = values.get(control.name, control.start)
        if isinstance(control, Choice):
            if value not in dict(control.options):
                raise ValueError(f"{control.label} cannot be {str(value)[:40]!r}.")
            found[control.name] = value
            continue
        try:
            number = float(value)
        except ValueError:
            raise ValueError(f"{control.label}: {str(value)[:40]!r} is no number.") from None
        if not control.low <= number <= control.high:
            raise ValueError(
                f"{control.label} must lie between {control.low:g} and {control.high:g}."
            )
        found[control.name] = (
            int(number)
            if isinstance(control.start, int) and (control.step == int(control.step))
            else number
        )
    return found
