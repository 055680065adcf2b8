"""HTTPS to a provider: TLS floor, pinned CA, no redirects, and every failure as a typed error."""

import base64
import secrets
import socket
import ssl
from collections.abc import Callable
from functools import partial
from itertools import chain, zip_longest
from json import dumps
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from ..tools.sentence import Sentence
from . import errors, reach, tls
from .answer import MALFORMED, Answer

NOT_UNDERSTOOD = "The Direct provider's answer couldn't be understood (HTTP %(status)s)."
TRY_LATER = (429, 503)
LONGEST_WAIT_SECONDS = 86400  # however long a provider asks us to wait
T = TypeVar("T")


class BearerAuth(AuthBase):
    """`Authorization: Bearer ...`; as an auth object so that no .netrc file replaces it."""

    def __init__(self, token: str):
        self._token = token

    def __call__(self, request):
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class NoAuth(AuthBase):
    """For a provider that takes its credentials in the body; no .netrc file adds any."""

    def __call__(self, request):
        return request


class _Adapter(HTTPAdapter):
    """Connects only where a provider may be, with the TLS of its settings."""

    def __init__(self, context: ssl.SSLContext, connect: Callable[..., socket.socket]):
        self._context = context
        self._connect = connect
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args, **kwargs):  # pylint: disable=missing-return
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            scheme: _connecting(pool, self._connect)
            for scheme, pool in self.poolmanager.pool_classes_by_scheme.items()
        }

    def cert_verify(self, conn, url, verify, cert):
        # The context alone says whom to trust: requests would add its own bundle to a pinned CA
        conn.cert_reqs = "CERT_REQUIRED"


def _connecting(pool: type[HTTPConnectionPool], connect: Callable[..., socket.socket]) -> type:
    """A class of connection pools whose connections are made by `connect`."""

    class Connection(pool.ConnectionCls):
        def _new_conn(self):
            # OVERRIDE urllib3: its own would look the name up by itself
            try:
                return connect(self.host, self.port, self.timeout)
            except TimeoutError as error:
                raise ConnectTimeoutError(self, str(error)) from None
            except OSError as error:
                raise NewConnectionError(self, str(error)) from None

    return type(pool.__name__, (pool,), {"ConnectionCls": Connection})


class HttpClient:
    """One provider's JSON endpoint, at `base_url`.

    :param base_url: https://...; plain http only to this machine
    :param explain: maps the body of a refusal, HTTP 4xx, to an error
    :param private_network: whether the provider may be in a private network, or this machine
    """

    def __init__(
        self,
        base_url: str,
        auth: AuthBase,
        explain: Callable[[Answer], errors.HispError],
        *,
        tls_floor: str = "1.2",
        ca_certificate: str | None = None,
        private_network: bool = False,
    ):
        self.base_url = reach.checked_base_url(base_url, private_network)
        self._connect = partial(reach.connect, private=private_network)
        self._explain = explain
        self._session = requests.Session()
        self._session.auth = auth
        adapter = _Adapter(tls.client_context(tls_floor, ca_certificate), self._connect)
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, adapter)

    def close(self) -> None:
        """End the connections that are kept; a later request opens new ones."""
        self._session.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        read: Callable[[Answer], T] | None = None,
        json: Any = None,
        headers: dict[str, str] | None = None,
        repeatable: bool = True,
    ) -> T | None:
        """Send a request and return what `read` makes of the answer.

        :param json: what is sent. `bytes` in it travel in base64 (RFC 4648, section 4).
        :param read: takes what it needs from the answer, a JSON object; an answer of another shape
            becomes a typed error. None: what comes back does not matter.
        :param repeatable: whether it may safely be sent again. When it may not, a lost
            connection is `Uncertain` instead of `Unreachable`, and an answer that cannot be
            understood `BadAnswer` instead of `Busy`.
        :raise HispError: see `explain`
        """
        body = None
        if json is not None:
            body, headers = _body(json), {"Content-Type": "application/json", **(headers or {})}
        try:
            answer = self._session.request(
                method,
                self.base_url + path,
                data=body,
                headers=headers,
                timeout=tls.SILENCE_SECONDS,
                allow_redirects=False,
            )
        except requests.exceptions.SSLError as error:
            raise self._tls_error(error) from None
        except requests.exceptions.ConnectTimeout:
            raise errors.Unreachable() from None
        except requests.exceptions.RequestException as error:
            raise _lost(error, repeatable) from None
        if answer.status_code in TRY_LATER:
            raise errors.Busy(retry_after=_retry_after(answer))
        if answer.status_code >= 500 or answer.is_redirect:
            # Not known whether the request was carried out before it went wrong
            raise _not_understood(answer.status_code, repeatable)
        try:
            said = Answer(answer.json() if answer.content else {}, answer.content)
            if not answer.ok:
                raise self._explain(said)
            return read(said) if read else None
        except MALFORMED:
            raise _not_understood(answer.status_code, repeatable) from None

    def _tls_error(self, error: requests.exceptions.SSLError) -> errors.HispError:
        parts = urlsplit(self.base_url)
        return tls.explain(error, parts.hostname, parts.port or 443, self._connect)


def _body(json: Any) -> bytes:
    """Encode `json` with every document in base64, without a text of all of it in between.

    Such a text, its escaped copy and its bytes would take several times the size of a message.
    """
    documents = []
    mark = secrets.token_hex(16)

    def leave_out(value):
        if not isinstance(value, bytes):
            raise TypeError(type(value).__name__)
        documents.append(value)
        return mark

    parts = dumps(json, default=leave_out, allow_nan=False).encode().split(mark.encode())
    encoded = map(base64.b64encode, documents)
    return b"".join(chain.from_iterable(zip_longest(parts, encoded, fillvalue=b"")))


def _lost(error: Exception, repeatable: bool) -> errors.HispError:
    # requests wraps urllib3, which tells "no connection was made" only by this type's name
    never_connected = "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)
    return errors.Unreachable() if repeatable or never_connected else errors.Uncertain()


def _retry_after(answer: requests.Response) -> float | None:
    """Seconds from a Retry-After header (RFC 9110 10.2.3, the form in seconds)."""
    seconds = answer.headers.get("Retry-After", "")
    if not (seconds.isascii() and seconds.isdigit()):
        return None
    return min(float(seconds), LONGEST_WAIT_SECONDS)


def _not_understood(status: int, repeatable: bool) -> errors.HispError:
    if repeatable:
        return errors.Busy(Sentence(NOT_UNDERSTOOD, status=status))
    return errors.BadAnswer()
