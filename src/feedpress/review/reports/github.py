"""Workflow commands: what GitHub shows as annotations of a change."""


def command(kind: str, message: str, **properties: str | int) -> str:
    """Return a command such as `error`, with its properties in the order given.

    The names of properties are GitHub's, so they may be anything here: `file`, `endColumn`.
    """
    given = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{kind} {given}::{_escaped(message)}"


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _escaped(text: str) -> str:
    # Else a title could end the command and begin another.
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
