"""Feeds in a real browser: a tidy page by CSS alone, and nothing raw on it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from browser import (
    ARABIC,
    FEEDS,
    SCHEMES,
    WIDTHS,
    Kind,
    overflow,
    visiting,
    window,
)

pytestmark = pytest.mark.slow

_STYLED = tuple(kind for kind in FEEDS if kind.path.endswith(".xml"))
_LISTS = tuple(kind for kind in _STYLED if kind.name == "opml")
_BY_NAME = {kind.name: kind for kind in FEEDS}


# Each text that is to be seen, with the contrast of its colour and what is behind it (WCAG 2.2,
# "contrast ratio"). axe-core looks at documents of HTML alone.
_SEEN = """() => {
  const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const over = (colour, [r, g, b]) => {
    for (pixel.fillStyle of [`rgb(${r} ${g} ${b})`, colour]) pixel.fillRect(0, 0, 1, 1);
    return pixel.getImageData(0, 0, 1, 1).data;
  };
  const behind = (element) => element
    ? over(getComputedStyle(element).backgroundColor, behind(element.parentElement))
    : [255, 255, 255];
  const luminance = ([r, g, b]) => {
    const linear = (each) => each <= 10 ? each / 3294.6 : ((each / 255 + 0.055) / 1.055) ** 2.4;
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  };
  const contrast = ({ color }, below) => {
    const [one, other] = [luminance(over(color, below)), luminance(below)];
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  };
  const seen = [];
  for (const element of document.querySelectorAll("*")) {
    if (!element.getClientRects().length) continue;
    const below = behind(element);
    for (const part of ["::before", "::after"]) {
      const style = getComputedStyle(element, part);
      if (style.content === "none" || style.display === "none") continue;
      seen.push([style.content, contrast(style, over(style.backgroundColor, below))]);
    }
    const texts = [...element.childNodes].filter((each) => each.nodeType === Node.TEXT_NODE);
    const own = texts.map((each) => each.data).join("").trim();
    if (own) seen.push([own, contrast(getComputedStyle(element), below)]);
  }
  return seen;
}"""
_DATE = """(element) => {
  const text = document.createRange(), { right } = element.getBoundingClientRect();
  text.setStart(element.firstChild, 0);
  text.setEnd(element.firstChild, 10);
  return [text.toString(), Math.abs(text.getBoundingClientRect().right - right)];
}"""


def _name(kind: Kind) -> str:
    return kind.name


def _seen(page: Page) -> dict[str, float]:
    seen: list[Any] = page.evaluate(_SEEN)
    return dict(seen)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("kind", FEEDS, ids=_name)
def test_feed_is_quiet_and_can_be_read(
    browser: Browser, site: str, kind: Kind, scheme: str, width: int
) -> None:
    """The console stays empty, nothing is asked of others, and every text has enough contrast.

    WCAG 2.2, 1.4.3.
    """
    with visiting(browser, site, **window(width, scheme)) as visit:
        visit.open(kind)
        visit.shoot(f"{kind.name}-{scheme}-{width}")
        assert visit.complaints == []
        if kind in _STYLED:
            seen = _seen(visit.page)
            assert len(seen) > 2
            assert {text: ratio for text, ratio in seen.items() if ratio < 4.5} == {}
            assert overflow(visit.page) == 0


@pytest.mark.parametrize("kind", _STYLED, ids=_name)
def test_feed_is_styled_by_css_alone(browser: Browser, site: str, kind: Kind) -> None:
    """The browser shows the XML itself, and there is neither XSLT in it nor a script."""
    with visiting(browser, site, **window(1280)) as visit:
        visit.open(kind)
        page = visit.page
        assert page.evaluate("document.contentType") == "text/xml"
        # XSLT would have made another document, and so would the browser's own view of XML.
        root = "opml" if kind in _LISTS else "rss" if "rss" in kind.path else "feed"
        assert page.evaluate("document.documentElement.localName") == root
        instructions = page.evaluate(
            "[...document.childNodes].filter((it) => it.nodeType === 7).map((it) => it.data)"
        )
        assert len(instructions) == 1
        assert instructions[0].startswith('type="text/css" ')
        assert page.evaluate("[...document.styleSheets].map((each) => each.href)") == [
            f"{site}/feed.css"
        ]
        assert page.evaluate("document.querySelectorAll('script, a, html').length") == 0


@pytest.mark.parametrize("kind", _STYLED, ids=_name)
def test_feed_says_what_it_is_and_where(browser: Browser, site: str, kind: Kind) -> None:
    """On top stands what this is; then the address to subscribe to, which no archive's is."""
    with visiting(browser, site, **window(1280)) as visit:
        visit.open(kind)
        seen = " ".join(_seen(visit.page))
        is_archive = "/archive/" in kind.path
        assert ("This is a web feed" in seen) == (not is_archive and kind not in _LISTS)
        assert ("This is an older part of a web feed" in seen) == is_archive
        assert ("This is a list of web feeds" in seen) == (kind in _LISTS)
        shown = {
            link.get_attribute("href")
            for link in visit.page.locator("link[href]").all()
            if link.is_visible()
        }
        address = re.sub(r"archive/\d+/", "", f"{site}{kind.path}")
        assert kind in _LISTS or address in shown
        assert not is_archive or f"{site}{kind.path}" not in shown


@pytest.mark.parametrize("kind", _STYLED, ids=_name)
def test_nothing_raw_is_seen(browser: Browser, site: str, kind: Kind) -> None:
    """Ids, markup, mail addresses and the names of programs are for readers, not for people."""
    with visiting(browser, site, **window(1280)) as visit:
        visit.open(kind)
        seen = " ".join(_seen(visit.page))
        assert not re.search(r"tag:|</?p>|&\w+;|@|feedpress|GMT|rssboard|opml\.org", seen)


@pytest.mark.parametrize("name", ["atom", "rss"])
def test_clippings_are_seen(browser: Browser, site: str, name: str) -> None:
    """Title, source, day and summary of each stand there, the title as it runs."""
    with visiting(browser, site, **window(1280)) as visit:
        visit.open(_BY_NAME[name])
        page = visit.page
        seen = _seen(page)
        assert {"AT&T <b>: a title", "Government Technology", "A plain text.", ARABIC} <= {*seen}
        assert all(page.locator("entry, item").filter(has_text=ARABIC).locator("title").evaluate(
            "(each) => [getComputedStyle(each).unicodeBidi === 'plaintext',"
            " getComputedStyle(each).textAlign === 'start']"
        ))  # fmt: skip
        dates = page.locator("entry > updated, item > updated").all()
        shown, beyond = zip(*(each.evaluate(_DATE) for each in dates), strict=True)
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in shown)
        assert max(beyond) < 1.5


@pytest.mark.parametrize("kind", _STYLED, ids=_name)
def test_only_what_is_empty_says_so(browser: Browser, site: str, kind: Kind) -> None:
    """A feed without clippings says that there are none yet, and no subtitle stands twice."""
    with visiting(browser, site, **window(1280)) as visit:
        visit.open(kind)
        seen: list[Any] = visit.page.evaluate(_SEEN)
        texts = [text for text, _ in seen]
        is_empty = "/empty/" in kind.path
        assert ("There are no clippings yet." in " ".join(texts)) == is_empty
        assert texts.count("Nothing yet") == is_empty


@pytest.mark.parametrize("kind", _STYLED, ids=_name)
def test_feed_fits_the_narrowest_window(browser: Browser, site: str, kind: Kind) -> None:
    """Nobody has to scroll sideways, whatever words and addresses are on it (WCAG 1.4.10)."""
    with visiting(browser, site, **window(320)) as visit:
        visit.open(kind)
        assert overflow(visit.page) == 0


@pytest.mark.parametrize("kind", _STYLED, ids=_name)
def test_letters_are_large_enough_on_a_phone(browser: Browser, site: str, kind: Kind) -> None:
    """Phones shrink a page that does not say that it fits them, and XML can't say so."""
    with visiting(browser, site, is_mobile=True, **window(375)) as visit:
        visit.open(kind)
        visit.shoot(f"{kind.name}-phone")
        letters, wide = visit.page.evaluate(
            "[parseFloat(getComputedStyle(document.documentElement).fontSize), innerWidth]"
        )
        assert wide > 900
        assert 15 < letters * 375 / wide < 18
