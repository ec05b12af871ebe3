"""What pages say of themselves, in the publication's language: texts, dates, and their direction.

The texts are gettext catalogues in `translations/`. Where there is none for a language, they are
English, and pages say so. Dates in the languages of which feeds have fixed forms are written as in
feeds; in all others as Babel knows it.
"""

import gettext
from datetime import date
from functools import cache
from importlib import resources
from io import BytesIO

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_skeleton

from feedpress.feeds import dateline
from feedpress.model import When

#: The languages that there are catalogues of.
LANGUAGES = ("en", "es")


def language_of(language: str) -> str:
    """Return the language of a page's own texts, for a publication's language."""
    primary = _primary(language)
    return primary if primary in LANGUAGES else "en"


def is_at_home(language: str) -> bool:
    """Return whether a page's own texts are in the publication's language."""
    return _primary(language) in LANGUAGES


@cache
def catalogue(language: str) -> gettext.GNUTranslations:
    """Return the texts in a language that there is a catalogue of."""
    folder = f"translations/{language}/LC_MESSAGES"
    body = resources.files("feedpress.site").joinpath(f"{folder}/feedpress.mo").read_bytes()
    return gettext.GNUTranslations(BytesIO(body))


@cache
def direction(language: str) -> str:
    """Return the direction in which a language is written: `ltr` or `rtl`."""
    locale = _locale(language)
    return locale.text_direction if locale else "ltr"


def open_graph_locale(language: str) -> str | None:
    """Return a language as Open Graph has it, `en_US`: only where its region is known."""
    locale = _locale(language)
    return f"{locale.language}_{locale.territory}" if locale and locale.territory else None


def date_on_page(when: When, language: str) -> str:
    """Return a date in words, as precise as it is known."""
    locale = None if dateline.has_form(language) else _locale(language)
    if locale is None:
        return dateline.date_in_words(when, language)
    day = date(when.year, when.month or 1, when.day or 1)
    if when.day:
        return format_date(day, "long", locale)
    return format_skeleton("yMMMM" if when.month else "y", day, locale=locale)


def iso(when: When) -> str:
    """Return a date for HTML and JSON-LD, as precise as it is known; of a time, its day."""
    parts = (f"{when.year:04}", when.month, when.day)
    return "-".join(each if isinstance(each, str) else f"{each:02}" for each in parts if each)


@cache
def _locale(language: str) -> Locale | None:
    for tag in (language, _primary(language)):
        try:
            return Locale.parse(tag, sep="-")
        except (ValueError, UnknownLocaleError):
            continue
    return None


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()
