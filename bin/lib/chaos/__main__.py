"""bin/chaos: each message exactly once, and only what is true, whatever breaks.

Two Odoo servers with workers share one database, in a PostgreSQL cluster of its own. A clinician
sends through both while processes are killed, PostgreSQL and the sandbox are restarted, and most of
the sandbox's faults are on. Then the storm ends, and within a time everything must be in order.
"""

import argparse
import contextlib
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

import psycopg2

from chaos import disk
from chaos.load import Clinician, plan
from chaos.storm import Crew, Storm, disturb, hurry, supervise
from chaos.verdict import Verdict, progress, states, unsettled
from place import CHECKOUT, PLACE
from servers import databases
from servers.balancer import Balancer
from servers.odoo_command import OdooFailed
from servers.postgres import Cluster
from servers.processes import free_port, odoo_server, stop_on_signals
from servers.rpc import User, connect_provider

sys.path.append(str(CHECKOUT))
from sandbox.testing import Customer, Sandbox

DATABASE = "chaos"
MESSAGES, SHORT_MESSAGES = 1000, 100
LIMIT_SECONDS = 40 * 60
SETTLING_SECONDS = 240
# A killed PostgreSQL loses nothing that it wrote, so it must not delay writing what it committed
DURABLE = "synchronous_commit = on\n"


@contextlib.contextmanager
def own_cluster():
    """A PostgreSQL cluster that may be restarted without disturbing anybody, gone afterwards."""
    cluster = Cluster(PLACE / "chaos", DURABLE)

    def remove():
        if cluster.is_running():
            cluster.control("stop", "-m", "immediate")
        shutil.rmtree(cluster.folder, ignore_errors=True)
        disk.detach(databases.FILESTORE / DATABASE)
        shutil.rmtree(databases.FILESTORE / DATABASE, ignore_errors=True)

    with databases.locked(PLACE / "chaos.lock"):
        remove()  # what a killed run left
        try:
            cluster.create()
            cluster.control("start")
            databases.create_in(cluster, DATABASE)
            yield cluster
        finally:
            remove()


def own_disk():
    """A disk of its own for the documents, as far as this machine lets us have one."""
    documents = disk.Disk(databases.FILESTORE / DATABASE)
    documents.mount()
    if documents.missing:
        print(f"The disk will not be full, because it cannot be mounted: {documents.missing}")
    return documents


@contextlib.contextmanager
def own_sandbox(seed):
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox(Path(folder), sys.executable, False, ("--seed", str(seed)))
        try:
            sandbox.start()
            yield sandbox
        finally:
            sandbox.kill()


@contextlib.contextmanager
def own_servers(cluster):
    """Two Odoo servers with workers, and the address of a load balancer before them."""
    ports = free_port(), free_port()
    balancer = Balancer(free_port(), ports)
    balancer.start()
    arguments = ["--db_host", str(cluster.folder), "--workers=2", "--max-cron-threads=2"]
    servers = [
        odoo_server(f"chaos-odoo-{number}", port, DATABASE, *arguments)
        for number, port in enumerate(ports, 1)
    ]
    try:
        crew = Crew()
        for server in servers:
            crew.start(server.start)
        crew.join()
        crew.check()
        yield servers, balancer.url
    finally:
        for server in servers:
            server.kill()


def set_up(url, sandbox):
    """Connect the sandbox and have the clinician ready to send; return the callback's token."""
    admin = User(url, DATABASE, "admin", "admin")
    connect_provider(admin, sandbox.url, representative="representative")
    clinician = User(url, DATABASE, "clinician", "clinician")
    setup = clinician.call("direct.setup", "action_open")["res_id"]
    clinician.call("direct.setup", "action_create_domain", [setup])
    clinician.call("direct.setup", "action_create_username", [setup])
    practice = admin.find("direct.practice", [["domain", "!=", False]])
    sandbox.authenticate(admin.read("direct.practice", practice, "domain"))
    admin.call("direct.practice", "action_refresh_authentication", [practice])
    provider = admin.find("direct.provider", [["code", "=", "sandbox"]])
    # So short that some are *unconfirmed* for a while
    admin.call("direct.provider", "write", [provider], {"confirmation_minutes": 1})


def plan_referrals(options, chance, cluster, sandbox):
    """Referrals to those whom the provider's directory has, but for ourselves."""
    demo = Customer(sandbox, "Demo EHR", "sandbox-demo-key")
    answer = demo.request("POST", "directory/search", json={"query": "", "limit": 100})
    own = cluster.execute("SELECT address FROM direct_account", DATABASE)
    listed = {entry["address"] for entry in answer.json()["entries"]}
    addresses = sorted(listed - {address for (address,) in own})
    return plan(options.messages, addresses, chance)


def wait(done, crew, cluster, seconds):
    """Wait until `done()`, at most so long; return whether it is. Says where the messages stand."""
    began = said = time.monotonic()
    while time.monotonic() - began < seconds:
        crew.check()
        with contextlib.suppress(psycopg2.Error):
            if done():
                return True
            if time.monotonic() - said > 15:
                said = time.monotonic()
                print(f"  {said - began:4.0f} s: {states(cluster, DATABASE)}", flush=True)
        time.sleep(0.5)
    return False


def run(options):
    """Have the storm and let it settle; return the verdict and what the storm did."""
    chance = random.Random(options.seed)
    with contextlib.ExitStack() as stack:
        cluster = stack.enter_context(own_cluster())
        documents = own_disk()
        sandbox = stack.enter_context(own_sandbox(options.seed))
        servers, url = stack.enter_context(own_servers(cluster))
        set_up(url, sandbox)
        referrals = plan_referrals(options, chance, cluster, sandbox)
        asked = [message for referral in referrals for message in referral.messages]
        doomed = [(m.subject, m.address) for m in asked if m.fate == "fails"]
        [(token,)] = cluster.execute("SELECT callback_token FROM direct_provider", DATABASE)

        storm = Storm(chance, lambda: progress(cluster, DATABASE))
        steady, end = Crew(), threading.Event()
        stack.callback(steady.join)
        for server in servers:
            stack.callback(server.kill)  # one that is being started need not be waited for
        stack.callback(end.set)
        for server in servers:
            steady.start(supervise, server, end)
        steady.start(hurry, cluster, DATABASE, end)
        disturb(sandbox)
        print(f"The storm: {len(asked)} messages in {len(referrals)} referrals", flush=True)
        with storm.raging(
            (storm.kill_servers, servers),
            (storm.restart_database, cluster),
            (storm.restart_sandbox, sandbox),
            (storm.fail_on_the_way, sandbox, doomed),
            (storm.fill_disk, documents, options.full_disk),
            (storm.forge, cluster, DATABASE, url, token),
        ) as troubles:
            clinicians = [
                steady.start(Clinician(server.url, DATABASE, storm.count, end).work, referrals)
                for server in servers
            ]

            def most_is_sent():
                troubles.check()
                busy = any(clinician.is_alive() for clinician in clinicians)
                return not busy and unsettled(cluster, DATABASE) < len(asked) / 10

            wait(most_is_sent, steady, cluster, options.storm)
        print("It settles", flush=True)
        for clinician in clinicians:
            clinician.join()
        sandbox.clear_faults()
        wait(lambda: not unsettled(cluster, DATABASE), steady, cluster, SETTLING_SECONDS)
        logs = [server.log for server in servers]
        return Verdict(asked, sandbox, cluster, DATABASE, logs), storm.count


def too_long(_number, _frame):
    raise TimeoutError(f"It was not over after {LIMIT_SECONDS} seconds.")


def options_from(arguments):
    parser = argparse.ArgumentParser(prog="bin/chaos", description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, metavar="N", help=f"how many ({MESSAGES})")
    parser.add_argument("--seed", type=int, help="begin the dice alike (another each time)")
    parser.add_argument("--short", action="store_true", help="few, and a storm of half a minute")
    options = parser.parse_args(arguments)
    options.messages = options.messages or (SHORT_MESSAGES if options.short else MESSAGES)
    options.seed = random.randrange(10**6) if options.seed is None else options.seed
    options.full_disk = 10 if options.short else 60
    options.storm = 60 if options.short else 1500
    return options


def main(arguments):
    options = options_from(arguments)
    stop_on_signals()
    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(LIMIT_SECONDS)
    began = time.monotonic()
    print(f"{options.messages} messages, seed {options.seed}", flush=True)
    verdict, done = run(options)
    for counted in (done, verdict.count):
        print("".join(f"\n  {number:6} {what}" for what, number in sorted(counted.items())))
    print(f"\n{time.monotonic() - began:.0f} seconds, seed {options.seed}")
    for problem in verdict.problems:
        print(f"WRONG: {problem}")
    print(f"{verdict.right} of {options.messages} exactly once")
    return 1 if verdict.problems or verdict.right != options.messages else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except OdooFailed as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
