"""The clinician of bin/chaos: refers patients by the real models, whatever breaks meanwhile."""

import base64
import contextlib
import hashlib
import threading
from collections import Counter
from dataclasses import dataclass

import requests

from servers.rpc import RpcError, User

# In every visit, reason, message and document name: must be found in no log
MARK = "Zyxwort"
DOCUMENT_BYTES = 40 * 1024
MOST_RECIPIENTS = 8
SHARE_FAILING = 0.04
SHARE_REFUSED = 0.15
# The first does not exist, the second is not in the trust community
NOBODY = ("nobody@lakeview-cardiology.direct.sandbox.test", "someone@clinic.direct.untrusted.test")


@dataclass(frozen=True)
class Asked:
    """A message that was asked for; `subject` and `address` together name it.

    :param digest: SHA-256 of the document that only its referral has
    :param fate: "arrives", "fails" on the way, or "refused" by the provider
    """

    subject: str
    address: str
    digest: str
    fate: str


@dataclass(frozen=True)
class Referral:
    subject: str
    document: bytes
    messages: tuple[Asked, ...]


def plan(count, addresses, chance):
    """Plan referrals with `count` messages that a provider takes, and some more that none does."""
    referrals, left = [], count
    while left:
        subject = f"Referral {len(referrals) + 1}"
        document = chance.randbytes(DOCUMENT_BYTES)
        recipients = chance.sample(addresses, min(left, chance.randint(1, MOST_RECIPIENTS)))
        left -= len(recipients)
        fates = {
            address: "fails" if chance.random() < SHARE_FAILING else "arrives"
            for address in recipients
        }
        if chance.random() < SHARE_REFUSED:
            fates[chance.choice(NOBODY)] = "refused"
        digest = hashlib.sha256(document).hexdigest()
        messages = (Asked(subject, address, digest, fate) for address, fate in fates.items())
        referrals.append(Referral(subject, document, tuple(messages)))
    return referrals


class Clinician:
    """Works on one of the servers, and presses again where no answer came."""

    def __init__(self, url, database, count: Counter, end: threading.Event):
        self._url, self._database, self._count, self._end = url, database, count, end
        self._user = None

    def work(self, referrals):
        """Refer one after the other, from a list that several take from."""
        with contextlib.suppress(IndexError):
            while True:
                self._refer(referrals.pop())

    def _refer(self, referral):
        patient = self._insist("res.partner", "search", [["name", "=", "Maria Alvarez"]])
        visit = {"client_id": patient[0], "findings": f"{MARK} for a week.", "is_closed": True}
        visits = self._insist("example.visit", "create", [visit])
        draft = self._insist("example.visit", "action_send_referral", visits, "direct")["res_id"]
        document = {
            "name": f"{MARK}.bin",
            "datas": base64.b64encode(referral.document).decode(),
            "res_model": "direct.referral",
            "res_id": draft,
        }
        documents = self._insist("ir.attachment", "create", [document])
        values = {"subject": referral.subject, "document_ids": [[6, 0, documents]]}
        self._insist("direct.referral", "write", [draft], values)
        for message in referral.messages:
            entry = {"address": message.address, "name": message.address.partition("@")[0]}
            self._insist("direct.referral", "add_recipient", [draft], entry, done="already")
        self._insist("direct.referral", "action_send_message", [draft], done="already sent")

    def _insist(self, model, method, *arguments, done=None):
        """Call until Odoo answers.

        :param done: in what it says when the call before, whose answer was lost, had worked
        """
        while True:
            try:
                self._user = self._user or User(self._url, self._database, "clinician", "clinician")
                return self._user.call(model, method, *arguments)
            except RpcError as refusal:
                for_people = refusal.kind == "odoo.exceptions.UserError"
                if for_people and done and done in str(refusal):
                    return None
                if for_people and "try again" not in str(refusal):
                    raise
            except requests.RequestException:
                pass
            # Odoo ends the sessions of those who come while the database is away
            self._user = None
            self._count["calls pressed again"] += 1
            if self._end.wait(0.3):
                raise InterruptedError
