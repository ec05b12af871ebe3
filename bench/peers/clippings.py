"""The real list as a plain script reads it: PyYAML, dictionaries, the newest on top."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Clippings:
    """The publication and its newest clippings, as many as its feed has."""

    publication: dict[str, Any]
    slugs: dict[str, str]
    sources: dict[str, dict[str, Any]]
    newest: list[dict[str, Any]]

    def entry_id(self, clipping: dict[str, Any]) -> str:
        """Give the tag URI of an entry."""
        return f"tag:{self.publication['tag']}:clippings/{clipping['id']}"

    def link(self, clipping: dict[str, Any]) -> str:
        """Give the address of the article, or of the clipping's own page."""
        own = f"{self.publication['url']}clippings/{clipping['id']}/"
        return str(clipping.get("url", own))

    def content(self, clipping: dict[str, Any]) -> str:
        """Give the source, the date and the summary as one text."""
        line = ", ".join(str(clipping[key]) for key in ("source", "published") if key in clipping)
        return "".join(f"<p>{each}</p>" for each in (line, clipping.get("summary")) if each)


def read() -> Clippings:
    """Read the list that the environment names."""
    text = Path(os.environ["FEEDPRESS_FILE"]).read_text(encoding="utf-8")
    data = yaml.load(text, Loader=yaml.CSafeLoader)
    newest = sorted(data["clippings"], key=lambda each: each["added"], reverse=True)
    return Clippings(
        publication=data["publication"],
        slugs={project["title"]: slug for slug, project in data["projects"].items()},
        sources=data["sources"],
        newest=newest[: data["publication"]["feed_size"]],
    )
