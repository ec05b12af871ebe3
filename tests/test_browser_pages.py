"""Pages in a real browser: quiet, without barriers, in every width, and without JavaScript."""

import re

import pytest
from playwright.sync_api import Browser, expect

from browser import (
    ARABIC,
    FEEDS,
    NOT_FOUND,
    PAGES,
    SCHEMES,
    WIDTHS,
    Kind,
    barriers,
    overflow,
    visiting,
    window,
)

pytestmark = pytest.mark.slow

_FRONT, *_ = PAGES
_ON_FRONT = ("AT&T <b>: a title", "Plain", ARABIC)


def _name(kind: Kind) -> str:
    return kind.name


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("kind", PAGES, ids=_name)
def test_page_is_quiet_and_without_barriers(
    browser: Browser, site: str, kind: Kind, scheme: str, width: int
) -> None:
    """The console stays empty, nothing is asked of others, and axe-core finds nothing.

    axe-core looks by the rules of WCAG and by those of good practice.
    """
    with visiting(browser, site, **window(width, scheme)) as visit:
        visit.open(kind)
        visit.shoot(f"{kind.name}-{scheme}-{width}")
        assert visit.complaints == []
        assert barriers(visit.page) == []
        assert overflow(visit.page) == 0


@pytest.mark.parametrize("kind", [*PAGES, NOT_FOUND], ids=_name)
def test_page_fits_the_narrowest_window(browser: Browser, site: str, kind: Kind) -> None:
    """Nobody has to scroll sideways, whatever words and addresses are on it (WCAG 1.4.10)."""
    with visiting(browser, site, **window(320)) as visit:
        visit.open(kind)
        assert overflow(visit.page) == 0
        assert visit.complaints == []


@pytest.mark.parametrize("kind", PAGES, ids=_name)
def test_page_can_be_printed(browser: Browser, site: str, kind: Kind) -> None:
    """On paper nothing is cut off, and what stands there is black on white though it is night."""
    with visiting(browser, site, **window(700, "dark")) as visit:
        visit.open(kind)
        visit.page.emulate_media(media="print", color_scheme="light")
        assert overflow(visit.page) == 0
        assert visit.page.pdf().startswith(b"%PDF-")


def test_titles_stand_as_they_run(browser: Browser, site: str) -> None:
    """A title in Arabic stands at the right edge, the others at the left."""
    with visiting(browser, site, **window(1280)) as visit:
        visit.open(_FRONT)
        for title, direction in ((ARABIC, "rtl"), ("Plain", "ltr")):
            heading = visit.page.get_by_role("heading", name=title, exact=True)
            assert heading.evaluate("each => getComputedStyle(each).direction") == direction


def test_front_page_is_whole_without_javascript(browser: Browser, site: str) -> None:
    """All clippings and the addresses of all feeds are there, and no button that does nothing."""
    with visiting(browser, site, **window(1280), java_script_enabled=False) as visit:
        visit.open(_FRONT)
        page = visit.page
        for title in _ON_FRONT:
            expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
        shown = page.locator("body").inner_text()
        for path in ("/atom.xml", "/rss.xml", "/projects/portal/atom.xml"):
            assert f"{site}{path}" in shown or page.locator(f"a[href$='{path[1:]}']").count()
        for year in {kind.path for kind in PAGES if kind.path.startswith("/years/")}:
            expect(page.locator(f"a[href$='{year[1:]}']").first).to_be_visible()
        assert not [each for each in page.get_by_role("button").all() if each.is_visible()]
        assert not [each for each in page.get_by_role("searchbox").all() if each.is_visible()]


@pytest.mark.parametrize("kind", PAGES[:2], ids=_name)
def test_copy_button_copies_the_address_of_its_feed(
    browser: Browser, site: str, kind: Kind
) -> None:
    """What is then in the clipboard is the public address of the feed that stands beside it."""
    with visiting(browser, site, **window(1280)) as visit:
        visit.open(kind)
        buttons = visit.page.get_by_role("button", name=re.compile("^Copy")).all()
        copied = []
        for button in filter(lambda each: each.is_visible(), buttons):
            button.click()
            copied.append(visit.page.evaluate("navigator.clipboard.readText()"))
        assert len(copied) == len(set(copied)) > 0
        assert f"{site}{kind.path}atom.xml" in copied
        assert all(re.fullmatch(rf"{site}/(projects/\w+/)?(atom.xml|rss.xml|feed.json)", each)
                   for each in copied)  # fmt: skip
        assert visit.complaints == []


def test_search_finds_titles_and_summaries(browser: Browser, site: str) -> None:
    """Typing shows the clippings that have the words, those of every year, and no others."""
    with visiting(browser, site, **window(1280)) as visit:
        visit.open(_FRONT)
        page = visit.page
        page.get_by_role("searchbox").fill("plain text")
        expect(page.get_by_role("link", name="Plain", exact=True).first).to_be_visible()
        expect(page.get_by_role("heading", name=ARABIC, exact=True)).to_be_hidden()
        page.get_by_role("searchbox").fill("of a year")
        expect(page.get_by_role("link", name="Of a year").first).to_be_visible()
        page.get_by_role("searchbox").fill("")
        expect(page.get_by_role("heading", name=ARABIC, exact=True)).to_be_visible()
        assert visit.complaints == []


def test_every_feed_opens_from_the_front_page(browser: Browser, site: str) -> None:
    """The links to feeds lead to them, in the same window."""
    with visiting(browser, site, **window(1280)) as visit:
        visit.open(_FRONT)
        for kind in FEEDS[:2]:
            visit.page.locator(f"a[href$='{kind.path[1:]}']").first.click()
            visit.page.wait_for_url(site + kind.path)
            visit.page.go_back()
        assert visit.complaints == []
