"""The windows in which something is typed."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import expect

from walk.journey import HOLD_MS

DOMAIN = "lakeview-cardiology.direct.sandbox.test"
TEXTS = {
    "base_url": "https://hisp-{}.test",
    "to_address": f"r{{}}@{DOMAIN}",
    "username": "user{}",
}


@dataclass(frozen=True)
class Window:
    """A window whose record is saved while one types.

    :param user: the login of who types in it
    :param fields: the fields that are tried
    :param other: the field that is edited too
    :param main: the label of its button that does what the window is for
    :param opened: gives, for a `Scene`, the action that opens it
    :param over: a field and the value it has only after the main button
    """

    title: str
    user: str
    fields: tuple[str, ...]
    other: str
    main: str
    opened: Callable
    over: tuple[str, str] | None = None

    def open(self, scene):
        return self.opened(scene)

    def _record(self, scene):
        action = self.open(scene)
        return action["res_model"], action["res_id"]

    def make_text(self, name, mark):
        return TEXTS.get(name, f"Typed {{}} in {name}").format(mark)

    def input(self, page, name):
        field = page.locator(f".o_form_view .o_field_widget[name={name}]").last
        return field.locator("input, textarea").first

    def type(self, page, name, text):
        """Type as a person does: what a script fills in is no reason for a browser to warn."""
        self.input(page, name).click()
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.type(text)

    def press(self, page):
        page.get_by_role("button", name=self.main, exact=True).last.click(delay=HOLD_MS)

    def finish(self, page):
        """Do what saves what is typed, where typing is not enough."""

    def stored(self, scene, name):
        return scene.users[self.user].read(*self._record(scene), name)

    def store(self, scene, name, text):
        """Save something else in another window."""
        model, id_ = self._record(scene)
        scene.call(self.user, model, "web_save", [id_], {name: text}, {})

    def is_over(self, scene):
        """Whether the main button has done what it is for."""
        if not self.over:
            return False
        name, value = self.over
        return scene.users[self.user].read(*self._record(scene), name) == value


class SavedByButton(Window):
    """A window that is saved by its button alone."""

    def finish(self, page):
        save = page.locator(".o_form_button_save")
        if save.is_visible():
            save.click()

    def press(self, page):
        self.finish(page)


class Enrollment(Window):
    """The form of the legal representative, which is kept apart from the record."""

    def input(self, page, name):
        return page.locator(f".modal [data-field={name}]").locator("input, select").first

    def press(self, page):
        """It has no button before all is filled in: leave it, and come back."""
        page.keyboard.press("Escape")
        stay = page.get_by_role("button", name="Stay Here")
        expect(stay).to_be_visible()
        stay.click()

    def stored(self, scene, name):
        return scene.step("load")["form"]["values"].get(name)

    def store(self, scene, name, text):
        form = scene.step("load")["form"]
        scene.step("save_draft", {**form["values"], name: text}, form["version"])


def _form(model, id_):
    return {
        "type": "ir.actions.act_window",
        "res_model": model,
        "res_id": id_,
        "views": [[False, "form"]],
        "target": "current",
    }


def _button(login, model, method, record, *arguments):
    """Give the action that a button returns."""
    return lambda scene: scene.call(login, model, method, [getattr(scene, record)], *arguments)


WINDOWS = (
    Window(
        "Send Referral",
        "clinician",
        ("reason", "subject"),
        "body",
        "Send Message",
        _button("clinician", "direct.clinical.note", "action_send_referral", "signed", "direct"),
        over=("state", "sent"),
    ),
    Window(
        "Reply",
        "clinician",
        ("body",),
        "subject",
        "Send Message",
        _button("clinician", "direct.message", "action_reply", "received"),
        over=("state", "sent"),
    ),
    Window(
        "Forward",
        "clinician",
        ("to_address",),
        "body",
        "Send Message",
        _button("clinician", "direct.message", "action_forward", "received"),
        over=("state", "sent"),
    ),
    Window(
        "Direct Message Setup",
        "admin",
        ("username",),
        "username",
        "Continue",
        lambda scene: scene.call("admin", "direct.setup", "action_open"),
        over=("step", "complete"),
    ),
    Window(
        "Send Again",
        "clinician",
        ("to_address",),
        "to_address",
        "Send Again",
        _button("clinician", "direct.message", "action_send_again", "failed"),
    ),
    Window(
        "Close Loop",
        "clinician",
        ("note",),
        "note",
        "Close Loop",
        _button("clinician", "direct.referral", "action_close_loop", "sent"),
    ),
    Window(
        "Clinical Note",
        "clinician",
        ("plan",),
        "subjective",
        "Sign",
        lambda scene: _form("direct.clinical.note", scene.note),
        over=("state", "signed"),
    ),
    SavedByButton(
        "Direct Provider",
        "admin",
        ("base_url",),
        "support_name",
        "Save",
        lambda scene: _form("direct.provider", scene.provider),
    ),
    Enrollment(
        "Enrollment",
        "representative",
        ("city",),
        "first_name",
        "Close",
        lambda scene: {
            "type": "ir.actions.client",
            "tag": "direct_messaging.enrollment",
            "target": "new",
            "params": {"enrollment_id": scene.enrollment},
        },
    ),
)
