"""Addresses as people type them, and links that hold wherever the site is mounted."""

import re
from contextlib import suppress
from urllib.parse import urljoin

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedpress import urls

_GOOD = [
    "https://example.org/",
    "https://example.org",
    "http://user:secret@example.org:8080/a/b;c=d?e=f&g=%20h#i",
    "https://example.org/%C3%A4?q=%5B1%5D",
    "https://example.org//two//slashes/",
    "https://[2001:db8::1]:8443/a",
    "https://xn--bcher-kva.example/",
    "https://a_b.example.org./~team/!$&'()*+,;=:@-._",
    "https://example.org?only=a-query",
    "https://192.0.2.1/",
]


@pytest.mark.parametrize("uri", _GOOD)
def test_good_uri_stays_as_it_is(uri: str) -> None:
    """An address that is a URI already comes back the same."""
    assert urls.to_uri(uri) == uri


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("https://example.org/ä", "https://example.org/%C3%A4", id="path"),
        pytest.param("https://example.org/?q=ä b".replace(" ", "+"), None, id="query"),
        pytest.param(
            "https://example.org/#日本", "https://example.org/#%E6%97%A5%E6%9C%AC", id="#"
        ),
        pytest.param("https://bücher.example/", "https://xn--bcher-kva.example/", id="host"),
        pytest.param(
            "https://BÜCHER.example/", "https://xn--bcher-kva.example/", id="large letters"
        ),
        pytest.param("HTTPS://Example.ORG/A", "https://example.org/A", id="case"),
        pytest.param(
            "https://例え。テスト/", "https://xn--r8jz45g.xn--zckzah/", id="wide full stop"
        ),
        pytest.param("https://example.org:443/", "https://example.org:443/", id="port"),
        pytest.param("https://example.org:/", "https://example.org/", id="empty port"),
        pytest.param("https://ä:ö@example.org/", "https://%C3%A4:%C3%B6@example.org/", id="user"),
        pytest.param("https://a@b@example.org/", "https://a%40b@example.org/", id="at in user"),
        pytest.param("https://[2001:DB8::1]/", "https://[2001:db8::1]/", id="IPv6"),
        pytest.param("https://example.org/100%", "https://example.org/100%25", id="stray percent"),
        pytest.param(
            "https://example.org/%zz%41", "https://example.org/%25zz%41", id="half escape"
        ),
        pytest.param("https://example.org/[a]|b", "https://example.org/%5Ba%5D%7Cb", id="brackets"),
        pytest.param('https://example.org/"<>\\^`{}', None, id="never in a URI"),
        pytest.param(
            "https://example.org/?a[]=1", "https://example.org/?a%5B%5D=1", id="query [ ]"
        ),
        pytest.param("https://example.org/#a#b", "https://example.org/#a%23b", id="second #"),
        pytest.param("https://example.org/a?b?c", "https://example.org/a?b?c", id="second ?"),
    ],
)
def test_what_people_type_becomes_a_uri(typed: str, expected: str | None) -> None:
    """What a URI can't hold is escaped or encoded, and nothing else is touched."""
    uri = urls.to_uri(typed)
    assert re.fullmatch(r"[\w.~%!$&'()*+,;=:@/?#\[\]-]+", uri, re.ASCII)
    assert expected in (None, uri)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        pytest.param("", "starts with https://", id="nothing"),
        pytest.param("www.example.org/a", "starts with https://", id="schemeless"),
        pytest.param("//example.org/a", "starts with https://", id="network path"),
        pytest.param("/media/", "starts with https://", id="relative"),
        pytest.param("javascript:alert(1)", "starts with https://", id="javascript"),
        pytest.param("ftp://example.org/", "starts with https://", id="ftp"),
        pytest.param("https:example.org", "names no web site", id="no slashes"),
        pytest.param("https:///a", "names no web site", id="no host"),
        pytest.param("https://:80/", "names no web site", id="port alone"),
        pytest.param("https://user@/", "names no web site", id="user alone"),
        pytest.param("https://example.org/a b", "no spaces", id="space"),
        pytest.param(" https://example.org/", "no spaces", id="space in front"),
        pytest.param("https://example.org/a\n", "no spaces", id="line end"),
        pytest.param("https://example.org/\0", "no spaces", id="NUL"),
        pytest.param("https://example.org/\u2003", "no spaces", id="wide space"),
        pytest.param("https://example.org:http/", "not a web address", id="port of letters"),
        pytest.param("https://example.org:99999/", "not a web address", id="port too large"),
        pytest.param("https://example.org:0/", "not a web address", id="port 0"),
        pytest.param("https://[::1/", "not a web address", id="half a bracket"),
        pytest.param("https://[::1]x/", "name of a web site", id="text behind brackets"),
        pytest.param("https://[fe80::1%é]/", "name of a web site", id="zone of IPv6"),
        pytest.param("https://[::1]:1:2/", "not a web address|name of", id="two ports"),
        pytest.param("https://[v1.a]/", "name of a web site", id="IP of the future"),
        pytest.param("https://[1.2.3.4]/", "not a web address|name of", id="IPv4 in brackets"),
        pytest.param("https://exa mple.org/".replace(" ", "%20"), "name of", id="escape in host"),
        pytest.param("https://a\\b.example/", "name of a web site", id="backslash"),
        pytest.param("https://-a.example/", "name of a web site", id="hyphen in front"),
        pytest.param("https://ä..example/", "name of a web site", id="empty label"),
        pytest.param(f"https://{'ä' * 70}.example/", "name of a web site", id="long label"),
        pytest.param("https://example.org℀/", "not a web address", id="hidden slash"),
    ],
)
def test_what_is_no_web_address(typed: str, why: str) -> None:
    """What no reader could follow is refused, with the reason in an editor's words."""
    with pytest.raises(ValueError, match=why):
        urls.to_uri(typed)


_PIECES = st.sampled_from(
    ["http", "https", "://", "//", ":", "/", "@", "[", "]", "::1", "?", "#", "%", "%4", "%41", ".",
     "xn--", "example.org", "1.2.3.4", "ä", "ß", "İ", "K", "。", "﹪", "｡", "\\", "|", "80", "0"]
)  # fmt: skip


@given(
    st.tuples(
        st.sampled_from(["", "http://", "https://", "HTTPS://a@", "https://example.org/"]),
        st.lists(_PIECES | st.text(max_size=5), max_size=10).map("".join),
    ).map("".join)
)
@example("https://[fe80::1%é]/")
@example("https://[v1.é]/")
@example("https://example.org/\ud800")
def test_any_text_is_a_uri_or_refused(typed: str) -> None:
    """Whatever is typed is refused with a ValueError, or becomes ASCII that stays as it is."""
    with suppress(ValueError):
        uri = urls.to_uri(typed)
        assert uri.isascii()
        assert urls.to_uri(uri) == uri


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("https://example.org", "https://example.org/"),
        ("https://example.org/", "https://example.org/"),
        ("https://example.org/prässe", "https://example.org/pr%C3%A4sse/"),
    ],
)
def test_base_ends_in_a_slash(typed: str, expected: str) -> None:
    """Every path can be put behind a public address."""
    assert urls.to_base(typed) == expected
    assert urls.absolute(expected, "/atom.xml") == f"{expected}atom.xml"


@pytest.mark.parametrize("typed", ["https://example.org/?a=b", "https://example.org/a#b"])
def test_base_has_no_query_and_no_fragment(typed: str) -> None:
    """No path could be put behind a query or a fragment."""
    with pytest.raises(ValueError, match="ends before any"):
        urls.to_base(typed)


_PATHS = [
    "/",
    "/style.css",
    "/atom.xml",
    "/clippings/a-clipping.of-1984/",
    "/projects/portal/",
    "/projects/portal/rss.xml",
    "/archive/1/atom.xml",
]


@pytest.mark.parametrize("mount", ["", "/press", "/a/b"])
@pytest.mark.parametrize("page", _PATHS)
@pytest.mark.parametrize("path", _PATHS)
def test_relative_link_leads_there_from_any_page(path: str, page: str, mount: str) -> None:
    """A link leads to its path wherever the site is mounted, and is never empty or absolute."""
    link = urls.relative(path, page)
    site = f"https://example.org{mount}"
    assert urljoin(site + page, link) == site + path
    assert link
    assert not link.startswith("/")


def test_feed_paths() -> None:
    """The feed of all clippings is at the root, a project's under the project's page."""
    assert urls.feed_path(None, urls.ATOM) == "/atom.xml"
    assert urls.feed_path(None, urls.RSS) == "/rss.xml"
    assert urls.feed_path("portal", urls.ATOM) == "/projects/portal/atom.xml"
    assert urls.feed_path("portal", urls.RSS) == "/projects/portal/rss.xml"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/embed/", True),
        ("/projects/portal/embed/", True),
        ("/projects/embed/embed/", True),
        ("/projects/embed/", False),
        ("/clippings/embed/", False),
        ("/projects/portal/embed", False),
        ("/projects/a/b/embed/", False),
    ],
)
def test_pages_that_are_framed(path: str, expected: bool) -> None:
    """A project or a clipping may be called embed, which makes its page no such page."""
    assert urls.is_embed_page(path) is expected
