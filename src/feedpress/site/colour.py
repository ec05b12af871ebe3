"""Colours of pages: the publication's accent, made to be read on our light and our dark ground.

Contrast is that of WCAG 2.2, of which 4.5 is asked for text. The grounds are the only colours that
text in the accent stands on, or that text on the accent has.
"""

from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass
from functools import cache

#: The accent of a publication that names none.
DEFAULT = "#8c2f1b"
#: What pages, and the boxes on them, have behind their text.
LIGHT, LIGHT_BOX = "#fffdf9", "#f5f1e9"
DARK, DARK_BOX = "#16181b", "#202327"
#: What WCAG asks is 4.5; a little more, because colours are rounded.
_CONTRAST = 4.6

_Parts = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Accent:
    """One colour in the two variants that can be read."""

    light: str
    dark: str


@cache
def accent(colour: str | None) -> Accent:
    """Return the variants of a colour, `#rrggbb`: the colour itself wherever it can be read."""
    typed = (colour or DEFAULT).lower()
    return Accent(_towards(typed, 0.0, LIGHT_BOX), _towards(typed, 1.0, DARK_BOX))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2), from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def ink_on(colour: str) -> str:
    """Return black or white, whichever is read better on a colour."""
    return max("#000000", "#ffffff", key=lambda ink: contrast(ink, colour))


def _towards(colour: str, end: float, ground: str) -> str:
    """Make a colour darker or lighter, no more than it takes to be read on a ground."""
    if contrast(colour, ground) >= _CONTRAST:
        return colour
    hue, lightness, saturation = rgb_to_hls(*_parts(colour))
    near, far = lightness, end
    for _ in range(12):
        middle = (near + far) / 2
        is_enough = contrast(_hex(hls_to_rgb(hue, middle, saturation)), ground) >= _CONTRAST
        near, far = (near, middle) if is_enough else (middle, far)
    return _hex(hls_to_rgb(hue, far, saturation))


def _parts(colour: str) -> _Parts:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(parts: _Parts) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _luminance(colour: str) -> float:
    red, green, blue = map(_linear, _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
