"""Structured logs: one JSON line for each thing that happened, in the past tense."""

import io
import logging
import sys
from contextlib import suppress
from typing import TextIO, cast

from tillstream.core.imports import kept_out

with kept_out("rich"):  # for tracebacks in colour, which a service does not print: 0.1 s a process
    import structlog


class _Unfailing(io.TextIOBase):
    """A stream that drops what it cannot write: a line that a full disk does not take must not end a service."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


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
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _Unfailing(sys.stderr))),
    )
    structlog.contextvars.bind_contextvars(service=service)
    logging.basicConfig(stream=sys.stderr, level=max(number, logging.WARNING), format="%(message)s")


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger that binds `name` as `module`; facts go as keys with units."""
    bound: structlog.stdlib.BoundLogger = structlog.get_logger(module=name)
    return bound
