"""Who is expected on a page of the provider, and where they go back to."""

import secrets
import threading
import time
from dataclasses import dataclass

LIFETIME_SECONDS = 3600


@dataclass(frozen=True)
class Visit:
    domain: str
    practice: str
    return_url: str
    until: float


class Visits:
    """The pages that wait for a representative, by token: in memory, an hour at most."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._visits: dict[str, Visit] = {}

    def expect(self, domain: str, practice: str, return_url: str) -> str:
        """The token of a new page."""
        token, now = secrets.token_urlsafe(32), time.monotonic()
        with self._lock:
            self._visits = {key: v for key, v in self._visits.items() if v.until > now}
            self._visits[token] = Visit(domain, practice, return_url, now + LIFETIME_SECONDS)
        return token

    def find(self, token: str) -> Visit | None:
        with self._lock:
            visit = self._visits.get(token)
        return visit if visit and visit.until > time.monotonic() else None

    def take(self, token: str) -> Visit | None:
        """As `find`, and the page is used up."""
        with self._lock:
            visit = self._visits.pop(token, None)
        return visit if visit and visit.until > time.monotonic() else None
