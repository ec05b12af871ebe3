"""Texts of elsewhere as a clipping can hold them: one line, nothing that can't be seen."""

import re

#: How many characters of a text are taken over, by a clipping's key.
LONGEST = {"title": 300, "source": 200, "published": 100, "summary": 1000, "alt": 500}

# Controls, marks of direction that nothing closes, and what has no width and no meaning of its own.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b\u202a-\u202e\u2060-\u206f\ufeff]"
)
_NOT_TEXT = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# Where a line or a paragraph ends, and where only the looks change.
_BREAK = re.compile(r"</?(?:br|div|p)\b[^<>]{0,500}>", re.IGNORECASE)
_TAG = re.compile(r"</?(?:a|b|em|i|span|strong|sub|sup|u)\b[^<>]{0,500}>", re.IGNORECASE)


def one_line(value: str, longest: int) -> str:
    """Return a text in one line, without what can't be seen, cut at a word."""
    text = " ".join(_INVISIBLE.sub("", _NOT_TEXT.sub("", value)).split())
    if len(text) <= longest:
        return text
    cut = text[:longest]
    return f"{cut.rpartition(' ')[0].rstrip(' ,;:–—-') or cut[:-1]}…"


def without_tags(value: str) -> str:
    """Take the tags out of a text that was to have none, and leave every other sign."""
    return _TAG.sub("", _BREAK.sub(" ", value))
