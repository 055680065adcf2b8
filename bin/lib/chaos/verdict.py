"""Whether what bin/chaos did came out right: what both sides have, compared with what was asked."""

import hashlib
import re
from collections import Counter, defaultdict

from chaos.load import MARK
from servers.databases import FILESTORE
from servers.log import faults

STUCK = """
    SELECT state, count(*) FROM direct_message WHERE direction = 'out'
    AND state NOT IN ('delivered', 'failed', 'cancelled') GROUP BY state
"""
UNHANDLED = """
    SELECT type, count(*) FROM direct_message_event WHERE is_handled IS NOT TRUE GROUP BY type
"""
# The patient and the content: to be found in no log
PRIVATE = (MARK, "Alvarez", "MRN-10432")
# What Odoo itself logs when its surroundings break: counted, not judged
EXPECTED = {
    "log: the database was away": re.compile(
        r"OperationalError|InterfaceError|AdminShutdown|CrashShutdown|CannotConnectNow"
        r"|server closed the connection|terminating connection|connection already closed"
        r"|connection to server|cursor already closed|Failed to load registry"
    ),
    "log: the disk was full": re.compile(
        r"No space left on device|couldn't be stored on our server"
    ),
    "log: a scheduled action was killed three times": re.compile(r"Job .* timed out"),
    # Odoo does the later one again, and notes that it had to
    "log: two changed the same row": re.compile(
        r"\A(?!.*Traceback).*(could not serialize access|deadlock detected)", re.DOTALL
    ),
}


def states(cluster, database):
    """How many messages there are in each state, in a line."""
    query = "SELECT state, count(*) FROM direct_message GROUP BY state ORDER BY state"
    return ", ".join(f"{number} {state}" for state, number in cluster.execute(query, database))


def progress(cluster, database):
    """How many messages there are, and how many of them the provider has answered for good."""
    query = """
        SELECT count(*) + count(*) FILTER (WHERE state NOT IN ('held', 'queued', 'sending'))
        FROM direct_message
    """
    return cluster.execute(query, database)[0][0]


def unsettled(cluster, database):
    """How many messages have no final state, and how many events nobody acted upon."""
    rows = [row for query in (STUCK, UNHANDLED) for row in cluster.execute(query, database)]
    return sum(number for _what, number in rows)


class Verdict:
    """`problems` has a line for each thing that is not as it must be; `right` counts messages."""

    def __init__(self, asked, sandbox, cluster, database, logs):
        self.problems = []
        self.right = 0
        self.count = Counter()
        self._query = lambda statement: cluster.execute(statement, database)
        self._database = database
        self._compare(asked, self._theirs(sandbox), self._ours())
        self._look_for_what_is_stuck()
        self._look_into(logs)

    def _expect(self, right, problem):
        if not right:
            self.problems.append(problem)
        return right

    # --- messages ----------------------------------------------------------------------------

    def _theirs(self, sandbox):
        """The messages that the sandbox has, by subject and address."""
        found = defaultdict(list)
        for row in sandbox.messages(10_000):
            message = sandbox.message(row["id"])
            files = [(file["name"], file["sha256"]) for file in message["attachments"]]
            message["content"] = (message["text"], sorted(files))
            found[row["subject"], row["to"]].append(message)
        return found

    def _ours(self):
        """The messages that Odoo has, by subject and address."""
        files = defaultdict(list)
        for id_, name, stored in self._query(
            "SELECT res_id, name, store_fname FROM ir_attachment WHERE res_model = 'direct.message'"
        ):
            content = (FILESTORE / self._database / stored).read_bytes()
            files[id_].append((name, hashlib.sha256(content).hexdigest()))
        found = defaultdict(list)
        for id_, key, subject, address, body, state in self._query(
            "SELECT id, idempotency_key, subject, to_address, body, state FROM direct_message"
            " WHERE direction = 'out'"
        ):
            found[subject, address].append(
                {"id": id_, "key": key, "content": (body, sorted(files[id_])), "state": state}
            )
            self.count[f"Odoo: {state}"] += 1
        return found

    def _compare(self, asked, theirs, ours):
        for message in asked:
            name = (message.subject, message.address)
            here, there = ours.pop(name, []), theirs.pop(name, [])
            self.count.update(f"sandbox: {one['status']}" for one in there)
            if message.fate == "refused":
                once = len(here) == 1 and not there
                self._expect(
                    once, f"{name}: {len(here)} here, {len(there)} at the sandbox, not 1, 0"
                )
                if once:
                    state = here[0]["state"]
                    self._expect(state == "failed", f"{name} was refused and is {state}")
                    self.count["refused by the sandbox for good"] += 1
                continue
            if len(here) != 1 or len(there) != 1:
                self._expect(False, f"{name}: {len(here)} here, {len(there)} at the sandbox")
                continue
            [mine], [his] = here, there
            same = (
                mine["key"] == his["idempotency_key"]
                and mine["content"] == his["content"]
                and message.digest in dict(mine["content"][1]).values()
            )
            self.right += self._expect(same, f"{name}: key or content differ")
            self._expect(mine["state"] in _truths(his), f"{name}: {mine['state']}, {_said(his)}")
        self._expect(not ours, f"in Odoo and never asked for: {sorted(ours)}")
        self._expect(not theirs, f"at the sandbox and never asked for: {sorted(theirs)}")

    # --- Odoo --------------------------------------------------------------------------------

    def _look_for_what_is_stuck(self):
        for what, query in {
            "messages in no final state": STUCK,
            "events not handled": UNHANDLED,
            "forged events": "SELECT type, count(*) FROM direct_message_event"
            " WHERE external_id LIKE 'evt-forged%' GROUP BY type",
            "scheduled actions switched off": "SELECT cron_name FROM ir_cron JOIN ir_model_data"
            " ON res_id = ir_cron.id WHERE model = 'ir.cron' AND module = 'direct_messaging'"
            " AND NOT active",
            "referrals that do not say what their messages say": _REFERRALS,
        }.items():
            rows = self._query(query)
            self._expect(not rows, f"{what}: {rows}")
        for type_, number in self._query(
            "SELECT type, count(*) FROM direct_message_event WHERE type IN"
            " ('sending', 'retry', 'asking', 'unconfirmed') GROUP BY type"
        ):
            self.count[f"timeline: {type_}"] = number

    def _look_into(self, logs):
        for log in logs:
            text = log.read_text(errors="replace")
            for word in PRIVATE:
                lines = [line for line in text.splitlines() if word in line]
                self._expect(not lines, f"{log} has {word!r}: {len(lines)} lines")
            for fault in faults(text):
                known = next((what for what, said in EXPECTED.items() if said.search(fault)), None)
                if known:
                    self.count[known] += 1
                else:
                    self._expect(False, f"{log}:\n    {fault[:1500]}")


_REFERRALS = """
    SELECT state, shown, count(*) FROM (
        SELECT referral.state AS shown, CASE
            WHEN bool_or(message.state = 'failed') THEN 'attention' ELSE 'delivered' END AS state
        FROM direct_referral AS referral JOIN direct_message AS message
        ON referral_id = referral.id GROUP BY referral.id) AS found
    WHERE shown != state GROUP BY state, shown
"""


def _said(message):
    return [event["type"] for event in message["events"]]


def _truths(message):
    """The final states that are true of a message at the sandbox.

    Both where it was failed after it was dispatched: whatever was told first stays.
    """
    said = _said(message)
    final = {"message.dispatched": "delivered", "message.failed": "failed"}
    return {final[type_] for type_ in said if type_ in final}
