"""The style sheet of feeds: a tidy page for somebody who opens a feed's address in a browser.

CSS alone, so that the feed stays a feed: browsers are giving up XSLT. One sheet for Atom, RSS and
OPML; `feed.css` has the rules, and the texts go behind them as custom properties.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

_ACCENT = "#c2570c"
_TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "this-is-a-feed": "This is a web feed",
        "this-is-an-archive": "This is an older part of a web feed",
        "this-is-a-list": "This is a list of web feeds",
        "copy-this-address": (
            "Copy this page’s address into a feed reader, and new clippings come to you."
        ),
        "copy-that-address": (
            "To subscribe, copy this address into a feed reader, and new clippings come to you."
        ),
        "copy-the-list": (
            "Save this page and import it in a feed reader, or copy the address of one feed into "
            "it, and new clippings come to you."
        ),
        "web-page": "Web page:",
        "date": "Date in this feed:",
        "nothing-yet": "There are no clippings yet.",
    },
    "es": {
        "this-is-a-feed": "Esto es un canal web (feed)",
        "this-is-an-archive": "Esto es una parte anterior de un canal web (feed)",
        "this-is-a-list": "Esto es una lista de canales web (feeds)",
        "copy-this-address": (
            "Copie la dirección de esta página en un lector de canales, y los recortes nuevos le "
            "llegarán."
        ),
        "copy-that-address": (
            "Para suscribirse, copie esta dirección en un lector de canales, y los recortes nuevos "
            "le llegarán."
        ),
        "copy-the-list": (
            "Guarde esta página e impórtela en un lector de canales, o copie en él la dirección de "
            "un canal, y los recortes nuevos le llegarán."
        ),
        "web-page": "Página web:",
        "date": "Fecha en este canal:",
        "nothing-yet": "Todavía no hay recortes.",
    },
}
# What would end a string or begin an escape (CSS Syntax 3 §4.3.5).
_NOT_IN_A_STRING = re.compile(r'["\\\x00-\x1f\x7f]')


def texts(language: str) -> Mapping[str, str]:
    """Give the texts in a publication's language, or in English."""
    return _TEXTS.get(language.partition("-")[0].lower(), _TEXTS["en"])


def style_sheet(shown: Mapping[str, str], accent: str | None) -> bytes:
    """Give the style sheet with these texts, and with the publication's colour."""
    properties = {name: _string(text) for name, text in shown.items()}
    properties["accent"] = accent or _ACCENT
    lines = "".join(f"  --{name}: {value};\n" for name, value in properties.items())
    return f"{_rules()}\n:root {{\n{lines}}}\n".encode()


def _string(text: str) -> str:
    escaped = _NOT_IN_A_STRING.sub(lambda found: f"\\{ord(found[0]):x} ", text)
    return f'"{escaped}"'


@cache
def _rules() -> str:
    return resources.files("feedpress.pages").joinpath("feed.css").read_text(encoding="utf-8")
