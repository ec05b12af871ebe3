"""Colours that can be read whatever the accent is, and the icon."""

import colorsys
from collections.abc import Iterator

import pytest

import support
from feedpress import snapshot
from feedpress.site import colour, icon, pages

_GROUNDS = {"light": (colour.LIGHT, colour.LIGHT_BOX), "dark": (colour.DARK, colour.DARK_BOX)}


def _colours() -> Iterator[str]:
    for step in range(8):
        for hue in range(24):
            for saturation in (0.0, 0.3, 1.0):
                rgb = colorsys.hls_to_rgb(hue / 24, step / 7, saturation)
                yield "#" + "".join(f"{round(part * 255):02x}" for part in rgb)
    for number in range(0, 2**24, 33_331):
        yield f"#{number:06x}"


def test_any_accent_can_be_read() -> None:
    """Both variants of any colour have a contrast of 4.5 on every ground of their scheme."""
    for each in _colours():
        shades = colour.accent(each)
        for shade, scheme in ((shades.light, "light"), (shades.dark, "dark")):
            for ground in _GROUNDS[scheme]:
                assert colour.contrast(shade, ground) >= 4.5, (each, shade, ground)


def test_an_accent_that_can_be_read_stays() -> None:
    """A colour that can be read is shown as it was typed, and one that can't keeps its hue."""
    assert colour.accent("#1A5FB4").light == "#1a5fb4"
    assert colour.accent("#ffee00").dark == "#ffee00"
    assert colour.accent(None) == colour.accent(colour.DEFAULT)
    hue, _, saturation = colorsys.rgb_to_hls(1, 0, 0)
    red = colour.accent("#ff0000").light
    parts = [int(red[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    assert (hue, saturation) == pytest.approx(colorsys.rgb_to_hls(*parts)[::2])
    assert red != "#ff0000"


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.478), ("#fffFFF", "#fff0ff", 1.1)],
)
def test_contrast(one: str, other: str, ratio: float) -> None:
    """Contrast is that of WCAG, whichever of two colours comes first."""
    assert colour.contrast(one, other) == pytest.approx(ratio, abs=0.02)
    assert colour.contrast(one, other) == colour.contrast(other, one)


def test_colours_of_the_sheet_can_be_read() -> None:
    """The inks that the style sheet has itself can be read on the grounds, too."""
    sheet = pages.style_sheet().decode()
    for scheme, inks in (("light", ("#1d1c1a", "#5f5a52")), ("dark", ("#e9e6e0", "#a8a39a"))):
        for ink in inks:
            assert ink in sheet
            for ground in _GROUNDS[scheme]:
                assert colour.contrast(ink, ground) >= 4.5


def test_style_sheet_has_the_accent() -> None:
    """The accent comes with the style sheet, in both variants, and nowhere else."""
    built = snapshot.build(support.publication(accent="#ffee00"), support.NOW)
    sheet = built.documents["/style.css"].body.decode()
    shades = colour.accent("#ffee00")
    assert f"--accent:{shades.light}" in sheet
    assert f"--accent:{shades.dark}" in sheet
    assert shades.light.encode() in built.documents["/icon.svg"].body
    assert shades.light.encode() not in built.documents["/"].body


@pytest.mark.parametrize(
    ("title", "shown"),
    [("in the media", "I"), ("… élan", "É"), ("1984", "1"), ("ßa", "S"), ("في", "ف"), ("!?", "“")],
)
def test_icon_has_the_first_letter(title: str, shown: str) -> None:
    """The icon is the title's first letter or digit; a title without any has a quotation mark."""
    root = support.parse(icon.svg(title, "#1a5fb4").encode())
    assert root.findtext("{*}text") == shown
