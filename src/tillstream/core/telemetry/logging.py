"""Structured logs: one JSON line for each thing that happened, in the past tense."""

import logging
import sys

from tillstream.core.imports import kept_out

with kept_out("rich"):  # for tracebacks in colour, which a service does not print: 0.1 s a process
    import structlog


def configure_logging(service: str, *, level: str = "info", json: bool = True) -> None:
    """Sends every log of this process to stderr; called once, by an app."""
    number = getattr(logging, level.upper())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    structlog.contextvars.bind_contextvars(service=service)
    logging.basicConfig(stream=sys.stderr, level=max(number, logging.WARNING), format="%(message)s")


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger that binds `name` as `module`; facts go as keys with units."""
    bound: structlog.stdlib.BoundLogger = structlog.get_logger(module=name)
    return bound
