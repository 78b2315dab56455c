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
    amber: Colour = _hex("#7A5D22")
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
#: The same colours with other values: black on white, darker hues, lines that are seen.
CONTRAST = Theme(
    paper=_hex("#FFFFFF"), panel=_hex("#FFFFFF"), card=_hex("#FFFFFF"), bar=_hex("#EFEFEF"),
    ink=_hex("#000000"), muted=_hex("#333333"), line=_hex("#6B6B6B"), indigo=_hex("#0B2A6B"),
    teal=_hex("#00504F"), rust=_hex("#8F1D00"), amber=_hex("#5A4000"), gold=_hex("#FFC94D"),
    night_text=_hex("#FFFFFF"), night_muted=_hex("#E6E6E6"), night_line=_hex("#8A8A8A"),
    night_teal=_hex("#7FE3DE"), night_rust=_hex("#FFA07D"),
    ramp=(
        _hex("#F4F4F4"), _hex("#EAD3A2"), _hex("#DDAE68"), _hex("#C98240"), _hex("#8F3F16"), _hex("#5A1E0C"),
    ),
)  # fmt: skip
THEMES = {"day": DAY, "contrast": CONTRAST}


@frozen
class Style:
    """A face and a size in pixels at scale 1."""

    face: str
    size: float


SANS, SANS_STRONG, SERIF_STRONG = "NotoSans-Regular", "NotoSans-SemiBold", "NotoSerif-SemiBold"
STYLES = {
    "display": Style(SERIF_STRONG, 40),
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

#: Milliseconds in which something moves to where it went; nothing moves with reduced motion.
MOTION = 160

FIRST_SIZE = (1280, 800)
#: The smallest window, and the smallest that the layout is made for at any scale.
LEAST_SIZE = (1024, 640)
#: The size at which one pixel of the design is one pixel of the screen.
DESIGN_SIZE = (1600, 900)
#: What the interface may be scaled to, in percent; 0 is as large as fits well.
SCALES = (0, 75, 100, 125, 150, 175, 200)
#: Nothing that can be pressed is smaller than this, in pixels of the screen.
LEAST_TARGET = 24


def scale_for(size: tuple[int, int], percent: int = 0) -> float:
    """
    How much larger than designed everything is drawn in a window of this size.

    Parameters
    ----------
    percent : int
        What the player asked for, held to what leaves the layout its smallest size; 0 is as
        large as fits well.
    """
    width, height = size
    most = min(width / LEAST_SIZE[0], height / LEAST_SIZE[1])
    if percent:
        return min(max(percent, SCALES[1]) / 100, max(most, 0.75))
    return min(max(min(width / DESIGN_SIZE[0], height / DESIGN_SIZE[1]), 1.0), 3.0, max(most, 0.75))


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """A colour between two."""
    r, g, b = (round(a + (c - a) * share) for a, c in zip(one, other, strict=True))
    return r, g, b
