"""Click through what can happen to a legal representative, in a browser on running servers.

Knowledge questions answered wrongly and rightly, Validation Failed with its causes, a lock-out,
the way by the keyboard alone, and the provider's own page. Success in the form is what `bin/demo`
and the leak check walk.
"""

import contextlib
import re
import tempfile
import uuid
from pathlib import Path

from playwright.sync_api import expect

from servers import databases
from servers.processes import free_port, odoo, sandbox
from servers.rpc import User, connect_provider
from walk.journey import PERSON, Walk, browser

SECRET_TYPED = PERSON["government_number"]


def check(pictures=None):
    """Walk all of it; raise AssertionError or the browser's error where it goes wrong."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = stack.enter_context(databases.temporary("enrollment"))
        sandbox_url = stack.enter_context(sandbox(free_port(), folder / "sandbox.sqlite"))
        odoo_url = stack.enter_context(odoo(free_port(), database))
        admin = User(odoo_url, database, "admin", "admin")
        connect_provider(admin, sandbox_url, representative="representative")
        create_domain(admin)
        with browser() as chromium:
            walk = Walk(chromium, odoo_url, sandbox_url, database, pictures)
            walk.ask_sandbox("put", "settings", {"call_pause": 0})
            fail_on_questions(walk)
            fail_on_the_name(walk)
            lock_out_by_keyboard(walk)
            authenticate_on_hosted_page(walk, admin)
        if walk.faults:
            raise AssertionError("The browser's console has errors: " + "; ".join(walk.faults))


def create_domain(admin):
    """Have the practice's domain, so that it can be authenticated."""
    setup = admin.call("direct.setup", "action_open")["res_id"]
    admin.call("direct.setup", "write", [setup], {"label": f"check-{uuid.uuid4().hex[:8]}"})
    admin.call("direct.setup", "action_create_domain", [setup])


def fail_on_questions(walk):
    walk.start_authentication()
    walk.fill_in({**PERSON, "financial_kind": "knowledge"} | {"financial_number": None})
    get_questions(walk)
    walk.done("Knowledge Questions with a clock", "knowledge-questions")
    answer_questions(walk, rightly=False)
    walk.take_call()
    walk.button("Verify Identity").click()
    expect_failure(walk, left=2)
    walk.done("wrong answers: Validation Failed")


def get_questions(walk):
    walk.button("Get Questions").click()
    expect(walk.page.get_by_role("timer", name="Time left for this question")).to_be_visible()


def answer_questions(walk, rightly):
    """Answer all; the right choice ends with a full stop."""
    done = walk.page.get_by_text("All questions are answered.")
    legend = walk.page.locator(".o_direct_questions legend")
    while not done.is_visible():
        question = legend.inner_text()
        labels = walk.page.locator(".o_direct_questions .form-check-label")
        ending = re.compile(r"\.$") if rightly else re.compile(r"[^.]$")
        labels.filter(has_text=ending).first.click()
        walk.button("Answer").click()
        expect(legend.filter(has_text=question)).to_have_count(0)


def fail_on_the_name(walk):
    walk.fill_in({"last_name": "Nomatch"})
    get_questions(walk)
    answer_questions(walk, rightly=True)
    walk.take_call()
    walk.button("Try Again").click()
    expect_failure(walk, left=1)
    walk.button("What could be wrong?").click()
    walk.sees("legal name", within=".modal")
    number = walk.page.locator(".modal [data-field=government_number] input")
    expect(number).to_have_value(SECRET_TYPED)
    walk.done("Validation Failed, its causes, everything still there", "validation-failed")


def expect_failure(walk, left):
    failed = walk.page.locator(".o_direct_enrollment_failed")
    expect(failed).to_contain_text("Validation Failed")
    expect(failed).to_contain_text(f"{left} tr")


def lock_out_by_keyboard(walk):
    """The last attempt, without the mouse: change the kind of evidence, take a call, try again."""
    page = walk.page
    page.locator(".modal [data-field=financial_kind] select").focus()
    page.keyboard.type("Personal Tel")
    page.keyboard.press("Tab")
    page.keyboard.type(PERSON["financial_number"])
    # past the button that shows the number, and the telephone that was entered before
    for _stop in range(3):
        page.keyboard.press("Tab")
    expect(walk.button("Call Me")).to_be_focused()
    page.keyboard.press("Enter")
    code = walk.answer_call()
    page.locator(".modal [data-field=confirmation_code] input").focus()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(code)
    page.keyboard.press("Tab")
    expect(walk.button("Try Again")).to_be_enabled()
    while not walk.button("Try Again").evaluate("button => button === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    walk.sees("Time left", within=".modal")
    walk.sees("Sandbox Support", within=".modal")
    walk.done("by keyboard to the last attempt: locked until a time shown", "locked")


def authenticate_on_hosted_page(walk, admin):
    [enrollment, *_older] = walk.ask_sandbox("get", "enrollments")["enrollments"]
    walk.ask_sandbox("post", f"enrollments/{enrollment['id']}/unlock")
    provider = admin.find("direct.provider", [["code", "=", "sandbox"]])
    admin.call("direct.provider", "write", [provider], {"proofing": "hosted"})
    for button, state in (("Fail", "Not Authenticated"), ("Prove my identity", "Authenticated")):
        with walk.page.context.expect_page() as opened:
            walk.open_authentication()
        page = opened.value
        expect(page.get_by_text("Sandbox, not for patients").first).to_be_visible()
        if walk.pictures:
            page.screenshot(path=walk.pictures / "hosted-page.png")
        page.get_by_role("button", name=button, exact=True).click()
        current = page.locator(".o_statusbar_status [aria-checked=true]")
        expect(current).to_have_text(state)
        page.close()
    walk.done("the provider's own page: failed, then authenticated")
