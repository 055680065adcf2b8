"""A real provider by e-mail for the tests: Postfix and Dovecot in a folder, on loopback only.

``with running() as peer:`` starts both; ``peer.add("dr.zoe@hisp-a.test")`` makes a mailbox. The
domains are hisp-a.test and hisp-b.test, where mail for whom was not made bounces, and unknown@ is
refused at once; hisp-dead.test is behind a server that never answers.
Nothing can leave: there is no DNS, and every other domain is refused.
"""

import base64
import os
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

from ...hisp.edge import EdgeConfig
from ...hisp.submission import Mailbox, MailServer

PASSWORD = "correct horse"
START_SECONDS = 30
PROGRAMS = (
    "/usr/sbin/postfix",
    "/usr/sbin/dovecot",
    "/usr/lib/dovecot/imap",
    "/usr/lib/dovecot/lmtp",
)
SMTP_PORTS = (
    *("submission", "smtps", "relay", "smtp_plain", "smtp_old"),
    *("smtp_expired", "smtp_wrong_host", "smtp_other_ca", "smtp_client_certificate"),
)
IMAP_PORTS = ("imap", "imaps", "lmtp", "auth")
# Dovecot shows a certificate for each address that it is asked at
IMAP_HOSTS = {"expired": "127.0.0.2", "wrong_host": "127.0.0.3", "other_ca": "127.0.0.4"}

MAIN_CF = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.hisp.test
mydestination =
mynetworks = 127.0.0.1/32
local_recipient_maps =
alias_maps =
virtual_mailbox_domains = hisp-a.test hisp-b.test
virtual_mailbox_maps = regexp:{folder}/etc/mailboxes
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
default_transport = error:no mail leaves this test
relay_transport = error:no mail leaves this test
relay_domains = hisp-dead.test
transport_maps = inline:{{ hisp-dead.test=smtp:[127.0.0.1]:{dead} }}
smtp_host_lookup = native
smtp_dns_support_level = disabled
message_size_limit = 20480000
smtpd_tls_cert_file = {folder}/tls/good.pem
smtpd_tls_key_file = {folder}/tls/good.pem
smtpd_tls_protocols = >=TLSv1.2
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth}
smtpd_delay_reject = no
smtpd_sender_login_maps = regexp:{folder}/etc/logins
smtpd_recipient_restrictions =
    check_recipient_access texthash:{folder}/etc/recipients,
    permit_sasl_authenticated, permit_mynetworks
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_timeout = 4s
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
delay_warning_time = 1s
maximal_queue_lifetime = 5s
bounce_queue_lifetime = 5s
"""
_SUBMISSION = """
127.0.0.1:{port} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes
  -o mynetworks=
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
  -o smtpd_sender_restrictions=reject_sender_login_mismatch
"""
_STARTTLS = "  -o smtpd_tls_security_level=encrypt\n  -o smtpd_tls_auth_only=yes\n"
_WRAPPED = "  -o smtpd_tls_wrappermode=yes\n"
_CERTIFICATE = (
    "  -o smtpd_tls_cert_file={folder}/tls/{name}.pem\n"
    "  -o smtpd_tls_key_file={folder}/tls/{name}.pem\n"
)
SMTP_SERVICES = {
    "submission": _STARTTLS,
    "smtps": _WRAPPED,
    "smtp_plain": "  -o smtpd_tls_security_level=none\n",
    "smtp_old": _STARTTLS + "  -o smtpd_tls_protocols=>=TLSv1,<=TLSv1.1\n"
    "  -o smtpd_tls_mandatory_protocols=>=TLSv1,<=TLSv1.1\n"
    "  -o tls_medium_cipherlist=DEFAULT:@SECLEVEL=0\n",
    "smtp_client_certificate": _STARTTLS + "  -o smtpd_tls_req_ccert=yes\n"
    "  -o smtpd_tls_CAfile={folder}/tls/ca.pem\n",
    **{
        f"smtp_{name}": _STARTTLS + _CERTIFICATE.replace("{name}", name)
        for name in ("expired", "wrong_host", "other_ca")
    },
}
MASTER_CF = """
127.0.0.1:{relay} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""
DOVECOT_CONF = """
base_dir = {folder}/run
instance_name = {name}
protocols = imap lmtp
listen = 127.0.0.1
log_path = {folder}/dovecot.log
ssl = required
ssl_cert = <{folder}/tls/good.pem
ssl_key = <{folder}/tls/good.pem
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = yes
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:{folder}/mail/%u
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
first_valid_gid = 1
mail_plugins = quota
mail_max_userip_connections = 100
plugin {{
  quota = maildir:User quota
}}
passdb {{
  driver = passwd-file
  args = username_format=%u {folder}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {folder}/users
  default_fields = uid=mail gid=mail home={folder}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    address = 127.0.0.1 127.0.0.5
    port = {imap}
  }}
  inet_listener imaps {{
    address = 127.0.0.1 127.0.0.2 127.0.0.3 127.0.0.4
    port = {imaps}
    ssl = yes
  }}
}}
local 127.0.0.5 {{
  ssl = no
}}
local 127.0.0.2 {{
  ssl_cert = <{folder}/tls/expired.pem
  ssl_key = <{folder}/tls/expired.pem
}}
local 127.0.0.3 {{
  ssl_cert = <{folder}/tls/wrong_host.pem
  ssl_key = <{folder}/tls/wrong_host.pem
}}
local 127.0.0.4 {{
  ssl_cert = <{folder}/tls/other_ca.pem
  ssl_key = <{folder}/tls/other_ca.pem
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {auth}
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""


def missing() -> str:
    """Say why the servers cannot run here, or nothing."""
    absent = [program for program in PROGRAMS if not os.path.exists(program)]
    if absent:
        return f"Postfix and Dovecot are not installed ({', '.join(absent)}): see bin/setup"
    return "" if os.geteuid() == 0 else "only root can run Postfix"


@contextmanager
def running() -> Iterator["MailPeer"]:
    """Start the servers and stop them. Where they cannot run tests are skipped; in CI they fail."""
    if reason := missing():
        if os.environ.get("CI"):
            raise AssertionError(f"The tests need a mail server: {reason}.")
        raise unittest.SkipTest(reason)
    folder = Path(tempfile.mkdtemp(prefix="mail-peer-"))
    peer = MailPeer(folder)
    try:
        peer.start()
        yield peer
    finally:
        peer.stop()
        shutil.rmtree(folder, ignore_errors=True)


class MailPeer:
    """Postfix and Dovecot. `ports` by name, see `SMTP_PORTS` and `IMAP_PORTS`."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.ports = dict(zip((*SMTP_PORTS, *IMAP_PORTS, "dead"), _free_ports(), strict=False))
        self._processes: dict[str, subprocess.Popen] = {}
        self._users: dict[str, str] = {}
        self._make_folders()
        self.ca = make_certificates(folder / "tls")
        self._write_configuration()

    # --- what tests ask for ------------------------------------------------------------------

    def add(self, address: str, *, quota: str = "", password: str = PASSWORD) -> Mailbox:
        """Make a mailbox.

        :param quota: such as 10K
        """
        encoded = base64.b64encode(password.encode()).decode()
        rule = f"userdb_quota_rule=*:storage={quota}" if quota else ""
        self._users[address] = f"{address}:{{PLAIN.B64}}{encoded}::::::{rule}\n"
        (self.folder / "users").write_text("".join(self._users.values()))
        time.sleep(1.1)  # Dovecot looks whether the file has changed once in a second
        return Mailbox(address, password, (address,))

    def config(self, *mailboxes: Mailbox, **changes) -> EdgeConfig:
        """The settings of an adapter for these mailboxes."""
        values = {
            "ca_certificate": self.ca,
            "smtp": self.smtp("submission"),
            "imap": MailServer("127.0.0.1", self.ports["imaps"], "tls"),
            "mailboxes": mailboxes,
            "private_network": True,
        }
        return EdgeConfig(**{**values, **changes})

    def smtp(self, port: str, security: str = "starttls") -> MailServer:
        return MailServer("127.0.0.1", self.ports[port], security)

    def deliver(self, sender: str, recipient: str, content: bytes, options=()) -> None:
        """Bring a message in as another provider would."""
        with smtplib.SMTP("127.0.0.1", self.ports["relay"], timeout=20) as smtp:
            smtp.sendmail(sender, [recipient], content, rcpt_options=options)

    def delivered(self, address: str) -> list[bytes]:
        """The messages in a mailbox, once nothing is on its way any more."""
        deadline = time.monotonic() + START_SECONDS
        while any(self._on_its_way()):
            if time.monotonic() > deadline:
                raise RuntimeError(f"The queue does not empty:\n{self.log()}")
            time.sleep(0.05)
        folders = (self.maildir(address) / name for name in ("new", "cur"))
        return [path.read_bytes() for folder in folders for path in folder.glob("*")]

    def _on_its_way(self) -> Iterator[Path]:
        # In the order in which a message goes through them, so that none is overlooked
        for name in ("incoming", "active", "deferred"):
            for path in (self.folder / "queue" / name).rglob("*"):
                with suppress(FileNotFoundError):
                    if path.is_file():
                        yield path

    def connections(self) -> int:
        """How many connections to the submission server there were."""
        return (self.folder / "maillog").read_text().count(": connect from")

    def maildir(self, address: str) -> Path:
        return self.folder / "mail" / address

    def empty(self, address: str) -> None:
        """Take all messages out of a mailbox."""
        self.delivered(address)  # waits for what is on its way
        for name in ("new", "cur"):
            for path in (self.maildir(address) / name).glob("*"):
                path.unlink()

    def renumber(self, address: str) -> None:
        """Make Dovecot forget all that it knows of a mailbox: UIDVALIDITY and UIDs are new."""
        time.sleep(1.1)  # UIDVALIDITY is a time in seconds
        for name in (
            "dovecot-uidlist",
            "dovecot.index",
            "dovecot.index.log",
            "dovecot.index.cache",
        ):
            with suppress(FileNotFoundError):
                (self.maildir(address) / name).unlink()
        for path in self.maildir(address).glob("dovecot-uidvalidity*"):
            path.unlink()

    def fill(self, address: str, content: bytes, count: int) -> None:
        """Put `count` copies of an old, read message into a mailbox: one file, many names."""
        current = self.maildir(address) / "cur"
        for name in ("cur", "new", "tmp"):
            (self.maildir(address) / name).mkdir(parents=True, exist_ok=True)
        one = current / "0.one.host:2,S"
        one.write_bytes(content)
        year_ago = time.time() - 365 * 86400
        os.utime(one, (year_ago, year_ago))
        for number in range(1, count):
            # A file can have so many names only
            if number % 30_000 == 0:
                one = shutil.copy2(one, current / f"{number}.copy.host:2,S")
            else:
                os.link(one, current / f"{number}.link.host:2,S")
        for path in (self.maildir(address), *self.maildir(address).iterdir(), one):
            shutil.chown(path, "mail", "mail")

    def put(self, address: str, content: bytes, days_ago: int) -> None:
        """Put a message that is older into a mailbox, as who moves it there does."""
        path = self.maildir(address) / "new" / f"{uuid.uuid4()}.host"
        path.write_bytes(content)
        then = time.time() - days_ago * 86400
        os.utime(path, (then, then))
        shutil.chown(path, "mail", "mail")

    # --- the servers -------------------------------------------------------------------------

    def start(self) -> None:
        self.start_dovecot()
        self.start_postfix()

    def start_postfix(self) -> None:
        etc = str(self.folder / "etc")
        # It makes the folders of the queue. `postfix start-fg` would leave children behind
        check = ["/usr/sbin/postfix", "-c", etc, "check"]
        subprocess.run(check, check=True, capture_output=True)  # noqa: S603 (our own command)
        self._start("postfix", "/usr/lib/postfix/sbin/master", "-d", "-c", etc)
        self._await("postfix", [self.ports[name] for name in SMTP_PORTS])

    def start_dovecot(self) -> None:
        self._start("dovecot", "/usr/sbin/dovecot", "-F", "-c", str(self.folder / "dovecot.conf"))
        self._await("dovecot", [self.ports[name] for name in IMAP_PORTS])

    def stop(self) -> None:
        for name in tuple(self._processes):
            self._end(name, signal.SIGTERM)

    def crash_postfix(self) -> None:
        """End it at once, whatever it is doing."""
        self._end("postfix", signal.SIGKILL)

    def _end(self, name: str, how: signal.Signals) -> None:
        process = self._processes.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        process.wait(20)
        # The children hold the ports too
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return
            time.sleep(0.05)

    def _start(self, name: str, *command: str) -> None:
        # Whatever ends the tests ends the servers too
        command = ("setpriv", "--pdeathsig", "TERM", *command)
        with open(self.folder / f"{name}.out", "ab") as out:
            self._processes[name] = subprocess.Popen(  # noqa: S603 (our own command)
                command, stdout=out, stderr=out, start_new_session=True
            )

    def _await(self, name: str, ports: list[int]) -> None:
        deadline = time.monotonic() + START_SECONDS
        for port in ports:
            while True:
                with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                if self._processes[name].poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{name} did not start:\n{self.log()}")
                time.sleep(0.05)

    def log(self) -> str:
        """What the servers wrote."""
        texts = []
        for name in ("postfix.out", "dovecot.out", "maillog", "dovecot.log"):
            with suppress(FileNotFoundError):
                texts.append((self.folder / name).read_text()[-4000:])
        return "\n".join(texts)

    def _make_folders(self) -> None:
        self.folder.chmod(0o755)
        for name in ("etc", "queue", "data", "tls", "mail", "run"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "data", "postfix")
        shutil.chown(self.folder / "mail", "mail", "mail")
        (self.folder / "users").touch()
        # Submission takes mail for everybody but unknown@, and each login sends for itself
        (self.folder / "etc/mailboxes").write_text("!/^unknown@/ x\n")
        (self.folder / "etc/logins").write_text("/^(.+)$/ $1\n")
        (self.folder / "etc/recipients").write_text(
            "grey@hisp-b.test 450 4.7.1 Greylisted, try again in a minute\n"
            "stranger@hisp-b.test 550 5.7.1 Not trusted\n"
        )

    def _write_configuration(self) -> None:
        marks = {"folder": self.folder, "name": self.folder.name, **self.ports}
        master = MASTER_CF.format(**marks)
        for name, options in SMTP_SERVICES.items():
            service = _SUBMISSION.format(port=self.ports[name])
            master += service.rstrip("\n") + "\n" + options.format(**marks)
        (self.folder / "etc/main.cf").write_text(MAIN_CF.format(**marks))
        (self.folder / "etc/master.cf").write_text(master)
        (self.folder / "dovecot.conf").write_text(DOVECOT_CONF.format(**marks))


def notice(
    about: str,
    disposition: str = "processed",
    sender: str = "bob@hisp-b.test",
    recipient: str = "alice@hisp-a.test",
    number: str | int | None = None,
) -> bytes:
    """A notice about a Message-ID as a receiving HISP sends it."""
    number = number or uuid.uuid4()
    return (
        f"From: {sender}\r\nTo: {recipient}\r\nMessage-ID: <{number}@hisp-b.test>\r\n"
        "Subject: Notice\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n"
        "--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
        f"Original-Message-ID: {about}\r\n"
        f"Disposition: automatic-action/MDN-sent-automatically; {disposition}\r\n--b--\r\n"
    ).encode()


def _free_ports() -> list[int]:
    sockets = [socket.socket() for _number in range(len(SMTP_PORTS) + len(IMAP_PORTS) + 1)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def make_certificates(folder: Path) -> str:
    """Write a chain with its key for each case; the PEM of the authority to trust."""
    ca, long_ago = trustme.CA(), datetime.now(UTC) - timedelta(days=400)
    names = ("127.0.0.1", "127.0.0.2", "127.0.0.4", "localhost")
    for name, certificate in {
        "good": ca.issue_cert(*names),
        "expired": ca.issue_cert(
            *names, not_before=long_ago, not_after=long_ago + timedelta(days=9)
        ),
        "wrong_host": ca.issue_cert("mail.elsewhere.example"),
        "other_ca": trustme.CA().issue_cert(*names),
    }.items():
        certificate.private_key_and_cert_chain_pem.write_to_path(folder / f"{name}.pem")
    client = ca.issue_cert("ehr.hisp-a.test")
    client.private_key_pem.write_to_path(folder / "client.key")
    client.cert_chain_pems[0].write_to_path(folder / "client.pem")
    ca.cert_pem.write_to_path(folder / "ca.pem")
    return (folder / "ca.pem").read_text()


def old_tls_context(folder: Path) -> ssl.SSLContext:
    """A server that speaks TLS 1.0 and 1.1 only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.load_cert_chain(folder / "tls/good.pem")
    return context
