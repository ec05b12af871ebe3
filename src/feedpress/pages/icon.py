"""The icon of a publication: the first letter of its title on its accent, as SVG and as ICO.

The ICO is a bitmap without compression: a library's next release would make other bytes of it.
"""

import struct
import unicodedata

from feedpress.pages import colour

_SIDE = 32
_SCALE = 4
# Letters of 5 by 7 dots: for each row, from the top, the five dots as a digit of base 32.
_ROWS = (
    "A:4ahhvhh B:uhhuhhu C:ehggghe D:uhhhhhu E:vgguggv F:vgguggg G:ehgnhhf H:hhhvhhh I:e44444e "
    "J:72222ic K:hikokih L:ggggggv M:hrllhhh N:hphljhh O:ehhhhhe P:uhhuggg Q:ehhhlid R:uhhukih "
    "S:fgge11u T:v444444 U:hhhhhhe V:hhhhha4 W:hhhllla X:hha4ahh Y:hha4444 Z:v1248gv 0:ehjlphe "
    "1:4c4444e 2:eh1248v 3:v2421he 4:26aiv22 5:vgu11he 6:68guhhe 7:v124888 8:ehhehhe 9:ehhf12c"
)
_DOTS = {each[0]: tuple(int(row, 32) for row in each[2:]) for each in _ROWS.split()}
#: A quotation mark, for titles whose first letter is another.
_QUOTATION_MARK = (0, 10, 10, 20, 0, 0, 0)
_CORNER = (5, 3, 2, 1, 1)


def svg(title: str, accent: str | None) -> str:
    """Give the icon as SVG, which has any letter that there is."""
    ground = colour.accent(accent).light
    letter = _initial(title)
    shown = f"&#{ord(letter)};" if letter else "&#8220;"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
        f'<rect width="64" height="64" rx="12" fill="{ground}"/>'
        '<text x="32" y="46" font-family="Georgia, serif" font-size="40" font-weight="700" '
        f'text-anchor="middle" fill="{colour.ink_on(ground)}">{shown}</text></svg>\n'
    )


def ico(title: str, accent: str | None) -> bytes:
    """Give the icon as ICO: 32 by 32 dots of two colours, with round corners."""
    ground = colour.accent(accent).light
    dots = [_row(row, title) for row in range(_SIDE)]
    outside = [_outside(row) for row in range(_SIDE)]
    # The bitmap's height counts its mask, and its rows stand from the bottom up.
    head = struct.pack("<IiiHHIIiiII", 40, _SIDE, 2 * _SIDE, 1, 1, 0, 0, 0, 0, 2, 2)
    palette = _bgr(ground) + _bgr(colour.ink_on(ground))
    rows = b"".join(struct.pack(">I", row) for row in (*reversed(dots), *reversed(outside)))
    bitmap = head + palette + rows
    entry = struct.pack("<BBBBHHII", _SIDE, _SIDE, 2, 0, 1, 1, len(bitmap), 22)
    return struct.pack("<HHH", 0, 1, 1) + entry + bitmap


def _initial(title: str) -> str:
    return next((each.upper()[0] for each in title if each.isalnum()), "")


def _row(row: int, title: str) -> int:
    """Give a row of the letter, as the bits of a number."""
    plain = unicodedata.normalize("NFD", _initial(title))[:1]
    letter = _DOTS.get(plain, _QUOTATION_MARK)
    at = (row - 2) // _SCALE
    dots = letter[at] if 0 <= at < len(letter) else 0
    wide = sum(0b1111 << (_SCALE * bit) for bit in range(5) if dots >> bit & 1)
    return wide << (_SIDE - 5 * _SCALE) // 2


def _outside(row: int) -> int:
    """Give the dots of a row that are not of the icon, as the bits of a number."""
    edge = min(row, _SIDE - 1 - row)
    gap = _CORNER[edge] if edge < len(_CORNER) else 0
    return ((1 << gap) - 1) << (_SIDE - gap) | (1 << gap) - 1


def _bgr(text: str) -> bytes:
    return bytes.fromhex(text[1:])[::-1] + b"\0"
