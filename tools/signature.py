"""Signed callbacks: HMAC-SHA256 over ``timestamp.body`` (RFC 2104), fresh for five minutes."""

import hashlib
import hmac
from collections.abc import Iterable

WINDOW_SECONDS = 300
SCHEME = "v1="


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature header of `body`: ``v1=<64 hex digits>``.

    :param timestamp: Unix time in whole seconds, as text, exactly as sent in its own header
    """
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return SCHEME + digest.hexdigest()


def is_authentic(
    secrets: Iterable[str], timestamp: str, body: bytes, signature: str, now: float
) -> bool:
    """Whether `signature` was made with one of `secrets` not more than five minutes from `now`.

    Several secrets are valid while one is being replaced. Fails closed: no secret, no header or
    anything malformed is False. Compares in constant time.
    """
    secrets = [secret for secret in secrets if secret]
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(now - int(timestamp)) > WINDOW_SECONDS or not signature.isascii():
        return False
    # every secret is compared, so the time taken does not tell which one matched
    matches = [hmac.compare_digest(sign(secret, timestamp, body), signature) for secret in secrets]
    return any(matches)
