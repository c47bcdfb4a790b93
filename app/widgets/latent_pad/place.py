"""Where a place on the pad lies in the latent space, and the script that decodes it.

A place is two numbers: the code itself where the latent space has two dimensions, (u, v) on the
plane through three points otherwise, and (unit, value) where one unit is changed. A local
direction counts as one more unit behind those of the code, its value in standard deviations. On
the sphere in three dimensions it is longitude and latitude, in degrees.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from app import components

if TYPE_CHECKING:
    from backend.space import LatentSpace

Mode = Literal["plane", "unit", "direction"]
Points = Literal["own", "drawn", "held-out", "samples"]  # drawn: from q(z|x) of a person's own
OWN = ("own", "drawn")
Place = tuple[float, float]

FAR = 1000.0  # no code of any checkpoint lies further out
FLAT = 1e-3  # sine of the angle below which three points lie on one line


class Anchors(NamedTuple):
    """The points a view starts from: three for a plane, one for a unit, and one for a plane that
    is all of the latent space, which hangs on none.
    """

    codes: np.ndarray  # float32 [k, D]
    script: str  # the Python that gives them the name `points`
    labels: list[str]  # what each of them is, in a few words


class Frame(NamedTuple):
    """How the square pad shows a plane: x and y are lengths in the latent space.

    The middle of the axes is the point of the plane nearest to the origin of the latent space.
    """

    origin: np.ndarray  # [2], (x, y) of u = v = 0
    basis: np.ndarray  # [2, 2], (x, y) of one step of u and of one step of v
    axes: np.ndarray  # [2, D], orthonormal: x and y in the latent space
    height: float  # distance of the plane from the origin
    corner: Place  # (x, y) of the lower left corner of the square
    side: float


def count(space: "LatentSpace", mode: Mode) -> int:
    """How many points a view of this kind hangs on."""
    return 1 if mode != "plane" else 0 if space.latent_dim == 2 or is_globe(space) else 3


def is_globe(space: "LatentSpace") -> bool:
    """Whether the plane is a sphere that is seen as a whole when it is turned."""
    return space.spherical and space.latent_dim == 3


def choose(space: "LatentSpace", mode: Mode, points: Points, seed: int, own: list) -> Anchors:
    """Finds the points: encodes a person's ``own``, or draws held-out items or prior samples.

    Raises:
        ValueError: where a point cannot be had, with a sentence for the person.
    """
    n = max(1, count(space, mode))
    if not 0 <= seed < 2**32:
        raise ValueError(f"The seed is {seed}; it must lie between 0 and 4,294,967,295.")
    if points in OWN:
        draw = seed if points == "drawn" else None
        if space.words:
            codes = space.encode(own, refine=draw is None, draw=draw)  # as they were typed
            how = "refine=True" if draw is None else f"draw={draw}"
            return Anchors(codes, f"points = space.encode({own!r}, {how})", own)
        codes = space.encode(np.stack(own), draw=draw)
        return Anchors(codes, f"points = {_literal(codes)}", ["your picture"] * n)
    if points == "samples" or not space.held_out:  # nothing held out has a code then
        codes = space.sample_codes(n, seed=seed)
        return Anchors(codes, f"points = space.sample_codes({n}, seed={seed})", ["sample"] * n)
    rows = _draw_rows(space, n, seed)
    return Anchors(
        space.codes[rows],
        f"points = space.codes[{rows}]  # held-out items",
        [f"held-out item {row}" for row in rows],
    )


def _draw_rows(space: "LatentSpace", n: int, seed: int) -> list[int]:
    """Held-out items drawn by the seed, of different classes where there are classes."""
    if len(space.codes) < n:
        raise ValueError("This checkpoint has no held-out codes. Choose samples instead.")
    rng = np.random.default_rng(seed)
    if space.labels is None:
        return rng.choice(len(space.codes), n, replace=False).tolist()
    classes = rng.choice(np.unique(space.labels), n, replace=False)
    return [int(rng.choice(np.flatnonzero(space.labels == c))) for c in classes]


def check(space: "LatentSpace", mode: Mode, anchors: list[list[float]]) -> np.ndarray:
    """Points as they come back from the page, as float32 [k, D]; raises ValueError if wrong."""
    n, wide = count(space, mode), space.latent_dim
    if [len(code) for code in anchors] != [wide] * n:
        raise ValueError(f"This view needs {n} codes of {wide} numbers each.")
    codes = np.array(anchors, dtype=np.float64).reshape(n, wide)
    if not (np.abs(codes) <= FAR).all():  # false for NaN too
        raise ValueError(f"A code has a number that is not between -{FAR:,.0f} and {FAR:,.0f}.")
    return codes.astype(np.float32)


def code_at(space: "LatentSpace", mode: Mode, codes: np.ndarray, at: Place) -> np.ndarray:
    """The code [D] at a place; raises ValueError for a place that is nowhere."""
    first, second = at
    if not (abs(first) <= FAR and abs(second) <= FAR):  # false for NaN too
        raise ValueError(
            f"A place is two numbers between -{FAR:,.0f} and {FAR:,.0f}; got {first} and {second}."
        )
    if mode != "plane":
        return along(space, mode, codes[0], first, [second])[0]
    if is_globe(space):
        return on_globe(first, second)
    if len(codes) == 0:
        return np.array([first, second], dtype=np.float32)
    return np.asarray(space.plane(*codes).at(first, second), dtype=np.float32)


def on_globe(longitude: float, latitude: float) -> np.ndarray:
    """The code [3] at degrees of longitude, from the first axis, and of latitude.

    >>> on_globe(90, 0).round(3)
    array([0., 1., 0.], dtype=float32)
    """
    turn, rise = math.radians(longitude), math.radians(latitude)
    across = math.cos(rise)
    code = [across * math.cos(turn), across * math.sin(turn), math.sin(rise)]
    return np.array(code, dtype=np.float32)


def degrees(z: np.ndarray) -> np.ndarray:
    """Longitude and latitude [n, 2] of codes [n, 3]: the way back from ``on_globe``."""
    latitude = np.arctan2(z[:, 2], np.hypot(z[:, 0], z[:, 1]))
    return np.degrees(np.stack([np.arctan2(z[:, 1], z[:, 0]), latitude], 1))


def spiral(n: int) -> np.ndarray:
    """Codes [n, 3] that share the sphere evenly, along a spiral from pole to pole.

    Each step turns by the golden angle and rises by 2/n: the Fibonacci lattice (González 2010,
    https://doi.org/10.1007/s11004-009-9257-x).
    """
    step = np.arange(n)
    height = 1 - (2 * step + 1) / n
    turn, across = math.pi * (3 - math.sqrt(5)) * step, np.sqrt(1 - height**2)
    return np.stack([across * np.cos(turn), across * np.sin(turn), height], 1).astype(np.float32)


def along(
    space: "LatentSpace", mode: Mode, code: np.ndarray, unit: float, values: Sequence[float]
) -> np.ndarray:
    """Copies [len(values), D] of a code with each value of one unit, or moved in a direction.

    Raises ValueError where there is no such unit.
    """
    wide = space.latent_dim
    if unit in range(wide):
        return space.traverse(code, int(unit), values)
    if mode == "unit":
        raise ValueError(f"This latent space has units 0 to {wide - 1}; got {unit:g}.")
    found = space.local_directions(code)
    if unit not in range(wide, wide + len(found.std)):
        raise ValueError(
            f"This view has units 0 to {wide - 1} and {len(found.std)} local directions behind "
            f"them; got {unit:g}."
        )
    i = int(unit) - wide
    return code + np.outer(values, found.std[i] * found.axes[i]).astype(np.float32)


def shadow(
    space: "LatentSpace", code: np.ndarray, unit: int, z: np.ndarray, std: np.ndarray
) -> tuple[np.ndarray, float]:
    """Codes z [n, D] as values [n] of a unit or direction; a posterior's ``std`` [D] along it."""
    if unit < space.latent_dim:
        return z[:, unit], float(std[unit])
    found = space.local_directions(code)
    axis, scale = found.axes[unit - space.latent_dim], found.std[unit - space.latent_dim]
    return (z - code) @ axis / scale, float(np.linalg.norm(axis * std) / scale)


def frame(space: "LatentSpace", codes: np.ndarray) -> Frame:
    """Lays the plane onto the pad; raises ValueError where three points span no plane."""
    if len(codes) == 0:
        low, high = (np.percentile(space.codes, q, axis=0) for q in (0.5, 99.5))  # [2], [2]
        low, high = np.minimum(low, -3.2), np.maximum(high, 3.2)  # the prior, to 3 sigma
        return Frame(
            np.zeros(2), np.eye(2), np.eye(2), 0.0, *_square(np.stack([low, high]), margin=0.02)
        )

    z = codes.astype(np.float64)
    to_b, to_c = z[1] - z[0], z[2] - z[0]
    across = float(np.linalg.norm(to_b))
    right = to_b / max(across, 1e-12)
    rest = to_c - (to_c @ right) * right
    if across < 1e-6 or np.linalg.norm(rest) < FLAT * max(float(np.linalg.norm(to_c)), 1e-6):
        raise ValueError("The three points lie on one line and span no plane. Change one of them.")
    axes = np.stack([right, rest / np.linalg.norm(rest)])  # [2, D], orthonormal
    origin, basis = axes @ z[0], np.stack([axes @ to_b, axes @ to_c])
    height = float(np.linalg.norm(z[0] - origin @ axes))
    corners = origin + np.stack([np.zeros(2), *basis])  # [3, 2]
    return Frame(origin, basis, axes, height, *_square(corners, margin=0.35))


def fall(plane: Frame, codes: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where codes z [n, D] fall onto the plane through ``codes``, (u, v) [n, 2]; how far [n]."""
    xy = z @ plane.axes.T
    across = z - xy @ plane.axes
    if len(codes):
        across -= codes[0] - (codes[0] @ plane.axes.T) @ plane.axes
    return (xy - plane.origin) @ np.linalg.inv(plane.basis), np.linalg.norm(across, axis=1)


def spread(plane: Frame, mean: np.ndarray, std: np.ndarray) -> dict:
    """A Gaussian of codes with independent units, [D] each, as it falls onto a plane.

    Its centre (x, y), and the half axes [2, 2] of its ellipse at one standard deviation.
    """
    half, turn = np.linalg.eigh((plane.axes * std.astype(np.float64) ** 2) @ plane.axes.T)
    axes = turn.T * np.sqrt(np.maximum(half, 0))[:, None]
    return {"centre": (plane.axes @ mean).tolist(), "axes": axes.tolist()}


def _square(points: np.ndarray, margin: float) -> tuple[Place, float]:
    """The square around points [n, 2], wider than they are by ``margin`` on each side."""
    low, high = points.min(0), points.max(0)
    side = float((high - low).max()) * (1 + 2 * margin)
    corner = (low + high - side) / 2
    return (float(corner[0]), float(corner[1])), side


def grid(plane: Frame, n: int) -> np.ndarray:
    """Places [n * n, 2] at the middles of the pad's n x n cells, row by row from the top left."""
    steps = (np.arange(n) + 0.5) / n * plane.side
    x, y = np.meshgrid(plane.corner[0] + steps, plane.corner[1] + steps[::-1])
    return (np.stack([x.ravel(), y.ravel()], 1) - plane.origin) @ np.linalg.inv(plane.basis)


def circles(space: "LatentSpace", plane: Frame) -> list[dict]:
    """Circles (x = y = 0 in the middle) on which the prior's codes of some length lie.

    In many dimensions nearly all samples of N(0, I) have a length close to √D, hence one circle;
    all codes of a sphere have length 1.
    """
    dim = space.latent_dim
    radii = [(math.sqrt(dim), "typical length")]
    if space.spherical:
        radii = [(1.0, "all codes")]
    elif dim == 2:
        radii = [(float(r), f"{r} σ") for r in (1, 2, 3)]
    return [
        {"radius": math.sqrt(r**2 - plane.height**2), "label": label}
        for r, label in radii
        if r > plane.height
    ]


def script(space: "LatentSpace", mode: Mode, points: str, at: Place, judge: str = "") -> str:
    """A program on the public interface that decodes this place; its answer is ``result``.

    With the name of a ``judge`` it prints what that says of it too.
    """
    lines = [*_code_lines(space, mode, points, at), "result = space.decode(z)[0]"]
    if judge:
        verdict = "print(dict(zip(judge.classes, judge([result])[0].tolist())))"
        lines += [f"judge = backend.load_judge({judge!r})", verdict]
    return components.script(space.info.name, *lines)


def spread_script(
    space: "LatentSpace", mode: Mode, points: str, at: Place, own: str, draws: int, seed: int
) -> str:
    """A program that gives q(z|x) of what is at this place, or of ``own`` as Python source.

    Its answer ``result`` is what draws of it decode to.
    """
    if own:
        lines = [f"x = [{own}]"]
    else:
        lines = [*_code_lines(space, mode, points, at), "x = list(space.decode(z))"]
    return components.script(
        space.info.name,
        *lines,
        "q = space.posterior(x)",
        "print(q.mean, q.std)",
        f"result = space.decode(space.encode(x * {draws}, draw={seed}))",
    )


def _code_lines(space: "LatentSpace", mode: Mode, points: str, at: Place) -> list[str]:
    """Python that gives the code at a place the name ``z``, [1, D]."""
    first, second = at
    if mode != "plane" and first >= space.latent_dim:
        i = int(first) - space.latent_dim
        around = "d = space.local_directions(points[0])"
        return [points, around, f"z = points[:1] + {second} * d.std[{i}] * d.axes[{i}]"]
    if mode != "plane":
        code = f"z = space.traverse(points[0], {int(first)}, [{second}])"
    elif points:
        code = f"z = space.plane(*points).at({first}, {second})[None]"
    elif is_globe(space):
        turned = f"turn, rise = np.radians([{first}, {second}])"
        x = "np.cos(rise) * np.cos(turn), np.cos(rise) * np.sin(turn), np.sin(rise)"
        return [turned, f"z = np.array([[{x}]], dtype=np.float32)"]
    else:
        code = f"z = np.array([[{first}, {second}]], dtype=np.float32)"
    return [points, code] if points else [code]


def _literal(codes: np.ndarray) -> str:
    rows = ",\n    ".join(f"[{', '.join(f'{x:.9g}' for x in row)}]" for row in codes)
    return f"np.array([\n    {rows},\n], dtype=np.float32)"
