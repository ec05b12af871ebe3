"""Draw the icon of a publication: the first letter of its title on its accent, as SVG."""

from feedpress.site import colour


def svg(title: str, accent: str | None) -> str:
    """Return the icon as SVG."""
    ground = colour.accent(accent).light
    letter = _initial(title)
    shown = f"&#{ord(letter)};" if letter else "&#8220;"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
        f'<rect width="64" height="64" rx="12" fill="{ground}"/>'
        '<text x="32" y="46" font-family="Georgia, serif" font-size="40" font-weight="700" '
        f'text-anchor="middle" fill="{colour.ink_on(ground)}">{shown}</text></svg>\n'
    )


def _initial(title: str) -> str:
    return next((each.upper()[0] for each in title if each.isalnum()), "")
