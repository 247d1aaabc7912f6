"""At least one of each send: our JSON, what Meta gets, what is stored, what is to be uploaded."""

from .example import FILM, PAPER, PHOTO, TO, WAMID, Example
from .interactive import INTERACTIVE
from .plain import PLAIN
from .templates import TEMPLATES

EXAMPLES: dict[str, Example] = {**PLAIN, **INTERACTIVE, **TEMPLATES}

__all__ = ["EXAMPLES", "FILM", "PAPER", "PHOTO", "TO", "WAMID", "Example"]
