"""What a page says of itself is found, with where it stands; nothing is invented."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedpress.editing import article, page_head, plain_text
from feedpress.editing.article import Article
from feedpress.editing.tracking import same_page, without_tracking
from support import NOW

_PAGES = Path(__file__).parent / "data" / "pages"
_SITE = "https://news.example.org/"


def _read(markup: str | bytes, address: str = f"{_SITE}a/b", charset: str | None = None) -> Article:
    data = markup.encode() if isinstance(markup, str) else markup
    return article.read_article(data, charset, address, NOW)


def _shown(read: Article) -> dict[str, tuple[str, str]]:
    return {key: (each.value, each.where) for key, each in read.found.items()}


_OWN = "the page's address"
_SAVED = {
    ("json_ld", "2026/11/shade-maps"): {
        "title": ("Harbor City’s shade maps: a trial", "JSON-LD"),
        "source": ("The Example Ledger", "JSON-LD"),
        "published": ("2026-11-20", "JSON-LD"),
        "summary": ("Maps of shade help bus riders.", "JSON-LD"),
        "language": ("en-US", "JSON-LD"),
        "image": (f"{_SITE}img/shade.jpg", "JSON-LD"),
        "alt": ("A street with trees", "Open Graph"),
        "url": (f"{_SITE}2026/11/shade-maps?id=4", "the page's canonical link"),
    },
    ("graph", "library/"): {
        "title": ("Library opens late", "JSON-LD"),
        "source": ("Inland Example", "JSON-LD"),
        "published": ("2025-03-01", "JSON-LD"),
        "summary": ("The library tries evenings.", "JSON-LD"),
        "language": ("en-GB", "JSON-LD"),
        "image": (f"{_SITE}library.png", "JSON-LD"),
        "url": (f"{_SITE}library/", _OWN),
    },
    ("several", "trees"): {
        "title": ("Trees count", "JSON-LD"),
        "source": ("Example Wire", "JSON-LD"),
        "published": ("2026-02-03", "JSON-LD"),
        "language": ("en", "JSON-LD"),
        "image": (f"{_SITE}trees.jpg", "JSON-LD"),
        "url": (f"{_SITE}trees", "JSON-LD"),
    },
    ("open_graph", "a/q-a"): {
        "title": ('Q&A: the "bus" lab', "Open Graph"),
        "source": ("Example Weekly", "Open Graph"),
        "published": ("2024-02-29", "Open Graph"),
        "summary": ("Five questions on buses.", "Open Graph"),
        "language": ("en-GB", "Open Graph"),
        "image": (f"{_SITE}bus.jpg", "Open Graph"),
        "alt": ("A bus", "Open Graph"),
        "url": ("https://www.news.example.org/q-a", "Open Graph"),
    },
    ("dublin_core", "j/1"): {
        "title": ("Measuring shade at bus stops", "meta"),
        "source": ("Example Journal of Streets", "meta"),
        "published": ("2019-07-04", "meta"),
        "summary": ("A study.", "meta"),
        "language": ("en-NZ", "the page's <html>"),
        "url": (f"{_SITE}j/1", _OWN),
    },
    ("nothing", "portal"): {
        "title": ("Mayor opens portal", "the page's <title>"),
        "published": ("2016-09-14", "the page's text"),
        "url": (f"{_SITE}portal", _OWN),
    },
    ("spanish", "sombra"): {
        "title": ("La ciudad prueba mapas de sombra", "Open Graph"),
        "source": ("El Ejemplo", "Open Graph"),
        "published": ("2016-09-14", "meta"),
        "summary": ("¿Dónde hay sombra? Un mapa lo dice.", "meta"),
        "language": ("es-MX", "Open Graph"),
        "url": (f"{_SITE}sombra", _OWN),
    },
    ("damaged", "x"): {
        "title": ("Kept", "JSON-LD"),
        "published": ("2020-05", "meta"),
        "url": (f"{_SITE}x", _OWN),
    },
}


@pytest.mark.parametrize(("page", "found"), _SAVED.items(), ids=lambda each: str(each)[:20])
def test_saved_pages(page: tuple[str, str], found: dict[str, tuple[str, str]]) -> None:
    """Of each form that publishers use, all is found, and where it stands is told."""
    name, path = page
    read = _read((_PAGES / f"{name}.html").read_bytes(), _SITE + path)
    assert _shown(read) == found


def test_every_saved_page_is_tried() -> None:
    """No saved page is left lying."""
    assert {name for name, _ in _SAVED} == {path.stem for path in _PAGES.iterdir()}


def test_what_does_not_fit_is_told() -> None:
    """A value that no clipping can hold is left out and told; so is a damaged block."""
    read = _read((_PAGES / "damaged.html").read_bytes())
    assert [(each.key, each.where) for each in read.misfits] == [
        ("published", "JSON-LD"),
        ("language", "JSON-LD"),
        ("image", "JSON-LD"),
    ]
    assert "not of our time" in read.misfits[0].why
    assert read.damaged == 1


@pytest.mark.parametrize(
    ("markup", "key", "value", "where"),
    [
        ("<h1>Only a headline</h1>", "title", "Only a headline", "the page's text"),
        ("<title>News: it works | news.example.org</title>",
         "title", "News: it works", "the page's <title>"),
        ("<title>One</title><meta name=date content=' '><time>x</time>"
         "<time itemprop=datePublished datetime='2020-01-02T03:04'>x</time>",
         "published", "2020-01-02", "meta"),
        ("<title>One</title><meta name=date content=20200102>", "published", "2020-01-02", "meta"),
        ("<title>One</title><meta name=date content=2020>", "published", "2020", "meta"),
        ("<title>One</title><meta name=updated content=x><meta property='article:published' "
         "content='2020-01-02'>", "published", "2020-01-02", "meta"),
        ("<meta property=og:title content='a&amp;amp;b'>", "title", "a&amp;b", "Open Graph"),
        ("<meta property=og:title content='a\u202eb\u200bc\tand "
         "&lt;i&gt;d&lt;/i&gt; &lt; e&lt;br&gt;f'>",
         "title", "abc and d < e f", "Open Graph"),
        ("<meta property=og:image content='//cdn.example.net/a b.jpg'>"
         "<meta name=image content=/c.jpg>",
         "image", f"{_SITE}c.jpg", "meta"),
        ("<link rel=canonical href='https://elsewhere.example.net/b'>", "url", f"{_SITE}a/b", _OWN),
        ("<link rel=canonical href='/'>", "url", f"{_SITE}a/b", _OWN),
        ("<link rel=canonical href='http://[x'>", "url", f"{_SITE}a/b", _OWN),
        ("<link rel=canonical><link rel=canonical href='https://m.news.example.org/c#:~:text=d'>",
         "url", "https://m.news.example.org/c", "the page's canonical link"),
    ],
)  # fmt: skip
def test_small_pages(markup: str, key: str, value: str, where: str) -> None:
    """Single values are cleaned, and believed only where they can be."""
    found = _read(f"<html><head>{markup}</html>").found[key]
    assert (found.value, found.where) == (value, where)


def test_date_in_the_address() -> None:
    """A date that stands in nothing but the address is taken from there, and it is told."""
    read = _read("<h1>A headline</h1>", f"{_SITE}2015/03/04/portal")
    assert _shown(read)["published"] == ("2015-03-04", _OWN)


@pytest.mark.parametrize(
    "markup", ["<p>A thing of 2016</p><footer>© 2019 Example</footer>", "<p>", ""]
)
def test_nothing_is_invented(markup: str) -> None:
    """The year of a copyright notice is no date, and a site's address no name."""
    assert _read(f"<html><title>One</title><body>{markup}").found.keys() == {"title", "url"}


@pytest.mark.parametrize("markup", ["", "   ", "<!-- -->", "\0"])
def test_no_page_at_all(markup: str) -> None:
    """Of what holds no markup, the address alone is known."""
    assert _read(markup).found.keys() == {"url"}


@pytest.mark.parametrize(
    "json",
    [
        "3", "null", "[[[]]]", '{"@type": 3}', '{"@type": [3, "Article"], "headline": {"a": 1}}',
        '{"@type": "Article", "headline": [], "publisher": {"@id": "#no"}, "image": [[[["x"]]]]}',
        '{"@type": "Article", "url": "http://[x", "headline": " "}', "[" * 100_000,
        '{"@id": "#a", "@type": "Article", "publisher": {"@id": "#b"}}',
        '{"@type": "Article", "publisher": {"@id": "#a", "name": {"@id": "#a"}}, "@id": "#a"}',
        "[" + '{"@type":"Thing"},' * 20_000 + "1]", "1" * 9_999, '"' + "x" * 600_000 + '"',
    ],
)  # fmt: skip
def test_odd_json_ld(json: str) -> None:
    """Whatever stands in JSON-LD, the rest of the page is read."""
    block = f'<script type="application/ld+json">{json}</script>'
    read = _read(f"<title>One</title>{block}<meta property=og:description content=Two>")
    assert (read.found["title"].value, read.found["summary"].value) == ("One", "Two")


@pytest.mark.parametrize(
    ("data", "charset", "title"),
    [
        ("Año".encode(), None, "Año"),
        ("Año".encode(), "windows-1252", "AÃ±o"),
        ("Año".encode("cp1252"), "iso-8859-1", "Año"),
        ("Año".encode("cp1252"), None, "Año"),
        ("Año “ñ”".encode("cp1252"), "utf-8", "Año “ñ”"),
        ("Año".encode(), "base64", "Año"),
        ("Año".encode(), "no-such", "Año"),
        ("Año".encode() * 3 + b"\xff", "utf-8", "AñoAñoAño\ufffd"),
        (b"<meta charset=windows-1252>A\xf1o", None, "Año"),
        (b"<meta http-equiv=Content-Type content='text/html; charset=shift_jis'>\x83A", None, "ア"),
        ("\ufeffAño".encode(), "windows-1252", "Año"),
        ("Año".encode("utf-16"), None, "Año"),
    ],
)
def test_charsets(data: bytes, charset: str | None, title: str) -> None:
    """A page's letters are read by its mark, its server's word, its own, or what they look like."""
    assert page_head.decoded(data, charset).rpartition(">")[2] == title


def test_page_that_was_cut() -> None:
    """A page that ends within a character is read as what it is."""
    assert page_head.decoded("Año ñ".encode()[:-1], None) == "Año "


def test_words_for_another_picture() -> None:
    """What Open Graph says of its picture is not said of another one."""
    for image in ("/b.jpg", "data:x"):
        og = f"<meta property=og:image content={image}><meta property=og:image:alt content=B>"
        block = '{"@type": "Article", "image": "/a.jpg", "headline": "<b></b>"}'
        read = _read(f'{og}<script>x</script><script type="application/ld+json">{block}</script>')
        assert (read.found["image"].value, "alt" in read.found) == (f"{_SITE}a.jpg", False)


def test_library_that_stumbles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the search of the text fails, what is stated is still there."""

    def stumble(*_: object, **__: object) -> None:
        raise RecursionError

    monkeypatch.setattr(article, "extract_metadata", stumble)
    assert _read("<meta property=og:title content=One>").found["title"].value == "One"


@pytest.mark.parametrize(
    "markup",
    [
        '<script type="application/ld+json">' + '"person"' * 250_000,
        "<time datetime='x'>a</time>" * 75_000,
        "<div>" * 400_000,
        "<meta " * 300_000,
        "<meta property=og:title content='" + "<b " * 600_000 + "'>",
        "<meta property=og:title content='" + " | x" * 500_000 + "'>",
        '<script type="application/ld+json">' + ";  " * 160_000 + "</script>",
        "&amp;" * 400_000,
    ],
    ids=range(8),
)
def test_bombs(markup: str) -> None:
    """A page that was made to keep a reader busy for hours is read like any other."""
    assert _read(markup).found["url"].value == f"{_SITE}a/b"


@given(st.text(alphabet='<>/"=[]{}:, abcmetahtmltitle\u202e\n&;#1', max_size=400))
@settings(deadline=None, max_examples=200)
def test_any_page(text: str) -> None:
    """Nothing raises, and every text that is found fits a clipping."""
    for markup in (text, f'<script type="application/ld+json">{text}</script>', f"<meta {text}>"):
        for each in _read(markup).found.values():
            assert each.value == " ".join(each.value.split())


@given(st.text(), st.integers(1, 40))
def test_one_line(text: str, longest: int) -> None:
    """A text is cut to its length and can be read anew to the same."""
    line = plain_text.one_line(text, longest)
    assert len(line) <= longest
    assert plain_text.one_line(line, longest) == line


def test_cut_at_a_word() -> None:
    """A text that is too long ends with a whole word."""
    assert plain_text.one_line("one two, three", 10) == "one two…"
    assert plain_text.one_line("a" * 20, 10) == "a" * 9 + "…"


@pytest.mark.parametrize(
    ("address", "left"),
    [
        ("https://a.example/b?utm_source=x&id=4&fbclid=y", "https://a.example/b?id=4"),
        ("https://a.example/b?utm_source=x", "https://a.example/b"),
        ("https://a.example/b?UTM%5Fsource=x&q=%2f+a%20b&&z", "https://a.example/b?q=%2f+a%20b&&z"),
        ("https://a.example/b?", "https://a.example/b?"),
        ("https://a.example/b#:~:text=a", "https://a.example/b"),
        ("https://a.example/b?mc_cid=1#c:~:text=a", "https://a.example/b#c"),
        ("https://a.example/b#c?utm_source=x", "https://a.example/b#c?utm_source=x"),
        ("https://a.example/b;utm_source=x", "https://a.example/b;utm_source=x"),
    ],
)
def test_tracking(address: str, left: str) -> None:
    """What only tracks is taken off; the rest stays letter by letter."""
    assert without_tracking(address) == left


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example/b/", "http://www.A.example/b?utm_source=x", True),
        ("https://a.example/b?c=1", "https://a.example/b/?c=1", True),
        ("https://a.example", "https://a.example/", True),
        ("https://a.example/b", "https://a.example/B", False),
        ("https://a.example/b?c=1", "https://a.example/b?c=2", False),
    ],
)
def test_same_page(one: str, other: str, same: bool) -> None:
    """Scheme, a last slash and tracking make no other page of it."""
    assert (same_page(one) == same_page(other)) is same


def test_now_bounds_dates() -> None:
    """The text's date is looked for up to today."""
    page = b"<h1>A headline</h1><p class='date'>2031-05-05</p>"
    for year, found in ((2030, False), (2032, True)):
        read = article.read_article(page, None, _SITE, datetime(year, 1, 1, tzinfo=UTC))
        assert ("published" in read.found) is found
