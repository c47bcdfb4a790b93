"""What the JSON files of a checkpoint must hold, with bounds; what else they hold is kept.

Apart from checkpoint.py, so that corpora can be listed by the standard library alone.
"""

from typing import Annotated, Any

import pydantic

Text = Annotated[str, pydantic.Field(min_length=1, max_length=200)]
Count = Annotated[int, pydantic.Field(ge=0, le=1 << 34)]
BOUNDS = {"layers": 64, "depth": 64, "heads": 64, "classes": 1000, "latent_dim": 4096}
MOST = 1 << 20  # of any other number of a configuration
_KEPT = pydantic.ConfigDict(extra="allow", strict=True)


def _bounded(config: dict[str, Any]) -> dict[str, Any]:
    """Raises ValueError for a number that no model has: a wrong one could fill the memory."""
    for key, value in config.items():
        values = value if isinstance(value, list) else [value]
        most = BOUNDS.get(key, MOST)
        if len(values) > BOUNDS["layers"] or any(
            not isinstance(one, int | float | str | bool | None) for one in values
        ):
            raise ValueError(f"{key} is no number, text, or short list of them")
        if key in BOUNDS and not all(type(one) is int and one >= 0 for one in values):
            raise ValueError(f"{key} must be a whole number")
        if not all(abs(one) <= most for one in values if isinstance(one, int | float)):
            raise ValueError(f"{key} lies beyond {most:,}")
    return config


class Weights(pydantic.BaseModel):
    model_config = _KEPT
    bytes: Count
    sha256: Annotated[str, pydantic.Field(pattern=r"^[0-9a-f]{64}$")]


class Content(pydantic.BaseModel):
    """``config.json``."""

    model_config = _KEPT
    model: Text
    title: Text
    modality: Text
    capabilities: Annotated[list[Text], pydantic.Field(max_length=32)]
    context: str = ""
    config: Annotated[dict[str, Any], pydantic.AfterValidator(_bounded)]
    weights: Weights
    dataset: dict[str, Any]
    train: dict[str, Any]


class Metric(pydantic.BaseModel):
    model_config = _KEPT
    value: float
    unit: str
    split: str
    n: Count


class Metrics(pydantic.BaseModel):
    """``metrics.json``."""

    model_config = _KEPT
    values: dict[str, Metric] = {}
    history: dict[str, list[float | None]] = {}


class File(pydantic.BaseModel):
    model_config = _KEPT
    bytes: Count
    sha256: str


Checksums = pydantic.TypeAdapter(dict[str, File])


def check(schema: type[pydantic.BaseModel], file: str, content: dict[str, Any]) -> None:
    """Raises ``ValueError`` naming the file and the first part of it that is wrong."""
    try:
        schema.model_validate(content)
    except pydantic.ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)
        if missing := sorted(str(one["loc"][-1]) for one in wrong if one["type"] == "missing"):
            raise ValueError(f"{file} lacks {', '.join(missing)}") from None
        where = ".".join(map(str, wrong[0]["loc"]))[:100]
        said = wrong[0]["msg"].removeprefix("Value error, ")
        raise ValueError(f"{file}: {where}: {said[:1].lower()}{said[1:]}") from None
