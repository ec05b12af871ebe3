"""What is told of a change of the file: each kind, its place, and nothing of what is held back."""

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import support
from feedpress import identity
from feedpress.feeds import feed as feeds
from feedpress.feeds import history
from feedpress.model import Place, Publication
from feedpress.reading import publication_file
from feedpress.review import diff
from feedpress.review.changes import MEANING, Change, Kind
from feedpress.review.reports import changes as report

Row = dict[str, Any]
#: Kind, the feed's slug, the clipping's title, the line.
Told = tuple[Kind, str | None, str | None, int]

_PROJECTS: Row = {"portal": {"title": "Portal"}, "data": {"title": "Data"}}  # lines 3 and 4
_LIBRARY: Row = {  # line 6
    "id": "library",
    "title": "A library opens",
    "url": "https://news.example.org/library",
    "source": "Gazette",
    "added": "2026-11-20T10:00:00Z",
    "projects": ["Portal"],
    "summary": "It has books.",
}
_PARKING: Row = {  # line 7
    "id": "parking",
    "title": "Parking made easy",
    "added": "2026-11-19T10:00:00Z",
    "projects": ["Portal", "Data"],
}
_BUDGET: Row = {"id": "budget", "title": "Where all that money went", "published": "2026-11-18"}
_ROWS = (_LIBRARY, _PARKING, _BUDGET)
_BIKES: Row = {"id": "bikes", "title": "Bikes for everybody", "added": "2026-11-21T09:00:00Z"}
_TAKEN_BACK = "This clipping was withdrawn"
_GONE_PARKING = _PARKING | {"withdrawn": "2026-11-20"}


def _text(
    rows: Iterable[Mapping[str, Any]], projects: Mapping[str, Any] | None = None, **about: Any
) -> str:
    """Return a file in which each project and each clipping has a line of its own."""
    described = _PROJECTS if projects is None else projects
    lines = [
        f"publication: {support.yaml_value(support.ABOUT | about)}",
        "projects:",
        *(f"  {slug}: {support.yaml_value(each)}" for slug, each in described.items()),
        "clippings:",
        *(f"- {support.yaml_value(row)}" for row in rows),
    ]
    return "\n".join(lines) + "\n"


def _load(*files: str) -> Publication:
    names = (f"{number}.yaml" for number in range(len(files)))
    loaded, problems = publication_file.load(
        (name, text.encode()) for name, text in zip(names, files, strict=True)
    )
    assert not problems, problems
    return loaded


def _state(*args: Any, **kwargs: Any) -> Publication:
    return _load(_text(*args, **kwargs))


def _compare(old: Publication, new: Publication) -> tuple[Change, ...]:
    return diff.compare(old, new, support.NOW)


def _told(changes: Iterable[Change]) -> list[Told]:
    return [(each.kind, each.slug, each.title, each.place.line) for each in changes]


def _of_rows(old: Iterable[Row], new: Iterable[Row], **about: Any) -> list[Told]:
    return _told(_compare(_state(old, **about), _state(new, **about)))


# Clippings.


def test_nothing_changed() -> None:
    """Of a file that did not change, nothing is told."""
    assert _of_rows(_ROWS, _ROWS) == []


def test_new() -> None:
    """A clipping on top is told as new in the feed of all clippings and in its projects'."""
    bikes = _BIKES | {"projects": ["Data"]}
    assert _of_rows(_ROWS, [bikes, *_ROWS]) == [
        (Kind.NEW, None, "Bikes for everybody", 6),
        (Kind.NEW, "data", "Bikes for everybody", 6),
    ]


def test_new_in_a_project() -> None:
    """A clipping that is put into a project is new to the subscribers of that project alone."""
    library = _LIBRARY | {"projects": ["Portal", "Data"]}
    assert _of_rows(_ROWS, [library, _PARKING, _BUDGET]) == [
        (Kind.SILENT, None, "A library opens", 6),
        (Kind.SILENT, "portal", "A library opens", 6),
        (Kind.NEW, "data", "A library opens", 6),
    ]


@pytest.mark.parametrize(
    "title",
    ["A library opens", "A library opened", "Something else altogether"],
    ids=["same", "nearly the same", "another"],
)
def test_one_leaves_a_project_while_another_comes(title: str) -> None:
    """In a project's feed, a clipping in the place of one that is still published is new."""
    library = _LIBRARY | {"projects": []}
    other = _BIKES | {"title": title, "projects": ["Portal"]}
    told = _of_rows(_ROWS, [other, library, _PARKING, _BUDGET])
    assert (Kind.NEW, "portal", title, 6) in told
    assert [each[:3] for each in told if each[0] is Kind.KEPT] == [
        (Kind.KEPT, "portal", "A library opens")
    ]


@pytest.mark.parametrize("edits", [{}, {"title": "A library reopens"}])
def test_seen_again(edits: Row) -> None:
    """A later `updated` shows a clipping once more, whatever else changes with it."""
    library = _LIBRARY | {"updated": "2026-11-22T10:00:00Z"} | edits
    title = library["title"]
    assert _of_rows(_ROWS, [library, _PARKING, _BUDGET]) == [
        (Kind.AGAIN, None, title, 6),
        (Kind.AGAIN, "portal", title, 6),
    ]


@pytest.mark.parametrize(
    ("edits", "changed"),
    [
        ({"title": "A library opened"}, "its title changed"),
        ({"url": "https://news.example.org/moved"}, "its address changed"),
        ({"source": "Herald"}, "its source changed"),
        ({"projects": ["Portal", "Data"]}, "its projects changed"),
        ({"summary": "It has films."}, "its summary changed"),
        ({"image": {"url": "https://news.example.org/a.png"}}, "its image changed"),
        ({"language": "es"}, "its language changed"),
        ({"added": "2026-11-19T12:00:00Z"}, "its place in time changed"),
        ({"published": "2026-11-01"}, "its date of the article changed"),
        ({"title": "The library opens", "language": "es"}, "its title and language changed"),
        (
            {"source": "Herald", "summary": "It has films.", "language": "es"},
            "its source, summary and language changed",
        ),
    ],
)
def test_changed_silently(edits: Row, changed: str) -> None:
    """Without a later `updated` each part that changed is named, at the clipping's new line."""
    new = _state([_PARKING, _LIBRARY | edits, _BUDGET])
    changes = [each for each in _compare(_state(_ROWS), new) if each.slug in (None, "portal")]
    title = (_LIBRARY | edits)["title"]
    assert _told(changes) == [
        (Kind.SILENT, None, title, 7),
        (Kind.SILENT, "portal", title, 7),
    ]
    for each in changes:
        assert each.detail == changed
        assert not each.is_error


def test_withdrawn() -> None:
    """A clipping that is taken back is told in each of its feeds, with the title that it had."""
    withdrawn = _GONE_PARKING | {"title": "Secret"}
    changes = _compare(_state(_ROWS), _state([_LIBRARY, _BUDGET, withdrawn]))
    assert _told(changes) == [
        (Kind.WITHDRAWN, slug, "Parking made easy", 8) for slug in (None, "portal", "data")
    ]
    for each in changes:
        assert (each.detail, each.is_past, each.is_error) == ("", False, False)


def test_still_withdrawn() -> None:
    """Of a clipping that was taken back before, and of edits of it, nothing is told."""
    old = [_LIBRARY, _GONE_PARKING, _BUDGET]
    assert _of_rows(old, [_LIBRARY, _GONE_PARKING | {"title": "Secret"}, _BUDGET]) == []


def test_restored() -> None:
    """A clipping that was withdrawn and has a later `updated` is seen again."""
    back = _PARKING | {"updated": "2026-11-22T10:00:00Z"}
    old, new = [_LIBRARY, _GONE_PARKING, _BUDGET], [_LIBRARY, back, _BUDGET]
    changes = _compare(_state(old), _state(new))
    assert _told(changes) == [
        (Kind.AGAIN, slug, "Parking made easy", 7) for slug in (None, "portal", "data")
    ]
    assert {each.detail for each in changes} == {"it is back"}


@pytest.mark.parametrize("edits", [{"title": "Bikes for everybody"}, {"url": "https://a.example/"}])
def test_restored_while_another_is_like_it(edits: Row) -> None:
    """What is back has its own id again, though one of the same title or address appears."""
    old = _BIKES | edits | {"added": "2026-11-18T09:00:00Z"}
    back = old | {"updated": "2026-11-22T10:00:00Z"}
    other = old | {"id": "bikes-2", "added": "2026-11-21T09:00:00Z"}
    for rows in ([other, back], [back, other]):
        changes = _compare(_state([old | {"withdrawn": "2026-11-20"}]), _state(rows))
        assert {(each.kind, each.id, each.detail) for each in changes} == {
            (Kind.NEW, "tag:example.org,2016:clippings/bikes-2", ""),
            (Kind.AGAIN, "tag:example.org,2016:clippings/bikes", "it is back"),
        }
        assert len(changes) == 2


@pytest.mark.parametrize("edits", [{}, {"updated": "2026-11-20T08:00:00Z"}])
def test_not_restored(edits: Row) -> None:
    """Without an `updated` after the withdrawal, it is an error: readers do not see it."""
    old, new = [_LIBRARY, _GONE_PARKING, _BUDGET], [_LIBRARY, _PARKING | edits, _BUDGET]
    (change,) = _compare(_state(old), _state(new))
    assert _told([change]) == [(Kind.NOT_RESTORED, None, "Parking made easy", 7)]
    assert change.detail.startswith("write updated: 2026-11-2")
    assert change.is_error


def test_not_restored_and_put_into_a_project() -> None:
    """Who subscribes to a project alone that has it for the first time does see it."""
    old = [_LIBRARY, _GONE_PARKING | {"projects": ["Portal"]}]
    assert _of_rows(old, [_LIBRARY, _PARKING]) == [
        (Kind.NOT_RESTORED, None, "Parking made easy", 7),
        (Kind.NEW, "data", "Parking made easy", 7),
    ]


_MANY = [
    {"id": f"c{year}", "title": f"{year}", "added": f"{year}-05-05", "projects": ["Portal"]}
    for year in range(2025, 2019, -1)
]


@pytest.mark.parametrize("position", [0, 3, 6])
def test_old_clipping_without_added_is_missed(position: int) -> None:
    """An article of the past that has no `added` is in no document that subscribers poll."""
    old_one: Row = {"id": "old", "title": "Long ago", "published": "2001-01-01"}
    rows = [*_MANY[:position], old_one, *_MANY[position:]]
    told = _of_rows(_MANY, rows, feed_size=2)
    assert told == [
        (Kind.HISTORY_RECUT, None, None, 1),
        (Kind.MISSED, None, "Long ago", 6 + position),
    ]


def test_old_clipping_put_into_a_project_is_missed() -> None:
    """An old clipping that is put into a project lies behind what its subscribers poll."""
    old_one = {"id": "old", "title": "Long ago", "published": "2001-01-01"}
    retagged = old_one | {"projects": ["Portal"]}
    changes = _compare(
        _state([*_MANY, old_one], feed_size=2), _state([*_MANY, retagged], feed_size=2)
    )
    told = _told(changes)
    assert (Kind.MISSED, "portal", "Long ago", 12) in told
    assert (Kind.SILENT, None, "Long ago", 12) in told
    assert not any(each.is_error for each in changes)


def test_updated_too_long_ago_is_missed() -> None:
    """An `updated` that is later, and yet before what subscribers poll, shows nobody anything."""
    new = [*_MANY[:-1], _MANY[-1] | {"updated": "2020-08-08"}]
    told = _of_rows(_MANY, new, feed_size=2)
    assert told == [(Kind.MISSED, None, "2020", 11), (Kind.MISSED, "portal", "2020", 11)]


def test_kept() -> None:
    """A clipping taken out of a project, but still published, is kept by its subscribers."""
    parking = _PARKING | {"projects": ["Data"]}
    told = _of_rows(_ROWS, [_LIBRARY, parking, _BUDGET])
    assert told == [
        (Kind.SILENT, None, "Parking made easy", 7),
        (Kind.KEPT, "portal", "Parking made easy", 7),
        (Kind.SILENT, "data", "Parking made easy", 7),
    ]


def test_kept_with_another_title() -> None:
    """What is kept is told as it is now, where it is now."""
    parking = _PARKING | {"title": "Parking made easier", "projects": ["Data"]}
    changes = _compare(_state(_ROWS), _state([_LIBRARY, _BUDGET, parking]))
    (kept,) = (each for each in changes if each.kind is Kind.KEPT)
    assert _told([kept]) == [(Kind.KEPT, "portal", "Parking made easier", 8)]
    assert (kept.detail, kept.is_past, kept.is_error) == ("", False, False)


@pytest.mark.parametrize(
    "rows",
    [
        [_LIBRARY, _BUDGET],
        [_LIBRARY, _PARKING | {"draft": True}, _BUDGET],
        [_LIBRARY, _PARKING | {"id": "parking-2"}, _BUDGET],
        [_LIBRARY, _GONE_PARKING, _BUDGET],
    ],
    ids=["deleted", "draft", "id changed", "withdrawn"],
)
def test_only_what_is_on_the_air_elsewhere_is_kept(rows: list[Row]) -> None:
    """A clipping that is no longer published is reported once, and not also as kept."""
    assert Kind.KEPT not in {each[0] for each in _of_rows(_ROWS, rows)}


def test_withdrawn_and_taken_out_of_a_project() -> None:
    """Who has only the project's feed is told nothing of the withdrawal, and so keeps it."""
    told = _of_rows(_ROWS, [_LIBRARY, _GONE_PARKING | {"projects": ["Data"]}, _BUDGET])
    title = "Parking made easy"
    assert told == [
        (Kind.WITHDRAWN, None, title, 7),
        (Kind.KEPT, "portal", title, 7),
        (Kind.WITHDRAWN, "data", title, 7),
    ]


def test_added_too_late() -> None:
    """What was added and is dated before what subscribers have seen is an error: nobody sees it."""
    late: Row = {"id": "late", "title": "Merged late", "added": "2019-01-01T10:00:00Z"}
    told = _of_rows(_MANY, [late, *_MANY], feed_size=2)
    assert (Kind.LATE, None, "Merged late", 6) in told


def test_second_correction_of_a_day() -> None:
    """The day stands in `updated` already, so a change on the same day goes unseen."""
    today = "2026-11-22"
    old = [_LIBRARY | {"updated": today}]
    (change, *_) = _compare(_state(old), _state([old[0] | {"title": "A library opens again"}]))
    assert (change.kind, change.detail) == (Kind.SILENT, "its title changed")
    assert "or to a time if that is today" in change.message


def test_copy_that_takes_the_id_of_what_it_was_copied_from() -> None:
    """Where a new clipping has the old one's id, and that one another, the id is used again."""
    old = [{"id": "news", "title": "News", "summary": "First", "added": "2020-01-01T10:00:00Z"}]
    new = [
        {"id": "news", "title": "News", "summary": "Second", "added": "2026-11-22T10:00:00Z"},
        old[0] | {"id": "news-2", "added": "2026-11-22T09:00:00Z"},
    ]
    assert (Kind.ID_REUSED, None, "News", 6) in _of_rows(old, new)


# Errors with clippings.


@pytest.mark.parametrize(
    "edits",
    [
        {"id": "library-2"},
        {"id": "library-2", "title": "Nothing of the kind"},
        {"id": "library-2", "url": "https://other.example.org/"},
        {"id": "library-2", "url": None, "title": "A library opened"},
        {"id": None, "title": "A library opened!"},
    ],
    ids=["id alone", "same address", "same title", "nearly the same title", "id deleted"],
)
def test_id_changed(edits: Row) -> None:
    """A clipping that lost its id is one error, which says the id and where it stood."""
    library = {key: value for key, value in (_LIBRARY | edits).items() if value is not None}
    changes = _compare(_state(_ROWS), _state([_PARKING, library, _BUDGET]))
    assert _told(changes) == [(Kind.ID_CHANGED, None, library["title"], 7)]
    assert changes[0].is_error
    assert changes[0].detail == "its id was 'library' in line 6 of 0.yaml"
    assert not changes[0].is_past


def test_id_of_one_clipping_goes_to_one() -> None:
    """Of several new clippings only one can have been the one that is gone."""
    old = [{"id": "news", "title": "News of the week", "added": "2026-11-20T10:00:00Z"}]
    new = [
        {"id": f"news-{n}", "title": "News of the week", "added": f"2026-11-20T1{n}:00:00Z"}
        for n in (1, 2)
    ]
    kinds = sorted(each[0] for each in _of_rows(old, new))
    assert kinds == [Kind.ID_CHANGED, Kind.NEW]


def _ids_given_back(old: Iterable[Row], new: Iterable[Row]) -> dict[str, str]:
    """Return what each clipping's id is said to have been; there may be no other change."""
    changes = _compare(_state(old), _state(new))
    assert {each.kind for each in changes} == {Kind.ID_CHANGED}
    return {each.id.rpartition("/")[2]: each.detail.split("'")[1] for each in changes}


def _budgets(titles: Iterable[str], prefix: str) -> list[Row]:
    return [
        {"id": f"{prefix}{n}", "title": title, "added": f"2026-11-1{n}"}
        for n, title in enumerate(titles, 1)
    ]


@pytest.mark.parametrize("step", [1, -1], ids=["oldest first", "newest first"])
@pytest.mark.parametrize(
    "titles",
    [
        ["Budget 2023 is adopted", "Budget 2024 is adopted", "Budget 2025 is adopted"],
        ["Budget 2023 adopted", "Budget 2024 adopted", "Budget 2025 adopted"],
    ],
    ids=["nearly the same titles", "same titles"],
)
def test_ids_of_clippings_with_titles_alike(titles: list[str], step: int) -> None:
    """Where several lost their ids, each gets back that of the title most like its own."""
    old = _budgets(["Budget 2023 adopted", "Budget 2024 adopted", "Budget 2025 adopted"], "old")
    new = _budgets(titles, "new")[::step]
    assert _ids_given_back(old, new) == {"new1": "old1", "new2": "old2", "new3": "old3"}


def test_ids_of_clippings_with_one_title() -> None:
    """Where several of one title lost their ids, none of them is new, and none is gone."""
    old, new = _budgets(["News"] * 3, "old"), _budgets(["News"] * 3, "new")
    given = _ids_given_back(old, new)
    assert sorted(given) == ["new1", "new2", "new3"]
    assert sorted(given.values()) == ["old1", "old2", "old3"]


def test_same_title_comes_before_one_that_is_alike() -> None:
    """A new clipping does not get the id of one that is still there under its own title."""
    old = [{"id": "budget-2023", "title": "Budget 2023", "added": "2026-11-10"}]
    new = [
        {"id": "budget-2024", "title": "Budget 2024", "added": "2026-11-20"},
        {"id": "lost", "title": "Budget 2023", "added": "2026-11-10"},
    ]
    assert _of_rows(old, new) == [
        (Kind.NEW, None, "Budget 2024", 6),
        (Kind.ID_CHANGED, None, "Budget 2023", 7),
    ]


def test_imported_id_changed() -> None:
    """An id that is a URI is given back as it was."""
    imported = _BUDGET | {"id": "urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a"}
    changes = _compare(_state([imported]), _state([_BUDGET]))
    assert _told(changes) == [(Kind.ID_CHANGED, None, "Where all that money went", 6)]
    uri = "urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a"
    assert changes[0].detail == f"its id was {uri!r} in line 6 of 0.yaml"


def test_other_clippings_are_not_taken_for_those_that_are_gone() -> None:
    """A clipping with other title and address is new, and the one that it replaces is gone."""
    told = _of_rows(_ROWS, [_BIKES, _PARKING, _BUDGET])
    assert told == [
        (Kind.NEW, None, "Bikes for everybody", 6),
        (Kind.GONE, None, "A library opens", 6),
    ]


def test_very_many_titles_are_only_compared_exactly() -> None:
    """Where very many are gone at once, only the same title or address tells which is which."""
    old = [
        {"id": f"c{n}", "title": f"Number {n} of all", "added": f"2020-01-01T00:00:{n % 60:02}Z"}
        for n in range(102)
    ]
    new = [old[0] | {"id": "same"}, old[1] | {"id": "other", "title": "Number 1 of them all"}]
    told = _of_rows(old, new, feed_size=200)
    assert (Kind.ID_CHANGED, None, "Number 0 of all", 6) in told
    assert (Kind.NEW, None, "Number 1 of them all", 7) in told
    assert sum(each[0] is Kind.GONE for each in told) == 101


@pytest.mark.parametrize("updated", [{}, {"updated": "2026-11-22T10:00:00Z"}])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (_LIBRARY, {"title": "Bikes for everybody", "url": "https://b.example/", "summary": "New"}),
        (_BUDGET, {"title": "Bikes for you"}),
    ],
    ids=["with address", "without address"],
)
def test_id_used_again(old: Row, new: Row, updated: Row) -> None:
    """Another article with the id of one that subscribers have is an error."""
    changes = _compare(_state([old]), _state([old | new | updated]))
    assert _told(changes) == [(Kind.ID_REUSED, None, new["title"], 6)]
    assert changes[0].is_error
    assert changes[0].detail == f"its id belonged to {old['title']!r}"


@pytest.mark.parametrize(
    "edits",
    [
        {"title": "Something else altogether"},
        {"title": "Bikes for you", "url": "https://b.example/"},
        {"title": "A library closes", "url": "https://b.example/", "summary": "New"},
    ],
    ids=["same address", "same summary", "title nearly the same"],
)
def test_edited_clipping_is_still_the_same(edits: Row) -> None:
    """What has kept address, summary or most of its title is the same article."""
    told = _of_rows(_ROWS, [_LIBRARY | edits, _PARKING, _BUDGET])
    assert [each[0] for each in told] == [Kind.SILENT, Kind.SILENT]


@pytest.mark.parametrize(
    "rows",
    [
        [_PARKING, _BUDGET],
        [_LIBRARY | {"id": "other", "draft": True, "title": "Secret"}, _PARKING, _BUDGET],
    ],
    ids=["deleted", "draft with another id"],
)
def test_gone(rows: list[Row]) -> None:
    """What is in the file no more without being withdrawn is one error, where it was."""
    (change,) = _compare(_state(_ROWS), _state(rows))
    assert _told([change]) == [(Kind.GONE, None, "A library opens", 6)]
    assert (change.detail, change.is_past, change.is_error) == ("", True, True)


@pytest.mark.parametrize(
    "edits",
    [
        {"draft": True},
        {"added": "2026-11-23"},
        {"added": "2026-11-23", "title": "Secret"},
        {"added": "2026-11-23", "withdrawn": "2026-11-21"},
    ],
    ids=["draft", "held back", "held back, edited", "withdrawn before it is due"],
)
def test_gone_and_yet_in_the_file(edits: Row) -> None:
    """What a row holds that is there and not shown is one error, at its place of today."""
    (change,) = _compare(_state(_ROWS), _state([_PARKING, _BUDGET, _LIBRARY | edits]))
    assert _told([change]) == [(Kind.GONE, None, "A library opens", 8)]
    assert change.detail == "it is in the file, but not shown"
    assert (change.is_past, change.is_error) == (False, True)


def test_withdrawn_row_deleted() -> None:
    """The row of a withdrawn clipping is what says so; deleting it is one error."""
    (change,) = _compare(_state([_LIBRARY, _GONE_PARKING, _BUDGET]), _state([_LIBRARY, _BUDGET]))
    assert _told([change]) == [(Kind.GONE, None, _TAKEN_BACK, 7)]
    assert (change.detail, change.is_past, change.is_error) == ("", True, True)
    assert "Parking" not in change.message


def test_withdrawn_row_is_a_draft_now() -> None:
    """The row of a withdrawn clipping that says nothing any more is the same error."""
    draft = _GONE_PARKING | {"draft": True}
    (change,) = _compare(_state([_LIBRARY, _GONE_PARKING]), _state([draft, _LIBRARY]))
    assert _told([change]) == [(Kind.GONE, None, _TAKEN_BACK, 6)]
    assert (change.detail, change.is_past) == ("it is in the file, but not shown", False)


@pytest.mark.parametrize("detail", ["", "for this one"])
@pytest.mark.parametrize("kind", Kind)
def test_message(kind: Kind, detail: str) -> None:
    """A message is what holds for this one, if there is anything, and what the kind means."""
    change = Change(kind, detail, None, "All", "id", None, Place("a.yaml", 1, 1))
    assert MEANING[kind]
    assert change.message == (f"{detail}; " if detail else "") + MEANING[kind]
    assert not change.is_past


def test_errors() -> None:
    """What would show something twice, or keep or lose what nobody meant, is an error."""
    place = Place("a.yaml", 1, 1)
    errors = {k for k in Kind if Change(k, "", None, "All", "id", None, place).is_error}
    assert errors == {
        *("id changed", "id used again", "gone", "not restored", "feed gone"),
        "too late",
    }


def test_withdrawn_row_taken_out_of_a_project() -> None:
    """Who retags a withdrawn clipping tells nobody anything."""
    retagged = _GONE_PARKING | {"projects": ["Data"]}
    assert _of_rows([_LIBRARY, _GONE_PARKING], [_LIBRARY, retagged]) == []


# Feeds.


def _of_projects(
    old: Mapping[str, Any], new: Mapping[str, Any], rows: Iterable[Row] = _ROWS
) -> tuple[Change, ...]:
    return _compare(_state(rows, old), _state(rows, new))


def test_new_feed() -> None:
    """A new project's feed is told, with the number of its clippings, and none of them."""
    new = _PROJECTS | {"bikes": {"title": "Bikes", "also": ["Cycling"]}}
    assert _told(_of_projects(_PROJECTS, new)) == [(Kind.FEED_NEW, "bikes", None, 5)]
    with_bikes = [_LIBRARY, _PARKING | {"projects": ["Portal", "Data", "Bikes"]}, _BUDGET]
    changes = _compare(_state(_ROWS), _state(with_bikes, new))
    (told,) = (each for each in changes if each.slug == "bikes")
    assert told.kind is Kind.FEED_NEW
    assert told.detail == "clippings in it: 1"
    assert not told.is_error


def test_new_project_that_ended_long_ago() -> None:
    """A project that is retired for longer than 90 days has no feed, and so no new one."""
    ended = _PROJECTS | {"bikes": {"title": "Bikes", "retired": "2026-01-01"}}
    assert _of_projects(_PROJECTS, ended) == ()
    with_bikes = [_LIBRARY, _PARKING | {"projects": ["Portal", "Data", "Bikes"]}, _BUDGET]
    changes = _compare(_state(_ROWS), _state(with_bikes, ended))
    assert {(each.kind, each.slug) for each in changes} == {
        (Kind.SILENT, None),
        (Kind.SILENT, "portal"),
        (Kind.SILENT, "data"),
    }


@pytest.mark.parametrize(
    ("about", "changed"),
    [
        ({"title": "Press"}, "title and subtitle"),
        ({"title": "Press", "subtitle": "In the media"}, "title"),
        ({"subtitle": "All of it"}, "subtitle"),
        ({"home": "https://example.org/press/"}, "home"),
        ({"subtitle": "All of it", "home": "https://example.org/"}, "subtitle and home"),
    ],
)
def test_feed_changed(about: Row, changed: str) -> None:
    """What the feed of all clippings says of itself is told with each part that changed."""
    (change,) = _compare(_state(_ROWS), _state(_ROWS, **about))
    assert _told([change]) == [(Kind.FEED_CHANGED, None, None, 1)]
    assert change.detail == f"its {changed} changed"
    assert not change.is_error


@pytest.mark.parametrize(
    ("about", "changed"),
    [
        ({"author": {"name": "Us"}}, "author"),
        ({"language": "en-US"}, "language"),
        ({"rights": "CC0", "icon": "https://a.example/i.png"}, "rights and icon"),
        ({"logo": "https://a.example/l.png"}, "logo"),
        (
            {"author": {"name": "Us"}, "language": "es", "logo": "https://a.example/l.png"},
            "author, language and logo",
        ),
    ],
)
def test_feeds_changed(about: Row, changed: str) -> None:
    """What every feed says of itself is told once for each of them."""
    changes = _compare(_state(_ROWS), _state(_ROWS, **about))
    assert _told(changes) == [
        (Kind.FEED_CHANGED, None, None, 1),
        (Kind.FEED_CHANGED, "portal", None, 3),
        (Kind.FEED_CHANGED, "data", None, 4),
    ]
    assert {each.detail for each in changes} == {f"its {changed} changed"}


def test_language_changed() -> None:
    """With the publication's language each dated line changes, which is told with the feed."""
    rows = [_LIBRARY | {"published": "2026-11-02"}, _GONE_PARKING, _BUDGET]
    projects = _PROJECTS | {"data": {"title": "Data", "retired": "2026-11-01"}}
    old, new = _state(rows, projects), _state(rows, projects, language="es")
    before, after = (feeds.build(each, support.NOW)[0].entries[-1] for each in (old, new))
    assert before.details != after.details
    assert _told(_compare(old, new)) == [
        (Kind.FEED_CHANGED, None, None, 1),
        (Kind.FEED_CHANGED, "portal", None, 3),
        (Kind.FEED_CHANGED, "data", None, 4),
    ]


def test_language_changed_with_an_edit() -> None:
    """What else changed with the publication's language is told, too, and only where it did."""
    old = [_LIBRARY | {"published": "2026-11-02"}, _BUDGET]
    new = [_LIBRARY | {"published": "2026-11-02", "title": "A library opened"}, _BUDGET]
    changes = _compare(
        _state(old, {"portal": {"title": "Portal"}}),
        _state(new, {"portal": {"title": "Portal"}}, language="es"),
    )
    assert [(each.kind, each.slug, each.detail) for each in changes] == [
        (Kind.FEED_CHANGED, None, "its language changed"),
        (Kind.SILENT, None, "its title changed"),
        (Kind.FEED_CHANGED, "portal", "its language changed"),
        (Kind.SILENT, "portal", "its title changed"),
    ]


@pytest.mark.parametrize(
    ("edits", "changed"),
    [
        ({"summary": "Numbers."}, "summary"),
        ({"title": "Figures", "also": ["Data"]}, "title and summary"),
        ({"title": "Figures", "also": ["Data"], "summary": "Data"}, "title"),
    ],
)
def test_project_feed_changed(edits: Row, changed: str) -> None:
    """A project's feed stands at the project's line; it is told once, and none of its clippings."""
    new = _PROJECTS | {"data": {"title": "Data"} | edits}
    (change,) = _of_projects(_PROJECTS, new)
    assert _told([change]) == [(Kind.FEED_CHANGED, "data", None, 4)]
    assert change.detail == f"its {changed} changed"
    assert change.feed_title == new["data"]["title"]


def test_public_address_moved() -> None:
    """Another public address is told once, not with each feed and clipping."""
    changes = _compare(_state(_ROWS), _state(_ROWS, url="https://press.example.net/"))
    assert _told(changes) == [(Kind.FEED_MOVED, None, None, 1)]
    assert changes[0].detail == (
        "all addresses begin with https://press.example.net/; "
        "let https://feeds.example.org/ lead there"
    )
    assert not changes[0].is_error


def test_public_address_moved_with_an_edit() -> None:
    """What else changed with the public address is told, too."""
    new = _state([_BIKES, *_ROWS], url="https://press.example.net/")
    assert _told(_compare(_state(_ROWS), new)) == [
        (Kind.FEED_MOVED, None, None, 1),
        (Kind.NEW, None, "Bikes for everybody", 6),
    ]


def test_project_renamed() -> None:
    """A project whose former slug leads to it is told once, and none of its clippings."""
    new = {"gate": {"title": "Portal", "formerly": ["portal"]}, "data": {"title": "Data"}}
    changes = _of_projects(_PROJECTS, new)
    assert _told(changes) == [(Kind.FEED_MOVED, "gate", None, 3)]
    assert changes[0].detail == "portal is gate now"
    assert not changes[0].is_error


@pytest.mark.parametrize("retired", ["2026-11-22", "2026-10-01"])
def test_feed_ended(retired: str) -> None:
    """A project retired up to 90 days ago is told as ended, with what subscribers still get."""
    new = _PROJECTS | {"data": {"title": "Data", "retired": retired}}
    changes = _of_projects(_PROJECTS, new)
    assert _told(changes) == [(Kind.FEED_ENDED, "data", None, 4)]
    assert (changes[0].detail, changes[0].is_past, changes[0].is_error) == ("", False, False)


@pytest.mark.parametrize("retired", ["2026-11-22", "2026-10-01", "2026-01-01"])
@pytest.mark.parametrize("to", [{}, {"retired": "2026-11-23"}], ids=["not at all", "later"])
def test_feed_goes_on(retired: str, to: Row) -> None:
    """A project that is retired no more, or not yet, goes on."""
    old = _PROJECTS | {"data": {"title": "Data", "retired": retired}}
    changes = _of_projects(old, _PROJECTS | {"data": {"title": "Data"} | to})
    assert _told(changes) == [(Kind.FEED_CHANGED, "data", None, 4)]
    assert changes[0].detail == "it had ended, and goes on"
    assert not changes[0].is_error


def test_feed_goes_on_with_an_edit() -> None:
    """What else changed of a feed that goes on is told, too."""
    old = _PROJECTS | {"data": {"title": "Data", "retired": "2026-10-01"}}
    changes = _of_projects(old, _PROJECTS | {"data": {"title": "Data", "summary": "Numbers."}})
    assert {(each.kind, each.slug) for each in changes} == {(Kind.FEED_CHANGED, "data")}
    details = " and ".join(each.detail for each in changes)
    assert "it had ended, and goes on" in details
    assert "summary" in details


@pytest.mark.parametrize("edits", [{"summary": "Numbers."}, {"title": "Figures", "also": ["Data"]}])
def test_feed_that_is_gone_says_nothing(edits: Row) -> None:
    """A feed that is no longer served, and was not before, has nobody to tell of changes."""
    gone = {"title": "Data", "retired": "2026-01-01"}
    assert _of_projects(_PROJECTS | {"data": gone}, _PROJECTS | {"data": gone | edits}) == ()


@pytest.mark.parametrize("before", [{}, {"retired": "2026-10-01"}])
def test_feed_ended_long_ago(before: Row) -> None:
    """A project retired longer ago is no longer served, and none of its clippings is told."""
    old = _PROJECTS | {"data": {"title": "Data"} | before}
    new = _PROJECTS | {"data": {"title": "Data", "retired": "2026-01-01"}}
    parking = _PARKING | {"projects": ["Data"], "summary": "Other"}
    changes = _compare(_state([_PARKING], old), _state([parking], new))
    assert [each for each in _told(changes) if each[1] == "data"] == [
        (Kind.FEED_ENDED, "data", None, 4)
    ]
    assert not any(each.is_error for each in changes)


def test_time_alone_changes_nothing() -> None:
    """Both states are seen at one instant: what the clock does is no change."""
    projects = _PROJECTS | {"data": {"title": "Data", "retired": "2026-10-01"}}
    state = _state([_LIBRARY, _GONE_PARKING, _BIKES | {"added": "2026-12-01"}], projects)
    for days in (-60, 0, 9, 40, 200):
        assert diff.compare(state, state, support.NOW + timedelta(days=days)) == ()


def test_feed_that_still_is_to_end() -> None:
    """A `retired` in the future is not told before it comes."""
    new = _PROJECTS | {"data": {"title": "Data", "retired": "2026-11-23"}}
    assert _of_projects(_PROJECTS, new) == ()


def test_history_changed() -> None:
    """A clipping dated before the end of the newest archive moves all that follow it."""
    between = {"id": "between", "title": "Between", "published": "2022-12-12"}
    changes = _compare(_state(_MANY, feed_size=2), _state([*_MANY, between], feed_size=2))
    assert _told(changes)[0] == (Kind.HISTORY_RECUT, None, None, 1)
    assert changes[0].detail == "from archive 2 on"
    assert not changes[0].is_error


def test_feed_size_changed() -> None:
    """Another feed_size cuts the archives of every feed anew, and is told once for each."""
    told = _told(_compare(_state(_MANY, feed_size=2), _state(_MANY, feed_size=3)))
    assert told == [(Kind.HISTORY_RECUT, None, None, 1), (Kind.HISTORY_RECUT, "portal", None, 3)]


def test_history_grows() -> None:
    """Clippings on top, and clippings that are withdrawn, leave all archives as they are."""
    top = [
        {"id": f"top{n}", "title": f"On top {n}", "added": f"2026-11-2{n}T09:00:00Z"}
        for n in (1, 2)
    ]
    withdrawn = _MANY[-1] | {"withdrawn": "2026-11-22"}
    told = _of_rows(_MANY, [*top, *_MANY[:-1], withdrawn], feed_size=2)
    assert {each[0] for each in told} == {Kind.NEW, Kind.WITHDRAWN}


def test_tag_changed() -> None:
    """Another tag changes every id; that is one error and the only one."""
    without = [_LIBRARY | {"projects": []}]
    new = _state([_BIKES, *without], {}, tag="example.org,2017", url="https://b.example/")
    changes = _compare(_state(_ROWS), new)
    assert _told(changes) == [(Kind.ID_CHANGED, None, None, 1)]
    assert changes[0].is_error
    assert changes[0].detail == ("every id changed with the tag; write tag: example.org,2016 again")


def test_project_deleted() -> None:
    """A project that is taken out without being retired is an error."""
    rows = [_LIBRARY, _PARKING | {"projects": ["Portal"]}, _BUDGET]
    changes = _of_projects(_PROJECTS, {"portal": {"title": "Portal"}}, rows)
    assert _told(changes) == [(Kind.FEED_GONE, "data", None, 4)]
    assert changes[0].detail == (
        "put the project back; if it has another short name now, add formerly: [data] to it, "
        "and if it has ended, retired: with today's date"
    )
    assert (changes[0].is_error, changes[0].is_past) == (True, True)


@pytest.mark.parametrize("retired", ["2026-10-01", "2026-11-22"])
def test_project_deleted_that_has_just_ended(retired: str) -> None:
    """Until 90 days after its end a project's feed still has something to say."""
    old = _PROJECTS | {"data": {"title": "Data", "retired": retired}}
    changes = _of_projects(old, {"portal": {"title": "Portal"}}, [_LIBRARY])
    assert _told(changes) == [(Kind.FEED_GONE, "data", None, 4)]
    assert (changes[0].is_error, changes[0].is_past) == (True, True)


def test_project_deleted_that_ended_long_ago() -> None:
    """A project whose feeds are no longer served can be taken out; that is no error."""
    old = _PROJECTS | {"data": {"title": "Data", "retired": "2026-01-01"}}
    changes = _of_projects(old, {"portal": {"title": "Portal"}}, [_LIBRARY])
    assert _told(changes) == [(Kind.FEED_ENDED, "data", None, 4)]
    assert changes[0].detail == "its addresses are not found any more, which is fine"
    assert (changes[0].is_error, changes[0].is_past) == (False, True)


def test_project_renamed_without_formerly() -> None:
    """A project under another slug that does not name the former one is gone, and another new."""
    new = {"gate": {"title": "Portal"}, "data": {"title": "Data"}}
    changes = _of_projects(_PROJECTS, new, [_BUDGET])
    assert _told(changes) == [
        (Kind.FEED_NEW, "gate", None, 3),
        (Kind.FEED_GONE, "portal", None, 3),
    ]
    assert "add formerly: [portal] to it" in changes[1].detail
    assert [each.is_past for each in changes] == [False, True]


@pytest.mark.parametrize(
    ("slug", "formerly", "lost"),
    [
        ("c", ["a"], "b"),
        ("d", ["a", "c"], "b"),
        ("d", ["a", "b"], "c"),
        ("d", ["a"], "b and c"),
    ],
)
def test_former_slug_forgotten(slug: str, formerly: list[str], lost: str) -> None:
    """A former slug that leads nowhere any more is an error, which names it."""
    old = {"c": {"title": "C", "formerly": ["a", "b"]}}
    changes = _of_projects(old, {slug: {"title": "C", "formerly": formerly}}, [_BUDGET])
    assert _told(changes) == [(Kind.FEED_GONE, slug, None, 3)]
    assert changes[0].is_error
    assert changes[0].detail == (
        f"its old addresses are not found any more; add {lost} to its formerly:"
    )
    assert not changes[0].is_past


def test_former_slug_has_gone_to_another_project() -> None:
    """A fix is only told where it can be done: no slug can stand in two projects."""
    old = {"c": {"title": "C", "formerly": ["a", "b"]}}
    new = {"c": {"title": "C", "formerly": ["a"]}, "b": {"title": "B"}}
    changes = _of_projects(old, new, [_BUDGET])
    assert _told(changes) == [(Kind.FEED_NEW, "b", None, 4), (Kind.FEED_GONE, "c", None, 3)]
    assert "not found" not in changes[1].detail
    assert "add b to" not in changes[1].detail


def test_first_of_formerly_changed() -> None:
    """Another first slug is another id, so that readers take the feed for another one."""
    old = {"c": {"title": "C", "formerly": ["a", "b"]}}
    changes = _of_projects(old, {"c": {"title": "C", "formerly": ["b", "a"]}}, [_BUDGET])
    assert _told(changes) == [(Kind.FEED_NEW, "c", None, 3), (Kind.FEED_GONE, "c", None, 3)]
    assert changes[1].detail == ("readers take it for another feed; write a first in its formerly:")
    assert [each.is_error for each in changes] == [False, True]
    assert not changes[1].is_past


@pytest.mark.parametrize("old", [{"c": {"title": "C"}}, {"c": {"title": "C"}, "a": {"title": "A"}}])
def test_formerly_of_a_project_that_had_none(old: Row) -> None:
    """What makes another feed of it is told, and the fix is not that it be its own former name."""
    changes = _of_projects(old, {"c": {"title": "C", "formerly": ["a"]}}, [_BUDGET])
    errors = [each for each in changes if each.is_error]
    assert _told(errors) == [(Kind.FEED_GONE, "c", None, 3)]
    assert "readers take it for another feed" in errors[0].detail
    assert "write c first" not in errors[0].detail


def test_order_of_what_is_told() -> None:
    """The feed of all clippings comes first, then the projects as the new file has them."""
    new = {"data": {"title": "Data!"}, "portal": {"title": "Portal!", "also": ["Portal"]}}
    rows = [_LIBRARY, _BUDGET]
    assert _told(_compare(_state(rows), _state([_BIKES, *rows], new))) == [
        (Kind.NEW, None, "Bikes for everybody", 6),
        (Kind.FEED_CHANGED, "data", None, 3),
        (Kind.FEED_CHANGED, "portal", None, 4),
    ]


# What is held back.

_HELD = [
    {"id": "held", "title": "Held-back Headline", "added": "2026-11-23", "projects": ["Portal"]},
    {"id": "held", "title": "Held-back Headline", "published": "2027", "url": "https://h.example/"},
    {"id": "held", "title": "Held-back Headline", "added": "2020", "draft": True},
    {"id": "held", "title": "Held-back Headline", "added": "2026-11-22T18:00:01Z"},
    {"id": "held", "title": "Held-back Headline", "added": "2026-12-01", "withdrawn": "2026-11-01"},
]


@pytest.mark.parametrize("held", _HELD, ids=["added", "published", "draft", "a second", "taken"])
@pytest.mark.parametrize(
    "edits",
    [None, {}, {"id": "another"}, {"title": "Another Held-back"}, {"summary": "A Held-back text"}],
    ids=["deleted", "added", "id", "title", "summary"],
)
@pytest.mark.parametrize("also", [(), (_BIKES,)], ids=["alone", "with another change"])
def test_what_is_held_back_is_never_told(
    held: Row, edits: Row | None, also: tuple[Row, ...]
) -> None:
    """Nothing of a held-back clipping is told in any format, whatever is done to it."""
    plain, before = [*_ROWS], [held, *_ROWS]
    if edits is None:
        old, new = before, plain
    elif not edits:
        old, new = plain, before
    else:
        old, new = before, [held | edits, *_ROWS]
    changes = _compare(_state(old), _state([*new, *also]))
    assert len(changes) == len(also)
    formats = (*report.text(changes), report.as_json(changes), *report.github(changes))
    shown = "\n".join((*formats, report.summary(changes)))
    assert "Held-back" not in shown
    assert "held" not in shown


def test_id_of_something_public_for_something_held_back() -> None:
    """An id that goes over to a held-back clipping tells what is gone, and not what is to come."""
    held = {"id": "library", "title": "Held-back Headline", "added": "2026-12-01"}
    changes = _compare(_state(_ROWS), _state([_PARKING, held, _BUDGET]))
    assert _told(changes) == [(Kind.GONE, None, "A library opens", 7)]
    assert not changes[0].is_past
    assert "Held-back" not in report.as_json(changes)


def test_what_comes_on_the_air_is_new() -> None:
    """A clipping that was held back, and is published now, is new like any other."""
    held, shown = _BIKES | {"draft": True}, _BIKES
    assert _of_rows([held, *_ROWS], [shown, *_ROWS]) == [(Kind.NEW, None, "Bikes for everybody", 6)]


# What is no change.

_AS_PEOPLE_WRITE = """\
# The clippings of the city.
clippings:

# The newest on top.
- id: budget
  title: 'Where all that money went'
  published: "2026-11-18"

- title: >-
    A library
    opens
  id: library
  url: https://news.example.org/library
  source: GAZETTE
  added: 2026-11-20 10:00Z  # in the morning
  projects:
  - portal
  summary: |-
    It has books.

- id: "parking"
  projects: [PORTAL, data]
  title: Parking made easy
  added: 2026-11-19T02:00:00-08:00

sources:
  Gazette:
"""
_ABOUT = _text([]).partition("clippings:")[0]


def test_how_a_file_is_written_is_no_change() -> None:
    """Order, comments, quotation marks and styles of YAML change nothing."""
    old = _state(_ROWS)
    rewritten = _load(_AS_PEOPLE_WRITE + _ABOUT)
    assert _compare(old, rewritten) == ()
    assert _compare(rewritten, old) == ()


def test_file_split_into_a_folder_is_no_change() -> None:
    """The same in several files is the same."""
    rows = [f"clippings:\n- {support.yaml_value(row)}\n" for row in _ROWS]
    split = _load(_ABOUT, *rows)
    assert _compare(_state(_ROWS), split) == ()
    assert _compare(split, _state(_ROWS)) == ()
    assert _compare(split, _load(rows[2], rows[0], _ABOUT, rows[1])) == ()


def test_order_of_projects_is_no_change() -> None:
    """Projects in another order are the same projects."""
    assert _of_projects(_PROJECTS, dict(reversed(_PROJECTS.items()))) == ()


# What holds for every publication.

_DAYS = [f"20{year}-0{month}-15" for year in (18, 25, 26) for month in (3, 8)]
_TITLES = ["News", "News of the week", "Weekly news", "Bikes", "京都"]
_GENERATED_ROW = st.fixed_dictionaries(
    {
        "id": st.sampled_from("abcdef"),
        "title": st.sampled_from(_TITLES),
        "published": st.sampled_from([*_DAYS, "2027-01-01"]),
    },
    optional={
        "url": st.sampled_from(["https://a.example/1", "https://a.example/2"]),
        "source": st.sampled_from(["One", "Two"]),
        "summary": st.sampled_from(["Yes", "No"]),
        "added": st.sampled_from([*_DAYS, "2027-01-01"]),
        "updated": st.sampled_from(["2026-11-20", "2027-01-01"]),
        "withdrawn": st.sampled_from(["2019-05-05", "2026-11-21", "2027-01-01"]),
        "projects": st.sampled_from([[], ["Portal"], ["Data"], ["Portal", "Data"]]),
        "draft": st.booleans(),
    },
)
_GENERATED = st.builds(
    lambda rows, size, retired: _load(
        support.file_text(
            rows,
            _PROJECTS | {"data": {"title": "Data"} | retired},
            feed_size=size,
        )
    ),
    st.lists(_GENERATED_ROW, max_size=5, unique_by=lambda row: str(row["id"])),
    st.integers(1, 4),
    st.sampled_from([{}, {"retired": "2026-11-01"}, {"retired": "2026-01-01"}]),
)


@settings(deadline=None)
@given(state=_GENERATED)
def test_any_publication_is_like_itself(state: Publication) -> None:
    """Compared with itself, a publication has no changes."""
    assert _compare(state, state) == ()


@settings(deadline=None)
@given(old=_GENERATED, new=_GENERATED)
def test_whatever_subscribers_see_as_new_is_told(old: Publication, new: Publication) -> None:
    """An entry that was not there for subscribers, and now is, is told in its feed."""
    changes = _compare(old, new)
    told = {(each.slug, each.id) for each in changes if each.kind in (Kind.NEW, Kind.AGAIN)}
    errors = {Kind.ID_CHANGED, Kind.ID_REUSED}
    told_once = {each.id for each in changes if each.kind in errors}
    both = zip(feeds.build(old, support.NOW), feeds.build(new, support.NOW), strict=True)
    for before, after in both:
        if after.is_gone:
            continue
        known = {entry.id for entry in (*before.entries, *before.withdrawn)}
        for entry in history.documents(after)[0].entries:
            if entry.id not in known and entry != after.ended:
                assert (after.slug, entry.id) in told or entry.id in told_once


@settings(deadline=None)
@given(old=_GENERATED, new=_GENERATED)
def test_whatever_was_public_and_is_no_more_is_told(old: Publication, new: Publication) -> None:
    """Each clipping that is neither shown nor withdrawn any more is gone, or has another id."""
    changes = _compare(old, new)
    before, after = (feeds.build(each, support.NOW)[0] for each in (old, new))
    public = {entry.id for entry in (*after.entries, *after.withdrawn)}
    lost = {entry.id for entry in (*before.entries, *before.withdrawn)} - public
    told = [each.id for each in changes if each.kind is Kind.GONE]
    told += [
        identity.entry_id(old.tag, each.detail.split("'")[1])
        for each in changes
        if each.kind is Kind.ID_CHANGED
    ]
    assert sorted(told) == sorted(lost)


@settings(deadline=None)
@given(old=_GENERATED, new=_GENERATED)
def test_errors_with_clippings_are_told_once(old: Publication, new: Publication) -> None:
    """They are told in the feed of all clippings, each once, and not as something else besides."""
    changes = _compare(old, new)
    errors = [each for each in changes if each.is_error]
    assert {each.slug for each in errors} <= {None}
    in_error = [each.id for each in changes if each.is_error and each.kind is not Kind.GONE]
    assert len(in_error) == len(set(in_error))
    seen = {Kind.NEW, Kind.AGAIN, Kind.SILENT, Kind.MISSED}
    for_all = (Kind.NOT_RESTORED, Kind.LATE)
    not_restored = {each.id for each in changes if each.kind in for_all}
    for each in changes:
        if each.kind in seen and each.id in in_error:
            # Those of a project that had not had it before see it, restored or not.
            assert each.id in not_restored
            assert each.slug is not None
            assert each.kind in (Kind.NEW, Kind.MISSED)


@settings(deadline=None)
@given(old=_GENERATED, new=_GENERATED)
def test_each_place_is_in_the_state_that_it_is_said_to_be_in(
    old: Publication, new: Publication
) -> None:
    """Only what is gone may be of the past; all else stands in the new state, with its id."""

    def places(state: Publication) -> set[tuple[str, Place]]:
        built = feeds.build(state, support.NOW)
        rows = {(identity.entry_id(state.tag, each.id), each.place) for each in state.clippings}
        return rows | {(feed.id, feed.place) for feed in built}

    for change in _compare(old, new):
        state = old if change.is_past else new
        assert (change.id, change.place) in places(state)
        assert not change.is_past or change.kind is Kind.GONE


@settings(deadline=None)
@given(old=_GENERATED, new=_GENERATED)
def test_only_what_was_or_is_public_is_told(old: Publication, new: Publication) -> None:
    """Every id and title that is told stands in a feed of one of the two states."""
    public = {
        (each.id, each.title)
        for state in (old, new)
        for feed in feeds.build(state, support.NOW)
        for each in (*feed.entries, *feed.withdrawn)
    }
    for change in _compare(old, new):
        assert change.title is None or (change.id, change.title) in public


def test_changes_can_be_written_as_json() -> None:
    """All that a change holds can be written down as JSON."""
    changes = _compare(_state(_ROWS), _state([_BIKES, _PARKING]))
    assert len(json.loads(report.as_json(changes))) == len(changes)
