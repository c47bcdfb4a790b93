"""Figures of the panels on mixture priors: why modes slide together, and what the bound pays."""

from collections.abc import Iterator

from app.widgets.theory.figure import Figure, Values, fact, numbers, script, series

LONGEST = 60  # steps of the means
SUBSCRIPTS = "₁₂₃₄₅₆"
VARIANTS = (  # name, with I, with Δ in full, colour
    ("GMVAE", True, True, 1),
    ("L_var", True, False, 2),
    ("L_mi", False, True, 4),
    ("DGMVAE", False, False, 0),
)


def means(values: Values) -> Iterator[Figure]:
    """The means along their steps, Theorem 1 along them, and where they end."""
    from backend.theory import mixture_prior as theory

    a = theory.centres(values["components"], values["gap"])
    told, beta, step = values["told"], values["beta"], values["step"]
    path = theory.slide(a, told, beta, LONGEST)
    var, s = theory.variance(path), theory.distances(path, a)
    end = theory.ends(told, beta)
    at = range(LONGEST + 1)
    weights = [round(0.025 * i, 3) for i in range(61)]
    final = [float(theory.variance(theory.ends(told, b) * a)) for b in weights]
    start = float(theory.variance(a))
    yield {
        "plots": [
            {
                "title": "The means as they learn",
                "x": {"label": "steps", "low": 0, "high": LONGEST},
                "y": {"label": "μ_k, in σ of the components"},
                "rule": step,
                "series": [
                    series("line", k % 6, f"μ{SUBSCRIPTS[k]}", at, path[:, k], dash=0)
                    for k in range(len(a))
                ],
            },
            {
                "title": "The variance of means stays below S",
                "x": {"label": "steps", "low": 0, "high": LONGEST},
                "y": {"label": "squared σ of the components", "low": 0},
                "rule": step,
                "series": [
                    series("line", 5, "S, mean over x", at, s, dash=1),
                    series("line", 4, "Var_M", at, var, dash=0),
                ],
            },
            {
                "title": "Where the means end, by β",
                "x": {"label": "β", "low": 0, "high": 1.5},
                "y": {"label": "Var_M over that of the clusters", "low": 0, "high": 3},
                "rule": beta,
                "series": [
                    series("line", 4, "after all steps", weights, [v / start for v in final]),
                    series("line", 6, "the clusters’ own", [0, 1.5], [1, 1], dash=2),
                ],
            },
        ],
        "facts": [
            fact(
                "Variance of means",
                float(var[step]),
                f"after {step} steps",
                f"at first {start:.4g}",
            ),
            fact("S", float(s[step]), "mean over x", "never below the variance"),
            fact("S − variance", float(s[step] - var[step]), "K times the spread of x about μ̄"),
            fact("The end", end, "times the clusters’ distance", "τ/(τ² + β(1 − τ²))"),
        ],
        "columns": [
            "step",
            "variance of means",
            "S",
            *(f"μ{SUBSCRIPTS[k]}" for k in range(len(a))),
        ],
        "rows": [numbers([i, var[i], s[i], *(path[i] + 0.0)]) for i in at],
        "code": script(
            "from backend.theory import mixture_prior as theory",
            "",
            f"a = theory.centres({values['components']}, gap={values['gap']!r})",
            f"means = theory.slide(a, told={told!r}, beta={beta!r}, steps={step})[-1]",
            "var, s = float(theory.variance(means)), float(theory.distances(means, a))",
            f"print(var, s, s - var, float(theory.ends({told!r}, {beta!r})))",
        ),
    }


def split(values: Values) -> Iterator[Figure]:
    """The four parts as more or less is told of the class, and four bounds that keep some."""
    from backend.theory import mixture_prior as theory

    k, told, beta = values["components"], values["told"], values["beta"]
    a, shares = theory.centres(k, values["gap"]), theory.shares_of(k, values["first"])
    mu = values["apart"] * a
    here = theory.split(a, mu, shares, told)
    at = [round(0.02 * i, 2) for i in range(51)]
    every = [theory.split(a, mu, shares, one) for one in at]
    parts = (
        ("I(x; c)", "information", 1),
        ("KL(q(c) ‖ U)", "usage", 2),
        ("KL(q(z|x) ‖ p̂)", "averaged_kl", 0),
        ("Δ", "dispersion", 4),
    )
    rates = {
        name: [one.dispersed(1.0 if full else beta, kept) for one in every]
        for name, kept, full, _ in VARIANTS
    }
    plain = [one.plain for one in every]
    lowest = {name: min(range(len(at)), key=rate.__getitem__) for name, rate in rates.items()}
    yield {
        "plots": [
            {
                "title": "The four parts",
                "x": {"label": "how far the class is told, τ", "low": 0, "high": 1},
                "y": {"label": "nats", "low": 0},
                "rule": told,
                "series": [
                    series("line", colour, name, at, [getattr(one, part) for one in every], dash=i)
                    for i, (name, part, colour) in enumerate(parts)
                ],
            },
            {
                "title": "What each bound pays; symbols: where it pays least",
                "x": {"label": "how far the class is told, τ", "low": 0, "high": 1},
                "y": {"label": "nats"},
                "rule": told,
                "series": [
                    series("line", 6, "the plain bound", at, plain, wide=True),
                    *(
                        series("line", colour, name, at, rates[name], dash=i)
                        for i, (name, _, _, colour) in enumerate(VARIANTS)
                    ),
                    *(
                        series(
                            "dots",
                            colour,
                            f"{name}, least",
                            [at[lowest[name]]],
                            [rates[name][lowest[name]]],
                            silent=True,
                        )
                        for name, _, _, colour in VARIANTS
                    ),
                ],
            },
        ],
        "facts": [
            fact("KL(q(c|x) ‖ U), mean", here.class_kl, "nats", "= I + KL(q(c) ‖ U)"),
            fact("I(x; c)", here.information, "nats"),
            fact("KL(q(c) ‖ U)", here.usage, "nats"),
            fact(
                "KL to the components",
                here.code_kl,
                "nats",
                f"= KL to p̂, {here.averaged_kl:.4g}, + Δ",
            ),
            fact("Δ", here.dispersion, "nats"),
            fact("Largest difference", here.difference, "nats", "of the two sides"),
        ],
        "columns": [
            "τ",
            *(name for name, _, _ in parts),
            "plain bound",
            *(name for name, *_ in VARIANTS),
        ],
        "rows": [
            numbers(
                [
                    at[i],
                    *(getattr(one, part) for _, part, _ in parts),
                    plain[i],
                    *(rates[name][i] for name, *_ in VARIANTS),
                ]
            )
            for i, one in enumerate(every)
        ],
        "code": script(
            "from backend.theory import mixture_prior as theory",
            "",
            f"a = theory.centres({k}, gap={values['gap']!r})",
            f"shares = theory.shares_of({k}, first={values['first']!r})",
            f"parts = theory.split(a, {values['apart']!r} * a, shares, told={told!r})",
            "print(parts, parts.difference)",
        ),
    }
