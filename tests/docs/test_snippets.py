"""Every fenced block of README, CONTRIBUTING and docs/ works as it stands, against a real `waypost dev`."""

import json
import re
from collections.abc import Iterator
from uuid import UUID

import pytest

from tests.docs.deployment import Deployment, running
from tests.docs.exceptions import EXCEPTIONS
from tests.docs.fences import NODE, SHELL, Fence, documents, fences
from tests.docs.session import Session, failures_unannounced, read
from tests.docs.shapes import differences, values_in
from tests.meta.test_requests_graph import refused
from waypost import answers, config
from waypost.meta import requests

EVERY = [fence for document in documents() for fence in fences(document)]
RUN = [fence for fence in EVERY if (fence.document, fence.first) not in EXCEPTIONS]
ALIVE = sorted({fence.document for fence in RUN if fence.language in (*SHELL, *NODE, "python")})


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with running() as made:
        yield made


@pytest.mark.parametrize("document", ALIVE)
def test_a_document_can_be_followed(document: str, deployment: Deployment) -> None:
    blocks = [fence for fence in RUN if fence.document == document]
    with read(document, deployment) as session:
        problems = [problem for fence in blocks if fence.language == "json" for problem in shape(fence, session)]
        problems += failures_unannounced(blocks, session)
    assert not problems, "\n".join(problems)


def shape(fence: Fence, session: Session) -> Iterator[str]:
    """How an example differs from what the block before it printed, or from a delivered event."""
    if fence.mark == "event":
        real = session.event(json.loads(fence.text))
    elif fence.mark == "answer":
        before = max(line for line in session.printed if line < fence.line)
        printed = values_in(session.printed[before])
        if not printed:
            yield f"{fence.where}: the block before it printed no JSON: {session.printed[before][:300]}"
            return
        real = printed[-1]
    else:
        return
    yield from (f"{fence.where}: {difference}" for difference in differences(json.loads(fence.text), real))


@pytest.mark.parametrize("fence", [f for f in EVERY if f.language == "json"], ids=lambda fence: fence.where)
def test_json_is_json(fence: Fence) -> None:
    json.loads(fence.text)
    assert fence.mark in ("", "answer", "event", "send"), f"{fence.where}: what is {fence.mark}?"


@pytest.mark.parametrize("fence", [f for f in EVERY if f.mark == "send"], ids=lambda fence: fence.where)
def test_a_send_may_be_sent(fence: Fence) -> None:
    send = requests.checked(answers.decode(requests.Send, fence.text.encode()))  # type: ignore[arg-type]
    assert refused(requests.message_body(send, UUID(int=0))) is None


@pytest.mark.parametrize("fence", [f for f in EVERY if f.mark == ".env"], ids=lambda fence: fence.where)
def test_settings_load(fence: Fence, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("settings") / ".env"
    file.write_text(fence.text, encoding="utf-8")
    config.load({}, file)
    known = config.child_environment(config.Config())
    assert set(config.read_dotenv(file)) <= set(known), fence.where


@pytest.mark.parametrize("fence", [f for f in EVERY if f.mark == "ready"], ids=lambda fence: fence.where)
def test_what_dev_prints_is_shown_as_it_is(fence: Fence, deployment: Deployment) -> None:
    """Line by line, with `…` for anything; ids, keys, numbers and ports are this deployment's own."""
    real = _plain(deployment.ready)
    for line in filter(str.strip, fence.text.splitlines()):
        pattern = ".*".join(re.escape(part) for part in _plain(line).split("…"))
        assert re.search(f"(?m)^{pattern}$", real), f"{fence.where}: dev does not print {line!r}\n{real}"


def _plain(text: str) -> str:
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", text)
    text = re.sub(r"localhost:\d+", "localhost:PORT", text)
    text = re.sub(r"the data stays in [^\n]*", "the data stays in FOLDER", text)
    return re.sub(r"[ \t]+", " ", re.sub(r"\+(\d{7,}|…)", "NUMBER", re.sub(r"wp_([\w-]+|…)", "KEY", text)))


def test_nothing_stands_unchecked() -> None:
    """A block is run, saved, parsed, or in the list of exceptions with its reason."""
    checked = {"json", "python", *SHELL, *NODE}
    loose = [fence.where for fence in RUN if fence.language not in checked and fence.mark not in (".env", "ready")]
    assert not loose, f"neither run nor in the list of exceptions: {loose}"


@pytest.mark.parametrize("key", EXCEPTIONS, ids=lambda key: f"{key[0]}: {key[1]}")
def test_an_exception_is_needed_and_sound(key: tuple[str, str]) -> None:
    found = [fence for fence in EVERY if (fence.document, fence.first) == key]
    assert found, "no block begins so; take it off the list"
    for fence in found:
        EXCEPTIONS[key].check(fence)
