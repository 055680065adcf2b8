"""Sinks that take all they are given: a provider of the provider API, and an SMTP server.

python sinks.py http|smtp PORT
"""

import asyncio
import re
import sys

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
KEY = re.compile(rb"idempotency-key: *(\S+)", re.IGNORECASE)


class Provider(asyncio.Protocol):
    """Accepts each message under the id of its key, and does nothing with it."""

    def connection_made(self, transport):
        self._transport = transport
        self._head = b""
        self._left = 0

    def data_received(self, data):
        if self._left:
            self._left -= len(data)
        else:
            self._head += data
            head, end, rest = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            length = LENGTH.search(head)
            self._left = (int(length[1]) if length else 0) - len(rest)
        if self._left <= 0:
            self._answer()

    def _answer(self):
        key = KEY.search(self._head)
        body = b'{"id": "msg-%s", "accepted_at": null}' % (key[1] if key else b"none")
        self._head, self._left = b"", 0
        self._transport.write(
            b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        )


async def serve_http(port):
    return await asyncio.get_running_loop().create_server(Provider, "127.0.0.1", port)


async def serve_smtp(port):
    from aiosmtpd.smtp import SMTP

    class Handler:
        async def handle_DATA(self, _server, _session, _envelope):
            return "250 OK"

    return await asyncio.get_running_loop().create_server(
        lambda: SMTP(Handler(), enable_SMTPUTF8=True), "127.0.0.1", port
    )


async def main(kind, port):
    server = await {"http": serve_http, "smtp": serve_smtp}[kind](int(port))
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))
