"""The style sheet of feeds: a tidy page for somebody who opens a feed's address in a browser.

CSS alone, so that the feed stays a feed: browsers are giving up XSLT. One sheet for Atom, RSS and
OPML; `feed.css` has the rules, and the texts go behind them as custom properties.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

from feedpress.site import texts

_ACCENT = "#c2570c"
# What would end a string or begin an escape (CSS Syntax 3 §4.3.5).
_NOT_IN_A_STRING = re.compile(r'["\\\x00-\x1f\x7f]')


def words(language: str) -> Mapping[str, str]:
    """Return the texts in a publication's language, or in English, by the names in `feed.css`."""
    _ = texts.catalogue(texts.language_of(language)).gettext
    return {
        "this-is-a-feed": _("This is a web feed"),
        "this-is-an-archive": _("This is an older part of a web feed"),
        "this-is-a-list": _("This is a list of web feeds"),
        "copy-this-address": _(
            "Copy this page’s address into a feed reader, and new clippings come to you."
        ),
        "copy-that-address": _(
            "To subscribe, copy this address into a feed reader, and new clippings come to you."
        ),
        "copy-the-list": _(
            "Save this page and import it in a feed reader, or copy the address of one feed into "
            "it, and new clippings come to you."
        ),
        "web-page": _("Web page:"),
        "date": _("Date in this feed:"),
        "nothing-yet": _("There are no clippings yet."),
    }


def feed_style_sheet(shown: Mapping[str, str], accent: str | None) -> bytes:
    """Return the style sheet with these texts, and with the publication's colour."""
    properties = {name: _string(text) for name, text in shown.items()}
    properties["accent"] = accent or _ACCENT
    lines = "".join(f"  --{name}: {value};\n" for name, value in properties.items())
    return f"{_rules()}\n:root {{\n{lines}}}\n".encode()


def _string(text: str) -> str:
    escaped = _NOT_IN_A_STRING.sub(lambda found: f"\\{ord(found[0]):x} ", text)
    return f'"{escaped}"'


@cache
def _rules() -> str:
    return resources.files("feedpress.site").joinpath("feed.css").read_text(encoding="utf-8")
