"""What goes wrong in bin/chaos, each kind in a thread of its own, by dice."""

import contextlib
import json
import secrets
import threading
import time
from collections import Counter

import psutil
import psycopg2
import requests

# The faults of the sandbox, of requests to it and of its callbacks
FAULTS = {
    "slow": {"probability": 0.1, "seconds": 0.5},
    "drop_before_accept": {"probability": 0.05},
    "rate_limited": {"probability": 0.05, "retry_after": 1},
    "unavailable": {"probability": 0.05, "retry_after": 1},
    "error_500": {"probability": 0.05},
    "drop_after_accept": {"probability": 0.08},
    "malformed_json": {"probability": 0.05},
    "callbacks_dropped": {"probability": 0.2},
    "callbacks_doubled": {"probability": 0.3},
    "callbacks_out_of_order": {"probability": 0.5, "seconds": 5},
    "callbacks_badly_signed": {"probability": 0.1},
}
# Recipients cannot be checked while a referral is written, so that wrong ones are sent to as well
NO_CHECKS = {"path_prefix": "/v1/addresses"}
# How many steps forward there are between one trouble and the next; each message makes two. By
# progress and not by time, a slow machine is disturbed as often for each message as a quick one.
OFTEN, SELDOM = (10, 30), (35, 85)


class Crew:
    """Threads that do not fail unnoticed."""

    def __init__(self):
        self._threads, self._failures = [], []

    def start(self, function, *arguments):
        def work():
            try:
                function(*arguments)
            except BaseException as failure:  # noqa: BLE001 - raised by `check`
                self._failures.append(failure)

        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def check(self):
        """Raise what one of them raised."""
        if self._failures:
            raise self._failures[0]

    def join(self):
        for thread in self._threads:
            thread.join()


class Storm:
    """Trouble by dice until it is over; `count` says what it did.

    :param progress: tells how many steps forward were made
    """

    def __init__(self, chance, progress):
        self.count = Counter()
        self._chance, self._progress = chance, progress
        self._over = threading.Event()

    @contextlib.contextmanager
    def raging(self, *troubles):
        """Have all these troubles at once, and none at the end."""
        crew = Crew()
        try:
            for trouble, *about in troubles:
                crew.start(trouble, *about)
            yield crew
        finally:
            self._over.set()
            crew.join()
        crew.check()

    def _moments(self, between):
        """Wait for a random time in seconds again and again, until it is over."""
        while not self._over.wait(self._chance.uniform(*between)):
            yield

    def _steps(self, between):
        """Wait for random progress again and again, until it is over."""
        due = self._chance.uniform(*between)
        for _moment in self._moments((0.1, 0.5)):
            with contextlib.suppress(psycopg2.Error):
                if self._progress() > due:
                    yield
                    due += self._chance.uniform(*between)

    def _pause(self):
        time.sleep(self._chance.uniform(0, 2))

    def kill_servers(self, servers):
        """Kill a whole Odoo, or one of its processes, as a crash or a lack of memory does.

        Who supervises the server starts it again; Odoo starts its own processes again itself.
        """
        for _step in self._steps(OFTEN):
            server = self._chance.choice(servers)
            if self._chance.random() < 0.5:
                self.count["Odoo servers killed"] += 1
                server.kill()
            else:
                with contextlib.suppress(psutil.NoSuchProcess, IndexError):
                    self._chance.choice(psutil.Process(server.process.pid).children()).kill()
                    self.count["Odoo workers killed"] += 1

    def restart_database(self, cluster):
        """Restart PostgreSQL, mostly without letting it end what it is at."""
        for _step in self._steps(SELDOM):
            mode = self._chance.choice(("immediate", "immediate", "fast"))
            cluster.control("stop", "-m", mode)
            self._pause()
            cluster.control("start")
            self.count[f"PostgreSQL restarts ({mode})"] += 1

    def restart_sandbox(self, sandbox):
        for _step in self._steps(SELDOM):
            crash = self._chance.random() < 0.6
            sandbox.kill() if crash else sandbox.stop()
            self._pause()
            sandbox.start()
            self.count[f"sandbox restarts ({'crash' if crash else 'clean'})"] += 1

    def fill_disk(self, disk, seconds):
        """Once, let the disk with the documents be full for so long."""
        if disk.missing:
            return
        for _step in self._steps(SELDOM):
            with disk.full():
                self.count["times the disk was full"] += 1
                self._over.wait(seconds)
            return

    def forge(self, cluster, database, url, token):
        """Post forged callbacks that say a real message was delivered, all the time."""
        session = requests.Session()
        session.trust_env = False
        keys = []
        for _moment in self._moments((0.01, 0.05)):
            if not keys:
                with contextlib.suppress(psycopg2.Error):
                    query = "SELECT idempotency_key FROM direct_message"
                    keys = [key for (key,) in cluster.execute(query, database)]
            event = {
                "id": f"evt-forged-{secrets.token_hex(8)}",
                "type": self._chance.choice(("message.dispatched", "message.failed")),
                "at": "2026-01-01T00:00:00.000Z",
                "idempotency_key": keys.pop() if keys else "unknown",
            }
            headers = {
                "Content-Type": "application/json",
                "X-Direct-Timestamp": str(int(time.time())),
                "X-Direct-Signature": f"v1={secrets.token_hex(32)}",
            }
            where = f"{url}/direct_messaging/callback/{self._chance.choice((token, 'guessed'))}"
            try:
                answer = session.post(
                    where,
                    data=json.dumps(event),
                    headers=headers,
                    timeout=30,
                    allow_redirects=False,
                )
            except requests.RequestException:
                self.count["forged callbacks without an answer"] += 1
            else:
                self.count[f"forged callbacks answered {answer.status_code}"] += 1
                if answer.status_code < 300:
                    raise AssertionError("A forged callback was taken.")

    def fail_on_the_way(self, sandbox, doomed):
        """Let the other side refuse messages that the provider has taken already.

        :param doomed: (subject, address) of each of them
        """
        doomed = set(doomed)
        for _moment in self._moments((0.2, 0.5)):
            with contextlib.suppress(requests.RequestException, AssertionError):
                for row in sandbox.messages(200):
                    if row["status"] != "dispatched" and (row["subject"], row["to"]) in doomed:
                        sandbox.refuse(row["id"], "The mailbox is full.")
                        doomed.discard((row["subject"], row["to"]))
                        self.count["messages failed on the way"] += 1


def disturb(sandbox):
    """Switch the sandbox's faults on, and have it take its time."""
    sandbox.settings(processed_after=2, dispatched_after=5, callback_retry_scale=0.2)
    for name, details in FAULTS.items():
        sandbox.fault(name, **details)
    sandbox.fault("unavailable", match=NO_CHECKS)


def supervise(server, end):
    """Start a server again whenever it has ended, as a service manager does."""
    while not end.wait(0.5):
        if server.has_ended():
            server.kill()  # what it left
            # It may find the database away, or be killed again, while it starts
            with contextlib.suppress(SystemExit):
                server.start()


# What the clock does, in SQL: pauses of the outbox, leases of whoever was killed, and those of the
# scheduled actions end sooner. A lease that was renewed lately is of somebody who lives.
HURRY = (
    """
    UPDATE direct_message SET next_attempt_at = now() AT TIME ZONE 'UTC' WHERE id IN (
        SELECT id FROM direct_message
        WHERE next_attempt_at > now() AT TIME ZONE 'UTC' + interval '1 second'
        AND (state = 'queued' OR state = 'sending'
             AND write_date < now() AT TIME ZONE 'UTC' - interval '30 seconds')
        FOR UPDATE SKIP LOCKED)
    """,
    """
    UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'UTC' WHERE id IN (
        SELECT ir_cron.id FROM ir_cron JOIN ir_model_data ON res_id = ir_cron.id
        WHERE model = 'ir.cron' AND module = 'direct_messaging'
        AND name IN ('ir_cron_send', 'ir_cron_poll')
        FOR NO KEY UPDATE OF ir_cron SKIP LOCKED)
    """,
)


def hurry(cluster, database, end):
    """Let time pass faster for what waits: minutes become seconds."""
    while not end.wait(3):
        with contextlib.suppress(psycopg2.Error):
            for statement in HURRY:
                cluster.execute(statement, database)
            cluster.execute(f"NOTIFY cron_trigger, '{database}'")
