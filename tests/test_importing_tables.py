"""Spreadsheets' exports become clippings, whatever the program and the language."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedpress.editing import yaml_writing
from feedpress.editing.importing import file_text, heading, table, table_dates
from feedpress.editing.importing.items import MAX_BYTES, Found, Refused
from feedpress.model import Publication
from feedpress.reading import publication_file, values

_TABLES = Path(__file__).parent / "data" / "imports"
_DAY, _MONTH = table_dates.Order.DAY_FIRST, table_dates.Order.MONTH_FIRST


def _written(found: Found) -> file_text.FileText:
    about, _ = heading.about(found.head, heading.Wanted(), [], date(2026, 11, 22))
    return file_text.write_file_text(about, found.items)


def _loaded(written: file_text.FileText) -> Publication:
    publication, problems = publication_file.load([("clippings.yaml", written.text.encode())])
    assert not [each for each in problems if each.severity == "error"]
    return publication


def _read(name: str) -> Found:
    return table.read_table((_TABLES / name).read_bytes())


def test_german_excel() -> None:
    """Semicolons, a byte order mark, German names and quotation marks in quotation marks."""
    found = _read("excel-german.csv")
    one, other = _loaded(_written(found)).clippings
    assert one.title == 'Ein "Titel"; neu'
    assert one.summary == "Zeile 1\n\nZeile 2"
    assert one.source
    assert one.source.name == "Zeitung"
    assert one.published == values.when("2016-09-14")
    assert other.published == values.when("2016-02-01")
    assert [project.title for project in one.projects] == ["Stadt", "Daten"]
    assert "columns left out: 'Notiz', 'Titel'" in found.notes
    assert [item.name for item in found.items] == ["row 2", "row 4"]


def test_spanish_in_an_old_encoding() -> None:
    """Commas, Windows-1252 with a note, Spanish names; a semicolon divides the projects."""
    found = _read("spanish-cp1252.csv")
    one, other = _loaded(_written(found)).clippings
    assert one.source
    assert (one.title, one.source.name, one.summary) == ("El portal", "El País", "Una, dos")
    assert [project.title for project in one.projects] == ["Ciudad", "Datos"]
    assert other.published == values.when("2016-09")
    assert "Windows-1252" in found.notes[0]


def test_american_dates() -> None:
    """The line that tells Excel the separator is obeyed; one date decides for the column."""
    one, other = _loaded(_written(_read("american.csv"))).clippings
    assert one.published == values.when("2016-09-14")
    assert other.published == values.when("2016-01-02")
    assert [each.title for each in one.projects] == ["Parks, Recreation and Beaches", "Data"]


def test_unicode_text() -> None:
    """Excel's Unicode text has tabs and UTF-16; a formula is a text."""
    (clipping,) = _loaded(_written(_read("unicode.txt"))).clippings
    assert (clipping.title, clipping.id, clipping.language) == ("=1+1", "one", "en")
    assert clipping.image
    assert clipping.image.url == "https://a.example/a.jpg"


def test_rows_that_can_not_be_clippings() -> None:
    """Each stands at the end with its number and the reason, and nothing of it is lost."""
    written = _written(_read("rows.csv"))
    assert [item.name for item in written.taken] == ["row 5", "row 6"]
    assert [item.name for item in written.numbered] == ["row 6"]
    reasons = {each.item.name: each.reason for each in written.left_out}
    assert list(reasons) == [f"row {number}" for number in (2, 3, 4, 7, 8, 9, 10)]
    for row, told in {
        "row 2": "it has no date",
        "row 3": "it has no title",
        "row 4": "it has more cells than the first row",
        "row 7": "it has no date",
        "row 8": "'14/9/16' has two digits only",
        "row 9": "U+0001",
        "row 10": "'ftp://a.example/' can't be published",
    }.items():
        assert told in reasons[row]
    comments = "#" + written.text.partition("\n# Left out")[2]
    assert all(line.startswith("#") for line in comments.splitlines() if line)
    for text in ("No date", "https://a.example/2", "cells", "Short year", "ftp://a.example/"):
        assert text in comments


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"a" * (MAX_BYTES + 1), "more than 16,777,216 bytes"),
        (b"PK\x03\x04...", "a workbook and no table"),
        (b"Title\n\x81", "neither in UTF-8 nor in Windows-1252"),
        (b"Titel,Datum\n" + b"A,2016\n" * 10_001, "more than 10,000 rows"),
        (b"Name,Date\nA,2016\n", "no column is called title .* 'Name', 'Date'"),
        (b"\n\n", "there are no columns"),
        (b'"a', "there are no columns"),
        (b'Title,Date\nA,2016\n"B,2016\n', "can't be read behind row 2: a quotation mark"),
        (b"Title,Date\nA,1/2/2016\nB,2/2/2016\n", r"'1/2/2016' in row 2 may be read in two ways"),
        (b"Title,Date\nA,13/2/2016\nB,2/13/2016\n", "the dates disagree: '13/2/2016' in row 2 and"),
    ],
    ids=["bytes", "xlsx", "encoding", "rows", "names", "empty", "quote", "open", "order", "both"],
)
def test_refused(data: bytes, told: str) -> None:
    """What can't be read, or read in one way only, is refused with the reason."""
    with pytest.raises(Refused, match=told):
        table.read_table(data)


def test_rows_that_look_exactly_alike() -> None:
    """Rows with the same title and address all become clippings, each with its own id."""
    rows = "Same,2016,https://a.example/\n" * 3 + "Same,2016,https://a.example/b\n"
    written = _written(table.read_table(f"Title,Date,Link\n{rows}".encode()))
    assert [item.name for item in written.numbered] == ["row 3", "row 4"]
    first, second, third, other = _loaded(written).clippings
    assert [second.id, third.id] == [f"{first.id}-2", f"{first.id}-3"]
    assert [each.has_id for each in (first, second, third, other)] == [False, True, True, False]


def test_order_that_was_told() -> None:
    """Who says what comes first is believed, and what does not fit is left out."""
    data = b"Title,Date\nA,1/2/2016\nB,2/13/2016\n"
    written = _written(table.read_table(data, _DAY))
    assert written.taken[0].keys["published"] == "2016-02-01"
    assert "there is no day '2016-13-02'" in written.left_out[0].reason


def test_each_of_many_bad_rows_has_its_own_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand bad rows are found in one reading, and none is only counted."""
    readings: list[int] = []
    examine = publication_file.examine

    def counting(*args: Any, **kwargs: Any) -> publication_file.Reading:
        readings.append(1)
        return examine(*args, **kwargs)

    monkeypatch.setattr(publication_file, "examine", counting)
    rows = "".join(f"Title {n},2016-01-02,address {n}\n" for n in range(1_000))
    written = _written(table.read_table(f"title,date,url\n{rows}".encode()))
    assert [
        f"'address {n}' can't be published" in each.reason
        for n, each in enumerate(written.left_out)
    ] == [True] * 1_000
    assert len(readings) == 2


def test_many_columns_left_out() -> None:
    """The list of columns that are left out ends."""
    names = ",".join(f"c{number}" for number in range(25))
    found = table.read_table(f"Title,Date,{names}\nA,2016\n".encode())
    assert found.notes[-1].endswith("'c19' and 5 more")


@pytest.mark.parametrize(
    ("text", "order", "typed"),
    [
        ("2016", _DAY, "2016"),
        ("2016-09", _DAY, "2016-09"),
        ("2016-09-14", _DAY, "2016-09-14"),
        ("2016-09-14T10:00:00Z", _DAY, "2016-09-14T10:00:00Z"),
        ("2016-09-14 00:00:00", _DAY, "2016-09-14"),
        ("2016/9/4", _DAY, "2016-09-04"),
        ("14/09/2016", _DAY, "2016-09-14"),
        ("14. 9. 2016", _DAY, "2016-09-14"),
        ("9/14/2016", _MONTH, "2016-09-14"),
        ("9/14/2016 3:05 PM", _MONTH, "2016-09-14T15:05:00"),
        ("9/14/2016 12:05:07 am", _MONTH, "2016-09-14T00:05:07"),
        ("14-9-2016 0:00", _DAY, "2016-09-14"),
        ("14 September 2016", _DAY, "2016-09-14"),
        ("14-Sep-2016", _DAY, "2016-09-14"),
        ("Sept. 14th, 2016", _DAY, "2016-09-14"),
        ("May 2016", _DAY, "2016-05"),
        ("Sep-2016", _DAY, "2016-09"),
    ],
)
def test_dates(text: str, order: table_dates.Order, typed: str) -> None:
    """Dates in the forms of spreadsheets become dates as an editor types them."""
    assert table_dates.typed(text, order) == typed


@pytest.mark.parametrize(
    "text",
    ["14/9/16", "14-Sep-16", "31.2.2016", "14 Mayday 2016", "Ma 2016", "42627", "soon", "9" * 50],
)
def test_what_is_no_date(text: str) -> None:
    """What is no date of one meaning is never guessed."""
    with pytest.raises(values.BadValue):
        table_dates.typed(text, _DAY)


@pytest.mark.parametrize(
    ("column", "order"),
    [
        ([], _DAY),
        (["2016-09-14", "9" * 50], _DAY),
        (["5/5/2016"], _DAY),
        (["1.2.2016"], _DAY),
        (["1/2/2016", "13/2/2016"], _DAY),
        (["1/2/2016", "2/13/2016"], _MONTH),
        (["13/13/2016"], _DAY),
    ],
)
def test_order(column: list[str], order: table_dates.Order) -> None:
    """A part above twelve decides, and points between the parts."""
    rows = ((f"row {number}", text) for number, text in enumerate(column))
    assert table_dates.order_of(rows) == order


_CELLS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=[*map(chr, range(32)), "\ufffe"])
    | st.sampled_from("\n\t\"',;:#- é"),
    max_size=30,
).filter(lambda text: "\uffff" not in text)


@given(
    st.lists(st.tuples(_CELLS, _CELLS, _CELLS), max_size=5, unique_by=lambda row: row[0]),
    st.sampled_from(",;\t"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
@settings(deadline=None)
def test_round_trip(rows: list[tuple[str, str, str]], separator: str, encoding: str) -> None:
    """Whatever stands in a table's cells stands in the clippings."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=separator)
    writer.writerow(["Title", "Date", "Summary", "Source", "Link"])
    for number, (title, summary, source) in enumerate(rows):
        writer.writerow([title, "2016", summary, source, f"https://a.example/{number}"])
    found = table.read_table(written.getvalue().encode(encoding))
    result = _written(found)
    assert [each for each in result.left_out if "no title" not in each.reason] == []
    expected = [tuple(map(str.strip, row)) for row in rows if row[0].strip()]
    assert [
        (each.title, each.summary or "", each.source.name if each.source else "")
        for each in _loaded(result).clippings
    ] == expected


@given(_CELLS)
def test_texts_of_several_lines(text: str) -> None:
    """What stands in several lines below its key is read back as it was."""
    if block := yaml_writing.block_scalar(text, "    "):
        data = f"clippings:\n- summary: {block}\n  title: A\n  added: 2020\n"
        about = "publication: {title: T, url: 'https://a.example/', tag: 'a.example,2016'}\n"
        publication, _ = publication_file.load([("a.yaml", (about + data).encode())])
        assert publication.clippings[0].summary == text
    else:
        assert (
            not text.strip()
            or not text.replace("\n", "").isprintable()
            or (
                text[0] in " \n"
                or not text.split("\n")[-1].strip()
                or not text.split("\n")[0].strip()
            )
        )
