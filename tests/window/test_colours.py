"""Colours that stand out from their ground, and from each other for every eye."""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from mali_sim.desktop.tokens import THEMES, Colour
from tests.window.screens import gathered, told
from tests.window.watch import LEAST_CONTRAST, Look, same_words

# -- colours --------------------------------------------------------------------------------------


def linear(colour: Colour) -> tuple[float, ...]:
    """The light of a colour: sRGB undone."""
    shares = (c / 255 for c in colour)
    return tuple(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)


def luminance(colour: Colour) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """WCAG's contrast of two colours."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def faint(look: Look) -> Iterator[str]:
    """Text that does not stand out from its ground; a rim around it is its ground."""
    texts = look.texts()
    for n, w in enumerate(texts):
        if any(same_words(w, later) for later in texts[n + 1 :]):
            continue
        rims = {r.colour for r in texts[:n] if same_words(r, w) and r.colour != w.colour}
        grounds = rims or w.grounds
        if look.visible(w) != w.rect or not grounds:
            continue
        worst = min(grounds, key=lambda g: contrast(w.colour, g))
        if contrast(w.colour, worst) < LEAST_CONTRAST:
            yield f"{contrast(w.colour, worst):.2f}, {w.colour} on {worst}: {w.said!r}"


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_stands_out_from_its_ground(on_screen, theme):
    found = gathered(on_screen, ((1280, 800), 0, "en", theme), [faint])
    assert not found, told(found, theme)


#: Full loss of one kind of cone, on linear light: Machado, Oliveira and Fernandes (2009), table 1.
BLINDNESS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
                   (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
                     (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
                   (0.004733, 0.691367, 0.303900)),
}  # fmt: skip
_TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750),
           (0.0193339, 0.1191920, 0.9503041))  # fmt: skip
_WHITE = (0.95047, 1.0, 1.08883)


def times(matrix: Any, values: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(sum(m * v for m, v in zip(row, values, strict=True)) for row in matrix)


def lab(light: tuple[float, ...]) -> tuple[float, float, float]:
    """CIE Lab, D65, of linear light."""

    def root(t: float) -> float:
        return t ** (1 / 3) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29

    x, y, z = (root(v / w) for v, w in zip(times(_TO_XYZ, light), _WHITE, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def apart(one: Colour, other: Colour, blindness: str) -> float:
    """How different two colours are to somebody, in Lab (1976)."""

    def seen(colour: Colour) -> tuple[float, float, float]:
        light = times(BLINDNESS[blindness], linear(colour))
        return lab(tuple(min(max(v, 0.0), 1.0) for v in light))

    return math.dist(seen(one), seen(other))


def test_the_measures_of_colour_are_the_published_ones():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.005)
    assert lab(linear((255, 0, 0))) == pytest.approx((53.24, 80.09, 67.20), abs=0.02)
    for matrix in BLINDNESS.values():
        assert times(matrix, (1.0, 1.0, 1.0)) == pytest.approx((1, 1, 1), abs=1e-5)


@pytest.mark.parametrize("blindness", BLINDNESS)
@pytest.mark.parametrize("theme", THEMES)
def test_better_and_worse_differ_for_the_colour_blind(theme, blindness):
    t = THEMES[theme]
    for one, other in ((t.teal, t.rust), (t.night_teal, t.night_rust)):
        assert apart(one, other, blindness) >= 15


@pytest.mark.parametrize("blindness", BLINDNESS)
@pytest.mark.parametrize("theme", THEMES)
def test_steps_of_the_map_differ_for_the_colour_blind(theme, blindness):
    distances = [apart(a, b, blindness) for a, b in pairwise(THEMES[theme].ramp)]
    assert min(distances) >= 7, distances
