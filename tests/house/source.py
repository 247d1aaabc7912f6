"""The sources of a checkout as data: files, Python modules, functions, and which of our modules each imports."""

import ast
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Module:
    name: str
    path: str
    text: str
    package: bool
    tree: ast.Module = field(init=False)

    def __post_init__(self) -> None:
        self.tree = ast.parse(self.text, self.path)

    def functions(self) -> Iterator[Function]:
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield node

    def imports(self) -> Iterator[tuple[str, int]]:
        """Every imported dotted name with its line, those in functions and under `if TYPE_CHECKING` too."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.name, node.lineno
            elif isinstance(node, ast.ImportFrom):
                origin = self._origin(node)
                for alias in node.names:
                    yield f"{origin}.{alias.name}", node.lineno

    def _origin(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        parts = parts[: len(parts) - node.level + self.package]
        return ".".join([*parts, *([node.module] if node.module else [])])


@dataclass
class House:
    """The files of a checkout by their path; what git would not track is not among them."""

    files: dict[str, bytes]

    @cached_property
    def modules(self) -> dict[str, Module]:
        """The modules of the package `waypost`, by dotted name."""
        found = {}
        for path, content in self.files.items():
            if path.startswith("waypost/") and path.endswith(".py"):
                parts = path.removesuffix(".py").split("/")
                package = parts[-1] == "__init__"
                name = ".".join(parts[:-1] if package else parts)
                found[name] = Module(name, path, content.decode(), package)
        return found

    def ours(self, module: Module) -> Iterator[tuple[str, int]]:
        """The modules of ours that `module` imports: `from waypost.domain import messages` is domain.messages."""
        for name, line in module.imports():
            while name.startswith("waypost") and name not in self.modules and "." in name:
                name = name.rpartition(".")[0]
            if name in self.modules and name != module.name:
                yield name, line

    def text(self, path: str) -> str:
        return self.files[path].decode(errors="replace")

    def python(self) -> Iterator[tuple[str, ast.Module]]:
        for path in self.files:
            if path.endswith(".py"):
                yield path, ast.parse(self.files[path], path)


def checkout(root: Path) -> House:
    """What is tracked or could be: new files count before they are committed."""
    return House({path: (root / path).read_bytes() for path in sorted(_paths(root)) if (root / path).is_file()})


def _paths(root: Path) -> list[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive, or a machine without git
        return list(_walked(root))
    return [path for path in listed.stdout.split("\0") if path]


def _walked(root: Path) -> Iterator[str]:
    ignored = {line.strip().strip("/") for line in (root / ".gitignore").read_text().splitlines()} | {".git"}
    for folder, folders, names in os.walk(root):
        inside = Path(folder).relative_to(root)
        folders[:] = [name for name in folders if name not in ignored and str(inside / name) not in ignored]
        yield from (str(inside / name) for name in names if name not in ignored and not name.endswith(".pyc"))
