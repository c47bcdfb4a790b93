"""Figures of the panels that are computed at once."""

import math
from collections.abc import Iterator
from typing import Any

from app import memory
from app.widgets.theory.figure import POINTS, Figure, Values, fact, numbers, script, series

NAMES = (("jsd", "JSD", 0), ("kl", "KL(P‖Q)", 5), ("reverse_kl", "KL(Q‖P)", 1), ("w1", "W₁", 2))
QUIET = {"small": True, "silent": True}  # of the same colour as the curve in the legend
HIGH = 2.0  # of the plot of the four distances


def lines(values: Values) -> Iterator[Figure]:
    """The two lines, and all four distances as θ moves."""
    from backend.theory import lines as theory

    theta, noise, n, seed = (values[name] for name in ("theta", "noise", "n", "seed"))
    p, q = theory.draws(theta, noise, n, seed)
    exact, found = theory.exact(theta, noise), theory.estimated(p, q)
    fine, truths, rough, estimates = _along_theta(noise, n, seed)
    curves = []
    for k, (key, name, colour) in enumerate(NAMES):
        curve = [getattr(one, key) for one in truths]
        curves.append(series("line", colour, name, fine, curve, dash=k))
        guesses = [getattr(one, key) for one in estimates]
        curves.append(series("dots", colour, f"{name}, from draws", rough, guesses, **QUIET))
    if noise == 0:
        limits = [getattr(theory.exact(1e-9), key) for key, _, _ in NAMES[:3]]
        curves.append(series("open", 7, "not at θ = 0", [0] * 3, limits))
        curves.append(series("dots", 7, "all are 0 at θ = 0", [0], [theory.exact(0.0).jsd]))
    heads = {"jsd": "nats", "kl": "nats", "reverse_kl": "nats", "w1": "units of the plane"}
    yield {
        "plots": [
            {
                "title": f"{n} draws of each",
                "x": {"label": "x₁", "low": -1.5, "high": 1.5},
                "y": {"label": "x₂", "low": 0, "high": 1},
                "series": [
                    series("dots", 0, "P", p[:, 0], p[:, 1], small=True),
                    series("dots", 1, "Q", q[:, 0], q[:, 1], small=True),
                ],
            },
            {
                "title": "Four distances as θ moves: lines exact, symbols from draws",
                "x": {"label": "θ", "low": -1, "high": 1},
                "y": {"label": "nats, or units of the plane", "low": 0, "high": HIGH, "inf": True},
                "rule": theta,
                "series": curves,
            },
        ],
        "facts": [
            fact(name, getattr(exact, key), heads[key], f"from draws {_said(found, key)}")
            for key, name, _ in NAMES
        ],
        "columns": [
            "θ",
            *(name for _, name, _ in NAMES),
            *(f"{name}, from {n} draws" for _, name, _ in NAMES),
        ],
        "rows": [
            _cells(theta, exact, found),
            *(
                _cells(at, theory.exact(at, noise), guess)
                for at, guess in zip(rough, estimates, strict=True)
            ),
        ],
        "code": script(
            "from backend.theory import lines",
            "",
            f"print(lines.exact({theta!r}, noise={noise!r}))",
            f"draws = lines.draws({theta!r}, {noise!r}, n={n}, seed={seed})",
            "print(lines.estimated(*draws))",
        ),
    }


def _said(found: Any, key: str) -> str:
    value = getattr(found, key)
    return "∞" if math.isinf(value) else f"{value:.4g}"


def _cells(theta: float, *both: Any) -> list:
    values = [getattr(one, key) for one in both for key, _, _ in NAMES]
    return [theta, *("∞" if math.isinf(v) else float(f"{v:.5g}") for v in values)]


@memory.kept(16)
def _along_theta(noise: float, n: int, seed: int) -> tuple:
    """Places and closed forms, places and estimates; without noise, at 0 the limit towards it."""
    from backend.theory import lines as theory

    fine = [round(0.02 * i, 2) for i in range(-50, 51)]
    rough = [round(0.1 * i, 1) for i in range(-10, 11)]
    exact = [theory.exact(at or (0.0 if noise else 1e-9), noise) for at in fine]
    found = [theory.estimated(*theory.draws(at, noise, n, seed)) for at in rough]
    return fine, exact, rough, found


FITTED = (
    ("kl", "KL(p‖q)", 0),
    ("reverse_kl", "KL(q‖p)", 5),
    ("jsd", "JSD", 4),
    ("mmd", "MMD²", 2),
)


def fit(values: Values) -> Iterator[Figure]:
    """The four Gaussians over their target, and what each measure says of each."""
    import numpy as np

    from backend.theory import fitted_gaussian as theory
    from backend.theory.densities import normal, pair

    target = pair(values["gap"], values["width"], values["weight"])
    fits = theory.fit(target, values["start"], values["bandwidth"])
    reach = values["gap"] / 2 + 4 * max(values["width"], 0.75)
    x = np.linspace(-reach, reach, POINTS)
    curves = [
        series("line", k, name, x, normal(fits[key].mean, fits[key].sd).density(x), dash=i)
        for i, (key, name, k) in enumerate(FITTED)
    ]
    yield {
        "plots": [
            {
                "title": "The target, and the Gaussian that minimises each measure",
                "x": {"label": "x"},
                "y": {"label": "density", "low": 0},
                "wide": True,
                "series": [series("area", 7, "p, the target", x, target.density(x)), *curves],
            }
        ],
        "facts": [
            fact(
                f"By {name}",
                fits[key].values[key],
                "no unit" if key == "mmd" else "nats",
                f"μ {round(fits[key].mean, 2) + 0.0:.2f}, σ {fits[key].sd:.2f}".replace("-", "−"),
            )
            for key, name, _ in FITTED
        ],
        "columns": ["fitted by", "μ", "σ", *(name for _, name, _ in FITTED), "search from"],
        "rows": [
            [
                name,
                *numbers([round(fits[key].mean, 4) + 0.0, fits[key].sd]),
                *numbers(fits[key].values[other] for other, _, _ in FITTED),
                fits[key].start,
            ]
            for key, name, _ in FITTED
        ],
        "open": True,
        "code": script(
            "from backend.theory.densities import pair",
            "from backend.theory.fitted_gaussian import fit",
            "",
            f"p = pair({values['gap']!r}, sd={values['width']!r}, weight={values['weight']!r})",
            f"fits = fit(p, {values['start']!r}, bandwidth={values['bandwidth']!r})",
            "for name, found in fits.items():",
            "    print(name, found)",
        ),
    }


def unify(values: Values) -> Iterator[Figure]:
    """Both sides of the identity at θ₀, and along μ."""
    import numpy as np

    from backend.theory import unifying as theory
    from backend.theory.densities import pair

    data = pair(values["gap"], values["width"])
    setting = theory.Setting(data, values["mean"], values["spread"], values["sureness"])
    here = theory.sides(setting)
    reach = max(values["gap"] / 2 + 4 * values["width"], 4 + 2 * values["spread"])
    x = np.linspace(-reach, reach, 4 * POINTS)
    shape = [theory.Setting.generator(setting).density(x), np.exp(setting.log_target(x))]
    means, along = _along_mean(*(values[name] for name in ("gap", "width", "spread", "sureness")))
    plots = []
    for i, parameter in enumerate(theory.NAMES):
        update, kl, jsd = (
            [getattr(s, side)[i] for s in along] for side in ("update", "kl", "jsd")
        )
        both = [a - b for a, b in zip(kl, jsd, strict=True)]
        plots.append(
            {
                "title": f"Derivative by {parameter}, as μ moves",
                "x": {"label": "μ of the generator", "low": -4, "high": 4},
                "y": {"label": f"nats per unit of {parameter}"},
                "rule": values["mean"],
                "series": [
                    series("line", 4, "the GAN’s update", means, update, wide=True),
                    series("dots", 5, "KL − JSD", means, both, small=True),
                    series("line", 2, "KL alone", means, kl, dash=1),
                ],
            }
        )
    yield {
        "plots": [
            {
                "title": "Data, generator, and where its update pulls it",
                "x": {"label": "x"},
                "y": {"label": "density", "low": 0},
                "series": [
                    series("area", 0, "p_data", x[::4], data.density(x)[::4]),
                    series("area", 1, "p_θ₀", x[::4], shape[0][::4]),
                    series("line", 5, "qʳ", x[::4], shape[1][::4], dash=0),
                ],
            },
            *plots,
        ],
        "facts": [
            *(
                fact(
                    f"Update by {parameter}",
                    here.update[i] + 0.0,
                    f"nats per unit of {parameter}",
                    f"½∇KL {here.kl[i]:.4g}, ∇JSD {here.jsd[i]:.4g}".replace("-", "−"),
                )
                for i, parameter in enumerate(theory.NAMES)
            ),
            fact("Largest difference", here.difference, "nats", "of the two sides"),
        ],
        "columns": [
            "μ",
            *(
                f"{side}, by {parameter}"
                for parameter in theory.NAMES
                for side in ("update", "½∇KL", "∇JSD")
            ),
        ],
        "rows": [
            numbers([mean, *(v for i in (0, 1) for v in (s.update[i], s.kl[i], s.jsd[i]))])
            for mean, s in [(values["mean"], here), *zip(means, along, strict=True)]
        ],
        "code": script(
            "from backend.theory.densities import pair",
            "from backend.theory.unifying import Setting, sides",
            "",
            f"data = pair(gap={values['gap']!r}, sd={values['width']!r})",
            f"setting = Setting(data, mean={values['mean']!r}, sd={values['spread']!r}, "
            f"sureness={values['sureness']!r})",
            "result = sides(setting)",
            "print(result, result.difference)",
        ),
    }


@memory.kept(16)
def _along_mean(gap: float, width: float, spread: float, sureness: float) -> tuple:
    """Both sides at means from -4 to 4."""
    from backend.theory import unifying as theory
    from backend.theory.densities import pair

    means = [round(-4 + 0.25 * i, 2) for i in range(33)]
    data = pair(gap, width)
    return means, [theory.sides(theory.Setting(data, m, spread, sureness)) for m in means]


GAIN = "AAVAE − VAE"  # of its columns
LONGEST = 10  # rounds
FEW = "vae/aavae--mnist--1pct"  # trained, and compared with a VAE over seeds


def activated(values: Values) -> Iterator[Figure]:
    """What data and samples count, and the generators of several rounds."""
    import numpy as np

    from backend.theory import activated as theory
    from backend.theory.densities import normal, pair
    from backend.theory.unifying import Setting

    data, n, few = pair(values["gap"], values["width"]), values["rounds"], _few()
    setting = Setting(data, values["mean"], values["spread"], values["sureness"])
    every = theory.rounds(setting, LONGEST)
    best, here = theory.perfect(data), every[n]
    now = Setting(data, here.mean, here.sd, values["sureness"])
    reach = max(values["gap"] / 2 + 4 * values["width"], 4 + 2 * values["spread"])
    x = np.linspace(-reach, reach, 4 * POINTS)
    target, counts = np.exp(now.log_target(x))[::4], np.exp(now.log_d(x))[::4]
    x = x[::4]
    at = range(LONGEST + 1)
    yield {
        "plots": [
            {
                "title": f"After {n} rounds: data, generator, and what is fitted next",
                "x": {"label": "x"},
                "y": {"label": "density", "low": 0},
                "series": [
                    series("area", 0, "p_data", x, data.density(x)),
                    series("area", 1, "p_θ₀", x, normal(here.mean, here.sd).density(x)),
                    series("line", 5, "qʳ", x, target, dash=0),
                    series(
                        "line", 2, "the VAE’s", x, normal(best.mean, best.sd).density(x), dash=1
                    ),
                ],
            },
            {
                "title": "How much an x counts",
                "x": {"label": "x"},
                "y": {"label": "weight", "low": -0.05, "high": 1.05},
                "series": [
                    series("line", 4, "D(x), of both kinds", x, counts, dash=0),
                    series("line", 0, "perfect, of data", x, [1] * len(x), dash=1),
                    series("line", 1, "perfect, of samples", x, [0] * len(x), dash=2),
                ],
            },
            {
                "title": "How far the generator is from the data",
                "x": {"label": "rounds", "low": 0, "high": LONGEST},
                "y": {"label": "KL(p_data ‖ p_θ), nats", "low": 0},
                "rule": n,
                "series": [
                    series("line", 4, "by its critic", at, [r.kl for r in every], dash=0),
                    series(
                        "line",
                        2,
                        "by a perfect one",
                        at,
                        [every[0].kl] + [best.kl] * LONGEST,
                        dash=1,
                    ),
                ],
            },
        ],
        "facts": [
            fact("KL, data to generator", here.kl, "nats", f"a VAE’s {best.kl:.4g}"),
            fact("Generator’s μ", here.mean + 0.0, "", f"a VAE’s {best.mean + 0.0:.4g}"),
            fact("Generator’s σ", here.sd, "", f"a VAE’s {best.sd:.4g}"),
            fact("Samples’ share", here.samples, "of all that counts", "a VAE’s 0"),
            *few,
        ],
        "columns": ["rounds", "μ", "σ", "samples’ share", "KL, data to generator, nats"],
        "rows": [
            numbers([i, one.mean + 0.0, one.sd, one.samples, one.kl])
            for i, one in enumerate(every)
        ],
        "code": script(
            *(["from backend.evaluation import measured"] if few else []),
            "from backend.theory import activated",
            "from backend.theory.densities import pair",
            "from backend.theory.unifying import Setting",
            "",
            f"data = pair(gap={values['gap']!r}, sd={values['width']!r})",
            f"setting = Setting(data, mean={values['mean']!r}, sd={values['spread']!r}, "
            f"sureness={values['sureness']!r})",
            f"print(activated.rounds(setting, {n})[-1], activated.perfect(data))",
            *([f"print(measured.tables({FEW!r})[-1]['rows'])"] if few else []),
        ),
    }


def _few() -> list[dict]:
    """What networks came to over seeds, read from beside the checkpoint; nothing without it."""
    from backend.evaluation import measured

    try:
        rows = [
            one
            for table in measured.tables(FEW)
            if table["id"] == "seeds"
            for one in table["rows"]
        ]
    except KeyError:
        return []
    if not rows:
        return []
    mean, spread, *each = rows
    return [
        fact(
            "Networks, 600 digits",
            mean[GAIN],
            f"nats of the bound, {GAIN}",
            f"± {spread[GAIN]:.2g} over {len(each)} seeds",
        )
    ]
