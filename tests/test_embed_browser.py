"""The script and the frame on pages of another origin, in a real browser."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Frame, Page

import support
from browser import barriers
from feedpress.site import pages
from partner_site import Partner, Window, open_partner
from servers import SERVE, free_port, starting

pytestmark = pytest.mark.slow

_DOCS = (Path(__file__).parent.parent / "docs" / "partners.md").read_text(encoding="utf-8")
_PUBLIC = "https://feeds.example.org/"
_PROJECT = "la-business-portal"
_TITLE = "LA Business Portal"
_ARABIC = "مدينة لوس أنجلوس"
#: What a page can allow no less than, with what docs/partners.md tells to add to it.
_STRICT = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; script-src {feeds}; "
    "connect-src {feeds}; require-trusted-types-for 'script'; trusted-types 'none'"
)


@pytest.fixture
def partner() -> Iterator[Partner]:
    """A site of another origin."""
    with open_partner() as site:
        yield site


def _clippings() -> list[dict[str, object]]:
    lately = f"{datetime.now(UTC) - timedelta(days=10):%Y-%m-%d}"
    about: dict[str, object] = {"projects": [_TITLE]}
    nothing: dict[str, object] = {"projects": []}
    return [
        about | {"id": "gone", "title": "Gone", "added": "2020-03-01", "withdrawn": lately},
        about
        | {
            "id": "markup",
            "title": "<img src=x onerror=alert(1)> & more",
            "url": "https://news.example.org/a?b=1&c=2",
            "source": "<i>GovTech</i>",
            "published": "2016-09-14",
            "added": "2020-02-03",
        },
        about | {"id": "bare", "title": "Little is known", "added": "2020-02-02"},
        about
        | {
            "id": "arabic",
            "title": _ARABIC,
            "source": "Al Jazeera",
            "added": "2020-02-01",
            "language": "ar",
        },
        *[
            about | {"id": f"old-{n}", "title": f"Old {n}", "added": f"2019-{n:02}-01"}
            for n in range(1, 11)
        ],
        *[
            nothing
            | {"id": f"many-{n}", "title": f"Many {n}", "added": f"2018-01-01T10:{n:02}:00Z"}
            for n in range(50)
        ],
        {"id": "es", "title": "Uno", "added": "2017-01-01", "projects": ["Otra"]},
    ]


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of feedpress."""
    folder = tmp_path_factory.mktemp("feeds")
    projects = {
        _PROJECT: {"title": _TITLE, "formerly": ["portal"]},
        "otra": {"title": "Otra"},
        "empty": {"title": "Nothing yet"},
        "ended": {"title": "Ended", "retired": "2018-01-01"},
    }
    (folder / "clippings.yaml").write_text(
        support.file_text(_clippings(), projects, feed_size=60), encoding="utf-8"
    )
    with starting(folder) as start:
        port = start(*SERVE, "--url", "http://127.0.0.1:PORT/").port
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def window(browser: Browser) -> Iterator[Callable[..., Window]]:
    """Open windows, and close them at the end."""
    contexts = []

    def make(address: str, **options: Any) -> Window:
        contexts.append(browser.new_context(**options))
        contexts[-1].set_default_timeout(10_000)
        opened = Window(contexts[-1].new_page())
        opened.page.goto(address)
        return opened

    yield make
    for context in contexts:
        context.close()


def _script(feeds: str, target: str = "", how: str = "async", **data: str) -> str:
    attributes = {"project": _PROJECT} | ({"target": target} if target else {}) | data
    written = " ".join(f'data-{name}="{value}"' for name, value in attributes.items())
    return f'<script {how} src="{feeds}/embed.js" {written}></script>'


def _wrapped(feeds: str, **data: str) -> str:
    link = f'<a href="{feeds}/projects/{_PROJECT}/">The link</a>'
    return f'<div class="feedpress">{link}{_script(feeds, **data)}</div>'


# Playwright's selectors look into shadow roots, too.
def _titles(page: Page) -> list[str]:
    page.locator("section[aria-label]").first.wait_for()
    return page.locator("section li a").all_inner_texts()


@pytest.mark.parametrize("policy", ["", _STRICT], ids=["no policy", "strict policy"])
def test_list_takes_the_place_of_the_link(
    policy: str, feeds: str, partner: Partner, window: Callable[..., Window]
) -> None:
    """The newest clippings stand where the link was, styled, whatever the page's policy."""
    headers = {"Content_Security_Policy": policy.format(feeds=feeds)} if policy else {}
    opened = window(partner.page(_wrapped(feeds, count="3"), **headers))
    page = opened.page
    assert _titles(page) == ["<img src=x onerror=alert(1)> & more", "Little is known", _ARABIC]
    assert not page.get_by_text("The link").is_visible()
    assert page.locator("section li p").all_inner_texts() == [
        "<i>GovTech</i>, 14 September 2016",
        "Al Jazeera",
    ]
    hrefs = [link.get_attribute("href") for link in page.locator("section a").all()]
    assert hrefs == [
        "https://news.example.org/a?b=1&c=2",
        f"{feeds}/clippings/bare/",
        f"{feeds}/clippings/arabic/",
        f"{feeds}/projects/{_PROJECT}/",
    ]
    assert page.get_by_role("region", name=_TITLE).get_by_role("list").count() == 1
    assert page.get_by_role("link", name=f"All clippings: {_TITLE}").count() == 1
    style = "list => getComputedStyle(list).listStyleType"
    assert page.locator("section ul").evaluate(style) == "none"
    assert opened.hosts - {""} == {feeds, partner.address}
    assert (opened.errors, opened.said) == ([], [])


def test_languages_and_directions(
    feeds: str, partner: Partner, window: Callable[..., Window]
) -> None:
    """Each clipping is in its own language and runs in its own direction."""
    page = window(partner.page(_wrapped(feeds, count="3"))).page
    _titles(page)
    arabic = page.locator("section li").nth(2)
    assert arabic.get_attribute("lang") == "ar"
    assert arabic.evaluate("item => getComputedStyle(item).direction") == "rtl"
    assert arabic.locator("p").get_attribute("lang") == "en"
    assert arabic.locator("p").evaluate("line => getComputedStyle(line).direction") == "ltr"
    assert arabic.locator("bdi").inner_text() == "Al Jazeera"
    assert page.locator("section").get_attribute("lang") == "en"


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        ("", 5),
        ("2", 2),
        (" 7 ", 7),
        ("2.9", 2),
        ("0", 1),
        ("-3", 1),
        ("51", 50),
        ("9" * 400, 50),
        ("junk", 5),
    ],
)
def test_count(
    count: str, shown: int, feeds: str, partner: Partner, window: Callable[..., Window]
) -> None:
    """From 1 to 50 clippings are shown, and five where the page says nothing sensible."""
    page = window(partner.page(_wrapped(feeds, project="", count=count))).page
    assert len(_titles(page)) == shown


_PLACES = {
    "right after the script": "<p>Before</p>{script}<p>After</p>",
    "deferred": "<p>Before</p>{defer}<p>After</p>",
    "at once": "<p>Before</p>{now}<p>After</p>",
    "in an element that is named": '<div id="here"><a href="/">The link</a></div>{named}',
    "named without the hash": '<div id="here"></div>{bare}',
    "before the element that is named": '{named}<section id="here"></section>',
    "the first of two of one name": '{named}<div id="here"></div><div id="here">Second</div>',
    "by another script": "<script>document.body.append(Object.assign(document.createElement("
    '"script"), {{src: "{feeds}/embed.js"}}))</script>',
}


@pytest.mark.parametrize("body", _PLACES.values(), ids=_PLACES)
def test_place(body: str, feeds: str, partner: Partner, window: Callable[..., Window]) -> None:
    """The list comes wherever and however the script is put on the page."""
    written = body.format(
        feeds=feeds,
        script=_script(feeds),
        defer=_script(feeds, how="defer"),
        now=_script(feeds, how=""),
        named=_script(feeds, "#here"),
        bare=_script(feeds, "here"),
    )
    opened = window(partner.page(written))
    assert len(_titles(opened.page)) == 5
    assert opened.page.locator("section[aria-label]").count() == 1
    if "After" in written:
        after = "!!document.querySelector('script[data-project]').nextElementSibling.shadowRoot"
        assert opened.page.evaluate(after)
    if "The link" in written:
        assert not opened.page.get_by_text("The link").is_visible()
    assert opened.errors == []


def test_several_on_one_page(feeds: str, partner: Partner, window: Callable[..., Window]) -> None:
    """Each script makes a list of its own, also where two name the same element."""
    here = '<div id="here"></div>'
    scripts = _script(feeds, "#here") + _script(feeds, "#here", project="otra")
    opened = window(partner.page(_wrapped(feeds) + here + scripts + _script(feeds, project="")))
    page = opened.page
    page.wait_for_function(
        "[...document.querySelectorAll('div')].filter((each) => each.shadowRoot).length == 4"
    )
    labels = [each.get_attribute("aria-label") for each in page.locator("section").all()]
    assert sorted(str(each) for each in labels) == sorted([_TITLE, _TITLE, "Otra", "In the media"])
    assert opened.errors == []


def test_project_that_was_renamed(
    feeds: str, partner: Partner, window: Callable[..., Window]
) -> None:
    """A slug that the project had still works, under a strict policy, too."""
    policy = _STRICT.format(feeds=feeds)
    page = window(
        partner.page(_wrapped(feeds, project="portal"), Content_Security_Policy=policy)
    ).page
    assert len(_titles(page)) == 5


def test_several_projects_in_one_list(
    feeds: str, partner: Partner, window: Callable[..., Window]
) -> None:
    """The script merges the projects' feeds: each clipping once, the newest first.

    Projects together have no page of their own, so the last link leads to the front page.
    """
    page = window(partner.page(_wrapped(feeds, project="otra+portal", count="50"))).page
    titles = _titles(page)
    assert titles[:-1] == _titles(window(partner.page(_wrapped(feeds, count="50"))).page)
    assert titles[-1:] == ["Uno"]
    last = page.locator("section > p a")
    assert (last.inner_text(), last.get_attribute("href")) == ("All clippings", f"{feeds}/")
    assert page.locator("section").get_attribute("aria-label") == f"Otra, {_TITLE}"


def test_clipping_of_two_projects_is_listed_once(
    feeds: str, partner: Partner, window: Callable[..., Window]
) -> None:
    """A clipping that is in several of the feeds is listed once."""
    page = window(partner.page(_wrapped(feeds, project=f"{_PROJECT}+portal", count="50"))).page
    titles = _titles(page)
    assert len(titles) == len(set(titles)) == 13


def test_one_of_several_projects_is_missing(
    feeds: str, partner: Partner, window: Callable[..., Window]
) -> None:
    """The clippings of the others are listed, and one line says what is missing."""
    opened = window(partner.page(_wrapped(feeds, project="otra+nothing")))
    assert _titles(opened.page) == ["Uno"]
    opened.wait_until_told("feedpress shows less: ")
    assert "answers 404" in opened.said[0]


_FAILURES: dict[str, tuple[dict[str, str], str]] = {
    "an unknown project": ({"project": "nothing"}, "answers 404"),
    "a project that is gone": ({"project": "ended"}, "answers 410"),
    "no name of a project": ({"project": "../" * 9}, "no project ../"),
    "several unknown projects": ({"project": "nothing+nowhere"}, "answers 404"),
    "no such element": ({"target": "#nowhere"}, "no element #nowhere"),
}


@pytest.mark.parametrize(("data", "why"), _FAILURES.values(), ids=_FAILURES)
def test_what_goes_wrong_leaves_the_page_as_it_was(
    data: dict[str, str], why: str, feeds: str, partner: Partner, window: Callable[..., Window]
) -> None:
    """The link stays, nothing is thrown into the page, and one line says why."""
    opened = window(partner.page(_wrapped(feeds, **data)))
    _assert_untouched(opened)
    assert why in opened.said[0]


def test_project_without_clippings(
    feeds: str, partner: Partner, window: Callable[..., Window]
) -> None:
    """Where there is no clipping yet, there is the link to the project's page and no empty list."""
    page = window(partner.page(_wrapped(feeds, project="empty"))).page
    page.locator("section[aria-label]").wait_for()
    assert page.locator("section a").all_inner_texts() == ["All clippings: Nothing yet"]
    assert page.locator("section ul").count() == 0


def _assert_untouched(opened: Window) -> None:
    page = opened.page
    with_warning = "feedpress shows no clippings: "
    opened.wait_until_told(with_warning)
    assert [each.startswith(with_warning) for each in opened.said] == [True]
    assert page.get_by_text("The link").is_visible()
    assert page.locator("section").count() == 0
    # What the browser itself says of an answer that is none.
    assert not [each for each in opened.errors if "Failed to load resource" not in each]


_ANSWERS = {
    "no JSON": ("<p>", "application/json"),
    "no feed": ("null", "application/json"),
    "no items": ("{}", "application/json"),
    "junk for items": ('{"items": [null]}', "application/json"),
}


@pytest.mark.parametrize(("body", "kind"), _ANSWERS.values(), ids=_ANSWERS)
def test_answer_that_is_no_feed_leaves_the_page_as_it_was(
    body: str, kind: str, partner: Partner, window: Callable[..., Window]
) -> None:
    """Whatever comes in place of a feed, the link stays."""
    with open_partner() as other:
        _put_script(other, body, kind)
        _assert_untouched(window(partner.page(_wrapped(other.address))))


def test_server_that_is_away_leaves_the_page_as_it_was(
    partner: Partner, window: Callable[..., Window]
) -> None:
    """If the script itself can't be loaded, the link remains."""
    opened = window(partner.page(_wrapped(f"http://127.0.0.1:{free_port()}")))
    assert opened.page.get_by_text("The link").is_visible()


def _put_script(site: Partner, feed: str, kind: str = "application/feed+json") -> None:
    site.put("/embed.js", pages.embed_script("en").decode(), "text/javascript")
    anybody = {"Access_Control_Allow_Origin": "*"}
    site.put(f"/projects/{_PROJECT}/feed.json", feed, kind, **anybody)


def test_feed_of_somebody_hostile(partner: Partner, window: Callable[..., Window]) -> None:
    """Only addresses on the web become links, and no text becomes markup, whatever is sent."""
    addresses: list[Any] = [
        "javascript:alert(1)",
        "data:text/html,x",
        "JaVaScript:x",
        " ",
        None,
        "/x",
        {},
    ]
    evil = "<img src=x onerror=\"document.title='evil'\">"
    items: list[dict[str, Any]] = [
        {"title": evil, "url": each, "language": '"><b>', "_feedpress": {"dateline": evil}}
        for each in addresses
    ]
    items.append({"url": "https://good.example.org/", "_feedpress": 5})
    with open_partner() as other:
        _put_script(other, json.dumps({"title": evil, "language": 5, "items": items}))
        opened = window(partner.page(_wrapped(other.address, count="50")))
        page = opened.page
        assert _titles(page) == ["https://good.example.org/"]
        assert page.locator("section li").count() == len(items)
        assert page.locator("section img, section b").count() == 0
        assert page.locator("section li").first.inner_text().split() == [
            *evil.split(),
            *evil.split(),
        ]
        hrefs = [link.get_attribute("href") for link in page.locator("section a").all()]
        assert hrefs == ["https://good.example.org/", f"{other.address}/projects/{_PROJECT}/"]
        assert page.title() == "Partner"
        assert opened.errors == []


def test_nothing_of_the_page_is_touched(
    feeds: str, partner: Partner, window: Callable[..., Window]
) -> None:
    """The script leaves no name, no style sheet, no cookie and no change but its list."""
    before = "<script>window.before = Object.getOwnPropertyNames(window);</script>"
    head = f"<style>p {{ color: rgb(1, 2, 3) }}</style>{before}"
    page = window(partner.page(f'<p id="p">Text</p>{_wrapped(feeds)}', head)).page
    html_before = page.evaluate("document.documentElement.outerHTML")
    _titles(page)
    assert page.evaluate("document.documentElement.outerHTML") == html_before
    names = page.evaluate(
        "Object.getOwnPropertyNames(window).filter((name) => !window.before.includes(name))"
    )
    assert set(names) <= {"before", "0"}
    assert page.evaluate("document.adoptedStyleSheets.length + document.styleSheets.length") == 1
    assert page.evaluate("getComputedStyle(document.querySelector('#p')).color") == "rgb(1, 2, 3)"
    assert page.context.cookies() == []


def _style(page: Page, selector: str, name: str) -> str:
    found: str = page.locator(f"section {selector}").first.evaluate(
        "(element, name) => getComputedStyle(element).getPropertyValue(name)", name
    )
    return found


def test_pages_own_rules_do_not_reach_the_list(
    feeds: str, partner: Partner, window: Callable[..., Window]
) -> None:
    """Rules for links, lists and everything stay outside; font and colour come in."""
    head = """<style>
        body { color: rgb(10, 20, 30); font-family: monospace }
        a { color: red !important; display: none } li { float: left } ul { padding: 50px }
        p, section { border: 9px solid; margin: 40px } * { box-shadow: 0 0 9px red }
    </style>"""
    page = window(partner.page(_wrapped(feeds), head)).page
    _titles(page)
    assert _style(page, "a", "color") == "rgb(10, 20, 30)"
    assert _style(page, "a", "display") == "inline"
    assert _style(page, "li", "float") == "none"
    assert _style(page, "li", "box-shadow") == "none"
    assert _style(page, "ul", "padding-left") == "0px"
    assert _style(page, "p", "border-top-width") == "0px"
    assert _style(page, "p", "font-family") == "monospace"


def test_variables(feeds: str, partner: Partner, window: Callable[..., Window]) -> None:
    """The variables of docs/partners.md set what they say."""
    head = """<style>.feedpress {
        --feedpress-accent: rgb(1, 0, 0); --feedpress-text: rgb(0, 1, 0);
        --feedpress-muted: rgb(0, 0, 1); --feedpress-font: monospace; --feedpress-gap: 3px;
    }</style>"""
    page = window(partner.page(_wrapped(feeds), head)).page
    _titles(page)
    assert _style(page, "a", "color") == "rgb(1, 0, 0)"
    assert _style(page, "ul", "color") == "rgb(0, 1, 0)"
    assert _style(page, "li p", "color") == "rgb(0, 0, 1)"
    assert _style(page, "a", "font-family") == "monospace"
    assert _style(page, "li", "margin-bottom") == "3px"


def test_styles_without_constructable_style_sheets(
    feeds: str, partner: Partner, window: Callable[..., Window]
) -> None:
    """An older browser gets the same styles in an element."""
    page = window(
        partner.page(_wrapped(feeds), "<script>delete window.CSSStyleSheet</script>")
    ).page
    _titles(page)
    assert _style(page, "ul", "list-style-type") == "none"


_GROUNDS = {"light": "", "dark": "<style>body { background: #111; color: #eee }</style>"}


@pytest.mark.parametrize("scheme", _GROUNDS)
def test_no_barriers_in_the_list(
    scheme: str, feeds: str, partner: Partner, window: Callable[..., Window]
) -> None:
    """Nothing in the list keeps anybody from using it, on light and on dark pages."""
    both = _wrapped(feeds, count="8") + _wrapped(feeds, project="otra")
    page = window(partner.page(both, _GROUNDS[scheme]), color_scheme=scheme).page
    page.get_by_role("region", name="Otra").wait_for()
    _titles(page)
    assert barriers(page) == []


def test_keyboard_reaches_every_link(
    feeds: str, partner: Partner, window: Callable[..., Window]
) -> None:
    """Tab goes through the links in their order, each outlined, and passes the old link over."""
    body = f'<button id="first">First</button>{_wrapped(feeds)}<button id="last">Last</button>'
    page = window(partner.page(body)).page
    _titles(page)
    page.locator("#first").focus()
    reached = []
    for _ in range(6):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                """() => {
                  const link = document.activeElement.shadowRoot.activeElement;
                  return [link.href, getComputedStyle(link).outlineStyle];
                }"""
            )
        )
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "last"
    hrefs = [link.get_attribute("href") for link in page.locator("section a").all()]
    assert reached == [[href, "solid"] for href in hrefs]


def _frame(page: Page) -> Frame:
    frame = page.frames[1]
    frame.locator("h1").wait_for()
    return frame


def test_frame_on_a_page_of_another_origin(
    feeds: str, partner: Partner, window: Callable[..., Window]
) -> None:
    """The frame shows its clippings, styled, where the page's policy allows frames of it."""
    body = f'<iframe src="{feeds}/projects/{_PROJECT}/embed/" title="Clippings"></iframe>'
    policy = f"default-src 'none'; frame-src {feeds}"
    opened = window(partner.page(body, Content_Security_Policy=policy))
    frame = _frame(opened.page)
    assert len(frame.locator("li").all()) == 10
    style = "list => getComputedStyle(list).listStyleType"
    assert frame.locator("ul").evaluate(style) == "none"
    assert opened.hosts - {""} == {feeds, partner.address}
    assert (opened.errors, opened.said) == ([], [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["", "#light", "#dark"])
def test_frame_reads_well_on_any_ground(
    ground: str, scheme: str, feeds: str, window: Callable[..., Window]
) -> None:
    """A frame follows the reader's scheme on a ground of its own, or the page's as it is told."""
    page = window(f"{feeds}/projects/{_PROJECT}/embed/{ground}", color_scheme=scheme).page
    shown = ground.removeprefix("#") or scheme
    text = "rgb(0, 0, 0)" if shown == "light" else "rgb(255, 255, 255)"
    assert page.locator("h1").evaluate("title => getComputedStyle(title).color") == text
    root = "getComputedStyle(document.documentElement)"
    is_clear = page.evaluate(f"{root}.backgroundColor") == "rgba(0, 0, 0, 0)"
    assert is_clear is bool(ground)
    assert page.evaluate("scrollY") == 0
    if not ground:
        assert barriers(page) == []


def test_framing_does_not_move_the_page(
    feeds: str, partner: Partner, window: Callable[..., Window]
) -> None:
    """A frame further down whose address ends in a hash leaves the page at its top."""
    space = '<div style="height: 3000px"></div>'
    body = f'{space}<iframe src="{feeds}/embed/#dark" title="Clippings"></iframe>{space}'
    page = window(partner.page(body)).page
    _frame(page)
    assert page.evaluate("scrollY") == 0


def test_only_pages_for_frames_can_be_framed(
    feeds: str, partner: Partner, window: Callable[..., Window]
) -> None:
    """The other pages refuse to be shown on somebody else's page."""
    opened = window(partner.page(f'<iframe src="{feeds}/" title="Front page"></iframe>'))
    opened.wait_until_told("frame-ancestors")


def _examples(feeds: str) -> list[str]:
    written = re.findall(r"```html\n(.*?)```", _DOCS, re.DOTALL)
    return [each.replace(_PUBLIC, f"{feeds}/") for each in written]


@pytest.mark.parametrize("number", [0, 1])
def test_scripts_of_the_page_about_partners(
    number: int, feeds: str, partner: Partner, window: Callable[..., Window]
) -> None:
    """Both ways to put the script work as they stand there, with the policy that is told."""
    (added,) = re.findall(r"^script-src .*$", _DOCS, re.MULTILINE)
    policy = f"default-src 'none'; {added.replace(_PUBLIC[:-1], feeds)}"
    opened = window(partner.page(_examples(feeds)[number], Content_Security_Policy=policy))
    assert len(_titles(opened.page)) == 5
    assert not opened.page.get_by_text("in the media").is_visible()
    assert opened.errors == []


def test_frame_of_the_page_about_partners(
    feeds: str, partner: Partner, window: Callable[..., Window]
) -> None:
    """The frame works as it stands there, and nothing of it is in anybody's way."""
    opened = window(partner.page(_examples(feeds)[2]))
    assert _frame(opened.page).locator("li").count() == 10
    assert barriers(opened.page) == []
    assert opened.errors == []


def test_javascript_of_the_page_about_partners(
    feeds: str, partner: Partner, window: Callable[..., Window]
) -> None:
    """The example of one's own script shows headlines with source and date."""
    opened = window(partner.page(_examples(feeds)[3]))
    opened.page.locator("#press li").nth(4).wait_for()
    texts = [each.strip() for each in opened.page.locator("#press li").all_inner_texts()]
    assert "<img src=x onerror=alert(1)> & more <i>GovTech</i>, 14 September 2016" in texts
    assert opened.errors == []
    with pytest.raises(Error):
        opened.page.evaluate("link")
