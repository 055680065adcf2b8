import { advanceTime, expect, queryAllTexts, test } from "@odoo/hoot";
import { animationFrame, Deferred, mockDate } from "@odoo/hoot-mock";
import { contains, mockService, mountView, onRpc } from "@web/../tests/web_test_helpers";
import { defineDirectModels, tellConnection, tellNews } from "./helpers";

defineDirectModels();

const MESSAGE = ".o_direct_delivery li.list-group-item";
const NEWS = "span[aria-live=polite]";

const ACCEPTED = {
    id: 5,
    referral_id: 1,
    referral_name: "REF/0001",
    recipient: "Dr. Ann Lee",
    address: "ann.lee@lakeside.direct.example.com",
    state: "accepted",
    label: "On its way",
    tone: "info",
    sentence: "Your Direct provider has taken the message.",
    advice: "",
    at: "2026-03-02 10:00:00",
    actions: [],
    events: [
        { at: "2026-03-02 09:59:00", label: "Queued", detail: "" },
        { at: "2026-03-02 10:00:00", label: "Accepted", detail: "Reference 4711" },
    ],
};
const DELIVERED = {
    ...ACCEPTED,
    state: "delivered",
    label: "Delivered",
    tone: "success",
    sentence: "It arrived at the other practice.",
};
const FAILED = {
    ...ACCEPTED,
    state: "failed",
    label: "Not delivered",
    tone: "danger",
    advice: "Check the address.",
    actions: [
        { method: "action_retry", label: "Send Again", confirm: false },
        { method: "action_cancel", label: "Give Up", confirm: "It will not be sent again." },
    ],
};

/**
 * Opens a form whose record has these messages; returns a function that says what it has later.
 */
async function openForm(
    messages,
    { resModel = "direct.referral", field = "subject", more = "" } = {}
) {
    mockDate("2026-03-02 10:05:00", 0);
    onRpc(resModel, "direct_delivery", ({ args }) => {
        expect.step(["delivery", ...args]);
        return messages;
    });
    await mountView({
        type: "form",
        resModel,
        resId: 1,
        arch: `<form><field name="${field}"/><widget name="direct_delivery"/>${more}</form>`,
    });
    expect.verifySteps([["delivery", [1]]]);
    return (later) => (messages = later);
}

/** Sends these news through the bus, and lets the time pass in which they are collected. */
async function notify(...payloads) {
    for (const payload of payloads) {
        await tellNews("message", {
            message_id: 5,
            referral_id: 1,
            res_model: "clinic.note",
            res_id: 1,
            ...payload,
        });
    }
    await advanceTime(150);
    await animationFrame();
}

test("shows nothing when nothing was sent", async () => {
    await openForm([]);
    expect(".o_direct_delivery").toHaveCount(0);
});

test("says where each message stands, in words and not by colour alone", async () => {
    await openForm([DELIVERED, FAILED].map((message, index) => ({ ...message, id: index })));
    expect(".o_direct_delivery h3").toHaveText("Delivery");
    expect(queryAllTexts(`${MESSAGE} .badge`)).toEqual(["Delivered", "Not delivered"]);
    expect(`${MESSAGE}:eq(0) .badge`).toHaveClass("text-bg-success");
    expect(`${MESSAGE}:eq(0) .badge .fa-check-circle`).toHaveCount(1);
    expect(`${MESSAGE}:eq(1) .badge .fa-times-circle`).toHaveCount(1);
    expect(MESSAGE + ":eq(0)").toHaveText(/Dr. Ann Lee\s*ann.lee@lakeside.direct.example.com/);
    expect(MESSAGE + ":eq(0)").toHaveText(/It arrived at the other practice./);
    expect(MESSAGE + ":eq(1)").toHaveText(/Check the address./);
});

test("says how long ago, with the full date at hand, and keeps it true", async () => {
    await openForm([ACCEPTED]);
    expect("time").toHaveText("5 minutes ago");
    expect("time").toHaveAttribute("title", "03/02/2026 10:00:00");

    await advanceTime(60_000);
    await animationFrame();
    expect("time").toHaveText("6 minutes ago");
});

test("a message without a date has none", async () => {
    await openForm([{ ...ACCEPTED, at: false }]);
    expect(MESSAGE).toHaveCount(1);
    expect("time").toHaveCount(0);
});

test("the timeline is opened and closed by a button that says so", async () => {
    await openForm([ACCEPTED]);
    const button = "button:contains(Timeline)";
    expect(button).toHaveAttribute("aria-expanded", "false");
    expect(".o_direct_timeline").toHaveCount(0);

    await contains(button).click();
    expect(button).toHaveAttribute("aria-expanded", "true");
    expect(".o_direct_timeline").toHaveAttribute("id", "o_direct_timeline_5");
    expect(queryAllTexts(".o_direct_timeline li")).toEqual([
        "03/02/2026 09:59:00Queued",
        "03/02/2026 10:00:00Accepted\nReference 4711",
    ]);

    await contains(button).click();
    expect(button).toHaveAttribute("aria-expanded", "false");
    expect(".o_direct_timeline").toHaveCount(0);
});

test("follows a message live, tells the change, and the form follows too", async () => {
    const setMessages = await openForm([ACCEPTED]);
    expect(NEWS).toHaveText("");
    onRpc("web_read", () => {
        expect.step("record");
    });
    setMessages([DELIVERED]);
    await notify({ state: "delivered" });
    expect.verifySteps([["delivery", [1]], "record"]);
    expect(`${MESSAGE} .badge`).toHaveText("Delivered");
    expect(NEWS).toHaveText("Dr. Ann Lee: Delivered. It arrived at the other practice.");
});

test("news about another referral are none here", async () => {
    await openForm([ACCEPTED]);
    await notify({ referral_id: 2, state: "delivered" });
    expect.verifySteps([]);
});

test("on a note, news about its referrals count, and those of other notes do not", async () => {
    await openForm([ACCEPTED], { resModel: "clinic.note", field: "title" });
    expect(MESSAGE).toHaveText(/REF\/0001/);
    await notify({ res_id: 2, state: "accepted" });
    await notify({ res_model: "other.note", state: "accepted" });
    expect.verifySteps([]);

    await notify({ referral_id: 9, state: "accepted" });
    expect.verifySteps([["delivery", [1]]]);
});

test("several news at once are read once", async () => {
    await openForm([ACCEPTED]);
    await notify({ state: "sending" }, { state: "accepted" }, { state: "delivered" });
    expect.verifySteps([["delivery", [1]]]);
});

test("what one is writing is not touched by news", async () => {
    await openForm([ACCEPTED]);
    onRpc("web_read", () => {
        expect.step("record");
    });
    await contains("[name=subject] input").edit("Being written", { confirm: false });
    await notify({ state: "delivered" });
    expect.verifySteps([["delivery", [1]]]);
    expect("[name=subject] input").toHaveValue("Being written");
});

test("news missed while the connection was lost are caught up", async () => {
    const setMessages = await openForm([ACCEPTED]);
    setMessages([DELIVERED]);
    await tellConnection("RECONNECT");
    expect.verifySteps([["delivery", [1]]]);
    expect(`${MESSAGE} .badge`).toHaveText("Delivered");
});

test("a button acts on its message, once, and the rest follows", async () => {
    const answer = new Deferred();
    onRpc("direct.message", "action_retry", ({ args }) => {
        expect.step(["retry", ...args]);
        return answer;
    });
    const setMessages = await openForm([FAILED]);
    await contains("button[name=action_retry]").dblclick();
    expect("button[name=action_retry]").not.toBeEnabled();

    setMessages([ACCEPTED]);
    answer.resolve(false);
    await animationFrame();
    expect.verifySteps([
        ["retry", [5]],
        ["delivery", [1]],
    ]);
    expect(`${MESSAGE} .badge`).toHaveText("On its way");
});

test("a button may lead to another window", async () => {
    mockService("action", { doAction: ({ name }) => expect.step(name) });
    onRpc("direct.message", "action_retry", () => ({
        type: "ir.actions.act_window",
        name: "Choose another address",
    }));
    await openForm([FAILED]);
    await contains("button[name=action_retry]").click();
    expect.verifySteps(["Choose another address", ["delivery", [1]]]);
});

test("a button that asks first does nothing when it is declined", async () => {
    onRpc("direct.message", "action_cancel", () => {
        expect.step("cancel");
        return false;
    });
    await openForm([FAILED]);
    await contains("button[name=action_cancel]").click();
    expect(".modal-body").toHaveText("It will not be sent again.");
    await contains(".modal button:contains(Cancel)").click();
    expect.verifySteps([]);

    await contains("button[name=action_cancel]").click();
    await contains(".modal button:contains(Give Up)").click();
    expect.verifySteps(["cancel", ["delivery", [1]]]);
});

test("after a button of the form, deliveries are read again", async () => {
    onRpc("action_send", () => false);
    await openForm([ACCEPTED], {
        more: `<button name="action_send" type="object" string="Send"/>`,
    });
    await contains("button[name=action_send]").click();
    expect.verifySteps([["delivery", [1]]]);
});

test("a new record has nothing to ask for", async () => {
    onRpc("direct_delivery", () => {
        expect.step("delivery");
    });
    await mountView({
        type: "form",
        resModel: "direct.referral",
        arch: `<form><field name="subject"/><widget name="direct_delivery"/></form>`,
    });
    expect.verifySteps([]);
});
