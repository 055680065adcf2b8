"""TLS to a provider, whatever is spoken inside: floor, trust, and what is wrong in words."""

import os
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress

from . import errors

TLS_FLOORS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
SILENCE_SECONDS = 20  # to connect, and between two bytes

# What OpenSSL says of a certificate -> what an administrator understands
_CERTIFICATE_SENTENCES = {
    "has expired": "The certificate of the Direct provider's server has expired.",
    "not yet valid": "The certificate of the Direct provider's server isn't valid yet.",
    "mismatch": "The certificate of the Direct provider's server is for a different host name.",
    "self-signed": "The certificate of the Direct provider's server is self-signed.",
    "unable to get local issuer": (
        "The certificate of the Direct provider's server is from an unknown authority."
    ),
}


def client_context(
    floor: str,
    ca_certificate: str | None = None,
    client_certificate: str = "",
    client_key: str = "",
) -> ssl.SSLContext:
    """Return a context that checks certificate and host name.

    :param floor: oldest version, a key of `TLS_FLOORS`
    :param ca_certificate: PEM of an authority to trust instead of the system's
    :param client_certificate: PEM chain to show to a server that asks for one
    :param client_key: its private key, PEM, not encrypted
    :raise CertificateInvalid: one of them is not what it should be
    """
    try:
        context = ssl.create_default_context(cadata=ca_certificate or None)
    except ssl.SSLError:
        raise errors.CertificateInvalid(
            "The certificate authority in the provider's settings isn't a valid PEM certificate."
        ) from None
    context.minimum_version = TLS_FLOORS[floor]
    if client_certificate:
        _load_chain(context, f"{client_certificate}\n{client_key}")
    return context


def _load_chain(context: ssl.SSLContext, pem: str) -> None:
    # OpenSSL reads a chain from a file only; this one is in memory, so no key comes to a disk
    file = os.memfd_create("chain")
    try:
        os.write(file, pem.encode())
        context.load_cert_chain(f"/proc/self/fd/{file}")
    except (ssl.SSLError, OSError):
        raise errors.CertificateInvalid(
            "The client certificate and key in the provider's settings don't match, or aren't PEM "
            "text."
        ) from None
    finally:
        os.close(file)


def explain(
    error: ssl.SSLError,
    host: str,
    port: int,
    connect: Callable[[str, int], socket.socket],
    before: Callable[[socket.socket], None] | None = None,
) -> errors.HispError:
    """Turn a failed handshake into an error with its cause.

    :param connect: makes a connection to where a provider may be
    :param before: what is said on a plain connection before the handshake (STARTTLS)
    """
    text = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return errors.CertificateInvalid(
            next((said for mark, said in _CERTIFICATE_SENTENCES.items() if mark in text), None)
        )
    if _speaks_only_old_tls(host, port, connect, before):
        return errors.TlsTooOld()
    return errors.Unreachable("A secure connection to the Direct provider couldn't be made.")


def _speaks_only_old_tls(host, port, connect, before) -> bool:
    """Whether a handshake succeeds only below TLS 1.2. Nothing but the handshake is sent.

    Servers end a handshake that is too new for them in all sorts of ways, often by just closing
    the connection, so the error of the real attempt does not tell.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with suppress(OSError, errors.HispError), connect(host, port) as plain:
        if before:
            before(plain)
        with context.wrap_socket(plain, server_hostname=host):
            return True
    return False
