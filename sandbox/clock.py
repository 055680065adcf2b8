"""Time as the sandbox keeps it: whole milliseconds since the epoch, shown as RFC 3339 in UTC."""

import time
from datetime import UTC, datetime


def now() -> int:
    return time.time_ns() // 1_000_000


def rfc3339(milliseconds: int | None) -> str | None:
    """``1735689600250`` -> ``2025-01-01T00:00:00.250Z``."""
    if milliseconds is None:
        return None
    seconds, rest = divmod(milliseconds, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03}Z"
