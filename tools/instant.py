"""Points in time: providers speak RFC 3339 with an offset, Odoo stores naive UTC."""

from datetime import UTC, datetime


def naive_utc(at: datetime | None) -> datetime | None:
    """Return an aware datetime as Odoo stores it: UTC, without time zone, in whole seconds."""
    return at.astimezone(UTC).replace(tzinfo=None, microsecond=0) if at else None
