"""The keyed jobs as a move sees them."""

from tillstream.data.streaming.embedded.pattern_job import PatternJob
from tillstream.data.streaming.embedded.session_job import SessionJob
from tillstream.data.streaming.logic.patterns import PATTERNS
from tillstream.operations.moving.scanning import KeyedReader


def session_reader(job: SessionJob, watermark_ms: int | None = None) -> KeyedReader:
    """Events of a visitor up to a gap apart."""
    return KeyedReader(
        name=job.name,
        topics=job.topics,
        items=job.items,
        reach_ms=lambda _: job.gap_ms,
        lateness_ms=job.lateness_ms,
        watermark_ms=watermark_ms,
    )


def pattern_reader(job: PatternJob, watermark_ms: int | None = None) -> KeyedReader:
    """Rows of a pattern and key up to the pattern's time apart."""
    within_ms = {name: -(-pattern.within_us // 1000) for name, pattern in PATTERNS.items()}
    return KeyedReader(
        name=job.name,
        topics=job.topics,
        items=job.items,
        reach_ms=lambda key: within_ms[key.partition("|")[0]],
        lateness_ms=job.lateness_ms,
        watermark_ms=watermark_ms,
    )
