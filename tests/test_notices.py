"""What is said in the place of something that is no more, in the languages that are known."""

from collections.abc import Callable

import pytest

import support
from feedpress import snapshot
from feedpress.feeds import notices
from feedpress.feeds.notices import Notice

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_WITHDRAWN = {
    "de": "Dieser Eintrag wurde zurückgezogen",
    "en": "This clipping was withdrawn",
    "es": "Este recorte fue retirado",
    "fr": "Cet article a été retiré",
    "it": "Questo articolo è stato ritirato",
    "pt": "Este recorte foi retirado",
}
_ENDED = {
    "de": "Dieser Feed ist beendet",
    "en": "This feed has ended",
    "es": "Este canal ha terminado",
    "fr": "Ce flux est terminé",
    "it": "Questo feed è terminato",
    "pt": "Este feed terminou",
}
_KINDS = [
    pytest.param(notices.withdrawn, _WITHDRAWN, id="withdrawn"),
    pytest.param(notices.ended, _ENDED, id="ended"),
]


@pytest.mark.parametrize(("notice", "titles"), _KINDS)
@pytest.mark.parametrize("language", ["de", "en", "es", "fr", "it", "pt"])
def test_language_of_the_publication(
    notice: Callable[[str], Notice], titles: dict[str, str], language: str
) -> None:
    """A notice is in the publication's language, whatever its region and its case."""
    plain = notice(language)
    assert plain.title == titles[language]
    assert plain.text
    assert plain.language is None
    assert notice(f"{language}-CH") == notice(language.upper()) == plain


@pytest.mark.parametrize(("notice", "titles"), _KINDS)
@pytest.mark.parametrize("language", ["ja", "zh-Hant", "est", "den", "x-de"])
def test_other_languages(
    notice: Callable[[str], Notice], titles: dict[str, str], language: str
) -> None:
    """Where a language is not known, the notice is in English and says so."""
    there = notice(language)
    assert (there.title, there.language) == (titles["en"], "en")
    assert there.text == notice("en").text


@pytest.mark.parametrize(("language", "marked"), [("de-AT", None), ("en", None), ("ja", "en")])
def test_where_a_notice_stands(language: str, marked: str | None) -> None:
    """In feeds xml:lang, and on pages lang, names a notice's language where it is another."""
    loaded = support.publication(
        [{"id": "a", "title": "A", "added": "2026-10-01", "withdrawn": "2026-11-01"}],
        {"p": {"title": "P", "retired": "2026-11-01"}},
        language=language,
    )
    documents = snapshot.build(loaded, support.NOW).documents
    primary = language.partition("-")[0]
    known = primary if primary in _ENDED else "en"
    (entry,) = support.parse(documents["/projects/p/atom.xml"].body).findall("{*}entry")
    assert support.text_at(entry, "a:title") == _ENDED[known]
    assert entry.get(_LANG) == marked
    (item,) = support.parse(documents["/rss.xml"].body).findall("channel/item")
    assert support.text_at(item, "title") == _WITHDRAWN[known]
    for page, title in (("/clippings/a/", _WITHDRAWN[known]), ("/projects/p/", _ENDED[known])):
        text = documents[page].body.decode()
        assert title in text
        assert ('<section class="notice" dir="auto" lang="en">' in text) is (marked == "en")
