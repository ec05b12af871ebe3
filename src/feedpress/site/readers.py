"""The well-known feed readers in which an address can be subscribed to by a link."""

from urllib.parse import quote

#: What a feed's address, escaped, is put behind: as each reader's button has it.
_READERS = (
    ("Feedly", "https://feedly.com/i/subscription/feed%2F"),
    ("Inoreader", "https://www.inoreader.com/?add_feed="),
    ("NewsBlur", "https://www.newsblur.com/?url="),
    ("The Old Reader", "https://theoldreader.com/feeds/subscribe?url="),
    ("Feedbin", "https://feedbin.com/?subscribe="),
)


def readers(feed_address: str) -> tuple[tuple[str, str], ...]:
    """Return each reader's name, and the address that subscribes to a feed there."""
    escaped = quote(feed_address, safe="")
    return tuple((name, f"{beginning}{escaped}") for name, beginning in _READERS)
