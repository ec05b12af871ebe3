"""What holds for any text, any order, any machine."""

import hashlib
import os
import subprocess
import sys
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import support
from feedpress import snapshot
from feedpress.reading import publication_file
from feedpress.reading.problems import Severity

_ROOT = Path(__file__).parent.parent

# XML 1.0 §2.2 allows these and no others; YAML can write all of them, some as escapes.
_XML_TEXT = st.characters(
    exclude_categories=["Cs"],
    exclude_characters=[
        *map(chr, range(9)),
        *"\x0b\x0c",
        *map(chr, range(14, 32)),
        *"\ufffe\uffff",
    ],
) | st.sampled_from("&<>\"'\t\n\r\x85\u2028\u2029\ufeff]:#- \\😀𐀀é")
_TEXTS = st.text(_XML_TEXT, min_size=1, max_size=80).filter(str.strip)


def _clipping(title: str, summary: str, source: str) -> dict[str, Any]:
    return {
        "title": title,
        "summary": summary,
        "source": source,
        "added": "2020-01-01",
        "projects": ["p"],
    }


def _load(*args: Any) -> Any:
    """Load without minding warnings of damaged-looking text, which is published all the same."""
    text = support.file_text(*args)
    loaded, problems = publication_file.load([("clippings.yaml", text.encode())])
    assert all(problem.severity is Severity.WARNING for problem in problems), problems
    return loaded


def _shown(html: str) -> str:
    """Return the text that a browser shows of a piece of HTML."""
    fragment = html5lib.parseFragment(html, container="div", namespaceHTMLElements=False)
    return "".join(fragment.itertext())


@settings(max_examples=300, deadline=None)
@given(title=_TEXTS, summary=_TEXTS, source=_TEXTS, project=_TEXTS)
def test_any_text_comes_back_from_atom(title: str, summary: str, source: str, project: str) -> None:
    """What was typed is what an Atom reader has, character for character."""
    loaded = _load([_clipping(title, summary, source)], {"p": {"title": project}})
    for document in support.atom_documents(loaded):
        entry = support.parse(document).find("{*}entry")
        assert support.text_at(entry, "a:title") == title
        assert support.text_at(entry, "a:summary") == summary
        assert support.text_at(entry, "a:author/a:name") == source
        assert entry.find("{*}category").get("label") == project
        assert _shown(support.text_at(entry, "a:content") or "") == f"{source}\n{summary}"
    assert support.text_at(support.parse(document), "a:title") == project


@settings(max_examples=300, deadline=None)
@given(title=_TEXTS, summary=_TEXTS, source=_TEXTS, project=_TEXTS)
def test_any_text_comes_back_from_rss(title: str, summary: str, source: str, project: str) -> None:
    """What was typed is what an RSS reader has; descriptions are HTML, so it is what they show."""
    loaded = _load([_clipping(title, summary, source)], {"p": {"title": project}})
    for document in support.rss_documents(loaded):
        item = support.parse(document).find("channel/item")
        assert support.text_at(item, "title") == title
        assert _shown(support.text_at(item, "description") or "") == summary
        assert support.text_at(item, "dc:creator") == source
        assert support.text_at(item, "category") == project
        assert _shown(support.text_at(item, "content:encoded") or "") == f"{source}\n{summary}"
    assert support.text_at(support.parse(document), "channel/title") == project


_CLIPPINGS = st.lists(
    st.fixed_dictionaries(
        {"title": st.sampled_from(["A", "B", "Ä"]), "added": st.sampled_from(["2019", "2020-05"])},
        optional={
            "url": st.sampled_from(["https://a.example/1", "https://a.example/2"]),
            "source": st.sampled_from(["One", "Two"]),
            "summary": _TEXTS,
        },
    ),
    max_size=8,
    unique_by=lambda c: (c["title"], c.get("url") or c.get("source")),
)


@settings(deadline=None)
@given(clippings=_CLIPPINGS, data=st.data())
def test_order_in_the_file_changes_no_id(clippings: list[dict[str, Any]], data: Any) -> None:
    """However the clippings are shuffled, each has the id, and the feed the bytes, that it had."""
    before = support.atom_documents(_load(clippings))
    after = support.atom_documents(_load(data.draw(st.permutations(clippings))))
    assert before == after


@settings(deadline=None)
@given(clippings=_CLIPPINGS)
def test_public_address_changes_no_id(clippings: list[dict[str, Any]]) -> None:
    """At two public addresses all ids are the same, and nothing names the other address."""
    here = _load(clippings)
    there = here.at("https://press.example.net/feeds/")
    for documents in (support.atom_documents, support.rss_documents):
        before, after = documents(here)[0], documents(there)[0]
        assert _ids(before) == _ids(after)
        assert b"feeds.example.org" not in after
        assert before.replace(b"feeds.example.org", b"press.example.net/feeds") == after


def _ids(document: bytes) -> list[str]:
    path = "//a:id/text() | //guid/text()"
    return [
        str(each) for each in support.parse(document).xpath(path, namespaces=support.NAMESPACES)
    ]


@settings(deadline=None)
@given(clippings=_CLIPPINGS)
def test_entries_are_in_order(clippings: list[dict[str, Any]]) -> None:
    """Entries stand newest first, and those of one instant by their ids."""
    root = support.parse(support.atom_documents(_load(clippings))[0])
    stamps = [
        (support.text_at(entry, "a:updated") or "", support.text_at(entry, "a:id") or "")
        for entry in root.findall("{*}entry")
    ]
    for (earlier, first), (later, second) in pairwise(stamps):
        assert earlier > later or (earlier == later and first < second)


_DIGEST_OF_ALL = """
import hashlib, pathlib
from datetime import datetime, UTC
from feedpress import snapshot
from feedpress.reading import publication_file
data = pathlib.Path("clippings.yaml").read_bytes()
publication, _ = publication_file.load([("clippings.yaml", data)])
built = snapshot.build(publication, datetime(2026, 11, 22, 18, tzinfo=UTC))
for path in sorted(built.documents):
    print(path, hashlib.sha256(built.documents[path].body).hexdigest())
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "environment",
    [
        {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONHASHSEED": "1", "PYTHONTZPATH": ""},
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"},
        {"TZ": "America/Los_Angeles", "LC_ALL": "POSIX", "PYTHONHASHSEED": "3", "PYTHONUTF8": "0"},
    ],
    ids=lambda environment: environment["TZ"],
)
def test_two_builds_give_the_same_bytes(real_list: Any, environment: dict[str, str]) -> None:
    """Under another time zone, locale and hash seed every document has the same bytes."""
    ran = subprocess.run(
        [sys.executable, "-c", _DIGEST_OF_ALL],
        cwd=_ROOT,
        env=os.environ | environment,
        check=True,
        capture_output=True,
        text=True,
    )
    elsewhere = dict(line.split() for line in ran.stdout.splitlines())
    here = snapshot.build(real_list, support.NOW).documents
    assert len(here) > 80
    assert elsewhere == {path: _digest(each.body) for path, each in here.items()}


_OFFSET = """
from datetime import datetime
from feedpress.reading import values
print(datetime(2016, 9, 14, tzinfo=values.time_zone("America/Los_Angeles")).utcoffset())
"""


@pytest.mark.slow
def test_zones_of_the_machine_play_no_part(tmp_path: Path) -> None:
    """A machine whose database says otherwise of a zone gives the same instants."""
    wrong = tmp_path / "America" / "Los_Angeles"
    wrong.parent.mkdir()
    tokyo = resources.files("tzdata.zoneinfo").joinpath("Asia", "Tokyo").read_bytes()
    wrong.write_bytes(tokyo)
    ran = subprocess.run(
        [sys.executable, "-c", _OFFSET],
        env=os.environ | {"PYTHONTZPATH": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert ran.stdout == "-1 day, 17:00:00\n"


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
