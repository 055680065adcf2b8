"""TLS as it should be and as it goes wrong: certificates and contexts for the test ports."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

NAMES = ("localhost", "127.0.0.1")
LONG_AGO = datetime.now(UTC) - timedelta(days=400)
YESTERDAY = datetime.now(UTC) - timedelta(days=1)

Issue = Callable[[trustme.CA], trustme.LeafCert]

CERTIFICATES: dict[str, Issue] = {
    "tls": lambda ca: ca.issue_cert(*NAMES),
    "tls_expired": lambda ca: ca.issue_cert(*NAMES, not_before=LONG_AGO, not_after=YESTERDAY),
    "tls_self_signed": lambda _ca: trustme.CA().issue_cert(*NAMES),
    "tls_wrong_host": lambda ca: ca.issue_cert("other-practice.example"),
    "tls_old": lambda ca: ca.issue_cert(*NAMES),
}


def contexts(folder: Path) -> dict[str, ssl.SSLContext]:
    """A server context for each flavour; the certificates and ``ca.pem`` are made once."""
    if not (folder / "ca.pem").exists():
        _make(folder)
    found = {name: _context(folder / f"{name}.pem") for name in CERTIFICATES}
    _make_old(found["tls_old"])
    return found


def _make(folder: Path) -> None:
    """Write a chain with its key for each flavour, and the authority's certificate last."""
    folder.mkdir(parents=True, exist_ok=True)
    ca = trustme.CA()
    for name, issue in CERTIFICATES.items():
        path = folder / f"{name}.pem"
        path.touch(mode=0o600)
        issue(ca).private_key_and_cert_chain_pem.write_to_path(path)
    ca.cert_pem.write_to_path(folder / "ca.pem")


def _context(path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(path)
    return context


def _make_old(context: ssl.SSLContext) -> None:
    """Offer TLS 1.0 and 1.1 only, which OpenSSL does at its lowest security level."""
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
