"""Who may import whom: the table of docs/house.md section 2, circles, HTTP clients, the environment."""

import ast
from collections.abc import Iterator

from tests.house.source import House, Module

GROUND = {
    "assets",
    "choice",
    "clock",
    "config",
    "content",
    "directory",
    "errors",
    "events",
    "filetypes",
    "ids",
    "multipart",
    "paging",
    "paths",
    "ranges",
    "signature",
    "sources",
    "targets",
    "vault",
}
DOORS = {"api", "ingest", "signup", "inbox", "workers"}
ROOF = {"__main__", "app", "cli", "deployment", "dev", "doctor", "logs", "serving"}

MAY_IMPORT: dict[str, set[str]] = {
    "ground": {"ground"},
    "postgres": {"postgres", "ground"},
    "meta": {"meta", "ground"},
    "runtime": {"postgres", "meta", "ground"},
    "domain": {"domain", "runtime", "postgres", "meta", "ground"},
    "answers": {"ground"},
    "streams": {"answers", "ground"},
    "live": {"answers", "streams", "ground"},
    **{door: {door, "answers", "streams", "live", "domain", "runtime", "meta", "ground"} for door in DOORS},
    "workers": {"workers", "domain", "runtime", "postgres", "ground"},
    "simulator": {"simulator"},
}
MAY_IMPORT["roof"] = {*MAY_IMPORT, "roof"}

WEB = {"starlette", "uvicorn"}
CLIENTS = {"aiohttp", "pycurl", "httpx", "requests", "urllib.request", "http.client"}
CLIENT_HOMES = ("waypost.meta.graph", "waypost.workers.egress", "waypost.simulator")


def room(name: str) -> str | None:
    """The room a module stands in; None when the plan has no place for it."""
    part = name.split(".")[1] if "." in name else ""
    if not part or part in GROUND:
        return "ground"
    if part in ROOF:
        return "roof"
    return part if part in MAY_IMPORT else None


def plan(house: House) -> Iterator[str]:
    for module in house.modules.values():
        here = room(module.name)
        if here is None:
            yield f"{module.path}: the plan has no room for it"
            continue
        for name, line in sorted(set(house.ours(module))):
            there = room(name)
            if there is not None and there not in MAY_IMPORT[here]:
                yield f"{module.path}:{line}: {here} may not import {name} ({there})"


def web_framework(house: House) -> Iterator[str]:
    """The web framework belongs to the doors, the roof and the simulator."""
    for module in house.modules.values():
        if room(module.name) in DOORS | {"answers", "streams", "live", "roof", "simulator", None}:
            continue
        for name, line in module.imports():
            if name.split(".")[0] in WEB:
                yield f"{module.path}:{line}: {name} outside a door"


def circles(house: House) -> Iterator[str]:
    """A depth-first walk; each import that leads back to a module still being walked closes a circle."""
    edges = {name: sorted({to for to, _ in house.ours(module)}) for name, module in house.modules.items()}
    done: set[str] = set()

    def walk(name: str, trail: list[str]) -> Iterator[str]:
        if name in trail:
            yield " -> ".join([*trail[trail.index(name) :], name])
        elif name not in done:
            for to in edges[name]:
                yield from walk(to, [*trail, name])
            done.add(name)

    for name in edges:
        yield from walk(name, [])


def http_clients(house: House) -> Iterator[str]:
    for module in house.modules.values():
        if _within(module.name, CLIENT_HOMES):
            continue
        for name, line in module.imports():
            if _within(name, CLIENTS):
                yield f"{module.path}:{line}: {name} outside meta/graph and workers/egress"


def environment(house: House) -> Iterator[str]:
    for module in house.modules.values():
        if module.name != "waypost.config":
            yield from (f"{module.path}:{line}: only config.py reads the environment" for line in _reads(module))


def _reads(module: Module) -> Iterator[int]:
    names = {"environ", "environb", "getenv", "getenvb", "putenv"}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in names and isinstance(node.value, ast.Name):
            if node.value.id == "os":
                yield node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module == "os" and names & {alias.name for alias in node.names}:
            yield node.lineno


def _within(name: str, homes: tuple[str, ...] | set[str]) -> bool:
    return any(name == home or name.startswith(home + ".") for home in homes)
