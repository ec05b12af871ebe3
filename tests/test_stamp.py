"""What each clipping is stamped with: which id, which instant, and what gets nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from feedpress import identity
from feedpress.editing import insertion, stamp
from feedpress.feeds import feed
from feedpress.model import Clipping
from feedpress.reading import publication_file, yaml_reader
from feedpress.reading.problems import InvalidFile
from support import NOW

_HEAD = """\
publication:
  title: In the media
  url: https://feeds.example.org/
  tag: example.org,2016
  timezone: America/Los_Angeles
clippings:
"""
_PAST = "published: 2016-09-14"


def _file(*clippings: str) -> bytes:
    """Return a file of clippings, each written as its keys with semicolons between."""
    lines = ("- " + clipping.replace("; ", "\n  ") + "\n" for clipping in clippings)
    return (_HEAD + "".join(lines)).encode()


def _stamp(
    data: bytes, now: datetime = NOW, *, history: bool = False, keep_both: bool = False
) -> stamp.Stamped:
    return stamp.stamp_files([("a.yaml", data)], now, history=history, keep_both=keep_both)


def _after(stamped: stamp.Stamped) -> bytes:
    ((_, data),) = stamped.files
    return data


def _loaded(data: bytes) -> tuple[Clipping, ...]:
    return publication_file.load([("a.yaml", data)])[0].clippings


def _keys(*clippings: str, history: bool = False) -> list[list[str]]:
    """Return the names of the keys that each clipping gets that gets any."""
    stamped = _stamp(_file(*clippings), history=history)
    return [[key for key, _ in each.keys] for each in stamped.stamps]


def _added(stamped: stamp.Stamped) -> list[datetime]:
    return [each.added for each in stamped.stamps if each.added]


def test_topmost_is_the_newest() -> None:
    """The topmost clipping is added now, each other one a second before the one above it."""
    now = NOW + timedelta(microseconds=999_999)
    data = _file(*(f"title: Title {number}; {_PAST}" for number in range(5)))
    added = _added(_stamp(data, now))
    assert added == [NOW - timedelta(seconds=number) for number in range(5)]


def test_neighbours_of_the_same_day() -> None:
    """Neighbours of today's date lie in its first hour: what is stamped after that is newer."""
    dated = [f"title: Dated {n}; id: d{n}; added: 2026-11-22" for n in range(20)]
    after = _after(_stamp(_file("title: New; published: 2026-11-22", *dated)))
    publication, _ = publication_file.load([("a.yaml", after)])
    (built,) = feed.build(publication, NOW)
    assert (built.entries[0].title, built.updated) == ("New", NOW)
    assert len(built.entries) == 21


def test_in_the_first_hour_of_a_day() -> None:
    """A clipping of today's article is published as soon as it is stamped."""
    half_past_midnight = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
    stamped = _stamp(_file("title: New; published: 2026-11-22"), half_past_midnight)
    assert _added(stamped) == [half_past_midnight]


def test_last_file_is_the_newest() -> None:
    """All files of a folder are stamped at once: the last one, of the last year, is the newest."""
    files = [("a.yaml", _file(f"title: One; {_PAST}")), ("b.yaml", b"clippings: []\n")]
    files.append(("c.yaml", f"clippings:\n- title: Two\n  {_PAST}\n".encode()))
    stamped = stamp.stamp_files(files, NOW)
    assert [each.place.file for each in stamped.stamps] == ["a.yaml", "c.yaml"]
    assert _added(stamped) == [NOW - timedelta(seconds=1), NOW]
    assert [name for name, _ in stamped.files] == ["a.yaml", "c.yaml"]


def test_later_than_what_was_added_before() -> None:
    """Each instant is later than all that were before now, in whatever zone they are written."""
    data = _file(
        f"title: One; {_PAST}",
        f"title: Two; {_PAST}",
        "title: A; id: a; added: 2026-11-22T18:59:59+01:00",
        "title: B; id: b; added: 2026-11-22T09:59:58",
    )
    stamped = _stamp(data)
    second = timedelta(seconds=1)
    assert _added(stamped) == [NOW + second, NOW]
    assert len({each.added for each in _loaded(_after(stamped))}) == 4


def test_instants_in_use_are_passed_over() -> None:
    """No instant is given twice, even where one that is held back has it."""
    held = "title: A; id: a; added: 2026-11-22T18:00:01Z"
    now = "title: B; id: b; added: 2026-11-22T18:00:00Z"
    second = timedelta(seconds=1)
    two = (f"title: One; {_PAST}", f"title: Two; {_PAST}")
    assert _added(_stamp(_file(*two, now, held))) == [NOW + 3 * second, NOW + 2 * second]
    assert _added(_stamp(_file(*two, held))) == [NOW, NOW - second]


def test_second_batch_right_after_the_first() -> None:
    """Batches in the same second differ, and each is later than the one before."""
    data, latest = _file(), datetime.min.replace(tzinfo=UTC)
    for batch in range(3):
        new = _file(*(f"title: Title {batch} {each}; {_PAST}" for each in range(10)))
        stamped = _stamp(new + data.removeprefix(_HEAD.encode()))
        added = _added(stamped)
        assert len(added) == 10
        assert added == sorted(added, reverse=True)
        assert added[-1] > latest
        data, latest = _after(stamped), added[0]
    assert len({each.added for each in _loaded(data)}) == 30


@pytest.mark.parametrize(
    ("clipping", "keys"),
    [
        (f"title: A; {_PAST}", [["id", "added"]]),
        ("title: A; published: 2026-11-22", [["id", "added"]]),
        ("title: A; added: 2016-09-15", [["id"]]),
        ("title: A; added: 2016-09-15T17:05:00Z; published: 2016", [["id"]]),
        (f"title: A; id: a; {_PAST}", []),
        (f"title: A; id: a; added: ; {_PAST}", []),
        (f"title: A; draft: true; {_PAST}", []),
        (f"title: A; draft: false; {_PAST}", [["id", "added"]]),
        (f"title: A; withdrawn: 2020-01-01; {_PAST}", [["id"]]),
        (f"title: A; withdrawn: 2026-11-22T18:00:00Z; {_PAST}", [["id"]]),
        (f"title: A; withdrawn: 2026-11-22T18:00:01Z; {_PAST}", [["id", "added"]]),
        ("title: A; published: 2016-09-14; withdrawn: 2016-09-13", [["id"]]),
        ("title: A; published: 2026-11-23", [["id"]]),
        ("title: A; published: 2026-11-22T18:00:01Z", [["id"]]),
        ("title: A; published: 2026-11-22T10:00:01", [["id"]]),
        ("title: A; published: 2026-11-22T10:00:00", [["id", "added"]]),
        ("title: A; added: 2026-11-23", [["id"]]),
        ("title: A; added: 2026-11-23; published: 2016", [["id"]]),
    ],
)
def test_which_keys_are_written(clipping: str, keys: list[list[str]]) -> None:
    """Published clippings get both, those held back or withdrawn an id, drafts nothing."""
    assert _keys(clipping) == keys
    assert _keys(clipping, history=True) == [["id"] for _ in keys]


@pytest.mark.parametrize("history", [False, True])
def test_nothing_to_stamp(history: bool) -> None:
    """Where nothing is missing, no file changes."""
    data = _file(f"title: A; id: a; {_PAST}", f"title: B; draft: true; {_PAST}")
    for each in (data, _file(), _HEAD.encode()):
        stamped = _stamp(each, history=history)
        assert (stamped.stamps, stamped.files) == ((), ())


def test_only_files_that_change_are_given() -> None:
    """Of several files those are given back that something was written into."""
    files = [("a.yaml", _file()), ("b.yaml", f"clippings: [{{title: A, {_PAST}}}]".encode())]
    ((name, data),) = stamp.stamp_files(files, NOW, history=True).files
    assert name == "b.yaml"
    assert data.decode() == f"clippings: [{{title: A, id: a-{_digest('A')}, {_PAST}}}]"


def _digest(title: str) -> str:
    return identity.derived_id(title, None, None)[-10:]


def test_draft_is_stamped_once_it_is_none() -> None:
    """A draft keeps its bytes; without its mark it is a new clipping like any other."""
    data = _file(f"title: A; draft: true; {_PAST}", f"title: B; {_PAST}")
    after = _after(_stamp(data))
    assert after.startswith(data.partition(b"- title: B")[0])
    released = _stamp(after.replace(b"  draft: true\n", b""), NOW + timedelta(days=1))
    ((key, value), (_, _)) = released.stamps[0].keys
    assert (len(released.stamps), key, value) == (1, "id", f"a-{_digest('A')}")


@pytest.mark.parametrize(
    "clipping",
    [
        f"title: Ünïted  'it’s'; url: HTTPS://Example.org/a?c=é; source: S; {_PAST}",
        f"title: A; source: Gov  Tech; {_PAST}",
        f"title: A; url: https://example.org/; {_PAST}",
        f"title: 東京; {_PAST}",
        f"title: {'long ' * 40}; {_PAST}",
        f"title: >-; .A; .B; url:; source: S; {_PAST}",
        f'title: "a\\u2028b\\x85c \\U0001F600"; {_PAST}',
    ],
)
def test_id_is_the_one_that_was_published(clipping: str) -> None:
    """The id that is written is to the letter the one that subscribers know, and stays it."""
    data = _file(clipping.replace(".", "  ") if ">-" in clipping else clipping)
    (before,) = _loaded(data)
    stamped = _stamp(data)
    (after,) = _loaded(_after(stamped))
    assert not before.has_id
    assert after.has_id
    assert stamped.stamps[0].id == after.id == before.id == after.slug
    changed = _after(stamped).replace(b"- title: ", b"- title: New ", 1)
    if b">-" not in changed and b'"' not in changed:
        assert _loaded(changed)[0].id == before.id


def test_id_is_made_of_what_was_typed() -> None:
    """It is the rule of docs/identity.md, of title, address and source as they stand there."""
    address = "https://example.org/a?b=1"
    data = _file(f"title: One; url: {address}; {_PAST}", f"title: One; source: GovTech; {_PAST}")
    assert [each.id for each in _stamp(data).stamps] == [
        identity.derived_id("One", address, None),
        identity.derived_id("One", None, "GovTech"),
    ]


@pytest.mark.parametrize(
    ("title", "clipping_id"), [("!" * 21, "9470328755"), ("!" * 40, "50534445e8")]
)
@pytest.mark.parametrize(
    "clipping", ["title: '{0}'; {1}", "id: ; title: '{0}'; {1}", "{{title: '{0}', {1}}}"]
)
def test_id_that_looks_like_a_number(title: str, clipping_id: str, clipping: str) -> None:
    """An id of digits alone is quoted, so that other programs take it for a text, too."""
    assert identity.derived_id(title, None, None) == clipping_id
    after = _after(_stamp(_file(clipping.format(title, _PAST))))
    assert after.decode().count(f"'{clipping_id}'") == 1
    assert after.decode().count(clipping_id) == 1
    assert [each.id for each in _loaded(after)] == [clipping_id]


def _refused(data: bytes, *, keep_both: bool = False) -> list[str]:
    """Return the codes of the errors because of which a file isn't stamped."""
    with pytest.raises(InvalidFile) as caught:
        _stamp(data, keep_both=keep_both)
    return [problem.code for problem in caught.value.problems]


def test_keep_both_gives_duplicates_ids_of_their_own() -> None:
    """Clippings that derive the same id are numbered from 2; the first one keeps that id."""
    own = f"same-{_digest('Same')}"
    data = _file(
        f"title: Same; {_PAST}",
        f"title: Other; id: {own}-3; {_PAST}",
        f"title: Same; {_PAST}",
        f"title: SAME; {_PAST}",
        f"title: Same; {_PAST}",
    )
    assert _refused(data) == ["duplicate", "duplicate"]
    stamped = _stamp(data, keep_both=True)
    ids = [each.id for each in stamped.stamps]
    assert ids == [own, f"{own}-2", f"same-{_digest('SAME')}", f"{own}-4"]
    assert [each.id for each in _loaded(_after(stamped))] == [ids[0], f"{own}-3", *ids[1:]]


def test_keep_both_changes_nothing_else() -> None:
    """Without duplicates, --keep-both writes the same; with another error it is refused, too."""
    data = _file(f"title: A; {_PAST}", f"title: B; {_PAST}")
    assert _stamp(data, keep_both=True) == _stamp(data)
    broken = _file(f"title: A; {_PAST}", f"title: A; {_PAST}", "title: B")
    assert _refused(broken, keep_both=True) == ["duplicate", "missing-date"]


def test_id_in_the_file_comes_first() -> None:
    """A clipping that has an id keeps it, though a copy without one stands above it."""
    own = f"same-{_digest('Same')}"
    data = _file(f"title: Same; {_PAST}", f"title: Same; id: {own}; summary: First; {_PAST}")
    assert _refused(data) == ["duplicate"]
    stamped = _stamp(data, keep_both=True)
    assert [each.id for each in stamped.stamps] == [f"{own}-2"]
    copy, first = _loaded(_after(stamped))
    assert (copy.id, copy.summary) == (f"{own}-2", None)
    assert (first.id, first.summary) == (own, "First")


def test_name_of_a_page_is_not_given_twice() -> None:
    """An id that is a URI has a page, and no clipping gets the id that is that page's name."""
    uri = "urn:isbn:1234"
    slug = identity.page_slug(uri)
    assert identity.derived_id(uri, None, None) == slug
    data = _file(f"title: {uri}; {_PAST}", f"title: Other; id: {uri}; {_PAST}")
    stamped = _stamp(data, keep_both=True)
    assert [each.id for each in stamped.stamps] == [f"{slug}-2"]
    assert len(_loaded(_after(stamped))) == 2


def test_file_with_an_error_is_refused() -> None:
    """While there is an error anywhere in the file, no clipping is stamped."""
    broken = f"title: B; url: nowhere; {_PAST}"
    assert _refused(_file(f"title: A; {_PAST}", broken, f"title: C; {_PAST}")) == ["address"]
    strange = f"title: B; note: a; image: x; {_PAST}"  # warnings
    assert len(_stamp(_file(f"title: A; {_PAST}", strange)).stamps) == 2


def test_file_that_is_no_list() -> None:
    """Nothing is stamped where nothing can be published."""
    with pytest.raises(InvalidFile):
        _stamp(b"clippings: [")


@pytest.mark.parametrize(
    "text",
    [
        f"- {{title: A, {_PAST}, id}}\n",
        f"- {{title: A, {_PAST}, id, source: S}}\n",
        f"- {{title: A, added, {_PAST}}}\n",
    ],
)
def test_key_without_a_colon(text: str) -> None:
    """Where a key stands in braces without a colon, it gets one, and its value."""
    _require_good((_HEAD + text).encode())


@pytest.mark.parametrize(
    "text", [f"- ? id\n  title: A\n  {_PAST}\n", f"- title: A\n  {_PAST}\n  ? id\n"]
)
def test_key_with_a_question_mark(text: str) -> None:
    """A key that is announced and has no value is left to a person; nothing is written."""
    with pytest.raises(stamp.StampError):
        _stamp((_HEAD + text).encode())


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize(
    "text",
    [
        f"- title: A\n  id:\n  {_PAST}\n",
        f"- {{title: A, {_PAST}}}\n",
        f"- {{title: A, id: , {_PAST}}}\n",
        f"- title: A\n  {_PAST}\n",
    ],
)
def test_several_byte_order_marks(number: int, text: str) -> None:
    """Where two files were put together, keys get in at the right place all the same."""
    _require_good(("\ufeff" * number + "# Notes\n" + _HEAD + text).encode())


def _require_good(data: bytes) -> None:
    stamped = _stamp(data)
    _, problems = publication_file.load([("a.yaml", _after(stamped))])
    assert problems == ()
    assert _stamp(_after(stamped)).stamps == ()


def test_what_cant_be_written_is_told() -> None:
    """Where keys can't be put in without harm, it is told which go where."""
    with pytest.raises(stamp.StampError) as caught:
        _stamp(_file(f"title: A; {_PAST}; ? id"))
    place = f"a.yaml:{_HEAD.count(chr(10)) + 1}"
    told = f"{place}: id: a-{_digest('A')}  added: 2026-11-22T18:00:00Z"
    assert str(caught.value).endswith(f"put them in by hand, each on a line of its own\n{told}")


def test_file_that_would_get_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that could not be read any more with the keys in it stays without them."""
    data = _file(f"title: A; {_PAST}")
    monkeypatch.setattr(yaml_reader, "MAX_BYTES", len(data))
    with pytest.raises(stamp.StampError, match="by hand"):
        _stamp(data)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.replace(b"title: One", b"title: Won"),
        lambda data: data.replace(b"title: One", b"titel: One"),
        lambda data: data.replace(b"  id: ", b"  di: "),
        lambda data: data.replace(b"added:", b"addled:"),
        lambda data: data + b"- {title: More}\n",
        lambda data: data + b"x\n",
    ],
    ids=["text", "key", "no id", "no added", "new problem", "unreadable"],
)
def test_nothing_is_given_that_says_something_else(
    spoil: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were a key ever put where it does harm, the file would be refused and not written."""
    insert = insertion.insert
    monkeypatch.setattr(insertion, "insert", lambda *given: spoil(insert(*given)))
    with pytest.raises(stamp.StampError, match="can't be put in safely"):
        _stamp(_file(f"title: One; {_PAST}"))


def test_draft_takes_no_id_from_what_is_published() -> None:
    """A draft that is a copy of a clipping below it is the duplicate, though it stands first.

    It is an error like any other duplicate, so it is stamped like one.
    """
    data = _file(f"title: Same; draft: true; {_PAST}", f"title: Same; summary: First; {_PAST}")
    assert _refused(data) == ["duplicate"]
    own = f"same-{_digest('Same')}"
    stamped = _stamp(data, keep_both=True)
    assert [(each.id, each.place.line) for each in stamped.stamps] == [(f"{own}-2", 7), (own, 10)]
    draft, clipping = _loaded(_after(stamped))
    assert (draft.draft, draft.added) == (True, None)
    assert clipping.summary == "First"
