"""Seal secrets (API keys, callback secrets) before they reach the database.

The sealing key lives outside the database, so a copy of the database alone opens nothing.
Fernet (AES-128-CBC with HMAC-SHA256, https://github.com/fernet/spec) comes from `cryptography`;
several keys separated by commas allow rotation: the first seals, all of them open.
"""

import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class SealError(Exception):
    """A secret cannot be sealed or opened. The text says what an administrator has to do."""


# Whole sentences, so that they can be translated
NO_KEY = (
    "This server has no sealing key, so secrets can't be stored. Set DIRECT_MESSAGING_KEY in the "
    "server's environment to a key made with: python3 -c 'from cryptography.fernet import Fernet; "
    "print(Fernet.generate_key().decode())' and restart the server."
)
UNUSABLE_KEY = (
    "This server's sealing key isn't a valid Fernet key. Set DIRECT_MESSAGING_KEY in the server's "
    "environment to a key made with: python3 -c 'from cryptography.fernet import Fernet; "
    "print(Fernet.generate_key().decode())' and restart the server."
)


def seal(secret: str, keys: str | None) -> str:
    """Return `secret` encrypted under the first of `keys` (comma separated Fernet keys).

    The id of the key stands before it, with a dot between.

    :raise SealError: no key, or an unusable one
    """
    id_, fernet = next(iter(_fernets(keys).items()))
    return f"{id_}.{fernet.encrypt(secret.encode()).decode()}"


def open_sealed(sealed: str, keys: str | None) -> str:
    """Return the secret that `seal` was given.

    :raise SealError: no key, an unusable one, or none of the keys sealed this
    """
    fernets = _fernets(keys)
    id_, dot, token = sealed.rpartition(".")
    # What was sealed before keys had ids could be of any of them
    tried = [fernets[id_]] if id_ in fernets else [] if dot else list(fernets.values())
    try:
        return MultiFernet(tried).decrypt(token.encode()).decode()
    except (InvalidToken, ValueError):
        # `from None`: the chained exception carries nothing that helps and shows in tracebacks
        raise SealError(
            "A stored secret can't be read because this server's sealing key has changed. Restore "
            "the previous key, or enter the secret again."
        ) from None


def key_of(sealed: str) -> str:
    """Return the id of the key that sealed this; empty if it was sealed before keys had ids."""
    return sealed.rpartition(".")[0]


def key_ids(keys: str | None) -> list[str]:
    """Return the ids of the keys, that of the one which seals first.

    :raise SealError: no key, or an unusable one
    """
    return list(_fernets(keys))


def _fernets(keys: str | None) -> dict[str, Fernet]:
    names = [key.strip() for key in (keys or "").split(",") if key.strip()]
    if not names:
        raise SealError(NO_KEY)
    try:
        # An id tells keys apart and says nothing of them
        return {hashlib.sha256(key.encode()).hexdigest()[:8]: Fernet(key) for key in names}
    except ValueError:
        raise SealError(UNUSABLE_KEY) from None
