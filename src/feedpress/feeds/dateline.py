"""Who published an article and when, as a line of text: "GovTech, 14 September 2016".

The forms are fixed here and not taken from a library of languages: a line of a published entry
never changes with a release. A language that is missing here writes dates as in ISO 8601, for
good; adding it would change every entry of those who use it.
"""

from feedpress.model import Source, When

_MONTHS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
    "dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro "
    "dezembro",
}
_DAY_AND_MONTH = {"de": "{}. {} {}", "es": "{} de {} de {}", "pt": "{} de {} de {}"}
_MONTH_ALONE = {"es": "{} de {}", "pt": "{} de {}"}


def dateline(source: Source | None, published: When | None, language: str) -> str | None:
    """Return the line for an article, in a publication's language, or None if nothing is known."""
    parts = [source.name] if source else []
    if published:
        parts.append(date_in_words(published, language))
    return ", ".join(parts) or None


def has_form(language: str) -> bool:
    """Return whether dates in a language have words here, and not only figures."""
    return language.partition("-")[0].lower() in _MONTHS


def date_in_words(when: When, language: str) -> str:
    """Return a date in words, as precise as it is known; a time gives its day."""
    primary = language.partition("-")[0].lower()
    if when.month is None:
        return f"{when.year}"
    if primary not in _MONTHS:
        day = f"-{when.day:02}" if when.day else ""
        return f"{when.year}-{when.month:02}{day}"
    month = _MONTHS[primary].split()[when.month - 1]
    if when.day is None:
        return _MONTH_ALONE.get(primary, "{} {}").format(month, when.year)
    return _DAY_AND_MONTH.get(primary, "{} {} {}").format(when.day, month, when.year)
