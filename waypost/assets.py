"""Names of the built front-end files. `FOLDER` is mounted at `PREFIX`; names carry a hash, so a file never changes."""

import json
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

FOLDER = Path(__file__).parent / "static"
PREFIX = "/_ui"


class NotBuilt(RuntimeError):
    """The front end has not been built, or lacks this file."""


def url(name: str) -> str:
    """The address path of an entry or an icon by its plain name: `signup.js` -> `/_ui/signup-4fK2.js`."""
    try:
        return f"{PREFIX}/{_files(FOLDER)[name]}"
    except KeyError:
        raise NotBuilt(f"{name} is not among the built front-end files; run `python hatch_build.py`.") from None


@cache
def _files(folder: Path) -> dict[str, str]:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotBuilt("The front end has not been built; run `python hatch_build.py`.") from None
    entries = [entry for entry in manifest.values() if entry.get("isEntry")]
    # The styles that a script's modules import are one file of the same name: `inbox.js` has `inbox.css`.
    files = {_plain(entry["name"], css): css for entry in entries for css in _styles(entry, manifest)}
    files |= {name: entry["file"] for name, entry in manifest.items() if name.endswith(".png")}
    return files | {_plain(entry["name"], entry["file"]): entry["file"] for entry in entries}


def _styles(entry: dict[str, Any], manifest: dict[str, Any]) -> list[str]:
    parts = [entry, *(manifest[name] for name in entry.get("imports", []))]
    return [css for part in parts for css in part.get("css", [])]


def _plain(name: str, file: str) -> str:
    suffix = PurePosixPath(file).suffix
    return name if name.endswith(suffix) else name + suffix
