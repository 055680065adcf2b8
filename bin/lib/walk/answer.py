"""The other practice answers: the second half of the journey, as `walk.Walk` goes it.

`STEPS` closes the loop; `PICTURES` shows what else there is: a failure, figures, other providers.
"""

from playwright.sync_api import expect

REPORT = (
    "Thank you for referring Mrs. Alvarez. Her stress test shows no ischemia. I raised lisinopril "
    "to 20 mg and will see her again in three months."
)
THANKS = "Thank you. We will follow up on her blood pressure."
NARROW = {"width": 390, "height": 844}
WIDE = {"width": 1440, "height": 900}
INBOX_COUNTER = ".o_direct_inbox_systray"


def the_report_arrives(walk):
    """The counter at the top tells of it by itself, without reloading."""
    [message, *_older] = walk.ask_sandbox("get", "messages")["messages"]
    report = {"text": REPORT, "examples": ["pdf", "ccda"]}
    walk.ask_sandbox("post", f"messages/{message['id']}/reply", report)
    expect(walk.page.locator(f"{INBOX_COUNTER}[aria-label*='1 unread']")).to_be_visible()
    walk.done("the other practice replies with a consult report: 1 unread in the inbox")


def read_the_report(walk):
    walk.page.set_viewport_size(WIDE)
    walk.page.locator(INBOX_COUNTER).click()
    walk.page.locator(".o_direct_inbox_row").first.click()
    walk.sees(REPORT, within=".o_direct_pane")
    show_ccda(walk)
    walk.done("read, with its C-CDA shown beside the list", "inbox")
    walk.sees("Filed under", within=".o_direct_pane_patient")
    walk.sees("Maria Alvarez", within=".o_direct_pane_patient")
    walk.done("filed under Maria Alvarez, whom the referral is about")


def show_ccda(walk):
    ccda = walk.page.locator(".o_direct_pane_document").filter(has_text=".xml")
    ccda.get_by_role("button", name="Show").click()
    shown = walk.page.frame_locator(".o_direct_pane_frame")
    expect(shown.get_by_text("Lisinopril").first).to_be_visible()


def reply(walk):
    walk.page.locator(".o_direct_pane").get_by_role("button", name="Reply", exact=True).click()
    walk.page.locator(".modal [name=body] textarea").fill(THANKS)
    walk.done("a reply is written beside the message", "reply")
    walk.button("Send Message").click()
    expect(walk.page.locator(".modal")).to_have_count(0)
    conversation = walk.page.get_by_label("Conversation").get_by_role("listitem")
    expect(conversation).to_have_count(3)
    walk.done("answered: three messages in the conversation")


def close_the_loop(walk):
    walk.page.locator(".o_direct_pane").get_by_text("answers").click()
    walk.sees("Report Received", within=".o_form_view")
    walk.done("the referral has its report: Report Received", "report-received")
    walk.button("Close Loop").click()
    walk.page.locator(".modal").get_by_role("button", name="Close Loop", exact=True).click()
    expect(walk.page.locator(".modal")).to_have_count(0)
    walk.sees("Closed", within=".o_form_view")
    walk.done("closed the loop")


STEPS = (the_report_arrives, read_the_report, reply, close_the_loop)


# --- pictures of what the demo has no need for ---------------------------------------------------


def read_on_a_narrow_screen(walk):
    walk.page.set_viewport_size(NARROW)
    walk.go("direct-inbox")
    walk.page.locator(".o_direct_inbox_row").first.click()
    show_ccda(walk)
    walk.done("the inbox on a narrow screen", "inbox-narrow")
    walk.page.set_viewport_size(WIDE)


def fail_a_referral(walk):
    """The recipient's practice refuses a referral; it is in the list of what needs attention."""
    walk.ask_sandbox("put", "settings", {"dispatched_after": 3600})
    walk.go("clinical-notes")
    walk.page.get_by_role("cell", name="Tom Whitaker").click()
    walk.button("Sign").click()
    walk.sees("Signed On")
    walk.button("Send Referral By").click()
    walk.page.get_by_role("menuitem", name="Direct Message").click()
    walk.page.get_by_label("Add a recipient").press_sequentially("orthopedic tanaka", delay=20)
    walk.page.get_by_role("option").filter(has_text="Kenji Tanaka").click()
    walk.sees("Verified", within=".modal")
    walk.button("Send Message").click()
    expect(walk.page.locator(".modal")).to_have_count(0)
    walk.sees("Accepted", within=".o_direct_delivery")
    [message, *_older] = walk.ask_sandbox("get", "messages")["messages"]
    walk.ask_sandbox("post", f"messages/{message['id']}/fail", {"reason": "The mailbox is full."})
    walk.sees("Send Again", within=".o_direct_delivery")
    walk.done("a referral fails: what happened, and the buttons that help", "failed")
    walk.go("direct-attention")
    walk.sees("Kenji Tanaka")
    walk.done("the list of what needs attention", "needs-attention")


def see_figures(walk):
    walk.go("direct-dashboard")
    walk.sees("Median time to delivery")
    walk.done("the dashboard", "dashboard")


def see_other_providers(walk):
    """What an administrator enters for a provider of each other kind."""
    walk.log_in("admin")
    walk.page.set_viewport_size({"width": 1280, "height": 1200})
    for name, kind, picture in (
        ("Our HISP", "HISP by Email", "provider-edge"),
        ("Updox", "Updox", "provider-updox"),
    ):
        walk.go("action-direct_messaging.direct_provider_action/new")
        walk.page.get_by_label("Name", exact=True).fill(name)
        walk.page.get_by_label("Kind").click()
        walk.page.locator(".o_select_menu_item").filter(has_text=kind).click()
        walk.done(f"a provider of another kind: {name}", picture)
        walk.page.locator(".o_form_button_cancel").click()


PICTURES = (read_on_a_narrow_screen, fail_a_referral, see_figures, see_other_providers)
