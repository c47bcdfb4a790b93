"""Text can be read: the tokens for text on the tokens for grounds, in light and dark."""

import re
from pathlib import Path

import pytest

STYLE = (Path(__file__).parents[3] / "app" / "page" / "tokens.css").read_text(encoding="utf-8")
TEXT = ("ink", "ink-2", "accent", "accept", "reject", "caution")
GROUNDS = ("paper", "card", "wash")
LEAST = 4.5  # WCAG 2.2, 1.4.3


def tokens(selector: str) -> dict[str, str]:
    block = STYLE.split(f"{selector} {{")[1].split("}")[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_is_21() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)


@pytest.mark.parametrize("theme", [":root", ":root body.dark"])
def test_text_stands_out_from_every_ground(theme: str) -> None:
    known = tokens(":root") | tokens(theme)
    pairs = [(text, ground) for text in TEXT for ground in GROUNDS]
    pairs += [("on-accent", "accent"), ("caution", "caution-wash"), ("ink", "accent-wash")]
    found = {pair: contrast(*(known[name] for name in pair)) for pair in pairs}
    assert {pair: round(ratio, 2) for pair, ratio in found.items() if ratio < LEAST} == {}
