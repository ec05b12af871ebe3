"""What editors may call a project or a source: every way of writing a name leads to one thing.

Case and the number of spaces play no part.
"""

import difflib
import unicodedata
from typing import Generic, TypeVar

_T = TypeVar("_T")

# The search for a similar name is slow, so its total work is limited.
_LONGEST = 80  # characters of a name
_MOST = 5_000  # pairs of names that are compared


class Names(Generic[_T]):
    """The things of one kind, and all that they may be called."""

    def __init__(self) -> None:
        self._things: dict[str, _T] = {}
        self._written: dict[str, str] = {}
        self._near: dict[str, str | None] = {}

    def claim(self, name: str, thing: _T) -> bool:
        """Let a thing have a name; say whether no other thing has it."""
        self._written.setdefault(self._key(name), name)
        return self._things.setdefault(self._key(name), thing) is thing

    def find(self, name: str) -> _T | None:
        """Return the thing that a name means."""
        return self._things.get(self._key(name))

    def near(self, name: str) -> str | None:
        """Return the name, as it was first written, that is most like another."""
        key = self._key(name)
        is_too_much = (len(self._near) + 1) * len(self._written) > _MOST
        if len(key) > _LONGEST or (key not in self._near and is_too_much):
            return None
        if key not in self._near:  # a whole list may have the same mistake
            near = difflib.get_close_matches(key, self._written, 1, 0.6)
            self._near[key] = self._written[near[0]] if near else None
        return self._near[key]

    @staticmethod
    def _key(name: str) -> str:
        # Composed letters, for some systems type them decomposed.
        return " ".join(unicodedata.normalize("NFC", name).split()).casefold()
