"""Serves the application on several loopback ports from one event loop."""

import asyncio
import logging
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

LOOPBACK = "127.0.0.1"
GRACE_SECONDS = 2


class Protocol(H11Protocol):
    """Hands the application, in the scope's state, a way to break the connection off."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, "abort_connection": transport.abort}


class Server(uvicorn.Server):
    """One port; the signals are caught once, for all ports."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(port: int = 0) -> socket.socket:
    """A socket bound to a loopback port, a free one for 0; OSError when it is taken."""
    # Only of a socket that names its protocol does asyncio know that it may send without delay.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((LOOPBACK, port))
    except OSError:
        bound.close()
        raise
    return bound


async def serve(
    app: FastAPI,
    ports: list[tuple[socket.socket, ssl.SSLContext | None]],
    ready: Callable[[], None],
) -> None:
    """Serve until SIGTERM or SIGINT; ``ready()`` is called once every port answers."""
    servers = [Server(_config(app, context, first=n == 0)) for n, (_, context) in enumerate(ports)]

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    async with asyncio.TaskGroup() as tasks:
        for server, (bound, _) in zip(servers, ports, strict=True):
            tasks.create_task(server.serve(sockets=[bound]))
        while not all(server.started or server.should_exit for server in servers):
            await asyncio.sleep(0.01)
        ready()


def _config(app: FastAPI, context: ssl.SSLContext | None, first: bool) -> uvicorn.Config:
    """The first port starts and stops the application; its own gate writes the access log."""
    return uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        lifespan="on" if first else "off",
        access_log=False,
        log_level=logging.WARNING,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ssl_context_factory=(lambda _config, _default: context) if context else None,
    )
