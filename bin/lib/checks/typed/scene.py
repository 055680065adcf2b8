"""Who types, in which browser, and on which records."""

import contextlib
import time

import requests

from checks.enrollment import create_domain
from servers.rpc import RpcError, User, connect_provider

RECIPIENT = "omar.haddad@lakeview-cardiology.direct.sandbox.test"
LISTS = {"admin": "referrals", "clinician": "referrals", "representative": "direct-practices"}
"""What each user may see before a window is opened."""
DO_ACTION = """action => odoo.__WOWL_DEBUG__.root.env.services.action.doAction(
    action, { clearBreadcrumbs: true, forceLeave: true }
).then(() => null)"""
QUICKEN = """() => Object.assign(
    odoo.loader.modules.get("@direct_messaging/kept_form/keeper").patience,
    { typing: 200, answer: 1000, again: 300, longest: 1000 }
)"""
"""So that the page waits less long than it does for people."""
STORAGES = """() => JSON.stringify([sessionStorage, localStorage, document.title, history.state])"""
CLOSE_ALL = "() => odoo.__WOWL_DEBUG__.root.env.services.dialog.closeAll()"
PATIENCE_S = 60


class Scene:
    """A practice with everything that can be written in, and its users with their browsers."""

    def __init__(self, chromium, odoo, sandbox, database):
        self.odoo, self.sandbox, self.database = odoo, sandbox, database
        self._chromium = chromium
        self._pages = {}
        self._leaves = False
        self.warnings = 0
        self.users = {
            login: User(odoo, database, login, login)
            for login in ("admin", "clinician", "representative")
        }
        self._set_up_practice()
        self._write_and_receive()
        self.enrollment = self._begin_enrollment()

    # --- browsers ----------------------------------------------------------------------------

    def page(self, window):
        """The page of the window's user, logged in."""
        login = window.user
        if login not in self._pages:
            page = self._chromium.new_context(viewport={"width": 1280, "height": 860}).new_page()
            page.on("dialog", self._on_dialog)
            self._pages[login] = page
            self.log_in_again(window)
            self._start(window)
        return self._pages[login]

    def log_in_again(self, window):
        """Log in in another tab of the same browser, as far as the server is concerned."""
        login = window.user
        credentials = {"db": self.database, "login": login, "password": login}
        call = {"jsonrpc": "2.0", "method": "call", "params": credentials}
        url = f"{self.odoo}/web/session/authenticate"
        answer = self._pages[login].context.request.post(url, data=call)
        if answer.json()["result"]["uid"] is None:
            raise AssertionError(f"{login} could not log in again")

    def _start(self, window):
        page = self._pages[window.user]
        page.goto(f"{self.odoo}/odoo/{LISTS[window.user]}")
        page.wait_for_selector(".o_action_manager .o_list_view")
        page.evaluate(QUICKEN)

    def _on_dialog(self, dialog):
        """Stay, as somebody does who is warned; but for a page that is given up."""
        self.warnings += 1
        dialog.accept() if self._leaves else dialog.dismiss()

    def open(self, window):
        page = self.page(window)
        page.evaluate(DO_ACTION, window.open(self))
        window.input(page, window.fields[0]).wait_for()
        return page

    def kept_by_browser(self, page, texts):
        """Return those of the texts that are somewhere in the browser beside the window."""
        kept = page.evaluate(STORAGES)
        return [text for text in texts if text in kept]

    def log_out(self):
        """Log out a clinician, and wait until the tab has forgotten what it showed."""
        page = self._pages["clinician"]
        page.goto(f"{self.odoo}/web/session/logout")
        page.wait_for_selector("input[name=password]")
        page.wait_for_function("() => !sessionStorage.getItem('current_state')")

    def reload(self, page):
        """Reload the page, and stay when it warns, as it has to."""
        before = self.warnings
        page.evaluate("() => { setTimeout(() => location.reload()) }")
        page.wait_for_timeout(500)
        if self.warnings == before:
            raise AssertionError("the page was left without a warning")

    def leave(self, window):
        """Close the window; when something is not saved, all the same."""
        page = self.page(window)
        page.evaluate(CLOSE_ALL)
        page.wait_for_timeout(200)
        if page.locator(".modal").count():
            self._leaves = True
            page.context.set_offline(False)
            page.unroute_all(behavior="ignoreErrors")
            self.log_in_again(window)
            self._start(window)
            self._leaves = False

    # --- records -----------------------------------------------------------------------------

    def call(self, login, *arguments, **keywords):
        return self.users[login].call(*arguments, **keywords)

    def _set_up_practice(self):
        admin, clinician = self.users["admin"], self.users["clinician"]
        connect_provider(admin, self.sandbox, representative="representative")
        create_domain(admin)
        setup = clinician.call("direct.setup", "action_open")["res_id"]
        clinician.call("direct.setup", "action_create_username", [setup])
        self.practice = admin.find("direct.practice", [["domain", "!=", False]])
        domain = admin.read("direct.practice", self.practice, "domain")
        self._control("post", f"domains/{domain}/authenticate", {"authenticated": True})
        admin.call("direct.practice", "action_refresh_authentication", [self.practice])
        values = {"name": "Second HISP", "code": "sandbox"}
        [self.provider] = admin.call("direct.provider", "create", [values])

    def _write_and_receive(self):
        clinician = self.users["clinician"]
        patient = clinician.find("res.partner", [["direct_is_patient", "=", True]])
        notes = [{"patient_id": patient, "plan": "Refer to cardiology."} for _note in range(3)]
        self.note, *signed = clinician.call("direct.clinical.note", "create", notes)
        clinician.call("direct.clinical.note", "action_sign", signed)
        self.signed, other = signed
        self._control("put", "settings", {"dispatched_after": 3600, "processed_after": 0})
        self.sent = self._send_referral(other)
        self.failed = self._fail()
        self.received = self._receive(patient)

    def _send_referral(self, note):
        clinician = self.users["clinician"]
        opened = clinician.call("direct.clinical.note", "action_send_referral", [note], "direct")
        referral = opened["res_id"]
        recipient = {"address": RECIPIENT, "name": "Omar Haddad"}
        clinician.call("direct.referral", "add_recipient", [referral], recipient)
        clinician.call("direct.referral", "action_send_message", [referral])
        return referral

    def _fail(self):
        """Have the referral's message refused by its recipient; return its id."""
        clinician = self.users["clinician"]
        message = clinician.find("direct.message", [["referral_id", "=", self.sent]])
        self._run("ir_cron_send", lambda: clinician.read("direct.message", message, "external_id"))
        external_id = clinician.read("direct.message", message, "external_id")
        self._control("post", f"messages/{external_id}/fail", {"reason": "The mailbox is full."})
        self._run(
            "ir_cron_events", lambda: clinician.read("direct.message", message, "needs_attention")
        )
        return message

    def _receive(self, patient):
        """Have a message written to the clinician, and file it; return its id."""
        clinician = self.users["clinician"]
        self._control("put", "settings", {"dispatched_after": 0})
        address = clinician.read("direct.message", self.failed, "from_address")
        letter = {"subject": "A question", "text": "Dear colleague"}
        self._control("post", f"mailboxes/{address}/messages", letter)
        inbox = [["direction", "=", "in"]]
        count = lambda: clinician.call("direct.message", "search_count", inbox)  # noqa: E731
        self._run("ir_cron_poll", count)
        message = clinician.find("direct.message", inbox)
        clinician.call("direct.message", "action_file", [message], patient)
        return message

    def _begin_enrollment(self):
        """Begin an enrollment, with all agreements accepted; return its id."""
        user = self.users["representative"]
        asked = user.call("direct.practice", "action_authenticate", [self.practice])
        if asked.get("res_model") == "res.users.identitycheck":
            password = {"password": user.name}
            asked = user.call(
                "res.users.identitycheck", "run_check", [asked["res_id"]], context=password
            )
        enrollment = asked["params"]["enrollment_id"]
        self.enrollment = enrollment
        while waiting := [a for a in self.step("load")["agreements"] if not a["accepted"]]:
            self.step("accept", waiting[0]["id"], waiting[0]["sha256"])
        return enrollment

    def step(self, name, *arguments):
        """Take a step of the enrollment, as another window of the same person does."""
        return self.call(
            "representative",
            "direct.enrollment",
            "step",
            [self.enrollment],
            name,
            context={"enrollment_arguments": list(arguments)},
        )

    def _run(self, cron, is_done):
        """Run a scheduled action until something has happened."""
        admin = self.users["admin"]
        named = [["module", "=", "direct_messaging"], ["name", "=", cron]]
        cron_id = admin.read("ir.model.data", admin.find("ir.model.data", named), "res_id")
        give_up = time.monotonic() + PATIENCE_S
        while not is_done():
            if time.monotonic() > give_up:
                raise AssertionError(f"{cron} did not do it")
            with contextlib.suppress(RpcError):  # it is at work already
                admin.call("ir.cron", "method_direct_trigger", [cron_id])
            time.sleep(0.3)

    def _control(self, method, path, body):
        url = f"{self.sandbox}/sandbox/{path}"
        answer = requests.request(method, url, json=body, timeout=30)
        answer.raise_for_status()
