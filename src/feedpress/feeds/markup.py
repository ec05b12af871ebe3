"""Plain text to HTML that shows it as it was typed, for the formats whose texts are HTML."""

import re
from html import escape

# From the start of a run of white space only: looking from each place of it would take the square
# of its length.
_BLANK_LINES = re.compile(r"((?<!\s)\s*\n[^\S\n]*\n\s*)")


def paragraphs(text: str) -> str:
    """Put each paragraph of a text in a `p` element; a blank line ends a paragraph.

    All that was typed is still there: the elements' text, with what stands between them, is the
    text itself.
    """
    parts = _BLANK_LINES.split(text)  # odd places hold the blank lines between
    return "".join(
        escaped(part) if index % 2 or not part.strip() else f"<p>{escaped(part)}</p>"
        for index, part in enumerate(parts)
    )


def summary_html(text: str) -> str:
    """Return a text as HTML, without any element where one paragraph is all there is."""
    return paragraphs(text) if _BLANK_LINES.search(text) else escaped(text)


def escaped(text: str) -> str:
    """Escape a text for HTML; a carriage return too, which HTML would read as a new line."""
    return escape(text, quote=False).replace("\r", "&#13;")
