"""A load balancer before several servers: it passes each connection on to one that takes it."""

import asyncio
import contextlib
import threading

LOOPBACK = "127.0.0.1"


class Balancer:
    """Listens on a loopback port from `start` until the program ends."""

    def __init__(self, port, ports):
        self.url = f"http://{LOOPBACK}:{port}"
        self._port, self._ports = port, list(ports)

    def start(self):
        ready = threading.Event()
        threading.Thread(target=asyncio.run, args=(self._serve(ready),), daemon=True).start()
        ready.wait()

    async def _serve(self, ready):
        server = await asyncio.start_server(self._pass_on, LOOPBACK, self._port)
        ready.set()
        await server.serve_forever()

    async def _pass_on(self, reader, writer):
        self._ports.append(self._ports.pop(0))
        for port in list(self._ports):
            with contextlib.suppress(OSError):
                their_reader, their_writer = await asyncio.open_connection(LOOPBACK, port)
                await asyncio.gather(_copy(reader, their_writer), _copy(their_reader, writer))
                return
        writer.close()


async def _copy(reader, writer):
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
