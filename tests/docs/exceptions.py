"""The blocks that are not run, each with its reason and with what is checked of them instead."""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from tests.docs.fences import ROOT, Fence


@dataclass(frozen=True)
class NotRun:
    reason: str
    check: Callable[[Fence], None]


def targets_exist(fence: Fence) -> None:
    """Every `make TARGET` of the block is one of the Makefile's."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make ([a-z]+)", fence.text, re.M):
        assert re.search(rf"^{target}:", makefile, re.M), f"{fence.where}: the Makefile has no target {target}"


def commands_exist(fence: Fence) -> None:
    """Every `waypost …` line is a command with these options."""
    for line in fence.text.splitlines():
        words = shlex.split(line.partition("#")[0])
        if words[:1] == ["waypost"]:
            command = [sys.executable, "-m", "waypost", words[1], "--help"]
            told = subprocess.run(command, capture_output=True, text=True, check=False)
            assert told.returncode == 0, f"{fence.where}: {told.stderr}"
            for option in (word for word in words if word.startswith("--")):
                assert option in told.stdout, f"{fence.where}: `waypost {words[1]}` has no {option}"


def programs_exist(fence: Fence) -> None:
    """A unit file starts a command of ours."""
    started = re.search(r"^ExecStart=\S*/waypost (.*)$", fence.text, re.M)
    assert started, fence.where
    commands_exist(Fence(fence.document, fence.line, "sh", "", f"waypost {started[1]}\n"))


def module_exists(fence: Fence) -> None:
    """`python -m X` names a module of the repository."""
    for name in re.findall(r"^python -m (\S+)", fence.text, re.M):
        assert (ROOT / (name.replace(".", "/") + ".py")).is_file(), f"{fence.where}: {name}"


def is_drawn(fence: Fence) -> None:
    """A drawing; that the modules it names exist is checked with the other names of docs/house.md."""
    assert fence.language in ("", "text"), fence.where


def is_nginx(fence: Fence) -> None:
    """Balanced, and leading to where the gateway listens by default."""
    assert fence.text.count("{") == fence.text.count("}"), fence.where
    assert "proxy_pass http://127.0.0.1:8080;" in fence.text, fence.where


#: (document, first line of the block)
EXCEPTIONS: dict[tuple[str, str], NotRun] = {
    ("README.md", "make run"): NotRun("sets up a machine and runs until Ctrl-C", targets_exist),
    ("README.md", "make test"): NotRun("would run the tests within the tests", targets_exist),
    ("docs/operating.md", "git pull"): NotRun("changes the checkout and installs", targets_exist),
    ("docs/operating.md", "make install"): NotRun("installs", targets_exist),
    ("docs/operating.md", "waypost serve"): NotRun("each runs until it is stopped", commands_exist),
    ("docs/operating.md", "[Unit]"): NotRun("a unit file for systemd", programs_exist),
    ("docs/operating.md", "server {"): NotRun("configuration of nginx, which is not installed here", is_nginx),
    ("docs/house.md", "waypost/cli.py                                the commands"): NotRun("the drawing", is_drawn),
    ("docs/decisions/0007-simulator.md", "python -m tests.simulator.distil PATH_TO_YAML"): NotRun(
        "needs Meta's file; tests/simulator/test_schema.py does the same where it is at hand", module_exists
    ),
}
