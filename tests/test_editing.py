"""Whatever a file looks like, keys get into it, and nothing else of it changes."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedpress import identity
from feedpress.editing import insertion, stamp
from feedpress.reading import publication_file
from feedpress.reading.nodes import InsertionPoint, Style
from support import NOW

_HEAD = """\
# Notes stay, é too.
publication: {title: In the media, url: 'https://feeds.example.org/', tag: 'example.org,2016'}
projects:
  p: {title: P}
  q: {title: Q}
"""
# YAML 1.1, and so PyYAML, takes these for line breaks; YAML 1.2 and feedpress do not.
_BREAKS, _GUISES = "\x85\u2028\u2029", "\ufdd0\ufdd1\ufdd2"
_TO_GUISE, _FROM_GUISE = str.maketrans(_BREAKS, _GUISES), str.maketrans(_GUISES, _BREAKS)

_WORDS = st.lists(
    st.sampled_from(
        ["Portal", "Über", "東京", "l’eau", "x😀y", "a\x85b", "c\u2028d", "No", "it's"]
    ),
    min_size=1,
    max_size=4,
)
_KINDS = ["plain", "dated", "added", "draft", "withdrawn", "future", "held", "has_id", "copied"]


@dataclass(frozen=True)
class _Item:
    """A clipping as it was typed, and what it lacks."""

    text: str
    is_flow: bool
    blank: frozenset[str]
    lacks: tuple[str, ...]


@dataclass(frozen=True)
class _Value:
    """What stands behind a key's colon, and whether the line may go on after it."""

    text: str
    is_block: bool = False


@st.composite
def _scalars(draw: st.DrawFn, words: list[str], column: int, *, in_flow: bool) -> _Value:
    """Write a text in one of the ways there are; words with marks of YAML stand in none of them."""
    pad = " " * (column + draw(st.integers(1, 3)))
    form = draw(st.sampled_from(["plain", "single", "double", "escaped"] + ["block"] * 2))
    if form == "block" and not in_flow:
        sign = draw(st.sampled_from(["|", ">", "|-", ">-", "|+", ">+", "|- # note"]))
        breaks = [draw(st.sampled_from(["\n", "\n\n", "\n\n\n"])) for _ in words]
        lines = "".join(f"{each}{pad}{word}" for each, word in zip(breaks, words, strict=True))
        end = draw(st.sampled_from(["", "\n", "\n\n"]))
        return _Value(f" {sign}\n{lines.lstrip(chr(10))}{end}", is_block=True)
    if form == "escaped":
        letters = "".join(f"\\U{ord(letter):08x}" for letter in " ".join(words))
        return _Value(f' "{letters}"')
    joints = st.sampled_from([" ", " ", "  ", f"\n{pad}", f"\n\n{pad}", f" \n  \n{pad}"])
    text = words[0] + "".join(draw(joints) + word for word in words[1:])
    if form == "single":
        text = "'" + text.replace("'", "''") + "'"
    elif form == "double":
        text = f'"{text}"'
    return _Value(draw(st.sampled_from([" ", "  "])) + text)


@st.composite
def _values(
    draw: st.DrawFn, key: str, said: str | list[str], column: int, *, in_flow: bool
) -> _Value:
    if isinstance(said, list):
        return draw(_scalars(said, column, in_flow=in_flow))
    pad = " " * (column + draw(st.integers(1, 3)))
    if key == "projects":
        forms = ["[p]", "[p, q]", f"[p,\n{pad}q # note\n{pad}]", f"\n{pad}[p]"]
        deeper = " " * (column + draw(st.integers(0, 2)))
        blocks = ["- p\n{0}- q", "- 'p' # note\n\n{0}# note\n{0}- q", "-   p\n{0}-\n{0}   q"]
        if not in_flow and draw(st.booleans()):
            block = draw(st.sampled_from(blocks)).format(deeper)
            return _Value(f"\n{deeper}{block}", is_block=True)
        return _Value(" " + draw(st.sampled_from(forms)))
    if key == "image":
        if not in_flow and draw(st.booleans()):
            return _Value(f" # note\n{pad}url: https://a.example/i\n{pad}alt: I", is_block=True)
        return _Value(
            " "
            + draw(
                st.sampled_from(
                    ["{url: 'https://a.example/i'}", "{alt: I, url: https://a.example/i}"]
                )
            )
        )
    return _Value(f" {said}" if said else " " * in_flow)


@st.composite
def _block_items(draw: st.DrawFn, said: list[tuple[str, Any]], base: int) -> str:
    gap = draw(st.integers(1, 4))
    column = base + 1 + gap
    lines = [f"{' ' * base}-{' ' * gap}"]
    if draw(st.integers(0, 3)) == 0:
        note = draw(st.sampled_from(["", " # note", "\n", "\n# note", f"\n{' ' * column}# note"]))
        lines = [f"{' ' * base}-{note}\n{' ' * column}"]
    for key, what in said:
        value = draw(_values(key, what, column, in_flow=False))
        is_explicit = draw(st.integers(0, 5)) == 0 and not value.is_block
        name = draw(st.sampled_from([key, key, f"'{key}'", f'"{key}"']))
        note = "" if value.is_block else draw(st.sampled_from(["", "", " # note", "  #"]))
        colon = f"? {name}\n{' ' * column}:" if is_explicit else f"{name}:"
        filler = st.sampled_from(["", "# note\n", f"{' ' * column}# note: é\n", "\n", "  \n\n"])
        fill = draw(filler)
        lines.append(f"{colon}{value.text}{note}\n{fill}{' ' * column}")
    return "".join(lines).rstrip(" ")


@st.composite
def _flow_items(draw: st.DrawFn, said: list[tuple[str, Any]], base: int) -> str:
    pad = " " * (base + draw(st.integers(2, 6)))
    commas = [
        ", ",
        ", ",
        f",\n{pad}",
        f", # note\n{pad}",
        f" # note\n{pad}, ",
        f"\n\n{pad},\n{pad}",
    ]
    pieces = []
    for key, what in said:
        value = draw(_values(key, what, len(pad), in_flow=True))
        name = draw(st.sampled_from([key, f"'{key}'", f'"{key}"']))
        is_json = name[0] == '"' and value.text.lstrip()[:1] in ('"', "[", "{")
        is_explicit = draw(st.integers(0, 7)) == 0 and value.text.strip()
        colon = f"? {name} :" if is_explicit else f"{name}:"
        pieces.append(colon + (value.text.lstrip() if is_json else value.text))
    text = pieces[0] + "".join(draw(st.sampled_from(commas)) + each for each in pieces[1:])
    opened = draw(st.sampled_from(["{", "{ ", f"{{\n{pad}", f"{{ # note\n{pad}"]))
    closed = draw(st.sampled_from(["}", " }", f"\n{pad}}}", f" # note\n{pad}}}", ", }"]))
    return opened + text + closed


@st.composite
def _items(draw: st.DrawFn, number: int, base: int, used: set[str], ids: list[str]) -> _Item:
    """Draw a clipping; `used` are the ids that are has_id, and `ids` all that are derived."""
    kind = draw(st.sampled_from(_KINDS))
    title = draw(_WORDS)
    keys: dict[str, Any] = {"title": title}
    url, source = None, None
    if kind == "draft":  # nothing is like it, so that it is left alone
        title += [f"draft{number}"]
    elif draw(st.booleans()):
        title += [f"n{number}"]
    if draw(st.booleans()):
        url = keys["url"] = f"https://a.example/?{draw(st.integers(0, 2))}&b=1"
    if draw(st.booleans()):
        keys["source"] = draw(_WORDS)
        source = " ".join(keys["source"])
    if kind != "draft":
        ids.append(identity.derived_id(" ".join(title), url, source))
    for key, value in (("projects", "p"), ("image", "i"), ("summary", draw(_WORDS))):
        if draw(st.integers(0, 3)) == 0:
            keys[key] = value
    keys |= {
        "plain": {"published": "2016-09-14"},
        "dated": {"published": "2016", "updated": "2020-01-01"},
        "added": {"added": "2020-01-01T12:00:00Z", "published": "2016"},
        "draft": {"draft": "true", "published": "2016"},
        "withdrawn": {"withdrawn": "2020-01-01", "published": "2016"},
        "future": {"published": "2027-01-01"},
        "held": {"added": "2027-01-01T00:00:00Z"},
        "has_id": {"id": f"has_id-{number}", "published": "2016"},
        "copied": {"id": draw(st.sampled_from(ids or ["copied"])), "published": "2016"},
    }[kind]
    if keys.get("id") in used:
        keys["id"] = f"has_id-{number}"
    used |= {keys["id"]} if "id" in keys else set()
    blank = {key for key in ("id", "added") if key not in keys and draw(st.integers(0, 4)) == 0}
    keys |= dict.fromkeys(blank, "")
    said = draw(st.permutations(list(keys.items())))
    is_flow = base < 0 or draw(st.integers(0, 2)) == 0
    if is_flow:
        text = draw(_flow_items(said, max(base, 0)))
        if base >= 0:
            text = f"{' ' * base}- {text}{draw(st.sampled_from(['', ' # note']))}\n"
    else:
        text = draw(_block_items(said, base))
    lacks = {"has_id": (), "copied": (), "draft": (), "plain": ("id", "added")}
    lacks["dated"] = lacks["plain"]
    return _Item(text, is_flow, frozenset(blank), lacks.get(kind, ("id",)))


@st.composite
def _files(draw: st.DrawFn) -> tuple[list[tuple[str, bytes]], list[_Item]]:
    """Draw the files of a folder and the clippings in them."""
    files, items = [], []
    used: set[str] = set()
    ids: list[str] = []
    for index in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        base = draw(st.sampled_from([-1, 0, 0, 2, 3]))
        number = draw(st.integers(1, 4))
        here = [draw(_items(index * 10 + each, base, used, ids)) for each in range(number)]
        if base < 0:
            comma = draw(st.sampled_from([", ", ",\n ", " # note\n ,\n\n  "]))
            listed = f" [{comma.join(each.text for each in here)}]\n"
        else:
            between = draw(st.sampled_from(["", "\n", "# note\n", "    # note\n\n"]))
            listed = "\n" + between.join(each.text for each in here)
        text = draw(st.sampled_from(["", "---\n", "\n# note\n"]))
        text += (_HEAD if index == 0 else "") + "clippings:" + listed
        if draw(st.booleans()):
            text = text.rstrip("\n")
        breaks = draw(st.sampled_from([["\n"], ["\r\n"], ["\r"], ["\n", "\r\n", "\r"]]))
        ends = draw(st.lists(st.sampled_from(breaks), min_size=1, max_size=7))
        lines = text.split("\n")
        text = lines[0] + "".join(
            ends[each % len(ends)] + line for each, line in enumerate(lines[1:])
        )
        encoding = draw(st.sampled_from(["utf-8", "utf-8-sig"]))
        files.append((f"{index}.yaml", text.encode(encoding)))
        items += here
    return files, items


def _typed(files: list[tuple[str, bytes]]) -> list[dict[str, str]]:
    """Read clippings without feedpress, every value as a text."""
    found: list[dict[str, str]] = []
    for _, data in files:
        text = data.decode("utf-8-sig").translate(_TO_GUISE)
        found += yaml.load(text, yaml.CBaseLoader)["clippings"]  # noqa: S506 - it makes texts
    return found


def _filled(clippings: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{key: value for key, value in each.items() if value} for each in clippings]


def _ids_by_the_rules(clippings: list[dict[str, str]]) -> tuple[list[str], set[int]]:
    """Return each clipping's id, and which of them are duplicates of another one."""
    derived = [
        identity.derived_id(
            *(each.get(key, "").translate(_FROM_GUISE) for key in ("title", "url", "source"))
        )
        for each in clippings
    ]
    has_id = {each["id"] for each in clippings if each.get("id")}
    without_id = [number for number, each in enumerate(clippings) if not each.get("id")]
    duplicates: set[int] = set()
    seen = set(has_id)
    for number in sorted(without_id, key=lambda each: "draft" in clippings[each]):
        if derived[number] in seen:
            duplicates.add(number)
        seen.add(derived[number])
    given = [each.get("id") or own for own, each in zip(derived, clippings, strict=True)]
    for number in sorted(duplicates):
        free = (f"{derived[number]}-{each}" for each in count(2))
        given[number] = next(each for each in free if each not in seen)
        seen.add(given[number])
    return given, duplicates


def _without(data: bytes, key: str, value: str, item: _Item) -> bytes:
    """Take out what was written, a line or a piece of one."""
    text = rf"'?{re.escape(value)}'?(?![-\w])"
    if key in item.blank:
        pattern = rf"(?<=[: \n\r]) {text}"
    elif item.is_flow:
        pattern = rf", {key}: {text}"
    else:
        pattern = rf"(?<=[\r\n]) *{key}: {text}(?:\r\n?|\n)"
    left, number = re.subn(pattern.encode(), b"", data, count=1)
    assert number == 1
    return left


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_files())
def test_any_file_is_stamped(drawn: tuple[list[tuple[str, bytes]], list[_Item]]) -> None:
    """Each clipping gets what it lacks, all else stays to the byte, and all that once."""
    files, items = drawn
    before = _typed(files)
    assert len(before) == len(items)
    ids, duplicates = _ids_by_the_rules(_filled(before))
    # A draft needs no id, unless it is a duplicate.
    items = [
        replace(item, lacks=item.lacks or ("id",)) if number in duplicates else item
        for number, item in enumerate(items)
    ]
    lacking = [each for each in items if each.lacks]
    assert [each.code for each in publication_file.examine(files).errors] == (
        ["duplicate"] * len(duplicates)
    )

    stamped = stamp.stamp_files(files, NOW, keep_both=True)

    assert [each.id for each in stamped.stamps] == [
        own for own, item in zip(ids, items, strict=True) if item.lacks
    ]
    assert [each.added is not None for each in stamped.stamps] == [
        "added" in each.lacks for each in lacking
    ]
    # The last file has the newest ones, and in each file the topmost is the newest.
    added = [(each.place.file, each.added) for each in stamped.stamps if each.added]
    added.sort(key=lambda each: each[0], reverse=True)
    assert [instant for _, instant in added] == [
        NOW - timedelta(seconds=each) for each in range(len(added))
    ]
    after = [(name, dict(stamped.files).get(name, data)) for name, data in files]
    keys = iter([dict(each.keys) for each in stamped.stamps])
    wanted = [
        each | (next(keys) if item.lacks else {})
        for each, item in zip(_filled(before), items, strict=True)
    ]
    assert _filled(_typed(after)) == wanted

    left = dict(after)
    for each, item in zip(stamped.stamps, lacking, strict=True):
        for key, value in each.keys:
            left[each.place.file] = _without(left[each.place.file], key, value, item)
    assert list(left.items()) == files

    again = stamp.stamp_files(after, NOW + timedelta(days=1))
    assert (again.stamps, again.files) == ((), ())
    loaded, problems = publication_file.load(after)
    assert problems == ()
    assert all(each.has_id or each.draft for each in loaded.clippings)


_ABOUT = "publication: {title: T, url: 'https://f.example/', tag: 'e.example,2016'}"
_KEYS = "id: x-73cb3858a6", "added: 2026-11-22T18:00:00Z"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- title: x\n  published: 2020\n", "- title: x\n  {}\n  {}\n  published: 2020\n"),
        ("-   title: x\n    published: 2020", "-   title: x\n    {}\n    {}\n    published: 2020"),
        ("-\n title: x\n published: 2020", "-\n title: x\n {}\n {}\n published: 2020"),
        ("- title: x # é\n\n  published: 2020", "- title: x # é\n  {}\n  {}\n\n  published: 2020"),
        ("- title: 'x\n\n   '\n  published: 2020",
         "- title: 'x\n\n   '\n  {}\n  {}\n  published: 2020"),
        ("- title: |+\n\n    x\n\n  # é\n  added:\n  published: 2020",
         "- title: |+\n\n    x\n\n  # é\n  {}\n  {}\n  published: 2020"),
        ("- ? title\n  : x\n  published: 2020", "- ? title\n  : x\n  {}\n  {}\n  published: 2020"),
        ("- id: # é\n  title: x\n  published: 2020",
         "- {} # é\n  {}\n  title: x\n  published: 2020"),
        ("- title: x\n  published: 2020\n  id:\n", "- title: x\n  {1}\n  published: 2020\n  {0}\n"),
        ("- title: x\n  published: 2020\n  ? id\n  :",
         "- title: x\n  {1}\n  published: 2020\n  ? id\n  : x-73cb3858a6"),
        ("- {{title: x, published: 2020}}", "- {{title: x, {}, {}, published: 2020}}"),
        ("- {{title: x # é\n  , published: 2020}}",
         "- {{title: x, {}, {} # é\n  , published: 2020}}"),
        ('- {{"title":"x","published":"2020"}}', '- {{"title":"x", {}, {},"published":"2020"}}'),
        ("- {{id: , title: x, published: 2020}}",
         "- {{id:  x-73cb3858a6, {1}, title: x, published: 2020}}"),
        ("- {{added: , title: x, published: 2020}}",
         "- {{added:  2026-11-22T18:00:00Z, {0}, title: x, published: 2020}}"),
        ("- {{id: , added: , title: x, published: 2020}}",
         "- {{id:  x-73cb3858a6, added:  2026-11-22T18:00:00Z, title: x, published: 2020}}"),
        ("- {{added: , id: , title: x, published: 2020}}",
         "- {{added:  2026-11-22T18:00:00Z, id:  x-73cb3858a6, title: x, published: 2020}}"),
        ("- {{title: x, id: # é\n  , published: 2020}}",
         "- {{title: x, {1}, id: # é\n   x-73cb3858a6, published: 2020}}"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("bom", ["", "\ufeff"], ids=["", "BOM"])
def test_where_the_keys_are_put(before: str, after: str, line_end: str, bom: str) -> None:
    """Keys go behind the first one, or where they stand empty, and as their neighbours look."""
    head = f"{bom}{_ABOUT}\nclippings:\n"
    old, new = (
        (head + text).replace("\n", line_end).encode()
        for text in (before.format(), after.format(*_KEYS))
    )
    assert stamp.stamp_files([("a.yaml", old)], NOW).files == (("a.yaml", new),)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("9470328755", "'9470328755'"),
        ("50534445e8", "'50534445e8'"),
        ("119e968370a", "119e968370a"),
        ("9470328755-2", "9470328755-2"),
        ("one-9470328755", "one-9470328755"),
    ],
)
def test_what_looks_like_a_number(value: str, written: str) -> None:
    """What other programs would read as a number stands in quotation marks."""
    for room, expected in (
        (InsertionPoint(Style.LINES, 0, 1, 2), f"a: b\n  id: {written}\nc:\n"),
        (InsertionPoint(Style.FLOW, 4, 0, 0), f"a: b, id: {written}\nc:\n"),
        (InsertionPoint(Style.VALUE, 7, 1, 0), f"a: b\nc: {written}\n"),
    ):
        inserted = insertion.insert(b"a: b\nc:\n", [insertion.Insertion(room, "id", value)])
        assert inserted == expected.encode()


def test_nothing_to_put_in() -> None:
    """Without keys to put in, a file stays what it is."""
    for data in (b"", b"\xef\xbb\xbfa: \xc3\xa9\r\n"):
        assert insertion.insert(data, []) == data


def test_keys_of_one_place_keep_their_order() -> None:
    """Of several keys for one place the first that is given stands first."""
    room = InsertionPoint(Style.LINES, 0, 1, 0)
    keys = [insertion.Insertion(room, name, "x") for name in ("d", "c", "b")]
    assert insertion.insert(b"a: b\r\nz: y", keys) == b"a: b\r\nd: x\r\nc: x\r\nb: x\r\nz: y"
