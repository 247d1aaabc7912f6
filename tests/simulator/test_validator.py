"""The small validator, rule by rule."""

from typing import Any

import pytest

from waypost.simulator.validator import Validator

TREE = {
    "type": "object",
    "properties": {"children": {"type": "array", "items": {"$ref": "Tree"}}},
    "required": ["name"],
}

CASES: list[tuple[dict[str, Any], Any, str | None]] = [
    ({"type": "string"}, "x", None),
    ({"type": "string"}, 1, "type"),
    ({"type": "integer"}, True, "type"),
    ({"type": "number"}, 1.5, None),
    ({"type": "boolean"}, False, None),
    ({"type": "string", "nullable": True}, None, None),
    ({"type": "string"}, None, "type"),
    ({"enum": ["a", "b"]}, "b", None),
    ({"enum": ["a", "b"]}, "c", "enum"),
    ({"type": "string", "minLength": 2}, "x", "minLength"),
    ({"type": "string", "maxLength": 2}, "xyz", "maxLength"),
    ({"type": "string", "pattern": "^[0-9]{2}$"}, "12", None),
    ({"type": "string", "pattern": "^[0-9]{2}$"}, "123", "pattern"),
    ({"type": "array", "minItems": 1}, [], "minItems"),
    ({"type": "array", "maxItems": 1}, [1, 2], "maxItems"),
    ({"minimum": 60, "maximum": 60}, 60, None),
    ({"minimum": 60}, 59, "minimum"),
    ({"maximum": 60}, 61, "maximum"),
    ({"type": "array", "items": {"type": "integer"}}, [1, "2"], "type"),
    ({"required": ["a"]}, {}, "required"),
    ({"required": ["a"]}, "not an object", None),
    ({"properties": {"a": {}}, "additionalProperties": False}, {"b": 1}, "additionalProperties"),
    ({"properties": {"a": {}}}, {"b": 1}, None),
    ({"oneOf": [{"required": ["id"]}, {"required": ["link"]}]}, {"id": 1}, None),
    ({"oneOf": [{"required": ["id"]}, {"required": ["link"]}]}, {"id": 1, "link": 2}, "oneOf"),
    ({"oneOf": [{"required": ["id"]}, {"required": ["link"]}]}, {}, "required"),
    ({"not": {"required": ["a"]}}, {"a": 1}, "not"),
    ({"not": {"required": ["a"]}}, {"b": 1}, None),
    ({"$ref": "Tree"}, {"name": "a", "children": [{"name": "b", "children": []}]}, None),
    ({"$ref": "Tree"}, {"name": "a", "children": [{"children": []}]}, "required"),
]


@pytest.mark.parametrize(("schema", "value", "rule"), CASES, ids=[str(number) for number in range(len(CASES))])
def test_a_rule(schema: dict[str, Any], value: Any, rule: str | None) -> None:
    problem = Validator({"Tree": TREE, "It": schema}).check("It", value)
    assert (problem.rule if problem else None) == rule


def test_the_place_is_told() -> None:
    problem = Validator({"Tree": TREE}).check("Tree", {"name": "a", "children": [{"name": "b"}, {}]})
    assert problem is not None
    assert problem.path == ("children", 1, "name")


def test_parts_are_united_before_the_door_is_closed() -> None:
    schemas: dict[str, dict[str, Any]] = {
        "Base": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
        "It": {"allOf": [{"$ref": "Base"}, {"additionalProperties": False, "properties": {"b": {"type": "string"}}}]},
    }
    validator = Validator(schemas)
    assert validator.check("It", {"a": "x", "b": "y"}) is None
    assert (problem := validator.check("It", {"b": "y"})) is not None and problem.rule == "required"
    assert (problem := validator.check("It", {"a": "x", "c": "y"})) is not None
    assert problem.rule == "additionalProperties"


def test_a_property_chooses_the_schema() -> None:
    chooser = {"propertyName": "type", "default": "cat", "mapping": {"cat": "Cat", "dog": "Dog"}}
    base = {"type": "object", "discriminator": chooser}
    schemas: dict[str, dict[str, Any]] = {
        "Pet": base,
        "Cat": {"allOf": [{"$ref": "Pet"}, {"required": ["purr"]}]},
        "Dog": {"allOf": [{"$ref": "Pet"}, {"required": ["bark"]}]},
    }
    validator = Validator(schemas)
    assert validator.check("Pet", {"type": "dog", "bark": 1}) is None
    assert validator.check("Pet", {"purr": 1}) is None
    assert (problem := validator.check("Pet", {"type": "cat"})) is not None and problem.path == ("purr",)
    assert (problem := validator.check("Pet", {"type": "cow"})) is not None and problem.rule == "enum"
