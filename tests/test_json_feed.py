"""JSON Feed documents: the exact members, and what they say."""

import json
from datetime import timedelta
from typing import Any

import support
from feedpress import snapshot, urls
from feedpress.feeds import feed, history, json_feed
from feedpress.model import Publication

_FULL = {
    "id": "full",
    "title": "AT&T <b>",
    "url": "https://news.example.org/?a=1&b=2",
    "source": "GovTech & Co",
    "published": "2016-09",
    "added": "2020-01-01T10:00:00+05:45",
    "updated": "2020-02-01T10:00:00Z",
    "projects": ["Portal"],
    "summary": "One & two.\n\nThree.",
    "image": {"url": "https://news.example.org/a.jpg", "alt": "A picture"},
    "language": "es",
}
_PROJECTS = {"portal": {"title": "R&D <Portal>", "also": ["Portal"]}}


def _documents(loaded: Publication, index: int = 0) -> list[dict[str, Any]]:
    """Return the documents of a feed: the one that is polled, then the archives."""
    built = feed.build(loaded, support.NOW)[index]
    documents = history.documents(built)
    entries = [each for document in documents for each in document.entries_and_notices]
    items = json_feed.render_items(entries)
    return [json.loads(json_feed.render(document, items)) for document in documents]


def test_item_has_exactly_what_the_file_says() -> None:
    """Every member of a full item."""
    (item,) = _documents(support.publication([_FULL], _PROJECTS))[0]["items"]
    assert item == {
        "id": "tag:example.org,2016:clippings/full",
        "url": "https://news.example.org/?a=1&b=2",
        "title": "AT&T <b>",
        "content_html": "<p>GovTech &amp; Co, September 2016</p>\n"
        "<p>One &amp; two.</p>\n\n<p>Three.</p>",
        "summary": "One & two.\n\nThree.",
        "image": "https://news.example.org/a.jpg",
        "date_published": "2020-01-01T04:15:00+00:00",
        "date_modified": "2020-02-01T10:00:00+00:00",
        "authors": [{"name": "GovTech & Co"}],
        "tags": ["R&D <Portal>"],
        "_feedpress": {"dateline": "GovTech & Co, September 2016"},
        "language": "es",
    }


def test_item_of_which_little_is_known_has_no_empty_member() -> None:
    """What is not known is left out; there is no null."""
    (item,) = _documents(support.publication([{"title": "A", "added": "2020"}]))[0]["items"]
    assert sorted(item) == ["content_html", "date_modified", "date_published", "id", "title", "url"]


def test_head() -> None:
    """What is said of the feed itself."""
    loaded = support.publication(
        [_FULL], _PROJECTS, hubs=["https://hub.example.net/"], logo="https://example.org/l.png"
    )
    (document,) = _documents(loaded, 1)
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert document["title"] == "R&D <Portal>"
    assert document["feed_url"] == "https://feeds.example.org/projects/portal/feed.json"
    assert document["home_page_url"] == "https://feeds.example.org/projects/portal/"
    assert document["hubs"] == [{"type": "WebSub", "url": "https://hub.example.net/"}]
    assert document["icon"] == "https://example.org/l.png"
    assert document["language"] == loaded.language
    assert not {"next_url", "expired", "favicon"} & document.keys()


def test_empty_feed() -> None:
    """A project without clippings has a feed without items."""
    assert _documents(support.publication([], _PROJECTS), 1)[0]["items"] == []


def test_older_items_are_reached_without_a_circle() -> None:
    """`next_url` leads through all archive documents to the oldest one, and all are one feed."""
    rows = [{"id": f"c{n}", "title": f"{n}", "added": f"2020-01-{n:02}"} for n in range(1, 8)]
    loaded = support.publication(rows, feed_size=2)
    polled, *archives = _documents(loaded)
    base = "https://feeds.example.org/archive"
    assert polled["next_url"] == f"{base}/3/feed.json"
    assert [each.get("next_url") for each in archives] == [
        None, f"{base}/1/feed.json", f"{base}/2/feed.json",
    ]  # fmt: skip
    assert {each["feed_url"] for each in archives} == {polled["feed_url"]}
    every = {item["id"] for each in (polled, *archives) for item in each["items"]}
    assert len(every) == len(rows)


def test_feed_that_has_ended_says_so() -> None:
    """The feed of a retired project is marked, and its last item says that it has ended."""
    retired = {"portal": {"title": "Portal", "retired": "2026-11-01"}}
    (document,) = _documents(support.publication([], retired), 1)
    assert document["expired"] is True
    assert document["items"][0]["id"].endswith("projects/portal/ended")


def test_what_was_withdrawn_is_told_in_its_place() -> None:
    """Without a word for deletion, an item with the same id says that it was taken back."""
    taken = support.NOW - timedelta(days=10)
    row = {**_FULL, "withdrawn": taken.strftime("%Y-%m-%dT%H:%M:%SZ")}
    (item,) = _documents(support.publication([row], _PROJECTS))[0]["items"]
    assert item["id"] == "tag:example.org,2016:clippings/full"
    assert item["_feedpress"] == {"withdrawn": True}
    assert "AT&T" not in json.dumps(item)


def test_same_entries_as_the_other_formats() -> None:
    """Ids and instants are those of the Atom feed."""
    loaded = support.publication([_FULL, {"title": "A", "added": "2020"}], _PROJECTS)
    atom = support.parse(support.atom_documents(loaded)[0])
    (document,) = _documents(loaded)
    said = [(each["id"], each["date_modified"], each["title"]) for each in document["items"]]
    entries = atom.findall("{*}entry")
    names = ("id", "updated", "title")
    assert said == [tuple(each.findtext(f"{{*}}{name}") for name in names) for each in entries]


def test_line_breaks_within_texts_stay() -> None:
    """What separates lines of the document and what stands in a text are not mixed up."""
    row = {"title": "A", "added": "2020", "summary": "one\n  two\u2028three\n\n      four"}
    made = snapshot.build(support.publication([row]), support.NOW)
    body = made.documents[urls.feed_path(None, urls.JSON_FEED)].body
    assert json.loads(body)["items"][0]["summary"] == row["summary"]
