"""Callbacks against the cheapest JSON route of the same Odoo, alone and in a flood of forged."""

import contextlib
import http.client
import itertools
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from bench.rows.outbox import MULTIPLY, PREPARE
from bench.tools import Result, import_of_addon, worker
from servers import databases
from servers.processes import free_port, odoo

CLIENTS = 4
REQUESTS = 1000
FORGED_A_SECOND = 100
CHEAPEST = "/web/webclient/version_info"

# The callback wakes this action; here nobody runs it, so only its waking is measured
ACCEPT = """
UPDATE ir_cron SET active = TRUE
 WHERE id = (SELECT res_id FROM ir_model_data WHERE name = 'ir_cron_events');
UPDATE direct_message SET state = 'accepted', accepted_at = now() WHERE state = 'queued'
"""


class Client:
    """Posts to one server, some requests side by side, and counts."""

    def __init__(self, port):
        self._port = port

    def post(self, path, body, headers, expect):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
            status = connection.getresponse().status
        finally:
            connection.close()
        if status != expect:
            raise AssertionError(f"{path}: {status} in place of {expect}")

    def rate(self, requests):
        """Requests a second for a list of arguments of `post`."""
        begin = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as threads:
            list(threads.map(lambda arguments: self.post(*arguments), requests))
        return len(requests) / (time.perf_counter() - begin)

    @contextlib.contextmanager
    def flood(self, path, a_second):
        """Post forged callbacks at this pace meanwhile; yields the list that counts them."""
        stop, sent = threading.Event(), []

        def forge():
            for number in itertools.count():
                if stop.wait(2 / a_second):
                    return
                where = path if number % 2 else "/direct_messaging/callback/guess"
                headers = {
                    "X-Direct-Timestamp": str(int(time.time())),
                    "X-Direct-Signature": f"v1={number:064x}",
                }
                self.post(where, b"{}", headers, 404)
                sent.append(number)

        forgers = [threading.Thread(target=forge, daemon=True) for _number in range(2)]
        for forger in forgers:
            forger.start()
        try:
            yield sent
        finally:
            stop.set()
            for forger in forgers:
                forger.join()


def _callbacks(keys, secret, path):
    sign = import_of_addon("tools/signature.py").sign
    for key in keys:
        body = json.dumps(
            {
                "id": f"evt-{key}",
                "type": "message.dispatched",
                "at": datetime.now(UTC).isoformat(),
                "idempotency_key": key,
            }
        ).encode()
        timestamp = str(int(time.time()))
        headers = {
            "X-Direct-Timestamp": timestamp,
            "X-Direct-Signature": sign(secret, timestamp, body),
        }
        yield path, body, headers, 200


def bench_callbacks():
    """Callbacks a second, each of which says that a message was delivered."""
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(databases.temporary("bench"))
        process = stack.enter_context(worker(database))
        template = process.do("python", code=PREPARE.format(http=1, smtp=1, size=1024))
        process.do("execute", query=MULTIPLY.format(template=template, count=3 * REQUESTS))
        process.do("execute", query=ACCEPT)
        process.do("execute", query="ANALYZE")
        keys = process.do(
            "execute", query="SELECT idempotency_key FROM direct_message WHERE state = 'accepted'"
        )
        secret, path = process.do(
            "python",
            code=f"provider = env['direct.message'].browse({template}).provider_id;"
            "result = (provider._callback_secret(),"
            " provider._callback_url().removeprefix(provider.get_base_url()))",
        )
        port = free_port()
        stack.enter_context(odoo(port, database, "--max-cron-threads=0", "--log-level=warn"))
        client = Client(port)
        call = json.dumps({"jsonrpc": "2.0", "method": "call", "params": {}}).encode()
        cheapest = [(CHEAPEST, call, {}, 200)] * REQUESTS
        callbacks = _callbacks((key for (key,) in keys), secret, path)
        client.rate(cheapest[:100] + list(itertools.islice(callbacks, 100)))
        route = client.rate(cheapest)
        alone = client.rate(list(itertools.islice(callbacks, REQUESTS)))
        yield Result(
            "callbacks",
            f"{alone:.0f} callbacks/s",
            f"cheapest JSON route, {route:.0f} requests/s",
            alone / route,
            least=0.5,
        )
        begin = time.perf_counter()
        with client.flood(path, FORGED_A_SECOND) as forged:
            flooded = client.rate(list(itertools.islice(callbacks, REQUESTS)))
        pace = 60 * len(forged) / (time.perf_counter() - begin)
        yield Result(
            f"callbacks, {pace:.0f} forged ones a minute beside them",
            f"{flooded:.0f} callbacks/s",
            f"without, {alone:.0f} callbacks/s",
            flooded / alone,
            least=0.5,
        )
