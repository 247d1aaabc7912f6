"""Row K1: what the page needs at once stays small; the rest is in chunks of its own."""

import gzip
import json

from waypost import assets


def test_k1_the_first_script_and_style_are_within_their_budgets() -> None:
    manifest = json.loads((assets.FOLDER / "manifest.json").read_text())
    parts = [manifest["src/inbox/main.tsx"]]
    for part in parts:
        parts += [manifest[name] for name in part.get("imports", []) if manifest[name] not in parts]
    scripts = sum(size(part["file"]) for part in parts)
    styles = sum(size(css) for part in parts for css in part.get("css", []))
    assert scripts <= 60_000
    assert styles <= 12_000
    later = [manifest[f"src/inbox/{name}"]["isDynamicEntry"] for name in ("emoji/Emoji.tsx", "templates/Picker.tsx")]
    assert all(later)
    assert assets.url("inbox.css").endswith(".css")


def size(name: str) -> int:
    return len(gzip.compress((assets.FOLDER / name).read_bytes()))
