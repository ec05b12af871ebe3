"""What entries say that stand in the place of something that is no more.

As with dates, the texts are fixed: a published one never changes with a release. A language that
is missing here has the English one, for good, and the entry says that it is English.
"""

from dataclasses import dataclass

_WITHDRAWN = {
    "de": (
        "Dieser Eintrag wurde zurückgezogen",
        "Der Eintrag, der hier stand, wurde zurückgezogen.",
    ),
    "en": ("This clipping was withdrawn", "The clipping that stood here was taken back."),
    "es": ("Este recorte fue retirado", "El recorte que estaba aquí fue retirado."),
    "fr": ("Cet article a été retiré", "L’article qui se trouvait ici a été retiré."),
    "it": ("Questo articolo è stato ritirato", "L’articolo che era qui è stato ritirato."),
    "pt": ("Este recorte foi retirado", "O recorte que estava aqui foi retirado."),
}
_ENDED = {
    "de": (
        "Dieser Feed ist beendet",
        "Hier erscheint nichts Neues mehr. Der Feed kann abbestellt werden.",
    ),
    "en": (
        "This feed has ended",
        "Nothing new will appear here. You can unsubscribe from this feed.",
    ),
    "es": (
        "Este canal ha terminado",
        "Aquí no aparecerá nada nuevo. Puede cancelar la suscripción.",
    ),
    "fr": (
        "Ce flux est terminé",
        "Plus rien de nouveau ne paraîtra ici. Vous pouvez vous désabonner.",
    ),
    "it": (
        "Questo feed è terminato",
        "Qui non apparirà più nulla di nuovo. Si può annullare l’iscrizione.",
    ),
    "pt": (
        "Este feed terminou",
        "Nada de novo vai aparecer aqui. Pode cancelar a subscrição.",
    ),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice for subscribers; `language` is None where it is the publication's own."""

    title: str
    text: str
    language: str | None


def withdrawn(language: str) -> Notice:
    """Return a sentence in the publication's language that says a clipping was withdrawn."""
    return _notice(_WITHDRAWN, language)


def ended(language: str) -> Notice:
    """Return a sentence in the publication's language that says a feed has ended."""
    return _notice(_ENDED, language)


def _notice(texts: dict[str, tuple[str, str]], language: str) -> Notice:
    primary = language.partition("-")[0].lower()
    title, text = texts.get(primary, texts["en"])
    return Notice(title, text, None if primary in texts else "en")
