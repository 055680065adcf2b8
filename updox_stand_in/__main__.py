"""Command line of the stand-in: ``python -m updox_stand_in --port 8091``."""

# ruff: noqa: T201 (a command line prints)

import argparse
import asyncio
import json
from pathlib import Path

from sandbox import serving, tls

from .app import create_app


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m updox_stand_in")
    parser.add_argument("--port", type=int, default=8091, help="0 picks a free one (8091)")
    parser.add_argument("--tls-folder", type=Path, help="keep a test CA here and serve TLS too")
    options = parser.parse_args()
    contexts = tls.contexts(options.tls_folder) if options.tls_folder else {}
    listeners = [(serving.listen(options.port), None)]
    listeners += [(serving.listen(), context) for context in contexts.values()]
    numbers = [bound.getsockname()[1] for bound, _ in listeners]
    ports = dict(zip(("http", *contexts), numbers, strict=True))

    def ready() -> None:
        print(json.dumps(ports), flush=True)

    asyncio.run(serving.serve(create_app(), listeners, ready))


if __name__ == "__main__":
    main()
