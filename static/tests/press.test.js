import { expect, manuallyDispatchProgrammaticEvent, queryFirst, queryRect, test } from "@odoo/hoot";
import { contains, mountView, onRpc } from "@web/../tests/web_test_helpers";
import { defineDirectModels } from "./helpers";

defineDirectModels();

const SEND = "button:contains(Send Message)";

async function open() {
    onRpc("action_send", () => {
        expect.step("sent");
        return false;
    });
    await mountView({
        type: "form",
        resModel: "direct.referral",
        resId: 1,
        arch: `
            <form js_class="direct_draft_form">
                <field name="subject"/>
                <button name="action_send" type="object" string="Send Message"/>
            </form>`,
    });
}

/** Presses a button and lets go over something else, so many pixels further down. */
async function pressAndRelease(released, distance) {
    const { x, y } = queryRect(SEND);
    const press = { button: 0, isPrimary: true, clientX: x, clientY: y };
    await manuallyDispatchProgrammaticEvent(queryFirst(SEND), "pointerdown", press);
    const release = { ...press, clientY: y + distance };
    await manuallyDispatchProgrammaticEvent(queryFirst(released), "pointerup", release);
}

test("a button that moves away while it is pressed is pressed all the same", async () => {
    await open();
    await pressAndRelease(".o_form_view", 0);
    await expect.waitForSteps(["sent"]);
});

test("whoever leaves a button before letting go does not press it", async () => {
    await open();
    await pressAndRelease(".o_form_view", 40);
    await contains(SEND).click();
    await expect.waitForSteps(["sent"]);
});

test("a button that stays is pressed once", async () => {
    await open();
    await contains(SEND).click();
    await expect.waitForSteps(["sent"]);
});
