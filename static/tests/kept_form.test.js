import { advanceTime, edit, expect, press, queryOne, test } from "@odoo/hoot";
import { animationFrame, Deferred, mockSendBeacon } from "@odoo/hoot-mock";
import {
    contains,
    getService,
    hideTab,
    makeServerError,
    mountView,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import { defineDirectModels, DirectReferral } from "./helpers";

defineDirectModels();

const SUBJECT = "[name=subject] input";
const REASON = "[name=reason] textarea";
const STATUS = ".o_direct_draft_status";
const ALERT = ".o_direct_kept_alert";

const ARCH = `
    <form js_class="direct_draft_form">
        <field name="state"/>
        <field name="subject"/>
        <field name="reason" required="1"/>
        <footer>
            <button name="action_send" type="object" string="Send Message" class="btn-primary"/>
            <button special="cancel" string="Close" class="btn-secondary"/>
        </footer>
    </form>`;

DirectReferral._views = { form: ARCH, list: `<list><field name="subject"/></list>` };

/** Steps the values of each draft that reaches the server. */
function stepSaves() {
    onRpc("web_save", ({ args }) => {
        expect.step(args[1]);
    });
}

async function openPage() {
    await mountView({ type: "form", resModel: "direct.referral", resId: 1, arch: ARCH });
}

async function openDialog() {
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.act_window",
        res_model: "direct.referral",
        res_id: 1,
        views: [[false, "form"]],
        target: "new",
    });
}

/** Types `text` into the focused field and lets the time of autosaving pass. */
async function typeAndWait(text) {
    await edit(text, { confirm: false });
    await advanceTime(600);
    await animationFrame();
}

for (const [where, open] of Object.entries({ page: openPage, dialog: openDialog })) {
    test(`${where}: what is being typed is saved, without leaving the field`, async () => {
        stepSaves();
        await open();
        expect(STATUS).toHaveText("");
        expect(STATUS).toHaveAttribute("aria-live", "polite");

        await contains(REASON).click();
        await edit("Chest pain", { confirm: false });
        await advanceTime(500);
        expect.verifySteps([]);

        await advanceTime(100);
        await animationFrame();
        expect.verifySteps([{ reason: "Chest pain" }]);
        expect(STATUS).toHaveText("Draft saved");
        expect(REASON).toBeFocused();
    });
}

test("a draft need not be complete, nor looks wrong before it is sent", async () => {
    stepSaves();
    await openDialog();
    expect("[name=reason]").not.toHaveClass("o_field_invalid");

    await contains(SUBJECT).click();
    await typeAndWait("Cardiology");
    expect.verifySteps([{ subject: "Cardiology" }]);
    expect(".o_notification").toHaveCount(0);

    await contains("button:contains(Send Message)").click();
    expect("[name=reason]").toHaveClass("o_field_invalid");

    await contains(SUBJECT).click();
    await typeAndWait("Cardiology, Dr. Lee");
    expect.verifySteps([{ subject: "Cardiology, Dr. Lee" }]);
    expect("[name=reason]").toHaveClass("o_field_invalid");
});

test("saving moves neither caret nor spaces, and keeps what was typed meanwhile", async () => {
    const saved = new Deferred();
    onRpc("web_save", () => saved);
    await openPage();
    await contains(REASON).click();
    await edit("Dear colleague, ", { confirm: false });
    await advanceTime(600);
    expect(STATUS).toHaveText("Saving…");

    queryOne(REASON).setSelectionRange(4, 4);
    await press("r");
    saved.resolve();
    await animationFrame();
    expect(REASON).toHaveValue("Dearr colleague, ");
    expect(queryOne(REASON).selectionStart).toBe(5);
});

test("a space in front of the next word survives being saved", async () => {
    stepSaves();
    await openPage();
    await contains(SUBJECT).click();
    await typeAndWait("Referral for ");
    expect(SUBJECT).toHaveValue("Referral for ");
    expect.verifySteps([{ subject: "Referral for " }]);
});

test("nothing is saved when nothing was changed", async () => {
    stepSaves();
    await openPage();
    await contains(SUBJECT).click();
    await typeAndWait("Referral");
    expect.verifySteps([]);
});

test("a draft that cannot be saved says why, stays, and is saved with the next change", async () => {
    let isDown = true;
    onRpc("web_save", () => {
        if (isDown) {
            throw makeServerError({ message: "The subject is too long." });
        }
    });
    await openPage();
    await contains(SUBJECT).click();
    await typeAndWait("A very long subject");
    expect(STATUS).toHaveText("Not saved");
    expect(ALERT).toHaveText("The subject is too long.");
    expect(SUBJECT).toHaveValue("A very long subject");
    expect(SUBJECT).toBeFocused();

    isDown = false;
    await typeAndWait("A subject");
    expect(STATUS).toHaveText("Draft saved");
});

test("a draft is saved when the connection is back", async () => {
    let isOffline = true;
    onRpc("web_save", () => (isOffline ? new Response("", { status: 502 }) : undefined));
    await openPage();
    await contains(SUBJECT).click();
    await typeAndWait("Cardiology");
    expect(STATUS).toHaveText("Not saved");
    expect(ALERT).toHaveText(/The server can't be reached\. Your entries are still here/);

    isOffline = false;
    window.dispatchEvent(new Event("online"));
    await advanceTime(600);
    await animationFrame();
    expect(STATUS).toHaveText("Draft saved");
});

for (const [how, close] of Object.entries({
    X: () => contains(".modal .btn-close").click(),
    Escape: () => press("Escape"),
    "its button": () => contains(".modal button:contains(Close)").click(),
})) {
    test(`a dialog closed with ${how} first saves what was just typed`, async () => {
        const saved = new Deferred();
        onRpc("web_save", ({ args }) => {
            expect.step(args[1]);
            return saved;
        });
        await openDialog();
        await contains(REASON).click();
        await edit("Chest pain", { confirm: false });
        await close();
        await animationFrame();
        expect.verifySteps([{ reason: "Chest pain" }]);
        expect(".modal").toHaveCount(1);

        saved.resolve([{ id: 1 }]);
        await animationFrame();
        expect(".modal").toHaveCount(0);
    });

    test(`a dialog closed with ${how} asks first when its draft cannot be saved`, async () => {
        onRpc("web_save", () => {
            throw makeServerError({ message: "The subject is too long." });
        });
        await openDialog();
        await contains(SUBJECT).click();
        await edit("A very long subject", { confirm: false });
        await close();
        await animationFrame();
        expect(".modal").toHaveCount(2);
        expect(".modal:last .modal-body").toHaveText("The subject is too long.");

        await contains("button:contains(Stay Here)").click();
        expect(".modal").toHaveCount(1);
        expect(SUBJECT).toHaveValue("A very long subject");

        await contains(SUBJECT).click();
        await close();
        await contains("button:contains(Leave Without Saving)").click();
        await animationFrame();
        expect(".modal").toHaveCount(0);
    });
}

test("a page that is left saves what was just typed", async () => {
    stepSaves();
    await mountWithCleanup(WebClient);
    const open = (resId) =>
        getService("action").doAction({
            type: "ir.actions.act_window",
            res_model: "direct.referral",
            res_id: resId,
            views: [[false, resId ? "form" : "list"]],
        });
    await open(1);
    await contains(REASON).click();
    await edit("Chest pain", { confirm: false });
    await open(false);
    await animationFrame();
    expect.verifySteps([{ reason: "Chest pain" }]);
    expect(".o_list_view").toHaveCount(1);
});

test("a hidden tab saves what was just typed", async () => {
    stepSaves();
    await openPage();
    await contains(REASON).click();
    await edit("Chest pain", { confirm: false });
    await hideTab();
    await animationFrame();
    expect.verifySteps([{ reason: "Chest pain" }]);
});

for (const [where, open] of Object.entries({ page: openPage, dialog: openDialog })) {
    test(`${where}: closing the browser saves what was just typed`, async () => {
        const blobs = [];
        mockSendBeacon((route, blob) => blobs.push(blob));
        await open();
        await contains(SUBJECT).click();
        await edit("Cardiology", { confirm: false });
        window.dispatchEvent(new Event("beforeunload"));
        expect(blobs).toHaveLength(1);
        const { args } = JSON.parse(await blobs[0].text()).params;
        expect(args).toEqual([[1], { subject: "Cardiology" }]);
    });
}

test("the buttons of the dialog take what was just typed", async () => {
    stepSaves();
    onRpc("action_send", ({ args }) => {
        expect.step(["send", ...args]);
        return false;
    });
    await openDialog();
    await contains(REASON).click();
    await edit("Chest pain", { confirm: false });
    await contains("button:contains(Send Message)").click();
    expect.verifySteps([{ reason: "Chest pain" }, ["send", [1]]]);
    await advanceTime(600);
    expect.verifySteps([]);
});

test("a referral that is no draft any more is not saved by itself", async () => {
    DirectReferral._records[0].state = "sent";
    stepSaves();
    await openPage();
    expect(STATUS).toHaveCount(0);
    await contains(SUBJECT).click();
    await typeAndWait("Another subject");
    expect.verifySteps([]);
});
