"""What partners put on their pages: the page for a frame, the script, and the page about both."""

import json
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import html5lib
import pytest

import support
from feedpress import snapshot
from feedpress.document import Document, Policy
from feedpress.model import Publication
from feedpress.site import pages
from servers import SERVE, starting

_ROOT = Path(__file__).parent.parent
_DOCS = (_ROOT / "docs" / "partners.md").read_text(encoding="utf-8")
_XHTML = "{http://www.w3.org/1999/xhtml}"
_PROJECTS = {"portal": {"title": "Portal <&>"}, "empty": {"title": "Nothing yet"}}
_CLIPPINGS: list[dict[str, object]] = [
    {
        "id": "full",
        "title": "<b>AT&T",
        "url": "https://news.example.org/a?b=1&c=2",
        "source": "GovTech",
        "published": "2016-09",
        "added": "2020-01-03",
        "projects": ["Portal"],
    },
    {"id": "bare", "title": "Bare", "added": "2020-01-02", "projects": ["Portal"]},
    {
        "id": "arabic",
        "title": "مدينة لوس أنجلوس",
        "source": "Al Jazeera",
        "added": "2020-01-01",
        "language": "ar",
        "projects": ["Portal"],
    },
]


def _documents(loaded: Publication, now: datetime = support.NOW) -> snapshot.Snapshot:
    return snapshot.build(loaded, now)


def _parse(document: Document) -> Any:
    """Parse a page, which has no error."""
    return html5lib.HTMLParser(strict=True).parse(document.body)


def _find(page: Any, name: str) -> list[Any]:
    return list(page.iter(f"{_XHTML}{name}"))


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


@pytest.fixture(scope="module")
def portal() -> Any:
    """The page of a project for a frame, parsed."""
    loaded = support.publication(_CLIPPINGS, _PROJECTS)
    return _parse(_documents(loaded).documents["/projects/portal/embed/"])


def test_page_for_a_frame_lists_the_clippings_in_the_feeds_order(portal: Any) -> None:
    """Each clipping is a headline and, as far as it is known, its source and date."""
    assert [_text(item) for item in _find(portal, "li")] == [
        "<b>AT&T GovTech, September 2016",
        "Bare",
        "مدينة لوس أنجلوس Al Jazeera",
    ]
    assert [_text(each) for each in _find(portal, "title")] == ["Portal <&>"]
    assert [_text(each) for each in _find(portal, "h1")] == ["Portal <&>"]


def test_links_leave_the_frame(portal: Any) -> None:
    """Every link opens a new tab and tells it nothing of the page that it came from."""
    links = _find(portal, "a")
    assert [link.get("href") for link in links] == [
        "https://news.example.org/a?b=1&c=2",
        "https://feeds.example.org/clippings/bare/",
        "https://feeds.example.org/clippings/arabic/",
        "https://feeds.example.org/projects/portal/",
    ]
    assert _text(links[-1]) == "All clippings: Portal <&>"
    assert {(link.get("target"), link.get("rel")) for link in links} == {("_blank", "noopener")}


def test_languages_of_a_page_for_a_frame(portal: Any) -> None:
    """The page, a clipping and its line of source and date each have their own language."""
    assert portal.get("lang") == "en"
    *_, arabic = _find(portal, "li")
    assert (arabic.get("lang"), arabic.get("dir")) == ("ar", "auto")
    assert [(each.get("lang"), each.get("dir")) for each in _find(arabic, "p")] == [("en", "ltr")]
    assert [_text(each) for each in _find(arabic, "bdi")] == ["Al Jazeera"]


def test_page_for_a_frame_has_no_script_and_one_style_sheet(portal: Any) -> None:
    """It has nothing inline that a policy would refuse, and is not for search engines."""
    assert not _find(portal, "script") + _find(portal, "style")
    assert not [each for each in portal.iter() if each.get("style")]
    links = {each.get("rel"): each.get("href") for each in _find(portal, "link")}
    assert links == {
        "canonical": "https://feeds.example.org/projects/portal/",
        "stylesheet": "../../../embed.css",
    }
    assert "noindex" in {each.get("content") for each in _find(portal, "meta")}


def test_page_for_a_frame_has_the_ten_newest() -> None:
    """There are no more than ten clippings, of all projects where none is named."""
    loaded = support.publication(
        [{"id": f"c{n}", "title": f"T{n}", "added": f"2020-01-{n:02}"} for n in range(1, 13)]
    )
    page = _parse(_documents(loaded).documents["/embed/"])
    assert [_text(item) for item in _find(page, "li")] == [f"T{n}" for n in range(12, 2, -1)]
    assert _find(page, "a")[-1].get("href") == "https://feeds.example.org/"


def test_page_for_a_frame_without_clippings() -> None:
    """A project without clippings has its title and the link, and no empty list."""
    page = _parse(
        _documents(support.publication((), _PROJECTS)).documents["/projects/empty/embed/"]
    )
    assert not _find(page, "ul")
    assert [_text(each) for each in _find(page, "a")] == ["All clippings: Nothing yet"]


@pytest.mark.parametrize(
    ("language", "text", "told"),
    [
        ("es-MX", "Todos los recortes: Portal <&>", None),
        ("ES", "Todos los recortes: Portal <&>", None),
        ("tlh", "All clippings: Portal <&>", "en"),
    ],
)
def test_own_words_are_in_the_publications_language(
    language: str, text: str, told: str | None
) -> None:
    """Where the language is not known the words are English, and say so."""
    loaded = support.publication(_CLIPPINGS, _PROJECTS, language=language)
    page = _parse(_documents(loaded).documents["/projects/portal/embed/"])
    link = _find(page, "a")[-1]
    assert (_text(link), link.get("lang")) == (text, told)


@pytest.mark.parametrize(("language", "told"), [("en", None), ("tlh", "en")])
def test_ended_project_says_so_and_then_answers_410(language: str, told: str | None) -> None:
    """A frame says that the feed has ended, with its clippings for as long as there is a feed."""
    ended = {"portal": {"title": "Portal", "retired": "2026-11-01"}}
    loaded = support.publication(_CLIPPINGS, ended, language=language)
    lately, later = (_documents(loaded, support.NOW + timedelta(days=days)) for days in (0, 100))
    path = "/projects/portal/embed/"
    for built, status, count in ((lately, 200, 3), (later, 410, 0)):
        document = built.documents[path]
        assert (document.status, document.policy) == (status, Policy.EMBED)
        assert (path in built.gone) is (status == 410)
        page = _parse(document)
        assert [_text(each) for each in _find(page, "strong")] == ["This feed has ended"]
        assert [each.get("lang") for each in _find(page, "div")] == [told]
        assert len(_find(page, "li")) == count


def test_what_may_be_framed() -> None:
    """The pages for frames may be framed, and nothing else may."""
    documents = _documents(support.publication(_CLIPPINGS, _PROJECTS)).documents
    framed = {path for path, each in documents.items() if each.policy is Policy.EMBED}
    assert framed == {"/embed/", "/projects/portal/embed/", "/projects/empty/embed/"}


def test_page_for_a_frame_is_taken_over_while_its_feed_is_the_same() -> None:
    """What another project's clipping changes leaves the page as it is."""
    loaded = support.publication(_CLIPPINGS, _PROJECTS)
    before = _documents(loaded)
    more = [*_CLIPPINGS, {"id": "new", "title": "New", "added": "2020-02-01"}]
    after = snapshot.build(support.publication(more, _PROJECTS), support.NOW, before)
    path = "/projects/portal/embed/"
    assert after.documents[path] is before.documents[path]
    assert after.documents["/embed/"].body != before.documents["/embed/"].body


def test_script_and_its_style_sheet_are_served() -> None:
    """The script and the frame's style sheet are the same for every publication."""
    documents = _documents(support.publication()).documents
    assert documents["/embed.js"].body == pages.embed_script("en")
    assert documents["/embed.js"].media_type == "text/javascript"
    assert documents["/embed.css"].body == pages.embed_style_sheet()
    assert documents["/embed.css"].media_type == "text/css"


def test_script_is_small() -> None:
    """The script, which also merges the feeds of several projects, is under 5 KB."""
    assert len(pages.embed_script("en")) < 5120


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en-US", '("All clippings", "");'),
        ("es", '("Todos los recortes", "");'),
        ("tlh", '("All clippings", "en");'),
    ],
)
def test_script_speaks_the_language_of_the_publication(language: str, words: str) -> None:
    """It is called with its words, and with their language where that is another one."""
    made = snapshot.build(support.publication((), language=language), support.NOW)
    assert made.documents["/embed.js"].body.decode().endswith(f"}}){words}\n")


def test_script_makes_no_html_of_texts() -> None:
    """Nothing in the script parses a text as HTML, runs it, or stores anything."""
    script = pages.embed_script("en").decode()
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|eval|Function\(|"
        r"\bimport\b|cookie|Storage",
        script,
    )


def test_json_feed_has_what_the_script_shows() -> None:
    """An item tells its source and date as text, and whether it stands for something gone."""
    gone = {"id": "gone", "title": "Gone", "added": "2020-01-04", "withdrawn": "2026-11-01"}
    loaded = support.publication([*_CLIPPINGS, gone], _PROJECTS)
    items = json.loads(_documents(loaded).documents["/feed.json"].body)["items"]
    assert [item.get("_feedpress") for item in items] == [
        {"withdrawn": True},
        {"dateline": "GovTech, September 2016"},
        None,
        {"dateline": "Al Jazeera"},
    ]


@pytest.mark.slow
def test_python_of_the_page_about_partners_runs(tmp_path: Path) -> None:
    """The example for a static site makes a list of a feed that is served."""
    (tmp_path / "clippings.yaml").write_text(
        support.file_text(_CLIPPINGS, {"la-business-portal": {"title": "Portal"}}), encoding="utf-8"
    )
    (example,) = re.findall(r"```python\n(.*?)```", _DOCS, re.DOTALL)
    with starting(tmp_path) as start:
        site = f"http://127.0.0.1:{start(*SERVE).port}/"
        made = subprocess.run(
            [sys.executable, "-c", example.replace("https://feeds.example.org/", site)],
            capture_output=True,
            check=True,
            text=True,
            encoding="utf-8",
        )
    parsed = html5lib.HTMLParser().parseFragment(made.stdout)
    links = [(each.get("href"), each.text) for each in _find(parsed, "a")]
    assert links[0] == ("https://news.example.org/a?b=1&c=2", "<b>AT&T")
    assert len(links) == 3


def test_page_about_partners_names_only_addresses_that_are_there() -> None:
    """Each address in the examples is served, but for that of projects taken together."""
    projects = {"la-business-portal": {"title": "Portal"}}
    documents = _documents(support.publication((), projects)).documents
    named = set(re.findall(r"https://feeds\.example\.org(/[^\s\"`#;]*)", _DOCS))
    named.discard("/projects/la-business-portal+technology/atom.xml")
    assert "/projects/la-business-portal/embed/" in named
    assert named <= set(documents)


def test_page_about_partners_has_every_variable_and_attribute() -> None:
    """Each variable and attribute that the script looks at is explained, and no other."""
    script = pages.embed_script("en").decode()
    read = set(re.findall(r"--feedpress-[a-z]+", script))
    assert read == set(re.findall(r"^\| `(--feedpress-[a-z]+)` \|", _DOCS, re.MULTILINE))
    taken = re.search(r"const \{ (.*) \} = script\.dataset", script)
    assert taken
    attributes = {f"data-{name.split()[0]}" for name in taken[1].split(", ")}
    assert attributes == set(re.findall(r"^\| `(data-[a-z]+)` \|", _DOCS, re.MULTILINE))
