"""Colours that can be read whatever the accent is, and the icon."""

import colorsys
import struct
from collections.abc import Iterator

import pytest

import support
from feedpress import snapshot
from feedpress.pages import colour, html, icon

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
    sheet = html.style_sheet().decode()
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


def _dots(ico: bytes) -> list[str]:
    """Draw a favicon: a space outside, else 0 or 1."""
    assert struct.unpack("<HHH", ico[:6]) == (0, 1, 1)
    *_, planes, bits, size, offset = struct.unpack("<BBBBHHII", ico[6:22])
    assert (planes, bits, size, offset) == (1, 1, len(ico) - 22, 22)
    assert struct.unpack("<IiiHH", ico[22:38]) == (40, 32, 64, 1, 1)
    rows = [f"{row:032b}" for (row,) in struct.iter_unpack(">I", ico[70:])]
    image, mask = rows[:32][::-1], rows[32:][::-1]
    return [
        "".join(" " if out == "1" else dot for dot, out in zip(one, other, strict=True))
        for one, other in zip(image, mask, strict=True)
    ]


def test_favicon() -> None:
    """The favicon is the letter in large dots on the accent, with round corners."""
    body = icon.ico("It", "#1a5fb4")
    assert body[62:70] == bytes.fromhex("b45f1a00ffffff00")
    dots = _dots(body)
    assert dots[0] == "     " + "0" * 22 + "     "
    assert dots[15] == "0" * 14 + "1111" + "0" * 14
    assert [row.count("1") for row in dots[2:30:4]] == [12, 4, 4, 4, 4, 4, 12]
    assert dots == [row[::-1] for row in dots]


def test_favicons_of_letters() -> None:
    """Each letter and digit has a picture of its own, with or without an accent mark."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    assert len({icon.ico(letter, None) for letter in (*letters, "?")}) == 37
    assert icon.ico("é", None) == icon.ico("E", None)
    assert icon.ico("ف", None) == icon.ico("?", None)
    assert len(icon.ico("E", None)) == 326
