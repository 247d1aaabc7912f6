"""A body with one of several shapes, told apart by its fields: `Annotated[A | B, Choice(…)]`, for `answers.decode`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from .errors import Invalid


@dataclass(frozen=True, eq=False)
class Choice:
    """`fields` are the names on the wire that tell; a kind that the first alone tells has None for the second."""

    fields: tuple[str, str]
    kinds: Mapping[tuple[str, str | None], type[msgspec.Struct]]

    def of(self, body: Mapping[str, Any]) -> type[msgspec.Struct]:
        """The shape of a body; raises Invalid naming the field and what it may be."""
        first = self._told(body, self.fields[0], list(dict.fromkeys(outer for outer, _ in self.kinds)))
        if (first, None) in self.kinds:
            return self.kinds[first, None]
        second = self._told(body, self.fields[1], [str(inner) for outer, inner in self.kinds if outer == first])
        return self.kinds[first, second]

    def _told(self, body: Mapping[str, Any], field: str, known: list[str]) -> str:
        given = body.get(field)
        if given is None:
            raise Invalid.field(field, "is required.")
        if not isinstance(given, str):
            raise Invalid.field(field, "must be a string.")
        if given not in known:
            raise Invalid.field(field, f"must be one of {', '.join(known)}.{self._hint(given)}")
        return given

    def _hint(self, given: str) -> str:
        """For a name that stands at the other level."""
        for outer, inner in self.kinds:
            if inner == given:
                return f" For {given}, {self.fields[0]} is {outer} and {self.fields[1]} is {inner}."
            if inner is None and outer == given:
                return f" For {given}, {self.fields[0]} is {outer}, without {self.fields[1]}."
        return ""
