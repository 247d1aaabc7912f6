"""Logs on standard error: one line per outcome, JSON in production, readable in `dev`. Libraries' warnings join."""

import logging
import sys
from typing import Any

import structlog


def configure(style: str) -> None:
    """`style` is `json` or `pretty`; colours only on a terminal."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: list[Any] = (
        [_tracebacks(), structlog.processors.JSONRenderer()]
        if style == "json"
        else [
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        ]
    )
    structlog.configure(
        processors=[*shared, *render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render]
    )
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _tracebacks() -> Any:
    """Frames without local variables: those hold tokens, secrets and message bodies."""
    transform = structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=12)
    return structlog.processors.ExceptionRenderer(transform)
