"""The fenced blocks of a document.

The first word behind the fence is the language; what follows is a mark of ours, which readers do not see:
`python receiver.py` is saved under that name, `json answer` has the keys of what the block before it printed,
`json event` has the keys of such an event as it was delivered, `json send` is a message that may be sent,
`ini .env` is a file of settings, `text ready` is part of what `waypost dev` prints.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHELL = ("sh", "bash")
NODE = ("js", "javascript")

_FENCE = re.compile(r"^( *)```(\S*)[ \t]*([^\n]*)\n(.*?)^\1```[ \t]*$", re.M | re.S)


@dataclass(frozen=True)
class Fence:
    document: str
    line: int
    language: str
    mark: str
    text: str

    @property
    def where(self) -> str:
        return f"{self.document}:{self.line}"

    @property
    def first(self) -> str:
        """The line by which the list of exceptions names it."""
        return self.text.strip().partition("\n")[0].partition("  #")[0].strip()

    @property
    def file(self) -> str | None:
        """The name under which a program is saved."""
        return self.mark if self.language in ("python", *NODE) and self.mark else None


def documents() -> list[str]:
    """Every Markdown file that readers are led to, by its path in the repository."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [path.relative_to(ROOT).as_posix() for path in found]


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def fences(document: str) -> list[Fence]:
    text = text_of(document)
    return [
        Fence(document, text.count("\n", 0, found.start()) + 1, found[2], found[3].strip(), _outdented(found))
        for found in _FENCE.finditer(text)
    ]


def prose(document: str) -> str:
    """The document without its fenced blocks."""
    return _FENCE.sub("", text_of(document))


def _outdented(found: re.Match[str]) -> str:
    return re.sub(rf"(?m)^{found[1]}", "", found[4]) if found[1] else found[4]
