"""SQL in the sources: none in a door, and every text on a tenant's table names organization_id behind that table.

A text is the largest string expression: adjacent literals, f-strings, `+`, `.format(...)`. Constants of the same module
are filled in by name, anything else is `{}`.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.house.rooms import DOORS, room
from tests.house.source import Function, House, Module

_BEGINS = re.compile(r"\s*(with|select|insert|update|delete|from|(left |inner |cross )?join|where|and|values)\b", re.I)
_METHODS = {"execute", "executemany", "fetch", "fetchrow", "fetchval", "cursor", "copy_records_to_table"}
_LISTING = re.compile(r"\b(order by|group by|returning)\b[^()]*", re.I)


@dataclass(frozen=True)
class Text:
    module: str
    path: str
    line: int
    owner: str
    """The function, or the constant of the module, that holds it."""
    value: str
    is_call: bool = False


def tables(house: House) -> tuple[set[str], set[str]]:
    """All tables of the migrations, and those of tenants: they have an organization_id."""
    every, tenants = set(), set()
    for path in house.files:
        if path.startswith("waypost/postgres/migrations/") and path.endswith(".sql"):
            sql = re.sub(r"--.*", "", house.text(path)).lower()
            for name, body in re.findall(r"create table (?:if not exists )?(\w+)\s*\((.*?)\n\)", sql, re.S):
                every.add(name)
                tenants |= {name} if "organization_id" in body else set()
            tenants |= set(re.findall(r"alter table (?:only )?(\w+)\s+add (?:column )?organization_id\b", sql))
    return every, tenants


def doors(house: House) -> Iterator[str]:
    every, _ = tables(house)
    for module in house.modules.values():
        if room(module.name) in DOORS:
            for text in texts(module):
                if text.is_call or (_BEGINS.match(text.value) and touched(text.value, every)):
                    yield f"{text.path}:{text.line}: SQL in a door ({text.owner})"


def tenants(house: House, allowed: dict[tuple[str, str], str]) -> Iterator[str]:
    """`allowed` maps (module, function or constant) to the reason why it may reach across organizations."""
    _, names = tables(house)
    used = set()
    for module in house.modules.values():
        for text in texts(module):
            if _BEGINS.match(text.value) and crosses(text.value, names):
                key = (text.module.removeprefix("waypost."), text.owner)
                used.add(key)
                if key not in allowed:
                    yield f"{text.path}:{text.line}: {key}: no organization_id in: {' '.join(text.value.split())[:90]}"
    yield from (f"allowed, but no longer needed: {key}" for key in sorted(set(allowed) - used))


def touched(sql: str, names: set[str]) -> re.Match[str] | None:
    """The first of these tables that the text reads or writes; one that cannot be read off counts as such."""
    tables = "|".join([*sorted(names, key=len, reverse=True), r"\{\w*\}"])
    named = rf"\b(from|join|into|update|using)\s+(only\s+)?(\w+\.)?({tables})(?!\w)"
    return re.search(rf"{named}|,\s*({tables})\s+\w+\s", sql, re.I)


def crosses(sql: str, names: set[str]) -> bool:
    """Whether it touches a tenant's table without organization_id behind it; sort orders and `returning` count not."""
    found = touched(sql, names)
    return found is not None and "organization_id" not in _LISTING.sub(" ", sql[found.end() :]).lower()


def texts(module: Module) -> Iterator[Text]:
    constants = dict(_constants(module))
    for owner, node in _expressions(module.tree, ""):
        if isinstance(node, ast.Call):
            yield Text(module.name, module.path, node.lineno, owner, "", is_call=True)
        else:
            value = _value(node, constants)
            if value is not None:
                yield Text(module.name, module.path, node.lineno, owner, value)


def _constants(module: Module) -> Iterator[tuple[str, ast.expr]]:
    for node in module.tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, node.value


def _expressions(node: ast.AST, owner: str) -> Iterator[tuple[str, ast.expr]]:
    """Largest string expressions and calls of the driver, each with what holds it; docstrings are passed over."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        inner = owner
        if isinstance(child, Function):
            inner = child.name
        elif isinstance(child, ast.Assign) and not owner and isinstance(child.targets[0], ast.Name):
            inner = child.targets[0].id
        if isinstance(child, ast.Call) and isinstance(child.func, ast.Attribute) and child.func.attr in _METHODS:
            yield inner, child
        if isinstance(child, ast.expr) and not isinstance(child, ast.Name) and _value(child, {}) is not None:
            yield inner, child
        else:
            yield from _expressions(child, inner)


def _value(node: ast.AST, constants: dict[str, ast.expr]) -> str | None:
    """The text of a string expression, as far as it can be read off; None for anything else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Name) and node.id in constants:
        return _value(constants[node.id], {name: value for name, value in constants.items() if name != node.id})
    if isinstance(node, ast.FormattedValue):
        return _value(node.value, constants) or "{}"
    if isinstance(node, ast.JoinedStr):
        return "".join(_value(part, constants) or "" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mult):
        sides = [_value(node.left, constants), _value(node.right, constants)]
        return None if sides == [None, None] else "".join(side or "{}" for side in sides)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        template = _value(node.func.value, constants)
        return template and template + " ".join(_value(word.value, constants) or "" for word in node.keywords)
    return None
