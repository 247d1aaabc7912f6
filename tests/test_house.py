"""The rules of docs/house.md, asserted on the sources; and each rule is shown to catch a small breach of it."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.house import manners, rooms, sql
from tests.house.source import House, checkout

#: SQL on a tenant's table that names no organization: (module, function or constant) -> why it may.
ACROSS_ORGANIZATIONS = {
    ("domain.account_changes", "_known"): "Meta names a WABA by its own id; the organizations follow from it",
    ("domain.api_keys", "revoke"): "the operator's command names a key by its id alone",
    ("domain.dead_letters", "recent"): "the operator's doctor looks at the whole deployment",
    ("domain.onboarding", "opened"): "the hosted page knows the link's id alone, and learns the organization from it",
    ("domain.unsettled", "look"): "the operator's doctor looks at the whole deployment",
    ("domain.media_links", "forget_old"): "retention, the same for everybody",
    ("domain.phones", "is_connected"): "Meta knows a number once, whichever organization has it",
    ("domain.phones", "by_meta_ids"): "Meta names a phone by its own id; the organization follows from the phone",
    ("domain.replays", "forget"): "retention, the same for everybody",
    ("domain.signups", "interrupted"): "after a crash every organization's signups are resumed",
    ("domain.statuses", "forget_orphans"): "retention, the same for everybody",
    ("domain.accounting", "_DELIVERIES"): "the books of the whole deployment for its operator, numbers only",
    ("domain.accounting", "_FACTS"): "the books of the whole deployment for its operator, numbers only",
    ("domain.vitals", "look"): "metrics of the whole deployment, numbers only",
    ("domain.webhook_secrets", "forget"): "secrets whose time is over, the same for everybody",
}

Rule = Callable[[House], Iterable[str]]


def tenants(house: House) -> Iterable[str]:
    return sql.tenants(house, ACROSS_ORGANIZATIONS)


def tenants_with_nothing_allowed(house: House) -> Iterable[str]:
    return sql.tenants(house, {})


RULES: list[Rule] = [
    rooms.plan,
    rooms.web_framework,
    rooms.circles,
    rooms.http_clients,
    rooms.environment,
    sql.doors,
    tenants,
    manners.file_names,
    manners.function_names,
    manners.file_sizes,
    manners.function_sizes,
    manners.strange_places,
    manners.locks,
    manners.built_files,
]

MIGRATION = {"waypost/postgres/migrations/1.sql": "create table phones (\n  organization_id uuid,\n  id uuid\n);"}


def of(files: dict[str, str]) -> House:
    return House({path: text.encode() for path, text in files.items()})


def module(path: str, text: str) -> dict[str, str]:
    return {f"waypost/{path}": text, **MIGRATION}


@pytest.fixture(scope="module")
def house() -> House:
    return checkout(Path(__file__).parents[1])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rules(house: House, rule: Rule) -> None:
    broken = list(rule(house))
    assert not broken, "\n" + "\n".join(broken)


def test_files_and_functions_are_small(house: House) -> None:
    lines, function = manners.medians(house)
    print(f"median file {lines} lines, median function {function} lines")
    assert lines <= 160 and function <= 14


def test_there_are_modules_and_tenants_to_look_at(house: House) -> None:
    assert len(house.modules) > 10
    every, tenants = sql.tables(house)
    assert {"messages", "phones", "api_keys"} <= tenants and "organizations" in every - tenants


IN_DOMAIN = "domain/phones.py"
BREACHES: list[tuple[Rule, dict[str, str]]] = [
    (rooms.plan, module("surprise.py", "")),
    (rooms.plan, module("paging.py", "from waypost import runtime") | module("runtime.py", "")),
    (rooms.plan, module("meta/graph.py", "import waypost.postgres.pool") | module("postgres/pool.py", "")),
    (rooms.plan, module("domain/a.py", "def f():\n    from waypost.api import routes") | module("api/routes.py", "")),
    (rooms.plan, module("api/a.py", "from waypost.inbox.b import c") | module("inbox/b.py", "c = 1")),
    (rooms.plan, module("signup/a.py", "from ..postgres import pool") | module("postgres/pool.py", "")),
    (rooms.plan, module("simulator/a.py", "from waypost.errors import Invalid") | module("errors.py", "")),
    (rooms.plan, module("domain/a.py", "from waypost.simulator import b") | module("simulator/b.py", "")),
    (rooms.web_framework, module(IN_DOMAIN, "from starlette.requests import Request")),
    (
        rooms.circles,
        module("domain/a.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from waypost.domain import b")
        | module("domain/b.py", "from waypost.domain.a import x"),
    ),
    (rooms.http_clients, module(IN_DOMAIN, "from urllib import request")),
    (rooms.http_clients, module("workers/deliver.py", "import pycurl")),
    (rooms.http_clients, module("meta/signup.py", "import aiohttp")),
    (rooms.environment, module(IN_DOMAIN, "import os\nx = os.environ['X']")),
    (rooms.environment, module("cli.py", "from os import getenv")),
    (sql.doors, module("api/phones.py", "Q = 'SELECT id FROM phones WHERE organization_id = $1'")),
    (sql.doors, module("ingest.py", "async def f(conn):\n    await conn.execute(QUERY)")),
    (tenants_with_nothing_allowed, module(IN_DOMAIN, "Q = 'select id from phones where id = $1'")),
    (tenants_with_nothing_allowed, module(IN_DOMAIN, "Q = 'select organization_id, id from phones where id = $1'")),
    (
        tenants_with_nothing_allowed,
        module(IN_DOMAIN, "Q = 'delete from phones where id = $1 returning organization_id'"),
    ),
    (tenants_with_nothing_allowed, module(IN_DOMAIN, "def f(x):\n    return f'UPDATE phones SET {x} WHERE id = $1'")),
    (tenants_with_nothing_allowed, module(IN_DOMAIN, "T = 'from phones p'\nQ = f'select 1 {T} where ' + 'p.id = $1'")),
    (tenants_with_nothing_allowed, module(IN_DOMAIN, "def f(t):\n    return f'select 1 from {t} where id = $1'")),
    (tenants_with_nothing_allowed, module(IN_DOMAIN, "Q = 'insert into phones (id)'\\\n    ' values ($1)'")),
    (manners.file_names, module("domain/helpers.py", "")),
    (manners.file_names, {"tests/common/phones.py": ""}),
    (manners.function_names, module(IN_DOMAIN, "class A:\n    async def _get_phone(self): ...")),
    (manners.file_sizes, module(IN_DOMAIN, "x = 1\n" * 401)),
    (manners.function_sizes, module(IN_DOMAIN, "def f():\n" + "    x = 1\n" * 60)),
    (manners.strange_places, {"docs/setup.md": "cd " + "/home" + "/somebody"}),
    (manners.strange_places, {"Makefile": "pip install -i https://" + "pypi" + ".org/simple"}),
    (manners.locks, {"requirements.txt": "aiohttp==3.14.5\n"}),
    (manners.locks, {"requirements.txt": "--extra-index-url x\n"}),
    (manners.locks, {"frontend/package-lock.json": '{"resolved": "https://a/b.tgz"}'}),
    (manners.built_files, {"waypost/static/inbox.js": ""}),
]


@pytest.mark.parametrize(("rule", "files"), BREACHES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_breach_is_caught(rule: Rule, files: dict[str, str]) -> None:
    assert list(rule(of(files)))


SOUND: list[tuple[Rule, dict[str, str]]] = [
    (rooms.plan, module("cli/__init__.py", "from waypost.simulator import server") | module("simulator/server.py", "")),
    (rooms.plan, module("domain/a.py", "from waypost.meta import graph") | module("meta/graph/__init__.py", "")),
    (rooms.circles, module("domain/a.py", "from waypost.domain import b") | module("domain/b.py", "")),
    (rooms.http_clients, module("meta/graph/client.py", "import aiohttp")),
    (rooms.environment, module("config.py", "import os\nx = os.environ")),
    (sql.doors, module("signup/pages.py", "T = 'Select a number from the list, or update it.'")),
    (
        tenants_with_nothing_allowed,
        module(IN_DOMAIN, "W = 'p.organization_id = $1'\nQ = f'select 1 from phones p where {W}'"),
    ),
    (tenants_with_nothing_allowed, module(IN_DOMAIN, 'def f():\n    """select from phones"""\n    return "phones"')),
    (tenants_with_nothing_allowed, module(IN_DOMAIN, "Q = 'insert into phones (organization_id, id)'")),
    (manners.locks, {"requirements.txt": "a==1 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n    # via b\n"}),
    (manners.strange_places, {"docs/a.md": "https://wa.example.com/home/page and /var/lib/waypost"}),
]


@pytest.mark.parametrize(("rule", "files"), SOUND, ids=lambda value: getattr(value, "__name__", ""))
def test_what_is_sound_is_left_alone(rule: Rule, files: dict[str, str]) -> None:
    assert list(rule(of(files))) == []


def test_an_allowed_exception_that_nobody_needs_is_named() -> None:
    assert list(sql.tenants(of(MIGRATION), {("domain.phones", "gone"): "no longer there"}))
