"""The words that feedpress itself puts on partners' pages; embed.js has the same.

A language that is missing here has the English ones, and the page says that they are English.
"""

from dataclasses import dataclass

ALL_CLIPPINGS = {
    "de": "Alle Artikel",
    "en": "All clippings",
    "es": "Todos los recortes",
    "fr": "Tous les articles",
    "it": "Tutti gli articoli",
    "pt": "Todos os recortes",
}


@dataclass(frozen=True, slots=True)
class Words:
    """Words for people; `language` is None where it is the publication's own."""

    text: str
    language: str | None


def all_clippings(language: str) -> Words:
    """Say in the publication's language that a link leads to all clippings."""
    primary = language.partition("-")[0].lower()
    if primary in ALL_CLIPPINGS:
        return Words(ALL_CLIPPINGS[primary], None)
    return Words(ALL_CLIPPINGS["en"], "en")
