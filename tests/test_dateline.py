"""The line of source and date: fixed forms, as precise as the date is known."""

from datetime import UTC, datetime

import pytest

from feedpress.feeds.dateline import date_in_words, dateline
from feedpress.model import Source, When

_TIME = When(2016, 9, 14, datetime(2016, 9, 14, 17, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    ("language", "day", "month"),
    [
        ("en-US", "14 September 2016", "September 2016"),
        ("EN", "14 September 2016", "September 2016"),
        ("de", "14. September 2016", "September 2016"),
        ("es-MX", "14 de septiembre de 2016", "septiembre de 2016"),
        ("fr", "14 septembre 2016", "septembre 2016"),
        ("it", "14 settembre 2016", "settembre 2016"),
        ("pt-BR", "14 de setembro de 2016", "setembro de 2016"),
        ("ja", "2016-09-14", "2016-09"),
    ],
)
def test_each_language_has_one_form(language: str, day: str, month: str) -> None:
    """A date has one form in each language, for ever; other languages write ISO 8601."""
    assert date_in_words(When(2016, 9, 14), language) == day
    assert date_in_words(When(2016, 9), language) == month
    assert date_in_words(When(2016), language) == "2016"
    assert date_in_words(_TIME, language) == day


@pytest.mark.parametrize("language", ["de", "en", "es", "fr", "it", "pt"])
def test_every_month_has_a_name(language: str) -> None:
    """Twelve different months in each language."""
    assert len({date_in_words(When(2016, month), language) for month in range(1, 13)}) == 12


def test_what_is_not_known_is_left_out() -> None:
    """Without a source the line is the date, without a date the source, without both nothing."""
    source = Source("CityLab")
    assert dateline(source, When(2016, 9), "en") == "CityLab, September 2016"
    assert dateline(source, None, "en") == "CityLab"
    assert dateline(None, When(2016), "en") == "2016"
    assert dateline(None, None, "en") is None
