"""Figures of the panels that train a network; each yields one after another."""

from collections.abc import Iterator
from typing import Any

from app.widgets.theory.figure import POINTS, Figure, Values, fact, rows, script, series


def critic(values: Values) -> Iterator[Figure]:
    """The learned D beside p/(p + q), and V(D) on its way to 2 JSD - 2 ln 2."""
    from backend.theory import optimal_critic as theory
    from backend.theory.densities import normal, pair

    p = pair(values["gap"], values["width"])
    q = normal(values["mean"], values["spread"])
    target = theory.truth(p, q)
    shown = _shown(target.x, target.p + target.q)
    x = target.x[shown]
    data = target.x[target.data]
    code = script(
        "from backend.theory import optimal_critic",
        "from backend.theory.densities import normal, pair",
        "",
        f"p = pair(gap={values['gap']!r}, sd={values['width']!r})",
        f"q = normal({values['mean']!r}, {values['spread']!r})",
        "truth = optimal_critic.truth(p, q)",
        f"for state in optimal_critic.train(p, q, {values['steps']}, seed={values['seed']}):",
        "    print(state.step, state.error, state.value, truth.value)",
    )
    steps, reached = [], []
    for state in theory.train(p, q, values["steps"], values["seed"]):
        steps.append(state.step)
        reached.append(state.value)
        low, high = min(*reached, target.value) - 0.1, min(0.0, target.value + 0.3)
        yield {
            "plots": [
                {
                    "title": "What the critic is to tell apart",
                    "x": {"label": "x"},
                    "y": {"label": "density", "low": 0},
                    "series": [
                        series("area", 0, "p, the data", x, target.p[shown]),
                        series("area", 1, "q, the generator", x, target.q[shown]),
                    ],
                },
                {
                    "title": "What it learned",
                    "x": {"label": "x"},
                    "y": {"label": "D(x)", "low": 0, "high": 1},
                    "series": [
                        series("band", 2, "where there is data", [data[0], data[-1]], [0, 0]),
                        series("line", 6, "p/(p + q)", x, target.best[shown], wide=True),
                        series("line", 4, "D, learned", x, state.d[shown], dash=0),
                    ],
                },
                {
                    "title": "Its value, upwards to the bound",
                    "x": {"label": "training steps", "low": 0, "high": values["steps"]},
                    "y": {"label": "nats", "low": low, "high": high},
                    "series": [
                        series(
                            "line",
                            6,
                            "2 JSD − 2 ln 2",
                            [0, values["steps"]],
                            [target.value] * 2,
                            wide=True,
                        ),
                        series("line", 4, "V(D)", steps, reached, dash=0),
                    ],
                },
            ],
            "facts": [
                fact("Training steps", state.step, f"of {values['steps']}"),
                fact("Largest |D − D*|", state.error, "where there is data"),
                fact("V(D)", state.value, "nats"),
                fact("2 JSD − 2 ln 2", target.value, "nats"),
                fact("JSD(p, q)", target.jsd, "nats"),
            ],
            "columns": ["x", "p", "q", "p/(p + q)", "D, learned"],
            "rows": rows(x, target.p[shown], target.q[shown], target.best[shown], state.d[shown]),
            "code": code,
            "share": state.step / values["steps"],
        }


def _shown(x: Any, mass: Any) -> Any:
    """Indices of about ``POINTS`` places of the grid x [n] where there is any mass to see."""
    import numpy as np

    there = np.flatnonzero(mass > 1e-3 * mass.max())
    return np.unique(np.linspace(there[0], there[-1], POINTS).astype(int))


def gradient(values: Values) -> Iterator[Figure]:
    """Both gradients of the generator while the critic learns."""
    from backend.theory import vanishing_gradient as theory

    rate = float(values["rate"])
    code = script(
        "from backend.theory import vanishing_gradient",
        "",
        "for state in vanishing_gradient.train(",
        f"    distance={values['distance']!r}, steps={values['steps']}, rate={rate!r}, "
        f"seed={values['seed']}",
        "):",
        "    print(state, state.ratio)",
    )
    states = []
    for state in theory.train(values["distance"], values["steps"], rate, values["seed"]):
        states.append(state)
        x = {"label": "steps of the critic", "low": 0, "high": values["steps"]}
        steps = [s.step for s in states]
        yield {
            "plots": [
                {
                    "title": "How real the critic finds the samples",
                    "x": x,
                    "y": {"label": "mean D(G(z))", "low": 0, "high": 0.6},
                    "series": [
                        series("line", 4, "mean D(G(z))", steps, [s.score for s in states], dash=0)
                    ],
                },
                {
                    "title": "What each loss tells the generator",
                    "x": x,
                    "y": {"label": "norm of the gradient", "log": True},
                    "series": [
                        series("line", 5, "minimax", steps, [s.minimax for s in states], dash=1),
                        series(
                            "line",
                            2,
                            "non-saturating",
                            steps,
                            [s.non_saturating for s in states],
                            dash=0,
                        ),
                    ],
                },
            ],
            "facts": [
                fact("Steps of the critic", state.step, f"of {values['steps']}"),
                fact("D(G(z))", state.score, "mean of 256 samples"),
                fact("Minimax", state.minimax, "norm of the gradient"),
                fact("Non-saturating", state.non_saturating, "norm of the gradient"),
                fact("Minimax / non-saturating", state.ratio, _fraction(state.ratio)),
            ],
            "columns": ["steps", "D(G(z))", "minimax", "non-saturating", "ratio"],
            "rows": rows(
                steps,
                [s.score for s in states],
                [s.minimax for s in states],
                [s.non_saturating for s in states],
                [s.ratio for s in states],
            ),
            "code": code,
            "share": state.step / values["steps"],
        }


def _fraction(ratio: float) -> str:
    return f"about 1/{1 / ratio:,.0f}" if ratio < 0.5 else "about as large"
