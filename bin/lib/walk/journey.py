"""The journey in a browser, step by step, as its users walk it."""

import contextlib
import hashlib
import shutil
import time

import requests
from playwright.sync_api import TimeoutError, expect, sync_playwright

from servers.rpc import User

RECIPIENT = "Maya Chen"
MESSAGE = "Thank you for seeing her this month."
CHROMIUM = ("chromium", "google-chrome")
WINDOW = {"width": 1280, "height": 860}
PATIENCE_MS = 30_000
PASSWORD_MS = 3_000
HOLD_MS = 100
expect.set_options(timeout=PATIENCE_MS)
PERSON = {
    "first_name": "Alex",
    "last_name": "Morgan",
    "street": "12 Maple Street",
    "city": "Burlington",
    "state": "VT",
    "zip": "05401",
    "birthdate": "1970-03-04",
    "email": "alex.morgan@example.org",
    "government_kind": "npi",
    "government_number": "1234567893",
    "financial_kind": "phone",
    "financial_number": "802-863-2345",
    "call_phone": "404-555-2368",
}


class Walk:
    """The journey; every step prints a line and, when asked for, takes a picture."""

    def __init__(self, browser, odoo, sandbox, database, pictures):
        self.browser = browser
        self.odoo = odoo
        self.sandbox = sandbox
        self.database = database
        self.pictures = pictures
        self.faults = []
        self.page = None
        self.clinicians_page = None

    def log_in(self, user):
        """Go on as `user`, in a browser session of its own."""
        self.page = self.browser.new_context(viewport=WINDOW).new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on(
            "console",
            lambda said: self.faults.append(said.text) if said.type == "error" else None,
        )
        self.page.goto(f"{self.odoo}/web/login")
        self.page.fill("input[name=login]", user)
        self.page.fill("input[name=password]", user)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector(".o_web_client")

    def go(self, path):
        self.page.goto(f"{self.odoo}/odoo/{path}")

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def press_early(self, name):
        """Press a button as a hand does, while the server has not yet answered what was typed.

        What the window says about it goes meanwhile, and the button may move.
        """

        def answer_later(route):
            time.sleep(3 * HOLD_MS / 1000)
            route.continue_()

        self.page.route("**/onchange", answer_later)
        self.button(name).click(delay=HOLD_MS)
        self.page.unroute("**/onchange")

    def sees(self, text, within="body"):
        expect(self.page.locator(within).get_by_text(text).first).to_be_visible()

    def done(self, line, picture=None):
        print(f"  {line}", flush=True)
        if picture and self.pictures:
            # The fade of a dialog or a notification would be caught half-way
            self.page.wait_for_timeout(600)
            self.page.screenshot(path=self.pictures / f"{picture}.png")

    # --- the steps ---------------------------------------------------------------------------

    def connect_provider(self):
        """The administrator enters the provider's address and key, tests it and chooses it."""
        self.log_in("admin")
        self.go("action-direct_messaging.direct_provider_action")
        self.page.get_by_role("cell", name="Sandbox HISP").click()
        self.page.get_by_label("Address").fill(self.sandbox)
        self.page.get_by_label("API Key").fill("sandbox-demo-key")
        self.page.locator(".o_statusbar_status").get_by_text("Test", exact=True).click()
        self.button("Test Connection").click()
        self.sees("Connected to Sandbox HISP")
        self.done("administrator connected the provider", "provider")
        self.go("action-direct_messaging.settings_action")
        self.settings_are_ready()
        self.choose("direct_provider_id", "Sandbox HISP")
        self.save_settings()
        self.choose("direct_legal_representative_ids", "Alex Morgan")
        self.done("administrator chose it and appointed a legal representative", "settings")
        self.save_settings()

    def choose(self, field, name):
        self.page.locator(f"[name={field}] input").first.press_sequentially(name, delay=20)
        self.page.get_by_role("option", name=name).first.click()

    def save_settings(self):
        with self.page.expect_navigation():  # the client starts anew with the new settings
            self.button("Save").click()
        self.settings_are_ready()

    def settings_are_ready(self):
        # They take the focus to their search at last: whoever types before that loses letters
        self.page.wait_for_selector("#direct_provider")
        expect(self.page.locator(".o_searchview_input")).to_be_focused()

    def sign_note(self):
        self.log_in("clinician")
        self.clinicians_page = self.page
        self.go("clinical-notes")
        self.page.get_by_role("cell", name="Maria Alvarez").click()
        self.button("Sign").click()
        self.sees("Signed On")
        self.done("clinician signed a note")

    def write_referral(self):
        self.button("Send Referral By").click()
        self.done("Send Referral By", "send-referral-by")
        self.page.get_by_role("menuitem", name="Direct Message").click()
        self.sees("Send Referral", within=".modal-title")
        self.page.get_by_label("Add a recipient").press_sequentially("cardiology chen", delay=20)
        self.page.get_by_role("option").filter(has_text=RECIPIENT).click()
        self.sees("Verified", within=".modal")
        self.page.locator("[name=body] textarea").fill(MESSAGE)
        self.done("clinician wrote a referral", "send-referral")

    def set_up(self):
        self.button("Send Message").click()
        self.sees("Direct Message Setup", within=".modal-title")
        label = self.page.locator("[name=label] input")
        label.fill("Sunrise Family")
        self.sees("spaces")
        self.done("Create Domain Name explains what is not possible", "create-domain-name-problem")
        label.fill("sunrisefamily")
        self.sees("sunrisefamily.direct.sandbox.test")
        self.done("Create Domain Name", "create-domain-name")
        self.button("Continue").click()
        username = self.page.locator("[name=username] input")
        username.fill("jane")
        self.press_early("Continue")
        self.sees("This would create jane@sunrisefamily.direct.sandbox.test")
        self.done("Create Your Username shows what is permanent before it is created")
        username.fill("jane.rivera")
        expect(self.page.locator("[name=address_preview]")).to_have_text(
            "jane.rivera@sunrisefamily.direct.sandbox.test"
        )
        self.done("Create Your Username", "create-your-username")
        self.button("Continue").click()
        self.sees("Your Direct Message email address")
        self.done("Complete Setup", "complete-setup")
        self.button("Back to Referral").click()
        expect(self.page.locator("[name=body] textarea")).to_have_value(MESSAGE)
        self.done("back in the referral as it was written")

    def send(self):
        self.button("Send Message").click()
        expect(self.page.locator(".modal")).to_have_count(0)
        self.sees("Alex Morgan can authenticate it", within=".o_form_view")
        self.done("sent: held until the practice is authenticated", "held")

    def authenticate(self):
        """The legal representative accepts the agreements and proves who they are."""
        self.start_authentication()
        self.fill_in(PERSON)
        self.take_call()
        self.done("enrollment form: four sections Ready to be Submitted", "enrollment-form")
        self.button("Verify Identity").click()
        self.sees("Your identity is verified", within=".modal")
        self.done("Verify Identity: the practice is authenticated", "identity-verified")
        self.button("Done").click()

    def start_authentication(self):
        """Open the form: password, both agreements."""
        self.log_in("representative")
        self.open_authentication()
        for title, picture in (
            ("DirectTrust Activation", "directtrust-activation"),
            ("Experian User Agreement", "experian-user-agreement"),
        ):
            self.sees(title, within=".modal")
            self.page.locator(".o_direct_agreement_text").press("End")
            expect(self.button("I Accept")).to_be_enabled()
            self.done(f"{title}: I Accept", picture)
            self.button("I Accept").click()
        self.sees("Practice Representative", within=".modal")

    def open_authentication(self):
        self.go("direct-practices")
        self.page.get_by_role("cell", name="Sunrise Family Medicine").first.click()
        self.button("Authenticate").click()
        password = self.page.locator(".modal input[type=password]")
        # Odoo asks for it again after ten minutes only
        begun = password.or_(self.page.locator(".o_direct_enrollment"))
        with contextlib.suppress(TimeoutError):
            begun.first.wait_for(timeout=PASSWORD_MS)
        if password.is_visible():
            password.fill("representative")
            self.button("Confirm Password").click()

    def fill_in(self, values):
        """Fill the enrollment form; values by the names of its fields, None to leave one out."""
        for name, value in values.items():
            if value is None:
                continue
            field = self.page.locator(f".modal [data-field={name}]").locator("input, select")
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
                field.blur()

    def take_call(self):
        """Press Call Me, answer the sandbox's telephone, record the statement, enter the code."""
        self.button("Call Me").click()
        code = self.answer_call()
        self.fill_in({"confirmation_code": code})
        expect(self.page.locator(".modal").get_by_text("Ready to be Submitted")).to_have_count(4)
        return code

    def answer_call(self):
        """Answer the telephone of the sandbox and record the statement; the code it said."""
        self.sees("Calling", within=".modal")
        [enrollment, *_older] = self.ask_sandbox("get", "enrollments")["enrollments"]
        code = self.ask_sandbox("post", f"enrollments/{enrollment['id']}/answer-call")["code"]
        self.ask_sandbox("post", f"enrollments/{enrollment['id']}/record")
        self.sees("Statement recorded", within=".modal")
        return code

    def ask_sandbox(self, method, path, body=None):
        url = f"{self.sandbox}/sandbox/{path}"
        answer = requests.request(method, url, json=body or {}, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def watch_delivery(self):
        """The note shows each state by itself, without reloading."""
        self.page = self.clinicians_page
        self.sees("Delivered to the recipient.", within=".o_form_view")
        self.page.get_by_role("button", name="Timeline").click()
        for step in ("Accepted by the Direct provider", "Processed by", "Delivered"):
            self.sees(step, within=".o_form_view")
        self.done("accepted, processed, delivered by callbacks", "delivered")
        self.go("referrals")
        self.sees("Delivered")
        self.done("the list of referrals", "referrals")

    def compare_documents(self):
        """What arrived at the other practice is what left, to the byte."""
        clinician = User(self.odoo, self.database, "clinician", "clinician")
        message = clinician.find("direct.message", [["state", "=", "delivered"]])
        external_id, attachments = clinician.read(
            "direct.message", message, "external_id", "attachment_ids"
        )
        sent = clinician.download(f"/web/content/{attachments[0]}")
        arrived = requests.get(
            f"{self.sandbox}/sandbox/messages/{external_id}/attachments/0", timeout=30
        ).content
        if sent != arrived or not sent.startswith(b"%PDF"):
            raise AssertionError("The document that arrived is not the one that was sent.")
        digest = hashlib.sha256(arrived).hexdigest()[:16]
        self.done(f"PDF at the other practice: {len(arrived)} bytes, identical (SHA-256 {digest}…)")


@contextlib.contextmanager
def browser():
    """A headless Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=next(filter(None, map(shutil.which, CHROMIUM))),
            args=["--no-sandbox", "--disable-gpu"],
        )
        yield chromium
        chromium.close()
