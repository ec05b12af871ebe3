"""A spreadsheet's export (CSV) to the items that it has; columns are known by their names."""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from feedpress.editing.importing import table_dates
from feedpress.editing.importing.items import (
    MAX_BYTES,
    MAX_ITEMS,
    FeedInfo,
    Found,
    Item,
    ProjectRef,
    Refused,
    in_one_line,
)
from feedpress.editing.yaml_writing import Value
from feedpress.reading import values
from feedpress.reading.problems import quoted

# What the columns are called in English, German and Spanish.
_NAMES = {
    "title": "title, headline, heading, article, article title, titel, überschrift, schlagzeile, "
    "artikel, título, titular, encabezado, artículo",
    "id": "id, guid, identifier",
    "published": "published, date, publication date, date published, published on, published date, "
    "pub date, pubdate, datum, erschienen, erschienen am, erscheinungsdatum, veröffentlicht, "
    "veröffentlicht am, veröffentlichungsdatum, fecha, publicado, fecha de publicación",
    "added": "added, added on, date added, hinzugefügt, hinzugefügt am, añadido, fecha de alta",
    "url": "url, link, address, web address, href, permalink, article url, article link, "
    "adresse, webadresse, internetadresse, weblink, enlace, dirección, dirección web, vínculo",
    "source": "source, outlet, media outlet, news outlet, publication, publisher, medium, "
    "newspaper, quelle, zeitung, herausgeber, fuente, medio, periódico, publicación",
    "projects": "projects, project, tags, tag, categories, category, topics, topic, projekte, "
    "projekt, kategorien, kategorie, schlagwörter, schlagworte, themen, thema, proyectos, "
    "proyecto, etiquetas, etiqueta, categorías, categoría, temas, tema",
    "summary": "summary, description, abstract, excerpt, teaser, zusammenfassung, beschreibung, "
    "kurztext, resumen, descripción, extracto",
    "image": "image, picture, photo, image url, bild, foto, imagen",
    "language": "language, lang, sprache, idioma",
}
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_LINES = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t])"?[\r\n]+', re.IGNORECASE)
_MOST_COLUMNS = 200
_DATES = ("published", "added")


def read_table(data: bytes, order: table_dates.Order | None = None) -> Found:
    """Read a table; `order` says how dates like 1/2/2016 are meant.

    Raises Refused where it can't be read, or where dates may be read in two ways.
    """
    if len(data) > MAX_BYTES:
        raise Refused(f"the table has more than {MAX_BYTES:,} bytes")
    notes: list[str] = []
    text = _decoded(data, notes)
    separator_line = _SEPARATOR_LINE.match(text)
    start = separator_line.end() if separator_line else 0
    separators = separator_line[1] if separator_line else _SEPARATORS
    lines = _LINES.findall(text, start)
    first = 1 + bool(separator_line)
    # The one under which most columns are known.
    separator = max(separators, key=lambda each: len(_columns(_header(lines, each)[1])))
    skipped, header = _header(lines, separator)
    columns = _columns(header)
    if "title" not in columns:
        raise Refused(_no_title(header))
    _tell_columns(header, columns, separator, notes)
    rows = _rows(lines, separator, first, skipped + 1)
    return Found(FeedInfo(), _items(list(rows), columns, len(header), order, notes), tuple(notes))


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    cells: list[str]


def _decoded(data: bytes, notes: list[str]) -> str:
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Refused("this is a workbook and no table of text; save it as CSV (UTF-8)")
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        notes.append("the table is not in UTF-8; it was read as Windows-1252: look at the accents")
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        message = "the table is written neither in UTF-8 nor in Windows-1252"
        raise Refused(f"{message}; save it as CSV (UTF-8)") from error


def _header(lines: list[str], separator: str) -> tuple[int, list[str]]:
    """Return the first row that is not empty, and how many are above it."""
    try:
        for number, cells in enumerate(csv.reader(lines, delimiter=separator, strict=True)):
            if any(map(str.strip, cells)):
                return number, cells[:_MOST_COLUMNS]
    except csv.Error:  # with another separator it may be right
        pass
    return 0, []


def _columns(header: list[str]) -> dict[str, int]:
    """Return the place of each key's column, the first where there are several."""
    columns: dict[str, int] = {}
    for index, name in enumerate(header):
        if key := _KEYS.get(_plain(name)):
            columns.setdefault(key, index)
    return columns


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name[:100]).casefold()
    bare = "".join(each for each in letters if not unicodedata.combining(each))
    return " ".join(re.sub(r"[\W_]+", " ", bare).split())


_KEYS = {_plain(name): key for key, names in _NAMES.items() for name in names.split(",")}


def _no_title(header: list[str]) -> str:
    names = ", ".join(quoted(name.strip()) for name in header[:20])
    columns = f"the columns are {names}" if names else "there are no columns"
    return f"no column is called title or headline; {columns}; name the columns in the first row"


def _tell_columns(
    header: list[str], columns: Mapping[str, int], separator: str, notes: list[str]
) -> None:
    taken = (f"{quoted(header[index].strip())} as {key}" for key, index in columns.items())
    notes.append(f"cells are divided at {_SEPARATORS[separator]}; taken: {', '.join(taken)}")
    left = [
        quoted(name.strip())
        for index, name in enumerate(header)
        if index not in columns.values() and name.strip()
    ]
    if left:
        more = f" and {len(left) - 20} more" if len(left) > 20 else ""
        notes.append(f"columns left out: {', '.join(left[:20])}{more}")


def _rows(lines: list[str], separator: str, first: int, skip: int) -> Iterator[_Row]:
    reader = csv.reader(lines, delimiter=separator, strict=True)
    number = first - 1
    try:
        for number, cells in enumerate(reader, first):
            if number >= first + skip and any(map(str.strip, cells)):
                yield _Row(f"row {number}", [cell.strip() for cell in cells])
    except csv.Error as error:
        fix = "a quotation mark may be missing, or one within a text must stand twice"
        raise Refused(f"the table can't be read behind row {number}: {fix} ({error})") from error


def _items(
    rows: list[_Row],
    columns: Mapping[str, int],
    width: int,
    order: table_dates.Order | None,
    notes: list[str],
) -> tuple[Item, ...]:
    if len(rows) > MAX_ITEMS:
        raise Refused(f"the table has more than {MAX_ITEMS:,} rows; divide it")
    orders = {
        key: order or table_dates.order_of(_column(rows, columns[key]))
        for key in _DATES
        if key in columns
    }
    index = columns.get("projects")
    between = _project_separator(rows, index) if index is not None else ";"
    if index is not None and any(between in _cell(row, index) for row in rows):
        notes.append(f"projects are divided at {_SEPARATORS.get(between, 'line breaks')}")
    return tuple(_item(row, columns, width, orders, between) for row in rows)


def _column(rows: list[_Row], index: int) -> Iterator[tuple[str, str]]:
    return ((row.name, _cell(row, index)) for row in rows)


def _cell(row: _Row, index: int) -> str:
    return row.cells[index] if index < len(row.cells) else ""


def _project_separator(rows: list[_Row], index: int) -> str:
    # A comma may be part of a name where another sign divides.
    cells = [_cell(row, index) for row in rows]
    return next((sign for sign in ";\n" if any(sign in cell for cell in cells)), ",")


def _item(
    row: _Row,
    columns: Mapping[str, int],
    width: int,
    orders: Mapping[str, table_dates.Order],
    between: str,
) -> Item:
    keys: dict[str, Value] = {}
    reasons: list[str] = []
    for key in _NAMES:
        cell = _cell(row, columns[key]) if key in columns else ""
        if not cell or key == "projects":
            continue
        keys[key] = {"url": cell} if key == "image" else cell
        if key in orders:
            try:
                keys[key] = table_dates.typed(cell, orders[key])
            except values.BadValue as bad:
                reasons.append(f"{bad.message}; {bad.fix}")
    names = _cell(row, columns["projects"]).split(between) if "projects" in columns else []
    projects = tuple(ProjectRef(name) for each in names if (name := in_one_line(each)))
    rest = "; ".join(filter(None, row.cells[width:]))
    if rest:
        reasons.append("it has more cells than the first row; a quotation mark may be missing")
    if "title" not in keys:
        reasons.append("it has no title; add title:")
    if not keys.keys() & set(_DATES):
        reasons.append("it has no date; add published: with the article's date")
    return Item(row.name, keys, projects, reason=next(iter(reasons), None), rest=rest)
