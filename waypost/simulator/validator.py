"""A small validator for the part of JSON Schema that Meta's description uses. Schemas are compiled once into closures.

`allOf` is merged before compiling, because Meta combines it with `additionalProperties: false` and means the union.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
Schemas = Mapping[str, Schema]
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Where (keys and indexes from the root), which rule, and what the rule asks for."""

    path: Path
    rule: str
    expected: Any
    value: Any


Check = Callable[[Any, Path], Problem | None]

TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}

#: Rule to the measure that must not fall below or rise above the bound.
_BOUNDS: dict[str, tuple[type | tuple[type, ...], Callable[[Any, Any], bool]]] = {
    "minLength": (str, lambda value, bound: len(value) >= bound),
    "maxLength": (str, lambda value, bound: len(value) <= bound),
    "minItems": (list, lambda value, bound: len(value) >= bound),
    "maxItems": (list, lambda value, bound: len(value) <= bound),
    "minimum": ((int, float), lambda value, bound: value >= bound),
    "maximum": ((int, float), lambda value, bound: value <= bound),
}


class Validator:
    def __init__(self, schemas: Schemas) -> None:
        self.schemas = schemas
        self._compiled: dict[str, Check] = {}

    def check(self, name: str, value: Any) -> Problem | None:
        """The first problem of a value under a named schema; None when it conforms."""
        return self._named(name)(value, ())

    def _named(self, name: str) -> Check:
        """Looked up when run, so that a schema may contain itself."""
        if name not in self._compiled:
            self._compiled[name] = self.compile(self.schemas[name])
        return self._compiled[name]

    def compile(self, schema: Schema) -> Check:
        merged = self._merge(schema)
        if "$ref" in merged:
            name = merged["$ref"]
            return lambda value, path: self._named(name)(value, path)
        checks = [build(self, merged[rule], merged) for rule, build in RULES.items() if rule in merged]
        nullable = merged.get("nullable", False)

        def check(value: Any, path: Path) -> Problem | None:
            if nullable and value is None:
                return None
            for one in checks:
                if (problem := one(value, path)) is not None:
                    return problem
            return None

        return check

    def _merge(self, schema: Schema) -> Schema:
        """The schema with its `allOf` parts folded in: properties united, required added up, later rules winning."""
        if "allOf" not in schema:
            return schema
        whole: dict[str, Any] = {}
        for part in [*schema["allOf"], {key: value for key, value in schema.items() if key != "allOf"}]:
            resolved = self._merge(self.schemas[part["$ref"]] if "$ref" in part else part)
            required = [*whole.get("required", ()), *resolved.get("required", ())]
            properties = {**whole.get("properties", {}), **resolved.get("properties", {})}
            whole = {**whole, **resolved, "required": required, "properties": properties}
        return whole


Build = Callable[[Validator, Any, Schema], Check]


def _type(validator: Validator, expected: str, schema: Schema) -> Check:
    fits = TYPES[expected]
    return lambda value, path: None if fits(value) else Problem(path, "type", expected, value)


def _enum(validator: Validator, allowed: list[Any], schema: Schema) -> Check:
    return lambda value, path: None if value in allowed else Problem(path, "enum", allowed, value)


def _bound(rule: str) -> Build:
    kinds, holds = _BOUNDS[rule]

    def build(validator: Validator, bound: Any, schema: Schema) -> Check:
        def check(value: Any, path: Path) -> Problem | None:
            return None if not isinstance(value, kinds) or holds(value, bound) else Problem(path, rule, bound, value)

        return check

    return build


def _pattern(validator: Validator, pattern: str, schema: Schema) -> Check:
    expression = re.compile(pattern)

    def check(value: Any, path: Path) -> Problem | None:
        fits = not isinstance(value, str) or expression.search(value)
        return None if fits else Problem(path, "pattern", pattern, value)

    return check


def _required(validator: Validator, names: list[str], schema: Schema) -> Check:
    def check(value: Any, path: Path) -> Problem | None:
        if isinstance(value, dict):
            for name in names:
                if name not in value:
                    return Problem((*path, name), "required", name, value)
        return None

    return check


def _properties(validator: Validator, properties: Mapping[str, Schema], schema: Schema) -> Check:
    compiled = {name: validator.compile(part) for name, part in properties.items()}
    closed = schema.get("additionalProperties") is False

    def check(value: Any, path: Path) -> Problem | None:
        if not isinstance(value, dict):
            return None
        for name, part in value.items():
            if name in compiled:
                if (problem := compiled[name](part, (*path, name))) is not None:
                    return problem
            elif closed:
                return Problem(path, "additionalProperties", name, value)
        return None

    return check


def _items(validator: Validator, schema_of_item: Schema, schema: Schema) -> Check:
    item = validator.compile(schema_of_item)

    def check(value: Any, path: Path) -> Problem | None:
        if isinstance(value, list):
            for position, part in enumerate(value):
                if (problem := item(part, (*path, position))) is not None:
                    return problem
        return None

    return check


def _one_of(validator: Validator, branches: list[Schema], schema: Schema) -> Check:
    if "discriminator" in schema:
        return lambda value, path: None
    compiled = [validator.compile(branch) for branch in branches]

    def check(value: Any, path: Path) -> Problem | None:
        problems = [branch(value, path) for branch in compiled]
        if problems.count(None) == 1:
            return None
        found = [problem for problem in problems if problem is not None]
        if len(found) == len(compiled):
            return max(found, key=lambda problem: len(problem.path))
        return Problem(path, "oneOf", len(compiled), value)

    return check


def _not(validator: Validator, forbidden: Schema, schema: Schema) -> Check:
    refuses = validator.compile(forbidden)
    return lambda value, path: Problem(path, "not", forbidden, value) if refuses(value, path) is None else None


def _discriminator(validator: Validator, rule: Mapping[str, Any], schema: Schema) -> Check:
    """Chooses the schema by one property's value; a base schema that its own variants extend is not followed twice."""
    name, mapping = rule["propertyName"], rule["mapping"]
    variants: dict[str, Check] = {}

    def check(value: Any, path: Path) -> Problem | None:
        if not isinstance(value, dict):
            return None
        chosen = value.get(name, rule.get("default"))
        if not isinstance(chosen, str) or chosen not in mapping:
            return Problem((*path, name), "enum", list(mapping), chosen)
        if chosen not in variants:
            variant = {**validator._merge(validator.schemas[mapping[chosen]])}
            variant.pop("discriminator", None)
            variants[chosen] = validator.compile(variant)
        return variants[chosen](value, path)

    return check


#: In the order in which problems are reported.
RULES: dict[str, Build] = {
    "type": _type,
    "enum": _enum,
    "required": _required,
    "discriminator": _discriminator,
    "oneOf": _one_of,
    "properties": _properties,
    "items": _items,
    "pattern": _pattern,
    "not": _not,
    **{rule: _bound(rule) for rule in _BOUNDS},
}
