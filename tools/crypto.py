"""Seal secrets (API keys, callback secrets) before they reach the database.

The sealing key lives outside the database, so a copy of the database alone opens nothing.
Fernet (AES-128-CBC with HMAC-SHA256, https://github.com/fernet/spec) comes from `cryptography`;
several keys separated by commas allow rotation: the first seals, all of them open.
"""

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

    :raise SealError: no key, or an unusable one
    """
    return _fernet(keys).encrypt(secret.encode()).decode()


def open_sealed(sealed: str, keys: str | None) -> str:
    """Return the secret that `seal` was given.

    :raise SealError: no key, an unusable one, or none of the keys sealed this
    """
    try:
        return _fernet(keys).decrypt(sealed.encode()).decode()
    except InvalidToken:
        # `from None`: the chained exception carries nothing that helps and shows in tracebacks
        raise SealError(
            "A stored secret can't be read because this server's sealing key has changed. Restore "
            "the previous key, or enter the secret again."
        ) from None


def _fernet(keys: str | None) -> MultiFernet:
    names = [key.strip() for key in (keys or "").split(",") if key.strip()]
    if not names:
        raise SealError(NO_KEY)
    try:
        return MultiFernet([Fernet(key) for key in names])
    except ValueError:
        raise SealError(UNUSABLE_KEY) from None
