"""Walk the journey from a clinical note to a delivered referral in a browser, as its users do."""

import argparse
import hashlib
import shutil
import sys
import time
from pathlib import Path

import requests
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import expect, sync_playwright
from rpc import User

RECIPIENT = "Maya Chen"
MESSAGE = "Thank you for seeing her this month."
CHROMIUM = ("chromium", "google-chrome")
WINDOW = {"width": 1280, "height": 860}
PATIENCE_MS = 30_000


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

    def log_in(self, user):
        if self.page:
            self.page.context.close()
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

    def sees(self, text, within="body"):
        expect(self.page.locator(within).get_by_text(text).first).to_be_visible(timeout=PATIENCE_MS)

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
        self.page.wait_for_selector("#direct_provider")

    def sign_note(self):
        self.log_in("clinician")
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
        self.sees("no spaces")
        self.done("Create Domain Name explains what is not possible", "create-domain-name-problem")
        label.fill("sunrisefamily")
        self.sees("sunrisefamily.direct.sandbox.test")
        self.done("Create Domain Name", "create-domain-name")
        self.button("Continue").click()
        self.page.locator("[name=username] input").fill("jane.rivera")
        self.sees("jane.rivera@sunrisefamily.direct.sandbox.test")
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
        self.sees("Alex Morgan can do it", within=".o_form_view")
        self.done("sent: held until the practice is authenticated", "held")

    def authenticate(self):
        """The sandbox's own switch stands in for the legal representative."""
        answer = requests.post(
            f"{self.sandbox}/sandbox/domains/sunrisefamily.direct.sandbox.test/authenticate",
            json={"authenticated": True},
            timeout=30,
        )
        answer.raise_for_status()
        self.done("practice authenticated (by the test switch of the sandbox)")

    def watch_delivery(self):
        """The note shows each state by itself, without reloading."""
        self.sees("It arrived at the recipient.", within=".o_form_view")
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
            sys.exit("The document at the other practice is not the one that was sent.")
        digest = hashlib.sha256(arrived).hexdigest()[:16]
        self.done(f"PDF at the other practice: {len(arrived)} bytes, identical (SHA-256 {digest}…)")


STEPS = (
    Walk.connect_provider,
    Walk.sign_note,
    Walk.write_referral,
    Walk.set_up,
    Walk.send,
    Walk.authenticate,
    Walk.watch_delivery,
    Walk.compare_documents,
)


def main():
    parser = argparse.ArgumentParser(prog="bin/demo", description=__doc__)
    parser.add_argument("--odoo", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--sandbox", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--database", required=True, help=argparse.SUPPRESS)
    parser.add_argument(
        "--pictures",
        nargs="?",
        type=Path,
        const=Path(__file__).parents[2] / "docs/pictures",
        metavar="FOLDER",
        help="take a picture of each window (default folder: docs/pictures)",
    )
    arguments = parser.parse_args()
    if arguments.pictures:
        arguments.pictures.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        walk = Walk(
            browser, arguments.odoo, arguments.sandbox, arguments.database, arguments.pictures
        )
        for step in STEPS:
            try:
                step(walk)
            except (AssertionError, BrowserError) as error:
                walk.page.screenshot(path="demo-failed.png")
                sys.exit(
                    f"{step.__name__} failed, see {Path('demo-failed.png').resolve()}\n{error}"
                )
        browser.close()
    if walk.faults:
        sys.exit("The browser's console has errors:\n" + "\n".join(walk.faults))
    print(f"referral delivered in {time.monotonic() - begin:.1f} s")


def _chromium():
    return next(filter(None, map(shutil.which, CHROMIUM)))


main()
