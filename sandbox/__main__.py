"""Command line of the sandbox: ``python -m sandbox --port 8090 --db sandbox.db``."""

# ruff: noqa: T201 (a command line prints)

import argparse
import asyncio
import json
import logging
import sys
import tempfile
from pathlib import Path

from . import NOTICE, serving, tls
from .app import create_app
from .hisp import Hisp


def main() -> int:
    options = _options()
    if options.openapi:
        print(openapi())
        return 0
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    try:
        sockets = {"http": serving.listen(options.port)}
    except OSError as error:
        print(f"Port {options.port} cannot be used: {error.strerror}.", file=sys.stderr)
        return 1
    hisp = Hisp(options.db)
    hisp.settings.change(**_given(options, "processed_after", "dispatched_after"))
    if options.seed is not None:
        hisp.faults.seed(options.seed)
    contexts = tls.contexts(options.tls_folder) if options.tls_folder else {}
    sockets |= {name: serving.listen() for name in contexts}
    ports = {name: bound.getsockname()[1] for name, bound in sockets.items()}

    def ready() -> None:
        if options.tls_folder:
            (options.tls_folder / "ports.json").write_text(json.dumps(ports) + "\n")
            print(json.dumps(ports))
        print(f"sandbox ready on http://{serving.LOOPBACK}:{ports['http']}", flush=True)

    listeners = [(bound, contexts.get(name)) for name, bound in sockets.items()]
    asyncio.run(serving.serve(create_app(hisp), listeners, ready))
    return 0


def openapi() -> str:
    """The OpenAPI document, as docs/provider-api.openapi.json keeps it."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Hisp(Path(folder) / "empty.db"))
        return json.dumps(app.openapi(), indent=2, ensure_ascii=False)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=f"{NOTICE}.")
    parser.add_argument("--port", type=int, default=8090, help="0 picks a free one (8090)")
    parser.add_argument("--db", type=Path, default=Path("sandbox.db"), help="the SQLite file")
    parser.add_argument(
        "--tls-folder", type=Path, help="keep a test CA here and serve good and bad TLS too"
    )
    parser.add_argument("--processed-after", type=float, metavar="SECONDS")
    parser.add_argument("--dispatched-after", type=float, metavar="SECONDS")
    parser.add_argument("--seed", type=int, help="make the faults' dice fall the same way again")
    parser.add_argument("--openapi", action="store_true", help="print the OpenAPI document")
    return parser.parse_args()


def _given(options: argparse.Namespace, *names: str) -> dict[str, float]:
    return {name: value for name in names if (value := getattr(options, name)) is not None}


if __name__ == "__main__":
    sys.exit(main())
