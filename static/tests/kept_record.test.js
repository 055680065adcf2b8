import { advanceTime, edit, expect, press, queryFirst, test } from "@odoo/hoot";
import { animationFrame, Deferred, mockSendBeacon } from "@odoo/hoot-mock";
import {
    Command,
    contains,
    getService,
    makeServerError,
    MockServer,
    mountView,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { WebClient } from "@web/webclient/webclient";
import {
    changedElsewhere,
    defineDirectModels,
    DirectReferral,
    DirectReferralRecipient,
    refused,
} from "./helpers";

defineDirectModels();

const SUBJECT = "[name=subject] input";
const REASON = "[name=reason] textarea";
const STATUS = ".o_direct_draft_status";
const ALERT = ".o_direct_kept_alert";

/** The form of a referral, of which `js_class` says when it is saved. */
function makeArch(js_class = "direct_draft_form") {
    return `
        <form js_class="${js_class}">
            <header>
                <button name="action_send" type="object" string="Send Message"
                    context="{'shown_reason': reason}"/>
            </header>
            <field name="version" invisible="1"/>
            <field name="state"/>
            <field name="documents_size" invisible="1"/>
            <field name="subject"/>
            <field name="reason"/>
            <field name="recipient_ids">
                <list editable="bottom"><field name="name" required="1"/><field name="address"/></list>
            </field>
        </form>`;
}

async function open(js_class) {
    await mountView({
        type: "form",
        resModel: "direct.referral",
        resId: 1,
        arch: makeArch(js_class),
    });
}

async function type(selector, text, { wait = 600 } = {}) {
    await contains(selector).click();
    await edit(text, { confirm: "blur" });
    await advanceTime(wait);
    await animationFrame();
}

function stored() {
    const [{ subject, reason, version }] = MockServer.env["direct.referral"].browse(1);
    return { subject, reason, version };
}

/** Saves in another window. */
function saveElsewhere(values) {
    const { version } = stored();
    MockServer.env["direct.referral"].write([1], { ...values, version: version + 1 });
}

function stepSaves() {
    onRpc("web_save", ({ args }) => {
        expect.step(args[1]);
    });
}

async function pressSend() {
    await contains("button:contains(Send Message)").click();
    await animationFrame();
}

// --- nothing typed is lost --------------------------------------------------------------------

test("a failure of saving takes back no field", async () => {
    let isDown = true;
    onRpc("web_save", () => (isDown ? new Response("", { status: 502 }) : undefined));
    await open();
    await type(REASON, "Chest pain");
    await type(SUBJECT, "Cardiology");
    expect(STATUS).toHaveText("Not saved");
    expect(REASON).toHaveValue("Chest pain");
    expect(SUBJECT).toHaveValue("Cardiology");

    isDown = false;
    await advanceTime(60_000);
    expect(stored()).toEqual({ subject: "Cardiology", reason: "Chest pain", version: 2 });
    expect(ALERT).toHaveText("");
});

test("without an answer to an onchange, what is typed stays and is saved", async () => {
    patchWithCleanup(DirectReferral._fields.reason, { onChange: () => {} });
    let isDown = true;
    onRpc("onchange", () => (isDown ? new Response("", { status: 502 }) : undefined));
    await open();
    await type(REASON, "Chest pain");
    await type(SUBJECT, "Cardiology");
    expect(REASON).toHaveValue("Chest pain");
    expect(stored().reason).toBe("Chest pain");
    isDown = false;
});

test("a server that never answers is not waited for", async () => {
    let isDown = true;
    onRpc("web_save", () => (isDown ? new Deferred() : undefined));
    await open();
    await type(REASON, "Chest pain");
    expect(STATUS).toHaveText("Saving…");
    await type(SUBJECT, "Cardiology", { wait: 20_000 });
    expect(ALERT).toHaveText(/The server isn't answering\./);
    isDown = false;
    await advanceTime(60_000);
    expect(stored()).toEqual({ subject: "Cardiology", reason: "Chest pain", version: 2 });
});

test("what is typed while a save reads what another window changed stays on the screen", async () => {
    const gates = [new Deferred(), new Deferred(), true];
    onRpc("web_save", async ({ parent }) => {
        await gates.shift();
        return parent();
    });
    const [refused, slow] = gates;
    await open();
    await type(REASON, "Chest pain");
    saveElsewhere({});
    await type(SUBJECT, "Cardiology", { wait: 0 });
    refused.resolve();
    await animationFrame();
    await animationFrame();
    expect(SUBJECT).toHaveValue("Cardiology");
    expect(REASON).toHaveValue("Chest pain");

    slow.resolve();
    await advanceTime(600);
    await animationFrame();
    expect(SUBJECT).toHaveValue("Cardiology");
    expect(stored()).toEqual({ subject: "Cardiology", reason: "Chest pain", version: 4 });
});

test("what is typed while a button is at work stays", async () => {
    const answer = new Deferred();
    onRpc("action_send", () => answer);
    await open();
    await pressSend();
    await type(REASON, "Chest pain", { wait: 0 });
    answer.resolve(false);
    await animationFrame();
    await animationFrame();
    expect(REASON).toHaveValue("Chest pain");
    await advanceTime(600);
    expect(stored().reason).toBe("Chest pain");
});

test("a line that is being typed is left alone, and saved when it is finished", async () => {
    onRpc("web_save", ({ args }) => {
        expect.step(Object.keys(args[1]));
    });
    await open();
    await type(REASON, "Chest pain", { wait: 0 });
    await contains(".o_field_x2many_list_row_add a").click();
    await contains(".o_data_row [name=address] input").edit("a@d.example.com", { confirm: "blur" });
    await advanceTime(600);
    await animationFrame();
    expect.verifySteps([["reason"]]);
    expect(STATUS).toHaveText(/Not saved yet: Finish the line in/);
    expect(".o_data_row [name=address] input").toHaveValue("a@d.example.com");

    await contains(".o_data_row [name=name] input").edit("Ann", { confirm: "blur" });
    await contains(SUBJECT).click();
    await advanceTime(600);
    await animationFrame();
    expect(STATUS).toHaveText("Draft saved");
    await advanceTime(60_000);
    expect.verifySteps([["recipient_ids"]]);
    expect(MockServer.env["direct.referral.recipient"].search_read([])).toMatchObject([
        { name: "Ann", address: "a@d.example.com" },
    ]);
    expect(MockServer.env["direct.referral.recipient"].search([])).toHaveLength(1);
});

test("a new record is kept as soon as it has what it needs, and once", async () => {
    patchWithCleanup(DirectReferral._fields.subject, { required: true });
    await mountView({ type: "form", resModel: "direct.referral", arch: makeArch() });
    await type(REASON, "Chest pain");
    expect(STATUS).toHaveText("Not saved yet: Fill in Subject.");
    expect(REASON).toHaveValue("Chest pain");
    await type(SUBJECT, "Cardiology");
    await type(REASON, "Chest pain, acute");
    const records = MockServer.env["direct.referral"].search_read([["id", "!=", 1]]);
    expect(records).toHaveLength(1);
    expect(records).toMatchObject([{ subject: "Cardiology", reason: "Chest pain, acute" }]);
});

// --- log-in -----------------------------------------------------------------------------------

test("an expired session offers to log in, and goes on with what was typed", async () => {
    let isOver = true;
    const expired = () => makeServerError({ errorName: "odoo.http.SessionExpiredException" });
    onRpc("web_save", () => {
        if (isOver) {
            throw expired();
        }
    });
    onRpc("/direct_messaging/token", () => {
        if (isOver) {
            throw expired();
        }
        expect.step("token");
        return "another token";
    });
    patchWithCleanup(browser, { open: (...target) => expect.step(target) });
    await open();
    await type(REASON, "Chest pain");
    expect(ALERT).toHaveText(/Your session has expired\. Your entries are still here; log in/);
    await contains("button:contains(Log In)").click();
    expect.verifySteps([["/web/login?redirect=/direct_messaging/logged_in", "_blank"]]);
    await type(SUBJECT, "Cardiology");

    isOver = false;
    browser.dispatchEvent(new Event("focus"));
    await animationFrame();
    await animationFrame();
    expect.verifySteps(["token"]);
    expect(stored()).toEqual({ subject: "Cardiology", reason: "Chest pain", version: 2 });
    expect(ALERT).toHaveText("");
});

test("Odoo's dialog that reloads the page does not come over what is typed", async () => {
    expect.errors(1);
    await open();
    Promise.reject(makeServerError({ errorName: "odoo.http.SessionExpiredException" }));
    await animationFrame();
    await animationFrame();
    expect(".modal").toHaveCount(0);
    expect(ALERT).toHaveText(/Your session has expired/);
    expect.verifyErrors(["Odoo Server Error"]);
});

// --- two windows ------------------------------------------------------------------------------

test("what another window changed in another field is shown, told, and kept", async () => {
    await open();
    await type(REASON, "Chest pain", { wait: 0 });
    saveElsewhere({ subject: "Cardiology" });
    await advanceTime(600);
    await animationFrame();
    expect(SUBJECT).toHaveValue("Cardiology");
    expect(ALERT).toHaveText("Changed in another window: Subject.");
    expect(stored()).toEqual({ subject: "Cardiology", reason: "Chest pain", version: 3 });
});

for (const [button, expected] of [
    ["mine", "Please CONTINUE"],
    ["theirs", "Please STOP"],
]) {
    test(`of two texts for one field, the user chooses: ${button}`, async () => {
        await open();
        await type(REASON, "Please CONTINUE", { wait: 0 });
        saveElsewhere({ reason: "Please STOP" });
        await advanceTime(600);
        await animationFrame();
        expect(STATUS).toHaveText("Not saved");
        expect(".o_direct_conflict").toHaveText(/Please CONTINUE[^]*Please STOP/);
        expect(REASON).toHaveValue("Please CONTINUE");
        await advanceTime(60_000);
        expect(stored().reason).toBe("Please STOP");

        await contains(`.o_direct_conflict button[name=${button}]`).click();
        await animationFrame();
        expect(REASON).toHaveValue(expected);
        expect(stored().reason).toBe(expected);
        expect(ALERT).toHaveText("");
    });
}

test("what the server computed while one typed is no conflict", async () => {
    patchWithCleanup(DirectReferral._fields.reason, {
        onChange: (record) => {
            record.documents_size = record.reason.length;
        },
    });
    await open();
    await type(REASON, "Chest pain", { wait: 0 });
    saveElsewhere({ subject: "Cardiology", documents_size: 99 });
    await advanceTime(600);
    await animationFrame();
    expect(ALERT).toHaveText("Changed in another window: Subject.");
    expect(stored().reason).toBe("Chest pain");
});

test("the own change, saved by an answer that was lost, is no conflict", async () => {
    let isLost = true;
    onRpc("web_save", async ({ parent }) => {
        const answer = await parent();
        return isLost ? new Response("", { status: 502 }) : answer;
    });
    await open();
    await type(REASON, "Chest pain");
    expect(STATUS).toHaveText("Not saved");
    isLost = false;
    await advanceTime(60_000);
    await animationFrame();
    expect(ALERT).toHaveText("");
    expect(stored().reason).toBe("Chest pain");
});

test("what was sent meanwhile is shown, and what was typed since can be copied", async () => {
    onRpc("web_save", () => {
        throw changedElsewhere();
    });
    await open();
    await type(REASON, "Please STOP", { wait: 0 });
    saveElsewhere({ state: "sent", reason: "Please CONTINUE" });
    await advanceTime(600);
    await animationFrame();
    expect(ALERT).toHaveText(/This is no longer a draft[^]*Please STOP/);
    expect(REASON).toHaveValue("Please CONTINUE");
});

test("lines of two windows come together", async () => {
    await open();
    await contains(".o_field_x2many_list_row_add a").click();
    await contains(".o_data_row [name=name] input").edit("Ann");
    await contains(SUBJECT).click();
    saveElsewhere({ recipient_ids: [Command.create({ name: "Bob" })] });
    await advanceTime(600);
    await animationFrame();
    const names = MockServer.env["direct.referral.recipient"]
        .search_read([])
        .map(({ name }) => name);
    expect(names.sort()).toEqual(["Ann", "Bob"]);
    expect(".o_data_row").toHaveCount(2);
});

test("a line that was changed here as well as there is for the user to choose", async () => {
    DirectReferralRecipient._records = [{ id: 1, referral_id: 1, name: "Ann" }];
    DirectReferral._records[0].recipient_ids = [1];
    await open();
    await contains(".o_data_row [name=name]").click();
    await contains(".o_data_row [name=name] input").edit("Anna", { confirm: "blur" });
    await contains(SUBJECT).click();
    MockServer.env["direct.referral.recipient"].write([1], { name: "Anne" });
    saveElsewhere({});
    await advanceTime(600);
    await animationFrame();
    expect(".o_direct_conflict").toHaveText(/Anna[^]*Anne/);
    await contains(".o_direct_conflict button[name=theirs]").click();
    await animationFrame();
    expect(".o_data_row [name=name]").toHaveText("Anne");
});

// --- buttons ----------------------------------------------------------------------------------

test("a button says which version of which record it was pressed on, and by whom", async () => {
    onRpc("action_send", ({ kwargs }) => {
        expect.step(kwargs.context.direct_shown);
        return false;
    });
    await open();
    await type(REASON, "Chest pain", { wait: 0 });
    await pressSend();
    expect.verifySteps([{ model: "direct.referral", id: 1, version: 2, user_id: 7 }]);
});

test("what a button creates is what the window showed when it was pressed", async () => {
    const answer = new Deferred();
    patchWithCleanup(DirectReferral._fields.subject, {
        onChange: (record) => {
            record.reason = "What the server makes of it";
        },
    });
    onRpc("onchange", () => answer);
    onRpc("action_send", ({ kwargs }) => {
        expect.step(kwargs.context.shown_reason);
        return false;
    });
    await open();
    await type(SUBJECT, "Cardiology", { wait: 0 });
    await pressSend();
    answer.resolve();
    await animationFrame();
    await animationFrame();
    expect.verifySteps([""]);
    expect(REASON).toHaveValue("What the server makes of it");
});

test("a button is not executed on what the window did not show", async () => {
    onRpc("action_send", () => {
        expect.step("sent");
    });
    await open();
    await type(REASON, "Chest pain", { wait: 0 });
    saveElsewhere({ subject: "Cardiology" });
    await pressSend();
    expect.verifySteps([]);
    expect(ALERT).toHaveText(/Check what the window shows now, then try again\./);
    expect(SUBJECT).toHaveValue("Cardiology");

    await pressSend();
    expect.verifySteps(["sent"]);
});

test("a refused version is shown, and nothing is pressed again by itself", async () => {
    onRpc("action_send", () => {
        expect.step("pressed");
        throw changedElsewhere();
    });
    await open();
    saveElsewhere({ subject: "Cardiology" });
    await pressSend();
    await advanceTime(60_000);
    expect.verifySteps(["pressed"]);
    expect(SUBJECT).toHaveValue("Cardiology");
    expect(ALERT).toHaveText(/This was changed in another window\.[^]*Changed in another window/);
});

test("problems stand in one list and at their fields, and go when they are mended", async () => {
    onRpc("action_send", () => {
        throw refused(["subject", "Enter a subject."], ["reason", "Enter a reason."]);
    });
    await open();
    await pressSend();
    expect(".modal").toHaveCount(0);
    expect(STATUS).not.toHaveText("Not saved");
    expect(`${ALERT} li`).toHaveCount(2);
    expect(ALERT).toBeFocused();
    expect("[name=subject] .o_direct_problem").toHaveText("Enter a subject.");
    expect(SUBJECT).toHaveAttribute("aria-invalid", "true");
    expect("[name=subject]").toHaveClass("o_field_invalid");

    await contains("button:contains(Enter a subject.)").click();
    expect(SUBJECT).toBeFocused();
    await type(SUBJECT, "Cardiology");
    expect("[name=subject] .o_direct_problem").toHaveCount(0);
    expect(SUBJECT).not.toHaveAttribute("aria-invalid");
    expect(`${ALERT} li`).toHaveCount(1);
});

test("a plain error of a button is said in the window too", async () => {
    onRpc("action_send", () => {
        throw makeServerError({ message: "No Direct provider is set up." });
    });
    await open();
    await pressSend();
    expect(".modal").toHaveCount(0);
    expect(ALERT).toHaveText("No Direct provider is set up.");
});

test("after a button whose answer was lost, the window shows what became of it", async () => {
    let isLost = true;
    onRpc("action_send", () => {
        MockServer.env["direct.referral"].write([1], { state: "sent" });
        return new Response("", { status: 502 });
    });
    onRpc("web_read", () => (isLost ? new Response("", { status: 502 }) : undefined));
    isLost = false;
    await open();
    isLost = true;
    await pressSend();
    expect(ALERT).toHaveText(/The server can't be reached/);
    isLost = false;
    await advanceTime(60_000);
    await animationFrame();
    expect(ALERT).toHaveText("");
    expect(queryFirst("[name=state]")).toHaveText(/Sent/);
});

// --- windows with a Save button ---------------------------------------------------------------

test("what is saved by Save is saved by nothing else", async () => {
    stepSaves();
    const blobs = [];
    mockSendBeacon((route, blob) => blobs.push(blob));
    await open("direct_kept_form");
    await type(SUBJECT, "https://hisp");
    await advanceTime(60_000);
    window.dispatchEvent(new Event("beforeunload"));
    expect(blobs).toHaveLength(0);
    expect.verifySteps([]);

    await contains(".o_form_button_save").click();
    await animationFrame();
    expect.verifySteps([{ subject: "https://hisp" }]);
});

test("leaving a window with a Save button asks", async () => {
    DirectReferral._views = { form: makeArch("direct_kept_form"), list: "<list/>" };
    stepSaves();
    await mountWithCleanup(WebClient);
    const go = (resId) =>
        getService("action").doAction({
            type: "ir.actions.act_window",
            res_model: "direct.referral",
            res_id: resId,
            views: [[false, resId ? "form" : "list"]],
        });
    await go(1);
    await type(SUBJECT, "https://hisp", { wait: 0 });
    go(false);
    await animationFrame();
    expect(".modal-title").toHaveText("Your last changes aren't saved");
    await contains("button:contains(Stay Here)").click();
    expect(SUBJECT).toHaveValue("https://hisp");

    go(false);
    await contains("button:contains(Leave Without Saving)").click();
    await animationFrame();
    expect(".o_list_view:not(.o_field_x2many)").toHaveCount(1);
    expect.verifySteps([]);
});

// --- leaving ----------------------------------------------------------------------------------

for (const [state, isWarned] of [
    ["not saved", true],
    ["saved", false],
]) {
    test(`the browser ${isWarned ? "warns" : "does not warn"} of text that is ${state}`, async () => {
        mockSendBeacon(() => {});
        await open();
        await type(REASON, "Chest pain", { wait: isWarned ? 0 : 600 });
        const event = new Event("beforeunload", { cancelable: true });
        window.dispatchEvent(event);
        expect(event.defaultPrevented).toBe(isWarned);
    });
}

test("a dialog below which the page is left asks first", async () => {
    DirectReferral._views = { form: makeArch(), list: "<list/>" };
    onRpc("web_save", () => new Response("", { status: 502 }));
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.act_window",
        res_model: "direct.referral",
        res_id: 1,
        views: [[false, "form"]],
        target: "new",
    });
    await type(REASON, "Chest pain", { wait: 0 });
    getService("action").doAction({
        type: "ir.actions.act_window",
        res_model: "direct.referral",
        views: [[false, "list"]],
    });
    await animationFrame();
    await animationFrame();
    expect(".modal-title:last").toHaveText("Your last changes aren't saved");
    await press("Escape");
    await animationFrame();
    expect(REASON).toHaveValue("Chest pain");
    expect(".o_list_view:not(.o_field_x2many)").toHaveCount(0);
});

test("nothing of it is in the storage of the browser", async () => {
    await open();
    await type(REASON, "Chest pain");
    const stores = [browser.sessionStorage, browser.localStorage];
    expect(JSON.stringify(stores.map((store) => ({ ...store })))).not.toInclude("Chest pain");
});
