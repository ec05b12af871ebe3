"""Content codings (RFC 9110 §8.4.1): a document's bytes made smaller for the way.

The same bytes in give the same bytes out, whatever the time, on machines with the same libraries.
"""

import gzip

import brotli

#: The codings that are offered, the smallest first.
CODINGS = ("br", "gzip")

# A level above takes ten times as long for a tenth less, and whoever asks may have to wait for it.
_BROTLI_QUALITY = 5
_GZIP_LEVEL = 9


def encode(body: bytes) -> dict[str, bytes]:
    """Return the bytes in each coding that makes them smaller."""
    coded = {
        "br": brotli.compress(body, mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY),
        # A time stamp would make other bytes of the same ones.
        "gzip": gzip.compress(body, _GZIP_LEVEL, mtime=0),
    }
    return {coding: each for coding, each in coded.items() if len(each) < len(body)}
