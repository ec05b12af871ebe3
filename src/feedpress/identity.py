"""The permanent rules: ids that are derived, tag URIs, and an id's seconds in a day.

A change of one line here would show every subscriber every clipping again.
`docs/identity.md` fixes the rules with test vectors, and a test holds the two together.
"""

import hashlib
import re
import unicodedata

_APOSTROPHES = str.maketrans("", "", "'\u2019\u02bc")
_SLUG_LENGTH = 60  # characters, before the hyphen and the digest
_DIGEST_LENGTH = 10  # hexadecimal digits: 40 bits
_URI_CHARACTERS = r"(?:[!#$&-;=?-Z_a-z~]|%[0-9A-Fa-f]{2})"
_URI = re.compile(
    rf"https?://[A-Za-z0-9]{_URI_CHARACTERS}*"
    rf"|tag:[A-Za-z0-9][A-Za-z0-9@._-]*,\d{{4}}(?:-\d\d(?:-\d\d)?)?:{_URI_CHARACTERS}*"
    rf"|urn:[A-Za-z0-9][A-Za-z0-9-]+:{_URI_CHARACTERS}+",
    re.ASCII,
)

#: What the local part of an id, and a project's slug, may be.
LOCAL_ID = re.compile(r"[a-z0-9][a-z0-9._-]*")


def derived_id(title: str, address: str | None, source: str | None) -> str:
    """Return the id of a clipping that has none of its own, from what its editor typed.

    Where a clipping is in the file, its projects and its dates play no part.
    """
    normal_title = _normalised(title)
    key = f"{normal_title}\n{_normalised(address or source or '')}"
    digest = hashlib.sha256(key.encode()).hexdigest()[:_DIGEST_LENGTH]
    slug = _slug(normal_title)
    return f"{slug}-{digest}" if slug else digest


def is_uri(clipping_id: str) -> bool:
    """Return whether an id was taken over from another feed, and so is published as it stands."""
    return _URI.fullmatch(clipping_id) is not None


def page_slug(clipping_id: str) -> str:
    """Return the name of a clipping's own page, which stays while the id does."""
    return derived_id(clipping_id, None, None) if is_uri(clipping_id) else clipping_id


def entry_id(tag: str, clipping_id: str) -> str:
    """Return the id of a clipping's entry (RFC 4287 §4.2.6), the same in every feed and format."""
    return clipping_id if is_uri(clipping_id) else f"tag:{tag}:clippings/{clipping_id}"


def feed_id(tag: str, first_slug: str | None) -> str:
    """Return the id of a project's feed, or without a slug that of the feed of all clippings."""
    return f"tag:{tag}:projects/{first_slug}" if first_slug else f"tag:{tag}:feeds"


def ending(first_slug: str) -> str:
    """Return what names the last entry of a project's feed, which says that the feed has ended."""
    return f"projects/{first_slug}/ended"


def ending_id(tag: str, first_slug: str) -> str:
    """Return the id of that entry."""
    return f"tag:{tag}:{ending(first_slug)}"


def offset(clipping_id: str, span: int) -> int:
    """Return 0 to `span - 1`, by which clippings of one day differ in their instants."""
    return int.from_bytes(hashlib.sha256(clipping_id.encode()).digest()[:8]) % span


def _normalised(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _slug(title: str) -> str:
    decomposed = unicodedata.normalize("NFKD", title.translate(_APOSTROPHES))
    letters = "".join(c for c in decomposed if not unicodedata.category(c).startswith("M"))
    slug = re.sub(r"[^a-z0-9]+", "-", letters.casefold()).strip("-")
    if len(slug) <= _SLUG_LENGTH:
        return slug
    # At a hyphen, so that no word is cut, unless the first word alone is too long.
    return slug[: _SLUG_LENGTH + 1].rpartition("-")[0] or slug[:_SLUG_LENGTH]
