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
    controls=(
        Slider("gap", "Data: modes’ distance", 0, 6, 0.1, 4),
        Slider("width", "Data: σ of each mode", 0.3, 1.5, 0.05, 0.6),
        Slider("mean", "Generator: μ", -4, 4, 0.1, 1),
        Slider("spread", "Generator: σ", 0.4, 2.5, 0.05, 1.2),
        Slider("sureness", "How sure the critic is, t", 0, 2, 0.05, 0.5),
    ),
)
PANELS = {panel.name: panel for panel in (CRITIC, GRADIENT, LINES, FIT, UNIFY)}


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
