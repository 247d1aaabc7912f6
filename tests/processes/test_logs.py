"""Logs in either style: one line per event, no local variables in tracebacks, libraries' warnings joined."""

import json
import subprocess
import sys

import pytest

TOKEN = "EAAG-a-token"
PROGRAM = """
import logging, sys
import structlog
from waypost import logs
logs.configure(sys.argv[1])
log = structlog.get_logger()
def charge(token):
    local = token[::-1]
    raise ValueError("it broke")
log.info("delivery.failed", organization="o", delivery="d", status=500)
log.debug("not at this level")
logging.getLogger("library").warning("a library says %s", "so")
logging.getLogger("library").info("not at this level")
try:
    charge(sys.argv[2])
except ValueError:
    log.exception("deliver.failed")
"""


def said(style: str) -> str:
    done = subprocess.run([sys.executable, "-c", PROGRAM, style, TOKEN], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0 and done.stdout == "", "logs go to standard error"
    return done.stderr


@pytest.mark.parametrize("style", ["json", "pretty"])
def test_a_traceback_shows_where_and_never_with_what(style: str) -> None:
    text = said(style)
    assert "it broke" in text and "charge" in text
    assert TOKEN not in text and TOKEN[::-1] not in text
    assert "not at this level" not in text and "a library says so" in text


def test_each_line_is_one_json_object_with_time_level_and_event() -> None:
    lines = [json.loads(line) for line in said("json").splitlines()]
    assert [line["event"] for line in lines] == ["delivery.failed", "a library says so", "deliver.failed"]
    assert all(line["timestamp"].endswith("Z") and line["level"] in ("info", "warning", "error") for line in lines)
    assert lines[0] | {"organization": "o", "delivery": "d", "status": 500} == lines[0]
    [exception] = lines[2]["exception"]
    assert exception["exc_type"] == "ValueError" and not any("locals" in frame for frame in exception["frames"])
