"""At least 120 sends that are refused."""

from .interactive import INTERACTIVE
from .plain import PLAIN
from .templates import TEMPLATES
from .words import CARD, GONE, PRODUCT, ROW, Row

REFUSED: list[Row] = [*PLAIN, *INTERACTIVE, *TEMPLATES]

__all__ = ["CARD", "GONE", "PRODUCT", "REFUSED", "ROW", "Row"]
