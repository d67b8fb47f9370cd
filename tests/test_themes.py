"""The themes: contrast worked out from their colours, signs apart for every eye."""

from itertools import combinations
from pathlib import Path
from typing import get_args

import pytest
from textual.color import Color

from fedcheck.storage import config
from fedcheck.tui import themes

OURS = sorted(themes.PALETTES)
TEXT = ("foreground", "accent", "text-accent", "text-success", "text-warning", "text-error")
DIM = ("text-muted", "foreground-muted", "text-disabled")


def colours(name: str) -> dict[str, str]:
    (theme,) = (one for one in themes.THEMES if one.name == name)
    return theme.to_color_system().generate() | theme.variables


def luminance(colour: Color) -> float:
    """Return the relative luminance of WCAG 2."""

    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part / 255) for part in colour.rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(front: str, back: str) -> float:
    behind = Color.parse(back)
    one, other = sorted((luminance(behind + Color.parse(front)), luminance(behind)))
    return (other + 0.05) / (one + 0.05)


def test_the_contrast_is_that_of_wcag() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("name", OURS)
def test_text_stands_out_from_what_is_behind_it(name: str) -> None:
    has = colours(name)
    strong = 7.0 if name.startswith("contrast") else 4.5
    for back in ("background", "panel", "block-cursor-background"):
        for front in TEXT:
            wanted = 4.5 if back == "block-cursor-background" else strong
            assert contrast(has[front], has[back]) >= wanted, (front, back)
        for front in DIM:
            assert contrast(has[front], has[back]) >= 3, (front, back)
    assert contrast(has["block-cursor-foreground"], has["block-cursor-background"]) >= 4.5
    assert contrast(has["footer-key-foreground"], has["background"]) >= 4.5


DEFICIENT = {
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
               (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
                 (-0.011820, 0.042940, 0.968881)),
}  # fmt: skip
"""What eyes without red or green see of linear red, green, blue (Machado and others, 2009)."""


def lab_seen(colour: str, rows) -> tuple[float, float, float]:
    """Return the CIE Lab value of a colour as such an eye sees it."""

    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    parts = [linear(part / 255) for part in Color.parse(colour).rgb]
    red, green, blue = (
        min(max(sum(a * b for a, b in zip(row, parts, strict=True)), 0), 1) for row in rows
    )
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883

    def root(value: float) -> float:
        return value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116

    return 116 * root(y) - 16, 500 * (root(x) - root(y)), 200 * (root(y) - root(z))


def apart(one: str, other: str, rows) -> float:
    pairs = zip(lab_seen(one, rows), lab_seen(other, rows), strict=True)
    return sum((a - b) ** 2 for a, b in pairs) ** 0.5


@pytest.mark.parametrize("eye", DEFICIENT)
@pytest.mark.parametrize("name", ["colour-blind-dark", "colour-blind-light"])
def test_signs_stay_apart_for_eyes_without_red_or_green(name: str, eye: str) -> None:
    has = colours(name)
    for one, other in combinations(("text-success", "text-warning", "text-error"), 2):
        least = 40 if "text-success" in (one, other) else 10  # done, against what is not
        assert apart(has[one], has[other], DEFICIENT[eye]) > least, (one, other)


def test_red_and_green_would_not_pass_that_test() -> None:
    assert apart("#b04020", "#5f7020", DEFICIENT["no green"]) < 40


def test_the_terminal_theme_has_only_the_colours_of_the_terminal() -> None:
    for name, value in colours("terminal").items():
        first = value.split()[0]
        known = first.startswith("ansi_") or first in ("transparent", "auto")
        assert known or "style" in name, (name, value)


def test_the_configuration_knows_exactly_our_themes() -> None:
    assert [name for name in get_args(config.Theme) if name] == list(themes.NAMES)
    assert set(themes.ABOUT) == set(themes.NAMES)
    assert themes.DEFAULT in themes.NAMES


_ = Path
