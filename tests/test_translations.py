"""What pages say themselves, in the language of the publication."""

import re
from typing import Any

import pytest
from babel.messages import Message

import support
import translations
from feedpress import snapshot
from feedpress.model import When
from feedpress.site import texts

_ROW: dict[str, Any] = {
    "id": "a",
    "title": "Título",
    "added": "2026-01-01",
    "published": "2016-09-14",
    "projects": ["p"],
}


def _page(path: str, language: str, *rows: dict[str, Any]) -> str:
    loaded = support.publication(rows or [_ROW], {"p": {"title": "P"}}, language=language)
    return snapshot.build(loaded, support.NOW).documents[path].body.decode()


@pytest.mark.parametrize("language", translations.catalogues())
def test_catalogue_has_every_text_and_no_other(language: str) -> None:
    """The texts of templates and of each catalogue are the same; none is left untranslated."""
    catalog = translations.read(language)
    messages = {each.id: each for each in catalog if each.id}
    assert set(messages) == {each.id for each in translations.found() if each.id}
    for message in messages.values():
        strings = _strings(message)
        assert all(strings), message.id
        assert not message.fuzzy
        holes = _holes(message.id if isinstance(message.id, str) else message.id[1])
        assert all(_holes(string) == holes for string in strings)


def _strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def _holes(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s|\{\w+\}", text))


@pytest.mark.parametrize("language", translations.catalogues())
def test_compiled_catalogue_is_in_step(language: str) -> None:
    """What is used at run time is what stands in the text, and is made the same each time."""
    path = translations.catalogues()[language]
    text, compiled = translations.updated(language)
    assert translations.updated(language) == (text, compiled)
    told = texts.catalogue(language)
    for message in translations.read(language):
        if isinstance(message.id, tuple):
            for number, string in zip((1, 2), _strings(message), strict=True):
                one, more = message.id
                assert told.ngettext(one, more, number) == string
        elif message.id:
            assert isinstance(message.id, str)
            assert told.gettext(message.id) == message.string
    assert path.with_suffix(".mo").is_file()


def test_languages_are_the_catalogues() -> None:
    """Each catalogue is used, and there is one for each language that is told to have one."""
    assert set(texts.LANGUAGES) == set(translations.catalogues())


@pytest.mark.parametrize("language", ["es", "es-MX", "ES-419"])
def test_spanish(language: str) -> None:
    """A page is in Spanish where the publication is, whatever the region."""
    page = _page("/", language)
    for text in ("Suscribirse a", "1 recorte\n", "14 de septiembre de 2016", "Años"):
        assert text in page
    assert f'<html lang="{language}">' in page
    assert page.count('lang="en"') == 5  # the names of readers


def test_plural_forms() -> None:
    """One clipping is "recorte", more of them "recortes"."""
    rows = [_ROW | {"id": each} for each in ("a", "b")]
    assert "1 recorte\n" in _page("/", "es", rows[0])
    assert "2 recortes\n" in _page("/", "es", *rows)


@pytest.mark.parametrize(
    ("language", "date", "attributes"),
    [
        ("nl", "14 september 2016", {"lang": "en"}),
        ("fr", "14 septembre 2016", {"lang": "en"}),
        ("ar", "14 سبتمبر 2016", {"lang": "en", "dir": "ltr"}),
        ("ja-JP", "2016年9月14日", {"lang": "en"}),
        ("en-GB", "14 September 2016", {}),
    ],
)
def test_without_a_catalogue_pages_say_that_they_are_english(
    language: str, date: str, attributes: dict[str, str]
) -> None:
    """Dates are written as the language does; the page's own texts are marked as English."""
    page = support.html(_page("/years/2016/", language))
    assert page.xpath("string(//time)") == date
    (box,) = page.xpath("//section[@id='subscribe']")
    assert {k: v for k, v in box.attrib.items() if k in ("lang", "dir")} == attributes
    assert page.xpath("string(//h2/bdi/@lang)") == language


@pytest.mark.parametrize(
    ("language", "expected"),
    [("ar", "rtl"), ("he-IL", "rtl"), ("fa", "rtl"), ("ur-PK", "rtl"), ("ps", "rtl"), ("en", "")],
)
def test_direction(language: str, expected: str) -> None:
    """A page in a language that is written from right to left says so."""
    page = support.html(_page("/", language))
    assert page.xpath("string(/html/@dir)") == expected
    assert all(each.get("dir") == "auto" for each in page.xpath("//h1 | //h3"))


@pytest.mark.parametrize(
    ("when", "language", "expected"),
    [
        (When(2016, 9, 14), "de-AT", "14. September 2016"),
        (When(2016, 9), "nl", "september 2016"),
        (When(2016), "nl", "2016"),
        (When(2016, 9), "ja", "2016年9月"),
        (When(2016), "ja", "2016年"),
        (When(2016, 9, 14), "nl-ZZ", "14 september 2016"),
        (When(2016, 9, 14), "tlh", "2016-09-14"),
        (When(2016, 9, 14), "x-private", "2016-09-14"),
    ],
)
def test_dates(when: When, language: str, expected: str) -> None:
    """A date is as precise as it is known, in any language; in an unknown one it is ISO's."""
    assert texts.date_on_page(when, language) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [(When(2016, 9, 4), "2016-09-04"), (When(2016, 9), "2016-09"), (When(812), "0812")],
)
def test_dates_for_machines(when: When, expected: str) -> None:
    """HTML and JSON-LD get a date as ISO 8601 has it, as precise as it is known."""
    assert texts.iso(when) == expected
