"""Command line of the stand-in: ``python -m phimail_stand_in --folder FOLDER``."""

# ruff: noqa: T201 (a command line prints)

import argparse
import json
import socketserver
import ssl
import threading
from contextlib import suppress
from pathlib import Path

from sandbox import tls

from .protocol import Over, Session
from .state import State

SILENCE_SECONDS = 60


class Server(socketserver.ThreadingTCPServer):
    """One port on loopback, with a thread for each connection."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, port: int, state: State, context: ssl.SSLContext | None):
        super().__init__(("127.0.0.1", port), Phimail if context else Control)
        self.state, self.context = state, context

    def handle_error(self, request, client_address) -> None:
        """Stay silent: clients that break off are what is tested."""


class Phimail(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def setup(self) -> None:
        self.request.settimeout(SILENCE_SECONDS)
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self) -> None:
        with suppress(Over, OSError):
            Session(self.server.state, self.rfile, self.wfile.write).run()


class Control(socketserver.StreamRequestHandler):
    """A JSON object for each line: the name of a method of `State`, and its arguments."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        for line in self.rfile:
            asked = json.loads(line)
            result = getattr(self.server.state, asked["do"])(**asked["with"])
            self.wfile.write(f"{json.dumps(result)}\n".encode())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m phimail_stand_in")
    parser.add_argument("--folder", type=Path, required=True, help="for its state and its test CA")
    parser.add_argument("--port", type=int, default=0, help="of phiMail; 0 picks a free one")
    parser.add_argument("--control-port", type=int, default=0, help="for tests, without TLS")
    options = parser.parse_args()
    state = State(options.folder / "state.json")
    contexts = tls.contexts(options.folder / "tls")
    servers = {"control": Server(options.control_port, state, None)}
    for name, context in contexts.items():
        port = options.port if name == "tls" else 0
        servers[name] = Server(port, state, context)
    threads = [threading.Thread(target=server.serve_forever) for server in servers.values()]
    for thread in threads:
        thread.start()
    print(json.dumps({name: s.server_address[1] for name, s in servers.items()}), flush=True)
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
