"""Ids of decisions and the seeds drawn from them."""

import hashlib
import secrets


def decision_id_at(micros: int) -> str:
    """A new id; sorts by the time it was made."""
    return f"d{micros:014x}{secrets.token_hex(5)}"


def seed_of(*parts: str) -> int:
    """The same seed for the same parts, on every machine; 48 bits, so that JSON keeps it whole."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return int.from_bytes(digest[:6], "big")


def share_of(seed: int, purpose: str) -> float:
    """A number in [0, 1) that depends on the seed and on what it is for."""
    return seed_of(str(seed), purpose) / 2**48
