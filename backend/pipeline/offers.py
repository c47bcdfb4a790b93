"""Which models can learn from a user's data, with their settings; what is set as a recipe."""

import dataclasses
import sys
import typing
from typing import Any, Literal, NamedTuple, cast

from backend import corpora, registry
from backend.pipeline.recipe import Recipe, recipes

Kind = Literal["text", "image"]
Value = int | float | bool | str | tuple[int, ...]
FIRST = (
    *("steps", "latent_dim", "lr", "beta", "kl_target", "kl_weight", "word_dropout"),
    *("batch_size", "net", "channels", "hidden_dim", "width", "layers", "dropout"),
)
FEW = 5  # of these are shown at once
GIVEN = {"data_shape", "vocab_size", "max_len", "classes"}  # by the data
GIVEN |= {"report_every"}  # by us
OF_MODEL = "model_"  # before the name of a model's setting where training has one of that name
LONGEST, LARGEST = 1_000_000, 4096  # of counts of steps, of other numbers that have no end
DEEPEST = 8  # layers
TITLES = {
    **{"lr": "Learning rate", "latent_dim": "Size of the code"},
    **{"kl_target": "KL target", "kl_weight": "KL weight"},
}
READING = {
    "min_count": "Times that a word must occur to be known",
    "max_tokens": "Longer sentences are left out, words",
}
# What a person waits for: fewer and smaller steps than the shipped run's, on two cores, by
# family or else by kind of items. A short run wants a high rate: at 0.004 BLEU of the
# copies of 20,000 everyday sentences is 28 after 2,000 steps, 86 seconds of one core.
SHORT: dict[str, dict[str, dict[str, Value]]] = {
    "two minutes": {
        "text": {
            **{"steps": 2000, "batch_size": 64, "lr": 4e-3, "warmup": 100},
            **{"annealing_steps": 400, "embedding_dim": 96, "encoder_dim": 96},
            **{"decoder_dim": 192, "min_count": 2, "max_tokens": 20},
        },
        "lm": {
            **{"steps": 1500, "batch_size": 64, "warmup": 100, "embedding_dim": 96},
            **{"hidden_dim": 192, "width": 96, "layers": 2, "min_count": 2, "max_tokens": 20},
        },
        "text_gan": {
            **{"steps": 1100, "batch_size": 64, "mle_steps": 800, "critic_steps": 100},
            **{"rollouts": 2, "cooling_steps": 200, "embedding_dim": 64, "hidden_dim": 96},
            **{"min_count": 5, "max_tokens": 10},
        },
        "image": {"steps": 5000, "batch_size": 64, "warmup": 50, "channels": 8},
    },
    "half an hour": {
        "text": {"steps": 6000, "batch_size": 128, "annealing_steps": 2000, "min_count": 2},
        "lm": {"steps": 4000, "batch_size": 128, "min_count": 2},
        "text_gan": {
            **{"steps": 4500, "batch_size": 64, "mle_steps": 3000, "critic_steps": 300},
            **{"rollouts": 2, "min_count": 3, "max_tokens": 15},
        },
        "image": {"steps": 30_000, "batch_size": 64, "channels": 16},
    },
}


class Setting(NamedTuple):
    """A field of ``Config``, ``TrainConfig`` or ``Recipe`` that a user may set."""

    name: str
    title: str  # if another than its name
    default: Value
    type: Literal["int", "float", "bool", "choice", "sizes"]  # of layers, a list
    least: float | None
    most: float | None
    help: str
    first: bool  # one of the few that matter most
    choices: tuple[str, ...] = ()


class Offer(NamedTuple):
    model: str  # "text_vae/text_vae"
    title: str
    about: str
    settings: list[Setting]
    presets: dict[str, dict[str, Value]]
    told: bool  # the class of each item, so the data must have labels


def offers(kind: Kind) -> list[Offer]:
    """Models of items of a kind, the plainest first, as they ship.

    Classifiers, which make nothing, and models of conversations are not among them.
    """
    plain = {"text": "text_vae/text_vae", "image": "vae/vae"}[kind]
    fit = [name for name in registry.model_names() if _reads(name) == kind]
    return [_offer(name, kind) for name in sorted(fit, key=lambda name: (name != plain, name))]


def recipe_of(model: str, dataset: str, title: str, settings: dict[str, Any]) -> Recipe:
    """What ``settings`` say, the rest as in the model's shipped run.

    Raises ``ValueError`` with a sentence for a model that is not offered for the corpus's items,
    and for a setting that is not known or out of its range.
    """
    record = corpora.corpus(dataset)
    kind = cast(Kind, record.kind)
    recipe = plain_recipe(model, kind, title, settings)
    shape: dict[str, Any] = {"data_shape": _shape(dataset)} if kind == "image" else {}
    if hasattr(registry.model_class(model).Config, "classes"):
        shape["classes"] = len(record.classes)
        if shape["classes"] < 2:
            raise ValueError(
                f"{registry.about(model).title} is told the class of each item, and "
                f"{record.name} has fewer than two classes. Choose a column of labels, or "
                "another model."
            )
    return dataclasses.replace(recipe, model=recipe.model | shape)


def plain_recipe(model: str, kind: Kind, title: str, settings: dict[str, Any]) -> Recipe:
    """The same without what the data decide; raises as ``recipe_of`` does."""
    offer = next((one for one in offers(kind) if one.model == model), None)
    if offer is None:
        raise ValueError(f"{model[:80]!r} does not learn from data of this kind. Choose another.")
    known = {one.name: one for one in offer.settings}
    if unknown := [name for name in settings if name not in known]:
        raise ValueError(f"{offer.title} has no setting {unknown[0][:40]!r}.")
    values = {name: _checked(known[name], value) for name, value in settings.items()}
    shipped = _shipped(model, kind)
    training = {field.name for field in _fields(_train_config())}
    sizes = {
        name.removeprefix(OF_MODEL): value
        for name, value in values.items()
        if name not in training and name not in READING
    }
    return dataclasses.replace(
        shipped,
        title=title,
        model=shipped.model | sizes,
        train=shipped.train | {n: v for n, v in values.items() if n in training},
        snapshots=(),
        moments=(),
        note="",
        **{name: cast(Any, values[name]) for name in READING if name in values},
    )


def _reads(model: str) -> Kind | None:
    """The kind of items that a model learns to make; None of those that are not offered."""
    cls = registry.model_class(model)
    if cls.reads != "items" or "sample" not in cls.capabilities:
        return None
    sizes = {field.name for field in _fields(cls.Config)}
    return "image" if "data_shape" in sizes else "text" if "vocab_size" in sizes else None


def _shipped(model: str, kind: Kind) -> Recipe:
    """The recipe that ships; of several the one without a tag, else the first; a plain one."""
    found = {
        name: recipe
        for name, recipe in recipes().items()
        if name.split("--")[0] == model and corpora.corpus(name.split("--")[1]).kind == kind
    }
    return found[min(found, key=lambda name: name.count("--"))] if found else Recipe(model)


def _offer(model: str, kind: Kind) -> Offer:
    shipped = _shipped(model, kind)
    about = registry.about(model)
    training = _fields(_train_config())
    taken = {field.name for field in training}
    sizes = _fields(registry.model_class(model).Config)
    found = [_setting(field, shipped.train) for field in training if field.name not in GIVEN]
    for field in (field for field in sizes if field.name not in GIVEN):
        one = _setting(field, shipped.model)
        if one.name in taken:
            title = f"{_title(one)} of the model"
            one = one._replace(name=f"{OF_MODEL}{one.name}", title=title)
        found.append(one)
    if kind == "text":
        found += [
            Setting(name, "", getattr(shipped, name), "int", 1, 200, said, False)
            for name, said in READING.items()
        ]
    order = [name for name in FIRST if name in {one.name for one in found}][:FEW]
    few = [one._replace(first=True) for name in order for one in found if one.name == name]
    settings = [*few, *(one for one in found if one.name not in order)]
    names = {one.name for one in settings}
    family = model.split("/")[0]
    reads = "encode" in registry.model_class(model).capabilities  # else it is a language model
    group = family if family in ("lm", "text_gan") and not reads else kind
    presets = {
        title: {name: value for name, value in groups[group].items() if name in names}
        for title, groups in SHORT.items()
    }
    told = "classes" in {field.name for field in sizes}
    return Offer(model, about.title, about.summary, settings, presets | {"as shipped": {}}, told)


def _setting(field: dataclasses.Field, given: dict[str, Any]) -> Setting:
    kind, choices = _type(field.type)
    default = given.get(field.name, field.default)
    low, high, said = (field.metadata.get(name) for name in ("min", "max", "help"))
    if high is None and kind == "int":
        high = LONGEST if field.name.endswith("steps") else LARGEST
    title = TITLES.get(field.name, "")
    return Setting(field.name, title, default, kind, low, high, said or "", False, choices)


def _type(kind: Any) -> tuple[Any, tuple[str, ...]]:
    """Raises ``KeyError`` for a kind that the form has no control for."""
    if typing.get_origin(kind) is Literal:
        return "choice", typing.get_args(kind)
    return {int: "int", float: "float", bool: "bool", tuple[int, ...]: "sizes"}[kind], ()


def _title(setting: Setting) -> str:
    return setting.title or setting.name.replace("_", " ").capitalize()


def _checked(setting: Setting, value: Any) -> Value:
    """The value as its type; raises ``ValueError`` for one that it cannot have."""
    name = _title(setting)
    if setting.type == "choice":
        if value not in setting.choices:
            raise ValueError(f"{name} is one of {', '.join(setting.choices)}.")
        return value
    if setting.type == "bool":
        if not isinstance(value, bool):
            raise ValueError(f"{name} is true or false; got {_said(value)}.")
        return value
    if setting.type == "sizes":
        return _sizes(name, value)
    whole = setting.type == "int"
    if not _is_number(value) or (whole and value % 1):
        raise ValueError(f"{name} is a {'whole ' * whole}number; got {_said(value)}.")
    least, most = setting.least, setting.most
    if (least is not None and value < least) or (most is not None and value > most):
        bounds = {"at least": least, "at most": most}
        ends = [f"{said} {end:,}" for said, end in bounds.items() if end is not None]
        raise ValueError(f"{name} is {' and '.join(ends)}; got {value:,}.")
    return int(value) if whole else float(value)


def _sizes(name: str, value: Any) -> tuple[int, ...]:
    layers = value if isinstance(value, list | tuple) else [value]
    whole = all(_is_number(one) and not one % 1 and 1 <= one <= LARGEST for one in layers)
    if not whole or not 1 <= len(layers) <= DEEPEST:
        raise ValueError(
            f"{name} is one to {DEEPEST} whole numbers, each from 1 to {LARGEST:,}; "
            f"got {_said(value)}."
        )
    return tuple(map(int, layers))


def _is_number(value: Any) -> bool:
    """Not so for what is none, for infinity, and for a whole number that no float can hold."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and abs(value) <= sys.float_info.max


def _said(value: Any) -> str:
    return repr(value)[:40]


def _fields(config: type) -> tuple[dataclasses.Field, ...]:
    return dataclasses.fields(config)


def _train_config() -> type:
    from backend.training import TrainConfig  # torch

    return TrainConfig


def _shape(dataset: str) -> tuple[int, int, int]:
    """Channels, height and width of a corpus's pictures."""
    shape = corpora.load(dataset)["train"].pictures.shape[1:]
    return (shape[2] if len(shape) == 3 else 1, shape[0], shape[1])
