"""What a tester gives is laid over what Meta would send: objects are merged, `null` takes away, all else replaces."""

from typing import Any

from .problems import BadInput

Object = dict[str, Any]


def overlaid(usual: Object, given: Object, place: str = "") -> Object:
    """Raises BadInput, naming the place, where an object is replaced by something else."""
    whole = dict(usual)
    for key, value in given.items():
        here = f"{place}.{key}" if place else key
        if value is None:
            whole.pop(key, None)
        elif isinstance(value, dict):
            under = whole.get(key)
            whole[key] = overlaid(under if isinstance(under, dict) else {}, value, here)
        elif isinstance(whole.get(key), dict):
            raise BadInput(here, "This is an object of Meta's; write an object, or null to leave it out.")
        else:
            whole[key] = value
    return whole
