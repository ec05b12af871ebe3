"""Take the texts of pages out of templates and modules, and put them into the catalogues.

    python tests/translations.py

A text that a catalogue lacks comes in without a translation; one that no page has any more goes.
The compiled catalogues are written, too.
"""

import io
from collections.abc import Mapping
from pathlib import Path

from babel.messages import Catalog, extract, mofile, pofile

PAGES = Path(__file__).parent.parent / "src" / "feedpress" / "site"
_OPTIONS = {"trimmed": "true", "extensions": "jinja2.ext.i18n", "silent": "false"}


def found() -> Catalog:
    """Return every text that pages take from a catalogue, with the template that has it."""
    catalog = Catalog(project="feedpress", charset="utf-8")
    for path in sorted((PAGES / "templates").glob("*.html")):
        with path.open("rb") as file:
            for _, message, _, context in extract.extract(
                "jinja2.ext:babel_extract", file, options=_OPTIONS
            ):
                catalog.add(message, locations=[(path.name, 0)], context=context)
    for path in sorted(PAGES.glob("*.py")):
        with path.open("rb") as file:
            for _, message, _, context in extract.extract("python", file, keywords={"_": None}):
                catalog.add(message, locations=[(path.name, 0)], context=context)
    return catalog


def catalogues() -> Mapping[str, Path]:
    """Return the catalogue of each language that there is one of."""
    return {path.parent.parent.name: path for path in sorted(PAGES.glob("translations/*/*/*.po"))}


def read(language: str) -> Catalog:
    """Return a catalogue as it is."""
    with catalogues()[language].open("rb") as file:
        return pofile.read_po(file, locale=language)


def updated(language: str) -> tuple[bytes, bytes]:
    """Return a catalogue as it has to be, and compiled."""
    catalog = read(language)
    catalog.update(found(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    text, compiled = io.BytesIO(), io.BytesIO()
    pofile.write_po(text, catalog, sort_output=True, no_location=True, width=98)
    mofile.write_mo(compiled, catalog)
    return text.getvalue(), compiled.getvalue()


if __name__ == "__main__":
    for language, path in catalogues().items():
        text, compiled = updated(language)
        path.write_bytes(text)
        path.with_suffix(".mo").write_bytes(compiled)
