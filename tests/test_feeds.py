"""Order, window, ids and instants of feeds, whatever the format."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import support
from feedpress.feeds import feed
from feedpress.feeds.feed import Category, Feed

_PROJECTS = {
    "portal": {"title": "LA Business Portal", "summary": "One point of entry.", "also": ["Portal"]},
    "data": {"title": "Data Science"},
}


def _whole(*clippings: Mapping[str, object], **about: object) -> Feed:
    return feed.build(support.publication(clippings, _PROJECTS, **about), support.NOW)[0]


def _titles(built: Feed) -> list[str]:
    return [entry.title for entry in built.entries]


def test_newest_first_then_by_id() -> None:
    """Entries stand by their last change, the newest first; equal instants by id."""
    same = "2020-05-05T12:00:00Z"
    built = _whole(
        {"id": "b", "title": "B", "added": same},
        {"id": "a", "title": "A", "added": same},
        {"id": "old", "title": "Old", "added": "2019-01-01"},
        {"id": "new", "title": "New", "added": "2021-01-01"},
        {"id": "seen-again", "title": "Seen again", "added": "2018-01-01", "updated": "2022-01-01"},
    )
    assert _titles(built) == ["Seen again", "New", "A", "B", "Old"]


def test_subscription_document_has_the_most_recent_entries() -> None:
    """No more than feed_size entries are shown at once, the most recently changed ones."""
    clippings = [{"id": f"c{n}", "title": f"{n}", "added": f"{2000 + n}"} for n in range(5)]
    built = _whole(*clippings, feed_size=2)
    assert [entry.title for entry in built.recent] == ["4", "3"]
    assert len(built.entries) == 5


def test_old_clipping_that_is_added_late_is_new() -> None:
    """An article from 2016 that is added today stands on top, dated today."""
    built = _whole(
        {"title": "Late", "published": "2016-09-14", "added": "2026-11-20T10:00:00Z"},
        {"title": "Recent", "added": "2026-11-19"},
    )
    assert _titles(built) == ["Late", "Recent"]
    assert built.entries[0].published == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert "14 September 2016" in built.entries[0].content


def test_updated_is_never_before_published() -> None:
    """`updated` counts only where it is later than the day on which the clipping was new."""
    built = _whole({"title": "A", "added": "2020-01-01", "updated": "2019-01-01"})
    assert built.entries[0].updated == built.entries[0].published
    assert built.updated == built.entries[0].updated


@pytest.mark.parametrize(
    "clipping",
    [
        {"title": "X", "added": "2026-11-23"},
        {"title": "X", "published": "2026-12"},
        {"title": "X", "added": "2020-01-01", "draft": True},
        {"title": "X", "added": "2020-01-01", "withdrawn": "2026-11-22"},
    ],
    ids=["held back", "published later", "draft", "withdrawn"],
)
def test_what_nobody_may_see(clipping: dict[str, object]) -> None:
    """Held back, drafted and withdrawn clippings are in no feed."""
    built = feed.build(
        support.publication([clipping | {"projects": ["data"]}], _PROJECTS), support.NOW
    )
    assert all(each.entries == () for each in built)


def test_held_back_clipping_appears_at_its_second() -> None:
    """A clipping is there from the second on that it names."""
    loaded = support.publication([{"title": "A", "added": "2026-11-22T18:00:01Z"}])
    assert feed.build(loaded, support.NOW)[0].entries == ()
    assert feed.build(loaded, support.NOW + timedelta(seconds=1))[0].entries != ()


def test_what_is_still_to_come_changes_nothing() -> None:
    """A future `updated` or `withdrawn` is ignored until it is due."""
    built = _whole(
        {"title": "A", "added": "2020-01-01", "updated": "2027-01-01", "withdrawn": "2028-01-01"}
    )
    assert built.entries[0].updated == built.entries[0].published


def test_each_project_has_a_feed_of_its_own() -> None:
    """A project's feed has its clippings, its title and summary, and its page as alternate."""
    _, portal, data = feed.build(
        support.publication(
            [
                {"title": "Both", "added": "2020-01-02", "projects": ["portal", "DATA  science"]},
                {"title": "One", "added": "2020-01-01", "projects": ["Portal"]},
            ],
            _PROJECTS,
        ),
        support.NOW,
    )
    assert _titles(portal) == ["Both", "One"]
    assert _titles(data) == ["Both"]
    assert (portal.title, portal.subtitle) == ("LA Business Portal", "One point of entry.")
    assert portal.alternate == "https://feeds.example.org/projects/portal/"
    assert portal.entries[0].categories == (
        Category("portal", "LA Business Portal", "https://feeds.example.org/projects/", "portal"),
        Category("data", "Data Science", "https://feeds.example.org/projects/", "data"),
    )


@pytest.mark.parametrize("name", ["Cafe\u0301", " café ", "CAFÉ", "old", "new", "Bistro"])
def test_every_way_of_writing_a_project_leads_to_it(name: str) -> None:
    """Title, slug, former slug and `also`, in any case, spacing and composition of letters."""
    projects = {"new": {"title": "Café", "formerly": ["old"], "also": ["Bistro"]}}
    loaded = support.publication([{"title": "A", "added": "2020", "projects": [name]}], projects)
    assert _titles(feed.build(loaded, support.NOW)[1]) == ["A"]


def test_same_entry_in_every_feed() -> None:
    """An entry is one and the same in the feed of all clippings and in each project's."""
    whole, portal, _ = feed.build(
        support.publication([{"title": "A", "added": "2020", "projects": ["portal"]}], _PROJECTS),
        support.NOW,
    )
    assert portal.entries[0] is whole.entries[0]


def test_empty_feed_is_dated_by_the_tag() -> None:
    """A feed without entries has the date of the tag, and the title where there is no subtitle."""
    whole, _, data = feed.build(support.publication([], _PROJECTS), support.NOW)
    assert whole.updated == data.updated == datetime(2016, 1, 1, tzinfo=UTC)
    assert data.subtitle == "Data Science"
    assert whole.subtitle == "In the media"


def test_renamed_project_keeps_its_feed_id() -> None:
    """A feed's id is made of the first slug that the project had."""
    loaded = support.publication([], {"new": {"title": "A", "formerly": ["oldest", "older"]}})
    assert feed.build(loaded, support.NOW)[1].id == "tag:example.org,2016:projects/oldest"


def test_clipping_without_address_leads_to_its_own_page() -> None:
    """The alternate link is the article, or where it has no address the clipping's page."""
    built = _whole(
        {"id": "with", "title": "With", "added": "2021", "url": "https://news.example.org/ä"},
        {"id": "without", "title": "Without", "added": "2020"},
    )
    with_address, without = built.entries
    assert with_address.alternate == "https://news.example.org/%C3%A4"
    assert without.alternate == "https://feeds.example.org/clippings/without/"


def test_clipping_about_which_nothing_is_known_still_has_a_text() -> None:
    """An entry without source, date and summary shows its title, so that no reader is empty."""
    assert _whole({"title": "A & B", "added": "2020"}).entries[0].content == "<p>A &amp; B</p>"


def test_public_address_changes_no_id() -> None:
    """At another public address every link moves and no id changes."""
    clippings = [{"title": "A", "added": "2020", "projects": ["portal"]}]
    here = support.publication(clippings, _PROJECTS)
    there = here.at("https://press.example.net/feeds/")
    before, after = feed.build(here, support.NOW), feed.build(there, support.NOW)
    assert [each.id for each in before] == [each.id for each in after]
    assert before[0].entries[0].id == after[0].entries[0].id
    assert after[0].entries[0].alternate.startswith("https://press.example.net/feeds/clippings/")
    assert after[1].link("application/atom+xml") == (
        "https://press.example.net/feeds/projects/portal/atom.xml"
    )


def test_home_is_the_public_address_where_none_is_named() -> None:
    """A publication without a home page of its own leads to feedpress's front page."""
    loaded = replace(support.publication([]), home="https://feeds.example.org/")
    assert loaded.at("https://b.example/").home == "https://b.example/"
    assert support.publication([]).at("https://b.example/").home == "https://example.org/media/"


def test_link_of_each_document_of_a_feed() -> None:
    """A feed knows the public address of each of its documents, in each format."""
    whole, portal, _ = feed.build(support.publication([], _PROJECTS), support.NOW)
    base = "https://feeds.example.org"
    assert whole.link("application/atom+xml") == f"{base}/atom.xml"
    assert whole.link("application/rss+xml", 3) == f"{base}/archive/3/rss.xml"
    assert portal.link("application/rss+xml") == f"{base}/projects/portal/rss.xml"
    assert portal.link("application/atom+xml", 1) == f"{base}/projects/portal/archive/1/atom.xml"


def test_category_keeps_the_first_slug() -> None:
    """A renamed project's category has the first slug as its term; its page has today's."""
    projects = {"new": {"title": "A", "formerly": ["oldest", "older"]}}
    clippings = [{"title": "X", "added": "2020", "projects": ["A"]}]
    (entry,) = feed.build(support.publication(clippings, projects), support.NOW)[0].entries
    scheme = "https://feeds.example.org/projects/"
    assert entry.categories == (Category("oldest", "A", scheme, "new"),)
    assert entry.categories[0].slug == "new"


def test_updated_of_a_feed_counts_withdrawals_for_good() -> None:
    """Years after, a feed is still dated by what was taken back, unless something is newer."""
    loaded = support.publication(
        [
            {"title": "A", "added": "2020-01-01"},
            {"title": "B", "added": "2019-01-01", "withdrawn": "2021-01-01T00:00:00Z"},
        ]
    )
    built = feed.build(loaded, support.NOW)[0]
    assert built.updated == datetime(2021, 1, 1, tzinfo=UTC)
    assert len(built.withdrawn) == 1
    assert built.tombstones == ()
