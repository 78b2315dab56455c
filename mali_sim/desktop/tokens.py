"""Colours, type sizes and spacing: the only place where they are numbers."""

from attrs import frozen

Colour = tuple[int, int, int]


def _hex(code: str) -> Colour:
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


@frozen
class Theme:
    """
    Colours by what they mean.

    Parameters
    ----------
    indigo
        Chosen, focus, link.
    teal, rust, amber
        Better, worse, watch; ``*_night`` are the same on the dark bar.
    ramp
        How much: nothing, then five steps.
    """

    paper: Colour = _hex("#F6F0E4")
    panel: Colour = _hex("#FFFAF0")
    card: Colour = _hex("#FFFFFF")
    bar: Colour = _hex("#EADFCA")
    ink: Colour = _hex("#2B2118")
    muted: Colour = _hex("#6C5D49")
    line: Colour = _hex("#DDD0B8")
    indigo: Colour = _hex("#1F3A5F")
    teal: Colour = _hex("#2F6F73")
    rust: Colour = _hex("#B0492C")
    amber: Colour = _hex("#8B6B2C")
    gold: Colour = _hex("#D9A441")
    night_text: Colour = _hex("#FBF5E9")
    night_muted: Colour = _hex("#CDBFA6")
    night_line: Colour = _hex("#5A4C3C")
    night_teal: Colour = _hex("#7CC4C1")
    night_rust: Colour = _hex("#F0845F")
    ramp: tuple[Colour, ...] = (
        _hex("#EFE6D2"), _hex("#E9CFA0"), _hex("#DDAE68"), _hex("#C98240"), _hex("#A9562C"), _hex("#7A3320"),
    )  # fmt: skip


DAY = Theme()


@frozen
class Style:
    """A face and a size in pixels at scale 1."""

    face: str
    size: float


SANS, SANS_STRONG, SERIF_STRONG = "NotoSans-Regular", "NotoSans-SemiBold", "NotoSerif-SemiBold"
STYLES = {
    "title": Style(SERIF_STRONG, 23),
    "heading": Style(SERIF_STRONG, 18),
    "card": Style(SANS_STRONG, 15.5),
    "text": Style(SANS, 15),
    "strong": Style(SANS_STRONG, 15),
    "small": Style(SANS, 13),
    "small_strong": Style(SANS_STRONG, 13),
    "figure": Style(SANS_STRONG, 21),
}
LINE_HEIGHT = 1.35

#: Spacing goes in steps of four.
STEP = 4
RADIUS = 6
HAIR = 1
RING = 2.5

FIRST_SIZE = (1280, 800)
LEAST_SIZE = (1024, 640)
#: The size at which one pixel of the design is one pixel of the screen.
DESIGN_SIZE = (1600, 900)


def scale_for(size: tuple[int, int]) -> float:
    """How much larger than designed everything is drawn in a window of this size."""
    width, height = size
    return min(max(min(width / DESIGN_SIZE[0], height / DESIGN_SIZE[1]), 1.0), 3.0)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """A colour between two."""
    r, g, b = (round(a + (c - a) * share) for a, c in zip(one, other, strict=True))
    return r, g, b
