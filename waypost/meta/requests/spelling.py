"""Meta's own objects inside our messages (contact cards, template parameters): camelCase here, snake_case at Meta.

Who copies from Meta's documentation or forwards what arrived writes Meta's spelling; both are understood.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from .frame import NO_MEDIA, Media


def as_meta(value: Any, media: Media = NO_MEDIA) -> Any:
    """Structs as Meta's JSON: attributes are named as Meta names them, absent ones are left out."""
    if isinstance(value, msgspec.Struct):
        if (own := getattr(value, "graph", None)) is not None:
            return own(media)
        tag, field = value.__struct_config__.tag, value.__struct_config__.tag_field
        parts = {name: getattr(value, name) for name in value.__struct_fields__}
        given = {name: as_meta(part, media) for name, part in parts.items() if part is not None}
        return {field: tag, **given} if field else given
    return [as_meta(part, media) for part in value] if isinstance(value, list) else value


def spellings(*structs: type[msgspec.Struct]) -> dict[str, str]:
    """Meta's name -> ours, where they differ."""
    fields = [field for struct in structs for field in msgspec.structs.fields(struct)]
    return {field.name: field.encode_name for field in fields if field.name != field.encode_name}


def respelled(value: Any, names: Mapping[str, str], free: str = "") -> Any:
    """JSON with Meta's names replaced by ours; what is under the name `free` (ours) is the customer's own."""
    if isinstance(value, list):
        return [respelled(part, names, free) for part in value]
    if not isinstance(value, dict):
        return value
    pairs = [(names.get(name, name), part) for name, part in value.items()]
    return {name: part if name == free else respelled(part, names, free) for name, part in pairs}
