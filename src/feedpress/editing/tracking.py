"""What stands in an address only to tell who has sent the reader, taken off."""

import re
from urllib.parse import unquote_plus

# Beginnings of names that campaigns, newsletters and analytics give to their parameters.
_BEGINNINGS = ("utm_", "pk_", "mtm_", "hsa_", "_hs", "vero_", "at_campaign", "at_medium")
_NAMES = frozenset(
    {
        "dclid",  # Google
        "fbclid",  # Facebook
        "gbraid",  # Google
        "gclid",  # Google
        "gclsrc",  # Google
        "igsh",  # Instagram
        "igshid",  # Instagram
        "li_fat_id",  # LinkedIn
        "mc_cid",  # Mailchimp
        "mc_eid",  # Mailchimp
        "mkt_tok",  # Marketo
        "msclkid",  # Microsoft
        "oly_anon_id",  # Omeda
        "oly_enc_id",  # Omeda
        "ref_src",  # Twitter
        "ref_url",  # Twitter
        "s_cid",  # Adobe
        "smid",  # The New York Times
        "srsltid",  # Google
        "ttclid",  # TikTok
        "twclid",  # Twitter
        "wbraid",  # Google
        "wt_mc",  # Webtrekk
        "yclid",  # Yandex
    }
)
_PARTS = re.compile(r"(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?", re.DOTALL)


def without_tracking(address: str) -> str:
    """Take the parameters that only track off an address, and all that marks a text on the page.

    The rest of the address stays as it is, letter by letter.
    """
    found = _PARTS.fullmatch(address)
    path, query, fragment = found.group("path", "query", "fragment") if found else (address, "", "")
    if query:
        query = "&".join(part for part in query.split("&") if not _tracks(part)) or None
    if fragment is not None:
        # https://wicg.github.io/scroll-to-text-fragment/#the-fragment-directive
        fragment = fragment.partition(":~:")[0] or None
    return "".join(
        (path, "" if query is None else f"?{query}", "" if fragment is None else f"#{fragment}")
    )


def same_page(address: str) -> str:
    """Return what two addresses of one page have in common, without scheme and trailing slash."""
    rest = without_tracking(address).partition("://")[2]
    host, slash, path = rest.partition("/")
    path, mark, query = f"{slash}{path}".partition("?")
    return f"{host.casefold().removeprefix('www.')}{path.rstrip('/')}{mark}{query}"


def _tracks(parameter: str) -> bool:
    name = unquote_plus(parameter.partition("=")[0]).casefold()
    return name in _NAMES or name.startswith(_BEGINNINGS)
